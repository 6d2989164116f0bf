"""A contract as an ordered row of clauses, and what is due under it to date.

The rule of order: clauses are taken one after the other. One on the list cost is computed on the cost before
any rebate; one on what remains is computed on the cost less all that the clauses before it gave back. What a
clause finds is never negative, and is lowered to what its lines still cost after the clauses before it,
unless the clause may exceed the cost. So the rebates of a line never add up to more than its cost.

What is due is always due to date. A later month can add to an earlier one (a tier that is reached applies to
what was bought before), so what a quarter adds is the answer at its end less what has been settled before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from functools import partial
from itertools import groupby
from operator import sub
from typing import TypeVar

from nt_process.kernel.money import ORE, ZERO, exact, round_half_up, whole_shares
from nt_process.terms.clause import LIST, Answer, Clause, Group, PerLine, PerRegion, Pooled, Step
from nt_process.terms.split import by_value, cascade
from nt_process.terms.values import Cohort, Counts, Doses, Outcome, SalesLine, amount_of, merged, place_of

HALF_UP, DOWN = "half_up", "down"
ROUNDINGS = (HALF_UP, DOWN)

Counted = TypeVar("Counted", Cohort, Doses, Outcome)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Contract:
    """The clauses in their order, the packages they are about, and the first and last day (None: until further
    notice). `rounding` is what becomes of a fraction of an öre in a clause's sum: half up, or down."""

    starts: date
    ends: date | None
    packages: tuple[str, ...]
    clauses: tuple[Clause, ...]
    rounding: str = HALF_UP

    def within(self, month: date) -> bool:
        return self.starts <= month and (self.ends is None or month <= self.ends)


@dataclass(frozen=True, slots=True)
class Computed:
    """One group of a clause: its span and region ("" when there is no such division), the figures on the way,
    what is due unrounded, and what is due."""

    span: str
    region: str
    steps: tuple[Step, ...]
    unrounded: Decimal
    due: Decimal


@dataclass(frozen=True, slots=True)
class ClauseResult:
    """What one clause gives: its groups, and what is due for each line, in öre."""

    number: int
    kind: str
    groups: tuple[Computed, ...]
    ore: Sequence[int]

    @property
    def due(self) -> Decimal:
        return sum(self.ore) * ORE

    def leaves(self, left: Iterable[int]) -> Sequence[int]:
        """What lines that cost so much before it still cost, in öre; nothing where more is due."""
        return [max(0, rest) for rest in map(sub, left, self.ore)]


@dataclass(frozen=True, slots=True)
class Portion:
    """What one clause gives back of one line, SEK."""

    clause: int
    line: SalesLine
    due: Decimal


@dataclass(frozen=True, slots=True)
class Result:
    """All that is due to date. `places` are the lines (by index) of one package, region and month each."""

    lines: Sequence[SalesLine]
    clauses: tuple[ClauseResult, ...]
    places: Sequence[range]

    @property
    def left(self) -> tuple[Decimal, ...]:
        """What each line still costs when every clause has been taken."""
        left = _in_ore(self.lines)
        for clause in self.clauses:
            left = clause.leaves(left)
        return tuple(rest * ORE for rest in left)

    @property
    def cost(self) -> Decimal:
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def due(self) -> Decimal:
        return sum((clause.due for clause in self.clauses), ZERO)

    def portions(self) -> Iterator[Portion]:
        """What is due, by clause and line; together exactly `due`."""
        for clause in self.clauses:
            for line, due in zip(self.lines, clause.ore, strict=True):
                if due:
                    yield Portion(clause.number, line, due * ORE)

    def due_by(self, name: Callable[[SalesLine], str]) -> dict[str, Decimal]:
        """What is due by region, unit, month or whatever `name` says of a line."""
        sums: dict[str, Decimal] = {}
        for portion in self.portions():
            key = name(portion.line)
            sums[key] = sums.get(key, ZERO) + portion.due
        return dict(sorted(sums.items()))


@exact
def evaluate(contract: Contract, sales: Iterable[SalesLine], counts: Counts, until: date) -> Result:
    """What is due when everything to the day `until` is counted, and nothing after it.

    Sales of other packages and of months outside the contract are left out.
    """
    lines, places = _within(contract, merged(sales), until)
    # In one order, so that neither a sum of quotients nor the answer's depends on that of the sources.
    counts = Counts(
        tuple(sorted(counts.cohorts)), tuple(sorted(counts.doses)), tuple(sorted(counts.outcomes))
    )
    costs = left = _in_ore(lines)
    results: list[ClauseResult] = []
    for number, clause in enumerate(contract.clauses, 1):
        if results:
            left = results[-1].leaves(left)
        counted = partial(_counts_of, clause, contract, counts, until)
        result = _taken(number, clause, contract.rounding, _Sold(lines, places, costs, left), counted, until)
        results.append(result)
    return Result(lines, tuple(results), places)


@dataclass(frozen=True, slots=True)
class _Sold:
    """The lines, where they stand together, and what each costs before any rebate and after the clauses so far, in öre."""

    lines: Sequence[SalesLine]
    places: Sequence[range]
    costs: Sequence[int]
    left: Sequence[int]


def _in_ore(lines: Iterable[SalesLine]) -> Sequence[int]:
    return [int(amount * 100) for amount in map(amount_of, lines)]


