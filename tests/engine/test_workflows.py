"""The published processes: without fault, and what each of them promises, read from the file itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nt_process.engine.clock import due
from nt_process.engine.conditions import Facts
from nt_process.engine.decide import Outcome, decide, expire
from nt_process.engine.definition import (
    AUDIENCES,
    DOCUMENT_KINDS,
    PARTY_OF_ROLE,
    ROLES,
    SYSTEM_ROLE,
    Action,
    Condition,
    Workflow,
)
from nt_process.engine.loader import load_published, newest, published_faults, published_files
from nt_process.engine.machine import build, destinations
from nt_process.engine.snapshot import Actor, Case, evolve
from nt_process.engine.walk import RUNNING, Situation, Walk, walk
from nt_process.kernel.calendar import next_working_day
from nt_process.workflow_pages import page
from tests.engine.small_process import MONDAY, noon, opening

ROOT = Path(__file__).parents[2]
PROCESSES = ("forman", "klinik", "sarlakemedel")
EVERYBODY = Actor("e", "Everybody", frozenset(ROLES))
EVERYTHING = Facts(document_kinds=frozenset(DOCUMENT_KINDS))
FULL_FIELDS = {"company_id": "c", "authorised_on": "2026-01-02", "orphan": True, "oncology": False}


def actions_on(workflow: Workflow, operation: str, *clocks: str) -> list[Action]:
    """The actions that do `operation` to one of `clocks`, named or as part of running or all."""
    wide = {"running", "all"} if operation in {"suspend", "resume", "stop"} else set()
    return [
        action
        for action in workflow.actions.values()
        if any(e.operation == operation and e.clock in {*clocks, *wide} for e in action.clocks)
    ]


def parties(action: Action) -> set[str]:
    return {PARTY_OF_ROLE[role] for role in action.by if role != SYSTEM_ROLE}


def test_the_three_processes_are_published_and_have_no_fault() -> None:
    assert published_faults() == []
    assert {process for process, _version in load_published()} == set(PROCESSES)
    assert len(published_files()) == len(load_published())


@pytest.mark.parametrize("process", PROCESSES)
def test_the_printed_page_is_what_the_file_says_now(process: str) -> None:
    printed = (ROOT / "docs" / "processes" / f"{process}.md").read_text(encoding="utf-8")
    assert printed == page(newest(process)), "run: nt workflow docs"


@pytest.mark.parametrize("process", PROCESSES)
def test_every_text_is_there_in_both_languages_and_differs_between_them(process: str) -> None:
    workflow = newest(process)
    texts = [state.labels[audience] for state in workflow.states.values() for audience in AUDIENCES]
    texts += [clock.label for clock in workflow.clocks.values()]
    for owner in (*workflow.states.values(), *workflow.actions.values(), *workflow.clocks.values(), workflow):
        assert owner.source.sv
        assert owner.source.en
    texts += [action.label for action in workflow.actions.values()]
    texts += [text for action in workflow.actions.values() if (text := action.confirm) is not None]
    texts += [text for state in workflow.states.values() if (text := state.guidance) is not None]
    assert [text for text in texts if not text.sv.strip() or not text.en.strip() or text.sv == text.en] == []


@pytest.mark.parametrize("process", PROCESSES)
def test_labels_tell_the_states_apart_within_each_audience_of_the_office(process: str) -> None:
    """The public may see one stage for several states; whoever works with the case may not."""
    labels = [state.labels["secretariat"].sv for state in newest(process).states.values()]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("process", PROCESSES)
def test_every_state_can_be_left_by_a_person_and_no_ended_case_by_anybody(process: str) -> None:
    workflow = newest(process)
    for state in workflow.states.values():
        people = [
            a for a in workflow.actions_from(state.name) if a.by != (SYSTEM_ROLE,) and a.target is not None
        ]
        assert bool(people) != state.terminal, state.name


LIFECYCLE = {"horizon", "early_report", "assessment", "supplement_requested", "negotiation", "recommendation",
             "decided", "introduction", "follow_up", "reassessment", "closed", "withdrawn", "not_selected",
             "dormant", "discontinued", "superseded"}  # fmt: skip


@pytest.mark.parametrize("process", PROCESSES)
def test_the_steps_that_all_processes_share_have_the_same_names(process: str) -> None:
    assert set(newest(process).states) >= LIFECYCLE


@pytest.mark.parametrize("process", PROCESSES)
def test_the_council_can_say_should_can_and_should_not_with_its_grounds(process: str) -> None:
    decided = newest(process).actions["decide_recommendation"]
    stated = {wanted.name: wanted for wanted in decided.inputs}
    assert set(stated["outcome"].choices) == {"should", "can", "should_not"}
    assert decided.sets == {"outcome": "$outcome"}
    assert stated["motivation"].required
    assert stated["motivation"].shared


@pytest.mark.parametrize("process", PROCESSES)
def test_only_a_favourable_position_leads_to_introduction_and_the_other_is_followed_up(process: str) -> None:
    actions = newest(process).actions
    assert Condition("favourable") in actions["start_introduction"].requires
    assert Condition("unfavourable") in actions["start_follow_up"].requires
    into = [action for action in actions.values() if action.target == "introduction"]
    assert into == [actions["start_introduction"]]


@pytest.mark.parametrize("process", PROCESSES)
def test_a_position_is_assessed_again_by_itself_within_two_years(process: str) -> None:
    workflow = newest(process)
    rule = workflow.clocks["reassessment_due"]
    assert (rule.unit, rule.limit) == ("months", 24)
    taken = workflow.actions[rule.on_expiry.action or ""]
    assert (taken.by, taken.target) == ((SYSTEM_ROLE,), "reassessment")
    for situation in walk(workflow).reached:
        if situation.state in {"introduction", "follow_up"}:
            assert situation.is_running("reassessment_due"), situation


@pytest.mark.parametrize("process", PROCESSES)
def test_re_assessment_can_confirm_change_or_close(process: str) -> None:
    workflow = newest(process)
    ways = {action.name: action.target for action in workflow.actions_from("reassessment")}
    assert ways["confirm_recommendation"] == "follow_up"
    assert ways["revise_recommendation"] in {"preparation", "recommendation"}
    assert ways["close_case"] == "closed"
    assert workflow.states["closed"].terminal


@pytest.mark.parametrize("process", PROCESSES)
def test_after_a_withdrawal_the_council_may_go_on_of_its_own_motion(process: str) -> None:
    actions = newest(process).actions
    assert "company_contact" in actions["withdraw"].by
    assert actions["continue_on_own_motion"].sources == ("withdrawn",)
    assert "company_contact" not in actions["continue_on_own_motion"].by
    assert actions["close_withdrawn"].target == "discontinued"


@pytest.mark.parametrize("process", PROCESSES)
def test_the_negotiation_limit_moves_only_when_both_parties_agree(process: str) -> None:
    workflow = newest(process)
    assert workflow.clocks["negotiation"].at_most is None
    assert actions_on(workflow, "extend", "negotiation") == []
    for operation in ("offer", "accept", "decline"):
        (action,) = actions_on(workflow, operation, "negotiation")
        assert parties(action) == {"council", "company"}


@pytest.mark.parametrize("process", PROCESSES)
def test_neither_party_can_make_the_negotiation_limit_stand_still(process: str) -> None:
    """Otherwise one party alone could move what only both may move (proposal 6)."""
    for situation in walk(newest(process)).reached:
        assert not any(clock == "negotiation" and status != RUNNING for clock, status in situation.clocks)


@pytest.mark.parametrize("process", PROCESSES)
def test_a_suspended_limit_never_hides_a_wait_without_a_limit(process: str) -> None:
    """Whoever is waited for outside the council always has a running clock."""
    workflow = newest(process)
    for situation in walk(workflow).reached:
        if workflow.states[situation.state].waits_for in {"company", "tlv", "region", "meeting", "court"}:
            assert any(situation.running), situation


class TestSarlakemedel:
    """The eight proposals as rules (domain §3)."""

    workflow = newest("sarlakemedel")

    def test_the_federation_is_the_legal_subject(self) -> None:
        assert self.workflow.regime == "federation"

    def test_only_the_company_starts_and_only_for_an_authorised_orphan_medicine(self) -> None:
        apply = self.workflow.actions["submit_application"]
        assert apply.by == ("company_contact",)
        names = {condition.name for condition in apply.requires}
        assert names >= {"authorised", "orphan", "company", "document"}
        into_registration = [a for a in self.workflow.actions.values() if a.target == "registration"]
        assert into_registration == [apply]

    @pytest.mark.parametrize("clock", ["tlv_assessment", "negotiation"])
    def test_both_limits_aim_at_120_and_end_at_150_days(self, clock: str) -> None:
        rule = self.workflow.clocks[clock]
        assert (rule.unit, rule.target, rule.limit, rule.at_most) == ("days", 120, 150, None)

    def test_the_assessment_goes_to_both_parties_and_on_to_negotiation(self) -> None:
        deliver = self.workflow.actions["deliver_assessment"]
        assert deliver.target == "negotiation"
        assert {"owner", "company"} <= set(deliver.notify)

    def test_the_negotiation_limit_runs_only_when_a_party_has_activated_it(self) -> None:
        started = actions_on(self.workflow, "start", "negotiation")
        assert [action.name for action in started] == ["activate_limit"]
        assert parties(started[0]) == {"council", "company"}

    def test_when_the_limit_passes_nothing_is_approved_and_reasons_must_be_published(self) -> None:
        taken = self.workflow.actions[self.workflow.clocks["negotiation"].on_expiry.action or ""]
        assert taken.target == "ended_without_agreement"
        assert not taken.sets
        leaving = [
            a for a in self.workflow.actions_from("ended_without_agreement") if a.target == "recommendation"
        ]
        assert [action.name for action in leaving] == ["publish_reasons"]
        (reason,) = leaving[0].inputs
        assert reason.required
        assert reason.shared

    def test_the_decision_is_open_to_legality_review_for_three_weeks_of_statutory_time(self) -> None:
        rule = self.workflow.clocks["appeal_period"]
        assert (rule.basis, rule.unit, rule.limit, rule.rolls) == ("statute", "days", 21, True)
        assert self.workflow.actions["decide_recommendation"].target == "announced"
        # It runs from the notice of the approved minutes, and what has legal force is said when nothing else stands open.
        assert [action.name for action in actions_on(self.workflow, "start", "appeal_period")] == [
            "announce_minutes"
        ]
        assert rule.on_expiry.action is None
        gains = self.workflow.actions["gain_legal_force"]
        assert (gains.by, gains.target) == (("system",), "decided")
        assert Condition("expired", "appeal_period") in gains.requires
        assert "appeal_period" not in {
            clock for s in walk(self.workflow).reached for clock, status in s.clocks if status != RUNNING
        }

    def test_an_annulled_decision_is_remitted_without_its_outcome(self) -> None:
        annulled = self.workflow.actions["record_annulment"]
        assert (annulled.target, annulled.sets) == ("preparation", {"outcome": None})
        for name in ("record_remittal", "change_decision"):
            again = self.workflow.actions[name]
            assert (again.target, again.sets) == ("recommendation", {"outcome": None})


class TestForman:
    """TLV's time is statute: 180 days, deferment of at most 90, and silence about a price increase."""

    workflow = newest("forman")

    def test_the_statutory_time_is_180_days_from_a_complete_application(self) -> None:
        rule = self.workflow.clocks["tlv_decision"]
        assert (rule.basis, rule.unit, rule.limit, rule.rolls) == ("statute", "days", 180, True)
        (start,) = actions_on(self.workflow, "start", "tlv_decision")
        assert start.name == "register_complete"
        assert Condition("authorised") in start.requires

    def test_an_incomplete_application_has_five_working_days(self) -> None:
        rule = self.workflow.clocks["completion"]
        assert (rule.unit, rule.limit) == ("working_days", 5)

    def test_deferment_is_at_most_90_days_in_all_and_granted_by_tlv(self) -> None:
        rule = self.workflow.clocks["tlv_decision"]
        assert rule.at_most is not None
        assert rule.at_most - rule.limit == 90
        (grant,) = actions_on(self.workflow, "extend", "tlv_decision")
        assert "company_contact" not in grant.by
        assert "tlv_assessor" in grant.by

    def test_the_statutory_time_never_stands_still(self) -> None:
        for situation in walk(self.workflow).reached:
            still = {clock for clock, status in situation.clocks if status != RUNNING}
            assert not still & {"tlv_decision", "price_increase"}

    def test_silence_about_the_benefit_decides_nothing(self) -> None:
        assert self.workflow.clocks["tlv_decision"].on_expiry.action is None

    def test_silence_about_a_price_increase_lets_it_be_applied(self) -> None:
        rule = self.workflow.clocks["price_increase"]
        assert (rule.basis, rule.limit) == ("statute", 90)
        taken = self.workflow.actions[rule.on_expiry.action or ""]
        assert (taken.name, taken.target) == ("tacit_approval", "price_increase_granted")

    def test_a_price_increase_gets_90_new_days_after_a_supplement(self) -> None:
        ask = self.workflow.actions["request_price_supplement"]
        answer = self.workflow.actions["submit_price_supplement"]
        assert ("stop", "price_increase") in [(e.operation, e.clock) for e in ask.clocks]
        assert ("start", "price_increase") in [(e.operation, e.clock) for e in answer.clocks]

    def test_a_price_increase_is_extended_once_by_at_most_60_days_and_the_company_is_told(self) -> None:
        rule = self.workflow.clocks["price_increase"]
        assert rule.at_most == rule.limit + 60
        (extend,) = actions_on(self.workflow, "extend", "price_increase")
        assert Condition("not_extended", "price_increase") in extend.requires
        assert "company" in extend.notify

    def test_tripartite_deliberations_are_a_right_that_either_side_may_leave_unused(self) -> None:
        actions = self.workflow.actions
        asks = {"request_tripartite": "company", "offer_tripartite": "council"}
        answers = {"join_tripartite": "council", "accept_tripartite": "company"}
        refusals = {"decline_tripartite": "council", "refuse_tripartite": "company"}
        for name, party in (asks | answers | refusals).items():
            assert parties(actions[name]) == {party}
        assert {actions[name].target for name in refusals} == {"assessment"}
        assert self.workflow.clocks["tripartite_reply"].on_expiry.action == "tripartite_lapses"

    def test_deliberations_end_with_or_without_effect_back_at_tlv(self) -> None:
        for name in ("conclude_agreement", "end_without_agreement", "negotiation_expires"):
            assert self.workflow.actions[name].target == "assessment"


