"""Signing in and out, and the language of the pages."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from nt_process import web
from nt_process.account.entry_forms import SignInForm
from nt_process.identity import service, sessions
from nt_process.web import session_cookie

bp = Blueprint("entry", __name__)

_SET_LANGUAGE = sa.text("UPDATE person SET language = :language WHERE id = :id")


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> str | tuple[str, int] | Response:
    if g.actor is not None:
        return redirect(url_for("cases.worklist"))
    form = SignInForm(next=request.args.get("next", ""))
    status = 200
    if form.validate_on_submit():
        person_id = service.check_password(web.connection(), form.email.data or "", form.password.data or "")
        if person_id is not None:
            return _begin(person_id, _local(form.next.data))
        form.password.errors = [_("The address and the password do not match. Check both and try again.")]
        status = 422
    elif form.is_submitted():
        status = 422
    demo_users = service.list_users(web.connection(), web.today()) if web.settings().demo else []
    return render_template("account/sign_in.html", form=form, demo_users=demo_users), status


def _begin(person_id: str, target: str | None) -> Response:
    """Begin a session, under a token that nobody has seen; whoever was signed in here before is no more."""
    _end_present()
    token = sessions.begin(web.connection(), person_id, web.now(), web.visitor())
    session.clear()
    return session_cookie.keep(redirect(target or url_for("cases.worklist")), token)


def _end_present() -> None:
    held = session_cookie.token()
    if held is not None:
        sessions.end_by_token(web.connection(), held, web.now())


@bp.post("/sign-out")
def sign_out() -> Response:
    """End the session and let the browser forget what it has kept. Other programs' cookies are not ours to clear."""
    _end_present()
    session.clear()
    flash(_("You are signed out."), "success")
    response = session_cookie.drop(redirect(url_for("entry.sign_in")))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@bp.post("/language")
def language() -> Response:
    """Change language and stay on the page. A signed-in reader's choice is kept."""
    chosen = "en" if request.form.get("language") == "en" else "sv"
    session["language"] = chosen
    if g.actor is not None:
        web.connection().execute(_SET_LANGUAGE, {"language": chosen, "id": g.actor.id})
    return redirect(_local(request.form.get("next")) or url_for("cases.worklist"))


def _local(target: str | None) -> str | None:
    """A path on this site, or None: a link in a form never leads elsewhere."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or "\n" in target:
        return None
    return target
