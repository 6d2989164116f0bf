"""Precedents as commands and reads: written by one, approved by another, told to whom they may be told."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from nt_process.infra import acting
from nt_process.kernel.faults import BadInput
from nt_process.kernel.reasons import ProofNeeded
from nt_process.precedents import queries, service
from nt_process.precedents.errors import PrecedentError
from nt_process.precedents.queries import Filter
from nt_process.precedents.rules import Traits
from tests.features.interests.world import SHARES, decide, declare
from tests.features.negotiation.world import PRICE, Table, add_regions, in_negotiation
from tests.features.precedents.world import (
    GROUNDS,
    TICKED,
    Ticked,
    approve,
    decided,
    found,
    maker,
    to_be_decided,
    told,
    write,
)
from tests.rights.people import add_people
from tests.world import START, Office

INSIDERS = ("secretary", "colleague", "member", "manager", "auditor", "region", "tlv")
OUTSIDERS = ("company", "rival", "administrator", None)


def refused(code: str, do: Any, *given: Any, **named: Any) -> PrecedentError:
    with pytest.raises(PrecedentError) as caught:
        do(*given, **named)
    assert caught.value.reason.code == code
    return caught.value


def one(office: Office, statement: str, **given: Any) -> Any:
    with office.engine.connect() as connection:
        return connection.execute(sa.text(statement), given).scalar()


def read(office: Office, name: str | None, precedent_id: str) -> Any:
    with office.engine.connect() as connection:
        return queries.precedent(connection, None if name is None else office.actor(name), precedent_id)


# --- written and approved ---------------------------------------------------------------------------


def test_it_is_told_when_another_has_approved_it(office: Office) -> None:
    number = decided(office)
    made = write(office, number)
    assert all(found(office, name) == [] for name in (*INSIDERS, *OUTSIDERS))
    refused("own", approve, office, made, "secretary")
    approve(office, made, "colleague")
    assert all(found(office, name) == ["Provastin"] for name in INSIDERS)
    assert all(found(office, name) == [] for name in OUTSIDERS)
    row = read(office, "region", made)
    assert (row["decision"], row["decided_on"]) == ("should", (START - timedelta(days=5)).date())
    assert (row["severity"], row["qaly_from"], row["qaly_to"], row["number"]) == (
        "high",
        750_000,
        1_000_000,
        number,
    )
    refused("judged", approve, office, made, "colleague")


def test_only_the_secretariat_writes_judges_and_withdraws(office: Office) -> None:
    number = decided(office)
    for name in ("member", "auditor", "manager", "administrator", "region", "company", "tlv"):
        refused("not_allowed", write, office, number, name)
    made = write(office, number)
    for name in ("member", "auditor", "region"):
        refused("not_allowed", approve, office, made, name)
        refused("not_allowed", service.decline, office.engine, maker(office, name), made, 1, "Nej")
        refused("not_allowed", service.withdraw, office.engine, maker(office, name), made, "Nej")


def test_a_decision_has_one_precedent_and_an_undecided_case_none(office: Office) -> None:
    refused("no_decision", write, office, in_negotiation(office))
    refused("not_found", write, office, "NT-2026-9999")
    number = decided(office)
    write(office, number)
    refused("written", write, office, number, "colleague")


def test_each_decision_of_a_case_has_its_own(office: Office) -> None:
    number = to_be_decided(office)
    first = told(office, number)
    assert read(office, "region", first)["decision"] == "agreement"
    office.add_document("secretary", number, "recommendation", START)
    office.act("secretary", number, "decide_recommendation", START, outcome="can", motivation="Skäl")
    second = told(office, number, {"contract": []})
    assert first != second
    with office.engine.connect() as connection:
        rows = queries.of_case(connection, office.actor("region"), number)
    assert [row["decision"] for row in rows] == ["can", "agreement"]


def test_what_was_approved_is_told_until_the_next_version_is(office: Office) -> None:
    made = told(office, decided(office))
    service.revise(office.engine, maker(office), made, 1, GROUNDS | {"severity": "low"}, TICKED)
    assert read(office, "region", made)["severity"] == "high"
    refused("changed", service.revise, office.engine, maker(office), made, 1, GROUNDS, TICKED)
    refused("changed", approve, office, made, "colleague", 1)
    service.decline(office.engine, maker(office, "colleague"), made, 2, "Fel grad")
    assert read(office, "region", made)["severity"] == "high"
    service.revise(office.engine, maker(office), made, 2, GROUNDS | {"severity": "moderate"}, TICKED)
    approve(office, made, version=3)
    assert read(office, "region", made)["severity"] == "moderate"
    with office.engine.connect() as connection:
        whole = queries.whole(connection, office.actor("auditor"), made)
        assert queries.whole(connection, office.actor("member"), made) is None
    assert whole is not None
    assert [(row["version"], row["approved"]) for row in whole.versions] == [(3, True), (2, False), (1, True)]


def test_what_is_withdrawn_is_told_to_nobody_and_kept(office: Office) -> None:
    made = told(office, decided(office), public=True)
    with pytest.raises(BadInput):
        service.withdraw(office.engine, maker(office), made, " ")
    service.withdraw(office.engine, maker(office), made, "Fel underlag")
    assert all(read(office, name, made) is None for name in (*INSIDERS, *OUTSIDERS))
    refused("not_told", service.withdraw, office.engine, maker(office), made, "Igen")
    with office.engine.connect() as connection:
        aside = queries.set_aside(connection, office.actor("colleague"))
        assert [(str(row["id"]), row["approved"]) for row in aside] == [(made, True)]
        assert queries.set_aside(connection, office.actor("member")) == []
    service.revise(office.engine, maker(office), made, 1, GROUNDS, TICKED)
    approve(office, made, version=2)
    assert read(office, "region", made) is not None
    assert one(office, "SELECT reason FROM precedent_withdrawal") == "Fel underlag"


def test_everything_is_an_event_without_content(office: Office) -> None:
    number = decided(office)
    made = write(office, number)
    service.decline(office.engine, maker(office, "colleague"), made, 1, "Skriv om")
    service.revise(office.engine, maker(office), made, 1, GROUNDS, TICKED)
    approve(office, made, version=2)
    service.withdraw(office.engine, maker(office), made, "Fel")
    kept = """SELECT array_agg(kind || ' ' || (body -> 'inputs')::text ORDER BY seq) FROM event e
              JOIN cases c ON c.id = e.case_id WHERE c.number = :number AND kind LIKE 'precedent%'"""
    assert one(office, kept, number=number) == [
        'precedent_proposed {"version": 1}',
        'precedent_declined {"version": 1}',
        'precedent_proposed {"version": 2}',
        'precedent_approved {"version": 2}',
        'precedent_withdrawn {"version": 2}',
    ]


def test_of_two_who_do_the_same_one_is_told(office: Office) -> None:
    number = decided(office)

    def tried(do: Any) -> str:
        try:
            do()
        except PrecedentError as error:
            return error.reason.code
        return "done"

    with ThreadPoolExecutor(2) as both:
        names = ("secretary", "colleague")
        assert sorted(both.map(lambda name: tried(lambda: write(office, number, name)), names)) == [
            "done",
            "written",
        ]
        made = str(one(office, "SELECT id FROM precedent"))
        other = (
            "colleague"
            if one(office, "SELECT written_by FROM precedent_version") == "Secretary"
            else "secretary"
        )
        judged = both.map(lambda _time: tried(lambda: approve(office, made, other)), range(2))
        assert sorted(judged) == ["done", "judged"]


# --- what is sealed -------------------------------------------------------------------------------


@pytest.fixture
def negotiated(office: Office) -> Table:
    """A case whose terms were settled in a negotiation here, led by the secretary, and that has ended with an agreement."""
    add_regions(office)
    table = Table(office, in_negotiation(office)).open()
    table.settle(table.offer("company", table.round()))
    office.act("secretary", table.number, "conclude_agreement", START, reason="Enighet")
    return table


def test_a_text_with_a_sealed_figure_is_not_approved(office: Office, negotiated: Table) -> None:
    made = write(office, negotiated.number, "colleague", reasons=f"Priset blev {PRICE} kr.")
    error = refused("holds_sealed", approve, office, made, "secretary")
    assert error.reason.params["figures"] == (PRICE,)
    # It was opened for it, and that stays on record.
    log = "SELECT person || ': ' || reason FROM sealed.reading ORDER BY id DESC LIMIT 1"
    assert one(office, log) == "Secretary: Comparing a precedent with what is sealed"
    service.decline(office.engine, maker(office, "secretary"), made, 1, "Skriv utan belopp")
    service.revise(office.engine, maker(office, "colleague"), made, 1, GROUNDS, TICKED)
    approve(office, made, "secretary", 2)
    assert found(office, "region") == ["Provastin"]


def test_whoever_is_outside_the_delegation_learns_nothing_by_approving(
    office: Office, negotiated: Table
) -> None:
    for reasons in (f"Priset blev {PRICE} kr.", "Ingen siffra alls."):
        made = (
            write(office, negotiated.number, reasons=reasons)
            if not one(office, "SELECT count(*) FROM precedent")
            else str(one(office, "SELECT id FROM precedent"))
        )
        version = one(office, "SELECT max(version) FROM precedent_version")
        refused("not_in_delegation", approve, office, made, "colleague", version)
        service.revise(office.engine, maker(office), made, version, GROUNDS | {"reasons": reasons}, TICKED)
    negotiated.admit("colleague")
    version = one(office, "SELECT max(version) FROM precedent_version")
    approve(office, made, "colleague", version)


def test_approving_what_was_negotiated_takes_a_fresh_proof(office: Office, negotiated: Table) -> None:
    made = write(office, negotiated.number, "colleague")
    late = maker(office, "secretary")
    stale = type(late)(late.actor, START + timedelta(minutes=11))
    with pytest.raises(ProofNeeded):
        service.approve(office.engine, stale, made, 1)


def test_where_nothing_was_settled_the_offers_are_compared(office: Office) -> None:
    table = Table(office, in_negotiation(office)).open()
    table.offer("company", table.round())
    # What lies sealed in a round that has not been opened is nobody's to compare.
    table.offer("company", table.round(START + timedelta(days=5)))
    office.act("secretary", table.number, "end_without_agreement", START, reason="Ingen enighet")
    made = write(office, table.number, "colleague", {"contract": []}, reasons="Rabatten 12,5 % räckte inte.")
    refused("holds_sealed", approve, office, made, "secretary")
    service.revise(office.engine, maker(office, "colleague"), made, 1, GROUNDS, {**TICKED, "contract": []})
    approve(office, made, "secretary", 2)
    assert read(office, "region", made)["decision"] == "no_agreement"


# --- told to whom ---------------------------------------------------------------------------------


def test_of_what_is_public_each_part_by_itself(office: Office) -> None:
    made = told(office, decided(office), {"public_parts": ["grounds"]}, is_public="y")
    inside = read(office, "region", made)
    assert inside["reasons"]
    assert inside["number"]
    for name in ("company", "rival", None):
        row = read(office, name, made)
        assert (row["medicine"], row["decision"], row["severity"], row["patients"]) == (
            "Provastin",
            "should",
            "high",
            120,
        )
        assert [row[hidden] for hidden in ("qaly_from", "willing_to", "contract", "clauses", "reasons")] == [
            None
        ] * 5
    # The case is named to whoever sees the case.
    assert read(office, "company", made)["number"] is not None
    assert read(office, "rival", made)["number"] is None
    assert read(office, None, made)["number"] is None


@pytest.mark.parametrize(
    "chosen",
    [{"q": "osäkert"}, {"qaly_to": 2_000_000}, {"willing_from": 1}, {"contract": "financial"}],
)
def test_what_is_not_public_cannot_be_searched_by_who_is_outside(
    office: Office, chosen: dict[str, Any]
) -> None:
    told(office, decided(office), {"public_parts": ["grounds"]}, is_public="y")
    told(office, decided(office, medicine="Annat"), public=True)
    assert sorted(found(office, "region", **chosen)) == ["Annat", "Provastin"]
    assert found(office, "rival", **chosen) == ["Annat"]
    assert found(office, None, **chosen) == ["Annat"]


def test_neither_order_nor_likeness_tells_what_is_not_public(office: Office) -> None:
    """Two worlds that differ in what is not public, seen from outside."""
    for medicine, severity in (("Ett", "low"), ("Två", "very_high")):
        grounds = {"severity": severity, "qaly_from": "0" if severity == "low" else "900000"}
        number = decided(office, medicine=medicine, atc="")
        told(office, number, {"public_parts": ["reasons"]}, is_public="y", **grounds)
    hidden = set(queries.SORTS) - {"newest", "medicine"}
    usual = found(office, "rival")
    assert {sort for sort in hidden if found(office, "rival", sort=sort) != usual} == set()
    with office.engine.connect() as connection:
        like = queries.alike(
            connection, office.actor("rival"), Traits(severity="very_high", contract=("financial",))
        )
    assert like == []


def test_whoever_has_a_conflict_of_interest_reads_as_the_public_does(office: Office) -> None:
    number = decided(office)
    made, other = (
        told(office, number),
        told(office, decided(office, medicine="Annat", company_id=office.rival_id)),
    )
    declare(office, "member", SHARES)
    decide(office, number, "member", conflict=True)
    assert read(office, "member", made) is None
    assert read(office, "member", other) is not None
    assert found(office, "member") == ["Annat"]
    assert found(office, "region") != ["Annat"]


# --- searched -------------------------------------------------------------------------------------


@pytest.fixture
def three(office: Office) -> None:
    told(office, decided(office, "should", medicine="Alfamab", substance="alfa", atc="L04AC98"))
    told(
        office, decided(office, "should_not", medicine="Betamab", substance="beta", atc="L04AB98"), severity="low",
        rarity="ultra_rare", patients="9", certainty="high", qaly_from="2000000", qaly_to="", reasons="Kostnaden är för hög.",
    )  # fmt: skip
    clauses: Ticked = {"clauses": ["individual_outcome"]}
    told(
        office, to_be_decided(office, medicine="Gammanib", substance="gamma", atc="L01EA98"), clauses,
        clauses_told_by="Klausul 9", severity="very_high", rarity="common", patients="", certainty="moderate",
        qaly_from="0", qaly_to="500000", willing_from="", willing_to="",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("chosen", "medicines"),
    [
        ({}, ["Alfamab", "Betamab", "Gammanib"]),
        ({"q": "hog kost"}, ["Betamab"]),
        ({"q": "gam"}, ["Gammanib"]),
        ({"q": "'%"}, []),
        ({"decision": "should"}, ["Alfamab"]),
        ({"decision": "agreement"}, ["Gammanib"]),
        ({"severity": "low"}, ["Betamab"]),
        ({"rarity": "rare"}, ["Alfamab"]),
        ({"certainty": "moderate"}, ["Gammanib"]),
        ({"contract": "outcome_based"}, ["Gammanib"]),
        ({"contract": "individual_outcome"}, ["Gammanib"]),
        ({"contract": "financial"}, ["Alfamab", "Betamab"]),
        ({"atc": "L04"}, ["Alfamab", "Betamab"]),
        ({"atc": "l04ab%"}, ["Betamab"]),
        ({"patients": 100}, ["Betamab"]),
        ({"process": "klinik"}, []),
        # Alfamab 750 000–1 000 000, Betamab above 2 000 000, Gammanib at most 500 000.
        ({"qaly_to": 749_999}, ["Gammanib"]),
        ({"qaly_from": 1_000_000}, ["Alfamab", "Betamab"]),
        ({"qaly_from": 1_000_001, "qaly_to": 1_999_999}, []),
        ({"qaly_from": 5_000_000}, ["Betamab"]),
        ({"willing_from": 600_000, "willing_to": 700_000}, ["Alfamab", "Betamab"]),
        ({"until": START.date() - timedelta(days=6)}, ["Gammanib"]),
        ({"since": START.date() - timedelta(days=5)}, ["Alfamab", "Betamab"]),
        ({"since": date(2199, 1, 1)}, []),
    ],
)
def test_each_filter_narrows(
    office: Office, three: None, chosen: dict[str, Any], medicines: list[str]
) -> None:
    assert sorted(found(office, "region", **chosen)) == medicines


@pytest.mark.parametrize(
    ("sort", "medicines"),
    [
        ("medicine", ["Alfamab", "Betamab", "Gammanib"]),
        ("severity", ["Gammanib", "Alfamab", "Betamab"]),
        ("certainty", ["Betamab", "Gammanib", "Alfamab"]),
        ("rarest", ["Betamab", "Alfamab", "Gammanib"]),
        ("qaly", ["Gammanib", "Alfamab", "Betamab"]),
    ],
)
def test_each_order(office: Office, three: None, sort: str, medicines: list[str]) -> None:
    assert found(office, "region", sort=sort) == medicines


def test_the_most_alike_comes_first_and_never_the_case_itself(office: Office, three: None) -> None:
    with office.engine.connect() as connection:
        actor = office.actor("region")
        own = queries.listed(connection, actor, Filter(q="alfamab")).rows[0]
        like = queries.alike(connection, actor, queries.traits_of(own), but=str(own["id"]))
    assert [(one.row["medicine"], one.shared) for one in like] == [("Betamab", ("atc_4", "contract"))]


def test_what_is_left_to_write_and_to_approve(office: Office) -> None:
    written, unwritten = decided(office), decided(office, "should_not", medicine="Oskrivet")
    write(office, written)
    with office.engine.connect() as connection:
        secretary, member = office.actor("secretary"), office.actor("member")
        assert [row["medicine"] for row in queries.waiting(connection, secretary)] == ["Provastin"]
        rows = queries.unwritten(connection, secretary)
        assert [(row["number"], row["decision"]) for row in rows] == [(unwritten, "should_not")]
        assert queries.waiting(connection, member) == []
        assert queries.set_aside(connection, secretary) == []
        assert queries.unwritten(connection, member) == []
        file = queries.case_file(connection, secretary, unwritten)
        assert file is not None
        begun = queries.prefilled(connection, secretary, file)
    assert begun["reasons"] == "Nyttan uppväger kostnaden."
    assert begun["rarity"] == "rare"


# --- the second wall ------------------------------------------------------------------------------


@contextmanager
def as_person(office: Office, name: str | None) -> Iterator[sa.Connection]:
    acting.become(None if name is None else office.people[name], START.date())
    try:
        with office.engine.connect() as connection:
            yield connection
    finally:
        acting.become(acting.SYSTEM, START.date())
        office.engine.connect().close()
        acting.forget()


def test_the_database_tells_no_more_than_the_program(office: Office) -> None:
    add_people(office)
    ids = {
        "public": told(office, decided(office, medicine="Publikt"), public=True),
        "approved": told(office, decided(office, medicine="Godkänt")),
        "proposed": write(office, decided(office, medicine="Föreslaget")),
    }
    service.revise(office.engine, maker(office), ids["public"], 1, GROUNDS | {"reasons": "Ny text"}, TICKED)
    expected = {
        "secretary": {"public", "approved", "proposed"},
        "auditor": {"public", "approved", "proposed"},
        **{name: {"public", "approved"} for name in ("member", "manager", "region", "tlv")},
        **{
            name: {"public"}
            for name in ("company", "rival", "uninvolved", "expert", "patient", "administrator", None)
        },
    }
    for name, names in expected.items():
        with as_person(office, name) as connection:
            seen = {str(row.id) for row in connection.execute(sa.text("SELECT id FROM precedent"))}
            versions = connection.scalar(sa.text("SELECT count(*) FROM precedent_version"))
            judged = connection.scalar(sa.text("SELECT count(*) FROM precedent_verdict"))
        assert seen == {ids[one] for one in names}, name
        keeps = "proposed" in names
        assert versions == (4 if keeps else len(names)), name
        assert judged == (2 if keeps else 0), name


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE precedent_version SET reasons = 'x'",
        "DELETE FROM precedent_verdict",
        "UPDATE precedent SET decision = 'can'",
        "INSERT INTO precedent_current SELECT * FROM precedent_current",
        "DELETE FROM precedent_current",
    ],
)
def test_nothing_is_changed_afterwards(office: Office, web_engine: sa.Engine, statement: str) -> None:
    told(office, decided(office))
    with pytest.raises(DBAPIError, match="permission denied"), web_engine.begin() as connection:
        connection.execute(sa.text(statement))
