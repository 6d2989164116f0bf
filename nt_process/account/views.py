"""A person's own settings, as one page. What is secret is shown once, in the answer that made it."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from nt_process import web
from nt_process.account import service
from nt_process.account.forms import PreferencesForm
from nt_process.identity.service import create_token
from nt_process.web.step_up import require_step_up

bp = Blueprint("account", __name__)


@bp.get("/account")
def settings() -> str:
    return _page()


@bp.post("/account")
def save() -> Response | tuple[str, int]:
    form = PreferencesForm()
    if not form.validate():
        return _page(form), 422
    service.save_preferences(web.connection(), web.actor().id, form.language.data, form.mail.data)
    session["language"] = form.language.data
    flash(_("Your settings are saved."), "success")
    return redirect(url_for("account.settings"))


@bp.post("/account/calendar")
def make_calendar() -> str:
    token = service.make_calendar_token(web.connection(), web.actor().id)
    base_url = web.settings().base_url.rstrip("/")
    return _page(calendar_address=f"{base_url}{url_for('notices.calendar', token=token)}")


@bp.post("/account/calendar/revoke")
def revoke_calendar() -> Response:
    service.revoke_calendar_token(web.connection(), web.actor().id)
    flash(_("The calendar's address no longer works."), "success")
    return redirect(url_for("account.settings"))


@bp.post("/account/tokens")
@require_step_up
def make_token() -> str:
    return _page(new_token=create_token(web.connection(), web.actor().id, web.now()))


@bp.post("/account/tokens/<uuid:token_id>/revoke")
def revoke_token(token_id: uuid.UUID) -> Response:
    service.revoke_token(web.connection(), web.actor().id, str(token_id), web.now())
    flash(_("The token no longer works."), "success")
    return redirect(url_for("account.settings"))


def _page(form: PreferencesForm | None = None, *, calendar_address: str = "", new_token: str = "") -> str:
    chosen = service.preferences(web.connection(), web.actor().id)
    return render_template(
        "account/settings.html",
        form=form or PreferencesForm(formdata=None, language=chosen.language, mail=chosen.mail),
        has_calendar=chosen.has_calendar,
        calendar_address=calendar_address,
        tokens=service.tokens(web.connection(), web.actor().id, web.now()),
        new_token=new_token,
    )
