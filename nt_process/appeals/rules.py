"""The rules of appeals, as functions of values: when a track runs out, what came in time, and when a decision has legal
force. Every day is a day in Sweden.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nt_process.engine.clock import Ledger, due
from nt_process.kernel.calendar import ONE_DAY, add_months, next_working_day
from nt_process.recommendations.rules import appealing
from nt_process.recommendations.rules.appealing import BODY, COURT, TRACKS

# Who appeals, as anybody may be told: never a name.
MEMBER, COMPANY, SUPPLIER, REGION, OTHER = "member", "company", "supplier", "region", "other"
PARTY_CLASSES = (MEMBER, COMPANY, SUPPLIER, REGION, OTHER)

NOT_BEGUN, RUNNING, RUN_OUT, BROKEN = "not_begun", "running", "run_out", "broken"

# What happens to an appeal. The last three end it.
RECONSIDERED, HANDED_OVER, ASKED, STATED = "reconsidered", "handed_over", "statement_asked", "statement_given"
CHANGED, REJECTED_LATE, RULED, WITHDRAWN = "changed", "rejected_late", "ruled", "withdrawn"
STEPS = (RECONSIDERED, CHANGED, REJECTED_LATE, HANDED_OVER, ASKED, STATED, RULED, WITHDRAWN)
ENDS = (CHANGED, REJECTED_LATE, RULED, WITHDRAWN)
# Rulings and steps after which the decision is no more.
UNDOING = (appealing.GRANTED, appealing.ANNULLED, appealing.REMITTED)

# Days from the last day on which those who keep a track are reminded of it.
LADDER = (-7, -1, 0, 1)

# The delay remedy (FL 11 and 12 §§): how old a case must be, and within how many days it is answered.
DELAY_MONTHS, ANSWER_DAYS = 6, 28


@dataclass(frozen=True, slots=True)
class Begun:
    """What starts a track for somebody: the day, and whether it was sent electronically.

    `ended` is the day on which the notice was taken down, where that is what started it.
    """

    day: date
    electronic: bool = True
    ended: date | None = None


def ledger(track: str, begun: Begun) -> Ledger:
    """The clock of a track: its time in days from the day after (1930:173), moved from days that are not working days."""
    kind = TRACKS[track]
    return Ledger(begun.day, kind.days if begun.electronic else kind.days_by_post, rolls=True)


def last_day(track: str, begun: Begun) -> date:
    """The last day of a track that never stands still."""
    found = due(ledger(track, begun))
    assert found is not None, track  # noqa: S101 - a ledger without suspensions has a last day
    return found


def is_broken(track: str, begun: Begun) -> bool:
    """Whether the notice came down before the time was out: then the time does not run out (KL 13:5, second paragraph)."""
    return (
        TRACKS[track].starts_with == appealing.NOTICE
        and begun.ended is not None
        and begun.ended <= last_day(track, begun)
    )


@dataclass(frozen=True, slots=True)
class TrackState:
    """How far a track has come on a day. `last` is its last day as far as it is known."""

    track: str
    state: str
    last: date | None


def track_state(track: str, expected: int, begun: Collection[Begun], today: date) -> TrackState:
    """`expected` is how many starts the track waits for (an announcement, a receipt for each party, an award); `begun`
    those that have come. Of several announcements the latest holds; of receipts and awards all do.
    """
    if not begun:
        return TrackState(track, NOT_BEGUN if expected else RUN_OUT, None)
    counted = list(begun)
    if TRACKS[track].starts_with == appealing.NOTICE:
        counted = [max(begun, key=lambda one: one.day)]
    last = max(last_day(track, one) for one in counted)
    if any(is_broken(track, one) for one in counted):
        return TrackState(track, BROKEN, None)
    if len(begun) < expected:
        return TrackState(track, NOT_BEGUN, last)
    return TrackState(track, RUN_OUT if last < today else RUNNING, last)


@dataclass(frozen=True, slots=True)
class Ended:
    """How an appeal ended: the day from which that holds, and whether the decision was undone."""

    day: date
    undone: bool


def legal_force(tracks: Sequence[TrackState], appeals: Iterable[Ended | None], today: date) -> date | None:
    """From which day a decision has legal force, or None while it has not.

    It has when every track has run out and every appeal has ended (None: it has not) without undoing the decision: the
    day after the last day of all, or the day of the last ruling when that is later.
    """
    ended = list(appeals)
    if not tracks or any(one.state != RUN_OUT for one in tracks):
        return None
    if any(one is None or one.undone for one in ended):
        return None
    days = [one.last + ONE_DAY for one in tracks if one.last is not None]
    days += [one.day for one in ended if one is not None]
    first = max(days, default=None)
    return first if first is not None and first <= today else None


@dataclass(frozen=True, slots=True)
class Timeliness:
    """Whether an appeal came in time, and the rule that says so: not_begun, in_time, with_the_other (handed in where it
    did not belong, in time all the same), misinformed (late, but told wrongly how to appeal), late.
    """

    in_time: bool
    because: str
    last: date | None


def timeliness(
    track: str, last: date | None, received_on: date, received_by: str, misinformed: bool = False
) -> Timeliness:
    """Judge the day on which an appeal came in against the last day of its track (None: its time has not begun).

    Sources: KL 13:5–6 (in time when the federation has it in time), FL 45 § (in time when the court has it in time; not
    rejected when the lateness comes of wrong information by the authority), 1930:173.
    """
    if last is None:
        return Timeliness(True, "not_begun", None)
    if received_on <= last:
        return Timeliness(
            True, "in_time" if received_by == TRACKS[track].given_to else "with_the_other", last
        )
    return Timeliness(misinformed, "misinformed" if misinformed else "late", last)


@dataclass(frozen=True, slots=True)
class Done:
    """A step that an appeal has taken, as far as the next depends on it."""

    kind: str
    day: date


def why_not(
    kind: str, track: str, in_time: bool, steps: Sequence[Done], day: date, received_on: date
) -> str | None:
    """Why a step of an appeal cannot be taken on a day, or None.

    ended: the appeal is over; court_judges_time: the court and not the federation rejects what came late; in_time: it is
    not late; late: it came too late, and is rejected; not_handed_over: the court has not got it; handed_over: it is with the
    court already; not_asked: the court has not asked for a statement; before_last: the day lies before the step before.
    """
    done = [one.kind for one in steps]
    if any(one in ENDS for one in done):
        return "ended"
    if day < max([received_on, *(one.day for one in steps)]):
        return "before_last"
    with_court = HANDED_OVER in done
    if kind == REJECTED_LATE:
        if TRACKS[track].time_judged_by != BODY:
            return "court_judges_time"
        return "in_time" if in_time else "handed_over" if with_court else None
    if not in_time and TRACKS[track].time_judged_by == BODY and kind != WITHDRAWN:
        return "late"
    # What is with the court is reconsidered by the court, which rules on nothing else.
    lacking = {
        HANDED_OVER: "handed_over" if with_court else None,
        RECONSIDERED: "handed_over" if with_court else None,
        CHANGED: "handed_over" if with_court else None,
        ASKED: None if with_court else "not_handed_over",
        RULED: None if with_court else "not_handed_over",
        STATED: "not_asked" if done.count(ASKED) <= done.count(STATED) else None,
    }
    return lacking.get(kind)


def next_steps(track: str, in_time: bool, steps: Sequence[Done], day: date, received_on: date) -> list[str]:
    """The steps that an appeal can take, in the order in which they come."""
    return [kind for kind in STEPS if why_not(kind, track, in_time, steps, day, received_on) is None]


def reconsideration_holds(track: str) -> bool:
    """Whether FL 37–39 §§ apply: to what is appealed on the merits, and not to what is only reviewed for legality."""
    return TRACKS[track].given_to != COURT


def may_ask_for_decision(opened_on: date, today: date) -> date | None:
    """None when a party may ask in writing that its case be decided (FL 12 §), else the first day on which it may."""
    first = add_months(opened_on, DELAY_MONTHS)
    return None if today >= first else first


def answer_by(asked_on: date) -> date:
    """The last day to decide the case or reject the request (FL 12 §: within four weeks)."""
    return next_working_day(asked_on + timedelta(days=ANSWER_DAYS))
