"""A quarter's figures of one measure: what is told of each region, of the country, and of how unequal it is.

Amounts become patients by how much a patient uses; small numbers of patients are hidden (see `suppression`), and the
measures of spread are made of what is shown: those that are hidden count together, with one rate. So nothing that is shown
depends on a hidden number but through their sum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from nt_process.followup.rules import quarters
from nt_process.followup.rules.intervals import poisson_interval, share_interval
from nt_process.followup.rules.spread import Group, Measured, Spread, spread
from nt_process.followup.rules.suppression import hide
from nt_process.kernel.money import ZERO, exact

BELOW, WITHIN, ABOVE = "below", "within", "above"
PER_INHABITANTS, PER_CENT = 100_000, 100
DECIMALS = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Counted:
    """What a region has told; None: nothing. `base` is its inhabitants, or an indicator's denominator."""

    quantity: Decimal | None
    base: Decimal | None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected of a quarter: `rate` for so many as the scale says (None: nothing is), and patients in the country."""

    rate: Decimal | None = None
    patients: int | None = None
    inhabitants: int | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """How a measure is counted: `scale` is what a rate is for, `per_patient` how much of it a patient uses."""

    scale: int
    per_patient: Decimal
    hidden_below: int


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a region or the country. A rate is for so many as the measure's scale says."""

    quantity: Decimal
    base: Decimal
    rate: Measured
    of_expected: Decimal | None
    place: str | None


@dataclass(frozen=True, slots=True)
class Figures:
    """`regions` has everyone that has told, `hidden` those that are not shown; `total` is None where it is not."""

    regions: Mapping[str, Told]
    hidden: frozenset[str]
    total: Told | None
    spread: Spread | None
    expected: Decimal | None


@exact
def figures(counted: Mapping[str, Counted], measure: Measure, expected: Expectation) -> Figures:
    """A quarter's figures. Of `counted`, a region without a quantity has not told, and is nowhere in them."""
    told = {
        region: (one.quantity, one.base)
        for region, one in sorted(counted.items())
        if one.quantity is not None and one.base is not None
    }
    patients = {region: quantity / measure.per_patient for region, (quantity, _) in told.items()}
    hidden = hide(patients, measure.hidden_below, _small_rest(told, measure))
    total = sum((quantity for quantity, _ in told.values()), ZERO)
    base = sum((one for _, one in told.values()), ZERO)
    return Figures(
        {region: _told(quantity, one, measure, expected) for region, (quantity, one) in told.items()},
        hidden.regions,
        None if hidden.total or not told else _told(total, base, measure, expected),
        None if hidden.total else spread(_shown(told, patients, hidden.regions)),
        expected.rate,
    )


def _small_rest(told: Mapping[str, tuple[Decimal, Decimal]], measure: Measure) -> frozenset[str]:
    """Of an indicator: the regions in which those that are not counted are few. Of all inhabitants they never are."""
    if measure.scale != PER_CENT:
        return frozenset()
    return frozenset(
        region for region, (quantity, base) in told.items() if 0 < base - quantity < measure.hidden_below
    )


def _told(quantity: Decimal, base: Decimal, measure: Measure, expected: Expectation) -> Told:
    patients = quantity / measure.per_patient
    if measure.scale == PER_CENT:
        low, high = share_interval(quantity, base)
        factor = Decimal(measure.scale)
    else:
        low, high = poisson_interval(patients)
        factor = measure.per_patient * measure.scale / base
    rate = Measured(quantity * measure.scale / base, low * factor, high * factor)
    share = None
    if expected.patients and expected.inhabitants:
        share = 100 * patients / (Decimal(expected.patients) * base / expected.inhabitants)
    return Told(quantity, base, rate, share, place(rate, expected.rate))


def place(rate: Measured, expected: Decimal | None) -> str | None:
    """Where a rate stands: only an interval that leaves what is expected out is below or above it."""
    if expected is None:
        return None
    if rate.high < expected:
        return BELOW
    return ABOVE if rate.low > expected else WITHIN


def _shown(
    told: Mapping[str, tuple[Decimal, Decimal]], patients: Mapping[str, Decimal], hidden: frozenset[str]
) -> list[Group]:
    groups = [Group(patients[region], base) for region, (_, base) in told.items() if region not in hidden]
    if hidden:
        together = [region for region in told if region in hidden]
        groups.append(
            Group(
                sum((patients[region] for region in together), ZERO),
                sum((told[region][1] for region in together), ZERO),
            )
        )
    return groups


def expected_rate(first: date, path: Sequence[Decimal], quarter: date) -> Decimal | None:
    """What a protocol expects of a quarter: its path from the first quarter on, of which the last step holds on."""
    step = quarters.between(first, quarter)
    if step < 0 or not path:
        return None
    return path[min(step, len(path) - 1)]


def rounded(value: Decimal | None) -> Decimal | None:
    """As it is kept and shown: four decimals."""
    return None if value is None else value.quantize(DECIMALS)
