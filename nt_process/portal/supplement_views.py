"""The supplement that a company is asked for: written by its members, and filed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.cases.errors import CaseNotFound, Refused
from nt_process.cases.page import CasePage
from nt_process.kernel.reasons import Reason
from nt_process.portal import documents, filing, service, shown
from nt_process.portal.blueprint import filed
from nt_process.portal.document_views import take_document
from nt_process.portal.errors import PortalError
from nt_process.portal.filed_views import its_case, requests_in, the_application
from nt_process.portal.queries import ApplicationFile
from nt_process.portal.rules import NotAnAnswer
from nt_process.portal.service import ANSWER, SECRET_ANSWER
from nt_process.portal.wizard import maker, seen
from nt_process.web import reason_texts, template_filters


def _asked(application_id: uuid.UUID) -> tuple[ApplicationFile, CasePage, int, dict[str, Any] | None]:
    """The application of a member whose case awaits a supplement, with the request. Without one: 404."""
    found = the_application(application_id)
    file, page = its_case(found)
    if not found.row["is_member"] or filing.awaited_answer(file.case) is None:
        abort(404)
    seq = filing.latest_request(web.connection(), file.id) or 0
    return found, page, seq, next((one for one in requests_in(file, page) if one["seq"] == seq), None)


@filed.get("/<uuid:application_id>/supplement")
def supplement(application_id: uuid.UUID) -> str | tuple[str, int]:
    return _supplement_page(application_id)


@filed.post("/<uuid:application_id>/supplement")
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
        filing_id = filing.supplement(web.engine(), maker(), str(application_id), seq)
    except Refused as refused:
        return _supplement_page(application_id, refused=refused.reasons)
    except CaseNotFound:
        abort(404)
    except PortalError as error:
        if error.reason.code in ("no_answer", "not_coordinator", "claim_over"):
            return _supplement_page(application_id, {ANSWER: shown.explain(error)})
        raise
    return redirect(url_for("filed.receipt", filing_id=filing_id))


def _keep(application_id: uuid.UUID, seq: int, name: str) -> dict[str, str]:
    if name not in request.form:
        return {}
    try:
        service.draft_supplement(
            web.engine(), maker(), str(application_id), seq, name, request.form[name], seen(name)
        )
    except NotAnAnswer as fault:
        return {name: shown.fault(fault)}
    except PortalError as error:
        if error.reason.code != "changed":
            raise
        return {name: _faster(error)}
    return {}


@filed.post("/<uuid:application_id>/supplement/answers/<name>")
def answer_supplement(application_id: uuid.UUID, name: str) -> tuple[str, int]:
    """Keep a part of the answer while it is typed."""
    _found, _page, seq, _request = _asked(application_id)
    if name not in (ANSWER, SECRET_ANSWER):
        abort(404)
    version, fault, status = seen(name), "", 200
    try:
        version = service.draft_supplement(
            web.engine(), maker(), str(application_id), seq, name, request.form.get(name, ""), version
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


@filed.post("/<uuid:application_id>/supplement/documents")
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
        kinds=documents.kind_names(documents.SUPPLEMENT_KINDS, web.language()),
        faults=faults or {},
        refused=refused,
        given=request.form,
        names=reason_texts,
        **shown.document_words(),
    )
    return html, 422 if faults or refused else 200
