"""The one read of the deadline report: every event that was recorded by the end of a day, case by case.

The report is open to roles that see every case (`nt_process/rights.py`), so the statement narrows by what
is asked for and not by who asks. Rows are streamed: a hundred thousand events never lie in memory at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.audit.log import event_of
from nt_process.kernel.calendar import ONE_DAY, STOCKHOLM
from nt_process.reporting.history import History, Workflows, history_of
from nt_process.reporting.report import Report, Selection, compile_report

# A process never changes after the opening event, so narrowing by the case's row reads no present.
_EVENTS = sa.text("""
    SELECT case_id, seq, kind, at, day, actor_id, actor, organisation, role, action, state, body FROM event
    WHERE at < :before AND (:process = '' OR case_id IN (SELECT id FROM cases WHERE process = :process))
    ORDER BY case_id, seq
""").execution_options(yield_per=2000)
_RECORDED = sa.text("SELECT count(*) FROM event WHERE at >= :since AND at < :before")
_PERSON = sa.text("SELECT id FROM person WHERE lower(email) = lower(:email)")


def end_of(day: date) -> datetime:
    """The first instant after a day in Stockholm, in UTC."""
    return datetime.combine(day + ONE_DAY, time.min, STOCKHOLM).astimezone(UTC)


def last_second_of(day: date) -> datetime:
    """The instant that a report as of a day states as its own: its last whole second in Stockholm, in UTC."""
    return end_of(day) - timedelta(seconds=1)


def histories(
    connection: Connection, workflows: Workflows, as_of: date, process: str = ""
) -> Iterator[History]:
    """Every case as it was at the end of `as_of`, one after the other, in no particular order."""
    parameters = {"before": end_of(as_of), "process": process}
    rows = cast("Iterator[Mapping[str, Any]]", connection.execute(_EVENTS, parameters).mappings())
    for _, case_rows in groupby(rows, key=lambda row: row["case_id"]):
        yield history_of((event_of(row) for row in case_rows), workflows, as_of)


def recorded_on(connection: Connection, day: date) -> int:
    """How many events were recorded on a day: while the day lasts, this tells two states of it apart."""
    return connection.scalar(_RECORDED, {"since": end_of(day - ONE_DAY), "before": end_of(day)}) or 0


def person_id(connection: Connection, email: str) -> str | None:
    """The id of the person with this address, or None."""
    found = connection.scalar(_PERSON, {"email": email})
    return None if found is None else str(found)


def deadline_report(engine: Engine, workflows: Workflows, selection: Selection) -> Report:
    """The report as of the selection's day, from the log alone."""
    # A connection of its own, because rows can be streamed only inside a transaction.
    with engine.connect() as connection:
        found = histories(connection, workflows, selection.as_of, selection.process)
        return compile_report(found, workflows, selection)
