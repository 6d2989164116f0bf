"""What state and regions share: the corridor, the rebate, and a cost by population."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nt_process.financing.budget import divide_by_population
from nt_process.financing.gainloss import Corridor, gain_loss
from nt_process.financing.parameters import gain_loss_year, population_on, rebate_rule
from nt_process.financing.rebate_split import net_grant, rebate_calendar, settle_rebate, split_rebate
from nt_process.kernel.faults import BadInput
from tests.financing.worlds import populations, whole_amounts

msek = st.decimals(min_value=0, max_value=100_000, places=3)
percentages = st.integers(min_value=0, max_value=100).map(Decimal)
ore_amounts = st.integers(min_value=0, max_value=10**13).map(lambda ore: Decimal(ore).scaleb(-2))


@pytest.mark.parametrize(
    ("part", "actual", "settlement"),
    [
        # Agreed 33 485: nothing from 32 480.45 to 34 489.55, half of what lies beyond.
        ("benefit", "35000", "255.225"),
        ("benefit", "32000", "-240.225"),
        ("benefit", "34489.55", "0"),
        ("benefit", "32480.45", "0"),
        ("benefit", "34489.57", "0.01"),
        # Agreed 381 against 70 percent of the cost: 420 - 392.43, halved.
        ("hepatitis-c", "600", "13.785"),
        ("hepatitis-c", "560.61", "0"),
    ],
)
def test_the_settlement_of_2023(part: str, actual: str, settlement: str) -> None:
    year = gain_loss_year(2023)
    agreed, share = (year.benefit, Decimal(100))
    if part == "hepatitis-c":
        agreed, share = year.hepatitis_c, year.hepatitis_c_state_pct
    assert gain_loss(agreed, Decimal(actual), year.corridor, share).settlement == Decimal(settlement)


@given(msek, percentages, percentages)
def test_the_corridor_is_continuous_at_its_edges(agreed: Decimal, width: Decimal, share: Decimal) -> None:
    corridor = Corridor(width, share)
    tiny = Decimal("1e-12")
    for edge in (agreed * (1 + width / 100), agreed * (1 - width / 100)):
        assert gain_loss(agreed, edge, corridor).settlement == 0
        for beside in (edge - tiny, edge + tiny):
            assert abs(gain_loss(agreed, beside, corridor).settlement) <= tiny


@given(msek, msek, percentages, percentages)
def test_a_settlement_is_symmetric_and_never_more_than_its_share(
    agreed: Decimal, deviation: Decimal, width: Decimal, share: Decimal
) -> None:
    corridor = Corridor(width, share)
    above = gain_loss(agreed, agreed + deviation, corridor).settlement
    below = gain_loss(agreed, agreed - deviation, corridor).settlement
    assert above == -below
    assert 0 <= above <= deviation * share / 100


@given(msek, msek, st.integers(min_value=1, max_value=1000))
def test_another_unit_of_money_scales_the_settlement(agreed: Decimal, actual: Decimal, factor: int) -> None:
    corridor = Corridor(Decimal(3), Decimal(50))
    scaled = gain_loss(agreed * factor, actual * factor, corridor).settlement
    assert scaled == gain_loss(agreed, actual, corridor).settlement * factor


@pytest.mark.parametrize(
    ("year", "regions", "state"), [(2016, 60, 40), (2022, 60, 40), (2023, 70, 30), (2024, 60, 40)]
)
def test_the_rebate_is_shared_as_agreed_for_its_year(year: int, regions: int, state: int) -> None:
    shares = split_rebate(Decimal(100), rebate_rule(year))
    assert (shares.regions, shares.state) == (regions, state)


@pytest.mark.parametrize("year", [2014, 2025, 0, -1, 10**9])
def test_a_year_no_document_covers_is_refused(year: int) -> None:
    with pytest.raises(BadInput) as refused:
        rebate_rule(year)
    assert refused.value.faults[0].code == "unknown_year"


def test_the_rebate_of_2023_from_forecast_to_may() -> None:
    # TLV, 20 March 2024: 3 307 million SEK, 2.5 more than forecast in December.
    settled = settle_rebate(Decimal(3_304_500_000), Decimal(3_307_000_000), rebate_rule(2023))
    assert settled.deduction == 991_350_000
    assert settled.final.state == 992_100_000
    assert settled.adjustment == 750_000
    calendar = rebate_calendar(2023)
    months = [str(calendar.forecast), str(calendar.deduction), str(calendar.final), str(calendar.adjustment)]
    assert months == ["2023-12", "2024-02", "2024-03", "2024-05"]


@given(ore_amounts, ore_amounts, st.sampled_from([2022, 2023, 2024]))
def test_a_rebate_is_shared_whole_to_the_ore(forecast: Decimal, final: Decimal, year: int) -> None:
    rule = rebate_rule(year)
    settled = settle_rebate(forecast, final, rule)
    assert settled.final.state + settled.final.regions == final
    assert settled.deduction + settled.adjustment == settled.final.state
    assert abs(settled.final.state - settled.final.state_unrounded) <= Decimal("0.005")
    assert net_grant(final, forecast, rule) + settled.forecast.state == final


def test_the_shared_cost_of_2015_is_printed_half_up() -> None:
    # The 2014 proposal's table: 11 million SEK by population on 31 December 2012.
    people = population_on(date(2012, 12, 31))
    printed = {share.code: share.amount for share in divide_by_population(Decimal(11_000), people, "half-up")}
    assert (printed["01"], printed["09"], printed["21"]) == (2_448, 66, 318)
    assert sum(printed.values()) == 10_998
    shares = divide_by_population(Decimal(11_000), people, "largest-remainder")
    whole = {share.code: share.amount for share in shares}
    assert sum(whole.values()) == 11_000
    assert {code for code in whole if whole[code] != printed[code]} == {"01", "21"}


@given(whole_amounts, populations)
def test_a_cost_divided_by_largest_remainder_adds_up(total: Decimal, populations) -> None:
    shares = divide_by_population(total, populations, "largest-remainder")
    assert sum(share.amount for share in shares) == total
    assert all(abs(share.amount - share.unrounded) < 1 for share in shares)


@given(whole_amounts, populations)
def test_a_cost_rounded_one_by_one_is_off_by_at_most_half_each(total: Decimal, populations) -> None:
    shares = divide_by_population(total, populations, "half-up")
    assert all(abs(share.amount - share.unrounded) <= Decimal("0.5") for share in shares)
