"""All pages of re-assessments, on their blueprint."""

from __future__ import annotations

from nt_process.reassessment import dialogue_views as _dialogue_views  # noqa: F401
from nt_process.reassessment import plan_views as _plan_views  # noqa: F401
from nt_process.reassessment import trigger_views as _trigger_views  # noqa: F401
from nt_process.reassessment import views as _views  # noqa: F401
from nt_process.reassessment.answers import bp

__all__ = ["bp"]