class TestKlinik:
    """Hospital medicines: the council orders, TLV invites, the company may decline."""

    workflow = newest("klinik")

    def test_no_limit_claims_to_be_statute(self) -> None:
        assert {clock.basis for clock in self.workflow.clocks.values()} == {"policy"}

    def test_a_company_that_declines_gets_a_limited_assessment(self) -> None:
        decline = self.workflow.actions["decline_invitation"]
        assert decline.target == "limited_assessment"
        assert "company_contact" in decline.by

    def test_regions_are_polled_before_the_council_decides_on_collaboration(self) -> None:
        into = [a.sources for a in self.workflow.actions.values() if a.target == "collaboration_decision"]
        assert into == [("nominated",)]
        assert self.workflow.states["nominated"].waits_for == "region"
        assert self.workflow.actions["do_not_select"].target == "not_selected"

    def test_the_advice_to_wait_leaves_the_case_where_it_is(self) -> None:
        publish = self.workflow.actions["publish_interim_wait"]
        assert publish.target is None
        assert {"regions", "company"} <= set(publish.notify)


# The walk and the library's machine against the engine that runs real cases.


def situation_of(case: Case) -> Situation:
    clocks = {
        (clock.kind, RUNNING if clock.ledger.open_suspension is None else clock.ledger.open_suspension.reason)
        for clock in case.open_clocks
    }
    return Situation(case.state, case.returns_to, frozenset(clocks))


