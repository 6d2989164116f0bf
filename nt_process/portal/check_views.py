"""The last step: what is missing, all answers once more, and sending."""

from __future__ import annotations

import uuid

from flask import abort, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.cases.errors import CaseNotFound, Refused
from nt_process.kernel.reasons import Reason
from nt_process.portal import filing, rules, shown
from nt_process.portal.blueprint import bp
from nt_process.portal.errors import PortalError
from nt_process.portal.queries import ApplicationFile
from nt_process.portal.wizard import CHECK, frame, maker, the_draft


@bp.get("/applications/<uuid:application_id>/check")
def check(application_id: uuid.UUID) -> str | tuple[str, int]:
    return _check_page(the_draft(application_id))


@bp.post("/applications/<uuid:application_id>/check")
def send(application_id: uuid.UUID) -> str | tuple[str, int] | BaseResponse:
    the_draft(application_id)
    try:
        filing_id = filing.submit(web.engine(), maker(), str(application_id))
    except Refused as refused:
        return _check_page(the_draft(application_id), refused.reasons)
    except CaseNotFound:
        abort(404)
    except PortalError as error:
        if error.reason.code not in ("incomplete", "claim_over", "not_coordinator"):
            raise
        return _check_page(the_draft(application_id), problem=shown.explain(error))
    return redirect(url_for("filed.receipt", filing_id=filing_id))


def _check_page(
    found: ApplicationFile, refused: tuple[Reason, ...] = (), problem: str = ""
) -> str | tuple[str, int]:
    sections = [
        (section, shown.section_lines(section, found.values)) for section in found.form.sections.values()
    ]
    documents = found.documents_of(None)
    html = render_template(
        "portal/check.html",
        **frame(found, CHECK),
        missing=rules.missing(found.form, found.values),
        lapsed=rules.lapsed(found.form, found.values, web.today()),
        lapsed_documents=rules.lapsed_documents(documents, web.today()),
        labels=found.form.sections,
        sections=sections,
        documents=documents,
        refused=refused,
        problem=problem,
        **shown.document_words(),
    )
    return html, 422 if refused or problem else 200
