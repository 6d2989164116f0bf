"""How unequal the regions are: coefficient of variation, Gini coefficient, and highest to lowest, each with an interval.

Each region counts by its inhabitants, so that the mean is the country's own rate and an inhabitant of a small region
weighs as much as one of a large. With w a region's share of the inhabitants, r its rate and R = sum of w r:

    variation = sqrt(sum of w (r - R)^2) / R
    Gini      = sum over pairs of w w' |r - r'| / (2 R)
    ratio     = highest r / lowest r

The intervals are by the delta method: the variance of a rate is that of its Poisson count, and each measure is taken as
straight around what was found (for the ratio, its logarithm). Beside the variation stands what chance alone may give:
with K patients in all, K times the square of this variation is the chi-squared statistic for equal rates, so that in 95 of
100 quarters with equal rates it stays below sqrt(chi-squared / K).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from nt_process.followup.rules.intervals import CHI_SQUARED_95, NORMAL
from nt_process.kernel.money import EXACT, ONE, ZERO, exact


@dataclass(frozen=True, slots=True)
class Group:
    """A region, or several taken together: its patients, and the inhabitants (or whatever they are counted of)."""

    patients: Decimal
    base: Decimal

    @property
    def rate(self) -> Decimal:
        return self.patients / self.base


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure with its 95 percent interval."""

    value: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Spread:
    """The three measures. `ratio` is None where the lowest rate is zero. `by_chance`: see above."""

    variation: Measured
    gini: Measured
    ratio: Measured | None
    by_chance: Decimal


@exact
def spread(groups: Sequence[Group]) -> Spread | None:
    """The spread between at least two groups with patients; None where there is none to speak of."""
    everyone = sum((group.base for group in groups), ZERO)
    patients = sum((group.patients for group in groups), ZERO)
    if len(groups) < 2 or not patients:
        return None
    ordered = sorted(groups, key=lambda group: (group.rate, group.base))
    degrees = min(len(groups) - 1, len(CHI_SQUARED_95))
    by_chance = EXACT.sqrt(CHI_SQUARED_95[degrees - 1] / patients)
    return Spread(
        _variation(ordered, everyone, patients / everyone, by_chance),
        _gini(ordered, everyone, patients / everyone),
        _ratio(ordered),
        by_chance,
    )


def _variance(group: Group) -> Decimal:
    """Of a rate, as that of a Poisson count; a count of none is not certain, and is taken as one."""
    return max(group.patients, ONE) / group.base**2


def _measured(
    value: Decimal, slopes: Sequence[tuple[Decimal, Group]], most: Decimal | None = None
) -> Measured:
    """With `slopes`: how much the measure changes with each group's rate."""
    distance = NORMAL * EXACT.sqrt(sum((slope**2 * _variance(group) for slope, group in slopes), ZERO))
    high = value + distance
    return Measured(value, max(value - distance, ZERO), high if most is None else min(high, most))


def _variation(groups: Sequence[Group], everyone: Decimal, mean: Decimal, by_chance: Decimal) -> Measured:
    shares = [group.base / everyone for group in groups]
    square = sum(
        (share * (group.rate - mean) ** 2 for share, group in zip(shares, groups, strict=True)), ZERO
    )
    value = EXACT.sqrt(square) / mean
    if not value:
        # Equal to the last: no slope is known there, and chance says how far it may reach.
        return Measured(ZERO, ZERO, by_chance)
    around = (square + mean**2) / mean
    slopes = [
        share * (group.rate - around) / (value * mean**2) for share, group in zip(shares, groups, strict=True)
    ]
    return _measured(value, list(zip(slopes, groups, strict=True)))


def _gini(groups: Sequence[Group], everyone: Decimal, mean: Decimal) -> Measured:
    """Of groups in the order of their rates: sum of w r (W + W before) / R - 1, W being the shares so far."""
    below, value, places = ZERO, -ONE, []
    for group in groups:
        share = group.base / everyone
        value += share * group.rate * (2 * below + share) / mean
        places.append((share, 2 * below + share - ONE))
        below += share
    value = max(value, ZERO)
    # A group among equals stands in the middle of them, so that no order is made of chance.
    slopes = [(share / mean) * (place - value) for share, place in _levelled(groups, places)]
    return _measured(value, list(zip(slopes, groups, strict=True)), most=ONE)


def _levelled(
    groups: Sequence[Group], places: Sequence[tuple[Decimal, Decimal]]
) -> list[tuple[Decimal, Decimal]]:
    found: list[tuple[Decimal, Decimal]] = []
    start = 0
    while start < len(groups):
        end = start
        while end < len(groups) and groups[end].rate == groups[start].rate:
            end += 1
        together = sum((share for share, _ in places[start:end]), ZERO)
        middle = sum((share * place for share, place in places[start:end]), ZERO) / together
        found += [(share, middle) for share, _ in places[start:end]]
        start = end
    return found


def _ratio(groups: Sequence[Group]) -> Measured | None:
    """Which is lowest and which highest is taken as given."""
    lowest, highest = groups[0], groups[-1]
    if not lowest.patients:
        return None
    value = highest.rate / lowest.rate
    factor = EXACT.exp(NORMAL * EXACT.sqrt(ONE / lowest.patients + ONE / highest.patients))
    return Measured(value, max(value / factor, ONE), value * factor)
