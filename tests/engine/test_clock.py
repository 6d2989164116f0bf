"""Clock arithmetic on days that can be checked with a wall calendar."""

from __future__ import annotations

from datetime import date

import pytest

from nt_process.engine.clock import (
    Extension,
    Ledger,
    Suspension,
    days_left,
    days_suspended,
    days_used,
    derive,
    due,
    extension_to,
    overdue_days,
    target_due,
)


def statutory(start: date, days: int, *suspensions: Suspension) -> Ledger:
    return Ledger(start, days, rolls=True, suspensions=suspensions)


def lines(ledger: Ledger) -> list[tuple[date, int, str]]:
    return [(step.date, step.days, step.rule) for step in derive(ledger)]


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        (date(2025, 6, 27), 180, date(2025, 12, 29)),  # 180 days end on Christmas Eve.
        (date(2026, 2, 19), 120, date(2026, 6, 22)),  # Midsummer Eve.
        (date(2026, 3, 13), 21, date(2026, 4, 7)),  # Good Friday.
        (date(2025, 12, 11), 21, date(2026, 1, 2)),  # New Year's Day.
        (date(2026, 1, 1), 365, date(2027, 1, 4)),  # New Year's Day on a Friday.
        (date(2023, 2, 28), 1, date(2023, 3, 1)),
        (date(2024, 2, 28), 1, date(2024, 2, 29)),  # A leap day counts like any other.
        (date(2027, 12, 23), 1, date(2027, 12, 27)),  # Christmas Eve on a Friday.
        (date(2026, 3, 2), 1, date(2026, 3, 3)),
    ],
)
def test_statutory_time_ends_on_a_working_day(start: date, days: int, expected: date) -> None:
    assert due(statutory(start, days)) == expected


def test_a_clock_that_does_not_roll_ends_where_its_days_end() -> None:
    assert due(Ledger(date(2026, 2, 19), 120, rolls=False)) == date(2026, 6, 19)


def test_both_ends_of_a_suspension_are_left_out() -> None:
    fortnight = Suspension(date(2026, 3, 2), date(2026, 3, 15))
    assert due(Ledger(date(2026, 2, 23), 14, rolls=False)) == date(2026, 3, 9)
    assert due(Ledger(date(2026, 2, 23), 14, rolls=False, suspensions=(fortnight,))) == date(2026, 3, 23)


def test_overlapping_suspensions_take_a_day_out_once() -> None:
    first = Suspension(date(2026, 3, 2), date(2026, 3, 10))
    second = Suspension(date(2026, 3, 6), date(2026, 3, 15))
    together = Ledger(date(2026, 2, 23), 14, rolls=False, suspensions=(second, first))
    assert due(together) == date(2026, 3, 23)
    assert days_suspended(together, date(2026, 4, 1)) == 14


@pytest.mark.parametrize(
    "suspension",
    [
        Suspension(date(2025, 12, 1), date(2026, 2, 23)),  # Ends on the starting day, which is not counted.
        Suspension(date(2026, 3, 10), date(2026, 3, 20)),  # Begins after the last day.
        Suspension(date(2026, 3, 5), date(2026, 3, 4)),  # Resumed on the day of the request: no day at all.
    ],
)
def test_a_suspension_outside_the_counted_days_changes_nothing(suspension: Suspension) -> None:
    assert due(Ledger(date(2026, 2, 23), 14, rolls=False, suspensions=(suspension,))) == date(2026, 3, 9)


def test_a_suspension_that_ends_before_it_begins_neither_adds_nor_takes_days() -> None:
    reversed_days = Suspension(date(2026, 3, 5), date(2026, 2, 25))
    ledger = Ledger(date(2026, 2, 23), 14, rolls=False, suspensions=(reversed_days,))
    assert due(ledger) == date(2026, 3, 9)
    assert days_used(ledger, date(2026, 3, 1)) == 6


def test_a_suspended_clock_has_no_last_day_until_it_is_resumed() -> None:
    waiting = statutory(date(2026, 2, 23), 14, Suspension(date(2026, 3, 2), None, waits_for="company"))
    assert due(waiting) is None
    assert target_due(waiting) is None
    assert overdue_days(waiting, date(2030, 1, 1)) == 0
    assert days_used(waiting, date(2030, 1, 1)) == 6
    assert days_left(waiting, date(2030, 1, 1)) == 8
    assert lines(waiting)[-1] == (date(2026, 3, 2), 0, "suspended_open")


