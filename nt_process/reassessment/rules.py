"""When a recommendation is assessed again and of what it is reminded, as functions of values.

A recommendation is assessed again two years after it was issued, at the latest (Samverkan läkemedel, closing of national
collaboration); from the day on which it was found to stand, two years begin anew.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from nt_process.kernel.calendar import add_months

STANDS, CHANGED, CLOSED = "stands", "changed", "closed"
OUTCOMES = (STANDS, CHANGED, CLOSED)
REOPEN, NOTE, NOT_RELEVANT = "reopen", "note", "not_relevant"
VERDICTS = (REOPEN, NOTE, NOT_RELEVANT)
NEW_INDICATION, PRICE_CHANGE, AGREEMENT_ENDS, NEW_EVIDENCE, ALERT, JCA_UPDATED = (
    "new_indication",
    "price_change",
    "agreement_ends",
    "new_evidence",
    "alert",
    "jca_updated",
)
KINDS = (NEW_INDICATION, PRICE_CHANGE, AGREEMENT_ENDS, NEW_EVIDENCE, ALERT, JCA_UPDATED)

# Months before the last day of a re-assessment, and days from that of a milestone, on which there is a reminder.
LADDER = (6, 3, 1)
MILESTONE_LADDER = (-30, -7, 1, 14)


@dataclass(frozen=True, slots=True)
class Basis:
    """What a last day follows from. `stood` is the last day on which the recommendation was found to stand, `bound` a day
    that a condition says."""

    published: date
    months: int
    stood: date | None = None
    valid_to: date | None = None
    bound: date | None = None

    @property
    def start(self) -> date:
        return self.published if self.stood is None else max(self.published, self.stood)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a derivation: published, stood, months, validity, condition, and last_day in the end."""

    rule: str
    day: date
    params: Mapping[str, object] = field(default_factory=dict)


def derive(basis: Basis) -> tuple[Line, ...]:
    """How the last day is found; the last line is that day.

    What a validity or a condition says counts when it lies after the start: a day that was waited for and has passed
    before the recommendation was found to stand says nothing of the next two years.
    """
    lines = [Line("published", basis.published)]
    if basis.start != basis.published:
        lines.append(Line("stood", basis.start))
    lines.append(Line("months", add_months(basis.start, basis.months), {"months": basis.months}))
    for rule, day in (("validity", basis.valid_to), ("condition", basis.bound)):
        if day is not None and day > basis.start:
            lines.append(Line(rule, day))
    lines.append(Line("last_day", min(line.day for line in lines if line.rule not in ("published", "stood"))))
    return tuple(lines)


def due(basis: Basis) -> date:
    """The last day for the next assessment."""
    return derive(basis)[-1].day


def rungs(due: date, known: date, today: date) -> tuple[int, ...]:
    """The reminders (months before the last day) whose day has come, the earliest first.

    One whose day had passed when the last day became known is none: it would tell of what was just decided.
    """
    days = ((months, add_months(due, -months)) for months in LADDER)
    return tuple(months for months, day in days if known < day <= today)


def milestone_rungs(due: date, known: date, today: date) -> tuple[int, ...]:
    """As `rungs`, in days from the milestone's own: before it below zero, after it above."""
    days = ((step, due + timedelta(days=step)) for step in MILESTONE_LADDER)
    return tuple(step for step, day in days if known < day <= today)


def standing(due: date, today: date) -> str:
    """How near a last day is: overdue, soon (within the months of the first reminder) or later."""
    if due < today:
        return "overdue"
    return "soon" if add_months(due, -LADDER[0]) <= today else "later"


def moved(before: Decimal, after: Decimal, percent: Decimal) -> bool:
    """Whether a price has changed by so much, up or down, or more. `before` is above zero."""
    return abs(after - before) * 100 >= percent * before


@dataclass(frozen=True, slots=True)
class Price:
    """A package's list price as it is, the day it began, and the one it is compared with: that of the day on which the
    recommendation was last assessed, or the one that was told of last."""

    case: str
    package: str
    day: date
    before: Decimal
    after: Decimal


def price_happenings(prices: Iterable[Price], percent: Decimal) -> dict[tuple[str, date], list[Price]]:
    """The changes that are told: for each case and day on which prices began, the packages whose price has moved."""
    found: dict[tuple[str, date], list[Price]] = {}
    for one in sorted(prices, key=lambda price: (price.case, price.day, price.package)):
        if moved(one.before, one.after, percent):
            found.setdefault((one.case, one.day), []).append(one)
    return found


def plain(text: str) -> str:
    """A text as it is compared: without what only looks different."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(sign if sign.isalnum() else " " for sign in folded).split())


def other_indication(listed: str, held: str) -> bool:
    """Whether a list states another indication than the case holds. What states none says nothing."""
    return plain(listed) not in ("", plain(held))


def key_of(*parts: str) -> str:
    """A happening's key, of the words that make it what it is."""
    return hashlib.sha256("\n".join(plain(part) for part in parts).encode()).hexdigest()[:40]
