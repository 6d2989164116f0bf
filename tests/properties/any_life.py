"""A case taken through anything that can happen to it, in any order, by anybody, in any process.

A machine per process says which one; what must hold of every case is said here, once.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from nt_process.audit.log import GENESIS, event_of, row_of
from nt_process.engine.clock import days_left, days_used, due
from nt_process.engine.conditions import Facts
from nt_process.engine.decide import Outcome, Refusal, available, decide, expire, opened, unchanged
from nt_process.engine.definition import DOCUMENT_KINDS, ROLES, SYSTEM_ROLE, Action, Workflow
from nt_process.engine.snapshot import Actor, Case, Event, evolve, fold
from nt_process.kernel.calendar import next_working_day

PEOPLE = {role: Actor(role, role.title(), frozenset({role})) for role in ROLES}
SECRETARY = PEOPLE["secretariat"]
EVERYBODY = (*PEOPLE.values(), Actor("n", "Nobody", frozenset()), Actor(None, "", frozenset({SYSTEM_ROLE})))
COMPLETE = Facts(document_kinds=frozenset(DOCUMENT_KINDS))
FIELDS = {
    "medicine": "Aurelumab",
    "owner_id": "s",
    "owner": "Secretary",
    "company_id": "c",
    "company": "Company",
    "orphan": True,
    "oncology": False,
    "authorised_on": "2025-11-03",
}

anybody = st.sampled_from(EVERYBODY)
any_facts = st.sampled_from([COMPLETE, Facts()])
any_text = st.one_of(
    st.sampled_from(["", "can", "2026-06-22", "2027-01-04", "2026-W30-1", "9999-12-31", "\x00", "\ud800"]),
    st.text(max_size=10),
)
any_inputs = st.dictionaries(
    st.sampled_from(["question", "new_due", "outcome", "reason", "colour"]), any_text
)


def valid_inputs(case: Case, action: Action) -> dict[str, str]:
    """Something that a reader of the form could have filled in."""
    return {
        wanted.name: {"text": "text", "choice": next(iter(wanted.choices), ""), "date": _later(case, action)}[
            wanted.type
        ]
        for wanted in action.inputs
    }


def _later(case: Case, action: Action) -> str:
    """The first working day after the last day of the clock that the action would extend."""
    clock = next((case.open_clock(effect.clock) for effect in action.clocks), None)
    last = None if clock is None else due(clock.ledger)
    return "" if last is None else next_working_day(last + timedelta(days=1)).isoformat()


def stored(event: Event) -> Event:
    row: dict[str, Any] = row_of("00000000-0000-0000-0000-000000000001", event, GENESIS)
    return event_of({**row, "body": json.loads(json.dumps(row["body"]))})


class AnyLife(RuleBasedStateMachine):
    """The case after each event is kept beside the log, so that every earlier moment can be compared."""

    workflow: ClassVar[Workflow]

    def __init__(self) -> None:
        super().__init__()
        self.at = datetime.combine(date(2026, 1, 12), time(11, 0), UTC)
        self.log = [opened(self.workflow, "NT-2026-0001", SECRETARY, "secretariat", self.at, FIELDS)]
        self.history = [evolve(None, self.log[0])]

    @property
    def case(self) -> Case:
        return self.history[-1]

    @property
    def today(self) -> date:
        return self.at.date()

    def record(self, event: Event) -> None:
        self.log.append(stored(event))
        self.history.append(evolve(self.case, event))

    def act(self, name: str, actor: Actor) -> None:
        inputs = valid_inputs(self.case, self.workflow.actions[name])
        decision = decide(self.workflow, self.case, name, actor, COMPLETE, self.at, inputs=inputs)
        assert isinstance(decision, Outcome), (name, decision)
        self.record(decision.event)

    @rule(days=st.one_of(st.integers(0, 3), st.integers(0, 60)), hours=st.integers(0, 10))
    def wait(self, days: int, hours: int) -> None:
        self.at += timedelta(days=days)
        self.at = self.at.replace(hour=11 + hours % 11)

    @rule(choices=st.lists(st.integers(0, 999), min_size=1, max_size=6))
    def take_what_is_offered(self, choices: list[int]) -> None:
        """Some steps onward, each by somebody who may take it; an end `try_anything` reaches soon enough."""
        for choice in choices:
            onward = [
                (action.name, actor)
                for actor in PEOPLE.values()
                for action, decision in available(self.workflow, self.case, actor, COMPLETE, self.at)
                if isinstance(decision, Outcome) and not decision.event.terminal
            ]
            if onward:
                self.act(*onward[choice % len(onward)])

    @rule(data=st.data(), actor=anybody, facts=any_facts, inputs=any_inputs, back=st.integers(-1, 40))
    def try_anything(
        self, data: st.DataObject, actor: Actor, facts: Facts, inputs: dict[str, str], back: int
    ) -> None:
        """Whatever is asked, the answer is an outcome or a refusal with reasons, and never an error."""
        nearby = [action.name for action in self.workflow.actions_from(self.case.state)]
        name = data.draw(st.sampled_from([*nearby, *self.workflow.actions, "fly"]))
        if name in nearby and data.draw(st.booleans()):
            inputs = valid_inputs(self.case, self.workflow.actions[name])
        day = self.today - timedelta(days=back)
        decision = decide(self.workflow, self.case, name, actor, facts, self.at, inputs=inputs, day=day)
        if isinstance(decision, Refusal):
            assert decision.reasons
        else:
            assert self.case.state in self.workflow.actions[name].sources
            assert set(self.workflow.actions[name].by) & actor.roles
            assert self.case.last_day <= decision.event.day <= self.today
            self.record(decision.event)

    @rule()
    def sweep(self) -> None:
        for clock in self.case.open_clocks:
            last = due(clock.ledger)
            if last is not None and last < self.today and not clock.expired and not self.case.terminal:
                self.record(expire(self.workflow, self.case, clock.key, COMPLETE, self.at).event)

    @rule(text=st.text(max_size=5))
    def write_a_note(self, text: str) -> None:
        note = unchanged(
            self.case,
            "note",
            SECRETARY,
            "secretariat",
            self.at,
            inputs={"text": text},
            changes={"owner": text},
        )
        self.record(note)

    @invariant()
    def the_log_gives_back_every_moment(self) -> None:
        assert fold(self.log) == self.case
        half = len(self.log) // 2
        if half:
            assert fold(self.log[:half]) == self.history[half - 1]

    @invariant()
    def what_is_offered_can_be_done(self) -> None:
        for actor in EVERYBODY:
            for action, decision in available(self.workflow, self.case, actor, COMPLETE, self.at):
                inputs = valid_inputs(self.case, action)
                done = decide(self.workflow, self.case, action.name, actor, COMPLETE, self.at, inputs=inputs)
                assert isinstance(done, type(decision)), (action.name, decision, done)

    @invariant()
    def no_day_is_lost_or_invented(self) -> None:
        for clock in self.case.clocks:
            used, left = days_used(clock.ledger, self.today), days_left(clock.ledger, self.today)
            assert used + left == clock.ledger.budget
            assert min(used, left) >= 0

    @invariant()
    def clocks_are_in_order(self) -> None:
        """One open clock of each kind at most, one open suspension at most, and none at the end."""
        assert all(count == 1 for count in Counter(clock.kind for clock in self.case.open_clocks).values())
        assert len({clock.key for clock in self.case.clocks}) == len(self.case.clocks)
        for clock in self.case.clocks:
            assert all(pause.until is not None for pause in clock.ledger.suspensions[:-1])
            assert all(
                pause.until is None or pause.since <= pause.until for pause in clock.ledger.suspensions
            )
            assert all(extension.days > 0 for extension in clock.ledger.extensions)
            assert clock.ledger.offer is None or clock.status != "stopped"
        if self.case.terminal:
            assert self.case.open_clocks == ()

    @invariant()
    def an_extended_clock_ends_on_the_day_agreed_unless_a_pause_came_after(self) -> None:
        for clock in self.case.clocks:
            if clock.ledger.extensions and clock.ledger.open_suspension is None:
                agreed, last = clock.ledger.extensions[-1].agreed_due, due(clock.ledger)
                assert agreed is not None
                assert last is not None
                assert last >= agreed
                paused_later = any(
                    pause.since > clock.ledger.extensions[-1].decided_on for pause in clock.ledger.suspensions
                )
                assert paused_later or last == agreed

    @invariant()
    def there_is_a_way_back_from_every_interlude_and_from_nowhere_else(self) -> None:
        case = self.case
        assert bool(case.returns_to) == self.workflow.states[case.state].interlude
        assert case.state not in case.returns_to
        assert len(set(case.returns_to)) == len(case.returns_to)

    @invariant()
    def unilateral_extensions_stay_within_their_bound(self) -> None:
        for clock in self.case.clocks:
            bound = self.workflow.clocks[clock.kind].at_most
            assert bound is None or clock.ledger.budget <= bound
