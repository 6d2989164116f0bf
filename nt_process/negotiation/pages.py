"""All pages of negotiations, on their blueprint."""

from __future__ import annotations

from nt_process.negotiation import make_offer_views as _make_offer_views  # noqa: F401
from nt_process.negotiation import offer_views as _offer_views  # noqa: F401
from nt_process.negotiation import region_views as _region_views  # noqa: F401
from nt_process.negotiation import views as _views  # noqa: F401
from nt_process.negotiation.blueprint import bp

__all__ = ["bp"]
