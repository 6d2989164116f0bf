"""What counts as met and late, and the statistics of the deadline report. Pure functions of histories.

The share of clocks met is met / (met + late). Everything else is left out of the share and shown beside
it with its reason (see OUTCOMES), because a share without its denominator says nothing: a target that
leaves delayed cases out can be met by fewer and fewer cases (domain brief, finding 8).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from nt_process.engine import clock as ledgers
from nt_process.engine.snapshot import Case, Clock
from nt_process.reporting.history import BY_ACTION, BY_EXPIRY, History, Stay

# In the order a reader meets them. Only the first two make up the share.
OUTCOMES = ("met", "late", "ran_out", "ceased", "suspended", "running")
UPCOMING_DAYS = 30
AGE_LIMITS = (90, 180, 365)


@dataclass(frozen=True, slots=True)
class ClockOutcome:
    """One clock at the end of the day of the report. Days are whole days.

    met: an action that names the clock ended it on or before its last day.
    late: its last day passed before it was ended. It stays late for ever, whatever follows.
    ran_out: its last day passed and the process itself drew the consequence (an appeal period that ends,
    a negotiation that reaches its outer limit, silence that means approval).
    ceased: it ended on or before its last day together with others (the case was withdrawn or closed).
    suspended: it stands still today, and its last day is not known.
    running: its last day is today or later.

    `decided_on` is the day the outcome became certain; None while running or suspended.
    """

    case: Case
    clock: Clock
    outcome: str
    due: date | None
    target: date | None
    decided_on: date | None
    days_over: int
    days_left: int | None

    @property
    def is_overdue(self) -> bool:
        """Late and still not ended: somebody has to act."""
        return self.outcome == "late" and self.clock.ledger.stopped_on is None

    @property
    def met_target(self) -> bool | None:
        """Whether a clock that was met was also ended within its aim; None when it has no aim."""
        stopped = self.clock.ledger.stopped_on
        if self.outcome != "met" or self.target is None or stopped is None:
            return None
        return stopped <= self.target


def clock_outcomes(history: History) -> list[ClockOutcome]:
    """Every clock of the case, judged at the end of the day of the report."""
    return [_judged(history, clock) for clock in history.case.clocks]


def _judged(history: History, clock: Clock) -> ClockOutcome:
    ledger = clock.ledger
    last = ledgers.due(ledger)
    over = ledgers.overdue_days(ledger, history.as_of)
    ending = history.endings.get(clock.key)
    left = None
    decided: date | None = None
    if ending == BY_EXPIRY:
        outcome, decided = "ran_out", ledger.stopped_on
    elif over and clock.kind in history.waited_out:
        outcome, decided = "ran_out", last
    elif over and last is not None:
        outcome, decided = "late", last + timedelta(days=1)
    elif ledger.stopped_on is not None:
        outcome, decided = "met" if ending == BY_ACTION else "ceased", ledger.stopped_on
    elif last is None:
        outcome = "suspended"
    else:
        outcome, left = "running", (last - history.as_of).days
    return ClockOutcome(history.case, clock, outcome, last, ledgers.target_due(ledger), decided, over, left)


@dataclass(frozen=True, slots=True)
class StageTime:
    """One case's time in one phase, all its visits together. Days are whole days.

    `left_on` is the day it left the phase for the last time so far; None while it is there. The days by
    party add up to `gross`; `net` leaves out the days on which a clock of the case stood still.
    """

    case: Case
    phase: str
    entered_on: date
    left_on: date | None
    gross: int
    suspended: int
    by_party: tuple[tuple[str, int], ...]

    @property
    def net(self) -> int:
        return self.gross - self.suspended

    def days_of(self, party: str) -> int:
        return dict(self.by_party).get(party, 0)


def stage_times(history: History) -> list[StageTime]:
    """The case's time in each phase it has been in, in the order of the first visit; closed is no phase."""
    phases = dict.fromkeys(stay.phase for stay in history.stays if stay.phase != "closed")
    return [
        _stage(history, phase, [stay for stay in history.stays if stay.phase == phase]) for phase in phases
    ]


def whole_time(history: History) -> StageTime:
    """The case from its opening to its end, or to the day of the report, as one stage named "whole"."""
    ended = history.end if history.case.terminal else None
    return _summed(history.case, "whole", history.stays, ended)


def _stage(history: History, phase: str, stays: Sequence[Stay]) -> StageTime:
    there = history.stays[-1].phase == phase
    return _summed(history.case, phase, stays, None if there else stays[-1].until)


def _summed(case: Case, phase: str, stays: Sequence[Stay], left_on: date | None) -> StageTime:
    by_party: dict[str, int] = {}
    for stay in stays:
        by_party[stay.party] = by_party.get(stay.party, 0) + stay.days
    return StageTime(
        case=case,
        phase=phase,
        entered_on=stays[0].since,
        left_on=left_on,
        gross=sum(stay.days for stay in stays),
        suspended=sum(stay.suspended for stay in stays),
        by_party=tuple(sorted((party, days) for party, days in by_party.items() if days)),
    )


def median(values: Sequence[int]) -> Decimal | None:
    """The middle value, or the mean of the two middle ones (whole or half days); None for no values."""
    ordered = sorted(values)
    if not ordered:
        return None
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return Decimal(ordered[middle])
    return Decimal(ordered[middle - 1] + ordered[middle]) / 2


def percentile_90(values: Sequence[int]) -> Decimal | None:
    """The smallest value that at least nine of ten do not exceed (nearest rank); None for no values."""
    ordered = sorted(values)
    return Decimal(ordered[(9 * len(ordered) + 9) // 10 - 1]) if ordered else None


def age_band(days: int) -> int:
    """Which age a number of days belongs to: 0 below 90, 1 below 180, 2 below 365, else 3."""
    return sum(days >= limit for limit in AGE_LIMITS)


def quarter_of(day: date) -> tuple[int, int]:
    """(year, quarter 1–4) of a day."""
    return day.year, (day.month + 2) // 3


def quarters_until(day: date, count: int) -> list[tuple[int, int]]:
    """The last `count` quarters up to and including that of `day`, oldest first."""
    year, quarter = quarter_of(day)
    last = year * 4 + quarter - 1
    return [(number // 4, number % 4 + 1) for number in range(last - count + 1, last + 1)]
