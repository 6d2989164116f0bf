"""Net prices in the price register: for the circle of the agreement, by name and reason, and for nobody else a trace."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from nt_process.agreements import net_prices, rules
from nt_process.agreements.errors import AgreementError
from nt_process.agreements.rules import Bound
from nt_process.identity.maker import Maker
from nt_process.kernel.faults import BadInput
from nt_process.kernel.reasons import ProofNeeded
from tests.features.agreements.world import Deal
from tests.features.negotiation.world import Table, add_regions, in_negotiation
from tests.features.prices.world import row, take_in
from tests.rights.people import add_people
from tests.world import START, Office, sign_in

NUMBER, TODAY = "012345", START.date()
PAGE = f"/prices/packages/{NUMBER}"
TERMS = {
    "starts": "2026-01-01",
    "packages": NUMBER,
    "discount": "12,5",
    "cap": "9000000",
}
# AIP 7 200,80 less 12,5 % is 6 300,70.
LIST, NET = "7 200,80", re.compile(r"6[\s\u00a0\u202f]?300,70")


@pytest.fixture
def deal(office: Office) -> Deal:
    """Settled terms for a package that the price register knows, which two regions have joined."""
    add_regions(office)
    add_people(office)
    take_in(office, row(aip=LIST, aup="8000"))
    made = Deal(Table(office, in_negotiation(office)).open())
    made.settle(TERMS)
    made.join("uppsala", "halland")
    return made


@pytest.fixture
def in_force(deal: Deal) -> Deal:
    """Signed by the company and one of them."""
    deal.draft().send()
    deal.sign("company")
    deal.sign("uppsala")
    return deal


@pytest.fixture
def browser(app: Flask, deal: Deal) -> Callable[[str], FlaskClient]:
    return lambda name: sign_in(app.test_client(), name)


def covers(deal: Deal, name: str, day: date = TODAY) -> bool:
    with deal.office.engine.connect() as connection:
        actor = deal.office.actor(name)
        return bool(net_prices.covering(connection, actor, NUMBER, day, TODAY))


def opened(deal: Deal, name: str, reason: str = "Kontroll", day: date = TODAY) -> net_prices.Opened:
    return net_prices.open_price(deal.office.engine, deal.maker(name), deal.id, NUMBER, day, reason)


def test_the_circle_knows_and_nobody_else(in_force: Deal) -> None:
    names = ("secretary", "company", "uppsala")
    others = (
        "colleague",
        "member",
        "auditor",
        "manager",
        "administrator",
        "gotland",
        "rival",
        "tlv",
        "halland",
    )
    assert [name for name in (*names, *others) if covers(in_force, name)] == list(names)
    for name in others:
        with pytest.raises(AgreementError, match="not_found"):
            opened(in_force, name)


def test_only_what_binds_on_the_day(deal: Deal) -> None:
    deal.draft().send()
    deal.sign("company")
    assert not covers(deal, "secretary")
    deal.sign("uppsala")
    assert covers(deal, "secretary")
    assert not covers(deal, "secretary", TODAY - timedelta(days=1))
    deal.end("uppsala", "2026-06-30")
    assert covers(deal, "uppsala", date(2026, 6, 30))
    assert not covers(deal, "uppsala", date(2026, 7, 1))


def test_whoever_leaves_the_circle_knows_no_more(in_force: Deal) -> None:
    in_force.table.answer("uppsala", "left")
    assert not covers(in_force, "uppsala")
    with pytest.raises(AgreementError, match="not_found"):
        opened(in_force, "uppsala")


def test_the_price_is_computed_and_the_cap_is_named(in_force: Deal) -> None:
    found = opened(in_force, "uppsala")
    assert found.list_price == Decimal("7200.80")
    [(version, said)] = found.prices
    assert (version.version, version.regions) == (1, ("Region Uppsala",))
    assert said.net == Decimal("6300.70")
    assert said.unstated == ((2, "spend_cap"),)


def test_versions_for_different_regions_each_have_their_price(in_force: Deal) -> None:
    in_force.settle(TERMS | {"discount": "25"})
    in_force.table.answer("halland", "confirmed")
    in_force.draft().send(2)
    in_force.sign("company", 2)
    in_force.sign("halland", 2)
    prices = {version.regions: said.net for version, said in opened(in_force, "company").prices}
    assert prices == {("Region Uppsala",): Decimal("6300.70"), ("Region Halland",): Decimal("5400.60")}
    [(only, _said)] = opened(in_force, "halland").prices
    assert only.regions == ("Region Halland",)


def test_opening_takes_a_proof_and_a_reason_and_is_on_record(in_force: Deal) -> None:
    office, log = in_force.office, "SELECT count(*) FROM sealed.reading WHERE reason LIKE 'Vnr 012345: %'"
    with pytest.raises(BadInput):
        opened(in_force, "uppsala", " ")
    unproved = Maker(office.actor("uppsala"), START)
    with pytest.raises(ProofNeeded):
        net_prices.open_price(office.engine, unproved, in_force.id, NUMBER, TODAY, "Kontroll")
    assert in_force.one(log) == 0
    opened(in_force, "uppsala", "Kontroll av faktura")
    kept = "SELECT person || '|' || place || '|' || reason FROM sealed.reading ORDER BY id DESC LIMIT 1"
    assert in_force.one(kept) == "Uppsala|negotiation_terms|Vnr 012345: Kontroll av faktura"


def test_the_page_opens_it_once(in_force: Deal, browser: Callable[[str], FlaskClient]) -> None:
    uppsala = browser("uppsala")
    package = uppsala.get(PAGE)
    link = re.search(r'href="(/agreements/[^"]+/net-price/012345)"', package.text)
    assert link is not None
    assert not NET.search(package.text)
    before = uppsala.get(link[1])
    assert before.status_code == 200
    assert not NET.search(before.text)
    assert uppsala.post(link[1], data={"reason": ""}).status_code == 422
    shown = uppsala.post(link[1], data={"reason": "Kontroll av faktura"})
    assert NET.search(shown.text)
    assert "utgiftstak" in shown.text.lower()
    assert shown.headers["Cache-Control"] == "no-store"
    assert not NET.search(re.search(r"<title>(.*?)</title>", shown.text, re.DOTALL)[1])  # type: ignore[index]
    assert not NET.search(uppsala.get(PAGE).text)
    log = browser("auditor").get(f"/negotiations/{in_force.table.id}/readings")
    assert "Vnr 012345: Kontroll av faktura" in log.text
    assert not NET.search(log.text)


def test_strange_addresses_and_words_are_refused(
    in_force: Deal, browser: Callable[[str], FlaskClient]
) -> None:
    uppsala, base = browser("uppsala"), f"/agreements/{in_force.id}/net-price"
    for ending in ("999999", "x", "0123456", f"{NUMBER}?on=2020-01-01"):
        assert uppsala.get(f"{base}/{ending}").status_code == 404, ending
    for day in ("inte", "\x00", "2026-02-30", "9999-12-31"):
        assert uppsala.get(f"{base}/{NUMBER}", query_string={"on": day}).status_code == 200
    for reason in ("\x00", "x" * 501):
        assert uppsala.post(f"{base}/{NUMBER}", data={"reason": reason}).status_code == 422


def test_for_others_no_byte_is_different(deal: Deal, browser: Callable[[str], FlaskClient]) -> None:
    """Before and after the agreement is in force, of everything that the register gives to somebody outside."""
    outside = {
        name: browser(name)
        for name in ("colleague", "member", "auditor", "manager", "gotland", "rival", "uninvolved", "tlv")
    }
    pages = (PAGE, f"{PAGE}?on=2026-06-01", "/prices", "/prices?q=Provastin", "/prices/register.csv")

    def seen() -> dict[tuple[str, str], tuple[int, bytes, list[tuple[str, str]]]]:
        return {(name, page): _normal(client.get(page)) for name, client in outside.items() for page in pages}

    def circle() -> str:
        return browser("company").get(PAGE).text

    before, of_circle = seen(), circle()
    deal.draft().send()
    deal.sign("company")
    deal.sign("uppsala")
    assert seen() == before
    assert circle() != of_circle
    for client in outside.values():
        absent = client.get(f"/agreements/{deal.id}/net-price/{NUMBER}")
        assert absent.status_code == 404


_CHANGING = re.compile(rb'nonce-?="?[^"\']+|nonce="[^"]*"|name="csrf_token" value="[^"]*"')


def _normal(answer: object) -> tuple[int, bytes, list[tuple[str, str]]]:
    headers = sorted(
        (name, value)
        for name, value in answer.headers  # type: ignore[attr-defined]
        if name not in ("X-Request-Id", "Content-Security-Policy", "Set-Cookie", "Date")
    )
    return answer.status_code, _CHANGING.sub(b"", answer.data), headers  # type: ignore[attr-defined]


# --- the rules ------------------------------------------------------------------------------------

days = st.dates(date(2025, 1, 1), date(2027, 12, 31))
bounds = st.lists(
    st.builds(Bound, st.sampled_from("ABC"), st.integers(1, 3), days, st.none() | days), max_size=6
)


@given(bounds, days, st.sets(st.sampled_from("ABC")))
def test_versions_for_a_region_are_those_that_bind_it(bound: list[Bound], day: date, own: set[str]) -> None:
    of_all, of_own = rules.versions_for(bound, day, None), rules.versions_for(bound, day, own)
    binding = rules.parties(bound, day)
    assert {(r, v) for v, regions in of_all.items() for r in regions} == set(binding.items())
    assert {(r, v) for v, regions in of_own.items() for r in regions} == {
        (region, version) for region, version in binding.items() if region in own
    }
