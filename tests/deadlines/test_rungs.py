"""The reminder ladder, checked against walking the calendar one day at a time."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from nt_process.deadlines.rungs import next_rung

DUE = date(2026, 6, 22)
STANDARD = (-30, -14, -7, -1, 0, 1)

ladders = st.lists(st.integers(-60, 30), min_size=1, max_size=8, unique=True).map(
    lambda steps: tuple(sorted(steps))
)
days = st.integers(-100, 400).map(lambda offset: DUE + timedelta(days=offset))


def reminds_on(ladder: tuple[int, ...], day: date) -> bool:
    """Straight from the promise: on the ladder's days, and every week after its last."""
    offset = (day - DUE).days
    return offset in ladder or (offset > ladder[-1] and (offset - ladder[-1]) % 7 == 0)


def test_the_standard_ladder_from_a_fresh_clock() -> None:
    assert next_rung(STANDARD, DUE, date(2026, 2, 19)) == (-30, date(2026, 5, 23))


def test_a_rung_that_has_passed_when_the_clock_starts_is_not_made_up_for() -> None:
    assert next_rung(STANDARD, DUE, date(2026, 6, 1)) == (-14, date(2026, 6, 8))


def test_overdue_reminds_weekly() -> None:
    assert next_rung(STANDARD, DUE, date(2026, 6, 24)) == (8, date(2026, 6, 30))
    assert next_rung(STANDARD, DUE, date(2026, 7, 1)) == (15, date(2026, 7, 7))


def test_no_ladder_no_reminder() -> None:
    assert next_rung((), DUE, DUE) is None


@given(ladders, days)
def test_the_next_rung_is_the_first_day_that_reminds(ladder: tuple[int, ...], from_day: date) -> None:
    walked = from_day
    while not reminds_on(ladder, walked):
        walked += timedelta(days=1)
    assert next_rung(ladder, DUE, from_day) == ((walked - DUE).days, walked)
