"""How one signs in: one's sessions, password and second factor, as one page."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response

from nt_process import web
from nt_process.account.devices import describe
from nt_process.identity import sessions
from nt_process.identity.actor import Session

bp = Blueprint("security", __name__, url_prefix="/account/security")


@bp.get("")
def index() -> str:
    return _page()


@bp.post("/end-session")
def end_session() -> Response:
    """End one of one's own sessions, wherever it is."""
    if sessions.end(web.connection(), web.actor().id, _identifier("session"), web.now()):
        flash(_("The session has been ended."), "success")
    return redirect(url_for("security.index"))


@bp.post("/end-other-sessions")
def end_others() -> Response:
    ended = sessions.end_others(web.connection(), web.actor().id, web.now(), kept=present_session().id)
    flash(ngettext("%(num)s session has been ended.", "%(num)s sessions have been ended.", ended), "success")
    return redirect(url_for("security.index"))


def present_session() -> Session:
    """The session of this request. A page is only opened by one."""
    held = web.actor().session
    if held is None:
        raise Unauthorized
    return held


def _identifier(name: str) -> str:
    """A field of the form that names a row; what is not one names a row that is not there."""
    try:
        return str(uuid.UUID(request.form.get(name, "")))
    except ValueError:
        return str(uuid.UUID(int=0))


def _page() -> str:
    held = sessions.open_sessions(web.connection(), web.actor().id, web.now(), web.session_limits())
    return render_template(
        "account/security.html", sessions=held, present=present_session().id, describe=describe
    )
