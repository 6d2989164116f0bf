"""Pages of settlement: agreements, files, runs, statements and disputes."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.cases.answering import maker
from nt_process.infra import jobs
from nt_process.infra.fault_texts import fault_sentence
from nt_process.infra.pdf import PDF_TYPE
from nt_process.infra.rows import Row
from nt_process.infra.spreadsheet import XLSX_TYPE
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import translator
from nt_process.kernel.reasons import ProofNeeded
from nt_process.kernel.regions import BY_CODE
from nt_process.rights import SECRETARIAT
from nt_process.sealed import circle
from nt_process.sealed.room import NotForYou
from nt_process.sealed.rules import reason_faults
from nt_process.settlement import (
    disputes,
    export,
    files,
    opening,
    papers,
    pdf_job,
    queries,
    rules,
    runs,
    texts,
)
from nt_process.settlement.errors import SettlementError
from nt_process.settlement.opening import Opened
from nt_process.terms.texts import STEP_UNITS, STEPS
from nt_process.web.step_up import require_step_up

bp = Blueprint("settlement", __name__, url_prefix="/settlement")

Page = str | tuple[str, int] | BaseResponse
MOST_SHOWN = 200
# Somebody who waits for the worker sees the page again after so many seconds.
REFRESH = {"Refresh": "5"}


@bp.context_processor
def _words() -> dict[str, Any]:
    """Also for an error page, which may be for nobody."""
    actor = g.get("actor")
    return {
        "words": texts,
        "quarter": rules.quarter_of,
        "kr": lambda amount: format_decimal(amount, "#,##0.00"),
        "figure": _figure,
        "step_names": STEPS,
        "step_units": STEP_UNITS,
        "regions": BY_CODE,
        "may_edit": actor is not None and SECRETARIAT.allows(actor.roles),
    }


def _figure(value: Decimal, unit: str) -> str:
    return str(format_decimal(value, "#,##0.00" if unit == "SEK" else "#,##0.###"))


def _sentence(fault: Fault) -> str:
    return fault_sentence(fault, translator(web.language()), texts.FAULTS)


def of_field(refusal: BadInput) -> dict[str, str]:
    """The faults of a form by its fields."""
    return {str(fault.column): _sentence(replace(fault, column=None, row=None)) for fault in refusal.faults}


def _done(command: Callable[[], object], said: str, back: str) -> BaseResponse:
    """Carry out what a button asks, and go back to where it stood with the answer."""
    try:
        command()
    except SettlementError as error:
        if error.reason.code in ("not_found", "not_allowed"):
            abort(404)
        flash(str(texts.ERROR_TEXTS[error.reason.code]), "warning")
    else:
        flash(said, "success")
    return redirect(back)


# --- agreements -----------------------------------------------------------------------------------


@bp.get("")
def index() -> str:
    return render_template(
        "settlement/index.html",
        agreements=queries.agreements(web.connection(), web.actor(), web.today()),
    )


@bp.get("/<uuid:agreement_id>")
def agreement(agreement_id: uuid.UUID) -> str:
    found = _agreement(agreement_id)
    return render_template(
        "settlement/agreement.html",
        agreement=found,
        runs=queries.runs(web.connection(), web.actor(), str(agreement_id), web.today()),
        parties=queries.parties(web.connection(), web.actor(), str(agreement_id), web.today()),
        packages=queries.packages(web.connection(), str(agreement_id)),
        quarters=_quarters(found),
        today=web.today(),
    )


def _agreement(agreement_id: uuid.UUID) -> Row:
    found = queries.agreement(web.connection(), web.actor(), str(agreement_id), web.today())
    return found if found is not None else abort(404)


def _quarters(found: Row) -> list[date]:
    """What can be proposed now, for whoever may."""
    if found["under_way"] or not SECRETARIAT.allows(web.actor().roles):
        return []
    return rules.quarters_open(found["first_day"], found["settled"], web.today())


@bp.post("/<uuid:agreement_id>/runs")
@require_step_up
def propose(agreement_id: uuid.UUID) -> BaseResponse:
    _agreement(agreement_id)
    back = url_for("settlement.agreement", agreement_id=agreement_id)
    until = request.form.get("until", "")
    return _done(
        lambda: runs.propose(web.engine(), maker(), str(agreement_id), until),
        _("The run is being computed. Somebody else approves it afterwards."),
        back,
    )


# --- files ----------------------------------------------------------------------------------------


@bp.route("/files", methods=["GET", "POST"])
def file_list() -> Page:
    faults: dict[str, str] = {}
    if request.method == "POST":
        try:
            return redirect(url_for("settlement.file_page", file_id=_uploaded()))
        except BadInput as refusal:
            faults = of_field(refusal)
    page = render_template(
        "settlement/files.html",
        files=files.listed(web.connection()),
        agreements=queries.agreements(web.connection(), web.actor(), web.today()),
        faults=faults,
        typed=request.form,
    )
    return (page, 422) if faults else page


def _uploaded() -> str:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise BadInput(Fault("missing", column="file"))
    # A large file lies in a temporary one meanwhile, which is closed at once.
    with closing(sent) as handed_in:
        content = handed_in.read(files.MAX_BYTES + 1)
    kind, whose = request.form.get("kind", ""), request.form.get("agreement", "")
    return files.upload(web.engine(), maker(), kind, sent.filename, content, whose)


@bp.route("/files/<uuid:file_id>", methods=["GET", "POST"])
def file_page(file_id: uuid.UUID) -> Page:
    """A file: how far it has come, what is wrong with it, or what taking it in would do."""
    found = files.found(web.connection(), str(file_id))
    if found is None:
        abort(404)
    if request.method == "POST":
        return _done(
            lambda: files.take(web.engine(), maker(), str(file_id)),
            _("The file is taken in."),
            url_for("settlement.file_page", file_id=file_id),
        )
    url = url_for("settlement.file_page", file_id=file_id)
    if found["state"] != "waiting":
        return _done_by_now(url, lambda: _shown(found, url))
    return _until_done(url, files.READING, found, lambda why: _shown(found, url, why), file=found)


def _shown(found: Row, url: str, given_up: str | None = None) -> str:
    stored = files.stored_faults(found)
    return render_template(
        "settlement/file.html",
        file=found,
        url=url,
        given_up=given_up,
        unsettled=queries.unsettled(web.connection(), found["summary"].get("packages", [])),
        faults=[(fault, _sentence(replace(fault, row=None, column=None))) for fault in stored],
    )


def _until_done(
    url: str, job: str, waiting: Row, whole: Callable[[str | None], str], **known: object
) -> Page:
    """A page that shows again by itself; what asks for its part alone gets that. When the worker gave up, it says why."""
    with web.engine().begin() as connection:
        given_up = jobs.try_again(connection, job, str(waiting["id"]), web.now())
    if web.is_htmx():
        return render_template("settlement/_waiting.html", url=url, given_up=given_up, **known)
    return Response(whole(given_up), headers={} if given_up else REFRESH)


def _done_by_now(url: str, whole: Callable[[], str]) -> Page:
    """The whole page; whoever waited for a part of it is led there."""
    return Response(headers={"HX-Redirect": url}) if web.is_htmx() else whole()


# --- runs -----------------------------------------------------------------------------------------


@bp.get("/runs/<uuid:run_id>")
def run(run_id: uuid.UUID) -> Page:
    found = _run(run_id)
    url = url_for("settlement.run", run_id=run_id)
    if found["state"] != "computing":
        return _done_by_now(url, lambda: _run_page(found))
    return _until_done(url, runs.COMPUTING, found, lambda why: _run_page(found, given_up=why))


def _run(run_id: uuid.UUID) -> Row:
    found = queries.run(web.connection(), web.actor(), str(run_id), web.today())
    return found if found is not None else abort(404)


def _run_page(
    found: Row,
    faults: dict[str, str] | None = None,
    opened: Opened | None = None,
    given_up: str | None = None,
) -> str:
    run_id = str(found["id"])
    shown = queries.disputes(web.connection(), web.actor(), run_id, web.today())
    own = disputes.own_statement(web.connection(), maker(), run_id)
    return render_template(
        "settlement/run.html",
        run=found,
        given_up=given_up,
        statements=_statements(found),
        disputes=shown,
        faults=faults or {},
        typed=request.form,
        own=own,
        is_disputed=own is not None
        and any(row["party"] == own["party"] and row["state"] == "open" for row in shown),
        is_mine=str(found["proposed_by"]) == web.actor().id,
        url=url_for("settlement.run", run_id=run_id),
        **(_opened(opened) if opened is not None else {"opened": None}),
    )


def _statements(found: Row) -> list[Row]:
    """Those that the reader may open; nobody outside the circle of the negotiation may open any."""
    if not circle.stands(web.connection(), web.actor(), str(found["negotiation_id"]), web.today()):
        return []
    return queries.statements(web.connection(), web.actor(), str(found["id"]), web.today())


def _opened(opened: Opened) -> dict[str, Any]:
    statement = opened.statement
    lines = export.lines(statement)
    is_company = statement.party == papers.COMPANY
    return {
        "opened": opened,
        "is_company": is_company,
        "totals": export.totals(statement),
        "lines": lines[:MOST_SHOWN],
        "left_out": max(0, len(lines) - MOST_SHOWN),
        "shares": [] if is_company else rules.state_share(statement.due),
        "place": lambda part: export.named(statement, part),
    }


@bp.post("/runs/<uuid:run_id>/approve")
def approve(run_id: uuid.UUID) -> BaseResponse:
    _run(run_id)
    return _done(
        lambda: runs.approve(web.engine(), maker(), str(run_id)),
        _("The run is approved, and the parties can open their statements."),
        url_for("settlement.run", run_id=run_id),
    )


@bp.post("/runs/<uuid:run_id>/decline")
def decline(run_id: uuid.UUID) -> BaseResponse:
    _run(run_id)
    return _done(
        lambda: runs.decline(web.engine(), maker(), str(run_id)),
        _("The run is put aside."),
        url_for("settlement.run", run_id=run_id),
    )


# --- statements -----------------------------------------------------------------------------------


@bp.post("/runs/<uuid:run_id>/open")
@require_step_up
def open_statement(run_id: uuid.UUID) -> Page:
    """A statement, on the page or as a workbook; that it was opened is on record before it is shown."""
    found = _run(run_id)
    if not _statements(found):
        abort(404)
    party, unit = _whose()
    try:
        opened = opening.open_statement(
            web.engine(), maker(), found, party, unit, request.form.get("reason", "")
        )
    except BadInput as refusal:
        return _run_page(found, of_field(refusal)), 422
    except (NotForYou, SettlementError):
        abort(404)
    except ProofNeeded:
        return redirect(url_for("security.confirm", next=url_for("settlement.run", run_id=run_id)))
    if request.form.get("as") == "xlsx":
        title = f"{found['case_number']} {found['name']}, {rules.quarter_of(found['until'])}, {opened.name} {unit}"
        content = export.workbook(opened.statement, title.strip(), web.language(), web.now())
        return _attachment(content, XLSX_TYPE, "xlsx")
    return _run_page(found, opened=opened)


def _whose() -> tuple[str, str]:
    """Which party's statement, and of which of its units; chosen together in one list, as “12 Lund”."""
    if "whose" in request.form:
        party, _space, unit = request.form["whose"].partition(" ")
        return party, unit
    return request.form.get("party", ""), request.form.get("unit", "")


