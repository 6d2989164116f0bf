"""People: the list with its bulk work, and one person with mandates, sessions, second factor and history."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.administration import queries, rules, service, texts
from nt_process.administration.blueprint import (
    Page,
    answered,
    bp,
    done,
    explain,
    maker,
    one_of,
    page_number,
    person_url,
    query,
    render,
)
from nt_process.administration.errors import AdministrationError
from nt_process.administration.forms import (
    DaysForm,
    MandateForm,
    NewPersonForm,
    PersonForm,
    SpeakingDaysForm,
)
from nt_process.administration.queries import Filter
from nt_process.consultation.rules import ANSWERING
from nt_process.infra.rows import Row
from nt_process.kernel.calendar import read_day
from nt_process.web.step_up import require_step_up

MOST_TICKED = 500

# --- the list ---------------------------------------------------------------------------------------


@bp.get("/people")
def people() -> str:
    chosen = Filter(
        q=query("q"),
        role=one_of("role", texts.ROLE_TITLES),
        organisation=query("organisation")[:36],
        state=one_of("state", queries.PERSON_STATES),
    )
    page = page_number()
    found, total = queries.people(web.connection(), web.actor(), chosen, page, web.today())
    narrowed = {name: value for name, value in asdict(chosen).items() if value}
    return render(
        "people",
        "people",
        chosen=chosen,
        people=found[: queries.PAGE_SIZE],
        total=total,
        page=page,
        pages=max(1, -(-total // queries.PAGE_SIZE)),
        page_url=lambda number: (
            f"{url_for('administration.people')}?{urlencode({**narrowed, 'page': number})}"
        ),
        narrowed=bool(narrowed),
        states=queries.PERSON_STATES,
        organisations=queries.organisations(web.connection(), web.actor(), web.today()),
    )


@bp.post("/people/bulk")
@require_step_up
def bulk() -> Page:
    """Do one thing with everyone ticked; each is judged on its own, and each has its own answer."""
    ticked = [one for one in dict.fromkeys(request.form.getlist("person")) if _is_id(one)][:MOST_TICKED]
    last_day = read_day(request.form.get("last_day", "").strip())
    commands: Mapping[str, Callable[[str], None]] = {
        "invite": lambda one: service.invite(web.engine(), maker(), one),
        "end": lambda one: service.end_mandates(web.engine(), maker(), one, last_day or web.today()),
        "disable": lambda one: service.disable(web.engine(), maker(), one),
    }
    command = commands.get(request.form.get("do", ""))
    if not ticked or command is None:
        flash(_("Tick the people and choose what to do with them first."), "warning")
        return redirect(url_for("administration.people"))
    if request.form["do"] == "end" and last_day is None:
        flash(_("Write the last day of the mandates as 2026-11-22."), "warning")
        return redirect(url_for("administration.people"))
    items = service.each(ticked, command)
    names = queries.names(web.connection(), web.actor(), [item.person_id for item in items])
    results = [
        (item.person_id, names.get(item.person_id, item.person_id), not item.code,
         _("Done") if not item.code else explain(AdministrationError(item.code)))
        for item in items
    ]  # fmt: skip
    return render("bulk_result", "people", results=results)


def _is_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


# --- one person -------------------------------------------------------------------------------------


@bp.route("/people/new", methods=["GET", "POST"])
@require_step_up
def new_person() -> Page:
    form = NewPersonForm(data={"valid_from": web.today().isoformat(), "invited": True, "speaks": True})
    form.fill_choices(_organisations())

    def command() -> BaseResponse:
        person_id = service.add_person(web.engine(), maker(), form.texts(), invited=bool(form.invited.data))
        flash(_("The person is added."), "success")
        return redirect(person_url(person_id))

    return answered(form, command, lambda problem: render("person_new", "people", form=form, problem=problem))


@bp.get("/people/<uuid:person_id>")
def person(person_id: uuid.UUID) -> str:
    return _person_page(str(person_id))


def _person(person_id: str) -> Row:
    found = queries.person(web.connection(), web.actor(), person_id)
    return found if found is not None else abort(404)


def _person_page(person_id: str, form: MandateForm | None = None, problem: str | None = None) -> str:
    found, connection, actor = _person(person_id), web.connection(), web.actor()
    if form is None:
        form = MandateForm(formdata=None, data={"valid_from": web.today().isoformat(), "speaks": True})
    form.fill_choices(_organisations())
    return render(
        "person",
        "people",
        person=found,
        form=form,
        problem=problem,
        mandates=queries.mandates(connection, actor, web.today(), person_id=person_id),
        sessions=queries.sessions(connection, actor, web.now(), web.session_limits(), person_id=person_id),
        links=queries.links(connection, actor, person_id),
        changes=queries.changes(connection, actor, person_id=person_id),
        is_self=person_id == actor.id,
    )


def _organisations() -> list[Row]:
    return queries.organisations(web.connection(), web.actor(), web.today())


@bp.route("/people/<uuid:person_id>/edit", methods=["GET", "POST"])
@require_step_up
def edit_person(person_id: uuid.UUID) -> Page:
    found = _person(str(person_id))
    changes = queries.changes(web.connection(), web.actor(), person_id=str(person_id))
    seen = changes[0]["id"] if changes else 0
    form = PersonForm(data={**{name: found[name] for name in ("name", "email", "language")}, "seen": seen})

    def command() -> BaseResponse:
        service.change_person(web.engine(), maker(), str(person_id), form.seen_change, form.texts())
        flash(_("The change is saved."), "success")
        return redirect(person_url(person_id))

    return answered(
        form,
        command,
        lambda problem: render("person_edit", "people", form=form, person=found, problem=problem),
    )


@bp.post("/people/<uuid:person_id>/mandates")
@require_step_up
def add_mandate(person_id: uuid.UUID) -> Page:
    form = MandateForm()

    def command() -> BaseResponse:
        service.add_mandate(web.engine(), maker(), str(person_id), form.texts())
        flash(_("The mandate is given."), "success")
        return redirect(person_url(person_id))

    _person(str(person_id))
    return answered(form, command, lambda problem: _person_page(str(person_id), form, problem))


@bp.route("/mandates/<uuid:mandate_id>", methods=["GET", "POST"])
@require_step_up
def mandate(mandate_id: uuid.UUID) -> Page:
    """From when to when one mandate holds, and whether its holder speaks for the organisation."""
    found = queries.mandate(web.connection(), web.actor(), str(mandate_id))
    if found is None:
        abort(404)
    stated = {name: _iso(found[name]) for name in ("valid_from", "valid_to")}
    made = SpeakingDaysForm if found["role"] in ANSWERING else DaysForm
    form = made(data={**stated, "speaks": found["speaks"]})

    def command() -> BaseResponse:
        person_id = service.change_days(web.engine(), maker(), str(mandate_id), form.texts())
        flash(_("The change is saved."), "success")
        return redirect(person_url(person_id))

    return answered(
        form,
        command,
        lambda problem: render("mandate", "mandates", form=form, mandate=found, problem=problem),
    )


def _iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()


# --- what a button does -------------------------------------------------------------------------------


@bp.post("/people/<uuid:person_id>/disable")
@require_step_up
def disable(person_id: uuid.UUID) -> BaseResponse:
    return _done(person_id, service.disable, _("The person is disabled, and all their sessions have ended."))


@bp.post("/people/<uuid:person_id>/enable")
@require_step_up
def enable(person_id: uuid.UUID) -> BaseResponse:
    return _done(person_id, service.enable, _("The person may sign in again."))


@bp.post("/people/<uuid:person_id>/invite")
def invite(person_id: uuid.UUID) -> BaseResponse:
    return _done(person_id, service.invite, _("An invitation is on its way by mail."))


@bp.post("/people/<uuid:person_id>/end-sessions")
def end_sessions(person_id: uuid.UUID) -> BaseResponse:
    return _done(person_id, service.end_sessions, _("The sessions have been ended."))


@bp.post("/people/<uuid:person_id>/reset-second-factor")
@require_step_up
def reset_second_factor(person_id: uuid.UUID) -> BaseResponse:
    said = _("The second factor is reset. The person sets up a new one at the next sign-in.")
    return _done(person_id, service.reset_second_factor, said)


def _done(person_id: uuid.UUID, command: Callable[..., Any], said: str) -> BaseResponse:
    _person(str(person_id))
    return done(lambda: command(web.engine(), maker(), str(person_id)), said, person_url(person_id))


# --- mandates -----------------------------------------------------------------------------------------


@bp.get("/mandates")
def mandates() -> str:
    """The mandates that end soon."""
    q = query("q")
    return render(
        "mandates",
        "mandates",
        q=q,
        days=rules.ENDING_DAYS,
        mandates=queries.ending(web.connection(), web.actor(), web.today(), q),
    )
