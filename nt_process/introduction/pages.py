"""All pages of introductions, on their blueprint."""

from __future__ import annotations

from nt_process.introduction import board_views as _board_views  # noqa: F401
from nt_process.introduction import region_views as _region_views  # noqa: F401
from nt_process.introduction import report_views as _report_views  # noqa: F401
from nt_process.introduction.answers import bp

__all__ = ["bp"]
