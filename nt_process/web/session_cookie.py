"""The cookie that a sign-in is known by: the token of the session, and nothing else.

Under HTTPS its name begins with `__Host-`, so that the browser takes it from this host alone, for all of it.
"""

from __future__ import annotations

from flask import current_app, request
from werkzeug.wrappers import Response

from nt_process import web

LONGEST_TOKEN = 100


def token() -> str | None:
    """The token that the request came with."""
    given = request.cookies.get(_name())
    return given if given and len(given) <= LONGEST_TOKEN else None


def keep(response: Response, session_token: str) -> Response:
    """Let the browser keep the token until it is closed, or until the session is too old anyway."""
    response.set_cookie(
        _name(),
        session_token,
        max_age=int(web.session_limits().absolute.total_seconds()),
        path="/",
        secure=_secure(),
        httponly=True,
        samesite="Lax",
    )
    return response


def drop(response: Response) -> Response:
    response.delete_cookie(_name(), path="/", secure=_secure(), httponly=True, samesite="Lax")
    return response


def _secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])


def _name() -> str:
    return "__Host-nt" if _secure() else "nt"
