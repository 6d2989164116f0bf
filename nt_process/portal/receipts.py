"""The receipt of what was filed: register number, instant and hashes; as facts for a page, and as a printed document.

A receipt repeats no answer. It names the documents and says by their hashes exactly which files they were.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from babel.dates import format_datetime
from sqlalchemy.engine import Engine

from nt_process.infra import jobs
from nt_process.infra.operation import OperationError
from nt_process.infra.pdf import html_of, render_in_child
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.messages import N_
from nt_process.portal import form as forms
from nt_process.portal.form import PROVISIONS
from nt_process.portal.queries import FilingFile
from nt_process.portal.rules import stated_documents

KIND = "application_receipt_pdf"

_FILING = sa.text("""
    SELECT f.*, c.number AS case_number, a.medicine, o.name AS company, s.content AS form_content
    FROM application_filing f JOIN application a ON a.id = f.application_id JOIN organisation o ON o.id = a.company_id
    JOIN cases c ON c.id = f.case_id JOIN application_form s ON s.sha256 = f.form_sha256
    WHERE f.id = :id
""")


def facts(found: FilingFile) -> dict[str, Any]:
    """What a receipt says."""
    return {
        "filing": found.row,
        "form": found.form,
        "files": stated_documents(found.content["documents"]),
        "provisions": PROVISIONS,
    }


def key_of(filing_id: str, language: str) -> str:
    """Begins with the filing's id: whoever may read that may have its receipt made (migration 0014)."""
    return f"{filing_id} {language}"


def params(filing_id: uuid.UUID, language: str) -> dict[str, str]:
    return {"filing": str(filing_id), "language": language}


def make(engine: Engine, given: Mapping[str, Any]) -> bytes:
    """The worker's part: the same receipt always gives the same bytes."""
    with engine.connect() as connection:
        row = connection.execute(_FILING, {"id": uuid.UUID(given["filing"])}).mappings().first()
    if row is None:
        raise OperationError(N_("What was filed is not here any more."))
    language = given["language"]
    found = FilingFile(row, forms.parse(row["form_content"]), json.loads(row["content"]))
    at = format_datetime(row["at"].astimezone(STOCKHOLM), "yyyy-MM-dd HH:mm:ss", locale=language)
    made_at = row["at"].isoformat(timespec="seconds")
    html = html_of("application_receipt.html", language, **facts(found), at=at, made_at=made_at)
    return render_in_child(html, made_at=row["at"])


HANDLERS: Mapping[str, jobs.Handler] = {KIND: make}
