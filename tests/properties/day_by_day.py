"""Every figure of a clock computed a second way: walk through the days with a pencil and count.

Nothing here comes from the rule under test but the shape of its input. A day is free by its weekday
or by a published holiday library; suspended days are a set; counting is a loop.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import holidays

from nt_process.engine.clock import Ledger

SWEDEN = holidays.country_holidays("SE", years=range(2004, 2101), categories=("public", "de_facto"))


def days_after(start: date) -> Iterator[date]:
    while True:
        start = start + timedelta(days=1)
        yield start


def is_free(day: date) -> bool:
    return day.isoweekday() in (6, 7) or SWEDEN.get(day) is not None


def stands_still(ledger: Ledger, day: date) -> bool:
    return any(
        pause.since <= day and (pause.until is None or pause.until >= day) for pause in ledger.suspensions
    )


def never_runs_again(ledger: Ledger, day: date) -> bool:
    return any(pause.until is None and pause.since <= day for pause in ledger.suspensions)


def counted_days(ledger: Ledger) -> Iterator[date]:
    """The days that count, in order; ends when the clock stands still for good."""
    for day in days_after(ledger.started_on):
        if never_runs_again(ledger, day):
            return
        if not stands_still(ledger, day):
            yield day


def last_day(ledger: Ledger, budget: int) -> date | None:
    """The day with number `budget` among those that count, moved past free days when the clock rolls."""
    last = ledger.started_on
    if budget:
        for number, day in enumerate(counted_days(ledger), start=1):
            if number == budget:
                last = day
                break
        else:
            return None
    if not ledger.rolls:
        return last
    if not is_free(last):
        return last
    for day in days_after(last):
        if never_runs_again(ledger, day):
            return None
        if not is_free(day) and not stands_still(ledger, day):
            return day
    raise AssertionError("there is always a later day")


def used(ledger: Ledger, today: date) -> int:
    """How many days have counted up to and including `today`, within the budget."""
    budget = ledger.limit_days + sum(extension.days for extension in ledger.extensions)
    count = 0
    for day in counted_days(ledger):
        if day > today or count == budget or (ledger.stopped_on is not None and day > ledger.stopped_on):
            break
        count += 1
    return count


def stood_still(ledger: Ledger, today: date) -> int:
    """How many days after the start and up to `today` the clock stood still, until it was stopped."""
    count = 0
    for day in days_after(ledger.started_on):
        if day > today or (ledger.stopped_on is not None and day > ledger.stopped_on):
            return count
        count += stands_still(ledger, day)
    raise AssertionError("there is always a later day")
