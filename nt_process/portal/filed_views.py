"""What has been filed, as its members, the council's side and TLV read it; and the supplement that is asked for."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.engine import Engine
from werkzeug.wrappers import Response as BaseResponse

from nt_process import rights, web
from nt_process.cases import queries as case_queries
from nt_process.cases.errors import CaseNotFound, Refused
from nt_process.cases.page import CasePage, actor_towards, case_page
from nt_process.engine.decide import Outcome, available
from nt_process.infra import files, jobs
from nt_process.infra.pdf import PDF_TYPE
from nt_process.infra.rows import Row
from nt_process.kernel.reasons import Reason
from nt_process.portal import filing, queries, receipts, service, shown, texts
from nt_process.portal.errors import PortalError
from nt_process.portal.form import YEARS
from nt_process.portal.queries import ApplicationFile, FilingFile
from nt_process.portal.rules import NotAnAnswer
from nt_process.portal.service import ANSWER, SECRET_ANSWER, Maker
from nt_process.portal.views import take_document
from nt_process.web import reason_texts, template_filters

bp = Blueprint("filed", __name__, url_prefix="/applications")


@bp.errorhandler(PortalError)
def _refused(error: PortalError) -> ResponseReturnValue:
    return shown.refused(error)


@bp.app_template_global("applications_in")
def applications_in(number: str) -> Sequence[Row]:
    """What has been filed in a case, for its own page; nothing for whoever may not read it."""
    actor = g.get("actor")
    if actor is None or not rights.APPLICATION_READERS.allows(actor.roles):
        return ()
    return queries.filed_applications(web.connection(), actor, number)


@bp.get("")
def index() -> str:
    """Everything that has been filed and that the reader has part in, the latest first."""
    found = queries.filed_applications(web.connection(), web.actor())
    return render_template("portal/filed.html", applications=found, processes=reason_texts.process_names())


# --- one application, followed --------------------------------------------------------------------


def _file(application_id: uuid.UUID) -> ApplicationFile:
    found = queries.application_file(web.connection(), web.actor(), str(application_id))
    if found is None or found.row["status"] == "withdrawn":
        abort(404)
    if found.row["status"] == "draft":
        abort(redirect(url_for("portal.show", application_id=application_id)))
    return found


def _case(found: ApplicationFile) -> tuple[case_queries.CaseFile, CasePage]:
    file = case_queries.case_file(web.connection(), web.actor(), found.row["number"])
    if file is None:
        abort(404)
    return file, case_page(file, web.actor(), web.today())


@bp.get("/<uuid:application_id>")
def show(application_id: uuid.UUID) -> str:
    """Where the case stands, its clocks with how they were counted, what may be done, and what was filed."""
    found = _file(application_id)
    file, page = _case(found)
    me = actor_towards(web.actor(), file.case)
    decisions = (
        available(page.workflow, file.case, me, page.facts, web.now()) if found.row["is_member"] else []
    )
    awaited = filing.awaited_answer(file.case)
    left_out = {awaited.name} if awaited is not None else set()
    return render_template(
        "portal/followed.html",
        file=found,
        application=found.row,
        page=page,
        awaited=awaited,
        offered=[
            action
            for action, decision in decisions
            if isinstance(decision, Outcome) and action.name not in left_out and filing.ROLE in action.by
        ],
        requests=_requests(file, page),
        words=texts,
        names=reason_texts,
    )


def _requests(file: case_queries.CaseFile, page: CasePage) -> list[dict[str, Any]]:
    """Each request for a supplement: its number, day and words, as the case's log has them."""
    found = []
    for event in file.events:
        action = page.workflow.actions.get(event.action or "")
        if action is not None and event.inputs.get("request"):
            found.append(
                {
                    "seq": event.seq,
                    "day": event.day,
                    "request": event.inputs["request"],
                    "by": event.actor.organisation,
                }
            )
    return found


# --- the supplement -------------------------------------------------------------------------------


