"""The rules of a round: its clock, who may answer when, what is read of what was typed."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nt_process.consultation import rules
from nt_process.consultation.rules import LADDER, Question, Standing, standing
from nt_process.engine.clock import Extension
from nt_process.kernel.calendar import is_working_day
from nt_process.kernel.faults import BadInput

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@given(opened=DAYS, days=st.integers(1, 366))
def test_the_last_day_is_the_wanted_one_or_the_next_working_day(opened: date, days: int) -> None:
    wanted = opened + timedelta(days=days)
    ledger = rules.ledger_of(opened, rules.read_limit(wanted, opened))
    last = rules.last_day(ledger)
    assert last >= wanted
    assert is_working_day(last)
    assert not any(is_working_day(wanted + timedelta(days=n)) for n in range((last - wanted).days))


@given(opened=DAYS, days=st.integers(1, 100), more=st.integers(1, 200), waited=st.integers(0, 150))
def test_a_moved_last_day_is_later_and_never_in_the_past(
    opened: date, days: int, more: int, waited: int
) -> None:
    ledger = rules.ledger_of(opened, days)
    before, today = rules.last_day(ledger), opened + timedelta(days=waited)
    wanted = before + timedelta(days=more)
    if wanted < today:
        with pytest.raises(BadInput):
            rules.read_extension(wanted.isoformat(), ledger, today)
        return
    day, added = rules.read_extension(wanted.isoformat(), ledger, today)
    moved = rules.last_day(rules.ledger_of(opened, days, [Extension(added, today, day)]))
    assert moved >= wanted > before
    assert moved - wanted < timedelta(days=6)


@pytest.mark.parametrize(
    "typed", ["", "snart", "2026-02-30", "\x00", "0001-01-01", "9999-12-31", "2026-02-02", "2028-01-01"]
)
def test_a_day_that_cannot_be_the_new_last_one_is_refused(typed: str) -> None:
    ledger = rules.ledger_of(date(2026, 1, 7), 26)
    with pytest.raises(BadInput) as refused:
        rules.read_extension(typed, ledger, date(2026, 1, 10))
    assert [fault.column for fault in refused.value.faults] == ["new_day"]


@given(last=DAYS, before=st.integers(0, 30))
def test_the_first_reminder_after_a_day_is_set_lies_ahead_and_none_between_is_left_out(
    last: date, before: int
) -> None:
    today = last - timedelta(days=before)
    found = rules.next_reminder(last, today)
    assert found is not None
    rung, day = found
    assert day == last + timedelta(days=rung) > today
    assert all(last + timedelta(days=other) <= today for other in LADDER if other < rung)


def test_after_the_last_day_only_those_who_have_not_answered_may_and_closing_ends_it() -> None:
    last = date(2026, 2, 2)
    after = last + timedelta(days=1)
    fresh, answered = Standing(True, False, last, False), Standing(True, False, last, True)
    assert answered.refuses_answer(last) is None
    assert answered.refuses_answer(after) == "amending_over"
    assert fresh.refuses_answer(after) is None
    assert (fresh.is_late(last), fresh.is_late(after)) == (False, True)
    assert Standing(True, True, last, False).refuses_answer(last) == "closed"
    assert Standing(False, False, None, False).refuses_answer(last) == "not_open"


ASKED = {
    "a": Question("text", "Fritt", required=True),
    "b": Question("choice", "Välj", ("Nu", "Sedan")),
    "c": Question("scale", "Skala", required=True),
}


def test_a_draft_may_lack_what_an_answer_must_have() -> None:
    assert rules.read_replies(ASKED, {}, complete=False)["a"].is_empty
    with pytest.raises(BadInput) as refused:
        rules.read_replies(ASKED, {"text_c": "inget valt"}, complete=True)
    assert {(fault.column, fault.code) for fault in refused.value.faults} == {
        ("text_a", "answer_required"),
        ("choice_c", "answer_required"),
    }
    found = rules.read_replies(ASKED, {"text_a": " ja\r\nnej ", "choice_c": "3"}, complete=True)
    assert (found["a"].text, found["c"].choice, found["a"].tier) == ("ja\nnej", "3", "participants")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("text_a", "\x00"), ("text_a", "\ud800"), ("text_a", "x" * 1_000_000), ("choice_b", "Nu\x00"), ("choice_b", "yes"),
        ("choice_c", "6"), ("tier_a", "everyone"), ("choice_a", "Nu"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_at_its_field(field: str, typed: str) -> None:
    with pytest.raises(BadInput) as refused:
        rules.read_replies(ASKED, {field: typed}, complete=False)
    assert [fault.column for fault in refused.value.faults] == [field]


@given(st.text(), st.text(), st.text(), st.text())
def test_any_text_is_read_or_refused_and_nothing_else(
    title: str, intro: str, day: str, question: str
) -> None:
    rows = [{"text": question, "kind": "choice", "choices": intro}]
    with contextlib.suppress(BadInput):
        found = rules.read_round({"title": title, "intro": intro, "last_day": day}, rows)
        assert found.title == " ".join(found.title.split()) != ""
        assert all(2 <= len(one.choices) <= rules.MAX_CHOICES for one in found.questions)


def test_a_late_no_comment_is_late() -> None:
    assert [standing(answer, late) for answer in ("submitted", "no_comment") for late in (False, True)] == [
        "answered", "late", "no_comment", "late_no_comment",
    ]  # fmt: skip
    assert standing(None, False) == "waiting"
