"""What a half-yearly report is counted from, as it was known at the end of a day: plain values, read by `queries.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from nt_process.engine.snapshot import Event


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting of the council of which there are minutes. What was dealt with is counted once they are closed."""

    day: date
    closed: bool
    decided: int = 0
    noted: int = 0
    postponed: int = 0

    @property
    def items(self) -> int:
        return self.decided + self.noted + self.postponed


@dataclass(frozen=True, slots=True)
class Round:
    """A consultation: when it was opened and closed, how many were asked, and the days of the first answers they sent."""

    opened_on: date
    closed_on: date | None
    asked: int
    answered_on: tuple[date, ...] = ()
    late: int = 0


@dataclass(frozen=True, slots=True)
class Published:
    """A recommendation that is public, with what each region answered on which day, in order: whether it can follow."""

    name: str
    day: date
    kind: str
    outcome: str
    has_conditions: bool
    answers: tuple[tuple[str, date, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """The days on which a region, by its county code, is bound; `last` None: until further notice."""

    region: str
    first: date
    last: date | None

    def covers(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement that binds or has bound somebody. What has been agreed is not here."""

    spans: tuple[Span, ...]

    def regions_on(self, day: date) -> frozenset[str]:
        return frozenset(span.region for span in self.spans if span.covers(day))

    @property
    def first(self) -> date:
        return min(span.first for span in self.spans)

    @property
    def last(self) -> date | None:
        """The last day on which it binds anybody; None while no such day is known."""
        days = [span.last for span in self.spans if span.last is not None]
        return max(days) if len(days) == len(self.spans) else None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the joint budget for a year (`day` None), or a cost that was booked on a day. SEK with öre."""

    year: int
    line: str
    amount: Decimal
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """A total over agreements that the register has released; millions of SEK, None: not shown."""

    number: int
    title: str
    day: date
    total: Decimal | None


@dataclass(frozen=True, slots=True)
class Introduction:
    """What a region, by its county code, decided on introducing a recommendation, and from which day it holds.

    `decision` is follow, limits or not; `reason` is a code where it is not `follow`.
    """

    recommendation: str
    region: str
    decision: str
    day: date
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Access:
    """How equal the use of one medicine was in a quarter, over the regions: what the follow-up computed and may show.

    Coefficient of variation, Gini coefficient and ratio of highest to lowest; None where the follow-up shows none.
    """

    name: str
    quarter_ends: date
    regions: int
    variation: Decimal | None
    gini: Decimal | None
    ratio: Decimal | None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything, as known at the end of `known_on`. `cases` are logs, each in the order of its events; they are read once.

    None for a room that tells nothing; then the report has no table of it.
    """

    known_on: date
    cases: Iterable[Sequence[Event]] = ()
    meetings: Sequence[Meeting] = ()
    rounds: Sequence[Round] = ()
    published: Sequence[Published] = ()
    agreements: Sequence[Agreement] = ()
    entries: Sequence[Entry] = ()
    releases: Sequence[Release] = ()
    introductions: Sequence[Introduction] | None = None
    access: Sequence[Access] | None = None
    populations: Mapping[str, int] = field(default_factory=dict)
