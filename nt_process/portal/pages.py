"""All pages of the portal, on their blueprints."""

from __future__ import annotations

from nt_process.portal import check_views as _check_views  # noqa: F401
from nt_process.portal import document_views as _document_views  # noqa: F401
from nt_process.portal import filed_views as _filed_views  # noqa: F401
from nt_process.portal import home_views as _home_views  # noqa: F401
from nt_process.portal import people_views as _people_views  # noqa: F401
from nt_process.portal import step_views as _step_views  # noqa: F401
from nt_process.portal import supplement_views as _supplement_views  # noqa: F401
from nt_process.portal import ways as _ways  # noqa: F401
from nt_process.portal.blueprint import bp, filed

__all__ = ["bp", "filed"]
