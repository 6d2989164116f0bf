"""An invited region reads what it is asked to join: by its mandate, by name, on record, and no longer than it may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from nt_process.identity import service as identity
from nt_process.infra import acting
from nt_process.kernel.reasons import ProofNeeded
from nt_process.negotiation import accession, mandates, service
from nt_process.negotiation.errors import Maker
from nt_process.negotiation.rules import accession as rules
from nt_process.negotiation.rules.accession import Standing
from tests.features.agreements.world import Deal
from tests.features.negotiation.test_negotiation import refused
from tests.features.negotiation.world import OTHER_TERMS, PRICE, Table, add_regions
from tests.rights.test_second_wall import acting_as
from tests.world import SINCE, START, sign_in

DAY = timedelta(days=1)


@pytest.fixture
def settled(table: Table) -> Table:
    """Terms are settled, and two regions are invited."""
    table.settle(table.offer("company", table.round()))
    table.invite("region", "uppsala")
    return table


def enter(table: Table, name: str, at: datetime = START) -> None:
    accession.enter(table.office.engine, table.maker(name, at), table.id, table.organisation(name))


def read(table: Table, name: str, at: datetime = START, version: int = 1) -> str:
    found = accession.read_terms(
        table.office.engine, table.maker(name, at), table.id, version, "Inför beslut"
    )
    return str(found)


@pytest.mark.parametrize(
    ("state", "has_mandate", "code"),
    [("joined", False, None), ("suspended", False, None), ("invited", True, None), ("invited", False, "entry_no_mandate"),
     ("not_asked", True, "entry_not_invited"), ("declined", True, "entry_over"), ("left", True, "entry_over")],
)  # fmt: skip
def test_who_may_enter_follows_from_invitation_mandate_and_accession(
    state: str, has_mandate: bool, code: str | None
) -> None:
    assert rules.refuses_entry(Standing(state, date(2026, 1, 1)), has_mandate=has_mandate) == code


def test_an_invited_region_with_a_mandate_reads_the_terms_before_it_joins(settled: Table) -> None:
    refused("not_found", lambda: read(settled, "region"))
    refused("entry_no_mandate", lambda: enter(settled, "region"))
    refused("entry_not_invited", lambda: enter(settled, "gotland"))
    settled.mandate("region")
    enter(settled, "region")
    assert PRICE in read(settled, "region")
    refused("in_circle", lambda: enter(settled, "region"))
    refused("not_found", lambda: read(settled, "uppsala"))
    # It is an event, the reading another, and the company is told.
    log = "SELECT count(*) FROM event WHERE kind = :kind AND body->'inputs'->>'change' = 'entered'"
    assert settled.one(log, kind="negotiation_circle") == 1
    told = "SELECT count(*) FROM notice WHERE kind = 'negotiation_circle' AND person_id = :id"
    assert settled.one(told, id=settled.office.people["company"]) == 2  # when the delegation grew, and now
    assert settled.one("SELECT count(*) FROM sealed.reading WHERE side = 'region'") == 1


def test_it_takes_a_fresh_proof_of_who_one_is(settled: Table) -> None:
    settled.mandate("region")
    late = settled.maker("region")
    tired = Maker(late.actor, late.at + timedelta(minutes=11))
    unproved = Maker(replace(late.actor, session=None), late.at)
    for maker in (tired, unproved):
        with pytest.raises(ProofNeeded):
            accession.enter(settled.office.engine, maker, settled.id, settled.organisation("region"))
    refused("not_found", lambda: read(settled, "region"))


def test_a_reader_reads_no_longer_than_the_mandate_holds(settled: Table) -> None:
    settled.mandate("region", valid_to="2026-01-09")
    enter(settled, "region")
    assert read(settled, "region", START + 2 * DAY)
    refused("not_found", lambda: read(settled, "region", START + 3 * DAY))
    refused("entry_no_mandate", lambda: enter(settled, "region", START + 3 * DAY))


def test_who_joins_reads_on_when_the_mandate_has_ended(settled: Table) -> None:
    settled.mandate("region", valid_to="2026-01-09")
    enter(settled, "region")
    settled.answer("region", "joined")
    assert read(settled, "region", START + 9 * DAY)


def test_a_mandate_that_is_taken_back_takes_its_readers_out(settled: Table) -> None:
    settled.mandate("region")
    enter(settled, "region")
    mandate = str(settled.one("SELECT id FROM negotiation_mandate"))
    own = settled.organisation("region")
    mandates.withdraw_mandate(settled.office.engine, settled.maker(), settled.id, mandate, own)
    refused("not_found", lambda: read(settled, "region"))
    refused("entry_no_mandate", lambda: enter(settled, "region"))
    # A region may have it in writing twice; then the other still carries.
    settled.mandate("region")
    settled.mandate("region")
    enter(settled, "region")
    one = str(settled.one("SELECT id FROM negotiation_mandate WHERE withdrawn_on IS NULL LIMIT 1"))
    mandates.withdraw_mandate(settled.office.engine, settled.maker("region"), settled.id, one, own)
    assert read(settled, "region")


@pytest.mark.parametrize("kind", ["declined", "left"])
def test_a_region_that_declines_or_leaves_reads_no_more(settled: Table, kind: str) -> None:
    settled.mandate("region")
    enter(settled, "region")
    if kind == "left":
        settled.answer("region", "joined")
    settled.answer("region", kind)
    refused("not_found", lambda: read(settled, "region"))
    refused("entry_over", lambda: enter(settled, "region"))


def test_changed_terms_are_read_before_they_are_confirmed(settled: Table) -> None:
    settled.mandate("region")
    settled.answer("region", "joined")
    settled.settle(settled.offer("company", settled.round(), OTHER_TERMS))
    assert "'15'" in read(settled, "region", version=2)


def test_whom_the_secretariat_takes_out_does_not_come_back_by_themselves(settled: Table) -> None:
    settled.mandate("region")
    enter(settled, "region")
    entry = str(settled.one("SELECT id FROM sealed.circle WHERE side = 'region'"))
    engine = settled.office.engine
    refused("not_barred", lambda: service.let_in(engine, settled.maker(), settled.id, entry))
    service.end(engine, settled.maker(), settled.id, entry)
    refused("barred", lambda: enter(settled, "region"))
    # Neither by joining; the region is party all the same.
    settled.answer("region", "joined")
    refused("not_found", lambda: read(settled, "region"))
    service.let_in(engine, settled.maker(), settled.id, entry)
    enter(settled, "region")
    assert read(settled, "region")


def test_the_database_says_the_same(settled: Table) -> None:
    """Whatever the application would ask: the policy on the circle, for each standing of the region."""
    add = sa.text("""
        INSERT INTO sealed.circle (id, negotiation_id, case_id, side, organisation_id, person_id, capacity, valid_from,
            added_by, added_at)
        SELECT gen_random_uuid(), n.id, n.case_id, 'region', :region, :person, 'reader', :day, 'x', :at
        FROM negotiation n WHERE n.id = :id
    """)

    def may(name: str, person: str | None = None) -> bool:
        given = {"region": settled.organisation(name), "person": settled.office.people[person or name]}
        given |= {"day": START.date(), "at": START, "id": settled.id}
        with acting_as(settled.office.engine, settled.office.people[name]) as connection:
            try:
                connection.execute(add, given)
            except sa.exc.ProgrammingError:
                return False
            return True

    assert not may("region")
    settled.mandate("region")
    assert may("region")
    assert not may("region", person="uppsala")
    assert not may("uppsala")
    settled.answer("region", "declined")
    assert not may("region")
    settled.answer("region", "joined")
    assert may("region")


def test_each_command_holds_behind_the_second_wall(settled: Table) -> None:
    """The way of a region through all of it, with the database knowing who acts."""
    engine, own = settled.office.engine, settled.organisation("region")

    def acted(name: str, do: Callable[[], object]) -> None:
        acting.become(settled.office.people[name], START.date())
        try:
            do()
        finally:
            acting.forget()
            engine.dispose()

    acted("region", lambda: settled.mandate("region", valid_to="2026-06-30"))
    acted("region", lambda: enter(settled, "region"))
    acted("region", lambda: read(settled, "region"))
    acted("region", lambda: settled.answer("region", "joined", commitment=settled.commitment()))
    acted("region", lambda: read(settled, "region", START + 300 * DAY))
    acted("region", lambda: settled.answer("region", "left"))
    refused("not_found", lambda: acted("region", lambda: read(settled, "region")))
    assert settled.one("SELECT count(*) FROM sealed.circle WHERE organisation_id = :own", own=own) == 2


# --- the pages ------------------------------------------------------------------------------------


@pytest.fixture
def browser(app: Flask, settled: Table) -> Callable[[str], FlaskClient]:
    return lambda name: sign_in(app.test_client(), name)


def test_the_page_says_why_not_and_who_can_change_it(
    settled: Table, browser: Callable[[str], FlaskClient]
) -> None:
    pages = f"/negotiations/{settled.id}"
    assert "Det är kansliet som bjuder in" in browser("gotland").get(f"{pages}/regions").text
    region = browser("region")
    page = region.get(f"{pages}/regions").text
    assert "ingen fullmakt som gäller i dag" in page
    assert "Gå in i kretsen" not in page
    assert region.post(f"{pages}/enter", data={"region": settled.organisation("region")}).status_code == 409
    settled.mandate("region")
    assert "Gå in i kretsen" in region.get(f"{pages}/regions").text
    sent = region.post(f"{pages}/enter", data={"region": settled.organisation("region")})
    assert sent.status_code == 302
    assert "why-terms" in region.get(f"{pages}/regions").text
    opened = region.post(f"{pages}/terms/1", data={"reason": "Inför beslut"})
    assert "7\u00a0312\u00a0345,67" in opened.text
    assert browser("company").get(f"{pages}/circle").text.count("Region Skåne") == 1
    for name in ("secretary", "company", "auditor"):
        assert browser(name).post(f"{pages}/enter").status_code == 404, name


def test_another_site_is_never_gone_back_to(settled: Table, browser: Callable[[str], FlaskClient]) -> None:
    settled.mandate("region")
    data = {"region": settled.organisation("region"), "back": "//annan.example/"}
    sent = browser("region").post(f"/negotiations/{settled.id}/enter", data=data)
    assert "annan.example" not in sent.headers["Location"]


def test_what_has_changed_is_read_beside_the_version_before(
    settled: Table, browser: Callable[[str], FlaskClient]
) -> None:
    settled.mandate("region")
    settled.answer("region", "joined")
    settled.settle(settled.offer("company", settled.round(), OTHER_TERMS))
    pages, region = f"/negotiations/{settled.id}", browser("region")
    assert 'name="beside" value="1"' in region.get(f"{pages}/regions").text
    both = region.post(f"{pages}/terms/2", data={"reason": "Inför beslut", "beside": "1"}).text
    assert "Vad som har ändrats" in both
    assert "högre" in both
    assert settled.one("SELECT count(*) FROM sealed.reading WHERE side = 'region'") == 2
    for nonsense in ("7", "x", "\x00", "2"):
        one = region.post(f"{pages}/terms/2", data={"reason": "Inför beslut", "beside": nonsense})
        assert (one.status_code, "Vad som har ändrats" in one.text) == (200, False)


def test_who_is_to_sign_for_a_region_can_read_what_they_sign(
    settled: Table, browser: Callable[[str], FlaskClient]
) -> None:
    """One has joined for the region, and another is to sign."""
    settled.mandate("region")
    settled.answer("region", "joined")
    office = settled.office
    with office.engine.begin() as connection:
        member = identity.Member(settled.organisation("region"), "region_representative", SINCE)
        office.people["second"] = identity.create_person(
            connection, "second@prov.example", "Second", (member,), START
        )
    add_regions(office)  # gives those who have none a password
    deal = Deal(settled).draft(package_1="100101")
    deal.send()
    signer, address = browser("second"), f"/agreements/{deal.id}"
    page = signer.get(address).text
    assert "Gå in i kretsen" in page
    assert signer.get(f"{address}/versions/1").status_code == 404
    entered = signer.post(
        f"/negotiations/{settled.id}/enter",
        data={"region": settled.organisation("region"), "back": address},
    )
    assert entered.headers["Location"].endswith(address)
    assert "Gå in i kretsen" not in signer.get(address).text
    deal.sign("second")
    assert settled.one("SELECT capacity FROM agreement_signature") == "signatory"


def test_a_change_of_the_threshold_is_an_event(table: Table, app: Flask) -> None:
    engine = table.office.engine
    service.set_threshold(engine, table.maker(), table.id, "25,00")
    events = "SELECT count(*) FROM event WHERE kind = 'negotiation_threshold'"
    assert table.one(events) == 0  # it was 25
    service.set_threshold(engine, table.maker(), table.id, "62,5")
    service.set_threshold(engine, table.maker(), table.id, "")
    assert table.one(events) == 2
    for name in ("secretary", "region", "company"):
        text = sign_in(app.test_client(), name).get(f"/cases/{table.number}/history").text
        assert "25 → 62,5" in text, name
        assert "62,5 → inget" in text, name
    assert "25 → 62,5" not in sign_in(app.test_client(), "rival").get(f"/cases/{table.number}/history").text
