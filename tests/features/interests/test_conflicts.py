"""Who has a conflict of interest takes no part in the case, in whichever way they try."""

from __future__ import annotations

from datetime import date, timedelta

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from nt_process.cases import documents, queries, service
from nt_process.cases.errors import CaseNotFound, Refused
from nt_process.cases.verify import verify
from nt_process.infra import acting
from nt_process.interests import queries as interests
from nt_process.interests.errors import InterestError
from nt_process.interests.sweep import remind_declarations
from tests.features.interests.world import BLANK, SHARES, decide, declare
from tests.world import FIRST_DAY, START, Office


def case(office: Office) -> str:
    number = office.open()
    office.add_document("secretary", number, "other")
    service.add_note(office.engine, office.people["secretary"], number, "Ring bolaget.", START)
    return number


def refused(office: Office, name: str, number: str) -> list[str]:
    """Why the person may not write a note, as codes; nothing when they may."""
    try:
        service.add_note(office.engine, office.people[name], number, "Hej.", START)
    except Refused as refusal:
        return [reason.code for reason in refusal.reasons]
    return []


def sees(office: Office, name: str, number: str) -> tuple[int, int]:
    """How many documents and notes of the case the person reads, by the queries that pages use."""
    with office.engine.connect() as connection:
        found = queries.case_file(connection, office.actor(name), number)
        assert found is not None
        notes = sum(event.kind == "note" for event in found.events)
        return len(documents.listed(connection, office.actor(name), number)), notes


def conflicts(office: Office, number: str, day: date = FIRST_DAY) -> dict[str, bool]:
    names = {person: name for name, person in office.people.items()}
    with office.engine.connect() as connection:
        found = interests.conflicts_of(connection, number, day)
    return {names[person]: decided for person, decided in found.items()}


def test_what_touches_a_case_blocks_it_until_it_is_decided(office: Office) -> None:
    number, other = case(office), office.open(company_id=office.rival_id, substance="annat")
    declare(office, "member", SHARES)
    assert refused(office, "member", number) == ["possible_conflict"]
    assert sees(office, "member", number) == (0, 0)
    assert refused(office, "member", other) == []
    assert conflicts(office, number) == {"member": False}
    decide(office, number, "member", conflict=False)
    assert refused(office, "member", number) == []
    assert sees(office, "member", number) == (1, 2)
    assert conflicts(office, number) == {}


def test_a_decided_conflict_blocks_and_says_who_decided(office: Office) -> None:
    number = case(office)
    decide(office, number, "member", conflict=True)
    with pytest.raises(Refused) as refusal:
        office.act("member", number, "offer_extension", new_due="2026-09-01")
    reason = refusal.value.reasons[0]
    assert reason.code == "conflict_of_interest"
    assert reason.params == {"who": "Secretary", "day": FIRST_DAY}
    assert sees(office, "member", number) == (0, 0)
    assert sees(office, "colleague", number) == (1, 1)
    with pytest.raises(Refused):
        office.add_document("member", number, "other")
    with office.engine.connect() as connection, pytest.raises(CaseNotFound):
        documents.find(connection, office.actor("member"), number, _document(office))
    decide(office, number, "member", conflict=False)
    assert refused(office, "member", number) == []


def test_who_has_a_conflict_does_not_learn_of_changes_by_being_late(office: Office) -> None:
    number = case(office)
    decide(office, number, "colleague", conflict=True)
    with pytest.raises(Refused) as refusal:
        service.take_action(
            office.engine, office.people["colleague"], number, "discontinue", START,
            expected_version=1, inputs={"reason": "x"},
        )  # fmt: skip
    assert refusal.value.reasons[0].code == "conflict_of_interest"


def _document(office: Office) -> str:
    with office.engine.connect() as connection:
        return str(connection.scalar(sa.text("SELECT id FROM document")))


def test_a_changed_case_is_matched_as_it_is_now(office: Office) -> None:
    number = case(office)
    declare(office, "member", BLANK | {"kind": "research", "substance": "Nyastin", "description": "Prövare"})
    assert refused(office, "member", number) == []
    service.edit(
        office.engine, office.people["secretary"], number, {"substance": "nyastinum"}, START,
        expected_version=office.version(number),
    )  # fmt: skip
    assert refused(office, "member", number) == ["possible_conflict"]