@bp.post("/runs/<uuid:run_id>/print")
@require_step_up
def print_statement(run_id: uuid.UUID) -> Page:
    """The printed statement when it has been made; until then a page that says so, and it has been asked for."""
    found = _run(run_id)
    party, unit = _whose()
    listed = _statements(found)
    if not listed:
        abort(404)
    if faults := reason_faults(request.form.get("reason", "")):
        return _run_page(found, of_field(BadInput(*faults))), 422
    whose = next((row for row in listed if row["party"] == party), None)
    if whose is None or (unit and unit not in whose["units"]):
        abort(404)
    language, asked_by = web.language(), maker()
    with web.engine().begin() as connection:
        job = pdf_job.ask(connection, web.actor().id, str(run_id), party, unit, language, web.now())
    if job.state != "done":
        page = render_template("settlement/printing.html", run=found, job=job, party=party, unit=unit)
        return page, 202 if job.state == "waiting" else 200
    sealed_as = pdf_job.row_id(str(run_id), party, unit, language)
    try:
        with web.engine().begin() as connection:
            secret = opening.open_printed(
                connection, asked_by, found, sealed_as, request.form["reason"], web.now()
            )
    except NotForYou:
        abort(404)
    return _attachment(bytes(secret), PDF_TYPE, "pdf")


