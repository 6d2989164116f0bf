"""A password is chosen through a mailed link, or changed by who knows the present one."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from nt_process import web
from nt_process.account import proof
from nt_process.account.entry import Page, refusal_status, refusal_text
from nt_process.account.password_forms import ChangePasswordForm, ChoosePasswordForm, ForgottenForm
from nt_process.account.proof import Refusal
from nt_process.identity import links, second_factor, service, sessions, throttle
from nt_process.web import known_device, session_cookie
from nt_process.web.step_up import ask_for_proof, is_confirmed

bp = Blueprint("password", __name__)


@bp.route("/forgotten-password", methods=["GET", "POST"])
def forgotten() -> Page:
    """Have a link mailed. The answer is the same whether there is such an account."""
    form = ForgottenForm()
    if not form.validate_on_submit():
        return render_template("account/forgotten.html", form=form, sent=False), 422 if form.errors else 200
    email = form.email.data or ""
    account, place = throttle.account_key(email), known_device.place_of(email)
    if not throttle.may_try(web.connection(), "link", account, place, web.now()):
        form.email.errors = [refusal_text(Refusal.TOO_MANY)]
        return render_template("account/forgotten.html", form=form, sent=False), 429
    links.request(web.connection(), account, web.now())
    return render_template("account/forgotten.html", form=form, sent=True)


@bp.route("/choose-password", methods=["GET", "POST"])
def choose() -> Page:
    """Where a mailed link leads. Looking does not use it: programs that read mail look at links too."""
    token = request.form.get("link") or request.args.get("link") or ""
    link = links.find(web.connection(), token, web.now())
    if link is None:
        return render_template("account/choose_password.html", form=None, link=None)
    form = ChoosePasswordForm(link.email, link.name, link=token)
    if form.validate_on_submit() and links.use(web.connection(), token, form.new.data or "", web.now()):
        proof.note_link_used(link.email)
        session.clear()
        flash(_("Your password is set. Sign in with it."), "success")
        return session_cookie.drop(redirect(url_for("entry.sign_in")))
    status = 422 if form.is_submitted() else 200
    return render_template("account/choose_password.html", form=form, link=link), status


@bp.route("/account/security/password", methods=["GET", "POST"])
def change() -> Page:
    """Change the password, knowing the present one; all other sessions end, and the tokens of the API.

    Whoever has a second factor proves it first, and the password alone makes no proof newer than it was.
    """
    person = web.actor()
    by_factor = second_factor.factors(web.connection(), person.id).any
    if by_factor and not is_confirmed():
        return ask_for_proof()
    form = ChangePasswordForm(person.email, person.name)
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        found = proof.by_password(person.email, form.present.data or "")
        if isinstance(found, str):
            return _changed(form.new.data or "", by_factor=by_factor)
        form.present.errors, status = [_present_refused(found)], refusal_status(found)
    return render_template("account/change_password.html", form=form), status


def _present_refused(refusal: Refusal) -> str:
    return refusal_text(refusal) if refusal is Refusal.TOO_MANY else _("That is not your present password.")


def _changed(password: str, *, by_factor: bool) -> Response:
    person, held = web.actor(), web.session()
    with web.engine().begin() as connection:
        service.set_password(connection, person.id, password, web.now())
        sessions.end_others(connection, person.id, web.now(), kept=held.id)
        token = sessions.renew(connection, held.id, web.now(), strong=False, confirmed=not by_factor)
    flash(
        _("Your password is changed. Your other sessions are ended, and your API tokens work no longer."),
        "success",
    )
    answer = redirect(url_for("security.index"))
    return answer if token is None else session_cookie.keep(answer, token)
