"""A statement as a printed document: made in the background, and sealed as soon as it is made.

The job itself holds nothing of it, neither in what it is asked nor as its result.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.cases.service import today_of
from nt_process.identity.actor import load_by_id
from nt_process.infra import jobs, pdf
from nt_process.infra.operation import OperationError
from nt_process.infra.rows import Row
from nt_process.kernel.messages import N_, translator
from nt_process.sealed import room
from nt_process.sealed.rules import COMPANY, DELEGATION, REGION
from nt_process.settlement import export, papers, queries, rules, texts
from nt_process.settlement.papers import Statement

KIND = "settlement_pdf"
REASON = N_("The statement is printed")
_GONE = N_("The statement is not there any more.")

_THERE = sa.text("SELECT EXISTS (SELECT FROM sealed.secret WHERE place = :place AND row_id = :row)")


def row_id(run_id: str, party: str, unit: str, language: str) -> str:
    """Under which name a printed statement is sealed; the unit's own name is not in it."""
    of_unit = hashlib.sha256(unit.encode()).hexdigest()[:32] if unit else "all"
    return f"{papers.row_id(run_id, party)}:{of_unit}:{language}"


def ask(
    connection: Connection, person_id: str, run_id: str, party: str, unit: str, language: str, at: datetime
) -> jobs.Job:
    params = {
        "person": person_id,
        "run": run_id,
        "party": party,
        "unit": unit,
        "language": language,
        "at": at.isoformat(),
    }
    return jobs.ask(connection, KIND, row_id(run_id, party, unit, language), params, at)


def make(engine: Engine, params: Mapping[str, Any]) -> bytes:
    """The worker's part: open the statement in the name of who asked, lay it out, seal what was made."""
    at, language = datetime.fromisoformat(params["at"]), str(params["language"])
    run_id, party, unit = str(params["run"]), str(params["party"]), str(params["unit"])
    sealed_as = row_id(run_id, party, unit, language)
    with engine.begin() as connection:
        actor = load_by_id(connection, str(params["person"]), today_of(at))
        run = None if actor is None else queries.run(connection, actor, run_id, today_of(at))
        listed = [] if actor is None else queries.statements(connection, actor, run_id, today_of(at))
        whose = next((row for row in listed if row["party"] == party), None)
        if actor is None or run is None or whose is None:
            raise OperationError(_GONE)
        if connection.scalar(_THERE, {"place": papers.PRINTED, "row": sealed_as}):
            return b""
        place = papers.row_id(run_id, party)
        secret = room.reveal(
            connection,
            actor,
            str(run["negotiation_id"]),
            papers.STATEMENT,
            place,
            REASON,
            at=at,
            unattended=True,
        )
    statement = papers.read_statement(secret)
    html = document(statement.of_unit(unit) if unit else statement, run, whose["name"], unit, language, at)
    printed = pdf.render_in_child(html, made_at=at)
    with engine.begin() as connection:
        is_company = party == papers.COMPANY
        room.seal(
            connection,
            str(run["negotiation_id"]),
            papers.PRINTED,
            sealed_as,
            printed,
            at=at,
            readers=(DELEGATION, COMPANY) if is_company else (DELEGATION, REGION),
            organisation_id=None if is_company else str(whose["organisation_id"]),
        )
    return b""


def document(statement: Statement, run: Row, name: str, unit: str, language: str, at: datetime) -> str:
    """The HTML of a printed statement. Each page says what it brings forward, its own sum and what it carries on."""
    _ = translator(language)
    return pdf.html_of(
        "settlement_statement.html",
        language,
        made_at=at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        run=run,
        quarter=rules.quarter_of(run["until"]),
        name=name,
        unit=unit,
        statement=statement,
        is_company=statement.party == papers.COMPANY,
        pages=rules.paged(export.lines(statement), export.ROWS_A_PAGE),
        totals=export.totals(statement),
        shares=[] if statement.party == papers.COMPANY else rules.state_share(statement.due),
        place=lambda part: export.named(statement, part),
        clause=lambda kind: _(texts.CLAUSE_MESSAGES[kind]),
        kr=lambda amount: f"{amount:,.2f}".replace(",", "\N{NO-BREAK SPACE}").replace(
            ".", "," if language == "sv" else "."
        ),
    )


HANDLERS: Mapping[str, jobs.Handler] = {KIND: make}