def _attachment(content: bytes, media_type: str, ending: str) -> Response:
    """A file whose name says nothing of what is in it."""
    name = f"{_('statement')}.{ending}"
    return Response(
        content, mimetype=media_type, headers={"Content-Disposition": f"attachment; filename={name}"}
    )


# --- disputes -------------------------------------------------------------------------------------


@bp.post("/runs/<uuid:run_id>/dispute")
def dispute(run_id: uuid.UUID) -> Page:
    found = _run(run_id)
    try:
        return _done(
            lambda: disputes.dispute(web.engine(), maker(), str(run_id), request.form.get("text", "")),
            _("The secretariat has been told that you dispute your statement."),
            url_for("settlement.run", run_id=run_id),
        )
    except BadInput as refusal:
        return _run_page(found, {"text": next(iter(of_field(refusal).values()))}), 422
    except NotForYou:
        abort(404)


@bp.post("/disputes/<uuid:dispute_id>/resolve")
def resolve(dispute_id: uuid.UUID) -> Page:
    given = request.form
    try:
        run_id = disputes.resolve(
            web.engine(), maker(), str(dispute_id), given.get("verdict", ""), given.get("answer", "")
        )
    except BadInput as refusal:
        run_id = disputes.run_of(web.connection(), str(dispute_id))
        if run_id is None:
            abort(404)
        faults = {f"{name}-{dispute_id}": text for name, text in of_field(refusal).items()}
        return _run_page(_run(uuid.UUID(run_id)), faults), 422
    except (NotForYou, SettlementError) as error:
        if isinstance(error, SettlementError) and error.reason.code == "changed":
            flash(str(texts.ERROR_TEXTS["changed"]), "warning")
            found = disputes.run_of(web.connection(), str(dispute_id))
            return redirect(url_for("settlement.run", run_id=found))
        abort(404)
    flash(_("The dispute is answered."), "success")
    return redirect(url_for("settlement.run", run_id=run_id))
