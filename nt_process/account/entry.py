"""Signing in and out, and the language of the pages.

Signing in is one address with two steps: the password, and for who has one, the second factor. Between them
there is a session that opens nothing.
"""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from nt_process import web
from nt_process.account import proof
from nt_process.account.entry_forms import SecondFactorForm, SignInForm
from nt_process.account.proof import Refusal
from nt_process.identity import second_factor, service, sessions
from nt_process.web import known_device, session_cookie
from nt_process.web.local_path import local_path

bp = Blueprint("entry", __name__)

Page = str | Response | tuple[str, int]

_SET_LANGUAGE = sa.text("UPDATE person SET language = :language WHERE id = :id")


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Page:
    if g.actor is not None:
        return redirect("/")
    waiting = _waiting()
    if waiting is not None and "anew" in request.form:
        _end_present()
        return session_cookie.drop(redirect(url_for("entry.sign_in")))
    if waiting is not None and "password" not in request.form:
        return _second_step(waiting)
    return _first_step()


def _first_step() -> Page:
    form = SignInForm(next=request.args.get("next", ""))
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        found = proof.by_password(form.email.data or "", form.password.data or "")
        if isinstance(found, str):
            return _begin(found, form)
        form.password.errors, status = [refusal_text(found)], refusal_status(found)
    demo_users = service.list_users(web.connection(), web.today()) if web.settings().demo else []
    return render_template("account/sign_in.html", form=form, demo_users=demo_users), status


def _begin(person_id: str, form: SignInForm) -> Response:
    """Begin a session, under a token that nobody has seen; whoever was signed in here before is no more."""
    _end_present()
    pending = second_factor.factors(web.connection(), person_id).any
    token = sessions.begin(web.connection(), person_id, web.now(), web.visitor(), pending=pending)
    if pending:
        wanted = local_path(form.next.data)
        return session_cookie.keep(redirect(url_for("entry.sign_in", next=wanted)), token)
    return _arrive(form.email.data or "", form.next.data, token)


def _second_step(waiting: sessions.Pending) -> Page:
    form = SecondFactorForm(next=request.args.get("next", ""))
    status = 200
    if form.validate_on_submit():
        refused = proof.by_second_factor(waiting.person_id, waiting.id, form)
        token = (
            sessions.renew(web.connection(), waiting.id, web.now(), strong=True) if refused is None else None
        )
        if token is not None:
            return _arrive(waiting.email, form.next.data, token)
        form.code.errors = [refusal_text(refused or Refusal.WRONG, second=True)]
        status = refusal_status(refused or Refusal.WRONG)
    question = proof.passkey_question(waiting.person_id, waiting.id)
    return render_template("account/second_step.html", form=form, question=question), status


def _arrive(email: str, wanted: str | None, token: str) -> Response:
    """The answer to a sign-in that is complete."""
    session.clear()
    response = redirect(local_path(wanted) or "/")
    return session_cookie.keep(known_device.remember(response, email), token)


def _waiting() -> sessions.Pending | None:
    held = session_cookie.token()
    return None if held is None else sessions.pending(web.connection(), held, web.now())


def _end_present() -> None:
    held = session_cookie.token()
    if held is not None:
        sessions.end_by_token(web.connection(), held, web.now())


def refusal_text(refusal: Refusal, *, second: bool = False) -> str:
    """Why it was refused, to the reader; nothing in it tells whether there is such an account."""
    if refusal is Refusal.TOO_MANY:
        return _("There have been too many tries. Wait a while, at most 15 minutes, and try again.")
    if second:
        return _("The code is not right, or has been used. Wait for the next one and try again.")
    return _("The address and the password do not match. Check both and try again.")


def refusal_status(refusal: Refusal) -> int:
    return 429 if refusal is Refusal.TOO_MANY else 422


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
    return redirect(local_path(request.form.get("next")) or "/")
