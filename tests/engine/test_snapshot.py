"""A case is what its log amounts to: nothing else is known about it, and nothing in it is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from nt_process.audit.log import GENESIS, event_of, row_of
from nt_process.engine.clock import days_used, due
from nt_process.engine.decide import expire, unchanged
from nt_process.engine.snapshot import Case, Event, evolve, fold
from tests.engine.small_process import (
    ASSESSOR,
    COMPANY,
    COMPLETE,
    MONDAY,
    SECRETARY,
    SMALL,
    Desk,
    noon,
    opening,
)


def a_long_case() -> Desk:
    """A case that has seen everything: a question, a pause, extensions by one and by both, an expiry."""
    desk = Desk(medicine="Aurelumab", orphan=True, authorised_on=date(2025, 11, 3))
    desk.take("order_review").wait(20)
    desk.take("ask_company", question="Which comparator?").wait(3).take("pause").wait(10).take("unpause")
    desk.wait(4).take("answer_question", COMPANY).wait(30)
    desk.take("extend_review", ASSESSOR, new_due="2026-07-06", reason="A second dossier").wait(10)
    desk.take("deliver", ASSESSOR).wait(1).take("activate", COMPANY).wait(20)
    desk.take("offer_time", new_due="2026-07-01").wait(2).take("decline_time", COMPANY)
    desk.take("offer_time", COMPANY, new_due="2026-06-24").wait(1).take("accept_time")
    desk.wait(2).take("pause").wait(3).take("unpause").wait(80)
    desk.record(expire(SMALL, desk.case, "talks.1", COMPLETE, noon(desk.today)).event)
    return desk


def stored(event: Event) -> Event:
    """The event as it comes back from the database: its body has been JSON."""
    row: dict[str, Any] = row_of("00000000-0000-0000-0000-000000000001", event, GENESIS)
    return event_of({**row, "body": json.loads(json.dumps(row["body"]))})


def as_text(case: Case) -> Case:
    """The log keeps a date among the fields as its ISO text."""
    dates = {name: str(value) for name, value in case.fields.items() if isinstance(value, date)}
    return replace(case, fields={**case.fields, **dates})


def test_the_log_gives_back_the_case() -> None:
    desk = a_long_case()
    assert fold(desk.events) == desk.case


def test_the_stored_log_gives_back_the_case_without_the_workflow_file() -> None:
    desk = a_long_case()
    assert fold(stored(event) for event in desk.events) == as_text(desk.case)


def test_a_part_of_the_log_is_the_case_as_of_that_time() -> None:
    desk = Desk().take("order_review").wait(10).take("ask_company", question="?")
    before = desk.case
    desk.wait(5).take("answer_question", COMPANY)
    assert fold(desk.events[:3]) == before
    assert before.state == "waiting"


def test_an_event_comes_back_from_the_log_as_it_went_in() -> None:
    """Only the actor's other roles are left out: the role in which they acted is what counts."""
    for event in a_long_case().events:
        changes = as_text(replace(a_case(), fields=event.changes)).fields
        anonymous = replace(event, actor=replace(event.actor, roles=frozenset()), changes=changes)
        assert stored(event) == anonymous


def a_case() -> Case:
    return evolve(None, opening())


def test_a_log_without_events_is_no_case() -> None:
    with pytest.raises(ValueError, match="without events"):
        fold([])


def test_an_operation_nobody_knows_is_an_error_and_not_ignored() -> None:
    desk = Desk().take("order_review")
    event = unchanged(
        desk.case,
        "edited",
        SECRETARY,
        "secretariat",
        noon(MONDAY),
        clocks=({"op": "rewind", "clock": "review.1"},),
    )
    with pytest.raises(ValueError, match="rewind"):
        evolve(desk.case, event)


def test_opening_says_what_the_case_is_and_which_law_it_follows() -> None:
    case = evolve(None, opening(medicine="Aurelumab"))
    assert (case.number, case.process, case.workflow_version, case.workflow_sha256) == (
        "NT-2026-0001", "small", 1, SMALL.sha256,
    )  # fmt: skip
    assert (case.version, case.state, case.opened_on, case.state_since) == (1, "draft", MONDAY, MONDAY)
    assert case.field("medicine") == "Aurelumab"


def test_the_version_counts_the_events() -> None:
    desk = a_long_case()
    assert desk.case.version == len(desk.events) == desk.events[-1].seq


def test_time_in_a_state_is_counted_from_when_it_was_entered_and_not_from_the_latest_event() -> None:
    desk = Desk().take("order_review").wait(10)
    desk.take("extend_review", ASSESSOR, new_due="2026-06-22")
    assert desk.case.state_since == MONDAY
    assert desk.case.last_day == MONDAY + timedelta(days=10)


def test_a_note_leaves_the_case_where_it_was_and_does_not_keep_a_step_from_being_recorded_afterwards() -> (
    None
):
    desk = Desk().take("order_review").wait(10)
    note = unchanged(
        desk.case, "note", SECRETARY, "secretariat", noon(desk.today), inputs={"text": "Called."}
    )
    before = desk.case
    desk.record(note)
    assert desk.case == replace(before, version=before.version + 1)
    yesterday = desk.today - timedelta(days=1)
    assert desk.refused("ask_company", day=yesterday, question="?") == []


def test_an_expiry_is_a_mark_and_a_step_taken_on_the_last_day_can_still_be_recorded() -> None:
    desk = Desk().take("order_review").wait(160)
    desk.record(expire(SMALL, desk.case, "review.1", COMPLETE, noon(desk.today)).event)
    yesterday = desk.today - timedelta(days=1)
    assert desk.refused("ask_company", day=yesterday, question="?") == []


def test_a_case_knows_its_nearest_last_day_and_target() -> None:
    desk = Desk().take("order_review")
    assert (desk.case.next_due, desk.case.next_target) == (date(2026, 6, 11), date(2026, 5, 12))
    desk.take("ask_company", question="?")
    # The review stands still and has no last day; the company's own limit has.
    assert (desk.case.next_due, desk.case.next_target) == (date(2026, 3, 12), None)


def test_the_history_of_a_clock_stays_when_its_kind_starts_again() -> None:
    desk = Desk().take("order_review").wait(5).take("deliver", ASSESSOR).take("activate").wait(10)
    desk.take("restart_talks").wait(4)
    first, second = [one for one in desk.case.clocks if one.kind == "talks"]
    assert (days_used(first.ledger, desk.today), days_used(second.ledger, desk.today)) == (10, 4)
    assert desk.case.clock("talks") == second
    assert due(second.ledger) == MONDAY + timedelta(days=15 + 60)
