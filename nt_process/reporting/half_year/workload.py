"""Workload: what was done by which role, how old the open cases are, meetings and consultations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from nt_process.engine.definition import PHASES, ROLES, SYSTEM_ROLE
from nt_process.reporting.half_year.facts import Meeting, Round
from nt_process.reporting.half_year.figures import Cell, Column, Row, Table, compared
from nt_process.reporting.half_year.seen import Seen
from nt_process.reporting.report import share
from nt_process.reporting.rules import AGE_LIMITS, age_band, median


def tables(periods: Sequence[Seen], meetings: Sequence[Meeting], rounds: Sequence[Round]) -> list[Table]:
    """The part `workload`."""
    return [
        compared("workload", "roles", _roles(periods)),
        _ages(periods[0]),
        compared("workload", "meetings", _meetings(periods, meetings)),
        compared("workload", "consultations", _rounds(periods, rounds)),
    ]


def _roles(periods: Sequence[Seen]) -> list[Row]:
    """Steps that were taken in cases, by role and never by person."""
    counts = [Counter(step.role for step in seen.steps) for seen in periods]
    rows = [Row(f"role:{role}", tuple(one[role] for one in counts)) for role in (*ROLES, SYSTEM_ROLE)]
    return [row for row in rows if any(row.cells)]


def _ages(seen: Seen) -> Table:
    """The cases that were open on the last day, by stage and by age in days since they were opened."""
    columns = (
        *(Column(f"age:{band}") for band in range(len(AGE_LIMITS) + 1)),
        Column("open"),
        Column("median_age", "days"),
        Column("oldest", "days"),
        Column("overdue"),
    )
    rows = []
    for phase in ("whole", *PHASES):
        found = [one for one in seen.report.open_cases if phase in ("whole", one.phase)]
        if found:
            ages = [one.age for one in found]
            bands = Counter(age_band(age) for age in ages)
            overdue = sum(bool(one.overdue_clocks) for one in found)
            counted: tuple[Cell, ...] = tuple(bands[band] for band in range(len(AGE_LIMITS) + 1))
            rows.append(Row(f"phase:{phase}", (*counted, len(found), median(ages), max(ages), overdue)))
    return Table("workload", "ages", columns, tuple(rows))


def _meetings(periods: Sequence[Seen], meetings: Sequence[Meeting]) -> list[Row]:
    held = [[one for one in meetings if seen.period.first <= one.day <= seen.day] for seen in periods]
    closed = [[one for one in those if one.closed] for those in held]
    return [
        Row("held", tuple(len(one) for one in held)),
        Row("closed", tuple(len(one) for one in closed)),
        Row("items", tuple(sum(one.items for one in those) for those in closed)),
        Row("items_decided", tuple(sum(one.decided for one in those) for those in closed)),
        Row("items_noted", tuple(sum(one.noted for one in those) for those in closed)),
        Row("items_postponed", tuple(sum(one.postponed for one in those) for those in closed)),
        Row(
            "items_each",
            tuple(ratio(sum(one.items for one in those), len(those)) for those in closed),
            unit="number",
        ),
    ]


def _rounds(periods: Sequence[Seen], rounds: Sequence[Round]) -> list[Row]:
    """Answers are counted in the rounds that were closed in the period: of an open one, more may come."""
    closed = [
        [
            one
            for one in rounds
            if one.closed_on is not None and seen.period.first <= one.closed_on <= seen.day
        ]
        for seen in periods
    ]
    asked = [sum(one.asked for one in those) for those in closed]
    answered = [sum(len(one.answered_on) for one in those) for those in closed]
    return [
        Row(
            "rounds_opened",
            tuple(sum(seen.period.first <= one.opened_on <= seen.day for one in rounds) for seen in periods),
        ),
        Row("rounds_closed", tuple(len(one) for one in closed)),
        Row("asked", tuple(asked)),
        Row("answered", tuple(answered)),
        Row("share_answered", tuple(share(*one) for one in zip(answered, asked, strict=True)), unit="share"),
        Row("answered_late", tuple(sum(one.late for one in those) for those in closed)),
    ]


def ratio(part: int, whole: int) -> Decimal | None:
    """part / whole with one decimal, rounded half up; None when there is no whole."""
    return None if not whole else (Decimal(part) / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
