"""Clock arithmetic: a clock is a ledger, and every date is derived from it.

A clock has a start day, a budget of days and a ledger of suspensions and extensions. Nothing
here is stored as a date that could drift: the last day, the days used and the days left are
computed, and each computation can print its own derivation.

Counting, for every clock:

* the starting day is not counted;
* each later day counts unless it lies in a suspension (both ends inclusive);
* the last day is the day on which the budget (limit plus extensions) is used up;
* when the clock's basis says so, a last day on a Saturday, Sunday, public holiday, Midsummer
  Eve, Christmas Eve or New Year's Eve moves to the next working day (1930:173 § 2).

Due on day D means to the end of D in Europe/Stockholm; a clock is overdue from D + 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from nt_process.kernel.calendar import ONE_DAY, non_working_reason

BASES = ("statute", "policy", "contract")

# No limit in the process is longer than a market exclusivity; a ledger that asks for more is a mistake.
MAX_DAYS = 366 * 30


@dataclass(frozen=True, slots=True)
class Suspension:
    """An interval in which no day counts. `until` is the last suspended day; None while it runs."""

    since: date
    until: date | None
    waits_for: str = ""
    reason: str = ""

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Extension:
    """Days added to the budget by an agreement or a decision; `agreed_due` is the date they agreed on."""

    days: int
    decided_on: date
    agreed_due: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """One party's standing proposal of a new last day; it lapses when the old last day has passed."""

    party: str
    new_due: date
    offered_on: date


