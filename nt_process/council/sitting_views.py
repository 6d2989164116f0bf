"""The meeting as it is held: who is there, each item with what became of it, and the step that follows in its case."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from nt_process import web
from nt_process.cases import queries as case_queries
from nt_process.cases.answering import maker
from nt_process.cases.page import actor_towards
from nt_process.cases.service import workflow_of
from nt_process.council import queries, rules, sitting
from nt_process.council.answers import Page, bp, carried_out, draw, the_file, the_item
from nt_process.council.forms import AttendForm, CouncilForm, DecisionForm, PostponeForm
from nt_process.council.queries import MeetingFile
from nt_process.engine.conditions import Facts
from nt_process.engine.decide import Outcome, Refusal, available
from nt_process.engine.definition import Action, Input, Workflow
from nt_process.engine.loader import load_published
from nt_process.infra.rows import Row
from nt_process.kernel.reasons import Reason


@bp.get("/sitting")
def sitting_page(meeting_id: uuid.UUID) -> str:
    return _page(the_file(meeting_id))


def _page(file: MeetingFile, form: AttendForm | None = None, problem: str | None = None) -> str:
    connection = web.connection()
    attendance = queries.attendance(connection, file)
    return draw(
        "sitting.html",
        file,
        "sitting",
        problem=problem,
        form=form or (_attend_form(file) if _may_record(file) else None),
        attendance=attendance,
        outside=queries.outside(connection, file),
        voices=queries.voices(connection, file),
    )


def _may_record(file: MeetingFile) -> bool:
    """Whether the reader can record who was there: from the day of the meeting until its minutes are closed."""
    row = file.row
    is_open = row["closed_at"] is None and row["cancelled_at"] is None and row["published_at"] is not None
    return file.manages and is_open and web.today() >= row["day"]


def _attend_form(file: MeetingFile) -> AttendForm:
    people = queries.people(web.connection(), file)
    begun = file.row["began"] is not None
    starts = (file.row["starts"] or rules.USUAL_START).strftime("%H:%M")
    typed = [_as_typed(one, begun, starts) for one in people]
    return AttendForm(
        typed,
        began=_written(file.row["began"]) or starts,
        ended=_written(file.row["ended"]),
        guests=file.row["guests"] or "",
    )


def _as_typed(one: Row, begun: bool, starts: str) -> dict[str, Any]:
    """A person with what their row begins with: what is recorded, and before that members from the beginning on."""
    expected = "member" if one["role"] == "council_member" and not begun else ""
    typed = {
        "role": one["attends"] or expected,
        "came": _written(one["came"]) or (starts if expected else ""),
        "left_at": _written(one["left_at"]),
        "adjusts": one["adjusts"],
    }
    return {"id": str(one["id"]), "name": one["name"], "typed": typed}


def _written(at: Any) -> str:
    return at.strftime("%H:%M") if at is not None else ""


@bp.post("/sitting")
def attend(meeting_id: uuid.UUID) -> Page:
    file = the_file(meeting_id)
    form = _attend_form(file)

    def command() -> Response:
        rows = [one.texts() for one in form.rows]
        people = [one["id"] for one in form.people]
        sitting.attend(web.engine(), maker(), file.id, form.seen_version, form.texts(), people, rows)
        flash(_("It is recorded who was there."), "success")
        return redirect(url_for("council.sitting_page", meeting_id=meeting_id))

    return carried_out(form, command, lambda problem: _page(file, form, problem))


@bp.get("/sitting/items/<uuid:item_id>")
def deal(meeting_id: uuid.UUID, item_id: uuid.UUID) -> str:
    file = the_file(meeting_id)
    return _item_page(file, the_item(file, item_id))


def _item_page(
    file: MeetingFile,
    item: Row,
    form: DecisionForm | None = None,
    postpone: PostponeForm | None = None,
    problem: str | None = None,
    refused: Sequence[Reason] = (),
) -> str:
    postpone = postpone or PostponeForm(formdata=None)
    postpone.meeting.choices = [("", "–"), *(
        (str(one["id"]), f"{one['number']}/{one['year']} ({one['day'].isoformat()})")
        for one in queries.later_meetings(web.connection(), file)
    )]  # fmt: skip
    steps = _steps(file, item) if item["status"] == "decided" and item["action"] is None else None
    items = file.on_agenda
    place = [one["id"] for one in items].index(item["id"])
    return draw(
        "deal.html",
        file,
        "sitting",
        item=item,
        form=form or _decision_form(file, item),
        postpone=postpone,
        problem=problem,
        refused=refused,
        steps=steps,
        taken=_step_label(file, item),
        workflow=load_published().get((item["process"], item["workflow_version"])),
        following=items[place + 1] if place + 1 < len(items) else None,
    )


def _decision_form(file: MeetingFile, item: Row) -> DecisionForm:
    connection = web.connection()
    there = sitting.attendants(connection, file.id, file.row["day"], item["case_id"])
    said: dict[str, rules.Said] = {}
    for one in queries.outside(connection, file).get(item["id"], ()):
        said[str(one["person_id"])] = rules.Said(one["left_at"], one["back_at"])
    for one in queries.voices(connection, file).get(item["id"], ()):
        out = said.get(str(one["person_id"]), rules.Said())
        said[str(one["person_id"])] = rules.Said(out.left, out.back, one["vote"], one["reservation"])
    return DecisionForm(
        there,
        said,
        outcome=item["outcome"] or "",
        reasons=item["reasons"] or "",
        taken_at=_written(item["taken_at"] or item["begins"]),
        way=item["way"] or "unanimous",
    )


@bp.post("/sitting/items/<uuid:item_id>")
def decide(meeting_id: uuid.UUID, item_id: uuid.UUID) -> Page:
    file = the_file(meeting_id)
    item = the_item(file, item_id)
    form = _decision_form(file, item)

    def command() -> Response:
        people, rows = [one.person for one in form.people], [one.texts() for one in form.rows]
        sitting.decide(
            web.engine(), maker(), file.id, str(item_id), form.seen_version, form.texts(), people, rows
        )
        flash(_("It is recorded what became of the item."), "success")
        return redirect(url_for("council.deal", meeting_id=meeting_id, item_id=item_id))

    return carried_out(form, command, lambda problem: _item_page(file, item, form, problem=problem))


@bp.post("/sitting/items/<uuid:item_id>/postpone")
def postpone(meeting_id: uuid.UUID, item_id: uuid.UUID) -> Page:
    file = the_file(meeting_id)
    item, form = the_item(file, item_id), PostponeForm()

    def command() -> Response:
        sitting.postpone(web.engine(), maker(), file.id, str(item_id), form.seen_version, form.texts())
        flash(_("The item is on the agenda of the later meeting."), "success")
        return redirect(url_for("council.sitting_page", meeting_id=meeting_id))

    return carried_out(form, command, lambda problem: _item_page(file, item, postpone=form, problem=problem))


# --- the step in the case --------------------------------------------------------------------------


@bp.post("/sitting/items/<uuid:item_id>/take")
def take(meeting_id: uuid.UUID, item_id: uuid.UUID) -> Page:
    """Take the step of the case's workflow that the council has decided on, with its outcome and reasons."""
    file, form = the_file(meeting_id), CouncilForm()
    item = the_item(file, item_id)
    offered = _steps(file, item) if item["number"] is not None else None
    name = request.form.get("action", "")
    action = next((one for one in (offered or ([], []))[0] if one.name == name), None)

    def command() -> Response:
        inputs = {} if action is None else {one.name: _stated(one, item) for one in action.inputs}
        sitting.take(web.engine(), maker(), file.id, str(item_id), name, inputs)
        flash(_("The step is taken in the case."), "success")
        return redirect(url_for("council.deal", meeting_id=meeting_id, item_id=item_id))

    return carried_out(form, command, lambda problem: _item_page(file, item, problem=problem))


