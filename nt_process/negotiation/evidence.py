"""The evidence pack: who was party on a day, under which version of the terms and on what authority, as a document.

Made in the background for the council's side. It holds hashes and the ledger, and never what the terms are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.engine import Connection, Engine

from nt_process.identity.actor import load_by_id
from nt_process.infra import acting, jobs, pdf
from nt_process.infra.operation import OperationError
from nt_process.infra.rows import Row
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.messages import N_, translator
from nt_process.negotiation import queries, texts
from nt_process.negotiation.queries import NegotiationFile
from nt_process.negotiation.region_page import RegionPage, region_page

KIND = "negotiation_evidence_pdf"
_GONE = N_("The negotiation is not there any more.")


@dataclass(frozen=True, slots=True)
class Pack:
    """All that is printed."""

    row: Row
    page: RegionPage
    terms: list[Row]
    mandates: list[Row]


def gathered(connection: Connection, file: NegotiationFile, day: date) -> Pack:
    """What the reader may see of it, as it was on `day`."""
    terms = queries.terms(connection, file)
    accessions = queries.accessions(connection, file)
    page = region_page(queries.regions(connection), accessions, terms, day)
    return Pack(file.row, page, terms, queries.mandates(connection, file))


def key_of(pack: Pack, language: str) -> str:
    """What makes two documents the same: negotiation, day, language and everything that is printed."""
    printed = [
        pack.page.day,
        pack.row["threshold"],
        [dict(one) for one in pack.terms],
        [dict(one) for one in pack.mandates],
        [(one.standing.state, [dict(line) for line in one.history]) for one in pack.page.lines],
    ]
    digest = hashlib.sha256(json.dumps(printed, default=str, sort_keys=True).encode()).hexdigest()
    return f"{pack.row['id']}; {pack.page.day}; {language}; {digest}"


def params_of(pack: Pack, person_id: str, language: str, at: datetime) -> Mapping[str, str]:
    """What the worker is told: no name, no text and no number of anybody's."""
    given = {"negotiation": str(pack.row["id"]), "day": pack.page.day.isoformat(), "person": person_id}
    return {**given, "language": language, "at": at.isoformat()}


def make(engine: Engine, params: Mapping[str, Any]) -> bytes:
    """The worker's part: read as whoever asked for it, by their rights on the day that they asked."""
    at = datetime.fromisoformat(params["at"])
    today = at.astimezone(STOCKHOLM).date()
    with engine.connect() as connection:
        actor = load_by_id(connection, params["person"], today)
        if actor is None:
            raise OperationError(_GONE)
        acting.until_the_end(connection, actor.id, today)
        file = queries.negotiation_file(connection, actor, params["negotiation"], today)
        if file is None:
            raise OperationError(_GONE)
        pack = gathered(connection, file, date.fromisoformat(params["day"]))
    return pdf.render_in_child(document(pack, params["language"], at), made_at=at)


def document(pack: Pack, language: str, at: datetime) -> str:
    """The HTML of the printed pack."""
    _ = translator(language)
    percent = f"{pack.page.cover.percent.normalize():f}"
    return pdf.html_of(
        "accession.html",
        language,
        made_at=at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        row=pack.row,
        page=pack.page,
        percent=percent.replace(".", ",") if language == "sv" else percent,
        terms=[one for one in pack.terms if one["settled_on"] <= pack.page.day],
        mandates=[one for one in pack.mandates if one["valid_from"] <= pack.page.day],
        standing_text=lambda state: _(texts.STANDING_MESSAGES[state]),
        entry_text=lambda kind: _(texts.ENTRY_MESSAGES[kind]),
    )


HANDLERS: Mapping[str, jobs.Handler] = {KIND: make}
