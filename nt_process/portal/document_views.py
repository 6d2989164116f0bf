"""The documents of an application that is being written, and of a supplement."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.cases.documents import MAX_BYTES
from nt_process.kernel.reasons import Reason
from nt_process.portal import documents as commands
from nt_process.portal import queries, shown
from nt_process.portal.blueprint import bp
from nt_process.portal.documents import NewDocument, Upload
from nt_process.portal.queries import ApplicationFile
from nt_process.portal.rules import CLAIM_FIELDS, MOST_CLAIMS
from nt_process.portal.wizard import DOCUMENTS, frame, maker, the_draft
from nt_process.web import reason_texts


@bp.get("/applications/<uuid:application_id>/documents")
def documents(application_id: uuid.UUID) -> str | tuple[str, int]:
    return _documents_page(the_draft(application_id), {})


@bp.post("/applications/<uuid:application_id>/documents")
def add_document(application_id: uuid.UUID) -> str | tuple[str, int] | BaseResponse:
    found = the_draft(application_id)
    faults = take_document(application_id, None)
    if faults:
        return _documents_page(found, faults)
    flash(_("The document is added."), "success")
    return redirect(url_for("portal.documents", application_id=application_id))


def take_document(application_id: uuid.UUID, request_seq: int | None) -> dict[str, str]:
    """Add the document that was sent; or what is wrong with each field, in words."""
    given = request.form
    claims = [
        {name: given.get(f"{name}-{number}", "") for name in CLAIM_FIELDS}
        for number in range(1, MOST_CLAIMS + 1)
    ]
    sent = NewDocument(
        given.get("kind", ""), given.get("title", ""), claims, _upload("public_file"), _upload("secret_file")
    )
    faults = commands.add_document(
        web.engine(),
        maker(),
        str(application_id),
        sent,
        request_seq,
    )
    return {
        name: reason_texts.describe(fault) if isinstance(fault, Reason) else shown.fault(fault)
        for name, fault in faults.items()
    }


def _upload(name: str) -> Upload | None:
    sent: FileStorage | None = request.files.get(name)
    if sent is None or not sent.filename:
        return None
    return Upload(sent.filename, sent.stream.read(MAX_BYTES + 1))


def _documents_page(found: ApplicationFile, faults: Mapping[str, str]) -> str | tuple[str, int]:
    html = render_template(
        "portal/documents.html",
        **frame(found, DOCUMENTS),
        documents=found.documents_of(None),
        kinds=commands.kind_names(commands.APPLICATION_KINDS, web.language()),
        faults=faults,
        given=request.form,
        **shown.document_words(),
    )
    return html, 422 if faults else 200


@bp.post("/applications/<uuid:application_id>/documents/<uuid:document_id>/remove")
def remove_document(application_id: uuid.UUID, document_id: uuid.UUID) -> BaseResponse:
    found = queries.application_file(web.connection(), web.actor(), str(application_id))
    if found is None or not found.row["is_member"]:
        abort(404)
    commands.remove_document(web.engine(), maker(), str(application_id), str(document_id))
    flash(_("The document is removed."), "success")
    if found.row["status"] == "submitted":
        return redirect(url_for("filed.supplement", application_id=application_id))
    return redirect(url_for("portal.documents", application_id=application_id))