def _within(
    contract: Contract, lines: Sequence[SalesLine], until: date
) -> tuple[Sequence[SalesLine], list[range]]:
    """The lines that a contract is about, and their places."""
    found, places = [], []
    start = end = 0
    for (package, _, month), together in groupby(map(place_of, lines)):
        start, end = end, end + len(list(together))
        if package in contract.packages and contract.within(month) and month <= until:
            places.append(range(len(found), len(found) + end - start))
            found += lines[start:end]
    return found, places


def _taken(
    number: int,
    clause: Clause,
    rounding: str,
    sold: _Sold,
    counts_of: Callable[[tuple[str, str]], Counts],
    until: date,
) -> ClauseResult:
    groups: dict[tuple[str, str], list[range]] = {}
    for place in sold.places:
        first = sold.lines[place.start]
        if clause.covers(first):
            groups.setdefault(clause.key(first.month, first.region), []).append(place)
    costs = sold.costs if clause.basis == LIST else sold.left
    most = sold.costs if clause.beyond_cost else sold.left
    computed: list[Computed] = []
    dues = [0] * len(sold.lines)
    for key in sorted(groups):
        places = groups[key]
        lines, ore, remaining = _of(places, sold.lines), _of(places, costs), _of(places, most)
        answer = clause.answer(Group(lines, ore, counts_of(key), until))
        due, by_line = _settled(answer, lines, remaining, rounding, capped=not clause.beyond_cost)
        computed.append(Computed(*key, answer.steps, _unrounded(answer), due * ORE))
        start = 0
        for place in places:
            dues[place.start : place.stop] = by_line[start : start + len(place)]
            start += len(place)
    return ClauseResult(number, clause.kind, tuple(computed), dues)


def _of(places: Iterable[range], values: Sequence[Value]) -> list[Value]:
    found: list[Value] = []
    for place in places:
        found += values[place.start : place.stop]
    return found


def _counts_of(
    clause: Clause, contract: Contract, counts: Counts, until: date, key: tuple[str, str]
) -> Counts:
    """What is counted for a group. A span without any sales has nothing to give back, and no group."""

    def chosen(rows: Sequence[Counted]) -> tuple[Counted, ...]:
        return tuple(
            row
            for row in rows
            if row.month <= until
            and contract.within(row.month)
            and clause.within(row.month)
            and clause.key(row.month, row.region) == key
        )

    if not clause.pooled:
        return Counts()
    return Counts(chosen(counts.cohorts), chosen(counts.doses), chosen(counts.outcomes))


def _unrounded(answer: Answer) -> Decimal:
    if isinstance(answer, Pooled):
        return answer.total
    return sum(answer.values if isinstance(answer, PerLine) else answer.values.values(), ZERO)


def _settled(
    answer: Answer, lines: Sequence[SalesLine], remaining: Sequence[int], rounding: str, *, capped: bool
) -> tuple[int, Sequence[int]]:
    """A clause's answer for a group, and each line's part of it, in öre.

    `remaining` are the weights of a common sum, and when `capped` also the most that each line can owe: they
    are whole öre, so a part that is rounded up still is no more than its weight.
    """
    if isinstance(answer, Pooled):
        total = min(answer.total * 100, Decimal(sum(remaining))) if capped else answer.total * 100
        return _shared(_rounded(total, rounding), lines, remaining)
    if isinstance(answer, PerLine):
        return _settled_by_line(answer, lines, remaining, rounding, capped=capped)
    return _settled_by_region(answer, lines, remaining, rounding, capped=capped)


def _settled_by_line(
    answer: PerLine, lines: Sequence[SalesLine], remaining: Sequence[int], rounding: str, *, capped: bool
) -> tuple[int, Sequence[int]]:
    values = [value * 100 for value in answer.values]
    whole = list(map(int, values))
    # Values of whole öre stay as they are at every level of a split.
    if whole == values:
        parts = list(map(min, whole, remaining)) if capped else whole
        return sum(parts), parts
    if capped:
        values = [min(value, Decimal(most)) for value, most in zip(values, remaining, strict=True)]
    total = _rounded(sum(values, ZERO), rounding)
    return total, cascade(total, lines, values, by_value)


def _settled_by_region(
    answer: PerRegion, lines: Sequence[SalesLine], remaining: Sequence[int], rounding: str, *, capped: bool
) -> tuple[int, Sequence[int]]:
    of_region: dict[str, list[int]] = {}
    for index, line in enumerate(lines):
        of_region.setdefault(line.region, []).append(index)
    # A region that bought nothing bore no cost, so there is nobody to give anything back to.
    values = {}
    for region, value in answer.values.items():
        most = sum(remaining[index] for index in of_region.get(region, ()))
        if most:
            values[region] = min(value * 100, Decimal(most)) if capped else value * 100
    total = _rounded(sum(values.values(), ZERO), rounding)
    served = sorted(values)
    found = [0] * len(lines)
    for region, amount in zip(served, by_value(total, [values[region] for region in served]), strict=True):
        own = of_region[region]
        _, shares = _shared(amount, [lines[index] for index in own], [remaining[index] for index in own])
        for index, share in zip(own, shares, strict=True):
            found[index] = share
    return total, found


def _shared(total: int, lines: Sequence[SalesLine], weights: Sequence[int]) -> tuple[int, Sequence[int]]:
    return (total, cascade(total, lines, weights, whole_shares)) if any(weights) else (0, weights)


def _rounded(ore: Decimal, rounding: str) -> int:
    return int(ore.to_integral_value(ROUND_FLOOR) if rounding == DOWN else round_half_up(ore))
