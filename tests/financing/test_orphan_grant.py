"""The proposed grant for orphan drugs: 90 percent out of a pot, over the years."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nt_process.financing.orphan_grant import (
    OrphanProduct,
    ShortageRule,
    Terms,
    covered_cost,
    is_period_start,
    pot_in,
    project,
)

amounts = st.decimals(min_value=0, max_value=10_000, places=3)
rules = st.sampled_from(["pro-rata", "carry-over", "deficit"])


def terms(pot: int, shortage: ShortageRule = "pro-rata", indexation: int = 0, **more: Any) -> Terms:
    return Terms(2026, Decimal(pot), Decimal(indexation), shortage=shortage, **more)


@given(st.lists(amounts, min_size=1, max_size=12), amounts, st.integers(0, 20), rules)
def test_money_is_neither_made_nor_lost(costs, pot: Decimal, indexation: int, shortage) -> None:
    chosen = Terms(2026, pot, Decimal(indexation), shortage=shortage)
    years = project({2026 + place: cost for place, cost in enumerate(costs)}, chosen)
    opening = owed = Decimal(0)
    for year in years:
        assert year.opening == opening
        assert year.brought_forward == owed
        assert year.opening + year.pot == year.granted + year.closing
        assert year.cost == year.granted + year.regions_pay
        assert year.entitled == year.cost * Decimal("0.9")
        if shortage != "deficit":
            assert year.closing >= 0
        opening, owed = year.closing, year.carried_forward
    if shortage == "carry-over":
        assert sum(year.entitled for year in years) == sum(year.granted for year in years) + owed
    if shortage == "deficit":
        assert all(year.granted == year.entitled for year in years)


def test_a_pot_that_is_exceeded_under_each_rule() -> None:
    costs = {2026: Decimal(1_000), 2027: Decimal(1_000), 2028: Decimal(500)}
    rules: list[ShortageRule] = ["pro-rata", "carry-over", "deficit"]
    granted = {rule: [year.granted for year in project(costs, terms(800, rule))] for rule in rules}
    assert granted["pro-rata"] == [800, 800, 450]
    assert granted["carry-over"] == [800, 800, 650]
    assert granted["deficit"] == [900, 900, 450]
    assert project(costs, terms(800, "deficit"))[-1].closing == 2_400 - 2_250


def test_what_is_saved_covers_a_later_year() -> None:
    years = project({2026: Decimal(100), 2027: Decimal(200)}, terms(135))
    assert [year.closing for year in years] == [45, 0]
    assert years[1].shortage == 0


def test_the_pot_is_indexed_and_gets_a_new_base_where_a_period_begins() -> None:
    chosen = terms(1_000, indexation=10, new_bases={2029: Decimal(2_000)})
    assert [pot_in(year, chosen) for year in range(2026, 2031)] == [1_000, 1_100, 1_210, 2_000, 2_200]
    starts = [year for year in range(2026, 2045) if is_period_start(year, 2026)]
    assert starts == [2029, 2034, 2039, 2044]
    with pytest.raises(ValueError, match="2030"):
        pot_in(2031, terms(1_000, new_bases={2030: Decimal(1)}))
    with pytest.raises(ValueError, match="2026"):
        pot_in(2025, terms(1_000))


def test_years_with_a_gap_are_an_error() -> None:
    with pytest.raises(ValueError, match="consecutive"):
        project({2026: Decimal(1), 2028: Decimal(1)}, terms(1))


def product(first: date, end: date, cost: int = 365) -> OrphanProduct:
    return OrphanProduct("X", Decimal(cost), first, end)


def test_a_product_counts_by_days_until_its_exclusivity_ends() -> None:
    held = product(date(2026, 1, 1), date(2026, 12, 1))
    assert covered_cost([held], 2026) == 334
    assert covered_cost([held], 2027) == 0
    assert covered_cost([held], 2025) == 0


def test_phasing_out_in_equal_steps() -> None:
    held = product(date(2020, 1, 1), date(2026, 1, 1), cost=900)
    covered = [covered_cost([held], year, glide_years=2) for year in (2025, 2026, 2027, 2028)]
    assert covered == [900, 600, 300, 0]


@given(
    st.dates(min_value=date(2000, 1, 1), max_value=date(2030, 1, 1)),
    st.integers(min_value=0, max_value=5_000),
    st.integers(min_value=0, max_value=5),
)
def test_over_all_years_a_product_counts_for_its_days(first: date, days: int, glide: int) -> None:
    end = first + timedelta(days=days)
    held = product(first, end, cost=1)
    years = range(first.year, end.year + glide + 2)
    days_in = {year: (date(year + 1, 1, 1) - date(year, 1, 1)).days for year in years}
    covered = sum(Fraction(covered_cost([held], year)) * days_in[year] for year in years)
    assert abs(covered - days) < Fraction(1, 10**30)
    for year in years:
        # Dividing by another number of parts may move the last of fifty digits.
        stepped, glided = covered_cost([held], year), covered_cost([held], year, glide)
        assert Fraction(stepped) <= Fraction(glided) + Fraction(1, 10**30)
