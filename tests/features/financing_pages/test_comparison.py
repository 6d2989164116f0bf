"""Side by side and as bars, for any figures."""

from __future__ import annotations

import re
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from nt_process.financing.bars import Bar, bar_chart
from nt_process.financing.choice_form import written
from nt_process.financing.comparison import compare
from nt_process.financing.layout import Column, Layout
from nt_process.kernel.cells import read_decimal

amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=4)
tables = st.lists(st.tuples(st.sampled_from("ABCD"), amounts), min_size=1, max_size=12)


def layout(rows: list[tuple[str, Decimal]]) -> Layout:
    columns = (Column("region", "Region"), Column("cost", "Cost", Decimal(1)))
    return Layout(
        "any", (), columns, tuple({"region": name, "cost": amount} for name, amount in rows), {}, ()
    )


@given(tables, tables)
def test_what_is_compared_is_what_is_shown(
    a: list[tuple[str, Decimal]], b: list[tuple[str, Decimal]]
) -> None:
    found = compare([layout(a), layout(b)], ["region"], "cost")
    assert {row.names[0] for row in found.rows} == {name for name, _amount in a + b}
    for row in found.rows:
        for side, value in zip((a, b), row.values, strict=True):
            shown = [round(amount) for name, amount in side if name == row.names[0]]
            assert (value is None) == (not shown)
            # Half up and not half to even, so each may differ by one from Python's own rounding.
            assert value is None or abs(value - sum(shown)) <= len(shown)
        if None not in row.values:
            assert row.difference == row.values[1] - row.values[0]  # type: ignore[operator]
        else:
            assert row.difference is None


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=20))
def test_bars_stay_within_the_chart_and_keep_their_proportions(pairs: list[tuple[Decimal, Decimal]]) -> None:
    drawn = bar_chart("A <title>", [Bar("x & y", pair, ("1", "2")) for pair in pairs])
    assert "A &lt;title&gt;" in drawn
    places = re.findall(r'<rect class="chart-scenario-(.)" x="([\d.]+)%" y="\d+" width="([\d.]+)%"', drawn)
    values = [value for pair in pairs for value in pair]
    span = max([*values, Decimal(0)]) - min([*values, Decimal(0)]) or Decimal(1)
    assert [name for name, _left, _width in places] == ["a", "b"] * len(pairs)
    for value, (_name, left, width) in zip(values, places, strict=True):
        assert Decimal(left) >= 0
        assert Decimal(left) + Decimal(width) <= Decimal("100.02")
        assert abs(Decimal(width) - abs(value) * 100 / span) <= Decimal("0.01")


@given(amounts, st.sampled_from(["sv", "en"]))
def test_a_figure_in_a_field_is_read_back_as_it_was(amount: Decimal, language: str) -> None:
    assert read_decimal(written(amount, language), decimal_comma=True) == amount
