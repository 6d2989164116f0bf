"""Which regions' numbers are not shown, so that no small group of patients can be told from what is.

A number of patients from one up to `below` is not shown (a zero is: nobody stands behind it). The country's total would
give one hidden number away, and with two hidden ones a region that knows its own would find the other's. So at least
three are hidden together, and without its largest member what is hidden still adds up to `below` patients: whichever of
them does the sum, what is left is no small number. Where there are not regions enough for that, the total is not shown
either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from nt_process.kernel.money import ZERO

LEAST_TOGETHER = 3


@dataclass(frozen=True, slots=True)
class Hidden:
    """The regions whose numbers are not shown, and whether the total is not either."""

    regions: frozenset[str] = frozenset()
    total: bool = False


def hide(patients: Mapping[str, Decimal], below: int, also: frozenset[str] = frozenset()) -> Hidden:
    """Patients by region, of those that have told; the order of regions does not matter. `also`: regions of which another
    number, that can be told from what is shown, is small.
    """
    hidden = {region for region, number in patients.items() if 0 < number < below or region in also}
    if not hidden:
        return Hidden()
    left = sorted((number, region) for region, number in patients.items() if number and region not in hidden)
    while not is_safe((patients[region] for region in hidden), below):
        if not left:
            return Hidden(frozenset(hidden), total=True)
        hidden.add(left.pop(0)[1])
    return Hidden(frozenset(hidden))


def is_safe(hidden: Iterable[Decimal], below: int) -> bool:
    """Whether what is hidden stays so for each region that knows its own number, and the total."""
    numbers = list(hidden)
    return len(numbers) >= LEAST_TOGETHER and sum(numbers, ZERO) - max(numbers) >= below
