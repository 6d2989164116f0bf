"""A case as a value: what is known about it at one moment, and the events that made it so.

`evolve` is the only way a case changes. The stored row, the case "as of" a past date and the
nightly proof are all the same fold over the same events, so they cannot disagree. Every event
carries its resolved effects (days, dates, names), so a log can be folded without the workflow
file that produced it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from nt_process.engine.clock import Extension, Ledger, Offer, Suspension, due, target_due

# What a case is about; each can be changed by an edit and is part of every event that changes it.
FIELDS = (
    "medicine",
    "substance",
    "atc",
    "indication",
    "company_id",
    "company",
    "orphan",
    "oncology",
    "approval_type",
    "authorised_on",
    "exclusivity_ends",
    "owner_id",
    "owner",
    "assignees",
    "outcome",
    "horizon_item_id",
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `roles` are those held towards this very case, on this very day."""

    id: str | None
    name: str
    roles: frozenset[str]
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """One running or ended clock of a case: the `number`-th of its kind, with its ledger."""

    kind: str
    number: int
    basis: str
    ledger: Ledger
    expired: bool = False

    @property
    def key(self) -> str:
        return f"{self.kind}.{self.number}"

    @property
    def status(self) -> str:
        """stopped, suspended or running; "overdue" is never a status, it is computed from the day."""
        if self.ledger.stopped_on is not None:
            return "stopped"
        return "suspended" if self.ledger.open_suspension is not None else "running"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a case's log. `at` is the instant it was recorded, `day` the day it took effect.

    `state` and what follows it are the case's place after the event; `changes` are new values of
    fields; `clocks` are resolved clock operations; `inputs` is what the actor stated.
    """

    seq: int
    kind: str
    at: datetime
    day: date
    actor: Actor
    role: str
    action: str | None
    state: str
    phase: str
    waits_for: str
    terminal: bool
    returns_to: tuple[str, ...]
    changes: Mapping[str, object] = field(default_factory=dict)
    clocks: tuple[Mapping[str, object], ...] = ()
    inputs: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """A case at one moment. `version` is the number of events so far and guards against lost updates.

    `last_day` is the day of the latest step (an action or an operation on a clock); no later step may
    take effect before it. A note or an edit is no step: it does not keep a step from being backdated.
    """

    number: str
    process: str
    workflow_version: int
    workflow_sha256: str
    version: int
    state: str
    phase: str
    waits_for: str
    terminal: bool
    state_since: date
    opened_on: date
    last_day: date
    returns_to: tuple[str, ...]
    fields: Mapping[str, object]
    clocks: tuple[Clock, ...] = ()

    def field(self, name: str) -> object | None:
        return self.fields.get(name)

    def clock(self, kind: str) -> Clock | None:
        """The latest clock of a kind, running or not."""
        return next((clock for clock in reversed(self.clocks) if clock.kind == kind), None)

    def open_clock(self, kind: str) -> Clock | None:
        clock = self.clock(kind)
        return clock if clock is not None and clock.status != "stopped" else None

    @property
    def open_clocks(self) -> tuple[Clock, ...]:
        return tuple(clock for clock in self.clocks if clock.status != "stopped")

    @property
    def next_due(self) -> date | None:
        """The earliest last day among running clocks; a suspended clock has none."""
        days = [day for clock in self.open_clocks if (day := due(clock.ledger)) is not None]
        return min(days, default=None)

    @property
    def next_target(self) -> date | None:
        days = [day for clock in self.open_clocks if (day := target_due(clock.ledger)) is not None]
        return min(days, default=None)


def evolve(case: Case | None, event: Event) -> Case:
    """The case after `event`. The first event of a case has kind "opened" and carries its identity."""
    if case is None:
        opening = event.inputs
        case = Case(
            number=str(opening["number"]),
            process=str(opening["process"]),
            workflow_version=int(str(opening["workflow_version"])),
            workflow_sha256=str(opening["workflow_sha256"]),
            version=0,
            state=event.state,
            phase=event.phase,
            waits_for=event.waits_for,
            terminal=event.terminal,
            state_since=event.day,
            opened_on=event.day,
            last_day=event.day,
            returns_to=(),
            fields={},
        )
    # An expiry is a mark of what time did; it does not stand in the way of a step taken on the last day.
    is_step = event.action is not None or any(effect["op"] != "expire" for effect in event.clocks)
    return replace(
        case,
        version=event.seq,
        state=event.state,
        phase=event.phase,
        waits_for=event.waits_for,
        terminal=event.terminal,
        state_since=case.state_since if event.state == case.state else event.day,
        last_day=event.day if is_step else case.last_day,
        returns_to=event.returns_to,
        fields={**case.fields, **event.changes},
        clocks=apply_effects(case.clocks, event.clocks),
    )


def fold(events: Iterable[Event]) -> Case:
    """The case that a complete log, in order, amounts to. An empty log is a ValueError."""
    case: Case | None = None
    for event in events:
        case = evolve(case, event)
    if case is None:
        raise ValueError("a log without events has no case")
    return case


def apply_effects(clocks: tuple[Clock, ...], effects: Iterable[Mapping[str, object]]) -> tuple[Clock, ...]:
    """The clocks after resolved operations, in order. A new clock comes last."""
    for effect in effects:
        if effect["op"] == "start":
            clocks = (*clocks, _started(effect))
        else:
            key = effect["clock"]
            clocks = tuple(_changed(clock, effect) if clock.key == key else clock for clock in clocks)
    return clocks


def _started(effect: Mapping[str, object]) -> Clock:
    kind, _, number = str(effect["clock"]).rpartition(".")
    target = effect.get("target_days")
    return Clock(
        kind=kind,
        number=int(number),
        basis=str(effect["basis"]),
        ledger=Ledger(
            started_on=_day(effect["day"]),
            limit_days=int(str(effect["limit_days"])),
            rolls=bool(effect["rolls"]),
            target_days=None if target is None else int(str(target)),
        ),
    )


def _changed(clock: Clock, effect: Mapping[str, object]) -> Clock:
    """The clock after one operation. The vocabulary of operations is closed; an unknown one is an error."""
    ledger = clock.ledger
    match effect["op"]:
        case "stop":
            ledger = replace(
                _resumed(ledger, _day(effect["day"])), stopped_on=_day(effect["day"]), offer=None
            )
        case "suspend":
            opened = Suspension(
                _day(effect["since"]), None, str(effect.get("waits_for", "")), str(effect.get("reason", ""))
            )
            ledger = replace(ledger, suspensions=(*ledger.suspensions, opened))
        case "resume":
            ledger = _resumed(ledger, _day(effect["until"]))
        case "extend":
            agreed = effect.get("agreed_due")
            extension = Extension(
                days=int(str(effect["days"])),
                decided_on=_day(effect["day"]),
                agreed_due=None if agreed is None else _day(agreed),
                reason=str(effect.get("reason", "")),
            )
            ledger = replace(ledger, extensions=(*ledger.extensions, extension), offer=None)
        case "offer":
            offer = Offer(str(effect["party"]), _day(effect["new_due"]), _day(effect["day"]))
            ledger = replace(ledger, offer=offer)
        case "decline":
            ledger = replace(ledger, offer=None)
        case "expire":
            return replace(clock, expired=True)
        case unknown:
            raise ValueError(f"unknown clock operation {unknown!r}")
    return replace(clock, ledger=ledger)


def _resumed(ledger: Ledger, until: date) -> Ledger:
    """Close an open suspension on `until`; one that held no day at all leaves no trace."""
    suspension = ledger.open_suspension
    if suspension is None:
        return ledger
    earlier = ledger.suspensions[:-1]
    if until < suspension.since:
        return replace(ledger, suspensions=earlier)
    return replace(ledger, suspensions=(*earlier, replace(suspension, until=until)))


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