def _stated(wanted: Input, item: Row) -> str:
    """What an input of the step is given: what was chosen here, else the reasons that are recorded, else the outcome."""
    if wanted.type == "choice":
        return request.form.get(f"input_{wanted.name}", "")
    return str(item["reasons"] or item["outcome"]) if wanted.required else ""


def _steps(file: MeetingFile, item: Row) -> tuple[list[Action], list[tuple[Action, Sequence[Reason]]]] | None:
    """The steps of the case that can carry a decision out, and those that are refused with the reasons.

    Only what asks for nothing but texts and choices can be taken here; everything else is taken on the case's page.
    """
    found = case_queries.case_file(web.connection(), file.actor, item["number"] or "")
    if found is None or not file.manages:
        return None
    workflow = workflow_of(found.case)
    facts = Facts(found.document_kinds, found.conflict)
    can: list[Action] = []
    cannot: list[tuple[Action, Sequence[Reason]]] = []
    me = actor_towards(file.actor, found.case)
    for action, decision in available(workflow, found.case, me, facts, web.now()):
        if not _carries_out(workflow, action):
            continue
        if isinstance(decision, Outcome):
            can.append(action)
        elif isinstance(decision, Refusal):
            cannot.append((action, decision.reasons))
    return can, cannot


def _carries_out(workflow: Workflow, action: Action) -> bool:
    """Whether a council member could take the step, and it leads somewhere."""
    asks = {one.type for one in action.inputs if one.required}
    return (
        not action.is_general
        and "secretariat" in action.by
        and action.target in workflow.states
        and asks <= {"text", "choice"}
    )


def _step_label(file: MeetingFile, item: Row) -> str:
    """The step that was taken, as its workflow calls it."""
    if item["action"] is None:
        return ""
    found = case_queries.case_file(web.connection(), file.actor, item["number"])
    action = None if found is None else workflow_of(found.case).actions.get(item["action"])
    return item["action"] if action is None else action.label.in_language(web.language())
