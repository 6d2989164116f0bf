"""The signed recommendation as a printed document: made once by the worker, and kept with the signature.

It is in Swedish, the language of the decision, and says when it was signed. It is a file of the case from the instant it
is public.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.infra import files, jobs, pdf
from nt_process.infra.operation import OperationError
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.messages import N_, translator
from nt_process.recommendations.rules import document

KIND = "recommendation_pdf"
LANGUAGE = "sv"
_GONE = N_("The recommendation is not there any more.")

_SIGNED = sa.text("SELECT * FROM recommendation_signature WHERE id = :id")
_KEEP = sa.text(
    "UPDATE recommendation_signature SET pdf_sha256 = :sha256 WHERE id = :id AND pdf_sha256 IS NULL"
)


def ask(connection: Connection, signature_id: str, at: datetime) -> jobs.Job:
    """Have a signed recommendation printed, in a transaction of the caller's."""
    return jobs.ask(connection, KIND, signature_id, {"signature": signature_id}, at)


def make(engine: Engine, params: Mapping[str, Any]) -> bytes:
    """The worker's part. The file is kept with the signature, and the job holds nothing of it."""
    wanted = {"id": uuid.UUID(str(params["signature"]))}
    with engine.connect() as connection:
        signed = connection.execute(_SIGNED, wanted).mappings().first()
    if signed is None:
        raise OperationError(_GONE)
    if signed["pdf_sha256"] is None:
        made = pdf.render_in_child(html(dict(signed)), made_at=signed["at"])
        with engine.begin() as connection:
            sha256 = files.store(connection, made, pdf.PDF_TYPE, signed["at"])
            connection.execute(_KEEP, {**wanted, "sha256": sha256})
    return b""


def html(signed: Mapping[str, Any], language: str = LANGUAGE) -> str:
    """The document that is printed. `signed` is a signature with its content."""
    # Only who prints needs them; who asks, such as the scheduler, does without a web framework.
    from nt_process.recommendations import texts

    _ = translator(language)
    content, at = signed["content"], signed["at"]
    kind = texts.KIND_MESSAGES[content["kind"]]
    relation = texts.RELATION_MESSAGES.get(content["relation"] or "", "")
    return pdf.html_of(
        "recommendation.html",
        language,
        made_at=at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        c=content,
        label=content["label"][language],
        kind=_(kind),
        names={name: _(message) for name, message in texts.FIELD_MESSAGES.items()},
        levels={name: _(texts.LEVEL_MESSAGES[content[name]]) for name in document.LEVELS if content[name]},
        relation=_(relation) if relation else "",
        parts=document,
        text_hash=signed["text_hash"],
        signed_by=signed["person"],
        role=_(texts.SIGNER),
        signed_at=at.astimezone(STOCKHOLM).strftime("%Y-%m-%d %H:%M"),
        public_at=signed["publish_at"].astimezone(STOCKHOLM).strftime("%Y-%m-%d %H:%M"),
    )


HANDLERS: Mapping[str, jobs.Handler] = {KIND: make}
