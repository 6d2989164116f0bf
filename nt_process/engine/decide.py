"""The one decision: may this action be taken on this case, by this actor, now, and what follows?

`decide` answers with an outcome (the next event and whom to tell) or with a refusal that carries
every reason. Offering a button and carrying out its action are the same call; a page that offers
an action leaves `inputs` out, and only then are they not judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from nt_process.engine import clock_effects
from nt_process.engine import inputs as given_inputs
from nt_process.engine.conditions import Facts, unmet
from nt_process.engine.definition import PREVIOUS, SYSTEM_ROLE, Action, State, Workflow
from nt_process.engine.snapshot import Actor, Case, Event
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.reasons import Reason


@dataclass(frozen=True, slots=True)
class Outcome:
    """What follows when an action is allowed: the event to record and the groups to tell."""

    event: Event
    notify: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an action is not allowed: every reason, in the order a reader would ask."""

    reasons: tuple[Reason, ...]


Decision = Outcome | Refusal


def decide(
    workflow: Workflow,
    case: Case,
    action_name: str,
    actor: Actor,
    facts: Facts,
    at: datetime,
    *,
    inputs: Mapping[str, str] | None = None,
    day: date | None = None,
) -> Decision:
    """Judge one action at the instant `at` (UTC), taking effect on `day` (default: that day in Stockholm).

    `inputs` are the actor's statements as text, by name; None asks only whether the action is offered.
    Unknown actions are refused like any other, never raised.
    """
    today = at.astimezone(STOCKHOLM).date()
    day = day or today
    action = workflow.actions.get(action_name)
    if action is None:
        return Refusal((Reason("unknown_action", {"action": action_name}),))
    role = role_for(action, actor)
    reasons = [] if facts.conflict is None else [facts.conflict.reason]
    if role is None:
        # What else stands in the way may rest on what whoever has no part in the action does not see.
        return Refusal((*reasons, Reason("wrong_role", {"roles": action.by})))
    reasons += [*_place(case, action), *_timing(case, actor, day, today)]
    reasons += [reason for c in action.requires if (reason := unmet(c, case, facts)) is not None]
    stated: Mapping[str, object] = {}
    if inputs is not None:
        stated, faults = given_inputs.read(action, inputs)
        reasons += faults
    effects: list[dict[str, object]] = []
    if not reasons:
        target = _target(workflow, case, action)
        step = clock_effects.Step(workflow, target, role, None if inputs is None else stated, day)
        effects, refused = clock_effects.resolve(case, action, step)
        reasons += refused
    if reasons:
        return Refusal(tuple(reasons))
    return Outcome(
        _event(workflow, case, action, actor, role, at, day, stated=stated, effects=effects),
        action.notify,
    )


def role_for(action: Action, actor: Actor) -> str | None:
    """The role in which the actor takes the action, or None: then nothing of the case is told in the answer."""
    return next((role for role in action.by if role in actor.roles), None)


def available(
    workflow: Workflow, case: Case, actor: Actor, facts: Facts, at: datetime
) -> list[tuple[Action, Decision]]:
    """Every action that leads on from the case's state, with the decision about it, in the file's order.

    Actions that only the system takes are left out: no reader can do anything about them.
    """
    return [
        (action, decide(workflow, case, action.name, actor, facts, at))
        for action in workflow.actions_from(case.state)
        if action.by != (SYSTEM_ROLE,)
    ]


def expire(workflow: Workflow, case: Case, clock_key: str, facts: Facts, at: datetime) -> Outcome:
    """What follows when a clock's last day has passed: a permanent record, and the file's expiry action.

    When the action cannot be taken, the expiry is recorded alone; a limit that has passed never
    waits for anything (seed 002 leaves the effect unstated, so the file must say it).
    """
    today = at.astimezone(STOCKHOLM).date()
    kind = clock_key.rpartition(".")[0]
    rule = workflow.clocks[kind]
    mark = {"op": "expire", "clock": clock_key, "day": today.isoformat()}
    system = Actor(None, "", frozenset({SYSTEM_ROLE}))
    if rule.on_expiry.action is not None:
        decision = decide(workflow, case, rule.on_expiry.action, system, facts, at, inputs={})
        if isinstance(decision, Outcome):
            event = decision.event
            return Outcome(
                replace(event, kind="clock_expired", clocks=(mark, *event.clocks)),
                tuple(dict.fromkeys((*rule.notify, *decision.notify))),
            )
    event = unchanged(case, "clock_expired", system, SYSTEM_ROLE, at, clocks=(mark,))
    return Outcome(event, tuple(dict.fromkeys((*rule.notify, *rule.escalate))))


