"""All pages of the public site, which write themselves on its blueprint."""

from __future__ import annotations

from nt_process.public import about_views as _about_views  # noqa: F401
from nt_process.public import views as _views  # noqa: F401
from nt_process.public.register import views as _register_views  # noqa: F401
from nt_process.public.requests import views as _request_views  # noqa: F401
from nt_process.public.requests.office import bp as requests
from nt_process.public.site import bp, front
from nt_process.public.subscriptions import views as _subscription_views  # noqa: F401

__all__ = ["bp", "front", "requests"]
