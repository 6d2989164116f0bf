"""When a recommendation is assessed again, of what it is reminded, and what is the same happening."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nt_process.kernel.calendar import add_months
from nt_process.reassessment import rules
from nt_process.reassessment.rules import Basis

DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
BASES = st.builds(Basis, DAYS, st.integers(1, 60), st.none() | DAYS, st.none() | DAYS, st.none() | DAYS)
AMOUNTS = st.decimals("0.01", "9999999", places=2)
PERCENTS = st.decimals("0.01", "100", places=2)


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ("2024-02-29", "2026-02-28"),
        ("2022-02-28", "2024-02-28"),
        ("2026-03-13", "2028-03-13"),
        ("2025-12-31", "2027-12-31"),
    ],
)
def test_two_years_end_on_the_same_day_or_the_months_last(published: str, expected: str) -> None:
    # Lag 1930:173 § 1: the same-named day, or the last of the month where there is none.
    assert rules.due(Basis(date.fromisoformat(published), 24)) == date.fromisoformat(expected)


def test_a_validity_or_a_condition_makes_it_sooner_and_never_later() -> None:
    published = date(2026, 1, 7)
    assert rules.due(Basis(published, 24, valid_to=date(2027, 1, 31))) == date(2027, 1, 31)
    assert rules.due(Basis(published, 24, bound=date(2026, 9, 1))) == date(2026, 9, 1)
    assert rules.due(Basis(published, 24, valid_to=date(2030, 1, 1), bound=date(2029, 1, 1))) == date(
        2028, 1, 7
    )


def test_found_to_stand_it_is_waited_for_two_years_more_whatever_was_waited_for_before() -> None:
    stood = date(2027, 2, 10)
    basis = Basis(date(2026, 1, 7), 24, stood=stood, valid_to=date(2027, 1, 31), bound=date(2026, 9, 1))
    assert rules.due(basis) == date(2029, 2, 10)
    assert [line.rule for line in rules.derive(basis)] == ["published", "stood", "months", "last_day"]


@given(BASES)
def test_the_last_day_is_one_that_the_derivation_names_and_lies_after_the_start(basis: Basis) -> None:
    lines = rules.derive(basis)
    named = {line.day for line in lines[:-1] if line.rule in ("months", "validity", "condition")}
    assert lines[-1].day in named
    assert basis.start < lines[-1].day <= add_months(basis.start, basis.months)
    assert basis.start >= basis.published


@given(BASES, DAYS)
def test_a_condition_never_moves_the_last_day_further_away(basis: Basis, day: date) -> None:
    free = Basis(basis.published, basis.months, basis.stood, basis.valid_to)
    bound = Basis(basis.published, basis.months, basis.stood, basis.valid_to, day)
    assert rules.due(bound) <= rules.due(free)


@given(DAYS, DAYS, DAYS, DAYS)
def test_reminders_come_in_order_and_none_that_has_come_goes_away(
    due: date, known: date, one_day: date, other: date
) -> None:
    sooner, later = sorted((one_day, other))
    first, second = rules.rungs(due, known, sooner), rules.rungs(due, known, later)
    assert second[: len(first)] == first
    assert list(second) == sorted(second, reverse=True)
    assert set(second) <= set(rules.LADDER)
    before, after = (rules.milestone_rungs(due, known, day) for day in (sooner, later))
    assert after[: len(before)] == before


@given(DAYS)
def test_all_reminders_have_come_on_the_last_day_when_it_was_known_in_time(due: date) -> None:
    known = add_months(due, -24)
    assert rules.rungs(due, known, due) == (6, 3, 1)
    assert rules.rungs(due, known, add_months(due, -6) - timedelta(days=1)) == ()
    assert rules.rungs(due, due, due + timedelta(days=1000)) == ()


@given(AMOUNTS, AMOUNTS, PERCENTS)
def test_a_price_has_moved_from_the_threshold_on_in_either_direction(
    before: Decimal, change: Decimal, percent: Decimal
) -> None:
    threshold = before * percent / 100
    assert rules.moved(before, before + threshold, percent)
    assert rules.moved(before, before - threshold, percent)
    assert not rules.moved(before, before, percent)
    assert rules.moved(before, before + change, percent) == (change >= threshold)


@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 3), AMOUNTS, AMOUNTS), max_size=12), PERCENTS
)
def test_prices_that_begin_on_the_same_day_are_one_happening_in_whatever_order(
    given_prices: list[tuple[str, int, Decimal, Decimal]], percent: Decimal
) -> None:
    prices = [
        rules.Price(case, f"{place:06}", date(2026, 1, 1) + timedelta(days=days), before, after)
        for place, (case, days, before, after) in enumerate(given_prices)
    ]
    found = rules.price_happenings(prices, percent)
    assert found == rules.price_happenings(reversed(prices), percent)
    told = [one for together in found.values() for one in together]
    assert sorted(told, key=lambda one: one.package) == [
        one for one in prices if rules.moved(one.before, one.after, percent)
    ]
    assert all((one.case, one.day) == place for place, together in found.items() for one in together)


@given(st.text())
def test_an_indication_that_only_looks_different_is_no_other(text: str) -> None:
    assert not rules.other_indication(text, text)
    assert not rules.other_indication(f"  {text} .", text)
    assert not rules.other_indication("", text)
    assert rules.other_indication(f"{text} and children", text)


@given(st.lists(st.text(), min_size=1, max_size=3))
def test_a_key_is_the_same_for_the_same_words(parts: list[str]) -> None:
    assert rules.key_of(*parts) == rules.key_of(*(f" {part}  " for part in parts))


def test_how_near_a_day_is() -> None:
    due = date(2026, 7, 7)
    near = {
        day: rules.standing(due, date.fromisoformat(day))
        for day in ("2026-01-06", "2026-01-07", "2026-07-07", "2026-07-08")
    }
    assert list(near.values()) == ["later", "soon", "soon", "overdue"]