def _asked(application_id: uuid.UUID) -> tuple[ApplicationFile, CasePage, int, dict[str, Any] | None]:
    """The application of a member whose case awaits a supplement, with the request. Without one: 404."""
    found = _file(application_id)
    file, page = _case(found)
    if not found.row["is_member"] or filing.awaited_answer(file.case) is None:
        abort(404)
    seq = filing.latest_request(web.connection(), file.id) or 0
    return found, page, seq, next((one for one in _requests(file, page) if one["seq"] == seq), None)


@bp.get("/<uuid:application_id>/supplement")
def supplement(application_id: uuid.UUID) -> str | tuple[str, int]:
    return _supplement_page(application_id)


@bp.post("/<uuid:application_id>/supplement")
def send_supplement(application_id: uuid.UUID) -> str | tuple[str, int] | BaseResponse:
    """Keep the answer, and file it when that is what the button says."""
    _found, _page, seq, _request = _asked(application_id)
    faults: dict[str, str] = {}
    for name in (ANSWER, SECRET_ANSWER):
        faults |= _keep(application_id, seq, name)
    if faults:
        return _supplement_page(application_id, faults)
    if "send" not in request.form:
        flash(_("Saved."), "success")
        return redirect(url_for("filed.supplement", application_id=application_id))
    try:
        filing_id = filing.supplement(web.engine(), _maker(), str(application_id), seq)
    except Refused as refused:
        return _supplement_page(application_id, refused=refused.reasons)
    except CaseNotFound:
        abort(404)
    except PortalError as error:
        if error.reason.code == "no_answer":
            return _supplement_page(application_id, {ANSWER: shown.explain(error)})
        if error.reason.code == "not_coordinator":
            return _supplement_page(application_id, {ANSWER: shown.explain(error)})
        raise
    return redirect(url_for("filed.receipt", filing_id=filing_id))


def _keep(application_id: uuid.UUID, seq: int, name: str) -> dict[str, str]:
    if name not in request.form:
        return {}
    try:
        service.draft_supplement(
            web.engine(), _maker(), str(application_id), seq, name, request.form[name], _seen(name)
        )
    except NotAnAnswer as fault:
        return {name: shown.fault(fault)}
    except PortalError as error:
        if error.reason.code != "changed":
            raise
        return {name: _faster(error)}
    return {}


@bp.post("/<uuid:application_id>/supplement/answers/<name>")
def answer_supplement(application_id: uuid.UUID, name: str) -> tuple[str, int]:
    """Keep a part of the answer while it is typed."""
    _found, _page, seq, _request = _asked(application_id)
    if name not in (ANSWER, SECRET_ANSWER):
        abort(404)
    version, fault, status = _seen(name), "", 200
    try:
        version = service.draft_supplement(
            web.engine(), _maker(), str(application_id), seq, name, request.form.get(name, ""), version
        )
    except NotAnAnswer as error:
        fault, status = shown.fault(error), 422
    except PortalError as error:
        if error.reason.code != "changed":
            raise
        fault, status = _faster(error), 409
    html = render_template(
        "portal/_saved.html", field={"name": name}, version=version, fault=fault, at=web.now()
    )
    return html, status


def _faster(error: PortalError) -> str:
    params = error.reason.params
    return _(
        "%(person)s changed this at %(at)s. Yours is not saved. Read what stands there now, and save again.",
        person=params["person"],
        at=template_filters.instant(params["at"]),  # type: ignore[arg-type]
    )


@bp.post("/<uuid:application_id>/supplement/documents")
def add_supplement_document(application_id: uuid.UUID) -> str | tuple[str, int] | BaseResponse:
    _found, _page, seq, _request = _asked(application_id)
    faults = take_document(application_id, seq)
    if faults:
        return _supplement_page(application_id, faults)
    flash(_("The document is added."), "success")
    return redirect(url_for("filed.supplement", application_id=application_id))


