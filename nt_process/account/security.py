"""How one signs in: one's sessions and second factor, as one page. What is secret is shown once."""

from __future__ import annotations

import uuid

import segno
from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response
from wtforms import Field

from nt_process import web
from nt_process.account import proof
from nt_process.account.devices import describe
from nt_process.account.entry import Page, refusal_status, refusal_text
from nt_process.account.entry_forms import PasswordAgainForm, SecondFactorForm
from nt_process.account.proof import Refusal
from nt_process.account.security_forms import AuthenticatorForm, PasskeyForm
from nt_process.identity import passkeys, second_factor, sessions
from nt_process.web import session_cookie
from nt_process.web.local_path import local_path
from nt_process.web.step_up import require_step_up

bp = Blueprint("security", __name__, url_prefix="/account/security")


@bp.get("")
def index() -> str:
    return _page()


@bp.post("/end-session")
@require_step_up
def end_session() -> Response:
    """End one of one's own sessions, wherever it is."""
    if sessions.end(web.connection(), web.actor().id, _identifier("session"), web.now()):
        flash(_("The session has been ended."), "success")
    return redirect(url_for("security.index"))


@bp.post("/end-other-sessions")
@require_step_up
def end_others() -> Response:
    ended = sessions.end_others(web.connection(), web.actor().id, web.now(), kept=web.session().id)
    flash(ngettext("%(num)s session has been ended.", "%(num)s sessions have been ended.", ended), "success")
    return redirect(url_for("security.index"))


@bp.route("/confirm", methods=["GET", "POST"])
def confirm() -> Page:
    """Prove once more who one is: with the second factor, or with the password for who has none."""
    by_factor = second_factor.factors(web.connection(), web.actor().id).any
    form = SecondFactorForm() if by_factor else PasswordAgainForm()
    if request.method == "GET":
        form.next.data = request.args.get("next", "")
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        refused = _prove(form)
        if refused is None:
            answer = redirect(local_path(form.next.data) or url_for("security.index"))
            return _renewed(answer, strong=by_factor)
        field, status = _typed(form), refusal_status(refused)
        field.errors = [refusal_text(refused, second=by_factor)]
    question = proof.passkey_question(web.actor().id, web.session().id) if by_factor else None
    return render_template("account/confirm.html", form=form, by_factor=by_factor, question=question), status


def _prove(form: SecondFactorForm | PasswordAgainForm) -> Refusal | None:
    if isinstance(form, SecondFactorForm):
        return proof.by_second_factor(web.actor().id, web.session().id, form)
    found = proof.by_password(web.actor().email, form.password.data or "")
    return found if isinstance(found, Refusal) else None


def _typed(form: SecondFactorForm | PasswordAgainForm) -> Field:
    return form.code if isinstance(form, SecondFactorForm) else form.password


@bp.post("/authenticator")
@require_step_up
def authenticator() -> Page:
    """Set up an app: without a code, a secret to take into it; with its first code, it is in use."""
    person, box = web.actor(), proof.secret_box()
    form = AuthenticatorForm(formdata=request.form if "code" in request.form else None)
    if "code" in request.form and form.validate():
        code = form.code.data or ""
        if second_factor.confirm_authenticator(web.connection(), box, person.id, code, web.now()):
            return _factor_added()
        form.code.errors = [refusal_text(Refusal.WRONG, second=True)]
    secret = second_factor.unconfirmed_secret(web.connection(), box, person.id)
    if secret is None:
        second_factor.prepare_authenticator(web.connection(), box, person.id)
        secret = second_factor.unconfirmed_secret(web.connection(), box, person.id)
    square = None
    if secret is not None:
        uri = second_factor.provisioning_uri(secret, person.email)
        square = segno.make(uri, micro=False).svg_inline(scale=4, dark="#000", light="#fff", omitsize=True)
    return render_template("account/authenticator.html", form=form, secret=secret, square=square), (
        422 if form.errors else 200
    )


@bp.post("/authenticator/remove")
@require_step_up
def remove_authenticator() -> Response:
    second_factor.remove_authenticator(web.connection(), web.actor().id)
    return _factor_removed(_("The app is no longer a way to sign in."))


@bp.post("/passkey")
@require_step_up
def passkey() -> Page:
    """Register a passkey: without an answer, the page lets the browser make one; with it, it is in use."""
    person = web.actor()
    form = PasskeyForm(formdata=request.form if "passkey" in request.form else None)
    if "passkey" in request.form and form.validate():
        asked = sessions.asked(web.connection(), web.session().id, web.now())
        if asked is not None and passkeys.register(
            web.connection(), proof.site(), person.id, form.name.data or "",
            form.passkey.data or "", asked, web.now(),
        ):  # fmt: skip
            return _factor_added()
        form.name.errors = [_("No passkey was made. Try again, and let the browser make one.")]
    question = passkeys.ask_to_register(web.connection(), proof.site(), person.id, person.email, person.name)
    sessions.ask(web.connection(), web.session().id, question.challenge, web.now())
    return render_template("account/passkey.html", form=form, question=question.options), (
        422 if form.errors else 200
    )


@bp.post("/passkey/remove")
@require_step_up
def remove_passkey() -> Response:
    passkeys.remove(web.connection(), web.actor().id, _identifier("passkey"))
    return _factor_removed(_("The passkey is no longer a way to sign in."))


@bp.post("/recovery-codes")
@require_step_up
def recovery_codes() -> Page:
    """Make new recovery codes; whoever has no second factor has nothing to recover."""
    if not second_factor.factors(web.connection(), web.actor().id).any:
        return redirect(url_for("security.index"))
    return _page(_new_codes())


def _factor_added() -> Response:
    """A factor was just used for the first time: the session is a strong one now, and the others end."""
    sessions.end_others(web.connection(), web.actor().id, web.now(), kept=web.session().id)
    held = second_factor.factors(web.connection(), web.actor().id)
    codes = [] if held.recovery_codes else _new_codes()
    return _renewed(Response(_page(codes, added=True), mimetype="text/html"), strong=True)


def _factor_removed(message: str) -> Response:
    sessions.end_others(web.connection(), web.actor().id, web.now(), kept=web.session().id)
    flash(message, "success")
    return redirect(url_for("security.index"))


def _renewed(answer: Response, *, strong: bool) -> Response:
    token = sessions.renew(web.connection(), web.session().id, web.now(), strong=strong)
    return redirect(url_for("entry.sign_in")) if token is None else session_cookie.keep(answer, token)


def _new_codes() -> list[str]:
    with web.engine().begin() as connection:
        return second_factor.make_recovery_codes(connection, web.actor().id)


def _identifier(name: str) -> str:
    """A field of the form that names a row; what is not one names a row that is not there."""
    try:
        return str(uuid.UUID(request.form.get(name, "")))
    except ValueError:
        return str(uuid.UUID(int=0))


def _page(codes: list[str] | None = None, *, added: bool = False) -> str:
    connection, person = web.connection(), web.actor()
    return render_template(
        "account/security.html",
        sessions=sessions.open_sessions(connection, person.id, web.now(), web.session_limits()),
        present=web.session().id,
        describe=describe,
        factors=second_factor.factors(connection, person.id),
        passkeys=passkeys.passkeys(connection, person.id),
        codes=codes,
        added=added,
        must_enrol=g.get("must_enrol", False) and not added,
    )