def test_a_tie_counts_only_while_it_lasts(office: Office) -> None:
    number = case(office)
    declare(office, "member", SHARES | {"until": "2026-01-31"})
    assert conflicts(office, number, date(2026, 1, 31)) == {"member": False}
    assert conflicts(office, number, date(2026, 2, 1)) == {}


def test_a_decision_covers_what_it_was_about_and_nothing_declared_later(office: Office) -> None:
    number = case(office)
    declare(office, "member", SHARES)
    decide(office, number, "member", conflict=False)
    declare(office, "member", SHARES, at=START + timedelta(hours=1))
    assert refused(office, "member", number) == []
    declare(office, "member", SHARES, SHARES | {"kind": "employment", "description": "Rådgivare"})
    assert refused(office, "member", number) == ["possible_conflict"]
    with pytest.raises(InterestError) as late:
        decide(office, number, "member", conflict=False, seen=1)
    assert late.value.reason.code == "declared_meanwhile"


@pytest.mark.parametrize("for_case", [False, True])
def test_nobody_lifts_a_conflict_that_waits_for_its_decision_by_declaring_anew(
    office: Office, for_case: bool
) -> None:
    number = case(office)
    of = number if for_case else None
    declare(office, "member", SHARES, number=of)
    declare(office, "member", number=of)
    assert refused(office, "member", number) == ["possible_conflict"]
    with office.engine.connect() as connection:
        possible = interests.possible(connection, office.actor("secretary"), FIRST_DAY)
    assert [(one["number"], one["interests"][0]["description"]) for one in possible] == [
        (number, "200 aktier")
    ]
    decide(office, number, "member", conflict=False)
    assert refused(office, "member", number) == []


def test_what_is_no_longer_declared_does_not_touch_a_case_that_is_opened_later(office: Office) -> None:
    declare(office, "member", SHARES)
    declare(office, "member", at=START + timedelta(hours=1))
    number = office.open(at=START + timedelta(hours=2))
    assert refused(office, "member", number) == []


def test_a_short_name_of_the_company_is_shown_to_the_secretariat(office: Office) -> None:
    number = case(office)
    declare(office, "member", SHARES | {"company": "Älvdal"})
    declare(office, "colleague", SHARES | {"company": "Bio Pharma"})
    assert conflicts(office, number) == {"member": False}
    with office.engine.connect() as connection:
        possible = interests.possible(connection, office.actor("secretary"), FIRST_DAY)
    assert [one["name"] for one in possible] == ["Member"]


def test_the_earlier_declarations_stay(office: Office) -> None:
    declare(office, "member", SHARES)
    declare(office, "member")
    with office.engine.connect() as connection:
        filed = interests.mine(connection, office.actor("member"), FIRST_DAY)
    assert [bool(one["interests"]) for one in filed] == [False, True]


def test_declaring_something_for_a_case_blocks_that_case_alone(office: Office) -> None:
    number, other = case(office), case(office)
    declare(office, "member", {"kind": "relation", "description": "Min bror."}, number=number)
    assert refused(office, "member", number) == ["possible_conflict"]
    assert refused(office, "member", other) == []
    with pytest.raises(InterestError):
        declare(office, "company", number=number)


def test_who_has_a_conflict_is_taken_off_the_case_and_cannot_be_given_it(office: Office) -> None:
    number = case(office)
    service.assign(
        office.engine, office.people["secretary"], number, office.people["colleague"], START,
        assignee_ids=(office.people["member"], office.people["colleague"]),
    )  # fmt: skip
    decide(office, number, "colleague", conflict=True)
    with office.engine.connect() as connection:
        found = queries.case_file(connection, office.actor("secretary"), number)
        assert found is not None
        assert verify(connection).ok
    assert found.case.field("owner_id") is None
    assert [one["name"] for one in found.case.field("assignees")] == ["Member"]  # type: ignore[union-attr]
    for wanted in ({"owner_id": "colleague"}, {"owner_id": None, "assignee_ids": ("colleague",)}):
        people = {
            name: office.people.get(value)
            if isinstance(value, str)
            else tuple(office.people[one] for one in value or ())
            for name, value in wanted.items()
        }
        with pytest.raises(Refused) as refusal:
            service.assign(office.engine, office.people["secretary"], number, at=START, **people)  # type: ignore[arg-type]
        assert refusal.value.reasons[0].code == "assignee_conflicted"


