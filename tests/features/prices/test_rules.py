"""What follows from list prices, by hand and for any prices."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nt_process.kernel.money import ORE
from nt_process.prices import rules, step_chart
from nt_process.prices.matching import Known, Price, plan
from nt_process.prices.rules import Line

DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
AMOUNTS = st.decimals("0.01", "999999.99", places=2)
MAYBE = st.one_of(st.none(), AMOUNTS)


@pytest.mark.parametrize(
    ("price", "units", "shown"),
    [
        ("245.00", "28", "8.75"),
        ("100", "3", "33.33"),
        ("20", "30", "0.6667"),
        ("1", "20000", "0.0001"),
        ("5.025", "1", "5.03"),
    ],
)
def test_what_a_unit_costs(price: str, units: str, shown: str) -> None:
    assert rules.shown_per_unit(Decimal(price), Decimal(units)) == Decimal(shown)


@pytest.mark.parametrize(
    ("before", "after", "percent"),
    [
        ("100", "80", "-20.0"),
        ("80", "100", "25.0"),
        ("300", "301", "0.3"),
        ("1000", "1000.5", "0.1"),
        ("7", "7", "0"),
    ],
)
def test_a_change_in_percent(before: str, after: str, percent: str) -> None:
    assert rules.change_percent(Decimal(before), Decimal(after)) == Decimal(percent)


def test_the_cheapest_unit_is_told_for_each_strength() -> None:
    def package(number: str, strength: str, aip: str | None, units: int) -> dict[str, object]:
        price = None if aip is None else Decimal(aip)
        return {"article_number": number, "form": "Tablett", "strength": strength, "unit": "tablett", "aip": price,
                "units": Decimal(units)}  # fmt: skip

    rows = [package("3", "10 mg", "100", 50), package("2", "10MG", "50", 25), package("1", "20 mg", "90", 30),
            package("4", "10 mg", None, 1)]  # fmt: skip
    found = rules.cheapest(rows)
    assert {key[1]: row["article_number"] for key, row in found.items()} == {"10mg": "2", "20mg": "1"}


@given(st.dictionaries(DAYS, MAYBE, min_size=1, max_size=12))
def test_a_series_has_one_price_for_each_day_and_no_gap(prices: dict[date, Decimal | None]) -> None:
    rows = [{"valid_from": day, "aip": aip, "aup": None, "source": ""} for day, aip in prices.items()]
    steps = rules.series(rows)
    assert steps == rules.series(reversed(rows))
    for one, following in pairwise(steps):
        assert one.last is not None
        assert one.last + timedelta(days=1) == following.first
        assert one.aip != following.aip
    for day in prices:
        stated = prices[max(first for first in prices if first <= day)]
        held = [step.aip for step in steps if step.first <= day and (step.last is None or day <= step.last)]
        assert held == ([stated] if held else [])
        assert bool(held) or stated is None
    if steps:
        assert "NaN" not in step_chart.draw("Pris", steps, date(2026, 1, 1), lambda *_: "", str)


LISTS = st.lists(st.tuples(DAYS, AMOUNTS, st.one_of(st.none(), st.integers(0, 400))), min_size=1, max_size=8)


@given(LISTS, LISTS)
def test_any_list_taken_in_says_what_it_says_and_again_changes_nothing(
    first: list[tuple[date, Decimal, int | None]], second: list[tuple[date, Decimal, int | None]]
) -> None:
    held: dict[date, Price] = {}
    for rows in (first, second):
        lines = [_line(place, *row) for place, row in enumerate(rows)]
        _follow(held, lines)
        before = dict(held)
        accepted = _follow(held, lines)
        assert held == before
        for line in accepted:
            assert held[max(day for day in held if day <= line.valid_from)].aip == line.aip


@given(LISTS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_makes_no_difference(
    rows: list[tuple[date, Decimal, int | None]], chance: object
) -> None:
    unique = list({row[0]: row for row in rows}.values())
    held: list[dict[date, Price]] = [{}, {}]
    _follow(held[0], [_line(place, *row) for place, row in enumerate(unique)])
    chance.shuffle(unique)  # type: ignore[attr-defined]
    _follow(held[1], [_line(place, *row) for place, row in enumerate(unique)])
    assert held[0] == held[1]


@given(AMOUNTS, AMOUNTS)
def test_a_change_there_and_back_has_opposite_signs(one: Decimal, other: Decimal) -> None:
    there, back = rules.change_percent(one, other), rules.change_percent(other, one)
    assert there is not None
    assert back is not None
    assert there * back <= 0
    assert rules.per_unit(one, Decimal(7)) * 7 - one < ORE


def _line(row: int, day: date, aip: Decimal, lasts: int | None) -> Line:
    last = None if lasts is None else day + timedelta(days=lasts)
    return Line(row, "012345", {"product": "Provastin"}, day, last, aip, None, "")


def _follow(held: dict[date, Price], lines: list[Line]) -> list[Line]:
    """Take the lines in as the register does; gives those that were not left out."""
    known = Known(1, {"product": "Provastin"}, date.max, dict(held))
    made = plan(lines, {"012345": known}, {}, {}, {})
    for package in made.packages:
        for day, written in package.written.items():
            held[day] = Price(written.aip, written.aup)
    return [step.line for step in made.steps if step.outcome != "rejected" and step.line is not None]
