"""From follow-up to re-assessment and its outcome: the clock, what reopens a case, and the steps of the workflow."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from flask import Flask

from nt_process.cases.errors import Refused
from nt_process.kernel.calendar import add_months
from nt_process.kernel.faults import BadInput
from nt_process.notices.tick import tick
from nt_process.reassessment import service, sweep, triggers
from nt_process.reassessment.errors import ReassessmentError
from tests.features.reassessment.world import LONG_AGO, Followed, followed, notices, one
from tests.world import START, Office

DAY = timedelta(days=1)


@pytest.fixture
def case(office: Office) -> Followed:
    return followed(office)


def code(error: pytest.ExceptionInfo[ReassessmentError]) -> str:
    return error.value.reason.code


def test_the_clock_runs_two_years_from_publication_and_shows_how(case: Followed) -> None:
    clock = case.clock()
    assert clock.due == add_months(LONG_AGO.date(), 24)
    assert [line.rule for line in clock.lines] == ["published", "months", "last_day"]
    assert clock.state == "soon"


def test_a_condition_shortens_it_and_is_lifted_again(case: Followed) -> None:
    own = case.clock().due
    case.set_bound("2026-03-01")
    assert case.clock().due == date(2026, 3, 1)
    assert [line.rule for line in case.clock().lines][-2:] == ["condition", "last_day"]
    with pytest.raises(ReassessmentError) as error:
        case.set_bound("2026-03-01")
    assert code(error) == "same_text"
    case.set_bound("")
    assert case.clock().due == own
    for day in (str(own), "2025-12-01", "i morgon"):
        with pytest.raises(BadInput):
            case.set_bound(day)
    with pytest.raises(ReassessmentError) as error:
        case.set_bound("2026-03-01", name="member")
    assert code(error) == "not_allowed"


def test_each_reminder_goes_out_once_also_with_two_schedulers_and_after_an_outage(case: Followed) -> None:
    due = case.clock().due
    secretaries = 2

    def told() -> int:
        return notices(case.office, "reassessment_reminder")

    def sweep_at(day: date) -> int:
        at = datetime.combine(day, START.time(), START.tzinfo)
        with ThreadPoolExecutor(3) as pool:
            swept = list(pool.map(lambda _n: sweep.remind_reassessments(case.office.engine, at), range(3)))
        return sum(one.sent for one in swept)

    assert sweep_at(add_months(due, -6) - DAY) == 0
    assert sweep_at(add_months(due, -6)) == 1
    assert told() == secretaries
    # Nothing ran for four months: the two that were missed are sent, each once.
    assert sweep_at(add_months(due, -1) + 3 * DAY) == 2
    assert sweep_at(due) == 0
    assert told() == 3 * secretaries
    rungs = one(case.office, "SELECT array_agg(rung ORDER BY rung DESC) FROM reassessment_reminder")
    assert rungs == [6, 3, 1]


def test_what_a_condition_made_due_is_begun_by_the_workflows_own_step(case: Followed) -> None:
    case.set_bound("2026-02-01")
    tick(case.office.engine, START.replace(month=2, day=1))
    assert case.state == "introduction"
    tick(case.office.engine, START.replace(month=2, day=2))
    assert case.state == "reassessment"
    assert case.clock(START.replace(month=2, day=2)).state == "reassessing"


def test_a_happening_is_there_once_and_is_assessed_with_a_reason(case: Followed) -> None:
    made = case.enter()
    for source in ("Provtidskriften 2026:1", "  provtidskriften   2026:1"):
        with pytest.raises(ReassessmentError) as error:
            case.enter(source=source)
        assert code(error) == "there"
    case.enter(source="En annan källa")
    assert len(case.triggers()) == 2
    case.assess(made, "note")
    with pytest.raises(ReassessmentError) as error:
        case.assess(made, "not_relevant")
    assert code(error) == "changed"
    case.assess(made, "reopen", seen=1)
    assert case.state == "reassessment"
    with pytest.raises(ReassessmentError) as error:
        case.assess(made, "note", seen=2)
    assert code(error) == "reopened"
    with pytest.raises(BadInput):
        triggers.assess(case.office.engine, case.by(), made, 2, {"verdict": "reopen", "reason": ""})


def test_of_two_who_assess_at_once_one_is_told(case: Followed) -> None:
    made = case.enter()

    def assess(name: str) -> str:
        try:
            case.assess(made, "note", name)
        except ReassessmentError as error:
            return error.reason.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(assess, ("secretary", "colleague"))) == ["changed", "done"]


def test_a_case_that_cannot_be_reopened_yet_says_why_and_keeps_nothing(office: Office) -> None:
    case = followed(office, introduce=False)
    made = case.enter()
    with pytest.raises(Refused):
        case.assess(made)
    assert case.triggers()[0]["verdict"] is None


@pytest.mark.parametrize(
    ("outcome", "state"), [("stands", "follow_up"), ("changed", "preparation"), ("closed", "closed")]
)
def test_each_outcome_takes_its_step_and_its_reasons_are_public(
    case: Followed, outcome: str, state: str, app: Flask
) -> None:
    with pytest.raises(ReassessmentError) as error:
        case.decide(outcome)
    assert code(error) == "not_due"
    case.assess(case.enter())
    case.decide(outcome, "member")
    assert case.state == state
    clock = case.clock()
    if outcome == "stands":
        assert clock.due == add_months(START.date(), 24)
        assert clock.state == "later"
    else:
        assert clock.state == {"changed": "changing", "closed": "closed"}[outcome]
        assert not clock.runs
    assert "Inget nytt har framkommit." in app.test_client().get(f"/public/sv/cases/{case.number}").text


def test_the_clock_begins_anew_also_when_the_step_was_taken_on_the_cases_own_page(case: Followed) -> None:
    case.assess(case.enter())
    case.office.act("member", case.number, "confirm_recommendation", motivation="Står fast.")
    assert case.clock().due == add_months(START.date(), 24)


def test_who_may_not_is_told_that_there_is_nothing(case: Followed) -> None:
    made = case.enter()
    for name in ("member", "manager", "region", "company", "tlv"):
        with pytest.raises(ReassessmentError):
            case.enter(name, source=name)
        with pytest.raises(ReassessmentError):
            case.assess(made, "note", name)
    assert case.triggers("region") == [] == case.triggers("company")
    for name in ("region", "company", "tlv", "manager"):
        with pytest.raises(ReassessmentError):
            case.decide(name=name)


def test_the_numbers_of_the_rules_are_data_and_the_earlier_ones_stay(case: Followed) -> None:
    numbers = {"months": "12", "price_percent": "7,5", "agreement_days": "30"}
    service.set_rule(case.office.engine, case.by(), numbers)
    assert case.clock().due == add_months(LONG_AGO.date(), 12)
    assert one(case.office, "SELECT count(*) FROM reassessment_rule") == 2
    with pytest.raises(ReassessmentError) as error:
        service.set_rule(case.office.engine, case.by(), numbers)
    assert code(error) == "same_text"
    for wrong in ({"months": "0"}, {"price_percent": "0"}, {"price_percent": "-1"}, {"agreement_days": "x"}):
        with pytest.raises(BadInput):
            service.set_rule(case.office.engine, case.by(), numbers | wrong)
