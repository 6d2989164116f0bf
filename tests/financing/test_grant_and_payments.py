"""The state grant's parts, its distribution, and its payments through the year."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nt_process.financing.grant import distribute, region_grants
from nt_process.financing.parameters import grant_year, solidarity_year
from nt_process.financing.payments import (
    Month,
    RebateReduction,
    instalments,
    reductions_by_grant,
    year_payments,
)
from nt_process.financing.solidarity import solidarity
from tests.financing.worlds import CODES, costs, populations, positive_amounts, whole_amounts

KRONA, ORE = Decimal(1), Decimal("0.01")


def test_the_parts_of_2023_are_those_of_table_1() -> None:
    parts = grant_year(2023).parts
    assert parts is not None
    assert parts.gross == 35_486
    assert parts.to_skr == Decimal("10.8")
    assert parts.to_regions == Decimal("35475.2")


def test_the_regions_of_2023_are_those_of_tables_2_and_5() -> None:
    year = grant_year(2023)
    rows = {row.code: row for row in region_grants(year.grants, year.populations, year.previous)}
    assert sum(row.grant_sek for row in rows.values()) == 35_474_962_540
    assert sum(row.previous_sek or 0 for row in rows.values()) == 34_343_575_330
    assert sum(row.population or 0 for row in rows.values()) == 10_502_959
    assert sum(row.share for row in rows.values()) == pytest.approx(Decimal(1), abs=Decimal("1e-40"))
    # Blekinge: 577 351 900 / 158 853, which the document prints as 3 634.
    per_inhabitant = rows["10"].grant_sek_per_inh
    assert per_inhabitant is not None
    assert round(per_inhabitant, 3) == Decimal("3634.504")


@given(positive_amounts, costs, populations, st.randoms())
def test_a_distributed_total_is_distributed_whole(total: Decimal, figures, populations, order) -> None:
    needs = {code: 1_000 + figure for code, figure in figures.items()}
    none = dict.fromkeys(CODES, Decimal(0))
    parts = distribute(total, needs, populations, none)
    assert sum(part.grant_sek for part in parts) == total
    assert abs(sum(Fraction(part.unrounded_sek) for part in parts) - Fraction(total)) < Fraction(1, 10**30)
    for part in parts:
        assert abs(part.grant_sek - part.unrounded_sek) < 1
    codes = list(CODES)
    order.shuffle(codes)
    shuffled = distribute(total, {code: needs[code] for code in codes}, populations, none)
    assert {part.code: part.grant_sek for part in shuffled} == {part.code: part.grant_sek for part in parts}
    larger = {code: need * 7 for code, need in needs.items()}
    assert [part.grant_sek for part in distribute(total, larger, populations, none)] == [
        part.grant_sek for part in parts
    ]


def test_the_published_models_give_the_published_grants_but_for_their_rounding() -> None:
    year, staircase = grant_year(2023), solidarity_year(2023)
    assert year.needs is not None
    assert year.populations is not None
    outcome = solidarity(staircase.costs, year.populations, staircase.staircase)
    net = {region.code: region.net for region in outcome.regions}
    for part in distribute(Decimal(35_474_962_540), year.needs, year.populations, net):
        # Two printed figures per inhabitant, each off by up to half a krona, and the scale.
        assert abs(part.grant_sek - year.grants[part.code]) < Decimal("1.2") * year.populations[part.code]


@given(st.integers(min_value=1990, max_value=2200), whole_amounts, st.sampled_from([KRONA, ORE]))
def test_instalments_add_up_to_the_year(year: int, grant: Decimal, step: Decimal) -> None:
    parts = instalments(year, grant, step)
    assert sum(part.amount_sek for part in parts) == grant
    assert len(parts) == 12
    first = {part.amount_sek for part in parts[:11]}
    assert len(first) == 1
    assert 0 <= parts[11].amount_sek - first.pop() < 12 * step


def test_instalments_are_paid_two_months_late() -> None:
    parts = instalments(2023, Decimal(7_664_418_733))
    assert [str(parts[place].paid) for place in (0, 9, 10, 11)] == [
        "2023-03",
        "2023-12",
        "2024-01",
        "2024-02",
    ]
    assert parts[0].amount_sek == 638_701_561
    assert parts[11].amount_sek == 638_701_562


def test_only_three_grants_of_2023_divide_by_twelve() -> None:
    year = grant_year(2023)
    even = {
        code for code, grant in year.grants.items() if instalments(2023, grant)[11].amount_sek == grant / 12
    }
    assert even == {"09", "14", "23"}


def test_a_negative_grant_is_an_error() -> None:
    with pytest.raises(ValueError, match="negative"):
        instalments(2023, Decimal(-1))


@given(whole_amounts, whole_amounts, costs)
def test_the_rebate_is_taken_in_february_and_may_and_nothing_is_lost(
    february: Decimal, final: Decimal, figures
) -> None:
    grants = {code: Decimal(10_000_000) + int(figure) for code, figure in figures.items()}
    reductions = reductions_by_grant(february, final - february, grants)
    payments = year_payments(2023, grants, reductions)
    assert sum(payment.reduction_sek for payment in payments) == final
    assert sum(payment.paid_sek for payment in payments) == sum(grants.values()) - final
    taken_in = {payment.paid for payment in payments if payment.reduction_sek}
    assert taken_in <= {Month(2024, 2), Month(2024, 5)}


def test_a_region_s_own_rebate_is_its_own() -> None:
    reductions = {
        "01": RebateReduction(Decimal(30), Decimal(-2)),
        "09": RebateReduction(Decimal(0), Decimal(5)),
    }
    payments = year_payments(2023, {"01": Decimal(1_200), "09": Decimal(120)}, reductions)
    paid = {(payment.code, str(payment.paid)): payment.paid_sek for payment in payments}
    assert paid["01", "2024-02"] == 70
    assert paid["01", "2024-05"] == 2
    assert paid["09", "2024-02"] == 10
    assert paid["09", "2024-05"] == -5
