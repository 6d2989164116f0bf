"""The minutes as pages: drafted, edited in versions, approved by two, put up on the notice board."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from nt_process import web
from nt_process.cases.answering import maker
from nt_process.council import minutes, printing, queries, rules
from nt_process.council.answers import Page, bp, carried_out, draw, is_sent, the_file
from nt_process.council.forms import ApproveForm, CouncilForm, NoticeForm, minutes_form
from nt_process.council.queries import MeetingFile
from nt_process.engine.loader import load_published
from nt_process.infra.rows import Row
from nt_process.web import printing as waiting


@bp.get("/minutes")
def show_minutes(meeting_id: uuid.UUID) -> str:
    return _page(the_file(meeting_id))


def _page(file: MeetingFile, notice: NoticeForm | None = None, problem: str | None = None) -> str:
    connection = web.connection()
    versions = queries.versions(connection, file)
    shown = _shown(file, versions)
    up = file.row["notice_up"]
    typed = {"notice_up": _day(up), "notice_down": _day(file.row["notice_down"])}
    return draw(
        "minutes.html",
        file,
        "minutes",
        problem=problem,
        versions=versions,
        shown=shown,
        sections=queries.sections(connection, file, shown["version"]) if shown else [],
        approvals=queries.approvals(connection, file),
        attendance=queries.attendance(connection, file),
        capacities=_capacities(file, versions),
        notice=notice or NoticeForm(formdata=None, data=typed),
        appeal=rules.last_day_to_appeal(up) if up and _can_be_appealed(file) else None,
        comes_down=rules.may_come_down(up) if up else None,
        can_be_appealed=_can_be_appealed(file),
    )


def _shown(file: MeetingFile, versions: list[Row]) -> Row | None:
    """The version that is asked for; else the one that was approved, or the latest."""
    wanted = request.args.get("version", "") or str(file.row["closed_version"] or "")
    if not wanted:
        return versions[0] if versions else None
    return next((one for one in versions if str(one["version"]) == wanted), None) or abort(404)


def _day(day: date | None) -> str:
    return day.isoformat() if day is not None else ""


def _can_be_appealed(file: MeetingFile) -> bool:
    """Whether something on the agenda was decided under the federation, whose decisions are put up and can be appealed."""
    regimes = {key: workflow.regime for key, workflow in load_published().items()}
    return any(
        regimes.get((one["process"], one["workflow_version"])) == "federation"
        for one in file.on_agenda
        if one["process"] is not None
    )


def _capacities(file: MeetingFile, versions: list[Row]) -> list[str]:
    """In which capacities the reader may approve the latest version."""
    if not versions or file.row["closed_at"] is not None or file.hidden:
        return []
    done = [
        one for one in queries.approvals(web.connection(), file) if one["version"] == versions[0]["version"]
    ]
    if any(str(one["person_id"]) == file.actor.id for one in done):
        return []
    own = next(
        (one for one in queries.attendance(web.connection(), file) if str(one["person_id"]) == file.actor.id),
        None,
    )
    if own is None:
        return []
    stands = {"chair": own["role"] in ("chair", "vice_chair"), "adjuster": own["adjusts"]}
    return [
        name for name in minutes.CAPACITIES if stands[name] and name not in {one["capacity"] for one in done}
    ]


@bp.post("/minutes/draft")
def draft(meeting_id: uuid.UUID) -> Page:
    form = CouncilForm()
    return _changed(
        meeting_id,
        form,
        lambda file: minutes.draft(web.engine(), maker(), file.id, form.seen_version),
        _("The minutes are drafted from what was recorded."),
    )


@bp.post("/minutes/send")
def send(meeting_id: uuid.UUID) -> Page:
    form = CouncilForm()
    return _changed(
        meeting_id,
        form,
        lambda file: minutes.send(web.engine(), maker(), file.id, form.seen_version),
        _("Those who approve the minutes are told."),
    )


@bp.post("/minutes/approve")
def approve(meeting_id: uuid.UUID) -> Page:
    form = ApproveForm()
    capacity, seen = form.capacity.data or "", form.sha256.data or ""
    return _changed(
        meeting_id,
        form,
        lambda file: minutes.approve(web.engine(), maker(), file.id, capacity, seen),
        _("You have approved the minutes."),
    )


@bp.post("/minutes/notice")
def notice(meeting_id: uuid.UUID) -> Page:
    form = NoticeForm()
    return _changed(
        meeting_id,
        form,
        lambda file: minutes.note_notice(web.engine(), maker(), file.id, form.texts()),
        _("The days of the notice are kept."),
    )


def _changed(
    meeting_id: uuid.UUID, form: CouncilForm, change: Callable[[MeetingFile], object], said: str
) -> Page:
    file = the_file(meeting_id)

    def command() -> Response:
        change(file)
        flash(said, "success")
        return redirect(url_for("council.show_minutes", meeting_id=meeting_id))

    typed = form if isinstance(form, NoticeForm) else None
    return carried_out(form, command, lambda problem: _page(file, typed, problem))


@bp.route("/minutes/edit", methods=["GET", "POST"])
def edit(meeting_id: uuid.UUID) -> Page:
    """The texts of the latest version, to be stored as the next one."""
    file = the_file(meeting_id)
    versions = queries.versions(web.connection(), file)
    if not versions or file.row["closed_at"] is not None:
        return redirect(url_for("council.show_minutes", meeting_id=meeting_id))
    form = minutes_form(queries.sections(web.connection(), file, versions[0]["version"]))

    def command() -> Response:
        minutes.edit(web.engine(), maker(), file.id, form.seen_version, form.texts())
        flash(_("The new version is kept."), "success")
        return redirect(url_for("council.show_minutes", meeting_id=meeting_id))

    def show_again(problem: str | None) -> str:
        return draw("edit_minutes.html", file, "minutes", problem=problem, form=form)

    return carried_out(form, command, show_again) if is_sent() else show_again(None)


@bp.get("/minutes.pdf")
def minutes_pdf(meeting_id: uuid.UUID) -> Response:
    file = the_file(meeting_id)
    versions = queries.versions(web.connection(), file)
    shown = _shown(file, versions) or abort(404)
    back = (url_for("council.show_minutes", meeting_id=meeting_id), _("Back to the minutes"))
    order = printing.minutes(file, web.connection(), shown["version"], web.now())
    name = f"{_('minutes')}-{file.row['year']}-{file.row['number']}-{shown['version']}"
    return waiting.answer(waiting.Printed(order.kind, order.key, order.params, name, _("Minutes"), back))
