"""The price of one package under a contract: what is stated by the package, and nothing made of what is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from nt_process.terms.clause import LIST, REMAINING, Clause
from nt_process.terms.contract import Contract, evaluate
from nt_process.terms.net_price import package_price
from nt_process.terms.prices import CoverageWithEvidence, FixedNetPrice, SimpleDiscount
from nt_process.terms.values import Counts, SalesLine
from nt_process.terms.volumes import SpendCap
from tests.terms.worlds import contracts

DAY = date(2026, 5, 20)


def contract(*clauses: Clause) -> Contract:
    return Contract(date(2026, 1, 1), date(2026, 12, 31), ("A", "B"), clauses)


def net(*clauses: Clause, list_price: str = "1200", package: str = "A", day: date = DAY) -> Decimal | None:
    return package_price(contract(*clauses), package, Decimal(list_price), day).net


DISCOUNT = SimpleDiscount(rate_pct=Decimal("12.5"))
FIXED = FixedNetPrice(net_prices={"A": Decimal(900)})
CAP = SpendCap(cap=Decimal(1_000_000), share_pct=Decimal(100))


def test_worked_by_hand() -> None:
    # 12.5 % of 1 200 kr is 150 kr; the net price gives back 1 200 − 900 = 300 kr.
    assert net(DISCOUNT) == Decimal(1050)
    assert net(FIXED) == Decimal(900)
    assert net(DISCOUNT, FIXED) == Decimal(750)
    assert net(DISCOUNT, replace(FIXED, basis=REMAINING)) == Decimal(900)
    # A net price above the list price gives nothing back, and 33.33 % of 100 kr is rounded to the öre.
    assert net(FIXED, list_price="800") == Decimal(800)
    assert net(SimpleDiscount(rate_pct=Decimal("33.333")), list_price="100") == Decimal("66.67")


def test_what_does_not_hold_for_the_package_on_the_day_says_nothing() -> None:
    assert net(FIXED, package="B") is None
    assert net(replace(DISCOUNT, packages=("B",))) is None
    assert net(DISCOUNT, package="C") is None
    assert net(DISCOUNT, day=date(2025, 12, 31)) is None
    ended = replace(DISCOUNT, ends=date(2026, 4, 30))
    assert net(ended) is None
    assert net(ended, day=date(2026, 4, 30)) == Decimal(1050)


def test_a_clause_on_sums_gives_no_price_of_a_package() -> None:
    evidence = CoverageWithEvidence(provisional_prices={"A": Decimal(500)}, review=date(2026, 7, 1))
    said = package_price(contract(CAP, DISCOUNT, evidence), "A", Decimal(1200), DAY)
    assert said.unstated == ((1, "spend_cap"), (3, "coverage_with_evidence"))
    assert [(one.number, one.rate_pct) for one in said.stated] == [(2, Decimal("12.5"))]
    assert said.net == Decimal(1050)
    # What counts from what a sum has left is not known by the package either.
    after = package_price(contract(CAP, replace(DISCOUNT, basis=REMAINING)), "A", Decimal(1200), DAY)
    assert after.stated == ()
    assert after.net is None
    assert after.unstated == ((1, "spend_cap"), (2, "simple_discount"))


def test_without_a_list_price_the_clauses_are_stated_and_nothing_is_computed() -> None:
    said = package_price(contract(DISCOUNT, FIXED), "A", None, DAY)
    assert said.net is None
    assert [(one.rate_pct, one.price) for one in said.stated] == [
        (Decimal("12.5"), None),
        (None, Decimal(900)),
    ]


prices = st.decimals(0, 10**6, places=2)


@given(
    st.lists(
        st.one_of(
            st.builds(
                SimpleDiscount,
                rate_pct=st.decimals(0, 100, places=2),
                basis=st.sampled_from((LIST, REMAINING)),
            ),
            st.builds(
                FixedNetPrice,
                net_prices=st.fixed_dictionaries({"A": prices}),
                basis=st.sampled_from((LIST, REMAINING)),
            ),
        ),
        min_size=1,
        max_size=4,
    ),
    prices,
)
def test_the_price_is_what_is_left_when_a_single_package_is_settled(
    clauses: list[Clause], list_price: Decimal
) -> None:
    agreed = contract(*clauses)
    found = package_price(agreed, "A", list_price, DAY)
    line = SalesLine("A", "03", "enhet", date(2026, 5, 1), Decimal(1), list_price)
    result = evaluate(agreed, [line], Counts(), date(2026, 12, 31))
    assert found.net is not None
    assert found.net == list_price - result.due
    assert found.unstated == ()
    assert Decimal(0) <= found.net <= list_price


@given(contracts, prices)
def test_it_is_never_more_than_the_list_price_nor_less_than_nothing(
    agreed: Contract, list_price: Decimal
) -> None:
    for package in agreed.packages:
        found = package_price(agreed, package, list_price, agreed.starts)
        assert (found.net is None) == (not found.stated)
        assert found.net is None or Decimal(0) <= found.net <= list_price
        assert {one.number for one in found.stated}.isdisjoint(number for number, _kind in found.unstated)
