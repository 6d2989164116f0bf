"""All pages of settlement, on their blueprint."""

from __future__ import annotations

from nt_process.settlement import share_views as _share_views  # noqa: F401
from nt_process.settlement.views import bp

__all__ = ["bp"]
