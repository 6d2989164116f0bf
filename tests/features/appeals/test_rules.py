"""The rules of appeals: the law's vectors, the boundary of time, and that legal force waits for everything."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nt_process.appeals import rules
from nt_process.appeals.rules import Begun, Done, Ended, TrackState
from nt_process.kernel.calendar import is_working_day
from nt_process.recommendations import pdf_job
from nt_process.recommendations.rules import appealing, document
from nt_process.recommendations.rules.appealing import LEGALITY, MERITS, PROCUREMENT, TRACKS

DAYS = st.dates(date(2020, 1, 1), date(2060, 12, 31))
TRACK = st.sampled_from(sorted(TRACKS))
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("announced", "last"),
    [
        # Three weeks end on Good Friday, and on New Year's Day (domain §5).
        (date(2026, 3, 13), date(2026, 4, 7)),
        (date(2025, 12, 11), date(2026, 1, 2)),
        # Christmas Eve, Midsummer Eve, a Saturday; and an ordinary Monday.
        (date(2026, 12, 3), date(2026, 12, 28)),
        (date(2026, 5, 29), date(2026, 6, 22)),
        (date(2026, 10, 10), date(2026, 11, 2)),
        (date(2026, 9, 7), date(2026, 9, 28)),
    ],
)
def test_three_weeks_by_the_act_on_statutory_time(announced: date, last: date) -> None:
    assert rules.last_day(LEGALITY, Begun(announced)) == last
    assert rules.last_day(MERITS, Begun(announced)) == last


def test_a_standstill_is_ten_days_and_fifteen_by_post() -> None:
    sent = date(2026, 9, 7)
    assert rules.last_day(PROCUREMENT, Begun(sent)) == date(2026, 9, 17)
    assert rules.last_day(PROCUREMENT, Begun(sent, electronic=False)) == date(2026, 9, 22)


@given(TRACK, DAYS, st.booleans())
def test_the_last_day_is_a_working_day_and_never_earlier_than_the_time(
    track: str, day: date, electronic: bool
) -> None:
    last = rules.last_day(track, Begun(day, electronic))
    days = TRACKS[track].days if electronic else TRACKS[track].days_by_post
    assert is_working_day(last)
    assert day + timedelta(days=days) <= last < day + timedelta(days=days + 7)
    assert not any(is_working_day(day + timedelta(days=days + n)) for n in range((last - day).days - days))


@given(TRACK, DAYS, st.sampled_from(("body", "court")))
def test_the_last_day_is_in_time_and_the_day_after_is_late(track: str, day: date, where: str) -> None:
    last = rules.last_day(track, Begun(day))
    assert rules.timeliness(track, last, last, where).in_time
    late = rules.timeliness(track, last, last + DAY, where)
    assert (late.in_time, late.because) == (False, "late")
    assert rules.timeliness(track, last, last + DAY, where, misinformed=True).in_time


def test_handed_in_to_the_other_is_in_time_all_the_same() -> None:
    last = date(2026, 4, 7)
    assert rules.timeliness(LEGALITY, last, last, "body").because == "with_the_other"
    assert rules.timeliness(MERITS, last, last, "court").because == "with_the_other"
    assert rules.timeliness(LEGALITY, last, last, "court").because == "in_time"
    assert rules.timeliness(LEGALITY, None, last, "court").because == "not_begun"


@given(DAYS, st.integers(1, 60))
def test_a_notice_that_comes_down_too_early_lets_no_time_run_out(day: date, after: int) -> None:
    last = rules.last_day(LEGALITY, Begun(day))
    down = day + timedelta(days=after)
    state = rules.track_state(LEGALITY, 1, [Begun(day, ended=down)], last + timedelta(days=400))
    assert state.state == (rules.BROKEN if down <= last else rules.RUN_OUT)


def test_of_two_announcements_the_latest_counts_and_of_receipts_all() -> None:
    first, second, today = date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 24)
    again = [Begun(first, ended=first + DAY), Begun(second)]
    assert rules.track_state(LEGALITY, 1, again, today).last == date(2026, 3, 30)
    got = rules.track_state(MERITS, 2, [Begun(first), Begun(second)], today)
    assert (got.state, got.last) == (rules.RUNNING, date(2026, 3, 30))
    assert rules.track_state(MERITS, 2, [Begun(first)], date(2027, 1, 1)).state == rules.NOT_BEGUN


_STATES = st.builds(
    TrackState, TRACK, st.sampled_from((rules.NOT_BEGUN, rules.RUNNING, rules.RUN_OUT, rules.BROKEN)), DAYS
)
_ENDS = st.none() | st.builds(Ended, DAYS, st.booleans())


@given(st.lists(_STATES, max_size=4), st.lists(_ENDS, max_size=4), DAYS)
def test_legal_force_only_when_every_track_has_run_out_and_nothing_is_open(
    tracks: list[TrackState], appeals: list[Ended | None], today: date
) -> None:
    day = rules.legal_force(tracks, appeals, today)
    if day is None:
        return
    assert tracks
    assert all(one.state == rules.RUN_OUT and one.last is not None and one.last < day for one in tracks)
    assert all(one is not None and not one.undone and one.day <= day for one in appeals)
    assert day <= today


@given(st.lists(st.tuples(TRACK, DAYS), min_size=1, max_size=3))
def test_it_comes_the_day_after_the_last_last_day(begun: list[tuple[str, date]]) -> None:
    lasts = [rules.last_day(track, Begun(day)) for track, day in begun]
    for today, force in ((max(lasts), None), (max(lasts) + DAY, max(lasts) + DAY)):
        states = [rules.track_state(track, 1, [Begun(day)], today) for track, day in begun]
        assert rules.legal_force(states, [], today) == force


@given(
    TRACK,
    st.booleans(),
    st.lists(st.sampled_from(rules.STEPS), max_size=8),
    DAYS,
)
def test_an_appeal_ends_once_and_the_court_rules_only_on_what_it_has(
    track: str, in_time: bool, wanted: list[str], day: date
) -> None:
    steps: list[Done] = []
    for kind in wanted:
        if rules.why_not(kind, track, in_time, steps, day, day) is None:
            steps.append(Done(kind, day))
    kinds = [one.kind for one in steps]
    assert sum(1 for kind in kinds if kind in rules.ENDS) <= 1
    assert kinds.count(rules.STATED) <= kinds.count(rules.ASKED)
    if rules.RULED in kinds:
        assert rules.HANDED_OVER in kinds
    if rules.REJECTED_LATE in kinds:
        assert not in_time
        assert track == MERITS
        assert rules.HANDED_OVER not in kinds
    assert rules.why_not(rules.WITHDRAWN, track, in_time, [], day - DAY, day) == "before_last"


def test_the_appeal_on_the_merits_is_off_until_there_is_special_law() -> None:
    off = appealing.information(date(2026, 11, 1))
    assert [one["track"] for one in off["tracks"]] == [LEGALITY, PROCUREMENT]  # type: ignore[attr-defined]
    enacted = appealing.Order(
        2, date(2027, 1, 1), appealing.ORDERS[0].body, appealing.ORDERS[0].court, merits=True
    )
    orders = (*appealing.ORDERS, enacted)
    before = appealing.information(date(2026, 12, 31), orders)
    after = appealing.information(date(2027, 1, 1), orders)
    assert before == off
    assert [one["track"] for one in after["tracks"]] == [LEGALITY, MERITS, PROCUREMENT]  # type: ignore[attr-defined]


def test_delay_is_asked_for_after_six_months_and_answered_within_four_weeks() -> None:
    assert rules.may_ask_for_decision(date(2026, 8, 31), date(2027, 2, 27)) == date(2027, 2, 28)
    assert rules.may_ask_for_decision(date(2026, 8, 31), date(2027, 2, 28)) is None
    assert rules.answer_by(date(2026, 9, 7)) == date(2026, 10, 5)
    # Four weeks later is Good Friday.
    assert rules.answer_by(date(2026, 3, 6)) == date(2026, 4, 7)


def test_a_recommendation_that_nobody_can_appeal_is_printed_without_a_word_of_it() -> None:
    text = dict.fromkeys(document.FIELDS, "") | {"outcome": "can", "valid_to": None, "severity_level": "low"}
    printed = {}
    for regime in ("collaboration", "federation"):
        subject = document.Subject("NT-2026-0001", 1, "final", "P", "p", "", None, None, None, regime)
        content = document.document(subject, text, date(2026, 1, 7))
        at = datetime(2026, 1, 7, 9, tzinfo=UTC)
        signed = {"content": content, "at": at, "publish_at": at, "person": "Astrid", "text_hash": "0" * 64}
        printed[regime] = pdf_job.html(signed)
    assert "Laglighetsprövning" in printed["federation"]
    assert "13 kap." in printed["federation"]
    assert "överklag" not in printed["collaboration"].lower()
