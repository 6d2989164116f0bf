"""What must hold for every clock, whatever happened to it, checked against counting day by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import islice

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nt_process.engine.clock import (
    Extension,
    Ledger,
    Step,
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
from nt_process.kernel.calendar import add_months, is_working_day, next_working_day
from tests.properties import day_by_day
from tests.properties.ledgers import budgets, ledgers, starting_days

thorough = settings(max_examples=120, deadline=None)
offsets = st.integers(-5, 700)


def day_of(ledger: Ledger, offset: int) -> date:
    return ledger.started_on + timedelta(days=offset)


@thorough
@given(ledgers())
def test_the_last_day_agrees_with_counting(ledger: Ledger) -> None:
    assert due(ledger) == day_by_day.last_day(ledger, ledger.budget)
    if ledger.target_days is not None:
        assert target_due(ledger) == day_by_day.last_day(ledger, ledger.target_days)


@thorough
@given(ledgers(), offsets)
def test_days_used_and_suspended_agree_with_counting(ledger: Ledger, offset: int) -> None:
    today = day_of(ledger, offset)
    assert days_used(ledger, today) == day_by_day.used(ledger, today)
    assert days_suspended(ledger, today) == day_by_day.stood_still(ledger, today)


@thorough
@given(ledgers(), offsets)
def test_used_and_left_are_the_budget_and_neither_is_negative(ledger: Ledger, offset: int) -> None:
    today = day_of(ledger, offset)
    used, left = days_used(ledger, today), days_left(ledger, today)
    assert used + left == ledger.budget == ledger.limit_days + sum(e.days for e in ledger.extensions)
    assert used >= 0
    assert left >= 0


@thorough
@given(ledgers(), offsets)
def test_each_day_uses_one_day_or_none(ledger: Ledger, offset: int) -> None:
    today = day_of(ledger, offset)
    assert days_used(ledger, today + timedelta(days=1)) - days_used(ledger, today) in (0, 1)


@thorough
@given(ledgers())
def test_a_clock_is_overdue_from_the_day_after_its_last_day(ledger: Ledger) -> None:
    ledger = replace(ledger, stopped_on=None)
    last = due(ledger)
    assume(last is not None)
    assert last is not None
    assert overdue_days(ledger, last - timedelta(days=1)) == 0
    assert overdue_days(ledger, last) == 0
    assert overdue_days(ledger, last + timedelta(days=1)) == 1
    assert days_left(ledger, last) == 0


@thorough
@given(ledgers())
def test_a_statutory_clock_ends_on_a_working_day_outside_every_suspension(ledger: Ledger) -> None:
    last = due(replace(ledger, rolls=True))
    nominal = due(replace(ledger, rolls=False))
    assume(last is not None and nominal is not None)
    assert last is not None
    assert nominal is not None
    assert not day_by_day.is_free(last)
    assert last >= nominal
    passed_over = [nominal + timedelta(days=n) for n in range((last - nominal).days)]
    assert all(
        day_by_day.is_free(day) or (day > nominal and day_by_day.stands_still(ledger, day))
        for day in passed_over
    )


@thorough
@given(starting_days, st.integers(1, 400), st.integers(1, 500), st.integers(0, 200))
def test_a_pause_costs_exactly_the_days_it_lasts(start: date, limit: int, since: int, length: int) -> None:
    """Suspended from one day and resumed `length` days later: no day is lost and none is invented."""
    first = start + timedelta(days=since)
    pause = Suspension(first, first + timedelta(days=length - 1))
    paused = Ledger(start, limit, rolls=False, suspensions=(pause,))
    cost = length if since <= limit else 0
    assert due(paused) == start + timedelta(days=limit + cost)


@thorough
@given(ledgers(), st.integers(0, 500))
def test_nothing_is_used_while_the_clock_waits(ledger: Ledger, since: int) -> None:
    ledger = replace(ledger, stopped_on=None)
    first = day_of(ledger, since)
    waiting = replace(ledger, suspensions=(*ledger.suspensions, Suspension(first, None)))
    before = days_used(waiting, first - timedelta(days=1))
    assert days_used(waiting, first + timedelta(days=5_000)) == before
    assert before == days_used(ledger, first - timedelta(days=1))


@thorough
@given(ledgers(may_be_open=False), st.integers(1, 200))
def test_an_extension_to_a_day_ends_on_that_day(ledger: Ledger, later: int) -> None:
    ledger = replace(ledger, stopped_on=None)
    last = due(ledger)
    assert last is not None
    wanted = next_working_day(last + timedelta(days=later))
    assume(not day_by_day.stands_still(ledger, wanted))
    days = extension_to(ledger, wanted)
    extended = replace(ledger, extensions=(*ledger.extensions, Extension(days, ledger.started_on)))
    assert days > 0
    assert due(extended) == wanted
    assert target_due(extended) == target_due(ledger)


def days_of(step: Step) -> list[date]:
    first = dict(step.params)["since"]
    assert isinstance(first, date)
    return [first + timedelta(days=n) for n in range((step.date - first).days + 1)]


@thorough
@given(ledgers())
def test_the_derivation_accounts_for_every_day(ledger: Ledger) -> None:
    steps = derive(ledger)
    assert (steps[0].rule, steps[0].date) == ("start", ledger.started_on)
    ran = [day for step in steps if step.rule == "run" for day in days_of(step)]
    stood_still = [day for step in steps if step.rule == "suspended" for day in days_of(step)]
    moved = [step.date for step in steps if step.rule == "rolled"]
    counted = list(islice(day_by_day.counted_days(ledger), ledger.budget))
    assert ran == counted
    assert sum(step.days for step in steps) == len(counted)
    assert all(day_by_day.stands_still(ledger, day) for day in stood_still)
    assert all(day_by_day.is_free(day) for day in moved)
    last = due(ledger)
    if last is None:
        assert steps[-1].rule == "suspended_open"
        last = steps[-1].date
        assert all(day < last for day in day_by_day.counted_days(ledger))
    else:
        assert (steps[-1].rule, steps[-1].date) == ("last_day", last)
        assert len(ran) == ledger.budget
    between = {ledger.started_on + timedelta(days=n) for n in range(1, (last - ledger.started_on).days)}
    assert between <= {*ran, *stood_still, *moved}
    assert len(ran) + len(stood_still) == len({*ran, *stood_still})


@thorough
@given(ledgers())
def test_the_ledger_does_not_depend_on_the_order_of_its_suspensions(ledger: Ledger) -> None:
    backwards = replace(ledger, suspensions=tuple(reversed(ledger.suspensions)))
    assert due(backwards) == due(ledger)
    assert derive(backwards) == derive(ledger)


@thorough
@given(starting_days, budgets)
def test_a_clock_without_incident_is_plain_addition(start: date, days: int) -> None:
    assert due(Ledger(start, days, rolls=False)) == start + timedelta(days=days)


@thorough
@given(starting_days, st.integers(0, 60))
def test_months_reach_the_same_day_of_a_later_month_or_its_end(start: date, months: int) -> None:
    reached = add_months(start, months)
    assert (reached.year * 12 + reached.month) - (start.year * 12 + start.month) == months
    if reached.day != start.day:
        assert reached.day < start.day
        assert (reached + timedelta(days=1)).day == 1


@thorough
@given(starting_days)
def test_a_day_is_free_exactly_when_the_published_calendar_says_so(day: date) -> None:
    assert is_working_day(day) is not day_by_day.is_free(day)
