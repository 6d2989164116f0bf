"""Amounts: half up as the public tables print, and splits that always add up."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal, FloatOperation, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nt_process.kernel.money import KRONA, ORE, exact, largest_remainder, percent, round_half_up

amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=4, allow_nan=False)
weights = st.dictionaries(
    st.text(alphabet="abcdefgh", min_size=1, max_size=3),
    st.decimals(min_value=0, max_value=10**9, places=3),
    min_size=1,
    max_size=25,
).filter(lambda parts: any(parts.values()))
whole_kronor = st.integers(min_value=-(10**12), max_value=10**12).map(Decimal)


@pytest.mark.parametrize(
    ("amount", "step", "printed"),
    [
        ("8.5", KRONA, "9"),
        ("-6.5", KRONA, "-7"),
        ("3634.504", KRONA, "3635"),
        ("-0.4", KRONA, "0"),
        ("0.125", ORE, "0.13"),
        ("1234", Decimal("1E+2"), "1200"),
    ],
)
def test_a_half_goes_away_from_zero(amount: str, step: Decimal, printed: str) -> None:
    assert format(round_half_up(Decimal(amount), step), "f") == printed


@given(amounts, st.sampled_from([KRONA, ORE, Decimal("0.1")]))
def test_rounding_moves_an_amount_by_at_most_half_a_step(amount: Decimal, step: Decimal) -> None:
    rounded = round_half_up(amount, step)
    assert abs(rounded - amount) * 2 <= step
    assert rounded % step == 0
    assert round_half_up(-amount, step) == -rounded


def test_arithmetic_does_not_depend_on_the_callers_context() -> None:
    @exact
    def third() -> Decimal:
        return Decimal(1) / 3

    with localcontext(prec=3, rounding=ROUND_DOWN):
        assert len(third().as_tuple().digits) == 50
        assert round_half_up(Decimal("123456.5")) == 123457


def test_a_float_in_a_calculation_is_an_error() -> None:
    @exact
    def careless() -> Decimal:
        return Decimal(0.1)  # noqa: RUF032 - the mistake under test

    with pytest.raises(FloatOperation):
        careless()


def test_a_percentage_is_a_factor() -> None:
    assert percent(Decimal(85)) == Decimal("0.85")


@given(whole_kronor, weights)
def test_parts_add_up_and_lie_within_a_step_of_their_share(total: Decimal, parts: dict[str, Decimal]) -> None:
    split = largest_remainder(total, parts, KRONA)
    assert sum(split.values()) == total
    whole = sum(Fraction(weight) for weight in parts.values())
    for key, weight in parts.items():
        share = Fraction(total) * Fraction(weight) / whole
        assert abs(Fraction(split[key]) - share) < 1
        assert split[key] % KRONA == 0


@given(whole_kronor, weights, st.integers(min_value=1, max_value=10**6), st.randoms())
def test_a_split_depends_on_proportions_alone(total: Decimal, parts, factor: int, order) -> None:
    split = largest_remainder(total, parts, KRONA)
    assert largest_remainder(total, {key: weight * factor for key, weight in parts.items()}, KRONA) == split
    shuffled = list(parts.items())
    order.shuffle(shuffled)
    assert largest_remainder(total, dict(shuffled), KRONA) == split


@given(whole_kronor, weights)
def test_a_larger_weight_never_gets_less(total: Decimal, parts: dict[str, Decimal]) -> None:
    split = largest_remainder(abs(total), parts, KRONA)
    for one, weight in parts.items():
        for other, other_weight in parts.items():
            if weight > other_weight:
                assert split[one] >= split[other]


def test_ore_left_over_go_to_the_largest_remainders() -> None:
    split = largest_remainder(Decimal("10.00"), {"a": Decimal(1), "b": Decimal(1), "c": Decimal(1)}, ORE)
    assert split == {"a": Decimal("3.34"), "b": Decimal("3.33"), "c": Decimal("3.33")}


@pytest.mark.parametrize(
    ("total", "parts"),
    [
        ("1.5", {"a": Decimal(1)}),
        ("1", {"a": Decimal(0)}),
        ("1", {"a": Decimal(-1), "b": Decimal(3)}),
        ("1", {}),
    ],
)
def test_what_cannot_be_split_is_an_error(total: str, parts: dict[str, Decimal]) -> None:
    with pytest.raises(ValueError, match=r"whole number|nothing to split|negative"):
        largest_remainder(Decimal(total), parts, KRONA)
