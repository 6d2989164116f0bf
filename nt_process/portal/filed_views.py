"""What has been filed, as its members, the council's side and TLV read it: followed, read and downloaded."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from flask import Response, abort, g, redirect, render_template, url_for
from flask_babel import gettext as _

from nt_process import rights, web
from nt_process.cases import queries as case_queries
from nt_process.cases.page import CasePage, actor_towards, case_page
from nt_process.engine.decide import Outcome, available
from nt_process.infra.rows import Row
from nt_process.portal import filing, queries, receipts, shown, texts
from nt_process.portal.blueprint import filed
from nt_process.portal.form import YEARS
from nt_process.portal.queries import ApplicationFile, FilingFile
from nt_process.web import printing, reason_texts
from nt_process.web.downloads import parts_of
from nt_process.web.printing import Printed


@filed.app_template_global("applications_in")
def applications_in(number: str) -> Sequence[Row]:
    """What has been filed in a case, for its own page; nothing for whoever may not read it."""
    actor = g.get("actor")
    if actor is None or not rights.APPLICATION_READERS.allows(actor.roles):
        return ()
    return queries.filed_applications(web.connection(), actor, number)


@filed.get("")
def index() -> str:
    """Everything that has been filed and that the reader has part in, the latest first."""
    found = queries.filed_applications(web.connection(), web.actor())
    return render_template("portal/filed.html", applications=found, processes=reason_texts.process_names())


# --- one application, followed --------------------------------------------------------------------


def the_application(application_id: uuid.UUID) -> ApplicationFile:
    found = queries.application_file(web.connection(), web.actor(), str(application_id))
    if found is None or found.row["status"] == "withdrawn":
        abort(404)
    if found.row["status"] == "draft":
        abort(redirect(url_for("portal.show", application_id=application_id)))
    return found


def its_case(found: ApplicationFile) -> tuple[case_queries.CaseFile, CasePage]:
    file = case_queries.case_file(web.connection(), web.actor(), found.row["number"])
    if file is None:
        abort(404)
    return file, case_page(file, web.actor(), web.today())


@filed.get("/<uuid:application_id>")
def show(application_id: uuid.UUID) -> str:
    """Where the case stands, its clocks with how they were counted, what may be done, and what was filed."""
    found = the_application(application_id)
    file, page = its_case(found)
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
        requests=requests_in(file, page),
        words=texts,
        names=reason_texts,
    )


def requests_in(file: case_queries.CaseFile, page: CasePage) -> list[dict[str, Any]]:
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


# --- documents, filings and receipts ----------------------------------------------------------------


@filed.get("/<uuid:application_id>/documents/<uuid:document_id>/<any(public, secret):version>")
def download(application_id: uuid.UUID, document_id: uuid.UUID, version: str) -> Response:
    """Always an attachment, never shown by the browser in this site's name."""
    found = queries.document_file(
        web.connection(), web.actor(), str(application_id), str(document_id), version
    )
    if found is None:
        abort(404)
    sha256, name, size, media_type = found
    response = Response(parts_of(sha256), mimetype=media_type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response.headers["Content-Length"] = str(size)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _filing(filing_id: uuid.UUID) -> FilingFile:
    found = queries.filing_file(web.connection(), web.actor(), str(filing_id))
    return found if found is not None else abort(404)


@filed.get("/filings/<uuid:filing_id>")
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


@filed.get("/filings/<uuid:filing_id>/receipt")
def receipt(filing_id: uuid.UUID) -> str:
    found = _filing(filing_id)
    return render_template(
        "portal/receipt.html", **{**receipts.facts(found), **shown.document_words()}, words=texts
    )


@filed.get("/filings/<uuid:filing_id>/receipt.pdf")
def receipt_pdf(filing_id: uuid.UUID) -> Response:
    found, language = _filing(filing_id), web.language()
    return printing.answer(
        Printed(
            kind=receipts.KIND,
            key=receipts.key_of(str(filing_id), language),
            params=receipts.params(filing_id, language),
            name=_("receipt-%(number)s", number=found.row["case_number"]),
            title=_("Receipt as PDF"),
            back=(url_for("filed.receipt", filing_id=filing_id), _("Back to the receipt")),
            opened=False,
        )
    )
