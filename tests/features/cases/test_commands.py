"""Commands on a case: what is stored, who wins, what is refused, and that the log proves it all."""

from __future__ import annotations

import re
import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from nt_process.cases import queries, service
from nt_process.cases.errors import CaseNotFound, KeyReused, Refused, Stale
from nt_process.cases.store import folded
from nt_process.cases.verify import as_of_one_moment, verify
from tests.world import START, Office


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def file_of(office: Office, number: str, as_of: datetime | None = None) -> queries.CaseFile:
    with office.engine.connect() as connection:
        found = queries.case_file(connection, office.actor("secretary"), number, as_of)
    assert found is not None
    return found


def test_numbers_are_gapless_per_year_also_when_an_opening_fails(office: Office) -> None:
    first = office.open()
    with pytest.raises(Refused):
        office.open(atc="not an atc code")
    second = office.open()
    next_year = office.open(at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert [first, second, next_year] == ["NT-2026-0001", "NT-2026-0002", "NT-2027-0001"]


def test_numbers_are_gapless_when_many_open_at_once(office: Office) -> None:
    numbers: list[str] = []
    threads = [threading.Thread(target=lambda: numbers.append(office.open())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == [f"NT-2026-{serial:04d}" for serial in range(1, 7)]


def test_only_the_secretariat_opens_cases(office: Office) -> None:
    for name in ("member", "manager", "auditor", "tlv", "region", "company"):
        with pytest.raises(Refused) as refused:
            service.open_case(office.engine, office.people[name], "klinik", {"medicine": "X"}, START)
        assert codes(refused) == ["wrong_role"]


def test_every_unusable_field_is_named_at_once(office: Office) -> None:
    with pytest.raises(Refused) as refused:
        office.open(
            process="ingen",
            medicine=" ",
            atc="1X",
            authorised_on="2025-13-01",
            approval_type="magic",
            colour="red",
        )
    named = {
        (reason.code, reason.params.get("field", reason.params.get("process")))
        for reason in refused.value.reasons
    }
    assert named == {
        ("field_missing", "medicine"),
        ("field_not_atc", "atc"),
        ("field_no_such_day", "authorised_on"),
        ("field_not_a_choice", "approval_type"),
        ("field_unknown", "colour"),
        ("unknown_process", "ingen"),
    }


def test_two_people_on_the_same_version_one_wins_and_the_other_is_told_who(office: Office) -> None:
    number = office.open()
    version = office.version(number)
    office.act("secretary", number, "await_application")
    with pytest.raises(Stale) as stale:
        service.take_action(
            office.engine, office.people["colleague"], number, "await_application", START,
            expected_version=version, inputs={},
        )  # fmt: skip
    event = stale.value.event
    assert event is not None
    assert (event.actor.name, event.action, stale.value.version) == (
        "Secretary",
        "await_application",
        version + 1,
    )


def test_twenty_at_once_and_exactly_one_is_carried_out(office: Office) -> None:
    number = office.open()
    version, outcomes, barrier = office.version(number), [], threading.Barrier(20)

    def run() -> None:
        barrier.wait()
        try:
            service.take_action(
                office.engine, office.people["secretary"], number, "await_application", START,
                expected_version=version, inputs={},
            )  # fmt: skip
            outcomes.append("done")
        except (Stale, Refused) as error:
            outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=run) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["Stale"] * 19 + ["done"]
    assert office.version(number) == version + 1


def test_a_repeated_command_changes_nothing_and_a_key_stands_for_one_command(office: Office) -> None:
    number = office.open()
    version = office.version(number)
    command = {"expected_version": version, "inputs": {}, "key": "once"}
    first = service.take_action(
        office.engine, office.people["secretary"], number, "await_application", START, **command
    )
    again = service.take_action(
        office.engine, office.people["secretary"], number, "await_application", START, **command
    )
    assert (first.repeated, again.repeated, again.case.version) == (False, True, version + 1)
    with pytest.raises(KeyReused):
        service.take_action(
            office.engine, office.people["secretary"], number, "make_dormant", START, **command
        )
    assert office.version(number) == version + 1


def test_what_one_may_not_see_answers_as_what_does_not_exist(office: Office) -> None:
    number = office.open()
    for missing in (number, "NT-2026-9999"):
        with pytest.raises(CaseNotFound):
            service.take_action(
                office.engine, office.people["rival"], missing, "submit_application", START,
                expected_version=1, inputs={},
            )  # fmt: skip


def test_rights_follow_a_membership_at_once(office: Office) -> None:
    number = office.open()
    with office.engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE membership SET valid_to = :day WHERE person_id = :person"),
            {"day": START.date() - timedelta(days=1), "person": office.people["colleague"]},
        )
    with pytest.raises(CaseNotFound):
        office.act("colleague", number, "await_application")


def test_a_refusal_stores_nothing(office: Office) -> None:
    number = office.open()
    version = office.version(number)
    with pytest.raises(Refused) as refused:
        office.act("company", number, "submit_application")
    assert codes(refused) == ["needs_document"]
    assert office.version(number) == version


def test_the_case_as_of_any_day_is_what_its_log_says(office: Office) -> None:
    number = office.open()
    office.act("secretary", number, "await_application", START + timedelta(days=3))
    before = file_of(office, number, START + timedelta(days=2))
    after = file_of(office, number, START + timedelta(days=4))
    assert (before.case.state, after.case.state) == ("horizon", "awaiting_application")
    assert folded(after.events) == after.case


def test_an_edit_records_only_what_differs(office: Office) -> None:
    number = office.open()
    facts = {"medicine": "Provastin", "substance": "ny substans", "company_id": office.company_id}
    done = service.edit(
        office.engine,
        office.people["secretary"],
        number,
        facts,
        START,
        expected_version=office.version(number),
    )
    assert file_of(office, number).events[-1].changes == {"substance": "ny substans"}
    same = service.edit(
        office.engine, office.people["secretary"], number, facts, START, expected_version=done.case.version
    )
    assert same.case.version == done.case.version


def test_a_note_with_nul_or_nothing_in_it_is_refused(office: Office) -> None:
    number = office.open()
    for text in ("", "   ", "a\x00b", "x" * 20_001):
        with pytest.raises(Refused) as refused:
            service.add_note(office.engine, office.people["secretary"], number, text, START)
        assert codes(refused) == ["note_unusable"]


def test_people_are_told_of_what_others_do_but_not_of_their_own(office: Office) -> None:
    number = office.open()
    office.act("secretary", number, "await_application")
    office.add_document("company", number, "application")
    office.act("company", number, "submit_application")
    with office.engine.connect() as connection:
        told = (
            connection.execute(sa.text("SELECT p.name FROM notice n JOIN person p ON p.id = n.person_id"))
            .scalars()
            .all()
        )
    assert "Secretary" in told
    assert "Rival" not in told
    actions_of_company = sa.text(
        "SELECT count(*) FROM notice WHERE subject = 'submit_application' AND person_id = :id"
    )
    with office.engine.connect() as connection:
        assert connection.execute(actions_of_company, {"id": office.people["company"]}).scalar_one() == 0


def test_every_case_is_verified_and_tampering_is_named(office: Office, databases) -> None:
    number = office.open()
    office.act("secretary", number, "await_application")
    other = office.open()
    with office.engine.connect() as connection:
        verdict = verify(connection)
        assert (verdict.ok, verdict.cases) == (True, 2)
    owner = sa.create_engine(databases.owner_url)
    tampering = {
        "UPDATE event SET actor = 'Someone else' WHERE seq = 2": "altered_row",
        "UPDATE event SET at = at + interval '1 second' WHERE seq = 2": "altered_row",
        "UPDATE event SET body = jsonb_set(body, '{phase}', '\"closed\"') WHERE seq = 2": "altered_row",
        "DELETE FROM event WHERE seq = 2": "missing_row",
        "DELETE FROM event WHERE seq = 3": "wrong_head",
        "UPDATE cases SET state = 'closed'": "differs_from_log",
        "UPDATE clock SET limit_days = limit_days + 1": "differs_from_log",
    }
    for statement, fault in tampering.items():
        with owner.connect() as connection:
            connection.execute(sa.text(f"{statement} {_only(statement, number)}"))
            found = verify(connection).first_bad
            assert found is not None, statement
            assert (found.number, found.fault) == (number, fault), statement
            connection.rollback()
    owner.dispose()
    assert other != number


def _only(statement: str, number: str) -> str:
    joiner = "AND" if "WHERE" in statement else "WHERE"
    column = "id" if "UPDATE cases" in statement else "case_id"
    return f"{joiner} {column} = (SELECT id FROM cases WHERE number = '{number}')"


def test_the_application_cannot_change_the_log(office: Office) -> None:
    office.open()
    for statement in (
        "UPDATE event SET actor = 'x'",
        "DELETE FROM event",
        "TRUNCATE event",
        "DELETE FROM cases",
    ):
        with (
            office.engine.connect() as connection,
            pytest.raises(sa.exc.ProgrammingError, match="permission denied"),
        ):
            connection.execute(sa.text(statement))


def test_a_backdated_step_counts_from_its_own_day(office: Office) -> None:
    number = office.open()
    later = START + timedelta(days=10)
    office.act("secretary", number, "await_application", later, day=date(2026, 1, 9))
    clock = file_of(office, number).case.clocks[0]
    assert clock.ledger.started_on == date(2026, 1, 9)
    with pytest.raises(Refused) as refused:
        office.act("secretary", number, "make_dormant", later, day=date(2026, 1, 8), reason="x")
    assert "day_before_last_event" in codes(refused)


def test_the_same_opening_sent_twice_opens_one_case(office: Office) -> None:
    numbers = {
        service.open_case(
            office.engine, office.people["secretary"], "klinik", {"medicine": "X"}, START, key="twice"
        )
        for _ in range(2)
    }
    assert numbers == {"NT-2026-0001"}
    assert office.open() == "NT-2026-0002"


def test_search_finds_beginnings_and_other_forms_of_swedish_words(office: Office) -> None:
    number = office.open(medicine="Älvakrin", indication="Svåra muskelsjukdomar hos barnen")
    office.open(medicine="Något helt annat", indication="astma")
    actor = office.actor("secretary")
    with office.engine.connect() as connection:
        for words in ("älvak", "ÄLVAKRIN", "muskel", "barn", number, "2026 0001", "svår muskelsjukdom"):
            found = queries.worklist(connection, actor, queries.Filter(q=words), 1, START.date())
            assert [row["number"] for row in found.rows] == [number], words
        for words in ("' OR 1=1 --", "((", "!!", "a & | b", "\\", "😀"):
            queries.worklist(connection, actor, queries.Filter(q=words), 1, START.date())


def test_a_regions_document_is_read_by_the_council_and_the_regions_only(office: Office) -> None:
    from nt_process.cases import documents

    number = office.open()
    office.add_document("region", number, "early_report")
    with office.engine.connect() as connection:
        readers = {
            name: len(documents.listed(connection, office.actor(name), number))
            for name in ("secretary", "auditor", "region", "tlv", "company", "rival")
        }
    assert readers == {"secretary": 1, "auditor": 1, "region": 1, "tlv": 0, "company": 0, "rival": 0}


def test_work_going_on_meanwhile_is_no_alarm(office: Office) -> None:
    number = office.open()
    with as_of_one_moment(office.engine).connect() as connection:
        connection.execute(sa.text("SELECT count(*) FROM cases"))
        office.act("secretary", number, "await_application")
        office.open()
        verdict = verify(connection)
    assert (verdict.ok, verdict.cases) == (True, 1)


def test_a_key_with_other_facts_is_not_answered_with_the_old_case(office: Office) -> None:
    def opening(medicine: str) -> str:
        facts = {"medicine": medicine}
        return service.open_case(office.engine, office.people["secretary"], "klinik", facts, START, key="k")

    opening("Ett")
    with pytest.raises(KeyReused):
        opening("Två")


def test_a_company_is_not_told_what_the_council_did_within_itself(app, office: Office, as_person) -> None:
    number = office.open()
    office.act("secretary", number, "await_application")
    office.add_document("company", number, "application")
    version = office.version(number)
    service.add_note(office.engine, office.people["secretary"], number, "INTERN", START)
    page = as_person("company").post(
        f"/cases/{number}/actions/submit_application", data={"version": str(version), "key": "x", "day": ""}
    )
    assert page.status_code == 409
    told = re.search(r'<div class="ds-alert"[^>]*>(.*?)</div>', page.text, re.DOTALL)
    assert told is not None
    assert "Ärendet har ändrats sedan du öppnade sidan." in told[1]
    assert not re.search(r"Kansliet|Secretary|\d:\d\d|2026", told[1])


def test_who_has_no_part_in_an_action_is_told_that_and_nothing_of_the_case(office: Office, as_person) -> None:
    number = office.open()
    service.add_note(office.engine, office.people["secretary"], number, "INTERN", START)
    with pytest.raises(Refused) as refusal:
        service.take_action(
            office.engine,
            office.people["company"],
            number,
            "decide_recommendation",
            START,
            expected_version=1,
            inputs={},
        )
    assert codes(refusal) == ["wrong_role"]
    with pytest.raises(Refused) as refusal:
        service.edit(office.engine, office.people["company"], number, {}, START, expected_version=1)
    assert codes(refusal) == ["wrong_role"]
    pages = []
    for _ in range(2):
        pages.append(as_person("company").get(f"/cases/{number}/actions/decide_recommendation").text)
        office.add_document("secretary", number, "recommendation")
    reasons = [re.findall(r"<li[^>]*>([^<]*)</li>", page.split("<main")[1]) for page in pages]
    assert reasons[0] == reasons[1]


def edit_company(office: Office, number: str, company_id: str) -> list[str]:
    """Why the case cannot be given to another company, as codes."""
    secretary, version = office.people["secretary"], office.version(number)
    try:
        service.edit(
            office.engine, secretary, number, {"company_id": company_id}, START, expected_version=version
        )
    except Refused as refusal:
        return [reason.code for reason in refusal.reasons]
    return []


def test_a_case_is_not_handed_to_another_company_with_what_is_the_first_ones(office: Office) -> None:
    number, unused = office.open(), office.open()
    office.add_document("company", number, "application")
    assert edit_company(office, number, office.rival_id) == ["company_has_things"]
    assert edit_company(office, number, "") == ["company_has_things"]
    assert edit_company(office, unused, office.rival_id) == []
    # The database says so as well, to whoever acts.
    move = sa.text("UPDATE cases SET company_id = :company WHERE number = :number")
    told = sa.text("SELECT set_config('nt.person', :person, true), set_config('nt.day', :day, true)")
    with office.engine.begin() as connection:
        connection.execute(told, {"person": office.people["secretary"], "day": START.date().isoformat()})
        with pytest.raises(sa.exc.IntegrityError):
            connection.execute(move, {"company": office.rival_id, "number": number})


def test_a_case_without_a_company_can_be_given_to_one(office: Office) -> None:
    number = office.open(company_id="", company="Ett företag utan konto AB")
    office.add_document("secretary", number, "other", party=True)
    assert edit_company(office, number, office.company_id) == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [("company", "early_report"), ("company", "recommendation"), ("company", "assessment_report"),
     ("tlv", "recommendation"), ("region", "recommendation"), ("region", "application")],
)  # fmt: skip
def test_nobody_adds_a_document_in_anothers_name(office: Office, name: str, kind: str, as_person) -> None:
    number = office.open()
    office.add_document("company", number, "application")
    for action in ("submit_application", "order_assessment"):
        office.act("secretary" if action == "order_assessment" else "company", number, action)
    with pytest.raises(Refused) as refusal:
        office.add_document(name, number, kind)
    assert codes(refusal) == ["document_kind_not_yours"]
    page = as_person(name).get(f"/cases/{number}/documents").text
    offered = set(re.findall(r'<option value="(\w+)"', page))
    assert kind not in offered
    assert "other" in offered


def test_days_that_cannot_be_are_refused(office: Office) -> None:
    for days, code in (
        ({"authorised_on": "2026-01-08"}, "approved_in_future"),
        ({"authorised_on": "2025-12-01", "exclusivity_ends": "2025-12-01"}, "exclusivity_before_approval"),
        ({"medicine": "a\u202eb"}, "field_bad_characters"),
    ):
        with pytest.raises(Refused) as refused:
            office.open(**dict[str, Any](days))
        assert codes(refused) == [code]
    number = office.open(exclusivity_ends="2035-12-01")
    with pytest.raises(Refused) as refused:
        service.edit(
            office.engine, office.people["secretary"], number, {"exclusivity_ends": "2020-01-01"}, START,
            expected_version=office.version(number),
        )  # fmt: skip
    assert codes(refused) == ["exclusivity_before_approval"]
