"""Proof that the log is whole: every chain, every sequence, and every case rebuilt from its events.

A case's head hash stands on the case itself, so a log that was cut at its end is noticed as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.audit.log import GENESIS, chain_hash, event_of
from nt_process.cases.store import CASE_COLUMNS, case_of, comparable
from nt_process.engine.snapshot import fold

_EVENTS = sa.text("""
    SELECT c.number, e.* FROM event e JOIN cases c ON c.id = e.case_id ORDER BY c.number, e.seq
""")
_CASES = sa.text(f"""
    SELECT {CASE_COLUMNS}, c.head_hash,
           (SELECT json_agg(k ORDER BY k.position) FROM clock k WHERE k.case_id = c.id) AS clocks
    FROM cases c ORDER BY c.number
""")  # noqa: S608 - the columns are a constant of this program


def as_of_one_moment(engine: Engine) -> Engine:
    """The engine with transactions that see the database as it was when they began, and only read."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


@dataclass(frozen=True, slots=True)
class Fault:
    """The first row that does not hold. `seq` is None when the case's own row is at fault."""

    number: str
    seq: int | None
    fault: str


@dataclass(frozen=True, slots=True)
class Verdict:
    ok: bool
    cases: int
    events: int
    first_bad: Fault | None


def verify(connection: Connection) -> Verdict:
    """Check every case's chain and that its events fold to its stored row. Reads everything once.

    Give it a connection on which every read is as of one moment (`as_of_one_moment`), so that work going on
    meanwhile is no alarm.
    """
    stored = {row["number"]: row for row in connection.execute(_CASES).mappings()}
    rows = connection.execution_options(yield_per=2000).execute(_EVENTS).mappings()
    events = 0
    seen: set[str] = set()
    first_bad: Fault | None = None
    for number, group in groupby(rows, key=lambda row: row["number"]):
        log = list(group)
        events += len(log)
        seen.add(number)
        first_bad = first_bad or chain_fault(number, log) or _fold_fault(number, log, stored[number])
    missing = sorted(stored.keys() - seen)
    if missing and first_bad is None:
        first_bad = Fault(missing[0], None, "no_events")
    return Verdict(first_bad is None, len(stored), events, first_bad)


def chain_fault(number: str, log: Iterable[Any]) -> Fault | None:
    """The first row whose place, link or content is not what the chain says."""
    previous = GENESIS
    for expected, row in enumerate(log, start=1):
        if row["seq"] != expected:
            return Fault(number, expected, "missing_row")
        if bytes(row["prev_hash"]) != previous:
            return Fault(number, expected, "broken_link")
        if bytes(row["hash"]) != chain_hash(row):
            return Fault(number, expected, "altered_row")
        previous = bytes(row["hash"])
    return None


def _fold_fault(number: str, log: list[Any], stored: Any) -> Fault | None:
    if bytes(stored["head_hash"]) != bytes(log[-1]["hash"]):
        return Fault(number, len(log), "wrong_head")
    folded = fold(event_of(row) for row in log)
    return (
        None if comparable(folded) == comparable(case_of(stored)) else Fault(number, None, "differs_from_log")
    )
