"""What the pages of negotiations share: the file, a form shown or carried out, and refusals in words."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

from flask import abort, render_template, request

from nt_process import web
from nt_process.cases import answering, documents
from nt_process.cases.answering import Page
from nt_process.engine.loader import load_published
from nt_process.infra.rows import Row
from nt_process.kernel.reasons import NotDone
from nt_process.negotiation import queries, texts
from nt_process.negotiation.forms import NegotiationForm, ReasonForm
from nt_process.negotiation.offers import Attachment
from nt_process.negotiation.queries import NegotiationFile


def the_file(negotiation_id: uuid.UUID) -> NegotiationFile:
    """The negotiation, or 404 for who may not know of it."""
    found = queries.negotiation_file(web.connection(), web.actor(), str(negotiation_id), web.today())
    return found if found is not None else abort(404)


def the_delegates(negotiation_id: uuid.UUID) -> NegotiationFile:
    """The negotiation, for who is of its delegation today; else 404."""
    found = the_file(negotiation_id)
    return found if found.is_delegate else abort(404)


def explain(error: NotDone) -> str:
    return str(texts.ERROR_TEXTS[error.reason.code]) % dict(error.reason.params)


def carried_out(
    form: NegotiationForm, command: Callable[[], Page], show: Callable[[str | None], str],
    explain: Callable[[NotDone], str] = explain,
) -> Page:  # fmt: skip
    """As `answering.carried_out`, with the refusals of negotiations where no others are given."""
    return answering.carried_out(form, command, show, explain)


def draw(template: str, file: NegotiationFile, tab: str, **shown: Any) -> str:
    """A page of one negotiation."""
    return render_template(
        template, file=file, n=file.row, tab=tab, words=texts, stage=stage(file.row, file),
        reason_form=shown.pop("reason_form", None) or ReasonForm(formdata=None), **shown,
    )  # fmt: skip


def stage(row: Row | Mapping[str, Any], _file: object = None) -> str:
    """What the case's state is called for this reader: the only stage that a negotiation has."""
    workflow = load_published().get((row["process"], row["workflow_version"]))
    if workflow is None:
        return str(row["state"])
    return workflow.states[row["state"]].labels[web.actor().audience].in_language(web.language())


def uploaded(name: str, most: int) -> list[Attachment]:
    """The files that came along, one more than may be, so that too many are seen to be."""
    found = []
    for upload in request.files.getlist(name)[: most + 1]:
        with closing(upload):
            if upload.filename:
                found.append(Attachment(upload.filename, upload.stream.read(documents.MAX_BYTES + 1)))
    return found
