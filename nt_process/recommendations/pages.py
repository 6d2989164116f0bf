"""All pages of recommendations, on their blueprint."""

from __future__ import annotations

from nt_process.recommendations import region_views as _region_views  # noqa: F401
from nt_process.recommendations import views as _views  # noqa: F401
from nt_process.recommendations.answers import bp

__all__ = ["bp"]