@dataclass(frozen=True, slots=True)
class Ledger:
    """What has happened to one clock. `limit_days` is the outer limit, `target_days` the aim within it.

    `rolls` says whether a last day on a non-working day moves (1930:173 § 2).
    `stopped_on` is the day the clock ended; no later day counts.
    """

    started_on: date
    limit_days: int
    rolls: bool
    target_days: int | None = None
    suspensions: tuple[Suspension, ...] = ()
    extensions: tuple[Extension, ...] = ()
    offer: Offer | None = None
    stopped_on: date | None = None

    @property
    def budget(self) -> int:
        """Days that may be used in all: the limit plus every extension."""
        return self.limit_days + sum(extension.days for extension in self.extensions)

    @property
    def open_suspension(self) -> Suspension | None:
        last = self.suspensions[-1] if self.suspensions else None
        return last if last is not None and last.until is None else None

    @property
    def runs(self) -> bool:
        return self.stopped_on is None and self.open_suspension is None


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a derivation: from the day before up to and including `date`, `days` were counted.

    `rule` is a stable key (start, extended, run, suspended, suspended_open, budget_used, rolled,
    last_day) and `params` carries what its text needs; the words are in `infra/derivation_texts.py`.
    """

    date: date
    days: int
    rule: str
    params: tuple[tuple[str, object], ...] = ()


def days_used(ledger: Ledger, today: date) -> int:
    """Days of the budget used at the end of `today`; never more than the budget."""
    end = min(today, ledger.stopped_on) if ledger.stopped_on is not None else today
    return min(_counted(ledger, end), ledger.budget)


def days_left(ledger: Ledger, today: date) -> int:
    """Days of the budget left at the end of `today`. Used plus left is the budget, always."""
    return ledger.budget - days_used(ledger, today)


def days_suspended(ledger: Ledger, today: date) -> int:
    """Days after the start and up to `today` on which the clock stood still."""
    end = min(today, ledger.stopped_on) if ledger.stopped_on is not None else today
    return max(0, (end - ledger.started_on).days) - _counted(ledger, end)


def due(ledger: Ledger) -> date | None:
    """The last day of the clock, or None while it is suspended without a known end."""
    return _last_day(ledger, ledger.budget)


def target_due(ledger: Ledger) -> date | None:
    """The last day of the aim within the limit; None when there is none or it is unknown.

    Extensions move the limit and not the aim: the aim is what was promised at the start.
    """
    return None if ledger.target_days is None else _last_day(ledger, ledger.target_days)


def overdue_days(ledger: Ledger, today: date) -> int:
    """Whole days since the last day: 0 on the last day itself, 1 on the day after."""
    last = due(ledger)
    if last is None:
        return 0
    end = min(today, ledger.stopped_on) if ledger.stopped_on is not None else today
    return max(0, (end - last).days)


def extension_to(ledger: Ledger, new_due: date) -> int:
    """Days to add to the budget so that it is used up on `new_due` exactly."""
    return _counted(replace(ledger, stopped_on=None), new_due) - ledger.budget


def derive(ledger: Ledger) -> list[Step]:
    """The derivation of the last day, step by step, from the starting day to the due date.

    The counted days of the steps add up to the budget when the clock is not suspended.
    """
    steps = [Step(ledger.started_on, 0, "start", (("limit", ledger.limit_days),))]
    steps += [
        Step(
            extension.decided_on,
            0,
            "extended",
            (("days", extension.days), ("agreed_due", extension.agreed_due)),
        )
        for extension in ledger.extensions
    ]
    nominal = _nominal(ledger, ledger.budget)
    steps += _run_steps(ledger, nominal)
    if nominal is not None:
        steps.append(Step(nominal, 0, "budget_used", (("budget", ledger.budget),)))
        steps += _roll_steps(ledger, nominal)
    return steps


def _run_steps(ledger: Ledger, nominal: date | None) -> Iterator[Step]:
    """Alternating runs and suspensions between the start and the day the budget is used up."""
    day = ledger.started_on
    for suspension in _merged(ledger):
        if nominal is not None and suspension.since > nominal:
            break
        yield from _run_step(day, suspension.since - ONE_DAY)
        first = max(suspension.since, ledger.started_on + ONE_DAY)
        if suspension.until is None:
            yield _suspension_step(suspension, first)
            return
        if suspension.until >= first:
            yield _suspension_step(suspension, first)
            day = suspension.until
    if nominal is not None:
        yield from _run_step(day, nominal)


def _run_step(after: date, until: date) -> Iterator[Step]:
    if until > after:
        yield Step(until, (until - after).days, "run", (("since", after + ONE_DAY),))


def _suspension_step(suspension: Suspension, first: date) -> Step:
    """The days from `first` to the end of a suspension, or from `first` on while it has no end."""
    if suspension.until is None:
        return Step(first, 0, "suspended_open", (("waits_for", suspension.waits_for),))
    length = (suspension.until - first).days + 1
    params = (("since", first), ("length", length), ("waits_for", suspension.waits_for))
    return Step(suspension.until, 0, "suspended", params)


def _roll_steps(ledger: Ledger, nominal: date) -> Iterator[Step]:
    """What kept each day from being the last one, and then the last day."""
    day = nominal
    while (obstacle := _obstacle(ledger, nominal, day)) is not None:
        if isinstance(obstacle, str):
            yield Step(day, 0, "rolled", (("because", obstacle),))
        else:
            yield _suspension_step(obstacle, day)
            if obstacle.until is None:
                return
            day = obstacle.until
        day += ONE_DAY
    yield Step(day, 0, "last_day", (("rolls", ledger.rolls), ("falls_on", non_working_reason(day))))


def _merged(ledger: Ledger) -> list[Suspension]:
    """Suspensions in order and without overlap, so that no day is taken out twice.

    One that ends before it begins holds no day and is left out.
    """
    merged: list[Suspension] = []
    for suspension in sorted(ledger.suspensions, key=lambda s: s.since):
        if suspension.until is not None and suspension.until < suspension.since:
            continue
        last = merged[-1] if merged else None
        if last is None or (last.until is not None and suspension.since > last.until):
            merged.append(suspension)
        elif last.until is not None and (suspension.until is None or suspension.until > last.until):
            merged[-1] = replace(last, until=suspension.until)
    return merged


def _counted(ledger: Ledger, end: date) -> int:
    """Days after the start and up to `end` that lie in no suspension."""
    first = ledger.started_on + ONE_DAY
    if end < first:
        return 0
    total = (end - ledger.started_on).days
    for suspension in _merged(ledger):
        since = max(suspension.since, first)
        until = end if suspension.until is None else min(suspension.until, end)
        total -= max(0, (until - since).days + 1)
    return total


def _nominal(ledger: Ledger, budget: int) -> date | None:
    """The day on which `budget` days have been counted; None if an open suspension comes first."""
    day = ledger.started_on
    remaining = budget
    for suspension in _merged(ledger):
        run = max(0, (suspension.since - ONE_DAY - day).days)
        if run >= remaining:
            break
        remaining -= run
        if suspension.until is None:
            return None
        day = max(day, suspension.until)
    return day + timedelta(days=remaining)


def _obstacle(ledger: Ledger, nominal: date, day: date) -> Suspension | str | None:
    """What keeps `day` from being the last day of a clock that rolls; None when nothing does.

    A suspension that began when the budget was used up postpones the last day; otherwise the answer
    is the reason for which the day is no working day.
    """
    if not ledger.rolls:
        return None
    if day > nominal:
        suspension = next((s for s in _merged(ledger) if s.covers(day)), None)
        if suspension is not None:
            return suspension
    return non_working_reason(day)


def _roll(ledger: Ledger, nominal: date) -> date | None:
    """A clock that rolls ends on the next working day outside every suspension; None if unknown."""
    day = nominal
    while (obstacle := _obstacle(ledger, nominal, day)) is not None:
        if isinstance(obstacle, Suspension):
            if obstacle.until is None:
                return None
            day = obstacle.until
        day += ONE_DAY
    return day


def _last_day(ledger: Ledger, budget: int) -> date | None:
    nominal = _nominal(ledger, budget)
    return None if nominal is None else _roll(ledger, nominal)
