"""A meeting of the council: times of an agenda, back-planning, who decides, votes, the hash of minutes, appeal. Pure.

Sources: kommunallagen (2017:725) 8 kap. 10 and 12 §§ (the notice of approved minutes), 13 kap. 5 § (three weeks from the
notice); förvaltningslagen (2017:900) 16–18 §§ and 30 § (who has a conflict takes no part; dissent is recorded).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from nt_process.companies.rules.meetings import Derivation, derive
from nt_process.engine.definition import Workflow
from nt_process.kernel.calendar import next_working_day
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.typed import (
    Reader,
    Unusable,
    line,
    one_of,
    optional,
    paragraph,
    read,
    required,
    whole,
)

KINDS = ("decision", "information", "presentation")
ROLES = ("chair", "vice_chair", "member", "secretary")
# Who votes, and is counted.
VOTING = ("chair", "vice_chair", "member")
VOTES = ("for", "against", "abstains")
WAYS = ("unanimous", "votes")
USUAL_START = time(9)
USUAL_MINUTES = {"decision": 30, "information": 15, "presentation": 45}
MOST_MINUTES, MOST_ITEMS = 600, 100
MOST_OUTCOME, MOST_REASONS, MOST_SECTION = 2_000, 10_000, 40_000
APPEAL = timedelta(weeks=3)
_DAY_MINUTES = 24 * 60
_TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)", re.ASCII)


# --- the agenda -----------------------------------------------------------------------------------


def schedule(starts: time, minutes: Sequence[int]) -> list[time]:
    """When each item begins, one directly after the other. Raises BadInput when they do not end on the same day."""
    at, begins = starts.hour * 60 + starts.minute, []
    for length in minutes:
        begins.append(at)
        at += length
    if at >= _DAY_MINUTES:
        raise BadInput(Fault("past_midnight", column="minutes"))
    return [time(*divmod(one, 60)) for one in begins]


def end_of(starts: time, minutes: Iterable[int]) -> time:
    """When the last item ends."""
    return time(*divmod(starts.hour * 60 + starts.minute + sum(minutes), 60))


def moved(order: Sequence[str], item: str, step: int) -> list[str]:
    """The items with one of them a step up (-1) or down (1); as they are at either end."""
    place = order.index(item)
    other = place + step
    found = list(order)
    if 0 <= other < len(found):
        found[place], found[other] = found[other], found[place]
    return found


def deciding_states(workflow: Workflow) -> frozenset[str]:
    """The states in which the council decides: they wait for its meeting, or a member can take their main step."""
    return frozenset(
        state.name
        for state in workflow.states.values()
        if state.waits_for == "meeting"
        or any(
            action.primary and "council_member" in action.by for action in workflow.actions_from(state.name)
        )
    )


def states_before(workflow: Workflow) -> frozenset[str]:
    """The states that wait for the council's side and lead directly to one in which the council decides."""
    deciding = deciding_states(workflow)
    return frozenset(
        state.name
        for state in workflow.states.values()
        if state.name not in deciding
        and state.waits_for == "council"
        and any(action.target in deciding for action in workflow.actions_from(state.name) if action.target)
    )


@dataclass(frozen=True, slots=True)
class Order:
    """The council's own order: members that make a quorum, and working days before a meeting."""

    quorum: int = 3
    consultation_days: int = 10
    assessment_days: int = 15
    material_days: int = 5


@dataclass(frozen=True, slots=True)
class LastDay:
    """The last day for something before a meeting, with how it was found."""

    kind: str
    day: date
    lead: int
    derivation: Derivation


def back_planned(order: Order, day: date) -> list[LastDay]:
    """The last days before a meeting on `day`, the earliest first: assessment, consultation, material."""
    leads = {
        "assessment": order.assessment_days,
        "consultation": order.consultation_days,
        "material": order.material_days,
    }
    found = [
        LastDay(kind, derived.file_by, lead, derived)
        for kind, lead in leads.items()
        for derived in [derive(day, lead)]
    ]
    return sorted(found, key=lambda one: one.day)


# --- who decides ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attendant:
    """Somebody who was at the meeting, from `came` until `left` (None: to its end)."""

    person: str
    name: str
    role: str
    came: time
    left: time | None = None
    conflicted: bool = False

    def is_there(self, at: time) -> bool:
        return self.came <= at and (self.left is None or at < self.left)


@dataclass(frozen=True, slots=True)
class Said:
    """What was stated about one person in one item; `left` and `back` when they were out of the room."""

    left: time | None = None
    back: time | None = None
    vote: str | None = None
    reservation: str = ""

    def is_out(self, at: time) -> bool:
        """Whether they were out of the room at a time."""
        return self.left is not None and self.left <= at and (self.back is None or at < self.back)


def out_at(said: Mapping[str, Said], at: time) -> frozenset[str]:
    """Who was out of the room at a time, of those about whom something was stated."""
    return frozenset(person for person, one in said.items() if one.is_out(at))


def entitled(attendants: Iterable[Attendant], at: time, outside: Collection[str]) -> list[Attendant]:
    """Those who take part in the decision: voting, there, in the room, and without a conflict of interest."""
    return [
        one
        for one in attendants
        if one.role in VOTING and one.is_there(at) and one.person not in outside and not one.conflicted
    ]