def statements(action: Action, case: Case) -> dict[str, str]:
    """Something to state for each input: a later last day, the first choice, or a word."""
    last = max((day for clock in case.open_clocks if (day := due(clock.ledger)) is not None), default=MONDAY)
    values = {"text": "text", "date": next_working_day(last + timedelta(days=3)).isoformat()}
    return {
        wanted.name: next(iter(wanted.choices)) if wanted.type == "choice" else values[wanted.type]
        for wanted in action.inputs
    }


def possible(workflow: Workflow, case: Case, today: date) -> Iterator[tuple[str, Outcome]]:
    for action in workflow.actions_from(case.state):
        if action.by != (SYSTEM_ROLE,):
            stated = statements(action, case)
            decision = decide(workflow, case, action.name, EVERYBODY, EVERYTHING, noon(today), inputs=stated)
            if isinstance(decision, Outcome):
                yield action.name, decision


WALKS: dict[str, Walk] = {process: walk(newest(process)) for process in PROCESSES}
MACHINES = {process: build(newest(process)) for process in PROCESSES}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(process=st.sampled_from(PROCESSES), choices=st.lists(st.integers(0, 99), min_size=5, max_size=40))
def test_real_cases_go_where_the_walk_and_the_machine_say_and_nowhere_else(
    process: str, choices: list[int]
) -> None:
    workflow, found, machine = newest(process), WALKS[process], MACHINES[process]
    case, today = evolve(None, opening(workflow, **FULL_FIELDS)), MONDAY
    for choice in choices:
        today += timedelta(days=choice)
        before = situation_of(case)
        assert before in found.reached
        expired = [
            clock
            for clock in case.open_clocks
            if not clock.expired and (last := due(clock.ledger)) is not None and last < today
        ]
        if expired:
            outcome = expire(workflow, case, expired[0].key, EVERYTHING, noon(today))
            case = evolve(case, outcome.event)
            continue
        steps = list(possible(workflow, case, today))
        if workflow.states[case.state].terminal:
            assert steps == []
            return
        assert steps, f"a case is stuck in {case.state}"
        name, outcome = steps[choice % len(steps)]
        assert outcome.event.state in destinations(machine, case.state, name)
        case = evolve(case, outcome.event)
        assert situation_of(case) in found.follows[before]


@pytest.mark.parametrize("process", PROCESSES)
def test_the_engine_refuses_by_state_exactly_what_the_machine_does_not_know(process: str) -> None:
    workflow, machine = newest(process), MACHINES[process]
    for state in workflow.states:
        for action in workflow.actions.values():
            assert bool(destinations(machine, state, action.name)) == (state in action.sources)
