"""A release as a printed document, made in the background of the same figures as its table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection, Engine

from nt_process.disclosure import export, queries, texts
from nt_process.disclosure.queries import ReleaseFile
from nt_process.infra import jobs, pdf
from nt_process.infra.operation import OperationError
from nt_process.infra.rows import Row
from nt_process.kernel.messages import N_, translator

KIND = "release_pdf"
_GONE = N_("The release has not been published.")


def key_of(row: Row, language: str) -> str:
    """A published release never changes, so the language makes all the difference."""
    return f"{row['id']}; {language}"


def ask(connection: Connection, row: Row, language: str, at: datetime) -> jobs.Job:
    params = {"release": str(row["id"]), "language": language}
    return jobs.ask(connection, KIND, key_of(row, language), params, at)


def make(engine: Engine, params: Mapping[str, Any]) -> bytes:
    """The worker's part: read the release, lay it out in a process of its own."""
    language = str(params["language"])
    with engine.connect() as connection:
        file = queries.release(connection, None, str(params["release"]))
    if file is None or file.row["state"] != "published":
        raise OperationError(_GONE)
    _ = translator(language)
    data = export.csv_bytes(file, language)
    attached = pdf.AttachedFile(f"{_(N_('release'))}.csv", _(N_("The figures as a table")), data)
    made_at = file.row["decided_at"]
    return pdf.render_in_child(document(file, language), made_at=made_at, attachments=[attached])


def document(file: ReleaseFile, language: str) -> str:
    """The HTML of the printed release, with the instant of its publication as its own."""
    _ = translator(language)
    layout = texts.LAYOUT_MESSAGES[file.row["layout"]]
    return pdf.html_of(
        "release.html",
        language,
        made_at=file.row["decided_at"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        release=file.row,
        heading=export.heading(file.row, language),
        first=_(layout),
        lines=export.lines(file, language),
        notes=export.notes(file.row, language),
    )


HANDLERS: Mapping[str, jobs.Handler] = {KIND: make}
