"""From what a workflow file says about clocks to resolved operations on a case's ledgers.

A resolved operation names the clock, the days and the dates, so that the event can be folded
later without the file. An operation that the ledger does not allow is refused with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from nt_process.engine import clock as ledgers
from nt_process.engine.definition import PARTY_OF_ROLE, Action, ClockRule, State, Workflow
from nt_process.engine.snapshot import Case, Clock, apply_effects
from nt_process.kernel.calendar import ONE_DAY, add_months, is_working_day, next_working_day
from nt_process.kernel.reasons import Reason

Effect = dict[str, object]


@dataclass(frozen=True, slots=True)
class Step:
    """What the operations of one action have in common.

    `stated` is None when the action is only being offered: then a missing new date is no fault.
    """

    workflow: Workflow
    target: State
    role: str
    stated: Mapping[str, object] | None
    day: date


def resolve(case: Case, action: Action, step: Step) -> tuple[list[Effect], list[Reason]]:
    """Every clock operation of `action`, resolved on the step's day, and the reasons that stand against it.

    Each operation meets the clocks as those before it left them, so "stop" and then "start" begins
    the next clock of its kind, and no clock is suspended twice.
    """
    effects: list[Effect] = []
    reasons: list[Reason] = []
    for wanted in action.clocks:
        done = _OPERATIONS[wanted.operation](case, wanted.clock, step)
        if isinstance(done, Reason):
            reasons.append(done)
        else:
            effects += done
            case = replace(case, clocks=apply_effects(case.clocks, done))
    if step.target.terminal:
        effects += _stop(case, "all", step)
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


def _start(case: Case, name: str, step: Step) -> list[Effect] | Reason:
    rule, day = step.workflow.clocks[name], step.day
    if case.open_clock(rule.name) is not None:
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


def _stop(case: Case, name: str, step: Step) -> list[Effect]:
    return [{"op": "stop", "clock": clock.key, "day": step.day.isoformat()} for clock in _open(case, name)]


def _open(case: Case, name: str) -> list[Clock]:
    return [clock for clock in case.open_clocks if name in ("all", "running", clock.kind)]


def _suspend(case: Case, name: str, step: Step) -> list[Effect]:
    """The day of the request still counts; the suspension begins the day after."""
    return [
        {
            "op": "suspend",
            "clock": clock.key,
            "since": (step.day + ONE_DAY).isoformat(),
            "waits_for": step.target.waits_for,
            "reason": step.target.name,
        }
        for clock in _open(case, name)
        if clock.ledger.runs
    ]


def _resume(case: Case, name: str, step: Step) -> list[Effect]:
    """The day of the answer is the last suspended one, as a starting day is never counted.

    With "all", only what the present interlude suspended runs again: a case that was paused while
    it waited for a supplement still waits for the supplement.
    """
    effects: list[Effect] = []
    for clock in _open(case, name):
        suspension = clock.ledger.open_suspension
        if suspension is not None and (name == clock.kind or suspension.reason == case.state):
            effects.append({"op": "resume", "clock": clock.key, "until": step.day.isoformat()})
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


def _new_due(rule: ClockRule, clock: Clock, stated: Mapping[str, object]) -> date | Reason:
    """The new last day as stated: later than the old one, and a day on which the clock can end."""
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


def _extend(case: Case, name: str, step: Step) -> list[Effect] | Reason:
    """An extension by one party alone, within the rule's `at_most`."""
    rule = step.workflow.clocks[name]
    clock = _extendable(case, name, step.day)
    if isinstance(clock, Reason):
        return clock
    left = None if rule.at_most is None else rule.at_most - clock.ledger.budget
    if left is not None and _shortest_extension(rule, clock) > left:
        return Reason("extension_used_up", {"clock": name, "at_most": rule.at_most})
    if step.stated is None:
        return []
    new_due = _new_due(rule, clock, step.stated)
    if isinstance(new_due, Reason):
        return new_due
    days = ledgers.extension_to(clock.ledger, new_due)
    if left is not None and days > left:
        return Reason("extension_too_long", {"clock": name, "days": days, "left": left})
    return [_extension(clock, step.day, new_due, str(step.stated.get("reason", "")))]


def _shortest_extension(rule: ClockRule, clock: Clock) -> int:
    """Days that the smallest possible extension adds: to the first later day on which the clock can end."""
    earliest = (ledgers.due(clock.ledger) or clock.ledger.started_on) + ONE_DAY
    return ledgers.extension_to(clock.ledger, next_working_day(earliest) if rule.rolls else earliest)


def _extension(clock: Clock, day: date, new_due: date, reason: str = "") -> Effect:
    return {
        "op": "extend",
        "clock": clock.key,
        "days": ledgers.extension_to(clock.ledger, new_due),
        "day": day.isoformat(),
        "agreed_due": new_due.isoformat(),
        "reason": reason,
    }


def _offer(case: Case, name: str, step: Step) -> list[Effect] | Reason:
    clock = _extendable(case, name, step.day)
    if isinstance(clock, Reason):
        return clock
    if step.stated is None:
        return []
    new_due = _new_due(step.workflow.clocks[name], clock, step.stated)
    if isinstance(new_due, Reason):
        return new_due
    return [
        {
            "op": "offer",
            "clock": clock.key,
            "party": PARTY_OF_ROLE[step.role],
            "new_due": new_due.isoformat(),
            "day": step.day.isoformat(),
        }
    ]


def _standing_offer(case: Case, name: str, role: str) -> tuple[Clock, ledgers.Offer] | Reason:
    clock = case.open_clock(name)
    if clock is None or clock.ledger.offer is None:
        return Reason("no_offer", {"clock": name})
    if clock.ledger.offer.party == PARTY_OF_ROLE[role]:
        return Reason("own_offer", {"clock": name})
    return clock, clock.ledger.offer


def _accept(case: Case, name: str, step: Step) -> list[Effect] | Reason:
    """Both have then agreed to the same new date, before expiry (seed 002, proposal 6)."""
    standing = _standing_offer(case, name, step.role)
    if isinstance(standing, Reason):
        return standing
    clock, offer = standing
    refused = _extendable(case, name, step.day)
    if isinstance(refused, Reason):
        return Reason("offer_lapsed", refused.params) if refused.code == "clock_expired" else refused
    last = ledgers.due(clock.ledger)
    if last is None or offer.new_due <= last:
        return Reason("offer_overtaken", {"clock": name, "new_due": offer.new_due})
    return [_extension(clock, step.day, offer.new_due)]


def _decline(case: Case, name: str, step: Step) -> list[Effect] | Reason:
    standing = _standing_offer(case, name, step.role)
    if isinstance(standing, Reason):
        return standing
    return [{"op": "decline", "clock": standing[0].key}]


_OPERATIONS: Mapping[str, Callable[[Case, str, Step], list[Effect] | Reason]] = {
    "start": _start,
    "stop": _stop,
    "suspend": _suspend,
    "resume": _resume,
    "extend": _extend,
    "offer": _offer,
    "accept": _accept,
    "decline": _decline,
}
