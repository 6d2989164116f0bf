"""The agenda as pages: read by each as far as it is theirs, built by the secretariat, with the council's conflicts."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from nt_process import web
from nt_process.cases import lines
from nt_process.cases.answering import maker
from nt_process.council import agenda, printing, queries, rules
from nt_process.council.answers import Page, bp, carried_out, draw, is_sent, the_file, the_item
from nt_process.council.forms import AddForm, CouncilForm, ItemForm, OrderForm, StartForm
from nt_process.council.queries import MeetingFile
from nt_process.infra.derivation_texts import holiday_text
from nt_process.infra.rows import Row
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import translator
from nt_process.rights import COUNCIL_AGENDA
from nt_process.web import printing as waiting


@bp.app_template_global("council_agenda_of")
def council_agenda_of(meeting_id: uuid.UUID) -> bool:
    """Whether the reader has an agenda of this meeting to open."""
    actor = web.actor()
    return COUNCIL_AGENDA.allows(actor.roles) and queries.has_agenda(web.connection(), actor, str(meeting_id))


@bp.app_template_global("council_times_of")
def council_times_of(number: str) -> list[Row]:
    """When a case is on the agenda of a meeting, for who may know."""
    actor = web.actor()
    return queries.of_case(web.connection(), actor, number) if COUNCIL_AGENDA.allows(actor.roles) else []


@bp.get("/agenda")
def show(meeting_id: uuid.UUID) -> str:
    return _page(the_file(meeting_id))


def _page(file: MeetingFile, form: StartForm | None = None, problem: str | None = None) -> str:
    items = file.on_agenda
    cases = [one["case_id"] for one in items if one["case_id"] is not None] if file.reads else []
    starts = file.row["starts"] or rules.USUAL_START
    return draw(
        "agenda.html",
        file,
        "agenda",
        problem=problem,
        form=form or StartForm(formdata=None, data={"starts": starts.strftime("%H:%M")}),
        ends=rules.end_of(starts, [one["minutes"] for one in items]) if file.reads and items else None,
        last_days=_last_days(file) if file.reads else [],
        prepared=queries.prepared(web.connection(), file.actor, cases) if cases else {},
        state_label=lines.state_labels(),
    )


def _last_days(file: MeetingFile) -> list[tuple[rules.LastDay, list[tuple[Any, str]]]]:
    """The back-planning, each with the holidays that lie between."""
    translate = translator(web.language())
    return [
        (one, [(day, holiday_text(reason, translate)) for day, reason in one.derivation.holidays])
        for one in rules.back_planned(file.order, file.row["day"])
    ]


@bp.post("/agenda/starts")
def start(meeting_id: uuid.UUID) -> Page:
    form = StartForm()
    return _changed(
        meeting_id,
        form,
        lambda: agenda.start_at(web.engine(), maker(), str(meeting_id), form.seen_version, form.texts()),
        _("The times are changed."),
    )


@bp.post("/agenda/publish")
def publish(meeting_id: uuid.UUID) -> Page:
    form = CouncilForm()
    return _changed(
        meeting_id,
        form,
        lambda: agenda.publish(web.engine(), maker(), str(meeting_id), form.seen_version),
        _("The agenda is published, and its readers are told."),
    )


@bp.post("/agenda/items/<uuid:item_id>/move")
def move(meeting_id: uuid.UUID, item_id: uuid.UUID) -> Page:
    form = CouncilForm()
    step = -1 if request.form.get("step") == "up" else 1
    return _changed(
        meeting_id,
        form,
        lambda: agenda.move_item(
            web.engine(), maker(), str(meeting_id), str(item_id), form.seen_version, step
        ),
        _("The item is moved."),
    )


@bp.post("/agenda/items/<uuid:item_id>/remove")
def remove(meeting_id: uuid.UUID, item_id: uuid.UUID) -> Page:
    form = CouncilForm()
    return _changed(
        meeting_id,
        form,
        lambda: agenda.remove_item(web.engine(), maker(), str(meeting_id), str(item_id), form.seen_version),
        _("The item is taken off the agenda."),
    )


def _changed(meeting_id: uuid.UUID, form: CouncilForm, change: Callable[[], object], said: str) -> Page:
    file = the_file(meeting_id)

    def command() -> Response:
        change()
        flash(said, "success")
        return redirect(url_for("council.show", meeting_id=meeting_id))

    typed = form if isinstance(form, StartForm) else None
    return carried_out(form, command, lambda problem: _page(file, typed, problem))


@bp.route("/agenda/items/<uuid:item_id>", methods=["GET", "POST"])
def item(meeting_id: uuid.UUID, item_id: uuid.UUID) -> Page:
    file = the_file(meeting_id)
    found = the_item(file, item_id)
    typed = {name: str(found[name]) for name in ("title", "kind", "minutes")}
    form = ItemForm(data=typed | {"is_public": found["is_public"], "version": file.row["version"]})

    def command() -> Response:
        agenda.change_item(
            web.engine(), maker(), str(meeting_id), str(item_id), form.seen_version, form.texts()
        )
        flash(_("The change is saved."), "success")
        return redirect(url_for("council.show", meeting_id=meeting_id))

    def show_again(problem: str | None) -> str:
        if problem:
            form.version.data = str(file.row["version"])
        return draw("item.html", file, "agenda", form=form, item=found, problem=problem)

    return carried_out(form, command, show_again) if is_sent() else show_again(None)


@bp.get("/agenda/build")
def build(meeting_id: uuid.UUID) -> str:
    return _build_page(the_file(meeting_id))


def _build_page(
    file: MeetingFile,
    add: AddForm | None = None,
    by_hand: ItemForm | None = None,
    problem: str | None = None,
) -> str:
    found = queries.ready(web.connection(), file.actor, file.id, web.today())
    cases = [one["id"] for rows in found.values() for one in rows]
    usual = {"kind": "information", "minutes": str(rules.USUAL_MINUTES["information"]), "is_public": True}
    return draw(
        "build.html",
        file,
        "agenda",
        problem=problem,
        add=add or AddForm(formdata=None),
        by_hand=by_hand or ItemForm(formdata=None, data=usual),
        ready=found,
        prepared=queries.prepared(web.connection(), file.actor, cases) if cases else {},
        last_days=_last_days(file),
        state_label=lines.state_labels(),
    )


@bp.post("/agenda/add")
def add_case(meeting_id: uuid.UUID) -> Page:
    file, form = the_file(meeting_id), AddForm()
    number = (form.number.data or "").strip().upper()

    def command() -> Response:
        if not number.isascii() or not number.isprintable() or not 0 < len(number) <= 40:
            code = "unknown_case" if number else "missing"
            raise BadInput(Fault(code, column="number", params={"value": number[:40]}))
        agenda.add_case(web.engine(), maker(), file.id, number, form.kind.data or "")
        flash(_("%(number)s is on the agenda.", number=number), "success")
        return redirect(url_for("council.build", meeting_id=meeting_id))

    return carried_out(form, command, lambda problem: _build_page(file, add=form, problem=problem))


@bp.post("/agenda/add-other")
def add_other(meeting_id: uuid.UUID) -> Page:
    file, form = the_file(meeting_id), ItemForm()

    def command() -> Response:
        agenda.add_by_hand(web.engine(), maker(), file.id, form.texts())
        flash(_("The item is on the agenda."), "success")
        return redirect(url_for("council.build", meeting_id=meeting_id))

    return carried_out(form, command, lambda problem: _build_page(file, by_hand=form, problem=problem))


@bp.get("/agenda/conflicts")
def conflicts(meeting_id: uuid.UUID) -> str:
    """All of the council against all cases on the agenda: who has declared what, and who leaves the room."""
    file = the_file(meeting_id)
    return draw(
        "conflicts.html",
        file,
        "conflicts",
        people=queries.interests(web.connection(), file),
        cases=[one for one in file.on_agenda if one["case_id"] is not None],
        outside=queries.outside(web.connection(), file),
    )


@bp.get("/agenda/material.pdf")
def material(meeting_id: uuid.UUID) -> Response:
    """The agenda with what the reader may read of it, as one document."""
    file = the_file(meeting_id)
    back = (url_for("council.show", meeting_id=meeting_id), _("Back to the agenda"))
    order = printing.material(file, web.connection(), web.language(), web.now())
    name = f"{_('material')}-{file.row['year']}-{file.row['number']}"
    return waiting.answer(
        waiting.Printed(order.kind, order.key, order.params, name, _("Material for the meeting"), back)
    )


@bp.route("/order", methods=["GET", "POST"])
def order(meeting_id: uuid.UUID) -> Page:
    """The council's own order: when it can decide, and what has to be ready how long before a meeting."""
    file = the_file(meeting_id)
    stands = {name: str(getattr(file.order, name)) for name in rules.Order.__dataclass_fields__}
    form = OrderForm(data=stands)

    def command() -> Response:
        agenda.set_order(web.engine(), maker(), form.texts())
        flash(_("The order is changed."), "success")
        return redirect(url_for("council.show", meeting_id=meeting_id))

    def show_again(problem: str | None) -> str:
        return draw("order.html", file, "agenda", form=form, problem=problem)

    return carried_out(form, command, show_again) if is_sent() else show_again(None)
