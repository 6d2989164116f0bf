"""All pages of consultations, on their blueprint."""

from __future__ import annotations

from nt_process.consultation import compilation_views as _compilation_views  # noqa: F401
from nt_process.consultation import round_views as _round_views  # noqa: F401
from nt_process.consultation import views as _views  # noqa: F401
from nt_process.consultation.blueprint import bp

__all__ = ["bp"]
