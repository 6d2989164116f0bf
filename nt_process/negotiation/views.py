"""The list of negotiations, one of them, its circle, meetings and notes, and who has opened what."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from nt_process import web
from nt_process.cases import queries as cases
from nt_process.cases.answering import maker
from nt_process.infra.rows import Row
from nt_process.kernel.faults import BadInput, Fault
from nt_process.negotiation import offers, queries, service, texts
from nt_process.negotiation.answers import Page, carried_out, draw, stage, the_delegates, the_file
from nt_process.negotiation.blueprint import bp
from nt_process.negotiation.forms import AdmitForm, MeetForm, NoteForm, OpenForm, ReasonForm
from nt_process.negotiation.limit import limit_of
from nt_process.negotiation.queries import NegotiationFile
from nt_process.rights import CASE_READERS, SECRETARIAT
from nt_process.sealed import readings
from nt_process.web import reason_texts
from nt_process.web.step_up import require_step_up


@bp.app_template_global()
def negotiations_of_case(number: str) -> list[Row]:
    """For the tab on a case: its negotiations that the reader may know of, the latest last."""
    if not CASE_READERS.allows(web.actor().roles):
        return []
    return sorted(queries.listed(web.connection(), web.actor(), number), key=lambda one: one["number"])


@bp.get("")
def index() -> str:
    return render_template(
        "negotiation/index.html",
        listed=queries.listed(web.connection(), web.actor()),
        words=texts,
        stage=stage,
        may_open=SECRETARIAT.allows(web.actor().roles),
    )


@bp.route("/new", methods=["GET", "POST"])
def new() -> Page:
    form = OpenForm(data={"number": request.args.get("case", ""), "kind": "two_party"})

    def command() -> Response:
        number = (form.number.data or "").strip().upper()[:40]
        known = number.isascii() and number.isprintable()
        if not known or cases.case_file(web.connection(), web.actor(), number) is None:
            raise BadInput(Fault("no_case", column="number"))
        negotiation_id = service.open_negotiation(web.engine(), maker(), number, form.texts())
        flash(_("The negotiation is open, and you lead the delegation."), "success")
        return redirect(url_for("negotiation.show", negotiation_id=negotiation_id))

    def show(problem: str | None) -> str:
        return render_template("negotiation/new.html", form=form, problem=problem)

    return carried_out(form, command, show) if form.is_submitted() else show(None)


@bp.get("/<uuid:negotiation_id>")
def show(negotiation_id: uuid.UUID) -> str:
    return _overview(the_file(negotiation_id))


def _overview(
    file: NegotiationFile, meet: MeetForm | None = None, note: NoteForm | None = None, problem: str | None = None,
    reason_form: ReasonForm | None = None, opened: list[str] | None = None,
) -> str:  # fmt: skip
    connection = web.connection()
    return draw(
        "negotiation/show.html",
        file,
        "overview",
        meetings=queries.meetings(connection, file),
        notes=queries.notes(connection, file),
        terms=queries.terms(connection, file),
        limit=limit_of(file),
        names=reason_texts,
        meet=meet or MeetForm(formdata=None),
        note=note or NoteForm(formdata=None),
        problem=problem,
        reason_form=reason_form,
        opened=opened,
    )


@bp.post("/<uuid:negotiation_id>/meetings")
def add_meeting(negotiation_id: uuid.UUID) -> Page:
    file, form = the_delegates(negotiation_id), MeetForm()

    def command() -> Response:
        service.meet(web.engine(), maker(), file.id, form.texts())
        flash(_("The meeting is noted."), "success")
        return redirect(url_for("negotiation.show", negotiation_id=negotiation_id))

    return carried_out(form, command, lambda problem: _overview(file, meet=form, problem=problem))


@bp.post("/<uuid:negotiation_id>/notes")
def add_note(negotiation_id: uuid.UUID) -> Page:
    file, form = the_delegates(negotiation_id), NoteForm()

    def command() -> Response:
        service.write_note(web.engine(), maker(), file.id, form.note.data or "")
        flash(_("The note is sealed."), "success")
        return redirect(url_for("negotiation.show", negotiation_id=negotiation_id) + "#notes")

    return carried_out(form, command, lambda problem: _overview(file, note=form, problem=problem))


@bp.post("/<uuid:negotiation_id>/notes/read")
@require_step_up
def read_notes(negotiation_id: uuid.UUID) -> Page:
    file, form = the_delegates(negotiation_id), ReasonForm()
    ids = [str(row["id"]) for row in queries.notes(web.connection(), file)]

    def command() -> str:
        opened = offers.read_notes(web.engine(), maker(), file.id, ids, form.reason.data or "")
        return _overview(file, opened=opened)

    return carried_out(form, command, lambda problem: _overview(file, problem=problem, reason_form=form))


# --- the circle -----------------------------------------------------------------------------------


@bp.get("/<uuid:negotiation_id>/circle")
def circle(negotiation_id: uuid.UUID) -> str:
    return _circle_page(_known(negotiation_id))


def _known(negotiation_id: uuid.UUID) -> NegotiationFile:
    """The negotiation, for who knows of its offers and its circle; else 404."""
    file = the_file(negotiation_id)
    return file if file.knows_offers else abort(404)


def _circle_page(file: NegotiationFile, form: AdmitForm | None = None, problem: str | None = None) -> str:
    may_change = SECRETARIAT.allows(web.actor().roles)
    form = form or AdmitForm(formdata=None, data={"valid_from": web.today().isoformat()})
    if may_change:
        roles = (*service.DELEGATES, *(["tlv_assessor"] if file.row["kind"] == "three_party" else []))
        form.person.choices = [("", _("Choose a person")), *queries.candidates(web.connection(), file, roles)]
    return draw(
        "negotiation/circle.html",
        file,
        "circle",
        members=queries.members(web.connection(), file),
        may_change=may_change,
        form=form,
        problem=problem,
    )


@bp.post("/<uuid:negotiation_id>/circle")
def admit(negotiation_id: uuid.UUID) -> Page:
    form = AdmitForm()
    return _circle_changed(
        negotiation_id,
        form,
        lambda file: service.admit(web.engine(), maker(), file.id, form.texts()),
        _("The person is in the circle, and the company is told that it has changed."),
    )


@bp.post("/<uuid:negotiation_id>/circle/<uuid:entry_id>/end")
def end(negotiation_id: uuid.UUID, entry_id: uuid.UUID) -> Page:
    return _circle_changed(
        negotiation_id,
        AdmitForm(formdata=None),
        lambda file: service.end(web.engine(), maker(), file.id, str(entry_id)),
        _("The person is out of the circle from now on, and the company is told that it has changed."),
    )


@bp.post("/<uuid:negotiation_id>/circle/<uuid:entry_id>/let-in")
def let_in(negotiation_id: uuid.UUID, entry_id: uuid.UUID) -> Page:
    return _circle_changed(
        negotiation_id,
        AdmitForm(formdata=None),
        lambda file: service.let_in(web.engine(), maker(), file.id, str(entry_id)),
        _("The person can enter the circle again, and the company is told."),
    )


def _circle_changed(
    negotiation_id: uuid.UUID, form: AdmitForm, change: Callable[[NegotiationFile], None], done: str
) -> Page:
    file = _known(negotiation_id)

    def command() -> Response:
        change(file)
        flash(done, "success")
        return redirect(url_for("negotiation.circle", negotiation_id=negotiation_id))

    return carried_out(form, command, lambda problem: _circle_page(file, form, problem))


@bp.get("/<uuid:negotiation_id>/readings")
def openings(negotiation_id: uuid.UUID) -> str:
    """Who has opened what: all of it for the auditor and the secretariat, of others each sees their own."""
    file = the_file(negotiation_id)
    place, row_id = request.args.get("place", ""), request.args.get("row", "")
    if "\x00" in place + row_id:
        abort(404)
    numbers = {str(row["id"]): row["number"] for row in queries.offers(web.connection(), file)}
    return draw(
        "negotiation/readings.html",
        file,
        "readings",
        readings=readings.readings(web.connection(), web.actor(), file.id, place, row_id),
        numbers=numbers,
        chosen=place,
        sees_all=bool(web.actor().roles & readings.AUDITORS),
    )
