"""A negotiation from its opening to the regions' accession, by its commands."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from nt_process.kernel.faults import BadInput
from nt_process.negotiation import accession, mandates, offers, service, terms_document
from nt_process.negotiation.errors import NegotiationError
from nt_process.negotiation.offers import Attachment
from tests.features.negotiation.world import (
    OTHER_TERMS,
    PRICE,
    TERMS,
    Table,
    add_regions,
    document,
    furnish,
    in_negotiation,
)
from tests.rights.test_second_wall import acting_as
from tests.world import PDF, START, Office

LATER = START + timedelta(days=5)


def refused(code: str, command: Callable[[], object]) -> None:
    with pytest.raises(NegotiationError) as refusal:
        command()
    assert refusal.value.reason.code == code


def test_it_hangs_on_the_case_and_begins_by_its_workflow(office: Office) -> None:
    number = office.open("klinik", at=START)
    table = Table(office, number)
    refused("no_negotiation", table.open)
    negotiating = Table(office, in_negotiation(office)).open()
    refused("under_way", Table(office, negotiating.number).open)
    office.act(
        "secretary", negotiating.number, "end_without_agreement", reason="Ingen överenskommelse om pris."
    )
    refused("no_negotiation", Table(office, negotiating.number).open)
    refused("ended", negotiating.round)


def test_the_workflow_takes_the_step_when_the_case_waits_for_it(office: Office) -> None:
    number = _in_deliberation(office)
    Table(office, number).open()
    found = sa.text("SELECT state FROM cases WHERE number = :n")
    with office.engine.connect() as connection:
        assert connection.scalar(found, {"n": number}) == "negotiation"


def _in_deliberation(office: Office) -> str:
    """A case in the process of hospital medicines, where the secretariat decides whether to negotiate."""
    number = office.open("klinik")
    office.act("secretary", number, "nominate", reason="Stort behov")
    office.act("secretary", number, "refer_collaboration")
    office.act("member", number, "select", motivation="Behövs")
    office.act("secretary", number, "order_assessment")
    office.act("company", number, "decline_invitation", reason="Inget underlag")
    office.add_document("tlv", number, "assessment_report")
    office.act("tlv", number, "deliver_assessment")
    return number


def test_an_offer_is_read_by_the_two_parties_and_nobody_else(table: Table) -> None:
    offer = table.offer("company", table.round(), words="Vårt bud")
    for name in ("secretary", "member", "company"):
        opened = table.read(name, offer)[0]
        assert opened.words == "Vårt bud"
        assert f"'Provastin 10 mg': '{PRICE}'" in str(opened.terms["clauses"])
    for name in ("colleague", "rival", "region", "uppsala", "tlv", "auditor", "manager", "administrator"):
        refused("not_found", lambda name=name: table.read(name, offer))  # type: ignore[misc]


def test_an_open_offer_says_nothing_outside_the_sealed_room(table: Table) -> None:
    table.offer("company", table.round(), words="KNRY-ORD", files=[Attachment("KNRY-NAMN.pdf", PDF)])
    with table.office.engine.connect() as connection:
        for name in (
            "negotiation_offer",
            "event",
            "notice",
            "job",
            "file_content",
            "document",
            "sealed.secret",
        ):
            rows = str(connection.execute(sa.text(f"SELECT t::text FROM {name} t")).all())
            assert not any(hidden in rows for hidden in ("7312345", "KNRY-ORD", "KNRY-NAMN")), name


def test_a_sealed_offer_is_its_own_sides_until_two_have_opened_the_round(table: Table) -> None:
    sealed = table.round(sealed_until=LATER)
    of_company, of_council = table.offer("company", sealed), table.offer("member", sealed, OTHER_TERMS)
    assert table.read("company", of_company)[0].terms["starts"] == TERMS["starts"]
    assert table.read("secretary", of_council)
    refused("not_found", lambda: table.read("secretary", of_company))
    refused("not_found", lambda: table.read("company", of_council))
    refused("not_found", lambda: table.read("member", of_council, of_company))
    assert table.open_round("secretary", sealed, at=LATER) is False
    refused("not_found", lambda: table.read("secretary", of_company, at=LATER))
    refused("second_person", lambda: table.open_round("secretary", sealed, at=LATER))
    assert table.open_round("member", sealed, at=LATER) is True
    assert len(table.read("secretary", of_company, of_council, at=LATER)) == 2
    assert table.read("company", of_council, at=LATER)
    refused("opened", lambda: table.offer("company", sealed, at=LATER))


def test_the_database_opens_no_sealed_round_for_one_person_or_too_early(table: Table) -> None:
    sealed = table.round(sealed_until=LATER)
    table.offer("company", sealed)
    function = sa.text("SELECT open_sealed_round(CAST(:round AS uuid), :at)")
    with table.office.engine.begin() as connection:
        assert connection.scalar(function, {"round": sealed, "at": START}) is False
        early = sa.text("""
            INSERT INTO negotiation_opening (round_id, person_id, person, reason, at)
            VALUES (:round, :person, 'x', '', :at)
        """)
        for name in ("secretary", "member"):
            given = {"round": sealed, "person": table.office.people[name], "at": START}
            connection.execute(early, given)
        assert connection.scalar(function, {"round": sealed, "at": START}) is False
    with acting_as(table.office.engine, table.office.people["secretary"]) as connection:
        count = sa.text("SELECT count(*) FROM sealed.secret WHERE place = 'negotiation_offer'")
        assert connection.scalar(count) == 0


def test_opening_before_the_time_takes_a_reason_and_the_company_is_told(table: Table) -> None:
    sealed = table.round(sealed_until=LATER)
    offer = table.offer("company", sealed)
    with pytest.raises(BadInput):
        table.open_round("secretary", sealed)
    assert not table.open_round("secretary", sealed, "Företaget har bett om det")
    assert table.open_round("member", sealed, "Företaget har bett om det")
    assert table.read("secretary", offer)
    told = "SELECT count(*) FROM notice WHERE kind = 'negotiation_opened_early' AND person_id = :id"
    assert table.one(told, id=table.office.people["company"]) == 1
    logged = table.one("SELECT body -> 'inputs' FROM event WHERE kind = 'negotiation_opened_round'")
    assert logged == {"round": 1, "early": True}


def test_what_was_sealed_is_what_was_bound_to(table: Table) -> None:
    offer = table.offer("company", table.round())
    shown = table.one("SELECT commitment FROM negotiation_offer WHERE id = :id", id=offer)
    assert table.read("secretary", offer)[0].commitment == shown
    assert terms_document.commitment(document(OTHER_TERMS), b"n" * 32) != shown


def test_a_sealed_round_takes_no_offer_once_its_time_has_come(table: Table) -> None:
    sealed = table.round(sealed_until=LATER)
    table.offer("company", sealed, at=LATER - timedelta(microseconds=1))
    for at in (LATER, LATER + timedelta(days=1)):
        refused("past_time", lambda at=at: table.offer("member", sealed, at=at))  # type: ignore[misc]


def test_files_are_sealed_with_the_offer(table: Table) -> None:
    offer = table.offer("company", table.round(), files=[Attachment("Pris hemligt.pdf", PDF)])
    name, media_type, content = offers.read_file(
        table.office.engine, table.maker("member"), table.id, offer, 1, "Läsa bilagan"
    )
    assert (name, media_type, bytes(content)) == ("Pris hemligt.pdf", "application/pdf", PDF)
    with pytest.raises(BadInput):
        table.offer("company", table.round(), files=[Attachment("a.pdf", b"inte en pdf")])
    with pytest.raises(BadInput):
        table.offer("company", table.round(), files=[Attachment("a.pdf", PDF)] * 6)


def test_notes_are_the_delegations_alone(table: Table) -> None:
    service.write_note(table.office.engine, table.maker("member"), table.id, "Vi går till 15 procent.")
    note = str(table.one("SELECT id FROM negotiation_note WHERE negotiation_id = :id", id=table.id))

    def read(name: str) -> list[str]:
        return offers.read_notes(table.office.engine, table.maker(name), table.id, [note], "Förberedelse")

    assert read("secretary") == ["Vi går till 15 procent."]
    for name in ("company", "colleague", "region"):
        refused("not_found", lambda name=name: read(name))  # type: ignore[misc]
    refused(
        "not_allowed",
        lambda: service.write_note(table.office.engine, table.maker("colleague"), table.id, "Nej"),
    )


def test_who_has_a_conflict_of_interest_is_not_admitted(table: Table) -> None:
    with table.office.engine.begin() as connection:
        decided = sa.text("""
            INSERT INTO conflict_decision (case_id, person_id, conflict, reason, covers, decided_by, decider, at)
            SELECT c.id, :person, true, 'Aktier', '{}', :by, 'Secretary', :at FROM cases c WHERE c.number = :number
        """)
        people = table.office.people
        given = {"person": people["region"], "by": people["secretary"], "at": START, "number": table.number}
        connection.execute(decided, given)
    refused("conflicted", lambda: table.admit("region"))


def test_the_circle_changes_at_once_and_the_company_is_told(table: Table) -> None:
    offer = table.offer("company", table.round())
    refused("in_circle", lambda: table.admit("member"))
    entry = "SELECT id FROM sealed.circle WHERE negotiation_id = :id AND person_id = :person"
    found = str(table.one(entry, id=table.id, person=table.office.people["member"]))
    service.end(table.office.engine, table.maker(), table.id, found)
    refused("not_found", lambda: table.read("member", offer))
    refused("out_of_circle", lambda: service.end(table.office.engine, table.maker(), table.id, found))
    own = str(table.one(entry, id=table.id, person=table.office.people["secretary"]))
    refused("last_of_delegation", lambda: service.end(table.office.engine, table.maker(), table.id, own))
    told = "SELECT count(*) FROM notice WHERE kind = 'negotiation_circle' AND person_id = :id"
    assert table.one(told, id=table.office.people["company"]) == 2
    with pytest.raises(BadInput):
        table.admit("auditor")


def test_the_regions_join_leave_and_confirm(table: Table) -> None:
    """Four join, one declines, one leaves; the terms change, and they are suspended until they confirm."""
    joining = ("region", "uppsala", "halland", "gotland")
    refused("not_found", lambda: table.settle("00000000-0000-4000-8000-000000000000"))
    offer = table.offer("company", table.round())
    assert table.invite(*joining, "dalarna") == 5
    assert table.invite(*joining) == 0
    for name in joining:
        refused("no_terms", lambda name=name: table.answer(name, "joined", commitment=""))  # type: ignore[misc]
    assert table.settle(offer) == 1
    refused("same_terms", lambda: table.settle(offer))
    refused("no_mandate", lambda: table.answer("region", "joined"))
    for name in joining:
        table.mandate(name)
        table.answer(name, "joined")
    table.answer("dalarna", "declined")
    table.answer("gotland", "left")
    refused("cannot", lambda: table.answer("region", "joined"))
    assert _standing(table) == {
        "region": "joined", "uppsala": "joined", "halland": "joined", "gotland": "left", "dalarna": "declined",
    }  # fmt: skip

    table.settle(table.offer("member", table.round(), OTHER_TERMS), at=START)
    assert {_standing(table)[name] for name in ("region", "uppsala", "halland")} == {"suspended"}
    told = "SELECT count(*) FROM notice WHERE kind = 'negotiation_terms'"
    assert table.one(told) == 3
    table.answer("region", "confirmed")
    assert _standing(table)["region"] == "joined"
    assert _standing(table)["uppsala"] == "suspended"
    table.answer("gotland", "joined")
    assert _standing(table)["gotland"] == "joined"


def _standing(table: Table) -> dict[str, str]:
    from nt_process.negotiation.rules import accession as rules

    with table.office.engine.connect() as connection:
        entries, versions = accession.ledger(connection, table.id)
    found = rules.standings(entries, versions, {one.region for one in entries}, START.date())
    names = {
        table.organisation(name): name for name in ("region", "uppsala", "halland", "gotland", "dalarna")
    }
    return {names[region]: one.state for region, one in found.items()}


def test_who_joins_reads_the_terms_from_then_on_and_never_after_leaving(table: Table) -> None:
    table.settle(table.offer("company", table.round()))
    table.invite("region", "uppsala")
    table.mandate("region")

    def read(name: str) -> object:
        return accession.read_terms(table.office.engine, table.maker(name), table.id, 1, "Inför beslut")

    refused("not_found", lambda: read("region"))
    table.answer("region", "joined")
    assert read("region")
    refused("not_found", lambda: read("uppsala"))
    table.answer("region", "left")
    refused("not_found", lambda: read("region"))


def test_joining_binds_to_the_terms_that_were_shown(table: Table) -> None:
    table.settle(table.offer("company", table.round()))
    table.invite("region")
    table.mandate("region")
    shown = table.commitment()
    table.settle(table.offer("company", table.round(), OTHER_TERMS))
    refused("changed_terms", lambda: table.answer("region", "joined", commitment=shown))
    refused("changed_terms", lambda: table.answer("region", "joined", commitment=""))
    with pytest.raises(BadInput):
        table.answer("region", "joined", authority=" ")
    table.answer("region", "joined")
    bound = "SELECT commitment FROM negotiation_accession WHERE kind = 'joined'"
    assert table.one(bound) == table.commitment() != shown


def test_a_mandate_that_has_ended_or_is_withdrawn_does_not_carry(table: Table) -> None:
    table.settle(table.offer("company", table.round()))
    table.invite("region")
    table.mandate("region", valid_to="2026-01-06")
    refused("no_mandate", lambda: table.answer("region", "joined"))
    table.mandate("region")
    mandate = table.one("SELECT id FROM negotiation_mandate WHERE valid_to IS NULL")
    own = table.organisation("region")
    mandates.withdraw_mandate(table.office.engine, table.maker("region"), table.id, str(mandate), own)
    refused("no_mandate", lambda: table.answer("region", "joined"))
    other = table.organisation("uppsala")
    refused("not_found", lambda: mandates.withdraw_mandate(
        table.office.engine, table.maker("uppsala"), table.id, str(mandate), other))  # fmt: skip


def test_two_who_answer_at_once_do_not_both_count(table: Table) -> None:
    table.settle(table.offer("company", table.round()))
    table.invite("region")
    table.mandate("region")
    outcomes: list[str] = []
    barrier = threading.Barrier(4)

    def join() -> None:
        barrier.wait()
        try:
            table.answer("region", "joined")
            outcomes.append("joined")
        except NegotiationError as error:
            outcomes.append(error.reason.code)

    threads = [threading.Thread(target=join) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["cannot", "cannot", "cannot", "joined"]


def test_the_commands_are_each_sides_own(table: Table) -> None:
    first = table.round()
    refused("not_allowed", lambda: table.round(name="colleague"))
    for name in ("colleague", "region"):
        refused("not_allowed", lambda name=name: table.offer(name, first))  # type: ignore[misc]
    refused("not_found", lambda: table.offer("rival", first))
    sealed = table.round(sealed_until=LATER)
    for name in ("colleague", "company"):
        refused("not_allowed", lambda name=name: table.open_round(name, sealed, at=LATER))  # type: ignore[misc]


def test_tlv_takes_part_in_a_negotiation_of_three(office: Office) -> None:
    table = Table(office, in_negotiation(office)).open("three_party")
    offer = table.offer("company", table.round())
    refused("not_found", lambda: table.read("tlv", offer))
    table.admit("tlv")
    assert table.read("tlv", offer)
    two = Table(office, in_negotiation(office, medicine="Annastin")).open()
    with pytest.raises(BadInput):
        two.admit("tlv")


TABLES = ("negotiation", "negotiation_mandate", "negotiation_meeting", "negotiation_note", "negotiation_round",
          "negotiation_offer", "negotiation_terms", "negotiation_accession", "sealed.circle", "sealed.secret")  # fmt: skip


def test_the_database_shows_each_only_their_part(office: Office) -> None:
    """Whatever the application would ask: the rows that each reader could come across at all."""
    add_regions(office)
    in_negotiation(office)
    furnish(office)
    seen = {}
    for name, person in office.people.items():
        with acting_as(office.engine, person) as connection:
            counts = [connection.scalar(sa.text(f"SELECT count(*) FROM {table}")) for table in TABLES]
        seen[name] = dict(zip(TABLES, counts, strict=True))
    assert {name for name, rows in seen.items() if rows["sealed.secret"]} == {
        "secretary", "colleague", "member", "company", "region",
    }  # fmt: skip
    assert seen["region"]["sealed.secret"] == 1
    # The delegation's own note, and not the offer that the company has sealed; and the other way round.
    assert seen["member"]["sealed.secret"] == seen["company"]["sealed.secret"]
    assert {name for name, rows in seen.items() if rows["negotiation_note"]} == {
        "secretary",
        "colleague",
        "member",
    }
    for name in ("rival", "tlv"):
        assert not any(seen[name].values()), name
    outside = {table for table, count in seen["uppsala"].items() if count}
    assert outside == {"negotiation", "negotiation_terms", "negotiation_accession"}


def test_nobody_puts_themselves_into_a_circle(table: Table) -> None:
    enter = sa.text("""
        INSERT INTO sealed.circle (id, negotiation_id, case_id, side, organisation_id, person_id, capacity, valid_from,
            added_by, added_at)
        SELECT gen_random_uuid(), n.id, n.case_id, :side, :organisation, :person, 'x', '2026-01-01', 'x', :at
        FROM negotiation n WHERE n.id = :id
    """)
    for name, side in (
        ("region", "region"),
        ("member", "delegation"),
        ("company", "delegation"),
        ("manager", "delegation"),
    ):
        person = table.office.people[name]
        given = {
            "side": side,
            "organisation": table.organisation(name),
            "person": person,
            "id": table.id,
            "at": START,
        }
        with acting_as(table.office.engine, person) as connection, pytest.raises(sa.exc.ProgrammingError):
            connection.execute(enter, given)
