"""The life of an ordinary case: it stays in each state for a while, and goes on by what is offered there.

How long a stay lasts, and what comes after it, is left to chance within the rules of the workflow file.
Typical stays are lognormal: half are shorter than the stated median, and a few are much longer. Their
medians follow published figures where there are any: TLV's decisions on new medicines took 101 days on
average in 2018 and none more than 180 (TLV, 2019-02-25); Norwegian price negotiations took 55 days at
the median in 2021, between 3 and 617 (Nye metoder); the Norwegian meeting is monthly.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from nt_process.cases import service
from nt_process.cases.store import Loaded
from nt_process.demo.work import CaseWork, Steps, is_possible, last_working_day, roles_for, working_hour
from nt_process.engine import clock
from nt_process.engine.definition import Action
from nt_process.engine.walk import is_swept
from nt_process.kernel.calendar import ONE_DAY, add_months, next_working_day

# State -> the median stay in days.
STAYS: Mapping[str, int] = {
    "horizon": 35, "early_report": 68, "nominated": 17, "collaboration_decision": 28, "preparation": 17,
    "waiting_for_approval": 110, "assessment_invited": 14, "assessment": 101, "limited_assessment": 62,
    "supplement_requested": 18, "deliberation": 16, "negotiation": 55, "ended_without_agreement": 8,
    "recommendation": 30, "announced": 14, "appealed": 130, "decided": 9, "introduction": 70, "follow_up": 420,
    "reassessment": 75, "dormant": 110, "withdrawn": 12, "awaiting_application": 75, "registration": 7,
    "completion_requested": 5, "tripartite_requested": 8, "tripartite_offered": 8, "board_decision": 24,
    "benefit_rejected": 16, "price_increase": 65, "price_supplement_requested": 15,
}  # fmt: skip
_SPREAD = 0.45

# Action -> how readily it is taken among those that end a stay; 3 when not stated.
WEIGHTS: Mapping[str, float] = {
    "decline_application": 0.3, "dismiss_application": 0.3, "do_not_select": 0.7, "await_approval": 1,
    "decline_invitation": 0.3, "request_supplement": 0.9, "request_completion": 0.9,
    "proceed_without_supplement": 0.3, "start_negotiation": 4, "submit_to_council": 1.2,
    "end_without_agreement": 0.4, "return_to_negotiation": 0.2, "record_appeal": 0.2, "record_annulment": 1,
    "record_remittal": 0.3, "change_decision": 0.2,
    "start_reassessment": 0.5, "revise_recommendation": 1, "close_case": 2.5, "supersede": 0.015,
    "make_dormant": 0.05, "discontinue": 0.08, "record_authorisation_refused": 0.03, "withdraw": 0.08,
    "continue_on_own_motion": 1, "request_tripartite": 0.4, "offer_tripartite": 0.8, "decline_tripartite": 0.7,
    "refuse_tripartite": 0.6, "reject_benefit": 0.7, "refuse_price_increase": 1.5, "withdraw_price_increase": 0.4,
    "request_price_supplement": 1,
}  # fmt: skip
_WEIGHT = 3.0
# The wish to leave a matter to its clock, where the clock takes an action of its own.
_LEFT_TO_THE_CLOCK = 0.3
_LEFT_TO_THE_CLOCK_IN = {"announced": 6.0, "follow_up": 2.0, "decided": 0.0, "introduction": 0.0}

# These do not hurry anybody: they run beside the stay, and are kept by renewing them.
_BESIDE = frozenset({"reassessment_due", "interim_wait", "follow_up_report"})

_ADVISED_TO_WAIT = frozenset(
    {"preparation", "waiting_for_approval", "assessment", "negotiation", "recommendation"}
)

_LATE = 0.06
# In the last weeks only the cases told in advance are late, so that as many are overdue whenever the demo starts.
_PUNCTUAL = timedelta(days=75)

# These cut a stay short.
_INTERRUPTIONS = frozenset({
    "request_supplement", "request_price_supplement", "withdraw", "withdraw_price_increase", "make_dormant",
    "supersede", "discontinue", "record_authorisation_refused",
})  # fmt: skip
# TLV's board needs this many of the statutory days for itself.
_FOR_THE_BOARD = timedelta(days=32)


@dataclass(frozen=True, slots=True)
class Plan:
    """What sets one ordinary case apart: the day it is opened, and whether it is about a higher price."""

    opened_on: date
    price_increase: bool = False


def lived(work: CaseWork, plan: Plan, today: date) -> Steps:
    """The life of an ordinary case until it ends, or as far as it gets by `today`."""
    at = working_hour(next_working_day(plan.opened_on), work.chance)
    yield at
    work.open(at)
    at += timedelta(minutes=work.chance.randrange(10, 300))
    yield at
    work.assign(at)
    while not (loaded := work.look(at)).case.terminal:
        at = yield from _Stay(work, plan, loaded, at, today).steps()
    return at


class _Stay:
    """One stay in one state: what is done meanwhile, and what ends it."""

    def __init__(self, work: CaseWork, plan: Plan, loaded: Loaded, since: datetime, today: date) -> None:
        self.work, self.chance, self.since = work, work.chance, since
        self.case = loaded.case
        self.state = loaded.case.state
        self.workflow = service.workflow_of(loaded.case)
        self.left_by = self._choose(loaded, plan)
        self.until = self._end(today)

    def steps(self) -> Steps:
        """Everything of this stay, in order of time; over when the state has changed, however it did."""
        at = self.since
        for moment, action in sorted(self._meanwhile()):
            if at < moment < self.until:
                at = moment
                yield at
                if (loaded := self.work.look(at)).case.state != self.state:
                    return at
                at = yield from self._perhaps(loaded, action, at)
        at = max(self.until, at + timedelta(minutes=10))
        yield at
        loaded = self.work.look(at)
        if loaded.case.state == self.state and self.left_by:
            at = yield from self._perhaps(loaded, self.left_by, at)
        return at

    def _perhaps(self, loaded: Loaded, action: str, at: datetime) -> Steps:
        """Take the action if it is still offered; an empty name is a note."""
        if not action:
            self.work.note(at)
        elif is_possible(loaded, action, at):
            at = yield from self.work.act(at, action)
        return at

    def _choose(self, loaded: Loaded, plan: Plan) -> str:
        """The action that will end the stay; empty to leave it to the clock."""
        weights: dict[str, float] = {}
        for action in self.workflow.actions_from(self.state):
            if self._leads_on(action, plan) and roles_for(loaded, action, self.since):
                weights[action.name] = WEIGHTS.get(action.name, _WEIGHT)
        if self._expiry() is not None or self._is_swept() or not weights:
            weights[""] = _LEFT_TO_THE_CLOCK_IN.get(self.state, _LEFT_TO_THE_CLOCK) if weights else 1
        return self.chance.choices(list(weights), list(weights.values()))[0]

    def _leads_on(self, action: Action, plan: Plan) -> bool:
        if action.target in (None, self.state):
            return False
        if self.state == "horizon" and self.work.process == "forman":
            return (action.name == "apply_price_increase") is plan.price_increase
        return not (action.name == "await_approval" and self.case.field("authorised_on"))

    def _is_swept(self) -> bool:
        """Whether the system leads on from this state by itself, once everything that is waited for has come."""
        return any(is_swept(action) for action in self.workflow.actions_from(self.state))

    def _expiry(self) -> date | None:
        """The last day of a clock that leads on from this state by itself."""
        for one in self.case.open_clocks:
            taken = self.workflow.clocks[one.kind].on_expiry.action
            if taken is not None and self.state in self.workflow.actions[taken].sources:
                return clock.due(one.ledger)
        return None

    def _end(self, today: date) -> datetime:
        """When the stay ends: after a typical while, and in time for the clocks, but for a few."""
        began = service.today_of(self.since)
        days = STAYS[self.state] * math.exp(self.chance.gauss(0, _SPREAD))
        if self.left_by in _INTERRUPTIONS:
            days *= self.chance.uniform(0.2, 0.8)
        day = began + timedelta(days=round(days))
        last = self._expiry()
        if not self.left_by and last is not None:
            return working_hour(last + ONE_DAY, self.chance)
        limit = self._limit()
        if limit is not None and day > limit:
            day = self._near(limit, today)
        return working_hour(last_working_day(max(day, began)), self.chance)

    def _limit(self) -> date | None:
        """The day by which the present step is to be taken."""
        days = []
        for one in self.case.open_clocks:
            last = clock.due(one.ledger)
            if last is not None and one.kind not in _BESIDE:
                before_board = one.kind == "tlv_decision" and self.state != "board_decision"
                days.append(last - _FOR_THE_BOARD if before_board else last)
        return min(days, default=None)

    def _near(self, limit: date, today: date) -> date:
        """Just in time, or in a few cases too late. TLV's statutory limits are always kept (TLV, 2019-02-25)."""
        statutory = any(one.basis == "statute" for one in self.case.open_clocks)
        if not statutory and limit < today - _PUNCTUAL and self.chance.random() < _LATE:
            return limit + timedelta(days=self.chance.randrange(3, 30))
        return limit - timedelta(days=self.chance.randrange(6))

    def _meanwhile(self) -> Iterator[tuple[datetime, str]]:
        """What is done during the stay and does not end it: instants and actions, a note without a name."""
        if self.chance.random() < 0.35:
            yield self._moment(), ""
        if self.state in _ADVISED_TO_WAIT and self.chance.random() < 0.12:
            yield self._moment(), "publish_interim_wait"
        yield from self._renewals("interim_wait", "renew_interim_wait", 6)
        match self.state:
            case "introduction":
                for _region in range(self.chance.randrange(6, 20)):
                    yield self._moment(), "report_regional_decision"
            case "follow_up":
                yield from self._renewals("follow_up_report", "record_follow_up_report", 12)
            case "negotiation":
                yield from self._negotiation()
            case "announced":
                yield self._moment(0.05, 0.4), "announce_minutes"
            case "assessment" if self.chance.random() < 0.12:
                yield from self._pair("request_deferment", "grant_deferment")
            case "price_increase" if self.chance.random() < 0.2:
                yield self._moment(), "extend_price_increase"

    def _negotiation(self) -> Iterator[tuple[datetime, str]]:
        if self.chance.random() < 0.85:
            yield self._moment(0.05, 0.3), "activate_limit"
        if self.chance.random() < 0.35:
            answer = self.chance.choices(("accept_extension", "decline_extension", ""), (3, 2, 1))[0]
            yield from self._pair("offer_extension", answer)

    def _pair(self, action: str, answer: str) -> Iterator[tuple[datetime, str]]:
        """An action and, some days later, what answers it."""
        first = self._moment(0.5, 0.8)
        yield first, action
        day = next_working_day(service.today_of(first) + timedelta(days=self.chance.randrange(2, 9)))
        yield working_hour(day, self.chance), answer

    def _renewals(self, kind: str, action: str, months: int) -> Iterator[tuple[datetime, str]]:
        """Before a clock that runs beside the stay is out, what begins it again, as often as it takes."""
        running = self.case.open_clock(kind)
        last = None if running is None else clock.due(running.ledger)
        while last is not None and last <= service.today_of(self.until):
            day = last_working_day(last - timedelta(days=self.chance.randrange(2, 15)))
            yield working_hour(day, self.chance), action
            last = add_months(day, months)

    def _moment(self, earliest: float = 0.0, latest: float = 1.0) -> datetime:
        """A working hour during the stay, between two fractions of it."""
        length = (self.until - self.since) * self.chance.uniform(earliest, latest)
        return working_hour(last_working_day(service.today_of(self.since + length)), self.chance)