def test_a_limit_already_used_up_stays_so_when_the_clock_is_suspended_afterwards() -> None:
    late = Ledger(date(2026, 2, 23), 14, rolls=False, suspensions=(Suspension(date(2026, 3, 12), None),))
    assert due(late) == date(2026, 3, 9)
    assert overdue_days(late, date(2026, 3, 12)) == 3


def test_the_last_day_is_not_overdue_and_the_day_after_is() -> None:
    ledger = statutory(date(2026, 2, 19), 120)
    assert overdue_days(ledger, date(2026, 6, 22)) == 0
    assert days_left(ledger, date(2026, 6, 18)) == 1
    assert overdue_days(ledger, date(2026, 6, 23)) == 1
    assert overdue_days(ledger, date(2026, 7, 2)) == 10


def test_a_clock_that_was_stopped_late_stays_as_late_as_it_was() -> None:
    stopped = Ledger(date(2026, 2, 23), 14, rolls=False, stopped_on=date(2026, 3, 11))
    assert overdue_days(stopped, date(2027, 1, 1)) == 2


def test_a_clock_that_was_stopped_in_time_uses_no_further_day() -> None:
    stopped = Ledger(date(2026, 2, 23), 14, rolls=False, stopped_on=date(2026, 3, 1))
    assert days_used(stopped, date(2027, 1, 1)) == 6
    assert overdue_days(stopped, date(2027, 1, 1)) == 0


def test_an_extension_moves_the_limit_and_not_the_target() -> None:
    extended = Ledger(
        date(2026, 1, 12),
        150,
        rolls=False,
        target_days=120,
        extensions=(Extension(30, date(2026, 5, 4)),),
    )
    assert extended.budget == 180
    assert due(extended) == date(2026, 7, 11)
    assert target_due(extended) == date(2026, 5, 12)


def test_an_extension_to_a_date_ends_on_that_date() -> None:
    ledger = statutory(date(2026, 2, 19), 120)  # Nominally 19 June, moved to Monday 22 June.
    days = extension_to(ledger, date(2026, 6, 30))
    assert days == 11
    extended = Ledger(date(2026, 2, 19), 120, rolls=True, extensions=(Extension(days, date(2026, 6, 1)),))
    assert due(extended) == date(2026, 6, 30)


def test_the_derivation_explains_midsummer() -> None:
    assert lines(statutory(date(2026, 2, 19), 120)) == [
        (date(2026, 2, 19), 0, "start"),
        (date(2026, 6, 19), 120, "run"),
        (date(2026, 6, 19), 0, "budget_used"),
        (date(2026, 6, 19), 0, "rolled"),
        (date(2026, 6, 20), 0, "rolled"),
        (date(2026, 6, 21), 0, "rolled"),
        (date(2026, 6, 22), 0, "last_day"),
    ]


def test_the_derivation_shows_runs_suspensions_and_extensions() -> None:
    ledger = Ledger(
        date(2026, 2, 23),
        14,
        rolls=False,
        suspensions=(Suspension(date(2026, 3, 2), date(2026, 3, 15), waits_for="company"),),
        extensions=(Extension(2, date(2026, 3, 1)),),
    )
    assert lines(ledger) == [
        (date(2026, 2, 23), 0, "start"),
        (date(2026, 3, 1), 0, "extended"),
        (date(2026, 3, 1), 6, "run"),
        (date(2026, 3, 15), 0, "suspended"),
        (date(2026, 3, 25), 10, "run"),
        (date(2026, 3, 25), 0, "budget_used"),
        (date(2026, 3, 25), 0, "last_day"),
    ]


def test_a_suspension_between_the_last_counted_day_and_the_next_working_day_postpones_it() -> None:
    friday_request = Suspension(date(2026, 6, 20), date(2026, 6, 24), waits_for="company")
    ledger = statutory(date(2026, 2, 19), 120, friday_request)
    assert due(ledger) == date(2026, 6, 25)
    assert lines(ledger)[2:] == [
        (date(2026, 6, 19), 0, "budget_used"),
        (date(2026, 6, 19), 0, "rolled"),
        (date(2026, 6, 24), 0, "suspended"),
        (date(2026, 6, 25), 0, "last_day"),
    ]


def test_a_clock_suspended_while_its_last_day_moves_says_why_it_has_none() -> None:
    ledger = statutory(date(2026, 2, 19), 120, Suspension(date(2026, 6, 20), None, waits_for="company"))
    assert due(ledger) is None
    assert lines(ledger)[2:] == [
        (date(2026, 6, 19), 0, "budget_used"),
        (date(2026, 6, 19), 0, "rolled"),
        (date(2026, 6, 20), 0, "suspended_open"),
    ]
