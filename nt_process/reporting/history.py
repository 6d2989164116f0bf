"""A case as its log tells it up to a day: where it stayed, for how long, and how each of its clocks ended.

Everything a report says comes from here, and here everything comes from events. Nothing is read from
tables of the present, so that a report as of a past day stays what it was.

A day belongs to where the case was when the day began: an action on day D ends the stay with D included,
and the next stay begins with D + 1. This is how clocks count too (the starting day is not counted).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from nt_process.engine.conditions import EXPIRED
from nt_process.engine.definition import Workflow
from nt_process.engine.snapshot import Case, Clock, Event, evolve
from nt_process.kernel.calendar import ONE_DAY

Workflows = Mapping[tuple[str, int], Workflow]

# How a stopped clock ended: by an action that names it, by its own expiry, or together with others.
BY_ACTION, BY_EXPIRY, WITH_OTHERS = "by_action", "by_expiry", "with_others"


@dataclass(frozen=True, slots=True)
class Stay:
    """The days after `since` up to and including `until` in one state; none when both are the same day.

    `suspended` are those of its days on which a clock of the case stood still.
    """

    state: str
    phase: str
    party: str
    since: date
    until: date
    suspended: int = 0

    @property
    def days(self) -> int:
        return (self.until - self.since).days


@dataclass(frozen=True, slots=True)
class History:
    """One case up to the end of the day `as_of`. The days of the stays add up to `elapsed` exactly."""

    case: Case
    as_of: date
    stays: tuple[Stay, ...]
    endings: Mapping[str, str]
    # The kinds of clocks that the process waits out, such as the time for appeal: nobody is late when they have passed.
    waited_out: frozenset[str] = frozenset()

    @property
    def end(self) -> date:
        """The last day that is counted: the day the case was closed, or the day of the report."""
        return self.case.state_since if self.case.terminal else self.as_of

    @property
    def elapsed(self) -> int:
        """Days since the case was opened, the opening day not counted."""
        return (self.end - self.case.opened_on).days


def history_of(events: Iterable[Event], workflows: Workflows, as_of: date) -> History:
    """Fold one case's events, all of them recorded by the end of `as_of`. ValueError when there are none."""
    case: Case | None = None
    stays: list[Stay] = []
    endings: dict[str, str] = {}
    for event in events:
        after = evolve(case, event)
        if case is None or (event.state, event.waits_for) != (case.state, case.waits_for):
            _move(stays, event)
        _note_endings(endings, event, workflows[after.process, after.workflow_version])
        case = after
    if case is None:
        raise ValueError("a log without events has no case")
    workflow = workflows[case.process, case.workflow_version]
    history = History(case, as_of, (), endings, _waited_out(workflow))
    stays[-1] = replace(stays[-1], until=max(history.end, stays[-1].since))
    still = suspended_days(case.clocks, as_of)
    return replace(history, stays=tuple(_with_suspension(stay, still) for stay in stays))


def _waited_out(workflow: Workflow) -> frozenset[str]:
    return frozenset(
        condition.argument
        for action in workflow.actions.values()
        for condition in action.requires
        if condition.name == EXPIRED
    )


def _move(stays: list[Stay], event: Event) -> None:
    """End the present stay on the event's day and begin the next."""
    if stays:
        stays[-1] = replace(stays[-1], until=event.day)
    stays.append(Stay(event.state, event.phase, event.waits_for, event.day, event.day))


def _note_endings(endings: dict[str, str], event: Event, workflow: Workflow) -> None:
    for effect in event.clocks:
        if effect["op"] != "stop":
            continue
        key = str(effect["clock"])
        action = workflow.actions.get(event.action or "")
        named = action is not None and any(
            step.operation == "stop" and step.clock == key.rpartition(".")[0] for step in action.clocks
        )
        expired = any(other["op"] == "expire" and other["clock"] == key for other in event.clocks)
        endings[key] = BY_EXPIRY if expired else BY_ACTION if named else WITH_OTHERS


def suspended_days(clocks: Iterable[Clock], as_of: date) -> list[tuple[date, date]]:
    """Days up to `as_of` on which a clock stood still, as (first, last), in order and apart."""
    intervals: list[tuple[date, date]] = []
    for clock in clocks:
        ledger = clock.ledger
        end = as_of if ledger.stopped_on is None else min(as_of, ledger.stopped_on)
        for suspension in ledger.suspensions:
            first = max(suspension.since, ledger.started_on + ONE_DAY)
            last = end if suspension.until is None else min(suspension.until, end)
            if first <= last:
                intervals.append((first, last))
    merged: list[tuple[date, date]] = []
    for first, last in sorted(intervals):
        if merged and first <= merged[-1][1] + ONE_DAY:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _with_suspension(stay: Stay, still: list[tuple[date, date]]) -> Stay:
    days = sum(
        max(0, (min(last, stay.until) - max(first, stay.since + ONE_DAY)).days + 1) for first, last in still
    )
    return replace(stay, suspended=days) if days else stay
