"""A browser that an account has been signed in from before, by a signed cookie. It opens nothing.

It only says that tries to sign in from here are not those of a stranger, see `identity.throttle`.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import current_app, request
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.wrappers import Response

from nt_process import web
from nt_process.identity.throttle import Place, account_key, from_address, from_device

KNOWN_FOR = timedelta(days=180)


def place_of(account_name: str) -> Place:
    """From where this request tries to sign in as that account."""
    device = _device_of(account_name)
    return from_address(request.remote_addr or "") if device is None else from_device(device)


def remember(response: Response, account_name: str) -> Response:
    """Let the browser tell from now on that this account has been signed in from it."""
    device = _device_of(account_name) or secrets.token_urlsafe(16)
    response.set_cookie(
        _name(),
        _signer().dumps([account_key(account_name).hex(), device]),
        max_age=int(KNOWN_FOR.total_seconds()),
        path="/",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Lax",
    )
    return response


def _device_of(account_name: str) -> str | None:
    try:
        account, device = _signer().loads(request.cookies.get(_name(), ""))
    except (BadData, ValueError, TypeError):
        return None
    return str(device) if account == account_key(account_name).hex() else None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(web.settings().secret_key(), salt="known-device")


def _name() -> str:
    return "__Host-nt-device" if current_app.config["SESSION_COOKIE_SECURE"] else "nt-device"
