"""People: the list with its bulk work, and one person with mandates, sessions, second factor and history."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import abort, flash, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.administration import log_queries, queries, rules, service, texts
from nt_process.administration.blueprint import (
    Page,
    answered,
    bp,
    done,
    maker,
    one_of,
    page_number,
    paged,
    pages_of,
    person_url,
    query,
    render,
    ticked,
)
from nt_process.administration.forms import MandateForm, NewPersonForm, PersonForm
from nt_process.administration.queries import Filter
from nt_process.infra.rows import Row
from nt_process.web.bulk import Asked, Command, Named, Task
from nt_process.web.step_up import require_step_up

# --- the list ---------------------------------------------------------------------------------------


@bp.get("/people")
def people() -> str:
    return _list(Asked())


def _chosen() -> Filter:
    return Filter(
        q=query("q"),
        role=one_of("role", texts.ROLE_TITLES),
        organisation=query("organisation")[:36],
        state=one_of("state", queries.PERSON_STATES),
    )


def _list(asked: Asked) -> str:
    chosen, page = _chosen(), page_number()
    found, total = queries.people(web.connection(), web.actor(), chosen, page, web.today())
    return render(
        "people",
        "people",
        asked=asked,
        chosen=chosen,
        people=found[: queries.PAGE_SIZE],
        total=total,
        states=queries.PERSON_STATES,
        organisations=_organisations(),
        **paged("administration.people", page, pages_of(total), asdict(chosen)),
    )


@bp.post("/people/bulk")
@require_step_up
def bulk() -> Page:
    """Invite everyone ticked, end their mandates or disable them."""

    def end() -> Command:
        last_day = rules.read_last_day(request.form.get("last_day", ""))
        return lambda one: service.end_mandates(web.engine(), maker(), one, last_day)

    def named(ids: list[str]) -> dict[str, Named]:
        names = queries.names(web.connection(), web.actor(), ids)
        return {one: Named(name, person_url(one)) for one, name in names.items()}

    tasks: dict[str, Task] = {
        "invite": lambda: lambda one: service.invite(web.engine(), maker(), one),
        "end": end,
        "disable": lambda: lambda one: service.disable(web.engine(), maker(), one),
    }
    return ticked("people", asdict(_chosen()), tasks, draw=_list, named=named)


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
        sessions=log_queries.sessions(
            connection, actor, web.now(), web.session_limits(), person_id=person_id
        ),
        links=queries.links(connection, actor, person_id),
        changes=queries.changes(connection, actor, person_id=person_id),
        is_self=person_id == actor.id,
    )


def _organisations() -> list[Row]:
    return queries.organisation_choices(web.connection(), web.actor())


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