def test_the_decision_is_in_the_log_without_what_was_declared(office: Office) -> None:
    number = case(office)
    declare(office, "member", SHARES)
    decide(office, number, "member", conflict=True)
    with office.engine.connect() as connection:
        body = connection.scalar(sa.text("SELECT body::text FROM event WHERE kind = 'conflict_decided'"))
    assert "Member" in body
    assert "aktier" not in body
    assert "betydande" not in body


def test_nobody_decides_about_themselves(office: Office) -> None:
    number = case(office)
    with pytest.raises(InterestError):
        decide(office, number, "secretary", conflict=False)
    with pytest.raises(InterestError):
        decide(office, number, "colleague", conflict=False, by="member")
    decide(office, number, "colleague", conflict=True)
    with pytest.raises(Refused):
        decide(office, number, "member", conflict=True, by="colleague")


# --- the second wall --------------------------------------------------------------------------------


def count(engine: Engine, person: str, statement: str) -> int:
    """What the database alone answers this person, whoever asks for them."""
    with engine.connect() as connection:
        acting.become(person, FIRST_DAY, connection)
        try:
            return int(connection.execute(sa.text(statement)).scalar_one())
        finally:
            acting.forget()


def test_the_database_itself_hides_documents_and_notes_from_who_has_a_conflict(
    office: Office, web_engine: Engine
) -> None:
    number = case(office)
    documents_of, notes = "SELECT count(*) FROM document", "SELECT count(*) FROM event WHERE kind = 'note'"
    parts = "SELECT count(*) FROM file_part"
    person = office.people["member"]
    assert [count(web_engine, person, asked) for asked in (documents_of, notes, parts)] == [1, 1, 1]
    declare(office, "member", SHARES)
    assert [count(web_engine, person, asked) for asked in (documents_of, notes, parts)] == [0, 0, 0]
    assert count(web_engine, office.people["colleague"], documents_of) == 1
    decide(office, number, "member", conflict=False)
    assert count(web_engine, person, documents_of) == 1


def test_the_database_itself_shows_what_was_declared_to_its_own_circle(
    office: Office, web_engine: Engine
) -> None:
    declare(office, "member", SHARES)
    circle = {
        name
        for name in office.people
        if count(web_engine, office.people[name], "SELECT count(*) FROM interest")
    }
    assert circle == {"member", "secretary", "colleague"}
    seen = {
        name
        for name in office.people
        if count(web_engine, office.people[name], "SELECT count(*) FROM declaration")
    }
    assert seen == circle


def test_nobody_can_be_declared_for_or_decide_in_anothers_name(office: Office, web_engine: Engine) -> None:
    file = sa.text(
        "INSERT INTO declaration (person_id, year, nothing, filed_at) VALUES (:person, 2026, true, now())"
    )
    with web_engine.connect() as connection:
        acting.become(office.people["colleague"], FIRST_DAY, connection)
        try:
            with pytest.raises(sa.exc.ProgrammingError) as refusal:
                connection.execute(file, {"person": office.people["member"]})
        finally:
            acting.forget()
    assert isinstance(refusal.value.orig, psycopg.errors.InsufficientPrivilege)


# --- the yearly reminder ----------------------------------------------------------------------------


def test_who_has_not_filed_is_reminded_once_a_month_until_march(office: Office) -> None:
    declare(office, "member")
    per_day = [
        remind_declarations(office.engine, START.replace(month=month, day=day))
        for month, day in ((1, 14), (1, 15), (1, 31), (2, 20), (3, 31), (4, 15))
    ]
    # The two of the secretariat, TLV and the region; the member has filed.
    assert per_day == [0, 4, 0, 4, 4, 0]
