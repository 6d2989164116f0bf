"""The application as the web serves it, but that every request acts as the system (see `rights`)."""

from __future__ import annotations

from nt_process import web

web.act = lambda person: web.act_as_system()

from wsgi import app  # noqa: E402 - after what it is made of has been changed

__all__ = ["app"]
