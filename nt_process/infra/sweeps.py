"""Sweeps: what is due is a question to the database, asked again until nothing is left.

The next moment stands on the row, and the statement takes what no other sweeper holds (SKIP LOCKED), so any number may
run at once. After any downtime each missed rung is sent once, in order, marked late; a unique key stands behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import TextClause
from sqlalchemy.engine import Connection, Engine, Row

from nt_process.infra.database import single_statements


@dataclass(frozen=True, slots=True)
class Reminded:
    """Reminders (one rung of one thing each): how many were found due, and how many this sweep sent."""

    due: int
    sent: int


def remind_until_done(
    engine: Engine, statement: TextClause | str, parameters: Mapping[str, object]
) -> Reminded:
    """Carry out a statement that takes one rung of each thing that is due and answers with `due` and `sent`.

    Each time is its own transaction, so a thing that missed three rungs takes three turns. Text is handed to the driver
    as it is, with the driver's own marks for parameters.
    """
    due = sent = 0
    with single_statements(engine).connect() as connection:
        while (swept := _swept(connection, statement, parameters)).due:
            due += swept.due
            sent += swept.sent
    return Reminded(due, sent)


def _swept(connection: Connection, statement: TextClause | str, parameters: Mapping[str, object]) -> Row:
    if isinstance(statement, str):
        return connection.exec_driver_sql(statement, dict(parameters)).one()
    return connection.execute(statement, parameters).one()
