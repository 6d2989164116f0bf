"""What is due at the end of a quarter, as a function of values; and what a run adds to those before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import NamedTuple, TypeVar

from nt_process.financing.parameters import rebate_rule_or_none
from nt_process.financing.rebate_split import DEDUCTION, RebateRule, Shares, split_rebate
from nt_process.kernel.calendar import add_months
from nt_process.kernel.money import ZERO
from nt_process.terms.contract import ClauseResult, Contract, evaluate
from nt_process.terms.values import Cohort, Counts, Doses, Outcome, SalesLine


class Key(NamedTuple):
    """Of which clause (of which version of the terms), on which sales."""

    version: int
    clause: int
    kind: str
    package: str
    region: str
    unit: str
    month: date


Due = dict[Key, Decimal]


@dataclass(frozen=True, slots=True)
class Terms:
    """One version of the terms; which months of which regions it is for is asked of `VersionIn`."""

    version: int
    contract: Contract


VersionIn = Callable[[str, date], int | None]
"""By which version of the terms a region's month is settled; None: by none."""


@dataclass(frozen=True, slots=True)
class Computation:
    """What is due to date, and each clause's figures on the way to it, by version of the terms."""

    due: Due
    clauses: tuple[tuple[int, ClauseResult], ...]
    lines: int
    cost: Decimal


def quarter_end(year: int, quarter: int) -> date:
    """The last day of a quarter."""
    return add_months(date(year, 3 * quarter - 2, 1), 3) - timedelta(days=1)


def quarter_of(day: date) -> str:
    """2026 Q1 for any of its days."""
    return f"{day.year} Q{(day.month + 2) // 3}"


def next_quarter(until: date) -> date:
    """The last day of the quarter after the one that ends on `until`."""
    return add_months(until + timedelta(days=1), 3) - timedelta(days=1)


def quarters_open(first: date, settled: date | None, today: date) -> list[date]:
    """The ends of the quarters that a run can be proposed for, the latest first.

    Those that are over, from the one of the agreement's first day; after an approved run its own quarter (a correction)
    and the later ones.
    """
    begins = quarter_end(first.year, (first.month + 2) // 3) if settled is None else settled
    found = []
    while begins < today:
        found.append(begins)
        begins = next_quarter(begins)
    return found[::-1]


def compute(
    terms: Sequence[Terms], sales: Iterable[SalesLine], counts: Counts, until: date, version_in: VersionIn
) -> Computation:
    """What is due to date under every version of the terms, each on the regions' months that it binds.

    Sales and counts of months in which a region is bound by nothing are left out. Sums that a clause takes (tiers, caps)
    do not reach from one version into another.
    """
    version_in = cache(version_in)
    lines = _by_version(sales, version_in)
    cohorts = _by_version(counts.cohorts, version_in)
    doses = _by_version(counts.doses, version_in)
    outcomes = _by_version(counts.outcomes, version_in)
    due: Due = {}
    clauses: list[tuple[int, ClauseResult]] = []
    seen, cost = 0, ZERO
    for one in terms:
        number = one.version
        counted = Counts(
            tuple(cohorts.get(number, ())), tuple(doses.get(number, ())), tuple(outcomes.get(number, ()))
        )
        result = evaluate(one.contract, lines.get(number, ()), counted, until)
        seen += len(result.lines)
        cost += result.cost
        clauses += [(number, clause) for clause in result.clauses]
        kinds = {clause.number: clause.kind for clause in result.clauses}
        for portion in result.portions():
            line, kind = portion.line, kinds[portion.clause]
            key = Key(number, portion.clause, kind, line.package, line.region, line.unit, line.month)
            due[key] = portion.due
    return Computation({key: amount for key, amount in due.items() if amount}, tuple(clauses), seen, cost)


_Told = TypeVar("_Told", SalesLine, Cohort, Doses, Outcome)


def _by_version(rows: Iterable[_Told], version_in: VersionIn) -> dict[int, list[_Told]]:
    found: dict[int, list[_Told]] = {}
    for row in rows:
        version = version_in(row.region, row.month)
        if version is not None:
            found.setdefault(version, []).append(row)
    return found


def difference(now: Mapping[Key, Decimal], before: Mapping[Key, Decimal]) -> Due:
    """What a run adds: due to date less what was due to date in the run before it; nothing where they are equal."""
    changed = {key: now.get(key, ZERO) - before.get(key, ZERO) for key in now.keys() | before.keys()}
    return {key: changed[key] for key in sorted(changed) if changed[key]}


def total(due: Mapping[Key, Decimal]) -> Decimal:
    return sum(due.values(), ZERO)


def summed(due: Mapping[Key, Decimal], *names: str) -> list[tuple[tuple[object, ...], Decimal]]:
    """Sums by some of a key's fields, in order; they add up to the whole."""
    sums: dict[tuple[object, ...], Decimal] = {}
    for key, amount in due.items():
        group = tuple(getattr(key, name) for name in names)
        sums[group] = sums.get(group, ZERO) + amount
    return sorted(sums.items(), key=lambda item: tuple(str(part) for part in item[0]))


@dataclass(frozen=True, slots=True)
class YearShare:
    """What of a year's rebate is the state's: the rule, the shares, and how it is settled with the state."""

    year: int
    rule: RebateRule | None
    shares: Shares | None

    @property
    def is_deducted(self) -> bool:
        """Whether it is taken off a payment afterwards; else it is off the grant in advance, or no rule is known."""
        return self.rule is not None and self.rule.method == DEDUCTION


def state_share(due: Mapping[Key, Decimal]) -> list[YearShare]:
    """By year of the sales: the part of one region's rebate that is the state's."""
    found = []
    for (year,), amount in _by_year(due):
        rule = rebate_rule_or_none(year)
        found.append(YearShare(year, rule, None if rule is None else split_rebate(amount, rule)))
    return found


def _by_year(due: Mapping[Key, Decimal]) -> list[tuple[tuple[int], Decimal]]:
    sums: dict[int, Decimal] = {}
    for key, amount in due.items():
        sums[key.month.year] = sums.get(key.month.year, ZERO) + amount
    return [((year,), sums[year]) for year in sorted(sums)]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a statement: what it brings forward, its rows, their sum, and what it carries forward."""

    number: int
    brought: Decimal
    rows: tuple[tuple[tuple[object, ...], Decimal], ...]

    @property
    def sum(self) -> Decimal:
        return sum((amount for _, amount in self.rows), ZERO)

    @property
    def carried(self) -> Decimal:
        return self.brought + self.sum


def paged(rows: Sequence[tuple[tuple[object, ...], Decimal]], size: int) -> list[Page]:
    """Rows on pages of `size`; what the last one carries is the sum of them all."""
    pages: list[Page] = []
    brought = ZERO
    for start in range(0, max(1, len(rows)), size):
        page = Page(len(pages) + 1, brought, tuple(rows[start : start + size]))
        pages.append(page)
        brought = page.carried
    return pages
