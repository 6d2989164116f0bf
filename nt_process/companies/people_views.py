"""Companies and who acts for them, as pages: for the secretariat all of them, for a company its own."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from nt_process import web
from nt_process.companies import answers, people, queries
from nt_process.companies.answers import Page
from nt_process.companies.forms import CompanyForm, DomainForm, InviteForm, ReasonForm
from nt_process.companies.queries import CompanyFile
from nt_process.rights import SECRETARIAT

bp = Blueprint("people", __name__)
list_bp = Blueprint("companies", __name__)


@list_bp.get("/companies")
def index() -> str:
    """Registrations that wait, and every company with its people counted."""
    return answers.draw(
        "companies/index.html",
        registrations=queries.registrations(web.connection(), web.actor()),
        companies=queries.companies(web.connection(), web.actor(), web.today()),
    )


@bp.get("/our-people")
def own() -> str:
    """The first of the reader's companies; nearly everybody acts for one."""
    held = queries.own_companies(web.connection(), web.actor(), web.today())
    if not held:
        abort(404)
    return _page(_file(held[0]["id"]))


@bp.get("/companies/<uuid:organisation_id>")
def show(organisation_id: uuid.UUID) -> str:
    return _page(_file(organisation_id))


@bp.post("/companies/<uuid:organisation_id>/people")
def invite(organisation_id: uuid.UUID) -> Page:
    found, form = _file(organisation_id), InviteForm()
    language = "en" if form.language.data == "en" else "sv"

    def command() -> Response:
        secret = web.settings().secret_key()
        maker = answers.maker()
        if people.invite(web.engine(), maker, secret, str(organisation_id), form.texts(), language):
            flash(_("The colleague is in, and is told by mail."), "success")
        else:
            flash(_("The address is at another domain, so the secretariat is asked first."), "info")
        return redirect(_back(organisation_id))

    return answers.carried_out(form, command, lambda problem: _page(found, invite=form, problem=problem))


@bp.post("/companies/<uuid:organisation_id>/people/<uuid:person_id>/end")
def end(organisation_id: uuid.UUID, person_id: uuid.UUID) -> Page:
    done = _("The colleague no longer acts for the company.")
    return _changed(
        organisation_id,
        lambda: people.end(web.engine(), answers.maker(), str(organisation_id), str(person_id)),
        done,
        leaves=str(person_id) == web.actor().id,
    )


@bp.post("/companies/<uuid:organisation_id>/people/<uuid:person_id>/administrator")
def administrator(organisation_id: uuid.UUID, person_id: uuid.UUID) -> Page:
    """Make somebody administrator, or with `end` in the form, a contact only."""
    command = people.end_administrator if "end" in request.form else people.make_administrator
    return _changed(
        organisation_id,
        lambda: command(web.engine(), answers.maker(), str(organisation_id), str(person_id)),
        _("The change is saved."),
        leaves=str(person_id) == web.actor().id and "end" in request.form,
    )


@bp.post("/companies/<uuid:organisation_id>/contact")
def contact(organisation_id: uuid.UUID) -> Page:
    number = request.form.get("number", "").replace("\x00", "")[:40].encode("ascii", "replace").decode()
    person = request.form.get("person", "")[:40]
    return _changed(
        organisation_id,
        lambda: people.choose_contact(web.engine(), answers.maker(), str(organisation_id), number, person),
        _("The contact person is chosen."),
    )


@bp.post("/companies/<uuid:organisation_id>/domains")
def add_domain(organisation_id: uuid.UUID) -> Page:
    found, form = _file(organisation_id), DomainForm()

    def command() -> Response:
        people.add_domain(web.engine(), answers.maker(), str(organisation_id), form.domain.data or "")
        flash(_("The domain is added."), "success")
        return redirect(_back(organisation_id))

    return answers.carried_out(form, command, lambda problem: _page(found, domain=form, problem=problem))


@bp.post("/companies/<uuid:organisation_id>/domains/remove")
def remove_domain(organisation_id: uuid.UUID) -> Page:
    domain = request.form.get("domain", "").encode("utf-8", "replace").decode()
    return _changed(
        organisation_id,
        lambda: people.remove_domain(web.engine(), answers.maker(), str(organisation_id), domain),
        _("The domain is removed. Who is in already stays."),
    )


@bp.post("/companies/requests/<uuid:request_id>/approve")
def approve_request(request_id: uuid.UUID) -> Page:
    secret = web.settings().secret_key()

    def command() -> Response:
        organisation = people.approve_request(web.engine(), answers.maker(), secret, str(request_id))
        flash(_("The colleague is in, and is told by mail."), "success")
        return redirect(_back(organisation))

    return _decided(request_id, CompanyForm(), command)


@bp.post("/companies/requests/<uuid:request_id>/refuse")
def refuse_request(request_id: uuid.UUID) -> Page:
    form = ReasonForm(prefix=str(request_id))

    def command() -> Response:
        organisation = people.refuse_request(
            web.engine(), answers.maker(), str(request_id), form.reason.data or ""
        )
        flash(_("The request is refused, and the company is told."), "success")
        return redirect(_back(organisation))

    return _decided(request_id, form, command)


def _decided(request_id: uuid.UUID, form: CompanyForm, command: Callable[[], Response]) -> Page:
    organisation = queries.company_of_request(web.connection(), web.actor(), str(request_id))
    if organisation is None:
        abort(404)
    found = _file(organisation)
    refused = (str(request_id), form) if isinstance(form, ReasonForm) else None
    return answers.carried_out(form, command, lambda problem: _page(found, refused=refused, problem=problem))


def _changed(
    organisation_id: uuid.UUID, command: Callable[[], None], done: str, *, leaves: bool = False
) -> Page:
    """A change without anything to type; refused, the page says why. Who `leaves` has no page to come back to."""
    found = _file(organisation_id)

    def answer() -> Response:
        command()
        flash(done, "success")
        return redirect(url_for("entry.sign_in") if leaves else _back(organisation_id))

    return answers.carried_out(CompanyForm(), answer, lambda problem: _page(found, problem=problem))


def _back(organisation_id: object) -> str:
    return url_for("people.show", organisation_id=organisation_id)


def _file(organisation_id: uuid.UUID) -> CompanyFile:
    found = queries.company_file(web.connection(), web.actor(), str(organisation_id), web.today())
    return found if found is not None else abort(404)


def _page(
    found: CompanyFile,
    *,
    invite: InviteForm | None = None,
    domain: DomainForm | None = None,
    refused: tuple[str, ReasonForm] | None = None,
    problem: str | None = None,
) -> str:
    is_secretariat = SECRETARIAT.allows(web.actor().roles)
    reasons: dict[str, Any] = {
        str(row["id"]): ReasonForm(prefix=str(row["id"]), formdata=None) for row in found.requests
    }
    if refused is not None:
        reasons[refused[0]] = refused[1]
    return answers.draw(
        "companies/people.html",
        found=found,
        others=queries.own_companies(web.connection(), web.actor(), web.today()),
        invite=invite or InviteForm(formdata=None, language=web.language()),
        domain=domain or DomainForm(formdata=None),
        reasons=reasons,
        is_secretariat=is_secretariat,
        problem=problem,
    )
