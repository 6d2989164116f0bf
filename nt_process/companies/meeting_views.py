"""The council's meetings as pages: the list with last days to file, one meeting, and the places at it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from nt_process import web
from nt_process.cases.errors import CaseNotFound
from nt_process.companies import answers, meeting_queries, meetings
from nt_process.companies.answers import Page
from nt_process.companies.errors import CompanyError
from nt_process.companies.forms import BookForm, MeetingForm
from nt_process.companies.rules import meetings as rules
from nt_process.infra.derivation_texts import holiday_text
from nt_process.infra.rows import Row
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import translator
from nt_process.rights import SECRETARIAT

bp = Blueprint("meetings", __name__)

_FIELDS = ("day", "lead_days", "capacity", "place", "notes")


@bp.get("/meetings")
def index() -> str:
    held = request.args.get("held") == "1"
    found = meeting_queries.listed(web.connection(), web.actor(), web.today(), held=held)
    return answers.draw(
        "companies/meetings.html",
        found=found,
        held=held,
        next_open=next((one for one in found.meetings if _refusal(one) is None), None) if not held else None,
        refusal=_refusal,
        may_plan=_may_plan(),
        sees_all=web.actor().sees_all_cases,
    )


@bp.route("/meetings/new", methods=["GET", "POST"])
def new() -> Page:
    form = MeetingForm(data={"lead_days": str(rules.USUAL_LEAD_DAYS), "capacity": "6"})

    def command() -> Response:
        meeting_id = meetings.plan(web.engine(), answers.maker(), form.texts())
        flash(_("The meeting is planned."), "success")
        return redirect(url_for("meetings.show", meeting_id=meeting_id))

    return _form_page(form, command, None)


@bp.route("/meetings/<uuid:meeting_id>/edit", methods=["GET", "POST"])
def edit(meeting_id: uuid.UUID) -> Page:
    found, _slots = _meeting(meeting_id)
    typed = {name: str(found[name]) for name in _FIELDS}
    form = MeetingForm(data=typed | {"version": found["version"]})

    def command() -> Response:
        meetings.change(web.engine(), answers.maker(), str(meeting_id), form.seen_version, form.texts())
        flash(_("The change is saved."), "success")
        return redirect(url_for("meetings.show", meeting_id=meeting_id))

    return _form_page(form, command, found)


def _form_page(form: MeetingForm, command: Callable[[], Response], meeting: Row | None) -> Page:
    def show(problem: str | None) -> str:
        if problem and meeting is not None:
            # Sent again, the form is meant for what stands there now.
            form.version.data = str(meeting["version"])
        return answers.draw("companies/meeting_form.html", form=form, meeting=meeting, problem=problem)

    return answers.carried_out(form, command, show) if form.is_submitted() else show(None)


@bp.get("/meetings/<uuid:meeting_id>")
def show(meeting_id: uuid.UUID) -> str:
    return _page(meeting_id)


@bp.post("/meetings/<uuid:meeting_id>/cancel")
def cancel(meeting_id: uuid.UUID) -> Page:
    form = MeetingForm()

    def command() -> Response:
        meetings.cancel(web.engine(), answers.maker(), str(meeting_id), form.seen_version)
        flash(_("The meeting is cancelled, and those who had a place are told."), "success")
        return redirect(url_for("meetings.show", meeting_id=meeting_id))

    _meeting(meeting_id)
    return answers.carried_out(form, command, lambda problem: _page(meeting_id, problem=problem))


@bp.post("/meetings/<uuid:meeting_id>/book")
def book(meeting_id: uuid.UUID) -> Page:
    return _placed(meeting_id, meetings.book, _("The place is booked."))


@bp.post("/meetings/<uuid:meeting_id>/give-up")
def give_up(meeting_id: uuid.UUID) -> Page:
    return _placed(meeting_id, meetings.give_up, _("The place is given up."))


def _placed(meeting_id: uuid.UUID, command: Callable[..., None], done: str) -> Page:
    _meeting(meeting_id)
    form = BookForm()
    number = (form.number.data or "").strip().upper()

    def carry_out() -> Response:
        unknown = BadInput(Fault("unknown_case", column="number", params={"value": number[:40]}))
        if not number.isascii() or not number.isprintable() or not 0 < len(number) <= 40:
            raise BadInput(Fault("missing", column="number")) if not number else unknown
        try:
            command(web.engine(), answers.maker(), str(meeting_id), number)
        except CaseNotFound:
            raise unknown from None
        except CompanyError as error:
            if error.reason.code == "not_allowed":
                raise unknown from None
            raise
        flash(done, "success")
        return redirect(url_for("meetings.show", meeting_id=meeting_id))

    return answers.carried_out(form, carry_out, lambda problem: _page(meeting_id, form, problem))


def _meeting(meeting_id: uuid.UUID) -> tuple[Row, Any]:
    found = meeting_queries.meeting(web.connection(), web.actor(), str(meeting_id))
    return found if found is not None else abort(404)


def _refusal(meeting: Row) -> str | None:
    """Why no place can be taken, in the code of `rules.meetings`."""
    free = meeting["free"]
    cancelled = meeting["cancelled_at"] is not None
    return rules.Meeting(meeting["day"], meeting["file_by"], free, 0, cancelled).refuses_booking(web.today())


def _may_plan() -> bool:
    return SECRETARIAT.allows(web.actor().roles)


def _page(meeting_id: uuid.UUID, form: BookForm | None = None, problem: str | None = None) -> str:
    found, slots = _meeting(meeting_id)
    derived = rules.derive(found["day"], found["lead_days"])
    translate = translator(web.language())
    refused = _refusal(found)
    held = rules.Meeting(found["day"], found["file_by"], found["free"], 0, cancelled=False)
    is_company = bool(web.actor().company_ids)
    return answers.draw(
        "companies/meeting.html",
        meeting=found,
        slots=slots,
        derived=derived,
        holidays=[(day, holiday_text(reason, translate)) for day, reason in derived.holidays],
        form=form or BookForm(formdata=None),
        problem=problem,
        refused=answers.explain(CompanyError(refused, day=found["file_by"])) if refused else None,
        may_plan=_may_plan(),
        may_book=is_company or _may_plan(),
        may_leave=(is_company or _may_plan()) and held.refuses_giving_up(web.today()) is None,
        own=meeting_queries.own_cases(web.connection(), web.actor(), web.today()) if is_company else None,
        sees_all=web.actor().sees_all_cases,
    )
