"""What the public site computes, as functions of values: where a case has been and for how long, how long things take, and
which recommendations hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from nt_process.engine.definition import Workflow

# Days on which somebody else than the council's side has the move, or nobody has.
_NOT_NET = frozenset({"company", "court", "none"})
IN_FORCE, ENDED, REPLACED = "in_force", "ended", "replaced"
STANDINGS = (IN_FORCE, ENDED, REPLACED)


@dataclass(frozen=True, slots=True)
class Step:
    """A move of a case: from this day it has been in this state, and `waits_for` has had the move."""

    day: date
    state: str
    waits_for: str


@dataclass(frozen=True, slots=True)
class Stay:
    """A time in one public state; `last` is the day it ended, None while the case is there. `days` counts to today."""

    state: str
    phase: str
    waits_for: str
    pause: bool
    first: date
    last: date | None
    days: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """Where a case has been. `gross` counts every day, `net` those on which the council's side had the move.

    `parties` divides the days by whose move it was, pauses apart under "pause".
    """

    stays: tuple[Stay, ...]
    gross: int
    net: int
    parties: Mapping[str, int]

    @property
    def here(self) -> Stay | None:
        return self.stays[-1] if self.stays else None


def is_public(workflow: Workflow, state: str) -> bool:
    """Whether the file that runs a case tells this state to the public."""
    found = workflow.states.get(state)
    return found is not None and "public" in found.labels


def timeline(workflow: Workflow, steps: Sequence[Step], today: date) -> Timeline:
    """A case's time by its public states. A stay in a state that is not told belongs to the one before it; before the first
    public state nothing is told. An ended case takes no more days.
    """
    told: list[Step] = []
    for step in sorted(steps, key=lambda one: one.day):
        if is_public(workflow, step.state) and not (told and told[-1].state == step.state):
            told.append(step)
    stays: list[Stay] = []
    for place, step in enumerate(told):
        state = workflow.states[step.state]
        following = told[place + 1].day if place + 1 < len(told) else None
        until = following or (step.day if state.terminal else max(today, step.day))
        stays.append(
            Stay(
                step.state,
                state.phase,
                step.waits_for,
                state.interlude,
                step.day,
                following,
                (until - step.day).days,
            )
        )
    parties: dict[str, int] = {}
    for stay in stays:
        if stay.days:
            whose = "pause" if stay.pause else stay.waits_for
            parties[whose] = parties.get(whose, 0) + stay.days
    net = sum(stay.days for stay in stays if not stay.pause and stay.waits_for not in _NOT_NET)
    return Timeline(tuple(stays), sum(stay.days for stay in stays), net, parties)


def until_position(workflow: Workflow, steps: Sequence[Step]) -> Timeline | None:
    """The time of a case up to the day of its first position; None when there has been none."""
    action = workflow.actions.get("decide_recommendation")
    in_order = sorted(steps, key=lambda one: one.day)
    place = next(
        (n for n, step in enumerate(in_order) if action is not None and step.state == action.target), None
    )
    if place is None:
        return None
    return timeline(workflow, in_order[:place], in_order[place].day)


@dataclass(frozen=True, slots=True)
class Spread:
    """The days of several cases: how many there are, the middle, the quarters, the shortest and the longest."""

    count: int
    least: int
    lower: int
    median: int
    upper: int
    most: int


def spread(days: Iterable[int]) -> Spread | None:
    """None for no cases at all. The quarters are days of cases that there are: of two in the middle, the lower one."""
    found = sorted(days)
    if not found:
        return None
    last = len(found) - 1
    return Spread(
        len(found), found[0], found[last // 4], found[last // 2], found[-1 - last // 4], found[last]
    )


@dataclass(frozen=True, slots=True)
class Published:
    """A published recommendation, as far as it depends on others whether it holds."""

    slug: str
    case_number: str
    kind: str
    valid_to: date | None
    place: int
    replaces: str | None


def standings(published: Sequence[Published], day: date) -> dict[str, str]:
    """Of each by its slug whether it is in force on a day, has ended, or has been replaced.

    A final recommendation takes the place of the advice to wait that came before it in the case.
    """
    replaced = {one.replaces for one in published if one.replaces}
    final = _last_final(published)
    found = {}
    for one in published:
        overtaken = one.kind == "interim" and final.get(one.case_number, -1) > one.place
        if one.slug in replaced or overtaken:
            found[one.slug] = REPLACED
        else:
            found[one.slug] = ENDED if one.valid_to is not None and one.valid_to < day else IN_FORCE
    return found


def _last_final(published: Sequence[Published]) -> dict[str, int]:
    last: dict[str, int] = {}
    for one in published:
        if one.kind == "final":
            last[one.case_number] = max(one.place, last.get(one.case_number, -1))
    return last
