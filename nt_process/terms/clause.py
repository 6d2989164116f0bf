"""What every clause has, what it is given, and the three ways in which it can answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import ClassVar

from nt_process.kernel.calendar import add_months
from nt_process.kernel.messages import N_
from nt_process.kernel.money import ORE
from nt_process.terms.values import Counts, SalesLine, volume_of

LIST, REMAINING = "list", "remaining"
# What is counted beside sales, and a clause can be computed from.
PATIENTS, DOSES, OUTCOMES = "patients", "doses", "outcomes"
COUNTRY, REGION = "country", "region"
QUARTER, YEAR, TERM = "quarter", "year", "term"


@dataclass(frozen=True, slots=True)
class Step:
    """One figure on the way to what is due. `unit` is SEK, packages, patients, doses or percent."""

    code: str
    value: Decimal
    unit: str = "SEK"


@dataclass(frozen=True, slots=True)
class Spec:
    """A field of a clause: what it holds (see `document.KINDS`), and what it is called."""

    name: str
    kind: str
    label: str
    required: bool = True
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """What one clause is computed on at a time: the lines of one span, of the country or of one region.

    `ore` is what the clause counts as cost of each of the `lines`, in öre; `base` is that in SEK. `until` is the last day
    to which everything is known.
    """

    lines: Sequence[SalesLine]
    ore: Sequence[int]
    counts: Counts
    until: date

    @property
    def base(self) -> Iterator[Decimal]:
        return map(ORE.__mul__, self.ore)

    @cached_property
    def cost(self) -> Decimal:
        return sum(self.ore) * ORE

    @cached_property
    def volume(self) -> Decimal:
        return sum(map(volume_of, self.lines), Decimal(0))


@dataclass(frozen=True, slots=True)
class PerLine:
    """Due for each of the group's lines by itself, SEK unrounded; nothing for those that it leaves."""

    values: Sequence[Decimal]
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Pooled:
    """Due for the group as a whole, SEK unrounded; shared by what each line still costs."""

    total: Decimal
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class PerRegion:
    """Due to each region, SEK unrounded; shared within the region by what each line still costs."""

    values: Mapping[str, Decimal]
    steps: tuple[Step, ...] = ()


Answer = PerLine | Pooled | PerRegion
Mistake = tuple[str, str, Mapping[str, object]]
"""A field's name, a fault's code and its values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """What every clause has.

    `starts` and `ends` are its first and last day (of a month); None is the contract's. `packages` are those
    it covers, none meaning all of the contract's. With `basis` "list" it is computed on the cost before any
    rebate, with "remaining" on what is left after the clauses before it. In either case no line can owe more
    than it still costs, unless `beyond_cost` says so. `source` names where the figures come from.
    """

    kind: ClassVar[str]
    name: ClassVar[str]
    own: ClassVar[tuple[Spec, ...]] = ()
    # Pooled clauses also say over what they add up: `pool` and `span`.
    pooled: ClassVar[bool] = True
    # What it is computed from beside sales.
    counted: ClassVar[tuple[str, ...]] = ()

    starts: date | None = None
    ends: date | None = None
    packages: tuple[str, ...] = ()
    basis: str = LIST
    beyond_cost: bool = False
    source: str = ""

    def covers(self, line: SalesLine) -> bool:
        return self.within(line.month) and (not self.packages or line.package in self.packages)

    def within(self, month: date) -> bool:
        return (self.starts is None or self.starts <= month) and (self.ends is None or month <= self.ends)

    def key(self, month: date, region: str) -> tuple[str, str]:
        """The span and the region that are computed together; a clause on single lines takes a month at a time."""
        return f"{month:%Y-%m}", ""

    def answer(self, group: Group) -> Answer:
        raise NotImplementedError

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures whose outcomes it asks for."""
        return ()

    def mistakes(self) -> Iterator[Mistake]:
        """What is wrong between fields that are each well formed."""
        yield from dates_in_order(self.starts, self.ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledClause(Clause):
    """A clause on sums: of the `country` together or of each `region`, over a `quarter`, a `year` or the `term`."""

    pool: str = COUNTRY
    span: str = YEAR

    def key(self, month: date, region: str) -> tuple[str, str]:
        return span_of(month, self.span), region if self.pool == REGION else ""


def span_of(month: date, span: str) -> str:
    """The name of the span a month belongs to: 2026-Q1, 2026, or nothing for the whole term."""
    if span == QUARTER:
        return f"{month.year}-Q{(month.month + 2) // 3}"
    return str(month.year) if span == YEAR else ""


def dates_in_order(starts: date | None, ends: date | None) -> Iterator[Mistake]:
    """Sales are known by the month, so terms begin with a month's first day and end with a month's last."""
    if starts is not None and starts.day != 1:
        yield "starts", "not_first_of_month", {"value": str(starts)}
    if ends is not None and ends != last_of_month(ends):
        yield "ends", "not_last_of_month", {"value": str(ends)}
    if starts is not None and ends is not None and ends < starts:
        yield "ends", "ends_before_start", {}


def last_of_month(day: date) -> date:
    return add_months(day.replace(day=1), 1) - timedelta(days=1)


COMMON: tuple[Spec, ...] = (
    Spec("starts", "day", N_("First day"), required=False),
    Spec("ends", "day", N_("Last day"), required=False),
    Spec("packages", "packages", N_("Packages"), required=False),
    Spec("basis", "choice", N_("Computed on"), required=False, choices=(LIST, REMAINING)),
    Spec("beyond_cost", "flag", N_("May exceed the cost"), required=False),
    Spec("source", "text", N_("Source of the figures"), required=False),
)
POOL: tuple[Spec, ...] = (
    Spec("pool", "choice", N_("Added up for"), required=False, choices=(COUNTRY, REGION)),
    Spec("span", "choice", N_("Added up over"), required=False, choices=(QUARTER, YEAR, TERM)),
)


def specs(clause: type[Clause]) -> tuple[Spec, ...]:
    """All fields of a kind of clause, its own first."""
    return (*clause.own, *(POOL if clause.pooled else ()), *COMMON)
