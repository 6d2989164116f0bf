"""Pages that are opened only shortly after their reader has proved, once more, who they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import ParamSpec

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from nt_process import web
from nt_process.web.local_path import path_of

CONFIRMED_FOR = timedelta(minutes=10)

P = ParamSpec("P")


def require_step_up(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Let the view answer within CONFIRMED_FOR of a proof; else ask for one, and come back to the page."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        return view(*args, **kwargs) if is_confirmed() else ask_for_proof()

    return guarded


def is_confirmed() -> bool:
    """Whether the reader has proved who they are within CONFIRMED_FOR."""
    return web.now() - web.session().confirmed_at <= CONFIRMED_FOR


def ask_for_proof() -> Response:
    """Ask for a proof, and come back to the page. What was sent is not kept, as it may hold a secret: the reader
    comes back to the page it was sent from."""
    page = request.full_path.rstrip("?") if request.method == "GET" else path_of(request.referrer)
    return redirect(url_for("security.confirm", next=page))