def _supplement_page(
    application_id: uuid.UUID, faults: Mapping[str, str] | None = None, refused: tuple[Reason, ...] = ()
) -> str | tuple[str, int]:
    found, page, seq, asked = _asked(application_id)
    answers = {}
    for name in (ANSWER, SECRET_ANSWER):
        kept = found.answers.get(service.supplement_field(seq, name))
        typed = request.form.get(name) if faults else None
        answers[name] = (
            typed if typed is not None else kept["value"] if kept else "",
            kept["version"] if kept else 0,
        )
    html = render_template(
        "portal/supplement.html",
        file=found,
        application=found.row,
        page=page,
        asked=asked,
        answers=answers,
        documents=found.documents_of(seq),
        kinds=service.kind_names(service.SUPPLEMENT_KINDS, web.language()),
        faults=faults or {},
        refused=refused,
        given=request.form,
        names=reason_texts,
        **shown.document_words(),
    )
    return html, 422 if faults or refused else 200


# --- documents, filings and receipts ----------------------------------------------------------------


@bp.get("/<uuid:application_id>/documents/<uuid:document_id>/<any(public, secret):version>")
def download(application_id: uuid.UUID, document_id: uuid.UUID, version: str) -> Response:
    """Always an attachment, never shown by the browser in this site's name."""
    found = queries.document_file(
        web.connection(), web.actor(), str(application_id), str(document_id), version
    )
    if found is None:
        abort(404)
    sha256, name, size, media_type = found
    response = Response(_parts(web.engine(), sha256), mimetype=media_type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response.headers["Content-Length"] = str(size)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _parts(engine: Engine, sha256: str) -> Iterator[bytes]:
    """A file piece by piece, over a connection of its own: the request's is given back before they are sent."""
    with engine.connect() as connection:
        yield from files.open_parts(connection, sha256)


def _filing(filing_id: uuid.UUID) -> FilingFile:
    found = queries.filing_file(web.connection(), web.actor(), str(filing_id))
    return found if found is not None else abort(404)


@bp.get("/filings/<uuid:filing_id>")
def as_filed(filing_id: uuid.UUID) -> str:
    """The form and its answers as they were filed, read from the text that the hash is of."""
    found = _filing(filing_id)
    answers: Mapping[str, str] = found.content.get("answers", {})
    return render_template(
        "portal/as_filed.html",
        filing=found.row,
        form=found.form,
        content=found.content,
        sections=[
            (section, shown.section_lines(section, answers)) for section in found.form.sections.values()
        ]
        if answers
        else [],
        years=YEARS,
        words=texts,
        **shown.document_words(),
    )


@bp.get("/filings/<uuid:filing_id>/receipt")
def receipt(filing_id: uuid.UUID) -> str:
    found = _filing(filing_id)
    return render_template("portal/receipt.html", **receipts.facts(found), words=texts)


@bp.get("/filings/<uuid:filing_id>/receipt.pdf")
def receipt_pdf(filing_id: uuid.UUID) -> Response:
    found = _filing(filing_id)
    key = receipts.key_of(str(filing_id), web.language())
    made = jobs.result(web.connection(), receipts.KIND, key)
    if made is not None:
        name = _("receipt-%(number)s", number=found.row["case_number"])
        disposition = f"attachment; filename={name}.pdf"
        return Response(made, mimetype=PDF_TYPE, headers={"Content-Disposition": disposition})
    with web.engine().begin() as connection:
        job = jobs.ask(connection, receipts.KIND, key, receipts.params(filing_id, web.language()), web.now())
    page = render_template("portal/receipt_waiting.html", job=job, filing=found.row, url=request.path)
    if job.state != "waiting":
        return Response(page)
    return Response(page, status=202, headers={"Refresh": "4"})


def _maker() -> Maker:
    return Maker(web.actor(), web.now())


def _seen(name: str) -> int:
    text = request.form.get(f"v-{name}", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
