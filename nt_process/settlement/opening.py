"""Opening a statement for whoever it is for: on record, with a reason, and shown when that has been committed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection, Engine

from nt_process.identity.maker import Maker
from nt_process.infra.rows import Row
from nt_process.kernel.faults import BadInput
from nt_process.sealed import room
from nt_process.sealed.rules import reason_faults
from nt_process.sealed.secret import Secret
from nt_process.settlement import papers, queries
from nt_process.settlement.errors import SettlementError
from nt_process.settlement.papers import Statement


@dataclass(frozen=True, slots=True)
class Said:
    """What was said in a dispute."""

    row: Row
    reason: str
    answer: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A statement and the disputes about it; `name` is the party's, `unit` the one that was asked for, or none."""

    statement: Statement
    name: str
    unit: str
    disputes: tuple[Said, ...]


def open_statement(engine: Engine, maker: Maker, run: Row, party: str, unit: str, reason: str) -> Opened:
    """Open a party's statement of a run. Raises as `room.reveal_all`, and SettlementError not_found."""
    if faults := reason_faults(reason):
        raise BadInput(*faults)
    with engine.begin() as connection:
        listed = _listed(connection, maker, run, party, unit)
        disputes = [
            row
            for row in queries.disputes(connection, maker.actor, str(run["id"]), maker.today)
            if row["party"] == party
        ]
        places = [room.Place(papers.STATEMENT, papers.row_id(str(run["id"]), party), 1)]
        for row in disputes:
            versions = (1,) if row["state"] == "open" else (1, 2)
            places += [room.Place(papers.DISPUTE, str(row["id"]), version) for version in versions]
        negotiation = str(run["negotiation_id"])
        opened = room.reveal_all(connection, maker.actor, negotiation, places, reason, at=maker.at)
    statement = papers.read_statement(opened[0])
    texts = iter(opened[1:])
    said = tuple(
        Said(row, next(texts).decode(), "" if row["state"] == "open" else next(texts).decode())
        for row in disputes
    )
    return Opened(statement.of_unit(unit) if unit else statement, listed["name"], unit, said)


def _listed(connection: Connection, maker: Maker, run: Row, party: str, unit: str) -> Row:
    rows = queries.statements(connection, maker.actor, str(run["id"]), maker.today)
    found = next((row for row in rows if row["party"] == party), None)
    if found is None or (unit and unit not in found["units"]):
        raise SettlementError("not_found")
    return found


def open_printed(
    connection: Connection, maker: Maker, run: Row, row_id: str, reason: str, at: datetime
) -> Secret:
    """Open a printed statement that the worker has sealed. Raises as `room.reveal_all`."""
    negotiation = str(run["negotiation_id"])
    return room.reveal(connection, maker.actor, negotiation, papers.PRINTED, row_id, reason, at=at)
