"""Mandates: the list with its bulk work, and one with its days."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import date

from flask import abort, flash, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.administration import queries, rules, service, texts
from nt_process.administration.blueprint import (
    Page,
    answered,
    bp,
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
from nt_process.administration.forms import DaysForm, SpeakingDaysForm
from nt_process.administration.queries import Filter
from nt_process.consultation.rules import ANSWERING
from nt_process.web.bulk import Asked, Command, Named, Task
from nt_process.web.step_up import require_step_up


@bp.get("/mandates")
def mandates() -> str:
    """Those that end soon, unless the reader asks for others."""
    return _list(Asked())


def _chosen() -> Filter:
    return Filter(
        q=query("q"),
        role=one_of("role", texts.ROLE_TITLES),
        organisation=query("organisation")[:36],
        state=one_of("state", queries.MANDATE_STATES) or "ending",
    )


def _list(asked: Asked) -> str:
    chosen, page = _chosen(), page_number()
    found, total = queries.every_mandate(web.connection(), web.actor(), chosen, page, web.today())
    return render(
        "mandates",
        "mandates",
        asked=asked,
        chosen=chosen,
        mandates=found[: queries.PAGE_SIZE],
        total=total,
        soon=rules.ENDING_DAYS,
        states=queries.MANDATE_STATES,
        organisations=queries.organisation_choices(web.connection(), web.actor()),
        **paged("administration.mandates", page, pages_of(total), asdict(chosen)),
    )


@bp.post("/mandates/bulk")
@require_step_up
def bulk_mandates() -> Page:
    """End the mandates ticked, extend them, or say whether their holders speak for the organisation."""

    def end() -> Command:
        last_day = _last_day()
        return lambda one: service.end_mandate(web.engine(), maker(), one, last_day)

    def extend() -> Command:
        last_day = _last_day()
        return lambda one: service.extend_mandate(web.engine(), maker(), one, last_day)

    tasks: dict[str, Task] = {
        "end": end,
        "extend": extend,
        "speak": lambda: lambda one: service.let_speak(web.engine(), maker(), one, True),
        "silence": lambda: lambda one: service.let_speak(web.engine(), maker(), one, False),
    }
    return ticked("mandates", asdict(_chosen()), tasks, draw=_list, named=_named)


def _last_day() -> date:
    return rules.read_last_day(request.form.get("last_day", ""))


def _named(ids: list[str]) -> dict[str, Named]:
    return {
        str(row["id"]): Named(
            f"{row['name']}, {texts.ROLE_TITLES[row['role']]}, {row['organisation']}",
            person_url(row["person_id"]),
        )
        for row in queries.mandates_by_id(web.connection(), web.actor(), ids)
    }


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
