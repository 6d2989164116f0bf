"""The published recommendations that are to be assessed again, each with its last day and how that is found.

Nothing of it is stored: it follows from what is public, from the case's log, and from the newest shorter day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.cases.service import today_of
from nt_process.cases.sight import SEEN, sight
from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row
from nt_process.reassessment import rules

# Final recommendations that hold: what was replaced is assessed no more. The days on which the case was found to stand, or
# to be changed, are those of the workflow's own steps, however they were taken.
_LIVE = """
    SELECT p.recommendation_id AS id, p.slug, p.case_number, p.medicine, p.outcome, p.content, p.published_at, p.valid_to,
           c.id AS case_id, c.state, c.terminal, c.owner, c.company, taken.stood_on, taken.changed,
           b.last_day AS bound, b.reason AS bound_reason, b.person AS bound_by, b.at AS bound_at
    FROM publication p JOIN cases c ON c.number = p.case_number
    CROSS JOIN LATERAL (
        SELECT max(e.day) FILTER (WHERE e.action = 'confirm_recommendation') AS stood_on,
               count(*) FILTER (WHERE e.action = 'revise_recommendation') > 0 AS changed
        FROM event e WHERE e.case_id = c.id AND e.at > p.published_at
    ) taken
    LEFT JOIN LATERAL (
        SELECT x.last_day, x.reason, x.person, x.at FROM reassessment_bound x
        WHERE x.recommendation_id = p.recommendation_id ORDER BY x.id DESC LIMIT 1
    ) b ON true
    WHERE p.kind = 'final' AND NOT EXISTS (
        SELECT FROM publication q WHERE q.earlier_id = p.recommendation_id AND q.relation = 'replaces')
"""
_ALL = sa.text(f"{_LIVE} ORDER BY p.published_at, p.slug")
_SEEN = sa.text(
    f"{_LIVE} AND {SEEN} AND (:number = '' OR c.number = :number) ORDER BY p.published_at, p.slug"
)
_RULE = sa.text("SELECT * FROM reassessment_rule ORDER BY id DESC LIMIT 1")


@dataclass(frozen=True, slots=True)
class Rule:
    """The numbers of the rules: months between assessments, percent of a price, days before an agreement's end."""

    months: int
    price_percent: Decimal
    agreement_days: int


@dataclass(frozen=True, slots=True)
class Clock:
    """A recommendation and its next assessment. `state`: closed, reassessing, changing, overdue, soon or later."""

    row: Row
    lines: tuple[rules.Line, ...]
    state: str
    known: date

    @property
    def due(self) -> date:
        return self.lines[-1].day

    @property
    def start(self) -> date:
        """The day from which the time is counted, and since when what happens is news."""
        return next(line.day for line in reversed(self.lines) if line.rule in ("published", "stood"))

    @property
    def runs(self) -> bool:
        """Whether the next assessment is waited for."""
        return self.state in ("overdue", "soon", "later")


def rule(connection: Connection) -> Rule:
    """The numbers that hold."""
    row: Any = connection.execute(_RULE).one()
    return Rule(row.months, row.price_percent, row.agreement_days)


def clocks(connection: Connection, actor: SignedIn, today: date, number: str = "") -> list[Clock]:
    """The clocks of the cases that the actor sees, what is due first; with `number` those of one case."""
    found = connection.execute(_SEEN, {**sight(actor), "number": number}).mappings()
    return _made(connection, found.all(), today)


def every(connection: Connection, today: date) -> list[Clock]:
    """All clocks, for the sweep, which acts as the system."""
    return _made(connection, connection.execute(_ALL).mappings().all(), today)


def _made(connection: Connection, rows: Any, today: date) -> list[Clock]:
    months = rule(connection).months
    made = [_clock(row, months, today) for row in rows]
    return sorted(made, key=lambda one: (not one.runs, one.due, one.row["slug"]))


def _clock(row: Row, months: int, today: date) -> Clock:
    published = today_of(row["published_at"])
    basis = rules.Basis(published, months, row["stood_on"], row["valid_to"], row["bound"])
    lines = rules.derive(basis)
    known = basis.start
    if row["bound_at"] is not None:
        known = max(known, today_of(row["bound_at"]))
    if row["terminal"]:
        state = "closed"
    elif row["state"] == "reassessment":
        state = "reassessing"
    else:
        state = "changing" if row["changed"] else rules.standing(lines[-1].day, today)
    return Clock(row, lines, state, known)
