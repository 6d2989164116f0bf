"""What a printed figure may have been before it was rounded, carried through a calculation.

A figure printed as 146 was something from 145.5 to 146.5. If every value that a formula can give for
inputs in such ranges would be printed otherwise, rounding does not explain a difference. The ranges
of two inputs are taken as independent, which makes the result wider than it need be, never too
narrow.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from nt_process.kernel.money import ZERO, exact, round_half_up

HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Interval:
    """Every value from `low` to `high`, both included."""

    low: Decimal
    high: Decimal

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("an interval's low end lies above its high end")

    @exact
    def __add__(self, other: Interval) -> Interval:
        return Interval(self.low + other.low, self.high + other.high)

    @exact
    def __sub__(self, other: Interval) -> Interval:
        return Interval(self.low - other.high, self.high - other.low)

    @exact
    def times(self, factor: Decimal | int) -> Interval:
        ends = (self.low * factor, self.high * factor)
        return Interval(min(ends), max(ends))

    @exact
    def over(self, divisor: Decimal | int) -> Interval:
        ends = (self.low / divisor, self.high / divisor)
        return Interval(min(ends), max(ends))

    def at_least(self, floor: Decimal) -> Interval:
        return Interval(max(self.low, floor), max(self.high, floor))

    def at_most(self, ceiling: Interval) -> Interval:
        return Interval(min(self.low, ceiling.low), min(self.high, ceiling.high))

    def may_print_as(self, printed: Decimal, step: Decimal) -> bool:
        """Whether some value in the interval is printed as `printed`.

        The ends themselves are values that would have been rounded the other way, so an interval
        that only touches what is printed does not explain it.
        """
        if self.low == self.high:
            return round_half_up(self.low, step) == printed
        half = step * HALF
        return self.low < printed + half and printed - half < self.high


def point(value: Decimal | int) -> Interval:
    exact_value = Decimal(value)
    return Interval(exact_value, exact_value)


def before_rounding(printed: Decimal, step: Decimal) -> Interval:
    """The values that are printed as `printed` in multiples of `step`."""
    half = step * HALF
    return Interval(printed - half, printed + half)


def total(parts: Iterable[Interval]) -> Interval:
    result = point(ZERO)
    for part in parts:
        result += part
    return result
