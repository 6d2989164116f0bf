"""An agreement from settled terms to its end, by its commands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, ProgrammingError

from nt_process.agreements import rules, told
from nt_process.agreements.errors import AgreementError
from nt_process.agreements.sweep import remind_agreements
from nt_process.kernel.faults import BadInput
from tests.features.agreements.world import PACKAGE, PERIOD, Deal, in_force
from tests.features.negotiation.world import Table, in_negotiation
from tests.rights.test_second_wall import acting_as
from tests.world import START, Office

LATER = START + timedelta(days=5)


def refused(code: str, command: Callable[[], object]) -> AgreementError:
    with pytest.raises(AgreementError) as refusal:
        command()
    assert refusal.value.reason.code == code
    return refusal.value


def faulty(column: str, command: Callable[[], object]) -> None:
    with pytest.raises(BadInput) as refusal:
        command()
    assert [one.column for one in refusal.value.faults] == [column]


def party(deal: Deal, day: date, name: str = "secretary") -> dict[str, int]:
    """Who is party on a day, by the name that the test knows, and under which version."""
    file = deal.file(name)
    assert file is not None
    known = {deal.table.organisation(one): one for one in ("uppsala", "halland", "gotland", "region")}
    return {known[region]: version for region, version in rules.parties(file.bound, day).items()}


def test_it_comes_into_force_for_each_region_when_company_and_region_have_signed(deal: Deal) -> None:
    deal.draft()
    assert deal.file() is not None
    assert deal.file("company") is None
    assert deal.file("uppsala") is None
    assert deal.send() == 3
    assert deal.file("company") is not None
    assert deal.file("gotland") is None
    deal.sign("uppsala")
    assert party(deal, date(2027, 1, 1)) == {}
    deal.sign("company", at=LATER)
    assert party(deal, date(2026, 5, 31)) == {}
    assert party(deal, date(2026, 6, 1)) == {"uppsala": 1}
    late = START.replace(year=2026, month=9, day=15)
    deal.sign("halland", at=late)
    assert party(deal, date(2026, 9, 14)) == {"uppsala": 1}
    assert party(deal, date(2026, 9, 15)) == {"uppsala": 1, "halland": 1}
    assert party(deal, date(2028, 5, 31)) == {"uppsala": 1, "halland": 1}
    assert party(deal, date(2028, 6, 1)) == {}


def test_its_state_is_told_on_any_day(deal: Deal) -> None:
    def state(day: date) -> str:
        file = deal.file()
        assert file is not None
        return file.state(day)

    today = START.date()
    deal.draft()
    assert state(today) == rules.DRAFT
    deal.send()
    assert state(today) == rules.SIGNING
    deal.sign("company")
    deal.sign("uppsala")
    found = [state(day) for day in (today, date(2026, 6, 1), date(2028, 6, 1))]
    assert found == [rules.TO_COME, rules.IN_FORCE, rules.EXPIRED]
    deal.end("secretary", "2026-12-31")
    assert [state(date(2026, 12, 31)), state(date(2027, 1, 1))] == [rules.IN_FORCE, rules.ENDED]


def test_nobody_signs_another_text_than_the_one_shown_or_without_reading_it(deal: Deal) -> None:
    deal.draft().send()
    refused("unread", lambda: deal.sign("uppsala", read=False, commitment="0" * 64))
    shown = deal.read("uppsala").commitment
    refused("changed_text", lambda: deal.sign("uppsala", read=False, commitment="0" * 64))
    refused("changed_text", lambda: deal.sign("uppsala", read=False))
    faulty("authority", lambda: deal.sign("uppsala", read=False, commitment=shown, authority=" "))
    deal.sign("uppsala", read=False, commitment=shown)
    refused("signed", lambda: deal.sign("uppsala"))
    kept = deal.one("SELECT text_commitment FROM agreement_signature WHERE agreement_id = :id", id=deal.id)
    assert kept == deal.one(
        "SELECT text_commitment FROM agreement_version WHERE agreement_id = :id", id=deal.id
    )


def test_the_database_takes_no_signature_on_another_text(deal: Deal) -> None:
    deal.draft().send()
    forged = sa.text("""
        INSERT INTO agreement_signature (agreement_id, version, organisation_id, terms_commitment, text_commitment,
            person_id, person, capacity, authority, proved_at, second_factor, at)
        SELECT v.agreement_id, v.version, :organisation, v.terms_commitment, :text, :person, 'x', 'x', 'x', :at, true, :at
        FROM agreement_version v WHERE v.agreement_id = :id
    """)
    given = {"organisation": deal.table.organisation("uppsala"), "person": deal.office.people["uppsala"]}
    with deal.office.engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(forged, {**given, "text": "0" * 64, "id": deal.id, "at": START})


def test_who_is_not_asked_or_not_in_the_circle_cannot_sign(deal: Deal) -> None:
    deal.draft()
    refused("not_found", lambda: deal.read("gotland"))
    deal.send()
    for name in ("gotland", "rival", "tlv", "auditor", "colleague"):
        refused("not_found", lambda name=name: deal.read(name))  # type: ignore[misc]
        refused("not_allowed", lambda name=name: deal.sign(name, read=False))  # type: ignore[misc]
    refused("not_allowed", lambda: deal.sign("secretary"))


def test_a_region_that_has_left_or_has_not_confirmed_cannot_sign(deal: Deal) -> None:
    deal.draft().send()
    shown = deal.read("halland").commitment
    deal.settle(PERIOD | {"discount": "20"}, LATER)
    refused("not_joined", lambda: deal.sign("halland", at=LATER, read=False, commitment=shown))
    deal.table.answer("halland", "left", LATER)
    refused("not_allowed", lambda: deal.sign("halland", at=LATER, read=False, commitment=shown))


def test_an_amendment_holds_from_its_day_for_those_who_sign_it(deal: Deal) -> None:
    deal.draft().send()
    for name in ("company", "uppsala", "halland"):
        deal.sign(name)
    refused("same_terms", deal.draft)
    deal.settle(PERIOD | {"discount": "20", "starts": "2027-01-01"}, LATER)
    deal.table.answer("uppsala", "confirmed", LATER)
    deal.draft(LATER)
    refused("open_version", lambda: deal.draft(LATER))
    assert deal.send(2, LATER) == 2
    deal.sign("company", 2, LATER)
    assert party(deal, date(2027, 6, 1)) == {"uppsala": 1, "halland": 1}
    deal.sign("uppsala", 2, LATER)
    assert party(deal, date(2026, 12, 31)) == {"uppsala": 1, "halland": 1}
    assert party(deal, date(2027, 1, 1)) == {"uppsala": 2, "halland": 1}
    refused("signed", lambda: deal.sign("company", 1, LATER, read=False))


def test_a_version_that_binds_nobody_is_withdrawn_and_another_drafted(deal: Deal) -> None:
    deal.draft().send()
    deal.sign("company")
    deal.withdraw(1)
    refused("not_open", lambda: deal.sign("uppsala"))
    deal.draft(first_day="2026-07-01").send(2)
    deal.sign("company", 2)
    deal.sign("uppsala", 2)
    assert party(deal, date(2026, 7, 1)) == {"uppsala": 2}
    refused("in_force", lambda: deal.withdraw(2))


def test_the_days_lie_within_those_of_the_terms(deal: Deal) -> None:
    faulty("first_day", lambda: deal.draft(first_day="2026-05-01"))
    faulty("last_day", lambda: deal.draft(last_day="2029-01-01"))
    faulty("renew_by", lambda: deal.draft(renew_by="2029-01-01"))
    faulty("last_day", lambda: deal.draft(last_day="i morgon"))


def test_a_region_ends_it_for_itself_and_the_secretariat_for_all(deal: Deal) -> None:
    deal.draft().send()
    for name in ("company", "uppsala", "halland"):
        deal.sign(name)
    faulty("last_day", lambda: deal.end("uppsala", "2020-01-01"))
    refused("not_allowed", lambda: deal.end("tlv", "2026-08-31"))
    deal.end("uppsala", "2026-08-31")
    assert party(deal, date(2026, 8, 31)) == {"uppsala": 1, "halland": 1}
    assert party(deal, date(2026, 9, 1)) == {"halland": 1}
    deal.end("company", "2026-12-31")
    assert party(deal, date(2027, 1, 1)) == {}
    refused("ended", lambda: deal.end("secretary", "2027-01-01"))
    refused("ended", deal.draft)


def test_two_agreements_bind_no_region_for_the_same_package_and_day(deal: Deal, office: Office) -> None:
    deal.draft().send()
    other = Deal(Table(office, in_negotiation(office, company_id=office.rival_id)).open())
    offer = other.table.offer("rival", other.table.round(), PERIOD)
    other.table.settle(offer)
    other.join("uppsala", "gotland")
    other.draft().send()
    for name in ("company", "uppsala"):
        deal.sign(name)
    other.sign("uppsala")
    error = refused("overlap", lambda: other.sign("rival"))
    assert len(error.reason.params["others"]) == 1  # type: ignore[arg-type]
    assert deal.table.number in error.reason.params["others"][0]  # type: ignore[index]
    with other.acting("rival"):
        error = refused("overlap", lambda: other.sign("rival"))
    assert error.reason.params["others"] == []
    assert party(other, date(2027, 1, 1)) == {}
    third = refused("overlap", other.send)
    assert deal.table.number in third.reason.params["others"][0]  # type: ignore[index]
    deal.end("uppsala", "2026-06-30")
    other.withdraw(1)
    other.draft(first_day="2026-07-01").send(2)
    other.sign("uppsala", 2)
    other.sign("rival", 2)
    assert party(other, date(2026, 7, 1)) == {"uppsala": 2}


def test_reminders_come_by_their_ladder_and_stop_when_it_ends(deal: Deal) -> None:
    deal.draft(renegotiate_on="2027-06-01").send()
    deal.sign("company")
    deal.sign("uppsala")
    told = sa.text("""
        SELECT kind, rung, p.name FROM notice n JOIN person p ON p.id = n.person_id
        WHERE kind IN ('agreement_expiry', 'agreement_renegotiation') ORDER BY 1, 2, 3
    """)

    def found() -> list[tuple[str, int, str]]:
        with deal.office.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(told)]

    remind_agreements(deal.office.engine, START.replace(year=2026, month=12, day=2))
    assert found() == []
    at = START.replace(year=2026, month=12, day=3)
    remind_agreements(deal.office.engine, at)
    first = found()
    assert {(kind, rung) for kind, rung, _name in first} == {("agreement_renegotiation", -180)}
    assert {"Secretary", "Company"} <= {name for _kind, _rung, name in first}
    remind_agreements(deal.office.engine, at)
    assert found() == first
    deal.end("secretary", "2027-12-31")
    remind_agreements(deal.office.engine, START.replace(year=2028, month=5, day=30))
    assert found() == first


def test_nothing_of_what_is_agreed_stands_outside_the_sealed_room(deal: Deal) -> None:
    deal.draft().send()
    deal.sign("company")
    with deal.office.engine.connect() as connection:
        for name in ("agreement_version", "agreement_signature", "event", "notice", "job", "sealed.secret"):
            rows = str(connection.execute(sa.text(f"SELECT t::text FROM {name} t")).all())
            assert "7312345" not in rows, name
            assert "7 312 345" not in rows, name


def test_the_second_wall_keeps_drafts_and_signatures(deal: Deal) -> None:
    deal.draft()
    engine, people = deal.office.engine, deal.office.people
    count = sa.text("SELECT count(*) FROM agreement")
    seen = {}
    for name in ("secretary", "auditor", "company", "uppsala", "gotland", "rival", "tlv"):
        with acting_as(engine, people[name]) as connection:
            seen[name] = connection.scalar(count)
    assert seen == {
        "secretary": 1, "auditor": 1, "company": 0, "uppsala": 0, "gotland": 0, "rival": 0, "tlv": 0,
    }  # fmt: skip
    deal.send()
    for name in ("company", "uppsala", "gotland", "rival", "tlv"):
        with acting_as(engine, people[name]) as connection:
            seen[name] = connection.scalar(count)
            assert (connection.scalar(sa.text("SELECT count(*) FROM agreement_party")) > 0) == bool(
                seen[name]
            )
    assert seen | {} == {
        "secretary": 1, "auditor": 1, "company": 1, "uppsala": 1, "gotland": 0, "rival": 0, "tlv": 0,
    }  # fmt: skip
    with acting_as(engine, people["uppsala"]) as connection, pytest.raises(ProgrammingError):
        connection.execute(
            sa.text(
                "INSERT INTO agreement_binding SELECT agreement_id, version, organisation_id, 'x', 'empty'"
                " FROM agreement_party"
            )
        )
    for_halland = sa.text("""
        INSERT INTO agreement_signature (agreement_id, version, organisation_id, terms_commitment, text_commitment,
            person_id, person, capacity, authority, proved_at, second_factor, at)
        SELECT v.agreement_id, v.version, :organisation, v.terms_commitment, v.text_commitment, :person, 'x', 'x', 'x',
               :at, true, :at
        FROM agreement_version v
    """)
    given = {"organisation": deal.table.organisation("halland"), "person": people["uppsala"], "at": START}
    with acting_as(engine, people["uppsala"]) as connection, pytest.raises(ProgrammingError):
        connection.execute(for_halland, given)


def test_a_region_signs_by_its_own_rights_alone(deal: Deal) -> None:
    """As in the application: the connection is told who acts."""
    deal.draft().send()
    for name in ("uppsala", "company"):
        with deal.acting(name):
            deal.sign(name)
    assert party(deal, date(2026, 6, 1)) == {"uppsala": 1}


def test_the_ready_made(office: Office, deal: Deal) -> None:
    again = in_force(Table(office, in_negotiation(office)).open(), "gotland")
    assert party(again, date(2026, 6, 1)) == {"gotland": 1}


def test_settlement_is_told_who_is_bound_by_what(deal: Deal) -> None:
    deal.draft().send()
    with deal.office.engine.connect() as connection:
        assert told.binding(connection) == []
    deal.sign("company")
    deal.sign("uppsala")
    with deal.office.engine.connect() as connection:
        [found] = told.binding(connection)
    uppsala = deal.table.organisation("uppsala")
    assert found.id == deal.id
    assert found.packages == (PACKAGE,)
    assert found.parties == (told.Party("03", uppsala, 1, date(2026, 6, 1), date(2028, 5, 31)),)