def unchanged(
    case: Case,
    kind: str,
    actor: Actor,
    role: str,
    at: datetime,
    *,
    changes: Mapping[str, object] | None = None,
    clocks: tuple[Mapping[str, object], ...] = (),
    inputs: Mapping[str, object] | None = None,
) -> Event:
    """An event that leaves the case in its state: an edit, an assignment, a note, a document, an expiry."""
    return Event(
        seq=case.version + 1,
        kind=kind,
        at=at,
        day=at.astimezone(STOCKHOLM).date(),
        actor=actor,
        role=role,
        action=None,
        state=case.state,
        phase=case.phase,
        waits_for=case.waits_for,
        terminal=case.terminal,
        returns_to=case.returns_to,
        changes=changes or {},
        clocks=clocks,
        inputs=inputs or {},
    )


def opened(
    workflow: Workflow,
    number: str,
    actor: Actor,
    role: str,
    at: datetime,
    fields: Mapping[str, object],
    day: date | None = None,
) -> Event:
    """The first event of a case: its identity, its pinned workflow version and what it is about."""
    state = workflow.initial
    return Event(
        seq=1,
        kind="opened",
        at=at,
        day=day or at.astimezone(STOCKHOLM).date(),
        actor=actor,
        role=role,
        action=None,
        state=state.name,
        phase=state.phase,
        waits_for=state.waits_for,
        terminal=False,
        returns_to=(),
        changes=fields,
        inputs={
            "number": number,
            "process": workflow.process,
            "workflow_version": workflow.version,
            "workflow_sha256": workflow.sha256,
        },
    )


def _place(case: Case, action: Action) -> list[Reason]:
    if case.state in action.sources:
        return []
    return [Reason("wrong_state", {"state": case.state, "process": case.process})]


def _timing(case: Case, actor: Actor, day: date, today: date) -> list[Reason]:
    """A day may lie in the past for the secretariat, but not before the latest step of the case."""
    if day > today:
        return [Reason("day_in_future", {"day": day})]
    if day < case.last_day and day != today:
        return [Reason("day_before_last_event", {"day": day, "last_day": case.last_day})]
    if day != today and actor.roles.isdisjoint(("secretariat", SYSTEM_ROLE)):
        return [Reason("only_secretariat_backdates")]
    return []


def _target(workflow: Workflow, case: Case, action: Action) -> State:
    if action.target is None:
        return workflow.states[case.state]
    if action.target == PREVIOUS:
        return workflow.states[case.returns_to[-1]]
    return workflow.states[action.target]


def _returns_to(case: Case, target: State) -> tuple[str, ...]:
    """Where each interlude leads back to, the outermost first, once the case is in `target`.

    Interludes nest: each remembers where it began. Going back to a place on the way forgets what
    was entered after it, and any other state forgets them all.
    """
    places = (*case.returns_to, case.state)
    if target.name in places:
        return places[: places.index(target.name)]
    return places if target.interlude else ()


def _event(
    workflow: Workflow,
    case: Case,
    action: Action,
    actor: Actor,
    role: str,
    at: datetime,
    day: date,
    *,
    stated: Mapping[str, object],
    effects: list[dict[str, object]],
) -> Event:
    target = _target(workflow, case, action)
    return Event(
        seq=case.version + 1,
        kind="action",
        at=at,
        day=day,
        actor=actor,
        role=role,
        action=action.name,
        state=target.name,
        # A pause belongs to the stage it interrupts.
        phase=case.phase if target.interlude else target.phase,
        waits_for=target.waits_for,
        terminal=target.terminal,
        returns_to=_returns_to(case, target),
        changes=_changes(action, stated),
        clocks=tuple(effects),
        inputs=stated,
    )


def _changes(action: Action, stated: Mapping[str, object]) -> dict[str, object]:
    """New values of fields: as the file says, or "$name" as the actor stated it.

    An optional input that was left blank changes nothing; it does not empty the field.
    """
    changes: dict[str, object] = {}
    for name, value in action.sets.items():
        if not (isinstance(value, str) and value.startswith("$")):
            changes[name] = value
        elif value[1:] in stated:
            changes[name] = stated[value[1:]]
    return changes