def judge(
    attendants: Sequence[Attendant], said: Mapping[str, Said], at: time, way: str | None
) -> list[Fault]:
    """What is wrong with what was stated of a decision taken `at` a time. `row` is the attendant's place.

    conflicted_inside: who has a conflict is out of the room; conflicted_votes; not_entitled; vote_missing;
    unanimous_votes; back_before.
    """
    voters = {one.person for one in entitled(attendants, at, out_at(said, at))}
    faults = []
    for row, who in enumerate(attendants):
        one = said.get(who.person, Said())
        if one.back is not None and (one.left is None or one.back <= one.left):
            faults.append(Fault("back_before", row=row, column="back"))
        if who.conflicted and who.is_there(at) and not one.is_out(at):
            faults.append(Fault("conflicted_inside", row=row, column="left"))
        if who.person in voters:
            if way == "votes" and one.vote is None:
                faults.append(Fault("vote_missing", row=row, column="vote"))
            if way != "votes" and one.vote is not None:
                faults.append(Fault("unanimous_votes", row=row, column="vote"))
        elif one.vote is not None or one.reservation:
            code = "conflicted_votes" if who.conflicted else "not_entitled"
            faults.append(Fault(code, row=row, column="vote" if one.vote is not None else "reservation"))
    return faults


# --- minutes --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the minutes; of an item, or (None) of the meeting itself."""

    heading: str
    body: str
    item: str | None = None


def holds_each_once(sections: Iterable[Section], items: Collection[str]) -> bool:
    """Whether the minutes hold every item of the meeting, each once, and no other."""
    found = [one.item for one in sections if one.item is not None]
    return sorted(found) == sorted(items)


def fingerprint(meeting: str, sections: Iterable[Section]) -> str:
    """SHA-256 of the minutes of a meeting, as hex: of the same text always the same."""
    content = [meeting, [[one.item, one.heading, one.body] for one in sections]]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def last_day_to_appeal(notice: date) -> date:
    """Three weeks from the notice; a Saturday, Sunday or holiday moves to the next working day (1930:173 § 2)."""
    return next_working_day(notice + APPEAL)


def may_come_down(notice: date) -> date:
    """The first day on which the notice may be taken down: the day after the last one to appeal."""
    return last_day_to_appeal(notice) + timedelta(days=1)


# --- what is typed --------------------------------------------------------------------------------


def clock_time(text: str) -> time:
    """A time of day as 09:30. Raises Unusable."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise Unusable("not_a_time" if text.strip() else "missing")
    return time(int(found[1]), int(found[2]))


def read_item(texts: Mapping[str, str], *, of_case: bool) -> dict[str, Any]:
    """kind, minutes, title and is_public as typed. Raises BadInput."""
    found = read(
        texts,
        {
            "kind": one_of(KINDS),
            "minutes": whole(1, MOST_MINUTES),
            "title": line if of_case else required(line),
        },
    )
    return {**found, "is_public": texts.get("is_public") == "y"}


def read_order(texts: Mapping[str, str]) -> Order:
    """The council's order as typed. Raises BadInput."""
    days = whole(1, 250)
    return Order(
        **read(
            texts,
            {
                "quorum": whole(1, 100),
                "consultation_days": days,
                "assessment_days": days,
                "material_days": days,
            },
        )
    )


def read_attendance(rows: Sequence[Mapping[str, str]]) -> list[dict[str, Any] | None]:
    """For each person role, came, left_at and adjusts; None: they were not there. Raises BadInput with rows."""
    found: list[dict[str, Any] | None] = []
    faults: list[Fault] = []
    readers: Mapping[str, Reader] = {
        "role": one_of(ROLES),
        "came": clock_time,
        "left_at": optional(clock_time),
    }
    for row, texts in enumerate(rows):
        if not texts.get("role"):
            found.append(None)
            continue
        try:
            one = read(texts, readers)
        except BadInput as refusal:
            faults += [Fault(fault.code, row, fault.column, fault.params) for fault in refusal.faults]
            continue
        if one["left_at"] is not None and one["left_at"] <= one["came"]:
            faults.append(Fault("left_before", row=row, column="left_at"))
        found.append({**one, "adjusts": texts.get("adjusts") == "y"})
    chairs = [row for row, texts in enumerate(rows) if texts.get("role") == "chair"]
    if len(chairs) > 1:
        faults.append(Fault("one_chair", row=chairs[1], column="role"))
    if not faults and not any(found):
        faults.append(Fault("nobody_there", row=0, column="role"))
    if faults:
        raise BadInput(*faults)
    return found


def read_decision(texts: Mapping[str, str], *, deciding: bool) -> dict[str, Any]:
    """outcome, reasons, way and taken_at as typed; `deciding` for an item to be decided. Raises BadInput."""

    def outcome(text: str) -> str:
        return paragraph(text, MOST_OUTCOME)

    found = read(
        texts,
        {
            "outcome": required(outcome) if deciding else outcome,
            "reasons": lambda text: paragraph(text, MOST_REASONS),
            "taken_at": clock_time,
            **({"way": one_of(WAYS)} if deciding else {}),
        },
    )
    return {"way": None, **found}


def read_said(rows: Sequence[Mapping[str, str]]) -> list[Said]:
    """What was stated of each attendant. Raises BadInput with rows."""
    found, faults = [], []
    readers: Mapping[str, Reader] = {
        "left": optional(clock_time),
        "back": optional(clock_time),
        "vote": optional(one_of(VOTES)),
        "reservation": lambda text: paragraph(text, MOST_OUTCOME),
    }
    for row, texts in enumerate(rows):
        try:
            found.append(Said(**read(texts, readers)))
        except BadInput as refusal:
            faults += [Fault(fault.code, row, fault.column, fault.params) for fault in refusal.faults]
    if faults:
        raise BadInput(*faults)
    return found
