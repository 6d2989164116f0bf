"""All pages of a meeting, on their blueprint."""

from __future__ import annotations

from nt_process.council import agenda_views as _agenda_views  # noqa: F401
from nt_process.council import minutes_views as _minutes_views  # noqa: F401
from nt_process.council import sitting_views as _sitting_views  # noqa: F401
from nt_process.council.answers import bp

__all__ = ["bp"]
