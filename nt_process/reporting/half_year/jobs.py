"""The worker's part of half-yearly reports: counting them, printing them, and comparing them with what is known now.

All of it reads as the system, so that a report does not depend on who asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.engine.loader import load_published
from nt_process.infra import files, jobs, pdf
from nt_process.infra.operation import OperationError
from nt_process.kernel.messages import N_
from nt_process.reporting.half_year import comparing, queries, reports, service
from nt_process.reporting.half_year.figures import canonical, fingerprint, to_bytes
from nt_process.reporting.half_year.reports import ReportFile

_GONE = N_("The report is not there.")

_KEEP_FIGURES = sa.text("""
    INSERT INTO half_year_figures (report_id, content, sha256) VALUES (:id, :content, :sha256) ON CONFLICT DO NOTHING
""")
_KEEP_PDF = sa.text(
    "UPDATE half_year_issue SET pdf_sha256 = :sha256 WHERE report_id = :id AND pdf_sha256 IS NULL"
)


def count(engine: Engine, params: Mapping[str, Any]) -> bytes:
    """Count a report's figures as known on its day, and keep them; what is counted already stays as it is."""
    file = _file(engine, params)
    if file.figures is None:
        with engine.connect() as connection:
            found = queries.figures(connection, load_published(), file.period, file.known_on)
        content = to_bytes(found)
        given = {"id": file.row["id"], "content": content.decode(), "sha256": fingerprint(content)}
        with engine.begin() as connection:
            connection.execute(_KEEP_FIGURES, given)
    return b""


def print_report(engine: Engine, params: Mapping[str, Any]) -> bytes:
    """Print a report; the one that was issued is kept with it, in the language it was issued in."""
    from nt_process.reporting.half_year.formats import pdf_bytes

    file, language = _file(engine, params), str(params["language"])
    if file.figures is None:
        raise OperationError(_GONE)
    made = pdf_bytes(file, load_published(), language, pdf.render_in_child)
    if file.is_issued and language == service.LANGUAGE:
        with engine.begin() as connection:
            sha256 = files.store(connection, made, pdf.PDF_TYPE, file.made_at)
            connection.execute(_KEEP_PDF, {"id": file.row["id"], "sha256": sha256})
    return made


def compare(engine: Engine, params: Mapping[str, Any]) -> bytes:
    """What the report would say as known at the end of another day, what differs, and what was recorded between."""
    file, now_on = _file(engine, params), date.fromisoformat(str(params["now_on"]))
    if file.figures is None:
        raise OperationError(_GONE)
    with engine.connect() as connection:
        return canonical(comparison(connection, file, now_on))


def comparison(connection: Connection, file: ReportFile, now_on: date) -> dict[str, Any]:
    """`compare` as plain values. `reproduced`: counted once more as known then, the figures are those that were kept."""
    workflows, kept = load_published(), file.figures
    if kept is None:
        raise OperationError(_GONE)
    again = queries.figures(connection, workflows, file.period, file.known_on)
    now = queries.figures(connection, workflows, file.period, now_on)
    later = queries.later(connection, file.period, file.known_on, now_on)
    return {
        "now_on": now_on.isoformat(),
        "reproduced": to_bytes(again) == to_bytes(kept),
        "differences": comparing.to_json(comparing.differences(kept, now)),
        "since": {
            name: [{key: _plain(value) for key, value in row.items()} for row in rows]
            for name, rows in later.items()
        },
    }


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _file(engine: Engine, params: Mapping[str, Any]) -> ReportFile:
    with engine.connect() as connection:
        file = reports.report_file(connection, None, str(params["report"]))
    if file is None:
        raise OperationError(_GONE)
    return file


HANDLERS: Mapping[str, jobs.Handler] = {
    service.COUNTING: count,
    service.PRINTING: print_report,
    service.COMPARING: compare,
}
