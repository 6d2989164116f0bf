"""The text of an agreement as pages: opened, signed, and printed; and the evidence of its signatures."""

from __future__ import annotations

import uuid
from urllib.parse import quote

from flask import Response, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.agreements import pdf_job, signing, texts
from nt_process.agreements.answers import Page, bp, carried_out, the_file
from nt_process.agreements.errors import AgreementError
from nt_process.agreements.forms import SignForm
from nt_process.agreements.queries import AgreementFile
from nt_process.agreements.signing import Contract
from nt_process.cases.answering import maker
from nt_process.infra import jobs
from nt_process.infra.pdf import PDF_TYPE
from nt_process.kernel.faults import BadInput
from nt_process.negotiation.forms import ReasonForm
from nt_process.sealed.room import NotForYou
from nt_process.sealed.rules import reason_faults
from nt_process.web.step_up import require_step_up

# Somebody who waits for the worker sees the page again after so many seconds.
REFRESH = {"Refresh": "5"}


@bp.get("/<uuid:agreement_id>/versions/<int:version>")
def text(agreement_id: uuid.UUID, version: int) -> str:
    """Before the text is opened: what it is, and why it is opened."""
    return _text_page(_readable(agreement_id, version), version)


def _readable(agreement_id: uuid.UUID, version: int) -> AgreementFile:
    """The agreement, for who stands where this version can be opened; else 404."""
    file = the_file(agreement_id)
    return file if file.may_read and file.version(version) is not None else abort(404)


def _text_page(
    file: AgreementFile, version: int, problem: str | None = None, reason_form: ReasonForm | None = None,
    contract: Contract | None = None, sign: SignForm | None = None,
) -> str:  # fmt: skip
    row = file.version(version)
    may_sign = bool(row and row["sent_at"] and row["withdrawn_at"] is None and row is file.newest)
    return render_template(
        "agreements/text.html",
        file=file,
        a=file.row,
        row=row,
        contract=contract,
        text=None if contract is None else contract.text[web.language()],
        to_sign=file.own_unsigned(version) if may_sign else [],
        sign=sign or SignForm(formdata=None),
        reason_form=reason_form or ReasonForm(formdata=None),
        problem=problem,
        words=texts,
    )


@bp.post("/<uuid:agreement_id>/versions/<int:version>")
@require_step_up
def read(agreement_id: uuid.UUID, version: int) -> Page:
    """Open the text, and beside it what it takes to sign it."""
    file, form = _readable(agreement_id, version), ReasonForm()

    def command() -> str:
        contract = signing.read(web.engine(), maker(), file.id, version, form.reason.data or "")
        return _text_page(file, version, contract=contract)

    return carried_out(form, command, lambda problem: _text_page(file, version, problem, form))


@bp.post("/<uuid:agreement_id>/versions/<int:version>/sign")
@require_step_up
def sign(agreement_id: uuid.UUID, version: int) -> Page:
    file, form = _readable(agreement_id, version), SignForm()

    def command() -> BaseResponse:
        signing.sign(web.engine(), maker(), file.id, version, form.texts())
        flash(_("You have signed the agreement."), "success")
        return redirect(url_for("agreements.show", agreement_id=agreement_id))

    def show(problem: str | None) -> str:
        # The text is shown again, so that what is signed is still what is read; that is on record too.
        try:
            contract = signing.read(web.engine(), maker(), file.id, version, _("Signing, once more"))
        except AgreementError:
            contract = None
        return _text_page(file, version, problem, contract=contract, sign=form)

    return carried_out(form, command, show)


# --- printed --------------------------------------------------------------------------------------


@bp.post("/<uuid:agreement_id>/versions/<int:version>/print")
@require_step_up
def print_text(agreement_id: uuid.UUID, version: int) -> Page:
    """The printed contract when it has been made; until then a page that says so, and it has been asked for."""
    file, form = _readable(agreement_id, version), ReasonForm()

    def command() -> BaseResponse | tuple[str, int]:
        reason, language = form.reason.data or "", web.language()
        if faults := reason_faults(reason):
            raise BadInput(*faults)
        with web.engine().begin() as connection:
            job = pdf_job.ask_text(connection, web.actor().id, file.id, version, language, web.now())
        if job.state != "done":
            page = render_template(
                "agreements/printing.html", a=file.row, job=job, version=version, words=texts
            )
            return page, 202 if job.state == "waiting" else 200
        try:
            made = pdf_job.printed(web.engine(), maker(), file.row, version, language, reason)
        except NotForYou:
            abort(404)
        return _pdf(made, _("agreement"))

    return carried_out(form, command, lambda problem: _text_page(file, version, problem, form))


@bp.get("/<uuid:agreement_id>/evidence.pdf")
def evidence(agreement_id: uuid.UUID) -> Page:
    """Who signed what and when, with the hashes, as a printed document; nothing of what is agreed."""
    file, language = the_file(agreement_id), web.language()
    key = pdf_job.key_of(file, language)
    made = jobs.result(web.connection(), pdf_job.EVIDENCE, key)
    if made is not None:
        return _pdf(made, _("evidence"))
    with web.engine().begin() as connection:
        job = pdf_job.ask_evidence(connection, key, web.actor().id, file.id, language, web.now())
    page = render_template("agreements/printing.html", a=file.row, job=job, version=None, words=texts)
    headers = REFRESH if job.state == "waiting" else {}
    return Response(page, status=202 if job.state == "waiting" else 200, headers=headers)


def _pdf(content: bytes, name: str) -> Response:
    """A document whose name says nothing of what is in it."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}.pdf"}
    return Response(content, mimetype=PDF_TYPE, headers=headers)
