"""From what a workflow file says about clocks to resolved operations on a case's ledgers.

A resolved operation names the clock, the days and the dates, so that the event can be folded
later without the file. An operation that the ledger does not allow is refused with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from nt_process.engine import clock as ledgers
from nt_process.engine.definition import PARTY_OF_ROLE, Action, ClockRule, State, Workflow
from nt_process.engine.snapshot import Case, Clock
from nt_process.kernel.calendar import ONE_DAY, add_months, is_working_day
from nt_process.kernel.reasons import Reason

Effect = dict[str, object]


def resolve(
    workflow: Workflow,
    case: Case,
    action: Action,
    target: State,
    role: str,
    stated: Mapping[str, object] | None,
    day: date,
) -> tuple[list[Effect], list[Reason]]:
    """Every clock operation of `action`, resolved on `day`, and the reasons that stand against it.

    `stated` is None when the action is only being offered: then a missing new date is no fault.
    """
    effects: list[Effect] = []
    reasons: list[Reason] = []
    for wanted in action.clocks:
        match wanted.operation:
            case "start":
                done = _start(workflow.clocks[wanted.clock], case, effects, day)
            case "stop":
                done = _stop(case, wanted.clock, day)
            case "suspend":
                done = _suspend(case, wanted.clock, target, day)
            case "resume":
                done = _resume(case, wanted.clock, day)
            case "extend":
                done = _extend(workflow.clocks[wanted.clock], case, stated, day)
            case "offer":
                done = _offer(workflow.clocks[wanted.clock], case, role, stated, day)
            case "accept":
                done = _accept(workflow.clocks[wanted.clock], case, role, day)
            case "decline":
                done = _decline(case, wanted.clock, role)
            case unknown:
                raise ValueError(f"unknown clock operation {unknown!r}")
        if isinstance(done, Reason):
            reasons.append(done)
        else:
            effects += done
    if target.terminal:
        stopped = {effect["clock"] for effect in effects if effect["op"] == "stop"}
        effects += [effect for effect in _stop(case, "all", day) if effect["clock"] not in stopped]
    return effects, reasons


def limit_in_days(rule: ClockRule, amount: int, start: date) -> int:
    """`amount` of the rule's unit, counted from `start`, as calendar days (1930:173 § 1 for months)."""
    if rule.unit == "months":
        return (add_months(start, amount) - start).days
    if rule.unit == "working_days":
        day, left = start, amount
        while left:
            day += ONE_DAY
            left -= is_working_day(day)
        return (day - start).days
    return amount


def _start(rule: ClockRule, case: Case, effects: list[Effect], day: date) -> list[Effect] | Reason:
    stopped_now = any(effect["op"] == "stop" and _kind(effect) == rule.name for effect in effects)
    if case.open_clock(rule.name) is not None and not stopped_now:
        return Reason("clock_already_open", {"clock": rule.name})
    number = sum(1 for clock in case.clocks if clock.kind == rule.name) + 1
    target = None if rule.target is None else limit_in_days(rule, rule.target, day)
    return [
        {
            "op": "start",
            "clock": f"{rule.name}.{number}",
            "day": day.isoformat(),
            "basis": rule.basis,
            "limit_days": limit_in_days(rule, rule.limit, day),
            "target_days": target,
            "rolls": rule.rolls,
        }
    ]


def _kind(effect: Effect) -> str:
    return str(effect["clock"]).rpartition(".")[0]


def _stop(case: Case, name: str, day: date) -> list[Effect]:
    return [{"op": "stop", "clock": clock.key, "day": day.isoformat()} for clock in _open(case, name)]


def _open(case: Case, name: str) -> list[Clock]:
    return [clock for clock in case.open_clocks if name in ("all", "running", clock.kind)]


def _suspend(case: Case, name: str, target: State, day: date) -> list[Effect]:
    """The day of the request still counts; the suspension begins the day after."""
    return [
        {
            "op": "suspend",
            "clock": clock.key,
            "since": (day + ONE_DAY).isoformat(),
            "waits_for": target.waits_for,
            "reason": target.name,
        }
        for clock in _open(case, name)
        if clock.ledger.runs
    ]


def _resume(case: Case, name: str, day: date) -> list[Effect]:
    """The day of the answer is the last suspended one, as a starting day is never counted.

    With "all", only what the present interlude suspended runs again: a case that was paused while
    it waited for a supplement still waits for the supplement.
    """
    effects: list[Effect] = []
    for clock in _open(case, name):
        suspension = clock.ledger.open_suspension
        if suspension is not None and (name == clock.kind or suspension.reason == case.state):
            effects.append({"op": "resume", "clock": clock.key, "until": day.isoformat()})
    return effects


