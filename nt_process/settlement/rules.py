"""What is due at the end of a quarter, as a function of values; and what a run adds to those before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, cached_property
from itertools import groupby
from typing import NamedTuple, TypeVar

from nt_process.financing.parameters import rebate_rule_or_none
from nt_process.financing.rebate_split import DEDUCTION, RebateRule, Shares, split_rebate
from nt_process.kernel.calendar import add_months
from nt_process.kernel.money import ORE, ZERO
from nt_process.terms.contract import ClauseResult, Contract, Result, evaluate
from nt_process.terms.values import Cohort, Counts, Doses, Outcome, SalesLine, place_of, unit_of


class Key(NamedTuple):
    """Of which clause (of which version of the terms), on which sales."""

    version: int
    clause: int
    kind: str
    package: str
    region: str
    unit: str
    month: date


class Place(NamedTuple):
    """A key without its unit."""

    version: int
    clause: int
    kind: str
    package: str
    region: str
    month: date


class Due(Mapping[Key, Decimal]):
    """What is due, SEK, never nothing, for each of its keys.

    What is due to the units of a place stands together, in öre: a run has a line for each unit and month, and most places
    are what they were in the run before.
    """

    def __init__(self, places: Mapping[Place, Mapping[str, int]]) -> None:
        self.places = places
        # As `papers` has packed it, once for every document that holds it.
        self.packed: bytes | None = None

    @classmethod
    def of(cls, amounts: Mapping[Key, Decimal]) -> Due:
        places: dict[Place, dict[str, int]] = {}
        for key, amount in amounts.items():
            if amount:
                places.setdefault(_place(key), {})[key.unit] = int(amount / ORE)
        return cls(places)

    def __getitem__(self, key: Key) -> Decimal:
        return self.places[_place(key)][key.unit] * ORE

    def __iter__(self) -> Iterator[Key]:
        for place, units in self.places.items():
            for unit in units:
                yield Key(*place[:-1], unit, place.month)

    def __len__(self) -> int:
        return sum(len(units) for units in self.places.values())

    @cached_property
    def by_place(self) -> Mapping[Place, int]:
        return {place: sum(units.values()) for place, units in self.places.items()}

    @property
    def sum(self) -> Decimal:
        return sum(self.by_place.values()) * ORE

    @property
    def units(self) -> set[str]:
        return set().union(*self.places.values())

    @cached_property
    def by_region(self) -> Mapping[str, Due]:
        """What is due in each region, in their order."""
        regions: dict[str, list[Place]] = {}
        for place in self.places:
            regions.setdefault(place.region, []).append(place)
        return {region: self._among(regions[region]) for region in sorted(regions)}

    def _among(self, places: Sequence[Place]) -> Due:
        found = Due({place: self.places[place] for place in places})
        found.by_place = {place: self.by_place[place] for place in places}
        return found

    def of_unit(self, unit: str) -> Due:
        return Due({place: {unit: units[unit]} for place, units in self.places.items() if unit in units})

    def without_units(self) -> Due:
        """By region alone: the unit is the empty text."""
        return Due({place: {"": amount} for place, amount in self.by_place.items() if amount})


def _place(key: Key) -> Place:
    return Place(key.version, key.clause, key.kind, key.package, key.region, key.month)


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
    lines: dict[int, list[SalesLine]] = {}
    for (_, region, month), together in groupby(sales, place_of):
        version = version_in(region, month)
        if version is not None:
            lines.setdefault(version, []).extend(together)
    cohorts = _by_version(counts.cohorts, version_in)
    doses = _by_version(counts.doses, version_in)
    outcomes = _by_version(counts.outcomes, version_in)
    places: dict[Place, dict[str, int]] = {}
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
        for clause in result.clauses:
            clauses.append((number, clause))
            places |= _due_by_place(number, clause, result)
    return Computation(Due(places), tuple(clauses), seen, cost)


def _due_by_place(version: int, clause: ClauseResult, result: Result) -> dict[Place, dict[str, int]]:
    found = {}
    lines, due = result.lines, clause.ore
    for place in result.places:
        own = slice(place.start, place.stop)
        of_units = zip(map(unit_of, lines[own]), due[own], strict=True)
        units = {unit: amount for unit, amount in of_units if amount}
        if units:
            package, region, month = place_of(lines[place.start])
            found[Place(version, clause.number, clause.kind, package, region, month)] = units
    return found


_Told = TypeVar("_Told", Cohort, Doses, Outcome)


def _by_version(rows: Iterable[_Told], version_in: VersionIn) -> dict[int, list[_Told]]:
    found: dict[int, list[_Told]] = {}
    for row in rows:
        version = version_in(row.region, row.month)
        if version is not None:
            found.setdefault(version, []).append(row)
    return found


def difference(now: Due, before: Due) -> Due:
    """What a run adds: due to date less what was due to date in the run before it; nothing where they are equal."""
    if not before.places:
        return now
    changed = {}
    for place in sorted(now.places.keys() | before.places.keys()):
        new, old = now.places.get(place, {}), before.places.get(place, {})
        units = new if not old else {} if new == old else _changed(new, old)
        if units:
            changed[place] = units
    return Due(changed)


def _changed(new: Mapping[str, int], old: Mapping[str, int]) -> dict[str, int]:
    changed = {unit: new.get(unit, 0) - old.get(unit, 0) for unit in sorted(new.keys() | old.keys())}
    return {unit: amount for unit, amount in changed.items() if amount}


def total(due: Due) -> Decimal:
    return due.sum


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
