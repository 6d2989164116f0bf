"""Solidarity financing: table 4 of the state grant 2023, and what must hold for any figures."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nt_process.financing.parameters import solidarity_year
from nt_process.financing.solidarity import (
    Staircase,
    mean_cost,
    solidarity,
    staircase_for_mean,
)
from nt_process.kernel.money import round_half_up
from tests.financing.worlds import CODES, costs, populations

TINY = Fraction(1, 10**30)
staircases = st.tuples(
    st.decimals(min_value=0, max_value=500, places=1),
    st.decimals(min_value=0, max_value=500, places=1),
    st.integers(min_value=0, max_value=100),
    st.integers(min_value=0, max_value=100),
).map(lambda made: Staircase(made[0], made[0] + made[1], Decimal(made[2]), Decimal(made[3])))


def test_table_4_of_2023() -> None:
    # Net per inhabitant as printed in SKR's EkonomiNytt, table 4; the document computes from unrounded
    # costs and prints 23 for Västerbotten, where the printed costs give 22.
    year = solidarity_year(2023)
    outcome = solidarity(year.costs, year.populations, year.staircase)
    net = {region.code: int(round_half_up(region.net)) for region in outcome.regions}
    assert net == dict.fromkeys(CODES, -18) | {"01": 51, "03": -9, "24": 22, "25": -7}
    assert outcome.qualifying == ("01", "03", "24", "25")
    assert round_half_up(outcome.financing, Decimal("0.001")) == Decimal("17.579")
    assert round_half_up(outcome.pool_sek, Decimal(100_000)) == Decimal(184_600_000)


@given(costs, populations, staircases)
def test_the_nets_add_up_to_zero(costs, populations, staircase: Staircase) -> None:
    outcome = solidarity(costs, populations, staircase)
    assert abs(sum(Fraction(region.net) * region.population for region in outcome.regions)) < TINY
    assert abs(sum(Fraction(region.net_sek) for region in outcome.regions)) < TINY
    assert sum(region.net_sek_rounded for region in outcome.regions) == 0


@given(costs, populations, staircases)
def test_whole_kronor_lie_within_one_of_the_unrounded(costs, populations, staircase: Staircase) -> None:
    # A compensation is off by at most half a krona; a region's financing by at most one, and by its
    # part of what all compensations together are off.
    for region in solidarity(costs, populations, staircase).regions:
        assert abs(region.compensation_sek_rounded - region.compensation_sek) <= Decimal("0.5")
        assert abs(region.financing_sek_rounded - region.financing_sek) <= 1 + len(CODES) * Decimal("0.5")


@given(costs, populations, staircases, st.integers(min_value=1, max_value=1000))
def test_costs_and_thresholds_in_another_unit_scale_the_outcome(
    costs, populations, staircase: Staircase, factor: int
) -> None:
    once = solidarity(costs, populations, staircase)
    scaled_costs = {code: cost * factor for code, cost in costs.items()}
    scaled_staircase = Staircase(
        staircase.lower * factor, staircase.upper * factor, staircase.lower_pct, staircase.upper_pct
    )
    scaled = solidarity(scaled_costs, populations, scaled_staircase)
    for one, other in zip(once.regions, scaled.regions, strict=True):
        assert abs(Fraction(one.net) * factor - Fraction(other.net)) < TINY
    assert once.qualifying == scaled.qualifying


@given(costs, populations, staircases, st.randoms())
def test_the_order_of_the_regions_makes_no_difference(
    costs, populations, staircase: Staircase, order
) -> None:
    shuffled = list(costs.items())
    order.shuffle(shuffled)
    in_order = {region.code: region for region in solidarity(costs, populations, staircase).regions}
    for region in solidarity(dict(shuffled), populations, staircase).regions:
        twin = in_order[region.code]
        assert (region.net_sek_rounded, region.compensation_sek) == (
            twin.net_sek_rounded,
            twin.compensation_sek,
        )
        assert abs(Fraction(region.net) - Fraction(twin.net)) < TINY


@given(populations, staircases, st.decimals(min_value=0, max_value=500, places=2))
def test_a_higher_cost_never_gives_a_lower_compensation(
    populations, staircase: Staircase, cost: Decimal
) -> None:
    step = Decimal("0.01")
    low = solidarity({"01": cost, "03": cost + step}, populations, staircase)
    first, second = low.regions
    gained = second.compensation_lower + second.compensation_upper
    assert 0 <= gained - (first.compensation_lower + first.compensation_upper) <= step


def test_thresholds_for_another_mean_keep_their_ratio() -> None:
    published = solidarity_year(2023).staircase
    assert staircase_for_mean(published.lower, published) == published
    doubled = staircase_for_mean(Decimal(272), published)
    assert (doubled.lower, doubled.upper) == (272, 524)


def test_the_mean_is_over_inhabitants_not_over_regions() -> None:
    assert mean_cost({"a": Decimal(100), "b": Decimal(0)}, {"a": 1, "b": 3}) == 25


def test_thresholds_out_of_order_are_an_error() -> None:
    with pytest.raises(ValueError, match="threshold"):
        Staircase(Decimal(200), Decimal(100), Decimal(85), Decimal(90))
