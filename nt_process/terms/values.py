"""What clauses are computed from: sales, counts of patients and doses, outcomes as counts. Never a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import repeat, tee
from operator import itemgetter, lt
from typing import Any, NamedTuple

from nt_process.kernel.money import ZERO, exact

MET, FAILED, MISSING = "met", "failed", "missing"
STATUSES = (MET, FAILED, MISSING)


class SalesLine(NamedTuple):
    """What one unit of a region bought of one package in a month.

    `month` is its first day. `volume` counts packages; `amount` is what they cost before any rebate, SEK in
    whole öre. Neither is negative, and what has no volume has no cost: a return is taken off its month before.
    """

    package: str
    region: str
    unit: str
    month: date
    volume: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True, order=True)
class Cohort:
    """The patients of a region who first had the medicine on or after the day `month`, until the next cohort.

    `month` is usually the first day of a month; a source that knows days may give days. `patients` counts
    them, `cost` is what the medicine has cost for them in all, SEK.
    """

    region: str
    month: date
    patients: int
    cost: Decimal


@dataclass(frozen=True, slots=True, order=True)
class Doses:
    """How many patients of a region, of those who began in `month`, have had exactly `doses` doses so far."""

    region: str
    month: date
    doses: int
    patients: int


@dataclass(frozen=True, slots=True, order=True)
class Outcome:
    """How it went for patients of a region who began in `month`, by one measure (“response at 12 weeks”).

    `status` is met, failed or missing (not known when it should have been); `cost` is what the medicine has
    cost for these patients, SEK.
    """

    region: str
    month: date
    measure: str
    status: str
    patients: int
    cost: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Counts:
    """All that is counted for a contract."""

    cohorts: tuple[Cohort, ...] = ()
    doses: tuple[Doses, ...] = ()
    outcomes: tuple[Outcome, ...] = ()


def sales_lines(*columns: Iterable[Any]) -> Iterator[SalesLine]:
    """A line of each row of columns, which are those of a line; hundred thousand of them in a tenth of a second."""
    make: Callable[..., SalesLine] = tuple.__new__
    return map(make, repeat(SalesLine), zip(*columns, strict=False))


# A package's sales in a region in a month stand together.
place_of = itemgetter(0, 1, 3)
unit_of = itemgetter(2)
place_of_unit = itemgetter(1, 2)
volume_of = itemgetter(4)
amount_of = itemgetter(5)
_in_order = itemgetter(0, 1, 3, 2)


@exact
def merged(lines: Iterable[SalesLine]) -> list[SalesLine]:
    """One line for each package, region, month and unit, in that order; the same whatever order they came in."""
    found = list(lines)
    one, next_one = tee(map(_in_order, found))
    next(next_one, None)
    if all(map(lt, one, next_one)):
        return found
    sums: dict[tuple[str, str, str, date], tuple[Decimal, Decimal]] = {}
    for line in found:
        key = line[:4]
        volume, amount = sums.get(key, (ZERO, ZERO))
        sums[key] = (volume + line.volume, amount + line.amount)
    return [SalesLine(*key, *sums[key]) for key in sorted(sums, key=_in_order)]
