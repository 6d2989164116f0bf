"""Rules of a meeting: times add up, back-planning, who decides and is counted, minutes hold each item once, appeal."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nt_process.council import rules, wording
from nt_process.council.rules import Attendant, LastDay, Order, Said, Section
from nt_process.engine.loader import load_published
from nt_process.kernel.calendar import is_working_day
from nt_process.kernel.faults import BadInput

days = st.dates(date(2020, 1, 1), date(2060, 12, 31))
times = st.times().map(lambda one: one.replace(second=0, microsecond=0))
leads = st.integers(1, 250)


def minutes_of(at: time) -> int:
    return at.hour * 60 + at.minute


@given(times, st.lists(st.integers(1, 600), min_size=1, max_size=12))
def test_the_times_of_an_agenda_add_up(starts: time, minutes: list[int]) -> None:
    whole = minutes_of(starts) + sum(minutes)
    if whole >= 24 * 60:
        with pytest.raises(BadInput):
            rules.schedule(starts, minutes)
        return
    begins = rules.schedule(starts, minutes)
    ends = [*begins[1:], rules.end_of(starts, minutes)]
    assert [minutes_of(end) - minutes_of(at) for at, end in zip(begins, ends, strict=True)] == minutes
    assert begins[0] == starts


@given(st.lists(st.uuids().map(str), min_size=1, max_size=8, unique=True), st.data())
def test_moving_an_item_keeps_every_item_and_moves_back(order: list[str], data: st.DataObject) -> None:
    item, step = data.draw(st.sampled_from(order)), data.draw(st.sampled_from([-1, 1]))
    after = rules.moved(order, item, step)
    assert sorted(after) == sorted(order)
    if after != order:
        assert rules.moved(after, item, -step) == order


@given(days, leads, leads, leads)
def test_back_planning_is_working_days_before_the_meeting(day: date, one: int, two: int, three: int) -> None:
    found = rules.back_planned(Order(3, one, two, three), day)
    assert {last.kind for last in found} == {"consultation", "assessment", "material"}
    for last in found:
        assert last.day < day
        assert is_working_day(last.day)
        assert working_days_between(last, day) == last.lead
    assert [last.day for last in found] == sorted(last.day for last in found)


def working_days_between(last: LastDay, day: date) -> int:
    return len([n for n in range((day - last.day).days) if is_working_day(last.day + timedelta(days=n))])


attendants = st.lists(
    st.builds(
        Attendant,
        person=st.uuids().map(str),
        name=st.just("X"),
        role=st.sampled_from(rules.ROLES),
        came=times,
        left=st.none() | times,
        conflicted=st.booleans(),
    ),
    max_size=7,
)
said = st.builds(
    Said,
    left=st.none() | times,
    back=st.none() | times,
    vote=st.none() | st.sampled_from(rules.VOTES),
    reservation=st.sampled_from(["", "Nej"]),
)


@given(attendants, st.data(), times, st.sampled_from([None, "unanimous", "votes"]))
def test_who_has_a_conflict_is_never_counted_nor_heard(
    there: list[Attendant], data: st.DataObject, at: time, way: str | None
) -> None:
    stated = {one.person: data.draw(said) for one in there}
    counted = rules.entitled(there, at, rules.out_at(stated, at))
    assert not any(one.conflicted or one.role == "secretary" for one in counted)
    assert not any(stated[one.person].is_out(at) or not one.is_there(at) for one in counted)
    if rules.judge(there, stated, at, way):
        return
    # Whatever is let through: only those who are counted have a voice, and nobody with a conflict is in the room.
    heard = {person for person, one in stated.items() if one.vote or one.reservation}
    assert heard <= {one.person for one in counted}
    for one in there:
        if one.conflicted and one.is_there(at):
            assert stated[one.person].is_out(at)
    if way == "votes":
        assert {person for person, one in stated.items() if one.vote} == {one.person for one in counted}
    else:
        assert not any(one.vote for one in stated.values())


dealt = st.builds(
    wording.Dealt,
    id=st.uuids().map(str),
    heading=st.text(min_size=1, max_size=20),
    status=st.sampled_from(["decided", "noted", "postponed"]),
    outcome=st.text(max_size=30),
    reasons=st.text(max_size=30),
    way=st.sampled_from([None, "unanimous", "votes"]),
    postponed_to=st.just("2/2026"),
    outside=st.lists(st.tuples(st.just("Y"), times, st.none() | times, st.booleans()), max_size=2),
    votes=st.lists(st.tuples(st.just("Y"), st.sampled_from(rules.VOTES)), max_size=2),
    reservations=st.lists(st.tuples(st.just("Y"), st.text(max_size=9)), max_size=2),
)


@given(st.lists(dealt, max_size=6, unique_by=lambda one: one.id), attendants, times)
def test_minutes_hold_every_item_once(
    items: list[wording.Dealt], there: list[Attendant], began: time
) -> None:
    sitting = wording.Sitting("1/2026", date(2026, 3, 19), "", began, None, "", 3, there, ["Y"], items)
    sections = wording.drafted(sitting)
    ids = [one.id for one in items]
    assert rules.holds_each_once(sections, ids)
    assert [one.item for one in sections if one.item] == ids
    assert all(one.heading for one in sections)
    for one, section in zip(items, sections[1:-1], strict=True):
        assert one.outcome in section.body
        assert one.reasons in section.body
    if items:
        assert not rules.holds_each_once(sections, ids[1:])
        assert not rules.holds_each_once([*sections, sections[1]], ids)


sections = st.lists(
    st.builds(Section, st.text(max_size=9), st.text(max_size=9), st.none() | st.uuids().map(str)), max_size=5
)


@given(sections, sections)
def test_the_hash_tells_texts_apart(one: list[Section], other: list[Section]) -> None:
    assert (rules.fingerprint("m", one) == rules.fingerprint("m", other)) == (one == other)
    assert rules.fingerprint("m", one) != rules.fingerprint("n", one)


@pytest.mark.parametrize(
    ("notice", "last"),
    [
        # Good Friday, and New Year's Day.
        (date(2026, 3, 13), date(2026, 4, 7)),
        (date(2025, 12, 11), date(2026, 1, 2)),
        # A Saturday and an ordinary Friday.
        (date(2026, 9, 5), date(2026, 9, 28)),
        (date(2026, 9, 4), date(2026, 9, 25)),
    ],
)
def test_the_last_day_to_appeal(notice: date, last: date) -> None:
    assert rules.last_day_to_appeal(notice) == last
    assert rules.may_come_down(notice) == last + timedelta(days=1)


@given(days)
def test_an_appeal_has_at_least_three_weeks_and_ends_on_a_working_day(notice: date) -> None:
    last = rules.last_day_to_appeal(notice)
    assert last >= notice + timedelta(weeks=3)
    assert is_working_day(last)
    assume(is_working_day(notice + timedelta(weeks=3)))
    assert last == notice + timedelta(weeks=3)


def test_where_the_council_decides_is_read_from_the_processes() -> None:
    for workflow in load_published().values():
        deciding = rules.deciding_states(workflow)
        assert "recommendation" in deciding
        assert {state.name for state in workflow.states.values() if state.waits_for == "meeting"} <= deciding
        assert not any(workflow.states[name].terminal for name in deciding)
        assert not deciding & rules.states_before(workflow)
    clinic = load_published()["klinik", 1]
    assert {"collaboration_decision", "recommendation", "reassessment"} <= rules.deciding_states(clinic)
    assert "deliberation" in rules.states_before(clinic)


@pytest.mark.parametrize(
    ("text", "at"), [("9:05", time(9, 5)), (" 23.59 ", time(23, 59)), ("00:00", time(0))]
)
def test_times_are_read_as_they_are_written(text: str, at: time) -> None:
    assert rules.clock_time(text) == at


@given(st.text(max_size=8))
def test_no_text_breaks_the_reading(text: str) -> None:
    readers: list[Callable[[], object]] = [
        lambda: rules.read_item({"kind": text, "minutes": text, "title": text}, of_case=False),
        lambda: rules.read_attendance([{"role": "chair", "came": text, "left_at": text}]),
        lambda: rules.read_said([{"left": text, "back": text, "vote": text, "reservation": text}]),
        lambda: rules.read_decision(
            {"outcome": text, "reasons": text, "taken_at": text, "way": text}, deciding=True
        ),
    ]
    for read in readers:
        with contextlib.suppress(BadInput):
            read()
