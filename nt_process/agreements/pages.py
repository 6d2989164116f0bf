"""All pages of agreements, on their blueprint."""

from __future__ import annotations

from nt_process.agreements import net_price_views as _net_price_views  # noqa: F401
from nt_process.agreements import text_views as _text_views  # noqa: F401
from nt_process.agreements import views as _views  # noqa: F401
from nt_process.agreements.answers import bp

__all__ = ["bp"]
