"""What may be done, by whom and when, and every reason when it may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from nt_process.engine.clock import due
from nt_process.engine.clock_effects import limit_in_days
from nt_process.engine.conditions import Facts
from nt_process.engine.decide import Outcome, Refusal, available, decide, expire
from nt_process.engine.snapshot import Actor
from tests.engine.small_process import (
    ASSESSOR,
    CLOCKWORK,
    COMPANY,
    COMPLETE,
    MONDAY,
    NOBODY,
    SECRETARY,
    SMALL,
    Desk,
    clock,
    codes,
    noon,
    stockholm_midnight,
)


def in_assessment() -> Desk:
    return Desk().take("order_review")


def in_negotiation() -> Desk:
    return in_assessment().take("deliver", ASSESSOR)


def in_talks() -> Desk:
    return in_negotiation().take("activate")


# Place, person and conditions ------------------------------------------------------------------


def test_an_unknown_action_is_refused_and_not_raised() -> None:
    assert Desk().refused("fly") == ["unknown_action"]


def test_an_action_is_taken_only_from_its_own_states() -> None:
    assert Desk().refused("deliver", ASSESSOR) == ["wrong_state"]
    assert in_assessment().refused("order_review") == ["wrong_state"]


@pytest.mark.parametrize("actor", [COMPANY, ASSESSOR, NOBODY, CLOCKWORK])
def test_an_action_is_taken_only_by_its_own_roles(actor: Actor) -> None:
    assert Desk().refused("order_review", actor) == ["wrong_role"]


def test_no_person_can_act_as_the_system() -> None:
    assert in_talks().refused("talks_ended") == ["wrong_role"]


def _refused_at_once(actor: Actor) -> list[tuple[str, dict[str, object]]]:
    """Why an action that everything speaks against is refused."""
    desk = Desk(owner_id=None)
    decision = decide(
        SMALL, desk.case, "order_review", actor, Facts(), noon(MONDAY),
        inputs={"colour": "red"}, day=MONDAY + timedelta(days=1),
    )  # fmt: skip
    assert isinstance(decision, Refusal)
    return [(reason.code, dict(reason.params)) for reason in decision.reasons]


def test_every_reason_is_given_at_once() -> None:
    assert _refused_at_once(SECRETARY) == [
        ("day_in_future", {"day": MONDAY + timedelta(days=1)}),
        ("needs_owner", {}),
        ("needs_document", {"kind": "application"}),
        ("input_unknown", {"input": "colour"}),
    ]


def test_who_has_no_part_in_an_action_is_told_that_alone() -> None:
    """The conditions may rest on documents that they do not see."""
    assert _refused_at_once(COMPANY) == [("wrong_role", {"roles": ("secretariat",)})]


def test_what_a_condition_asks_for_makes_the_action_possible() -> None:
    desk = Desk(owner_id=None)
    assert desk.refused("order_review") == ["needs_owner"]
    assert Desk(owner_id="s").refused("order_review") == []


def test_the_outcome_names_the_new_place_and_whom_to_tell() -> None:
    decision = Desk().try_to("order_review")
    assert isinstance(decision, Outcome)
    event = decision.event
    assert (event.state, event.phase, event.waits_for, event.terminal) == (
        "assessment",
        "assessment",
        "tlv",
        False,
    )
    assert (event.seq, event.kind, event.action, event.role, event.day) == (
        2, "action", "order_review", "secretariat", MONDAY,
    )  # fmt: skip
    assert decision.notify == ("tlv",)


def test_a_person_with_two_roles_acts_in_the_one_the_action_is_for() -> None:
    both = Actor("b", "Both", frozenset({"tlv_assessor", "council_member"}))
    decision = in_assessment().try_to("deliver", both)
    assert isinstance(decision, Outcome)
    assert decision.event.role == "tlv_assessor"


# Statements ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({}, ["input_missing"]),
        ({"outcome": "  \t\n"}, ["input_missing"]),
        ({"outcome": "perhaps"}, ["input_not_a_choice"]),
        ({"outcome": "CAN"}, ["input_not_a_choice"]),
        ({"outcome": "can\x00"}, ["input_bad_characters"]),
        ({"outcome": "can", "reason": "x"}, ["input_unknown"]),
        ({"outcome": "can"}, []),
        ({"outcome": " should "}, []),
    ],
)
def test_a_choice_is_one_of_the_choices(inputs: dict[str, str], expected: list[str]) -> None:
    desk = in_negotiation()
    decision = decide(SMALL, desk.case, "decide", SECRETARY, COMPLETE, noon(MONDAY), inputs=inputs)
    assert codes(decision) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Why this price?", []),
        ("Varför? 😀 \u202eabc", []),
        ("", ["input_missing"]),
        ("a\x00b", ["input_bad_characters"]),
        ("a\ud800b", ["input_bad_characters"]),
        ("x" * 20_000, []),
        ("x" * 20_001, ["input_too_long"]),
    ],
)
def test_a_text_is_bounded_and_can_be_stored(text: str, expected: list[str]) -> None:
    assert in_assessment().refused("ask_company", question=text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "tomorrow",
        "20260801",
        "2026-W32-1",
        "2026-8-1",
        "01/08/2026",
        "٢٠٢٦-٠٨-٠١",
    ],
)
def test_a_date_is_a_day_of_the_calendar_written_one_way(text: str) -> None:
    assert in_assessment().refused("extend_review", ASSESSOR, new_due=text) == ["input_not_a_date"]


@pytest.mark.parametrize("text", ["2026-13-01", "2026-02-30", "2027-02-29", " 2026-04-31 ", "0000-01-01"])
def test_a_day_that_does_not_exist_is_called_so(text: str) -> None:
    assert in_assessment().refused("extend_review", ASSESSOR, new_due=text) == ["input_no_such_day"]


def test_a_statement_that_is_not_text_is_refused() -> None:
    desk = in_negotiation()
    numbers: Any = {"outcome": 7}
    decision = decide(SMALL, desk.case, "decide", SECRETARY, COMPLETE, noon(MONDAY), inputs=numbers)
    assert codes(decision) == ["input_not_text"]


def test_stated_values_become_fields_and_a_blank_one_keeps_what_was_there() -> None:
    desk = Desk(medicine="Before").take("rewrite", medicine=" After ")
    assert desk.case.field("medicine") == "After"
    assert desk.case.field("outcome") == "can"
    assert desk.take("rewrite").case.field("medicine") == "After"


# Days ------------------------------------------------------------------------------------------


def test_nothing_takes_effect_in_the_future() -> None:
    assert Desk().refused("order_review", day=MONDAY + timedelta(days=1)) == ["day_in_future"]


def test_the_secretariat_records_afterwards_what_happened_before() -> None:
    desk = Desk().wait(5).take("order_review", day=MONDAY + timedelta(days=2))
    assert desk.ledger("review").started_on == MONDAY + timedelta(days=2)
    assert desk.case.state_since == MONDAY + timedelta(days=2)


def test_only_the_secretariat_records_afterwards() -> None:
    desk = in_assessment().wait(5)
    assert desk.refused("deliver", ASSESSOR, day=MONDAY) == ["only_secretariat_backdates"]
    assert desk.refused("deliver", ASSESSOR, day=desk.today) == []


def test_a_secretary_who_is_also_an_assessor_may_record_afterwards() -> None:
    both = Actor("b", "Both", frozenset({"secretariat", "tlv_assessor"}))
    assert in_assessment().wait(5).refused("deliver", both, day=MONDAY) == []


def test_no_step_takes_effect_before_the_latest_one() -> None:
    desk = Desk().wait(5).take("order_review").wait(5)
    before = desk.case.last_day - timedelta(days=1)
    assert desk.refused("ask_company", day=before, question="?") == ["day_before_last_event"]
    assert desk.refused("ask_company", day=desk.case.last_day, question="?") == []


def test_the_day_is_the_day_in_stockholm() -> None:
    desk = Desk()
    new_day = MONDAY + timedelta(days=1)
    for at, expected in [
        (stockholm_midnight(new_day) - timedelta(microseconds=1), MONDAY),
        (stockholm_midnight(new_day), new_day),
    ]:
        decision = decide(SMALL, desk.case, "order_review", SECRETARY, COMPLETE, at, inputs={})
        assert isinstance(decision, Outcome)
        assert decision.event.day == expected


# Clocks ----------------------------------------------------------------------------------------


def test_starting_a_clock_records_its_limit_and_its_target() -> None:
    review = in_assessment().ledger("review")
    assert (review.started_on, review.limit_days, review.target_days, review.rolls) == (
        MONDAY,
        150,
        120,
        True,
    )


def test_a_limit_in_months_ends_on_the_same_named_day() -> None:
    desk = in_assessment().take("ask_company", question="?")
    assert due(desk.ledger("answer")) == date(2026, 3, 12)


@pytest.mark.parametrize(
    ("start", "working_days", "last"),
    [
        (date(2026, 1, 12), 5, date(2026, 1, 19)),
        (date(2026, 4, 1), 2, date(2026, 4, 7)),  # Good Friday and Easter Monday lie between.
        (date(2025, 12, 23), 1, date(2025, 12, 29)),
        (date(2026, 1, 17), 1, date(2026, 1, 19)),
    ],
)
def test_a_limit_in_working_days_counts_only_those(start: date, working_days: int, last: date) -> None:
    rule = clock("registration", working_days, unit="working_days")
    assert start + timedelta(days=limit_in_days(rule, rule.limit, start)) == last


def test_a_clock_is_not_started_twice() -> None:
    assert in_talks().refused("activate", COMPANY) == ["clock_already_open"]


def test_stopping_and_starting_in_one_action_begins_the_next_clock_of_its_kind() -> None:
    desk = in_talks().wait(10).take("restart_talks")
    assert [(one.key, one.status) for one in desk.case.clocks] == [
        ("review.1", "stopped"), ("talks.1", "stopped"), ("talks.2", "running"),
    ]  # fmt: skip
    assert desk.ledger("talks").started_on == desk.today


def test_a_request_stops_the_clock_from_the_next_day_and_the_answer_starts_it_the_day_after() -> None:
    desk = in_assessment().wait(10).take("ask_company", question="?")
    (pause,) = desk.ledger("review").suspensions
    assert (pause.since, pause.until, pause.waits_for) == (MONDAY + timedelta(days=11), None, "company")
    desk.wait(7).take("answer_question", COMPANY)
    (pause,) = desk.ledger("review").suspensions
    assert pause.until == MONDAY + timedelta(days=17)
    # 150 days from 12 January are 11 June; seven more lead to Thursday 18 June.
    assert due(desk.ledger("review")) == date(2026, 6, 18)


def test_an_answer_on_the_day_of_the_request_costs_no_day() -> None:
    desk = in_assessment().wait(10).take("ask_company", question="?").take("answer_question", COMPANY)
    assert desk.ledger("review").suspensions == ()


def test_interludes_nest_and_each_resumes_only_what_it_suspended() -> None:
    desk = in_assessment().wait(1).take("ask_company", question="?").wait(1).take("pause")
    assert desk.case.returns_to == ("assessment", "waiting")
    assert {one.kind: one.status for one in desk.case.clocks} == {
        "review": "suspended",
        "answer": "suspended",
    }
    desk.wait(5).take("unpause")
    assert desk.case.state == "waiting"
    assert {one.kind: one.status for one in desk.case.clocks} == {"review": "suspended", "answer": "running"}
    desk.wait(1).take("answer_question", COMPANY)
    assert (desk.case.state, desk.case.returns_to) == ("assessment", ())
    assert {one.kind: one.status for one in desk.case.clocks} == {"review": "running", "answer": "stopped"}
    (pause,) = desk.ledger("review").suspensions
    assert (pause.since, pause.until) == (MONDAY + timedelta(days=2), MONDAY + timedelta(days=8))


def test_asking_again_while_waiting_does_not_forget_the_way_back() -> None:
    desk = in_assessment().take("ask_company", question="?").take("ask_again", question="And?")
    assert desk.case.returns_to == ("assessment",)
    assert desk.take("answer_question", COMPANY).case.state == "assessment"


def test_the_end_of_a_case_stops_every_clock() -> None:
    desk = in_assessment().wait(1).take("ask_company", question="?").wait(3).take("pause").wait(1)
    desk.take("withdraw", COMPANY)
    assert desk.case.terminal
    assert desk.case.returns_to == ()
    assert desk.case.next_due is None
    assert {one.ledger.stopped_on for one in desk.case.clocks} == {desk.today}
    for one in desk.case.clocks:
        assert one.ledger.open_suspension is None


# Extensions ------------------------------------------------------------------------------------


def test_one_party_alone_extends_within_the_bound() -> None:
    desk = in_assessment().wait(100)
    assert due(desk.ledger("review")) == date(2026, 6, 11)
    desk.take("extend_review", ASSESSOR, new_due="2026-06-22", reason="Holidays")
    assert due(desk.ledger("review")) == date(2026, 6, 22)
    (extension,) = desk.ledger("review").extensions
    assert (extension.days, extension.reason, extension.decided_on) == (11, "Holidays", desk.today)
    assert desk.refused("extend_review", ASSESSOR, new_due="2026-07-13") == ["extension_too_long"]
    assert desk.refused("extend_review", ASSESSOR, new_due="2026-07-10") == []
    desk.take("extend_review", ASSESSOR, new_due="2026-07-10")  # 179 of at most 180 days: Saturday is left.
    assert desk.refused("extend_review", ASSESSOR, new_due="2026-07-13") == ["extension_used_up"]


@pytest.mark.parametrize(
    ("new_due", "code"),
    [
        ("2026-06-11", "new_due_not_later"),
        ("2026-01-01", "new_due_not_later"),
        ("2026-06-20", "new_due_not_working_day"),
        ("9998-01-05", "new_due_too_far"),
        ("9999-12-30", "new_due_too_far"),
    ],
)
def test_a_new_last_day_is_later_and_one_on_which_the_clock_can_end(new_due: str, code: str) -> None:
    assert in_assessment().refused("extend_review", ASSESSOR, new_due=new_due) == [code]


def test_an_extension_is_agreed_before_expiry() -> None:
    desk = in_assessment().wait(150)
    assert desk.refused("extend_review", ASSESSOR, new_due="2026-06-22") == []
    assert desk.wait(1).refused("extend_review", ASSESSOR, new_due="2026-06-22") == ["clock_expired"]


def test_only_the_other_party_accepts_a_proposed_last_day() -> None:
    desk = in_talks().wait(10).take("offer_time", COMPANY, new_due="2026-03-31")
    assert desk.refused("accept_time", COMPANY) == ["own_offer"]
    assert desk.refused("decline_time", COMPANY) == ["own_offer"]
    assert desk.refused("accept_time", ASSESSOR) == ["wrong_role"]
    desk.take("accept_time")
    assert due(desk.ledger("talks")) == date(2026, 3, 31)
    (extension,) = desk.ledger("talks").extensions
    assert (extension.days, extension.agreed_due) == (18, date(2026, 3, 31))
    assert desk.ledger("talks").offer is None
    assert desk.refused("accept_time") == ["no_offer"]


def test_a_proposal_that_is_declined_is_gone_and_the_old_last_day_stands() -> None:
    desk = in_talks().take("offer_time", new_due="2026-03-31").take("decline_time", COMPANY)
    assert desk.refused("accept_time", COMPANY) == ["no_offer"]
    assert due(desk.ledger("talks")) == date(2026, 3, 13)


def test_a_counter_proposal_replaces_the_first_and_is_for_the_first_party_to_accept() -> None:
    desk = (
        in_talks().take("offer_time", new_due="2026-03-31").take("offer_time", COMPANY, new_due="2026-03-20")
    )
    assert desk.refused("accept_time", COMPANY) == ["own_offer"]
    assert due(desk.take("accept_time").ledger("talks")) == date(2026, 3, 20)


def test_a_proposal_lapses_when_the_old_last_day_has_passed() -> None:
    desk = in_talks().wait(60).take("offer_time", new_due="2026-03-31")
    assert desk.refused("accept_time", COMPANY) == []
    assert desk.wait(1).refused("accept_time", COMPANY) == ["offer_lapsed"]


def test_a_proposal_is_overtaken_when_a_pause_moves_the_last_day_past_it() -> None:
    desk = in_talks().take("offer_time", new_due="2026-03-16").take("pause").wait(5)
    desk.take("unpause")
    assert due(desk.ledger("talks")) == date(2026, 3, 18)
    assert desk.refused("accept_time", COMPANY) == ["offer_overtaken"]


def test_a_proposal_that_adds_nothing_to_a_moved_last_day_is_overtaken() -> None:
    """A pause has moved the counted end to Saturday and so the last day to Monday, the day proposed."""
    rolling = replace(SMALL, clocks={**SMALL.clocks, "talks": replace(SMALL.clocks["talks"], rolls=True)})
    desk = Desk(rolling).take("order_review").take("deliver", ASSESSOR).take("activate")
    desk.take("offer_time", new_due="2026-03-16").take("pause").wait(1).take("unpause")
    assert due(desk.ledger("talks")) == date(2026, 3, 16)
    assert desk.refused("accept_time", COMPANY) == ["offer_overtaken"]


def test_nothing_is_extended_while_the_clock_stands_still() -> None:
    desk = in_assessment().take("ask_company", question="?")
    stuck = replace(desk.case, state="assessment")
    decision = decide(
        SMALL, stuck, "extend_review", ASSESSOR, COMPLETE, noon(MONDAY), inputs={"new_due": "2026-08-03"}
    )
    assert codes(decision) == ["clock_suspended"]


def test_nothing_is_extended_before_the_clock_runs() -> None:
    assert in_negotiation().refused("offer_time", new_due="2026-03-31") == ["clock_not_open"]


# Expiry ----------------------------------------------------------------------------------------


def test_an_expiry_without_an_action_is_recorded_and_the_case_stays_where_it_is() -> None:
    desk = in_assessment().wait(151)
    outcome = expire(SMALL, desk.case, "review.1", COMPLETE, noon(desk.today))
    desk.record(outcome.event)
    assert outcome.event.kind == "clock_expired"
    assert outcome.event.actor.id is None
    assert desk.case.state == "assessment"
    review = desk.case.clock("review")
    assert review is not None
    assert review.expired
    assert outcome.notify == ("owner", "management")
    assert desk.refused("extend_review", ASSESSOR, new_due="2026-08-03") == ["clock_expired"]


def test_an_expiry_with_an_action_takes_it_and_is_recorded() -> None:
    desk = in_talks().wait(61)
    outcome = expire(SMALL, desk.case, "talks.1", COMPLETE, noon(desk.today))
    desk.record(outcome.event)
    assert (outcome.event.kind, outcome.event.action) == ("clock_expired", "talks_ended")
    assert desk.case.state == "done"
    assert desk.case.field("outcome") == "should_not"
    talks = desk.case.clock("talks")
    assert talks is not None
    assert (talks.expired, talks.status) == (True, "stopped")


def test_an_expiry_whose_action_cannot_be_taken_is_recorded_all_the_same() -> None:
    desk = in_talks().wait(61)
    elsewhere = replace(desk.case, state="assessment")
    outcome = expire(SMALL, elsewhere, "talks.1", COMPLETE, noon(desk.today))
    assert (outcome.event.kind, outcome.event.action, outcome.event.state) == (
        "clock_expired", None, "assessment",
    )  # fmt: skip
    assert outcome.notify == ("owner", "management")


# What a page offers ----------------------------------------------------------------------------


def test_a_page_shows_what_leads_on_and_why_the_rest_may_not_be_done() -> None:
    desk = in_talks()
    offered = {
        action.name: codes(decision)
        for action, decision in available(SMALL, desk.case, COMPANY, COMPLETE, noon(desk.today))
    }
    assert offered == {
        "ask_company": ["wrong_role"],
        "pause": ["wrong_role"],
        "activate": ["clock_already_open"],
        "offer_time": [],
        "accept_time": ["no_offer"],
        "decline_time": ["no_offer"],
        "restart_talks": ["wrong_role"],
        "decide": ["wrong_role"],
        "withdraw": [],
    }


def test_offering_does_not_ask_for_statements_and_acting_does() -> None:
    desk = in_negotiation()
    offered = decide(SMALL, desk.case, "decide", SECRETARY, COMPLETE, noon(desk.today))
    assert isinstance(offered, Outcome)
    assert desk.refused("decide") == ["input_missing"]
