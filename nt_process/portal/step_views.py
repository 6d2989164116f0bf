"""The steps of the wizard: what is typed is kept, and who comes second is told."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.portal import rules, service, shown
from nt_process.portal.blueprint import bp
from nt_process.portal.errors import PortalError
from nt_process.portal.form import Field, Section, cells
from nt_process.portal.queries import ApplicationFile
from nt_process.portal.rules import NotAnAnswer
from nt_process.portal.wizard import CHECK, DOCUMENTS, frame, maker, seen, step_url, the_draft
from nt_process.web import template_filters


@dataclass
class Typed:
    """What was typed and could not be kept: the texts, what is wrong with them, and where a colleague was faster."""

    texts: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    conflicts: dict[str, PortalError] = field(default_factory=dict)


def _section(found: ApplicationFile, name: str) -> Section:
    section = found.form.sections.get(name)
    return section if section is not None else abort(404)


@bp.get("/applications/<uuid:application_id>")
def show(application_id: uuid.UUID) -> BaseResponse:
    """Where one left off: the first step that lacks something."""
    found = the_draft(application_id)
    lacking = rules.missing(found.form, found.values)
    return redirect(step_url(application_id, lacking[0].section if lacking else CHECK))


@bp.get("/applications/<uuid:application_id>/<section>")
def step(application_id: uuid.UUID, section: str) -> str | tuple[str, int]:
    found = the_draft(application_id)
    return _step_page(found, _section(found, section), Typed())


@bp.post("/applications/<uuid:application_id>/<section>")
def save(application_id: uuid.UUID, section: str) -> str | tuple[str, int] | BaseResponse:
    """Keep a whole step, as the button does; what cannot be kept comes back with the reason."""
    found = the_draft(application_id)
    asked = _section(found, section)
    typed = Typed()
    for one in asked.all_fields:
        if one.name in request.form:
            _keep(found, one, request.form[one.name], typed)
    if typed.faults or typed.conflicts:
        return _step_page(the_draft(application_id), asked, typed)
    flash(_("Saved."), "success")
    return redirect(
        step_url(application_id, _following(found, section) if "next" in request.form else section)
    )


def _keep(found: ApplicationFile, one: Field, text: str, typed: Typed) -> None:
    try:
        before = found.answers.get(one.name)
        if before is None or rules.read(one, text, web.today()) != before["value"]:
            service.answer(web.engine(), maker(), str(found.row["id"]), one.name, text, seen(one.name))
    except NotAnAnswer as fault:
        typed.texts[one.name], typed.faults[one.name] = text, shown.fault(fault)
    except PortalError as error:
        if error.reason.code != "changed":
            raise
        typed.texts[one.name], typed.conflicts[one.name] = text, error


@bp.post("/applications/<uuid:application_id>/answers/<name>")
def answer(application_id: uuid.UUID, name: str) -> tuple[str, int]:
    """Keep one answer while it is typed; the answer is what stands beside the field."""
    found = the_draft(application_id)
    one = found.form.fields.get(name)
    section = found.form.section_of(name)
    if one is None or section is None:
        abort(404)
    text, typed, version = request.form.get(name, ""), Typed(), seen(name)
    try:
        version = service.answer(web.engine(), maker(), str(application_id), name, text, version)
    except NotAnAnswer as fault:
        typed.faults[name] = shown.fault(fault)
    except PortalError as error:
        if error.reason.code != "changed":
            raise
        # The version stays: typing on replaces nothing, only the button does, once one has read what stands there.
        typed.conflicts[name] = error
    table = next(
        (f for f in section.fields if f.type == "regions" and name in {c.name for c in cells(f)}), None
    )
    values = {**found.values, name: "" if typed.faults else _value(one, text)}
    html = render_template(
        "portal/_saved.html",
        field=one,
        version=version,
        fault=typed.faults.get(name),
        conflict=_conflict(typed.conflicts.get(name), one),
        at=web.now(),
        sums=rules.sums(table.name, values) if table and not typed.faults and not typed.conflicts else None,
        table=table,
        changed_cell=name,
        money=shown.money,
    )
    return html, 422 if typed.faults else 409 if typed.conflicts else 200


@bp.post("/applications/<uuid:application_id>/paste/<name>")
def paste(application_id: uuid.UUID, name: str) -> str | tuple[str, int] | BaseResponse:
    """Keep a table that was copied out of a spreadsheet."""
    found = the_draft(application_id)
    section = next(
        (one for one in found.form.sections.values() if any(f.name == name for f in one.fields)), None
    )
    if section is None:
        abort(404)
    text = request.form.get("table", "")
    try:
        count = service.paste(web.engine(), maker(), str(application_id), name, text)
    except NotAnAnswer as fault:
        return _step_page(found, section, Typed({"table": text}, {"table": shown.fault(fault)}))
    flash(_("%(count)s amounts are taken in.", count=count), "success")
    return redirect(step_url(application_id, section.name))


def _step_page(found: ApplicationFile, section: Section, typed: Typed) -> str | tuple[str, int]:
    html = render_template(
        "portal/step.html",
        **frame(found, section.name),
        section=section,
        typed=typed,
        conflicts={
            name: _conflict(error, found.form.fields[name]) for name, error in typed.conflicts.items()
        },
        labels=found.form.fields,
        following=_following(found, section.name),
        sums={
            one.name: rules.sums(one.name, found.values) for one in section.fields if one.type == "regions"
        },
    )
    return html, 409 if typed.conflicts else 422 if typed.faults else 200


def _conflict(error: PortalError | None, one: Field) -> dict[str, Any] | None:
    """Who was faster and what they wrote, so that one can choose."""
    if error is None:
        return None
    params = error.reason.params
    stands = rules.shown(one, str(params["value"]), web.language())
    return {**params, "at": template_filters.instant(params["at"]), "value": stands}  # type: ignore[arg-type]


def _following(found: ApplicationFile, section: str) -> str:
    names = [*found.form.sections, DOCUMENTS, CHECK]
    return names[names.index(section) + 1]


def _value(one: Field, text: str) -> str:
    return rules.read(one, text, web.today())
