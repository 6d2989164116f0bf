"""Evidence plans and early dialogues: who reads and writes what, deliveries through the examination, and reminders."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from nt_process.cases import documents
from nt_process.kernel.faults import BadInput
from nt_process.reassessment import dialogues, plan_queries, plans, sweep
from nt_process.reassessment.errors import ReassessmentError
from tests.features.reassessment.world import DIALOGUE, PLAN, Followed, day, dialogue, followed, notices
from tests.rights.test_second_wall import acting_as
from tests.world import PDF, START, Office

_WAITS = """
    INSERT INTO examination (sha256, kind, asked_at, run_after)
    SELECT f.sha256, 'pdf', :at, :at FROM evidence_delivery d JOIN document f ON f.id = d.document_id
    ON CONFLICT DO NOTHING
"""
_STOPPED = "UPDATE examination SET state = 'quarantined', fault = 'virus', finished_at = :at"


@pytest.fixture
def case(office: Office) -> Followed:
    return followed(office)


def code(error: pytest.ExceptionInfo[ReassessmentError]) -> str:
    return error.value.reason.code


def read(case: Followed, name: str, plan: str) -> Any:
    with case.office.engine.connect() as connection:
        return plan_queries.one_of(connection, case.by(name).actor, plan)


def test_a_plan_is_read_by_each_as_far_as_it_is_theirs(case: Followed) -> None:
    plan = case.plan()
    assert read(case, "secretary", plan)["intent"] == PLAN["intent"] == read(case, "company", plan)["intent"]
    assert (read(case, "region", plan)["question"], read(case, "region", plan)["intent"]) == (
        PLAN["question"],
        "",
    )
    for name in ("rival", "tlv"):
        with pytest.raises(ReassessmentError) as error:
            read(case, name, plan)
        assert code(error) == "not_found"


def test_a_company_delivers_its_milestone_and_the_file_is_among_the_documents(case: Followed) -> None:
    plan = case.plan()
    milestone = case.milestone(plan)
    engine = case.office.engine
    with pytest.raises(ReassessmentError) as error:
        plans.deliver(engine, case.by("rival"), milestone, "Här.", None)
    assert code(error) == "not_found"
    for wrong in (None, ("rapport.exe", b"MZ")):
        with pytest.raises(BadInput):
            plans.deliver(engine, case.by("company"), milestone, "", wrong)
    assert plans.state_of(case.milestones(plan)[0], START.date()) == "later"
    plans.deliver(engine, case.by("company"), milestone, "Rapporten.", ("rapport.pdf", PDF))
    assert plans.state_of(case.milestones(plan)[0], START.date()) == "delivered"
    with engine.connect() as connection:
        listed = documents.listed(connection, case.by("company").actor, case.number)
        delivered = plan_queries.deliveries(connection, case.by("company").actor, plan)
        assert plan_queries.deliveries(connection, case.by("region").actor, plan) == {}
    assert delivered[next(iter(delivered))][0]["document_id"] in {one["id"] for one in listed}
    # The secretariat is told, both of them.
    assert notices(case.office, "evidence_delivered") == 2


def test_a_file_that_was_stopped_delivers_nothing(case: Followed) -> None:
    plan = case.plan()
    milestone = case.milestone(plan)
    plans.deliver(case.office.engine, case.by("company"), milestone, "", ("rapport.pdf", PDF + b"%x\n"))
    with case.office.engine.begin() as connection:
        for statement in (_WAITS, _STOPPED):
            connection.execute(sa.text(statement), {"at": START})
    assert case.milestones(plan)[0]["delivered_on"] is None


def test_the_owner_of_the_data_is_reminded_before_and_after_and_each_time_once(case: Followed) -> None:
    plan = case.plan()
    case.milestone(plan)
    other = case.plan(side="other", data_owner="Registercentrum")
    late = case.milestone(other, due="2026-07-01")

    def told(after: int) -> int:
        at = START.replace(month=6, day=1) + timedelta(days=after)
        sweep.remind_reassessments(case.office.engine, at)
        sweep.remind_reassessments(case.office.engine, at)
        return notices(case.office, "evidence_reminder")

    company, secretaries = 1, 2
    assert told(-31) == 0
    # A month before; nobody ran a week before.
    assert told(-30) == company
    assert told(-1) == 2 * company
    # Past the day the secretariat is told as well; of the other plan it alone, a month before.
    expected = 3 * company + secretaries + secretaries
    assert told(1) == expected
    plans.deliver(case.office.engine, case.by(), late, "Kom med brev.", None)
    assert told(25) == expected + company + secretaries


def test_a_day_is_moved_with_a_reason_and_the_reminders_begin_anew(case: Followed) -> None:
    plan = case.plan()
    milestone = case.milestone(plan)
    engine = case.office.engine
    typed = {"due": "2026-09-01", "reason": "Registret är försenat."}
    plans.move_milestone(engine, case.by(), milestone, 1, typed)
    found = case.milestones(plan)[0]
    assert (found["due"], found["reason"]) == (day("2026-09-01"), typed["reason"])
    for seen, reason in ((1, "changed"), (2, "same_text")):
        with pytest.raises(ReassessmentError) as error:
            plans.move_milestone(engine, case.by(), milestone, seen, typed)
        assert code(error) == reason
    with pytest.raises(ReassessmentError) as error:
        plans.move_milestone(engine, case.by("company"), milestone, 2, typed)
    assert code(error) == "not_allowed"


def test_of_a_dialogue_the_company_reads_its_own_and_the_regions_what_is_for_them(case: Followed) -> None:
    office = case.office
    met = dialogue(office, case=case.number)
    early = dialogue(office, medicine="Oansökt")

    def listed(name: str) -> list[str]:
        with office.engine.connect() as connection:
            return sorted(one["medicine"] for one in dialogues.listed(connection, case.by(name).actor))

    assert listed("secretary") == listed("company") == ["Oansökt", "Tidigin"]
    assert listed("rival") == listed("region") == listed("tlv") == []
    with office.engine.connect() as connection:
        told = dialogues.told(connection, case.by("region").actor, case.number)
        assert [one["for_regions"] for one in told] == [DIALOGUE["for_regions"]]
        assert dialogues.told(connection, case.by("rival").actor, case.number) == []
    with pytest.raises(BadInput):
        dialogue(office, case=case.number, company=office.rival_id)
    dialogues.write(office.engine, case.by(), early, 1, {**DIALOGUE, "advice": "Ett annat råd."})
    for base, reason in ((1, "changed"), (2, "same_text")):
        with pytest.raises(ReassessmentError) as error:
            dialogues.write(office.engine, case.by(), early, base, {**DIALOGUE, "advice": "Ett annat råd."})
        assert code(error) == reason
    with pytest.raises(ReassessmentError):
        dialogues.write(office.engine, case.by("company"), met, 1, dict(DIALOGUE))


def test_the_second_wall_says_the_same(case: Followed) -> None:
    plan = case.plan()
    case.milestone(plan)
    case.enter()
    dialogue(case.office, case=case.number)
    dialogue(case.office, medicine="Oansökt")
    counts = {
        "reopening_trigger": {"secretary": 1, "manager": 1, "region": 0, "company": 0, "rival": 0, "tlv": 0},
        "early_dialogue_version": {"secretary": 2, "region": 1, "company": 2, "rival": 0, "tlv": 0},
        "evidence_plan_version": {"secretary": 1, "region": 1, "company": 1, "rival": 0, "tlv": 0},
        "evidence_milestone_day": {"secretary": 1, "region": 1, "company": 1, "rival": 0, "tlv": 0},
    }
    for table, expected in counts.items():
        for name, many in expected.items():
            with acting_as(case.office.engine, case.office.people[name]) as connection:
                found = connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()
            assert found == many, (table, name)
