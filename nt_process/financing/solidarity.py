"""Solidarity financing between the regions: a staircase on cost per inhabitant, paid by all.

Source: SKR, EkonomiNytt on the state grant 2023, "Ersättningstrappa" and table 4. The costs are those
of Gaucher's disease, haemophilia and HIV from October to September before the grant year, net of
rebates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from nt_process.kernel.money import KRONA, ZERO, exact, largest_remainder, percent, round_half_up


@dataclass(frozen=True, slots=True)
class Staircase:
    """Thresholds in SEK per inhabitant and the compensated percentage of the cost above each."""

    lower: Decimal
    upper: Decimal
    lower_pct: Decimal
    upper_pct: Decimal

    def __post_init__(self) -> None:
        if not ZERO <= self.lower <= self.upper:
            raise ValueError("the upper threshold lies below the lower one, or the lower below zero")


@dataclass(frozen=True, slots=True)
class RegionSolidarity:
    """One region's way through the staircase: SEK per inhabitant, then SEK for its inhabitants.

    The `_rounded` amounts are whole SEK and add up to zero over all regions.
    """

    code: str
    population: int
    cost: Decimal
    excess_lower: Decimal
    excess_upper: Decimal
    compensation_lower: Decimal
    compensation_upper: Decimal
    financing: Decimal
    net: Decimal
    compensation_sek: Decimal
    financing_sek: Decimal
    net_sek: Decimal
    compensation_sek_rounded: Decimal
    financing_sek_rounded: Decimal
    net_sek_rounded: Decimal


@dataclass(frozen=True, slots=True)
class Solidarity:
    """The whole country: mean cost and financing in SEK per inhabitant, the pool in SEK."""

    staircase: Staircase
    regions: tuple[RegionSolidarity, ...]
    population: int
    mean_cost: Decimal
    pool_sek: Decimal
    financing: Decimal

    @property
    def qualifying(self) -> tuple[str, ...]:
        """Codes of the regions whose cost lies above the lower threshold."""
        return tuple(region.code for region in self.regions if region.cost > self.staircase.lower)


@exact
def solidarity(
    costs: Mapping[str, Decimal], populations: Mapping[str, int], staircase: Staircase
) -> Solidarity:
    """Compensate costs above the thresholds and let every inhabitant finance it equally.

    `costs` in SEK per inhabitant. Per inhabitant: excess 1 = max(0, min(cost, upper) - lower),
    excess 2 = max(0, cost - upper), compensation = lower_pct * excess 1 + upper_pct * excess 2,
    financing = sum(population * compensation) / sum(population), net = compensation - financing.
    Weighted by population the nets add up to zero. Nothing is rounded per inhabitant. In whole SEK
    each compensation is rounded half up, and their sum is shared out by population with largest
    remainder, so that the nets add up to exactly zero.
    """
    excess = {
        code: (
            max(ZERO, min(cost, staircase.upper) - staircase.lower),
            max(ZERO, cost - staircase.upper),
        )
        for code, cost in costs.items()
    }
    compensation = {
        code: (first * percent(staircase.lower_pct), second * percent(staircase.upper_pct))
        for code, (first, second) in excess.items()
    }
    compensation_sek = {code: sum(compensation[code], ZERO) * populations[code] for code in costs}
    compensation_rounded = {code: round_half_up(amount) for code, amount in compensation_sek.items()}
    people = {code: Decimal(populations[code]) for code in costs}
    population = sum(people.values(), ZERO)
    pool = sum(compensation_sek.values(), ZERO)
    financing = pool / population
    financing_rounded = largest_remainder(sum(compensation_rounded.values(), ZERO), people, KRONA)
    regions = tuple(
        RegionSolidarity(
            code=code,
            population=populations[code],
            cost=cost,
            excess_lower=excess[code][0],
            excess_upper=excess[code][1],
            compensation_lower=compensation[code][0],
            compensation_upper=compensation[code][1],
            financing=financing,
            net=sum(compensation[code], ZERO) - financing,
            compensation_sek=compensation_sek[code],
            financing_sek=pool * people[code] / population,
            net_sek=compensation_sek[code] - pool * people[code] / population,
            compensation_sek_rounded=compensation_rounded[code],
            financing_sek_rounded=financing_rounded[code],
            net_sek_rounded=compensation_rounded[code] - financing_rounded[code],
        )
        for code, cost in costs.items()
    )
    mean = mean_cost(costs, populations)
    return Solidarity(staircase, regions, int(population), mean, pool, financing)


@exact
def mean_cost(costs: Mapping[str, Decimal], populations: Mapping[str, int]) -> Decimal:
    """The mean over all inhabitants, SEK per inhabitant: the staircase's lower threshold."""
    total = sum((cost * populations[code] for code, cost in costs.items()), ZERO)
    return total / sum(populations[code] for code in costs)


@exact
def staircase_for_mean(mean: Decimal, published: Staircase) -> Staircase:
    """The thresholds for another mean cost: the mean itself, and an upper one in proportion.

    The source only says that the upper step "har anpassats till en högre genomsnittlig kostnad";
    that it keeps its published ratio to the mean (262 / 136 in 2023) is an assumption.
    """
    return Staircase(
        lower=mean,
        upper=mean * published.upper / published.lower,
        lower_pct=published.lower_pct,
        upper_pct=published.upper_pct,
    )
