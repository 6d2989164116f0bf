"""A contract as an ordered row of clauses, and what is due under it to date.

The rule of order: clauses are taken one after the other. One on the list cost is computed on the cost before
any rebate; one on what remains is computed on the cost less all that the clauses before it gave back. What a
clause finds is never negative, and is lowered to what its lines still cost after the clauses before it,
unless the clause may exceed the cost. So the rebates of a line never add up to more than its cost.

What is due is always due to date. A later month can add to an earlier one (a tier that is reached applies to
what was bought before), so what a quarter adds is the answer at its end less what has been settled before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from itertools import chain, groupby
from typing import TypeVar

from nt_process.kernel.money import ORE, ZERO, exact, round_half_up, whole_shares
from nt_process.terms.clause import LIST, Answer, Clause, Group, PerLine, PerRegion, Pooled, Step
from nt_process.terms.split import by_value, cascade
from nt_process.terms.values import Cohort, Counts, Doses, Outcome, SalesLine, merged, place_of

HALF_UP, DOWN = "half_up", "down"
ROUNDINGS = (HALF_UP, DOWN)

Counted = TypeVar("Counted", Cohort, Doses, Outcome)


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
    """What one clause gives: its groups, and for each line (by index) what it was computed on and what is due."""

    number: int
    kind: str
    groups: tuple[Computed, ...]
    base: Mapping[int, Decimal]
    due_by_line: Mapping[int, Decimal]

    @property
    def due(self) -> Decimal:
        return sum(self.due_by_line.values(), ZERO)


@dataclass(frozen=True, slots=True)
class Portion:
    """What one clause gives back of one line, SEK: `base` is what it was computed on."""

    clause: int
    line: SalesLine
    base: Decimal
    due: Decimal


@dataclass(frozen=True, slots=True)
class Result:
    """All that is due to date. `left` is what each line still costs when every clause has been taken.

    `places` are the lines (by index) of one package, region and month each, one after the other.
    """

    lines: tuple[SalesLine, ...]
    clauses: tuple[ClauseResult, ...]
    left: tuple[Decimal, ...]
    places: tuple[range, ...]

    @property
    def cost(self) -> Decimal:
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def due(self) -> Decimal:
        return sum((clause.due for clause in self.clauses), ZERO)

    def portions(self) -> Iterator[Portion]:
        """What is due, by clause and line; together exactly `due`."""
        for clause in self.clauses:
            for index, due in clause.due_by_line.items():
                yield Portion(clause.number, self.lines[index], clause.base[index], due)

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
    lines = merged(
        line
        for line in sales
        if line.package in contract.packages and contract.within(line.month) and line.month <= until
    )
    # In one order, so that neither a sum of quotients nor the answer's depends on that of the sources.
    counts = Counts(
        tuple(sorted(counts.cohorts)), tuple(sorted(counts.doses)), tuple(sorted(counts.outcomes))
    )
    amounts = [line.amount for line in lines]
    sold = _Sold(lines, amounts, list(amounts), _places(lines))
    results = []
    for number, clause in enumerate(contract.clauses, 1):
        result = _taken(number, clause, contract, sold, counts, until)
        results.append(result)
        left = sold.left
        for index, due in result.due_by_line.items():
            rest = left[index] - due
            left[index] = rest if rest > 0 else ZERO
    return Result(tuple(lines), tuple(results), tuple(sold.left), tuple(sold.places))


@dataclass(frozen=True, slots=True)
class _Sold:
    """The lines, what each costs before any rebate and after the clauses so far, and where they stand together."""

    lines: Sequence[SalesLine]
    amounts: Sequence[Decimal]
    left: list[Decimal]
    places: Sequence[range]


def _places(lines: Sequence[SalesLine]) -> list[range]:
    found = []
    start = 0
    for _, together in groupby(lines, place_of):
        end = start + sum(1 for _ in together)
        found.append(range(start, end))
        start = end
    return found


def _taken(
    number: int, clause: Clause, contract: Contract, sold: _Sold, counts: Counts, until: date
) -> ClauseResult:
    lines = sold.lines
    groups: dict[tuple[str, str], list[range]] = {}
    for place in sold.places:
        first = lines[place.start]
        if clause.covers(first):
            groups.setdefault(clause.key(first.month, first.region), []).append(place)
    costs = sold.amounts if clause.basis == LIST else sold.left
    most = sold.amounts if clause.beyond_cost else sold.left
    computed: list[Computed] = []
    bases: dict[int, Decimal] = {}
    dues: dict[int, Decimal] = {}
    for key in sorted(groups):
        indices = list(chain.from_iterable(groups[key]))
        base = {index: costs[index] for index in indices}
        counted = _counts_of(clause, contract, counts, until, key)
        answer = clause.answer(Group({index: lines[index] for index in indices}, base, counted, until))
        remaining = {index: most[index] for index in indices}
        due, by_line = _settled(answer, lines, remaining, contract.rounding, capped=not clause.beyond_cost)
        computed.append(Computed(*key, answer.steps, _unrounded(answer), due))
        bases |= base
        dues |= by_line
    return ClauseResult(
        number, clause.kind, tuple(computed), bases, {index: dues[index] for index in sorted(dues)}
    )


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
    return answer.total if isinstance(answer, Pooled) else sum(answer.values.values(), ZERO)


def _settled(
    answer: Answer,
    lines: Sequence[SalesLine],
    remaining: Mapping[int, Decimal],
    rounding: str,
    *,
    capped: bool,
) -> tuple[Decimal, dict[int, Decimal]]:
    """A clause's answer for a group, in öre, and each line's part of it.

    `remaining` are the weights of a common sum, and when `capped` also the most that each line can owe: they
    are whole öre, so a part that is rounded up still is no more than its weight.
    """
    if isinstance(answer, Pooled):
        most = sum(remaining.values(), ZERO)
        total = _rounded(min(answer.total, most) if capped else answer.total, rounding)
        return _shared(total, lines, remaining)
    if isinstance(answer, PerLine):
        values = answer.values
        if capped:
            values = {i: min(value, remaining[i]) for i, value in values.items()}
        total = _rounded(sum(values.values(), ZERO), rounding)
        whole = {i: value.quantize(ORE, rounding=ROUND_FLOOR) for i, value in values.items()}
        # Values of whole öre stay as they are at every level of a split.
        return total, whole if whole == values else cascade(total, lines, values, by_value)
    return _settled_by_region(answer, lines, remaining, rounding, capped=capped)


def _settled_by_region(
    answer: PerRegion,
    lines: Sequence[SalesLine],
    remaining: Mapping[int, Decimal],
    rounding: str,
    *,
    capped: bool,
) -> tuple[Decimal, dict[int, Decimal]]:
    of_region: dict[str, dict[int, Decimal]] = {}
    for index, weight in remaining.items():
        of_region.setdefault(lines[index].region, {})[index] = weight
    # A region that bought nothing bore no cost, so there is nobody to give anything back to.
    values = {}
    for region, value in answer.values.items():
        most = sum(of_region.get(region, {}).values(), ZERO)
        if most:
            values[region] = min(value, most) if capped else value
    total = _rounded(sum(values.values(), ZERO), rounding)
    found: dict[int, Decimal] = {}
    for region, amount in by_value(total, values).items():
        found |= _shared(amount, lines, of_region[region])[1]
    return total, found


def _shared(
    total: Decimal, lines: Sequence[SalesLine], weights: Mapping[int, Decimal]
) -> tuple[Decimal, dict[int, Decimal]]:
    if not any(weights.values()):
        return ZERO, {}
    whole = {index: int(weight.scaleb(2)) for index, weight in weights.items()}
    parts = cascade(int(total.scaleb(2)), lines, whole, whole_shares)
    return total, {index: Decimal(part).scaleb(-2) for index, part in parts.items()}


def _rounded(amount: Decimal, rounding: str) -> Decimal:
    if rounding == DOWN:
        return amount.quantize(ORE, rounding=ROUND_FLOOR)
    return round_half_up(amount, ORE)
