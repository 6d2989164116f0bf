"""A process small enough to hold in the head, with one of everything the engine can do.

    draft ──▶ assessment ──▶ negotiation ──▶ done
                 │  ▲            │   ▲
         waiting ┘  └─ paused ───┘───┘      (interludes: they lead back to where they began)

The clock "review" is statutory (120 within 150 days, at most 180 by extensions of one party alone);
"talks" is a limit by policy that only both parties can extend; "answer" belongs to the company.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from nt_process.engine.clock import Ledger
from nt_process.engine.conditions import Facts
from nt_process.engine.decide import Decision, Outcome, Refusal, decide, opened
from nt_process.engine.definition import (
    AUDIENCES,
    DEFAULT_LADDER,
    PREVIOUS,
    Action,
    ClockEffect,
    ClockRule,
    Condition,
    Expiry,
    Input,
    State,
    Text,
    Workflow,
)
from nt_process.engine.snapshot import Actor, Case, Event, evolve
from nt_process.kernel.calendar import STOCKHOLM

SECRETARY = Actor("s", "Secretary", frozenset({"secretariat"}))
COMPANY = Actor("c", "Contact", frozenset({"company_contact"}), "Company")
ASSESSOR = Actor("t", "Assessor", frozenset({"tlv_assessor"}), "TLV")
NOBODY = Actor("n", "Nobody", frozenset())
CLOCKWORK = Actor(None, "", frozenset({"system"}))

COMPLETE = Facts(document_kinds=frozenset({"application"}))
MONDAY = date(2026, 1, 12)


def named(name: str) -> Text:
    return Text(f"{name} (sv)", f"{name} (en)")


def state(
    name: str,
    phase: str,
    waits_for: str,
    *,
    initial: bool = False,
    terminal: bool = False,
    interlude: bool = False,
) -> State:
    return State(
        name,
        labels={audience: named(name) for audience in AUDIENCES},
        phase=phase,
        waits_for=waits_for,
        owner=None if terminal else "secretariat",
        initial=initial,
        terminal=terminal,
        interlude=interlude,
    )


def clock(
    name: str,
    limit: int,
    *,
    basis: str = "policy",
    unit: str = "days",
    target: int | None = None,
    at_most: int | None = None,
    on_expiry: str | None = None,
) -> ClockRule:
    return ClockRule(
        name=name,
        label=named(name),
        basis=basis,
        unit=unit,
        limit=limit,
        target=target,
        at_most=at_most,
        rolls=basis == "statute",
        ladder=DEFAULT_LADDER,
        notify=("owner",),
        escalate=("management",),
        on_expiry=Expiry(on_expiry),
        source=named("test"),
    )


def wanted(name: str, kind: str = "text", *, required: bool = True, choices: tuple[str, ...] = ()) -> Input:
    return Input(name, named(name), kind, required, choices={choice: named(choice) for choice in choices})


def action(
    name: str,
    sources: tuple[str, ...],
    target: str | None,
    by: tuple[str, ...] = ("secretariat",),
    *,
    requires: tuple[Condition, ...] = (),
    inputs: tuple[Input, ...] = (),
    clocks: tuple[tuple[str, str], ...] = (),
    sets: Mapping[str, object] | None = None,
    notify: tuple[str, ...] = (),
) -> Action:
    effects = tuple(ClockEffect(operation, name) for operation, name in clocks)
    return Action(
        name,
        named(name),
        sources,
        target,
        by,
        requires,
        inputs,
        effects,
        sets or {},
        notify,
        source=named("test"),
    )


def process(*states: State, actions: tuple[Action, ...], clocks: tuple[ClockRule, ...]) -> Workflow:
    return Workflow(
        process="small",
        version=1,
        label=named("small"),
        regime="collaboration",
        sha256="0" * 64,
        source=named("test"),
        states={one.name: one for one in states},
        actions={one.name: one for one in actions},
        clocks={one.name: one for one in clocks},
    )


BOTH = ("secretariat", "company_contact")
OPEN_STATES = ("assessment", "negotiation", "waiting", "paused")

SMALL = process(
    state("draft", "horizon", "council", initial=True),
    state("assessment", "assessment", "tlv"),
    state("waiting", "assessment", "company", interlude=True),
    state("paused", "assessment", "council", interlude=True),
    state("negotiation", "negotiation", "company"),
    state("done", "closed", "none", terminal=True),
    clocks=(
        clock("review", 150, basis="statute", target=120, at_most=180),
        clock("talks", 60, on_expiry="talks_ended"),
        clock("answer", 2, unit="months"),
    ),
    actions=(
        action(
            "order_review",
            ("draft",),
            "assessment",
            requires=(Condition("owner"), Condition("document", "application")),
            clocks=(("start", "review"),),
            notify=("tlv",),
        ),
        action("rewrite", ("draft",), "draft", sets={"medicine": "$medicine", "outcome": "can"},
               inputs=(wanted("medicine", required=False),)),
        action(
            "ask_company",
            ("assessment", "negotiation"),
            "waiting",
            ("secretariat", "tlv_assessor"),
            inputs=(wanted("question"),),
            clocks=(("suspend", "running"), ("start", "answer")),
        ),
        action("ask_again", ("waiting",), "waiting", inputs=(wanted("question"),)),
        action(
            "answer_question",
            ("waiting",),
            PREVIOUS,
            BOTH,
            clocks=(("stop", "answer"), ("resume", "all")),
        ),
        action("pause", ("assessment", "negotiation", "waiting"), "paused", clocks=(("suspend", "all"),)),
        action("unpause", ("paused",), PREVIOUS, clocks=(("resume", "all"),)),
        action(
            "extend_review",
            ("assessment",),
            None,
            ("tlv_assessor",),
            inputs=(wanted("new_due", "date"), wanted("reason", required=False)),
            clocks=(("extend", "review"),),
        ),
        action("deliver", ("assessment",), "negotiation", ("tlv_assessor",), clocks=(("stop", "review"),)),
        action("activate", ("negotiation",), None, BOTH,
               requires=(Condition("not_open", "talks"),), clocks=(("start", "talks"),)),
        action("offer_time", ("negotiation",), None, BOTH,
               inputs=(wanted("new_due", "date"),), clocks=(("offer", "talks"),)),
        action("accept_time", ("negotiation",), None, BOTH, clocks=(("accept", "talks"),)),
        action("decline_time", ("negotiation",), None, BOTH, clocks=(("decline", "talks"),)),
        action("talks_ended", ("negotiation",), "done", ("system",), sets={"outcome": "should_not"}),
        action("restart_talks", ("negotiation",), None, clocks=(("stop", "talks"), ("start", "talks"))),
        action(
            "decide",
            ("negotiation",),
            "done",
            inputs=(wanted("outcome", "choice", choices=("can", "should")),),
            sets={"outcome": "$outcome"},
        ),
        action("withdraw", OPEN_STATES, "done", ("company_contact",)),
    ),
)  # fmt: skip


def noon(day: date) -> datetime:
    """An instant of which both the day in Stockholm and the day in UTC are `day`."""
    return datetime.combine(day, time(11, 0), UTC)


def opening(workflow: Workflow = SMALL, **fields: object) -> Event:
    about = {"owner_id": "s", **fields}
    return opened(workflow, "NT-2026-0001", SECRETARY, "secretariat", noon(MONDAY), about)


class Desk:
    """A case on a desk: take actions on it, keep its log. Days are counted from the day it was opened."""

    def __init__(self, workflow: Workflow = SMALL, **fields: object) -> None:
        self.workflow = workflow
        self.events = [opening(workflow, **fields)]
        self.case: Case = evolve(None, self.events[0])
        self.today = MONDAY

    def wait(self, days: int) -> Desk:
        self.today += timedelta(days=days)
        return self

    def try_to(
        self, name: str, actor: Actor = SECRETARY, *, day: date | None = None, **inputs: str
    ) -> Decision:
        return decide(
            self.workflow, self.case, name, actor, COMPLETE, noon(self.today), inputs=inputs, day=day
        )

    def take(self, name: str, actor: Actor = SECRETARY, *, day: date | None = None, **inputs: str) -> Desk:
        decision = self.try_to(name, actor, day=day, **inputs)
        assert isinstance(decision, Outcome), (name, decision)
        self.record(decision.event)
        return self

    def record(self, event: Event) -> None:
        self.events.append(event)
        self.case = evolve(self.case, event)

    def refused(
        self, name: str, actor: Actor = SECRETARY, *, day: date | None = None, **inputs: str
    ) -> list[str]:
        """The codes of the reasons against an action, in order; empty when it is allowed."""
        return codes(self.try_to(name, actor, day=day, **inputs))

    def ledger(self, kind: str) -> Ledger:
        found = self.case.clock(kind)
        assert found is not None, kind
        return found.ledger


def codes(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.reasons] if isinstance(decision, Refusal) else []


def stockholm_midnight(day: date) -> datetime:
    """The instant at which `day` begins in Stockholm, in UTC."""
    return datetime.combine(day, time(0, 0), STOCKHOLM).astimezone(UTC)
