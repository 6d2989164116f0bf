"""Registration of a company: sent in by anybody, confirmed behind the mailed link, decided by the secretariat."""

from __future__ import annotations

import uuid

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from nt_process import web
from nt_process.companies import answers, queries, registrations
from nt_process.companies.answers import Page
from nt_process.companies.forms import ApproveForm, ConfirmForm, ReasonForm, RegisterForm
from nt_process.companies.rules import people as rules
from nt_process.identity import throttle
from nt_process.infra.rows import Row
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import translator

bp = Blueprint("registration", __name__)

NEW = "new"


@bp.route("/register", methods=["GET", "POST"])
def register() -> Page:
    """Have a confirming link mailed. The answer is the same whether the company or the address is known."""
    form = RegisterForm()
    if not form.is_submitted():
        return answers.draw("companies/register.html", form=form, sent=None)
    try:
        applicant = rules.read_applicant(form.texts())
    except BadInput as refusal:
        form.show_faults(refusal, translator(web.language()))
        return answers.draw("companies/register.html", form=form, sent=None), 422
    account = throttle.account_key(f"registration of {applicant.email}")
    place = throttle.from_address(request.remote_addr or "")
    if not throttle.may_try(web.connection(), "link", account, place, web.now()):
        form.email.errors = [
            _("There have been too many tries. Wait a while, at most 15 minutes, and try again.")
        ]
        return answers.draw("companies/register.html", form=form, sent=None), 429
    secret = web.settings().secret_key()
    registrations.register(web.engine(), secret, form.texts(), web.language(), web.now())
    return answers.draw("companies/register.html", form=form, sent=applicant.email)


@bp.route("/register/confirm", methods=["GET", "POST"])
def confirm() -> Page:
    """Where the mailed link leads, before it is confirmed and after. Looking confirms nothing."""
    token = (request.form.get("link") or request.args.get("link") or "")[:200]
    if request.method == "POST" and registrations.confirm(web.engine(), token, web.now()):
        return redirect(url_for("registration.confirm", link=token))
    found = queries.of_link(web.connection(), token)
    if found is not None and found["state"] == "unconfirmed" and found["expires_at"] <= web.now():
        found = None
    form = ConfirmForm(formdata=None, link=token)
    return answers.draw("companies/confirm.html", form=form, found=found), 200


@bp.get("/companies/registrations/<uuid:registration_id>")
def show(registration_id: uuid.UUID) -> str:
    return _page(_registration(registration_id))


@bp.post("/companies/registrations/<uuid:registration_id>/approve")
def approve(registration_id: uuid.UUID) -> Page:
    asked, form = _registration(registration_id), ApproveForm()

    def command() -> Response:
        join = _chosen(asked, form)
        organisation = registrations.approve(
            web.engine(),
            answers.maker(),
            web.settings().secret_key(),
            str(registration_id),
            join,
            administrator=bool(form.administrator.data),
        )
        flash(_("The registration is approved, and an invitation is on its way."), "success")
        return redirect(url_for("people.show", organisation_id=organisation))

    return answers.carried_out(form, command, lambda problem: _page(asked, approve=form, problem=problem))


@bp.post("/companies/registrations/<uuid:registration_id>/refuse")
def refuse(registration_id: uuid.UUID) -> Page:
    asked, form = _registration(registration_id), ReasonForm()

    def command() -> Response:
        registrations.refuse(web.engine(), answers.maker(), str(registration_id), form.reason.data or "")
        flash(_("The registration is refused, and the applicant is told."), "success")
        return redirect(url_for("companies.index"))

    return answers.carried_out(form, command, lambda problem: _page(asked, refuse=form, problem=problem))


def _chosen(asked: Row, form: ApproveForm) -> str:
    """The id of the company to join, or "" for a new one. With one alike it has to be chosen. Raises BadInput."""
    alike = {str(row["id"]) for row in queries.alike(web.connection(), web.actor(), asked)}
    chosen = form.join.data or ""
    if asked["state"] != "waiting" or (not alike and chosen in ("", NEW)):
        return ""
    if not chosen:
        raise BadInput(Fault("choose_company", column="join"))
    if chosen != NEW and chosen not in alike:
        raise BadInput(Fault("not_a_choice", column="join"))
    return "" if chosen == NEW else chosen


def _registration(registration_id: uuid.UUID) -> Row:
    found = queries.registration(web.connection(), web.actor(), str(registration_id))
    return found if found is not None else abort(404)


def _page(
    asked: Row,
    *,
    approve: ApproveForm | None = None,
    refuse: ReasonForm | None = None,
    problem: str | None = None,
) -> str:
    alike = queries.alike(web.connection(), web.actor(), asked)
    return answers.draw(
        "companies/registration.html",
        asked=asked,
        alike=alike,
        approve=approve or ApproveForm(formdata=None, administrator=not alike),
        refuse=refuse or ReasonForm(formdata=None),
        problem=problem,
    )