def _extendable(case: Case, name: str, day: date) -> Clock | Reason:
    clock = case.open_clock(name)
    if clock is None:
        return Reason("clock_not_open", {"clock": name})
    if not clock.ledger.runs:
        return Reason("clock_suspended", {"clock": name})
    last = ledgers.due(clock.ledger)
    if clock.expired or last is None or day > last:
        return Reason("clock_expired", {"clock": name, "due": last})
    return clock


def _new_due(
    rule: ClockRule, clock: Clock, stated: Mapping[str, object] | None, day: date
) -> date | Reason | None:
    """The new last day as stated: later than the old one, and a day on which the clock can end."""
    if stated is None:
        return None
    if "new_due" not in stated:
        return Reason("input_missing", {"input": "new_due"})
    new_due = date.fromisoformat(str(stated["new_due"]))
    old = ledgers.due(clock.ledger)
    if old is not None and new_due <= old:
        return Reason("new_due_not_later", {"new_due": new_due, "due": old})
    if rule.rolls and not is_working_day(new_due):
        return Reason("new_due_not_working_day", {"new_due": new_due})
    if (new_due - clock.ledger.started_on).days > ledgers.MAX_DAYS:
        return Reason("new_due_too_far", {"new_due": new_due})
    return new_due


def _extend(
    rule: ClockRule, case: Case, stated: Mapping[str, object] | None, day: date
) -> list[Effect] | Reason:
    clock = _extendable(case, rule.name, day)
    if isinstance(clock, Reason):
        return clock
    if rule.at_most is not None and clock.ledger.budget >= rule.at_most:
        return Reason("extension_used_up", {"clock": rule.name, "at_most": rule.at_most})
    new_due = _new_due(rule, clock, stated, day)
    if new_due is None:
        return []
    if isinstance(new_due, Reason):
        return new_due
    days = ledgers.extension_to(clock.ledger, new_due)
    if rule.at_most is not None and clock.ledger.budget + days > rule.at_most:
        left = rule.at_most - clock.ledger.budget
        return Reason("extension_too_long", {"clock": rule.name, "days": days, "left": left})
    reason = "" if stated is None else str(stated.get("reason", ""))
    return [_extension(clock, days, day, new_due, reason)]


def _extension(clock: Clock, days: int, day: date, new_due: date, reason: str = "") -> Effect:
    return {
        "op": "extend",
        "clock": clock.key,
        "days": days,
        "day": day.isoformat(),
        "agreed_due": new_due.isoformat(),
        "reason": reason,
    }


def _offer(
    rule: ClockRule, case: Case, role: str, stated: Mapping[str, object] | None, day: date
) -> list[Effect] | Reason:
    clock = _extendable(case, rule.name, day)
    if isinstance(clock, Reason):
        return clock
    new_due = _new_due(rule, clock, stated, day)
    if new_due is None:
        return []
    if isinstance(new_due, Reason):
        return new_due
    return [
        {
            "op": "offer",
            "clock": clock.key,
            "party": PARTY_OF_ROLE[role],
            "new_due": new_due.isoformat(),
            "day": day.isoformat(),
        }
    ]


def _standing_offer(case: Case, name: str, role: str) -> ledgers.Offer | Reason:
    clock = case.open_clock(name)
    offer = None if clock is None else clock.ledger.offer
    if offer is None:
        return Reason("no_offer", {"clock": name})
    if offer.party == PARTY_OF_ROLE[role]:
        return Reason("own_offer", {"clock": name})
    return offer


def _accept(rule: ClockRule, case: Case, role: str, day: date) -> list[Effect] | Reason:
    """Both have then agreed to the same new date, before expiry (seed 002, proposal 6)."""
    offer = _standing_offer(case, rule.name, role)
    if isinstance(offer, Reason):
        return offer
    clock = _extendable(case, rule.name, day)
    if isinstance(clock, Reason):
        return Reason("offer_lapsed", clock.params) if clock.code == "clock_expired" else clock
    days = ledgers.extension_to(clock.ledger, offer.new_due)
    if days <= 0:
        return Reason("offer_overtaken", {"clock": rule.name, "new_due": offer.new_due})
    return [_extension(clock, days, day, offer.new_due)]


def _decline(case: Case, name: str, role: str) -> list[Effect] | Reason:
    offer = _standing_offer(case, name, role)
    if isinstance(offer, Reason):
        return offer
    clock = case.open_clock(name)
    assert clock is not None, "an offer stands on an open clock"
    return [{"op": "decline", "clock": clock.key}]
