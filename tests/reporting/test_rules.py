"""What counts as met and late, to the day; and the statistics against plain definitions."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from nt_process.engine.loader import load_published
from nt_process.reporting.history import history_of
from nt_process.reporting.rules import (
    ClockOutcome,
    age_band,
    clock_outcomes,
    median,
    percentile_90,
    quarter_of,
    quarters_until,
)
from tests.reporting.world import Walk, recorded_by

WORKFLOWS = load_published()
OPENED = date(2026, 1, 12)


def outcome(one: Walk, as_of: date, clock: str) -> ClockOutcome:
    found = history_of(recorded_by(one.events, as_of), WORKFLOWS, as_of)
    return next(each for each in clock_outcomes(found) if each.clock.key == clock)


def assessed() -> tuple[Walk, date]:
    """A case at TLV, and the last day of TLV's 150 days."""
    one = Walk(WORKFLOWS["sarlakemedel", 1], "NT-2026-0001", OPENED).open()
    one.act("await_application", OPENED).act("submit_application", OPENED).act("order_assessment", OPENED)
    last = outcome(one, OPENED, "tlv_assessment.1").due
    assert last is not None
    return one, last


def test_a_limit_is_running_to_the_end_of_its_last_day_and_overdue_from_the_next() -> None:
    one, last = assessed()
    on_the_day = outcome(one, last, "tlv_assessment.1")
    assert (on_the_day.outcome, on_the_day.days_left, on_the_day.days_over) == ("running", 0, 0)
    one.expire_before(last + timedelta(days=9))
    after = outcome(one, last + timedelta(days=1), "tlv_assessment.1")
    assert (after.outcome, after.days_left, after.days_over, after.is_overdue) == ("late", None, 1, True)


def test_a_step_taken_on_the_last_day_meets_the_limit() -> None:
    one, last = assessed()
    met = outcome(one.act("deliver_assessment", last), last + timedelta(days=50), "tlv_assessment.1")
    assert (met.outcome, met.decided_on, met.days_over) == ("met", last, 0)


def test_a_step_taken_the_day_after_is_late_and_no_longer_overdue() -> None:
    one, last = assessed()
    late = outcome(
        one.act("deliver_assessment", last + timedelta(days=3)), last + timedelta(days=50), "tlv_assessment.1"
    )
    assert (late.outcome, late.days_over, late.is_overdue) == ("late", 3, False)
    assert late.decided_on == last + timedelta(days=1)


def test_the_aim_within_a_limit_is_judged_apart() -> None:
    """Seed 002, proposal 6: TLV's assessment within 120 days, and at most 150."""
    one, _ = assessed()
    aim = outcome(one, OPENED, "tlv_assessment.1").target
    assert aim is not None
    on_time, _ = assessed()
    assert outcome(on_time.act("deliver_assessment", aim), aim, "tlv_assessment.1").met_target is True
    one.act("deliver_assessment", aim + timedelta(days=1))
    assert outcome(one, aim + timedelta(days=1), "tlv_assessment.1").met_target is False


def test_a_limit_that_stands_still_is_neither_running_nor_late() -> None:
    one, last = assessed()
    one.act("request_supplement", OPENED + timedelta(days=20))
    still = outcome(one, last + timedelta(days=200), "tlv_assessment.1")
    assert (still.outcome, still.due, still.decided_on) == ("suspended", None, None)


def test_a_limit_that_the_process_draws_its_consequence_from_has_run_out_and_is_not_late() -> None:
    one, _ = assessed()
    one.act("deliver_assessment", OPENED + timedelta(days=9)).act(
        "activate_limit", OPENED + timedelta(days=10)
    )
    one.expire_before(OPENED + timedelta(days=300))
    ran_out = outcome(one, OPENED + timedelta(days=300), "negotiation.1")
    assert ran_out.outcome == "ran_out"
    assert not ran_out.is_overdue


def test_a_withdrawn_case_neither_meets_nor_misses_its_limits() -> None:
    one, _ = assessed()
    one.act("withdraw", OPENED + timedelta(days=30))
    assert outcome(one, OPENED + timedelta(days=400), "tlv_assessment.1").outcome == "ceased"


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=80))
def test_half_took_at_most_the_median_and_nine_of_ten_at_most_the_percentile(days: list[int]) -> None:
    middle, high = median(days), percentile_90(days)
    assert middle is not None
    assert high is not None
    assert 2 * sum(value <= middle for value in days) >= len(days)
    assert 2 * sum(value >= middle for value in days) >= len(days)
    assert high in days
    assert 10 * sum(value <= high for value in days) >= 9 * len(days)
    assert 10 * sum(value < high for value in days) < 9 * len(days)


def test_the_median_of_two_lies_halfway() -> None:
    assert median([10, 21]) == Decimal("15.5")
    assert median([]) is None
    assert percentile_90([]) is None


def test_quarters() -> None:
    assert [quarter_of(date(2026, month, 1))[1] for month in (1, 3, 4, 6, 7, 9, 10, 12)] == [
        1,
        1,
        2,
        2,
        3,
        3,
        4,
        4,
    ]
    assert quarters_until(date(2026, 2, 10), 3) == [(2025, 3), (2025, 4), (2026, 1)]


def test_ages_are_told_apart_at_their_limits() -> None:
    assert [age_band(days) for days in (0, 89, 90, 179, 180, 364, 365, 4000)] == [0, 0, 1, 1, 2, 2, 3, 3]
