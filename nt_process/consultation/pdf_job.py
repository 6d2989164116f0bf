"""The compilation as a printed document, made in the background for the council's side: all that was answered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection, Engine

from nt_process.consultation import compilation, export, queries, texts
from nt_process.consultation.compilation import Part
from nt_process.consultation.queries import RoundFile
from nt_process.infra import jobs, pdf
from nt_process.infra.operation import OperationError
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.messages import N_, translator

KIND = "consultation_pdf"
_GONE = N_("The round is not there any more.")


def key_of(file: RoundFile, parts: Sequence[Part], language: str) -> str:
    """What makes two PDFs the same: the round, the language and everything that is printed."""
    printed = [
        dict(file.round),
        [dict(one) for one in file.addressees],
        [dict(row) for part in parts for row in part.replies],
    ]
    digest = hashlib.sha256(json.dumps(printed, default=str, sort_keys=True).encode()).hexdigest()
    return f"{file.round['id']}; {language}; {digest}"


def ask(connection: Connection, key: str, round_id: str, language: str, at: datetime) -> jobs.Job:
    params = {"round": round_id, "language": language, "at": at.isoformat()}
    return jobs.ask(connection, KIND, key, params, at)


def make(engine: Engine, params: Mapping[str, Any]) -> bytes:
    """The worker's part: read the round, lay it out in a process of its own."""
    at, language = datetime.fromisoformat(params["at"]), str(params["language"])
    today = at.astimezone(STOCKHOLM).date()
    with engine.connect() as connection:
        file = queries.round_file(connection, None, params["round"], today)
        if file is None:
            raise OperationError(_GONE)
        parts = compilation.parts(connection, None, file, today)
    html = document(file, parts, language, at)
    _ = translator(language)
    data = export.csv_bytes(parts, language)
    attached = pdf.AttachedFile(f"{_(N_('consultation'))}.csv", _(N_("The replies as a table")), data)
    return pdf.render_in_child(html, made_at=at, attachments=[attached])


def document(file: RoundFile, parts: Sequence[Part], language: str, at: datetime) -> str:
    """The HTML of the printed compilation."""
    _ = translator(language)
    standings = [compilation.standing(one) for one in file.addressees]
    return pdf.html_of(
        "consultation.html",
        language,
        made_at=at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        day=at.astimezone(STOCKHOLM).date().isoformat(),
        round=file.round,
        parts=parts,
        addressees=[
            (row["name"], _(texts.STANDING_MESSAGES[standing]), _local(row["answered_at"]))
            for row, standing in zip(file.addressees, standings, strict=True)
        ],
        asked=len(standings),
        answered=len([one for one in standings if one != "waiting"]),
        choice_text=lambda kind, choice: texts.choice_text(kind, choice, _),
        tier_text=lambda tier: _(texts.TIER_MESSAGES[tier]),
        verdict_text=lambda verdict: _(texts.VERDICT_MESSAGES[verdict]),
    )


def _local(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(STOCKHOLM).strftime("%Y-%m-%d %H:%M")


HANDLERS: Mapping[str, jobs.Handler] = {KIND: make}
