"""The state's share of a year: forecast, deducted, final, the rest and what is found later, with figures worked by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from nt_process.financing.parameters import rebate_rule_or_none
from nt_process.kernel.money import ZERO
from nt_process.settlement import state_share
from nt_process.settlement.state_share import Rebate, Run, rebate_of, share_of
from nt_process.settlement.year import open_year
from tests.features.negotiation.world import add_regions
from tests.features.settlement.world import P1, Settlement, agreed, kr
from tests.world import Office

SignIn = Callable[[str], FlaskClient]
AT = datetime(2021, 11, 4, 9, tzinfo=UTC)
TENTH = {
    "format": 1,
    "starts": "2022-01-01",
    "packages": ["Provastin 10 mg"],
    "clauses": [{"kind": "simple_discount", "rate_pct": "10"}],
}
Q = [date(2022, 3, 31), date(2022, 6, 30), date(2022, 9, 30), date(2022, 12, 31)]


def sold(region: str, month: str, amount: str) -> tuple[str, ...]:
    return (P1, region, "Kliniken", month, "10", amount)


@pytest.fixture
def settled(office: Office) -> Settlement:
    """2022: a tenth of 10 000 a month in region 12 to September and of 20 000 from then on; region 13 has been bound from
    September and bought once. In June 2023 it is found that December was 15 005 in region 12.
    """
    add_regions(office)
    deal = agreed(office, TENTH, AT)
    deal.sign("company", at=AT)
    deal.sign("region", at=AT)
    deal.sign("halland", at=datetime(2022, 8, 15, 9, tzinfo=UTC))
    settlement = Settlement(deal)
    for number, until in enumerate(Q):
        year, month = (2022, 4 + 3 * number) if number < 3 else (2023, 2)
        settlement.at = datetime(year, month, 20, 9, tzinfo=UTC)
        months = [f"2022-{3 * number + part:02}" for part in (1, 2, 3)]
        rows = [sold("12", one, "20000" if number == 3 else "10000") for one in months]
        settlement.hand_in([*rows, *([sold("13", "2022-09", "10000")] if number == 2 else [])])
        settlement.settle(until)
    settlement.at = datetime(2023, 6, 10, 9, tzinfo=UTC)
    settlement.hand_in([sold("12", "2022-12", "15005")])
    settlement.settle(Q[3])
    return settlement


def test_a_year_is_settled_with_the_state_step_by_step(settled: Settlement) -> None:
    """Region 12: 9 000 in nine months is forecast as 12 000, of which 40 per cent are 4 800; final 15 000 and 6 000, so
    1 200 are left for May; 499.50 less makes 199.80 less. Region 13: 1 000 in one of four months is forecast as 4 000, of
    which 1 600 are deducted, and 400 are final.
    """
    found = open_year(settled.office.engine, settled.maker(), 2022, "Avstämning")
    skane, halland = sorted(found.rows, key=lambda row: row.region, reverse=True)
    assert (skane.region, halland.region) == ("Skåne", "Halland")
    assert skane.company == halland.company == "Älvdal Bio AB"
    assert skane.share.rebate == Rebate(kr("12000"), kr("15000"), kr("14500.50"))
    assert _figures(skane.share) == ["4800.00", "4800.00", "6000.00", "1200.00", "-199.80"]
    assert halland.share.rebate == Rebate(kr("4000"), kr("1000"), kr("1000"))
    assert _figures(halland.share) == ["1600.00", "1600.00", "400.00", "-1200.00", "0.00"]
    assert _figures(found.total) == ["6400.00", "6400.00", "6400.00", "0.00", "-199.80"]


def test_each_party_has_its_own_figures(settled: Settlement) -> None:
    engine = settled.office.engine
    regions = {
        name: [row.region for row in open_year(engine, settled.maker(name), 2022, "Avstämning").rows]
        for name in ("company", "region", "halland", "uppsala", "rival")
    }
    assert regions == {
        "company": ["Skåne", "Halland"], "region": ["Skåne"], "halland": ["Halland"], "uppsala": [], "rival": [],
    }  # fmt: skip
    own = open_year(engine, settled.maker("region"), 2022, "Avstämning").rows[0].share
    assert _figures(own) == ["4800.00", "4800.00", "6000.00", "1200.00", "-199.80"]
    assert open_year(engine, settled.maker(), 2023, "Avstämning").rows == ()


def test_the_page_opens_the_figures_with_a_reason(settled: Settlement, as_person: SignIn) -> None:
    region = as_person("region")
    shown = region.get("/settlement/state-share?year=2022").text
    assert "40 procent" in shown.replace("\xa0", " ")
    assert "4 800,00" not in shown.replace("\xa0", " ")
    assert region.post("/settlement/state-share", data={"year": "2022", "reason": " "}).status_code == 422
    opened = region.post("/settlement/state-share", data={"year": "2022", "reason": "Bokslut"}).text
    text = re.sub(r"<[^>]+>", " ", opened).replace("\xa0", " ")
    for figure in ("14 500,50", "4 800,00", "6 000,00", "1 200,00", "199,80"):
        assert figure in text
    assert "Halland" not in text
    assert as_person("auditor").get("/settlement/state-share").status_code == 200
    for odd in ("x\x00", "9999999", "-1", ""):
        assert region.post("/settlement/state-share", data={"year": odd, "reason": "B"}).status_code == 200


def test_before_december_the_forecast_is_what_is_known_so_far() -> None:
    days = state_share.days_of(2022)
    assert (days.forecast, days.deducted) == (date(2022, 12, 31), date(2023, 2, 28))
    assert (days.final, days.rest) == (date(2023, 3, 31), date(2023, 5, 31))
    assert rebate_of([], [], 2022) == Rebate(None, ZERO, ZERO)
    late = [Run(date(2023, 1, 2), Q[2], kr("500"))]
    assert rebate_of(late, [date(2022, 1, 1)], 2022) == Rebate(None, kr("500"), kr("500"))


def test_the_rule_is_that_of_the_year() -> None:
    """Of 1 000 forecast and 1 100 final: 30 per cent in 2023 alone; in 2024 netted in advance; later years are not stated."""
    rebate = Rebate(kr("1000"), kr("1100"), kr("1100"))
    assert _figures(share_of(rebate, rebate_rule_or_none(2023))) == [
        "300.00", "300.00", "330.00", "30.00", "0.00",
    ]  # fmt: skip
    assert _figures(share_of(rebate, rebate_rule_or_none(2024))) == ["400.00", "400.00", "440.00", "-", "-"]
    assert _figures(share_of(rebate, rebate_rule_or_none(2025))) == ["-"] * 5


MONEY = st.decimals(-10_000, 10_000, places=2)


@given(
    st.lists(st.tuples(st.dates(date(2022, 3, 1), date(2024, 1, 1)), MONEY), max_size=8),
    st.sets(st.integers(1, 12)),
    st.sampled_from([2022, 2023]),
)
def test_what_is_deducted_and_what_is_left_is_the_share_of_all_that_is_known(
    given_runs: list[tuple[date, Decimal]], months: set[int], year: int
) -> None:
    runs = [Run(day, date(day.year, day.month, 1), amount) for day, amount in given_runs]
    rebate = rebate_of(runs, [date(year, month, 1) for month in months], year)
    share = share_of(rebate, rebate_rule_or_none(year))
    assert share.deducted is not None
    assert share.rest is not None
    assert share.later is not None
    rule = rebate_rule_or_none(year)
    assert rule is not None
    whole = rebate.now * rule.state_pct / 100
    assert abs(share.deducted + share.rest + share.later - whole) <= Decimal("0.005")


def _figures(share: state_share.Share) -> list[str]:
    names = ("forecast", "deducted", "final", "rest", "later")
    return ["-" if (figure := getattr(share, name)) is None else f"{figure:.2f}" for name in names]
