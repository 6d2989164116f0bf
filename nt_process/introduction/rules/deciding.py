"""What a region decides about a recommendation, from which day it holds, and what follows from it.

A decision is recorded at an instant and says from which day it holds, which is never after the day it was recorded on.
Of those that hold on a day the one from the latest day counts, and of several from that day the one recorded last;
in which order they are handed in makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

FOLLOW, LIMITS, NOT = "follow", "limits", "not"
DECISIONS = (FOLLOW, LIMITS, NOT)
DEVIATIONS = (LIMITS, NOT)
# The positions of the council that a region decides about; an advice to wait is none.
OUTCOMES = ("should", "can", "should_not")
AGAINST = "should_not"

# What follows the decision, in the order in which it usually happens. Ready: everything before the medicine is in use.
FUNDED, TRAINED, ORDERING, IN_USE = "funded", "trained", "ordering", "in_use"
STEPS = (FUNDED, TRAINED, ORDERING, IN_USE)
READY = (FUNDED, TRAINED, ORDERING)
# Days before the start from which a region is told that something lacks.
SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as it was recorded. `id` is the order of recording; `region` a county code."""

    id: int
    region: str
    decision: str
    reason_code: str
    reason: str
    start_on: date | None
    holds_from: date
    at: datetime


def _place(one: Decided) -> tuple[date, datetime, int]:
    return one.holds_from, one.at, one.id


def as_of(decisions: Iterable[Decided], day: date, known: datetime | None = None) -> dict[str, Decided]:
    """By region the decision that counts on a day, of those recorded up to and including the instant `known`."""
    counting: dict[str, Decided] = {}
    for one in decisions:
        if one.holds_from <= day and (known is None or one.at <= known):
            before = counting.get(one.region)
            if before is None or _place(before) < _place(one):
                counting[one.region] = one
    return counting


@dataclass(frozen=True, slots=True)
class Spell:
    """The days on which one decision counted, with its reason: from `first` to before `end` (None: it still does)."""

    decided: Decided
    first: date
    end: date | None

    def touches(self, first: date | None, last: date | None) -> bool:
        """Whether some day of it lies between two days, both included; None is no bound."""
        return (last is None or self.first <= last) and (
            first is None or self.end is None or self.end > first
        )


def spells(decisions: Iterable[Decided]) -> list[Spell]:
    """What one region decided in the course of time, the earliest first, without gaps; the last is open. What was recorded
    anew without another decision or reason is one spell, with what was recorded last."""
    found: list[Spell] = []
    for one in sorted(decisions, key=_place):
        if found and found[-1].first == one.holds_from:
            # A correction from the same day: what it corrects never counted.
            found.pop()
        if found and _said(found[-1].decided) == _said(one):
            found[-1] = Spell(one, found[-1].first, None)
            continue
        if found:
            found[-1] = replace(found[-1], end=one.holds_from)
        found.append(Spell(one, one.holds_from, None))
    return found


def _said(one: Decided) -> tuple[str, str, str]:
    return one.decision, one.reason_code, one.reason


def is_used(outcome: str, decision: str | None) -> bool:
    """Whether the region takes the medicine into use: it follows one that should or can be used, or departs from advice
    against."""
    if decision is None:
        return False
    return decision != FOLLOW if outcome == AGAINST else decision != NOT


def lacking(steps: Mapping[str, date], day: date) -> list[str]:
    """The steps that have not been taken by a day, before which the region is not ready."""
    return [step for step in READY if step not in steps or steps[step] > day]


@dataclass(frozen=True, slots=True)
class Task:
    """What a region must do now. `kind`: decide, state_start, make_ready, take_in_use; `since` is the day from which days
    are counted (of publication or of start), `urgent` that it is late."""

    kind: str
    since: date
    urgent: bool = False


def task(
    outcome: str,
    published: date,
    decided: Decided | None,
    steps: Mapping[str, date],
    day: date,
    patience: int,
) -> Task | None:
    """What a region must do with a recommendation on a day; None when nothing. `patience`: the days after publication
    after which a decision is late."""
    if decided is None:
        return Task("decide", published, day >= published + timedelta(days=patience))
    if not is_used(outcome, decided.decision):
        return None
    if decided.start_on is None:
        return Task("state_start", decided.holds_from)
    if lacking(steps, day):
        begun = decided.start_on <= day
        return (
            Task("make_ready", decided.start_on, begun) if begun or decided.start_on - day <= SOON else None
        )
    if decided.start_on <= day and (IN_USE not in steps or steps[IN_USE] > day):
        return Task("take_in_use", decided.start_on)
    return None
