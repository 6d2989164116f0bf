"""Packages by their article numbers: stated at the draft, written in the contract, and what terms are computed by."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from nt_process.agreements import told
from nt_process.agreements.packages import field_of, read_numbers
from nt_process.terms.document import from_document
from nt_process.terms.identity import by_number, is_number
from tests.features.agreements.world import PERIOD, Deal
from tests.features.negotiation.world import PRICE, Table, add_regions, in_negotiation
from tests.features.prices.world import row, take_in
from tests.world import Office, sign_in

NAMED = PERIOD | {"packages": "Liten ask\nStor ask", "net_prices": f"Liten ask: {PRICE}\nStor ask: 100"}
NUMBERS = st.from_regex(r"[0-9]{6}|[0-9]{14}", fullmatch=True)
NAMES = ("Liten ask", "Stor ask")


@pytest.fixture
def named(office: Office) -> Deal:
    """Terms that name their packages in words."""
    add_regions(office)
    deal = Deal(Table(office, in_negotiation(office)).open())
    deal.settle(NAMED)
    deal.join("uppsala", "halland")
    return deal


@pytest.fixture
def secretary(app: Flask, named: Deal) -> FlaskClient:
    return sign_in(app.test_client(), "secretary")


def test_the_draft_asks_for_the_numbers_and_offers_the_registers(named: Deal, secretary: FlaskClient) -> None:
    take_in(named.office, row())
    address = f"/agreements/draft/{named.table.id}"
    assert "Liten ask" not in secretary.get(address).text
    asked = secretary.post(address, data={"renew_by": "2027-12-01"})
    assert asked.status_code == 200
    assert asked.text.count('type="checkbox"') == asked.text.count('value="012345"') == 2
    assert 'value="2027-12-01"' in asked.text
    assert "has-error" not in asked.text


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        (("", "100102"), "Uppgiften måste anges."),
        (("12345", "100102"), "”12345” är inget varunummer."),
        (("100102", "100102"), "Varunumret 100102 står redan"),
        (("x\x00" * 50, "100102"), "är inget varunummer."),
        ((" ".join(str(100_000 + n) for n in range(99)), "200102"), "Ange högst 60."),
    ],
)
def test_numbers_that_cannot_be_used_are_told_at_their_field(
    named: Deal, secretary: FlaskClient, numbers: Sequence[str], said: str
) -> None:
    typed = {field_of(place): number for place, number in enumerate(numbers, 1)}
    refused = secretary.post(f"/agreements/draft/{named.table.id}", data=typed)
    assert refused.status_code == 422
    assert said in html.unescape(refused.text)
    assert 'value="100102"' in refused.text or 'value="200102"' in refused.text
    with named.office.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM agreement").scalar() == 0


def test_what_is_stated_is_signed_and_computed_by(named: Deal, secretary: FlaskClient) -> None:
    typed = {"package_1": ["100101", "100103"], "package_2": "12345678901234"}
    made = secretary.post(f"/agreements/draft/{named.table.id}", data=typed)
    named.id = made.headers["Location"].rpartition("/")[2]
    text = str(named.read("secretary").text)
    assert "Liten ask (varunummer 100101, 100103)" in text
    assert "Stor ask (article number 12345678901234)" in text
    page = re.sub(r"<[^>]+>|\s+", " ", secretary.get(made.headers["Location"]).text)
    assert "100103 Liten ask" in re.sub(r"\s+", " ", page)
    named.send()
    named.sign("company")
    named.sign("uppsala")
    with named.office.engine.begin() as connection:
        [agreement] = told.binding(connection)
        actor, at = named.maker().actor, named.maker().at
        [(version, contract)] = told.contracts(connection, actor, agreement, "Prov", at)
    assert version == 1
    assert agreement.packages == contract.packages == ("100101", "100103", "12345678901234")
    prices = contract.clauses[1].net_prices  # type: ignore[attr-defined]
    assert prices == {
        "100101": Decimal(PRICE),
        "100103": Decimal(PRICE),
        "12345678901234": Decimal(100),
    }


def test_a_later_version_keeps_the_numbers(named: Deal) -> None:
    named.draft(package_1="100101", package_2="100102").send()
    named.sign("company")
    named.sign("uppsala")
    named.draft(first_day="2027-01-01")
    kept = named.one("SELECT packages FROM agreement_version WHERE version = 2")
    assert kept == ["100101", "100102"]


@given(st.lists(st.lists(NUMBERS, min_size=1, max_size=4), min_size=2, max_size=2))
def test_numbers_are_read_as_they_are_typed(lists: list[list[str]]) -> None:
    typed = {field_of(place): " , ".join(numbers) for place, numbers in enumerate(lists, 1)}
    found, faults = read_numbers(NAMES, typed, {})
    shared = set(lists[0]) & set(lists[1])
    assert [fault.code for fault in faults] == (["number_twice"] if shared else [])
    assert found == {name: tuple(dict.fromkeys(numbers)) for name, numbers in zip(NAMES, lists, strict=True)}


@given(st.text(max_size=20))
def test_only_six_or_fourteen_digits_are_a_number(text: str) -> None:
    plain = all(sign in "0123456789" for sign in text)
    assert is_number(text) == (plain and len(text) in (6, 14))


def test_every_place_where_terms_name_a_package_has_its_number() -> None:
    contract = from_document(
        {
            "starts": "2026-01-01",
            "packages": list(NAMES),
            "clauses": [
                {"kind": "simple_discount", "rate_pct": "10", "packages": ["Stor ask"]},
                {"kind": "fixed_net_price", "net_prices": {"Liten ask": "1"}},
                {
                    "kind": "coverage_with_evidence",
                    "provisional_prices": {"Stor ask": "9"},
                    "final_prices": {"Stor ask": "5"},
                    "review": "2026-12-01",
                },
            ],
        }
    )
    found = by_number(contract, {"Liten ask": ["100101"], "Stor ask": ["100102", "100103"]})
    assert not any(name in repr(found) for name in NAMES)
    assert found.packages == ("100101", "100102", "100103")
    assert found.clauses[0].packages == ("100102", "100103")
    assert found.starts == date(2026, 1, 1)
    with pytest.raises(KeyError):
        by_number(contract, {"Liten ask": ["100101"]})
