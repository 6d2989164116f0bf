"""A notice as it is read: one row, with what its words need of the case it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from sqlalchemy.engine import RowMapping

# What every read of notices selects. The clock of an expiry stands in the event that recorded it.
COLUMNS = """
    n.id, n.kind, n.subject, coalesce(n.clock, e.body -> 'clocks' -> 0 ->> 'clock') AS clock, n.rung, n.due,
    n.late, n.params, n.created_at, n.read_at, c.number, c.process, c.workflow_version
"""
JOINS = """
    LEFT JOIN cases c ON c.id = n.case_id
    LEFT JOIN event e
        ON n.kind = 'clock_expired' AND e.case_id = n.case_id AND e.seq = (n.params ->> 'seq')::int
"""


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice to one person. `number` and what follows are None when it is about no case.

    `clock` is a clock's key (kind.number), `rung` the days relative to its last day `due`. `subject` is
    the action, for an action; the period, for what comes once a period.
    """

    id: int
    kind: str
    subject: str
    clock: str | None
    rung: int | None
    due: date | None
    late: bool
    params: Mapping[str, Any]
    created_at: datetime
    read_at: datetime | None
    number: str | None
    process: str | None
    workflow_version: int | None

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        """The notice in a row of COLUMNS; other columns of the row are left alone."""
        return cls(**{name: row[name] for name in cls.__slots__})
