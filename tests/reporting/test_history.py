"""Where a case stayed and how its clocks ended, checked against a second way of counting: day by day."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nt_process.engine.loader import load_published
from nt_process.engine.snapshot import Event
from nt_process.kernel.calendar import ONE_DAY
from nt_process.reporting.history import BY_ACTION, BY_EXPIRY, WITH_OTHERS, History, history_of
from nt_process.reporting.rules import clock_outcomes, stage_times, whole_time
from tests.reporting.world import Walk, recorded_by, wander

WORKFLOWS = load_published()
OPENED = date(2025, 1, 7)


def day(number: int) -> date:
    return OPENED + timedelta(days=number)


def walk(process: str = "sarlakemedel") -> Walk:
    return Walk(WORKFLOWS[process, 1], "NT-2025-0001", OPENED).open()


def history(of: Walk, as_of: date) -> History:
    return history_of(recorded_by(of.events, as_of), WORKFLOWS, as_of)


def test_days_are_booked_to_whose_move_it_was_when_the_day_began() -> None:
    one = walk().act("await_application", day(4)).act("submit_application", day(10), "company_contact")
    one.act("order_assessment", day(15)).act("request_supplement", day(40)).act("submit_supplement", day(60))
    whole = whole_time(history(one, day(100)))
    # Council: 4 days of scanning and 5 of registration; company: 6 and 20; TLV: 25 and 40.
    assert dict(whole.by_party) == {"council": 9, "company": 26, "tlv": 65}
    assert whole.gross == 100


def test_a_suspension_is_taken_out_of_net_days_and_stays_in_the_stage_that_it_interrupts() -> None:
    one = walk().act("await_application", day(4)).act("submit_application", day(10), "company_contact")
    one.act("order_assessment", day(15)).act("request_supplement", day(40)).act("submit_supplement", day(60))
    one.act("deliver_assessment", day(100), "tlv_assessor")
    assessment = next(stage for stage in stage_times(history(one, day(120))) if stage.phase == "assessment")
    assert (assessment.gross, assessment.net, assessment.left_on) == (90, 70, day(100))


def test_a_case_that_is_closed_is_counted_to_its_last_day_and_no_further() -> None:
    one = walk().act("discontinue", day(30))
    assert whole_time(history(one, day(400))).gross == 30
    assert [stage.phase for stage in stage_times(history(one, day(400)))] == ["horizon"]


@pytest.mark.parametrize(
    ("build", "clock", "ending"),
    [
        (lambda one: awaited(one).act("submit_application", day(20)), "application_expected.1", BY_ACTION),
        (lambda one: awaited(one).act("discontinue", day(20)), "application_expected.1", WITH_OTHERS),
        (lambda one: in_negotiation(one).act("withdraw", day(60)), "negotiation.1", WITH_OTHERS),
        (lambda one: in_negotiation(one).expire_before(day(300)), "negotiation.1", BY_EXPIRY),
    ],
)  # fmt: skip
def test_how_a_clock_ended_is_told_apart(build, clock: str, ending: str) -> None:
    assert history(build(walk()), day(500)).endings[clock] == ending


def awaited(one: Walk) -> Walk:
    return one.act("await_application", day(4))


def in_negotiation(one: Walk) -> Walk:
    awaited(one).act("submit_application", day(10)).act("order_assessment", day(15))
    return one.act("deliver_assessment", day(50)).act("activate_limit", day(51))


seeds = st.integers(0, 10_000)
processes = st.sampled_from(sorted({process for process, _ in WORKFLOWS}))


def wandered(process: str, seed: int) -> Walk:
    return wander(walk(process), random.Random(seed), day(900))  # noqa: S311 - nothing secret


@settings(deadline=None, max_examples=60)
@given(processes, seeds, st.integers(0, 950))
def test_the_days_of_the_parties_add_up_to_the_time_that_passed(process: str, seed: int, days: int) -> None:
    """Time accounting that sums: over every party, every stage, gross and net, on every day."""
    found = history(wandered(process, seed), day(days))
    stages = stage_times(found)
    whole = whole_time(found)
    assert sum(stay.days for stay in found.stays) == found.elapsed == whole.gross
    assert sum(count for _, count in whole.by_party) == whole.gross
    assert all(sum(count for _, count in stage.by_party) == stage.gross for stage in stages)
    assert sum(stage.gross for stage in stages) + closed_days(found) == whole.gross
    assert sum(stage.suspended for stage in stages) + closed_days(found, suspended=True) == whole.suspended


def closed_days(found: History, *, suspended: bool = False) -> int:
    closed = [stay for stay in found.stays if stay.phase == "closed"]
    return sum(stay.suspended if suspended else stay.days for stay in closed)


@settings(deadline=None, max_examples=40)
@given(processes, seeds, st.integers(0, 950))
def test_suspended_days_agree_with_looking_at_every_single_day(process: str, seed: int, days: int) -> None:
    found = history(wandered(process, seed), day(days))
    assert whole_time(found).suspended == sum(
        stands_still(found, OPENED + n * ONE_DAY) for n in range(1, found.elapsed + 1)
    )


def stands_still(found: History, on: date) -> bool:
    ledgers = [clock.ledger for clock in found.case.clocks]
    return any(
        ledger.started_on < on
        and (ledger.stopped_on is None or on <= ledger.stopped_on)
        and any(one.since <= on and (one.until is None or on <= one.until) for one in ledger.suspensions)
        for ledger in ledgers
    )


@settings(deadline=None, max_examples=40)
@given(processes, seeds, st.integers(0, 900), st.integers(0, 200))
def test_what_was_met_or_late_once_is_so_for_ever(process: str, seed: int, days: int, later: int) -> None:
    """A report as of a later day may add outcomes and never takes one back."""
    one = wandered(process, seed)
    earlier = {o.clock.key: o for o in clock_outcomes(history(one, day(days)))}
    afterwards = {o.clock.key: o for o in clock_outcomes(history(one, day(days + later)))}
    for key, outcome in earlier.items():
        if outcome.decided_on is not None and outcome.outcome != "late":
            assert afterwards[key].outcome == outcome.outcome, key
        if outcome.outcome == "late":
            assert afterwards[key].outcome in ("late", "ran_out"), key


def test_a_log_without_events_is_no_case() -> None:
    with pytest.raises(ValueError, match="no case"):
        history_of([], WORKFLOWS, OPENED)


def test_events_recorded_later_change_nothing_about_an_earlier_day() -> None:
    one = in_negotiation(walk())
    before: list[Event] = list(one.events)
    then = history(one, day(51))
    one.act("conclude_agreement", day(80))
    assert history(one, day(51)) == then
    assert list(recorded_by(one.events, day(51))) == before
