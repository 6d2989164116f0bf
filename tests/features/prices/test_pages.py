"""The register's pages and files, and who reads them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from nt_process.identity import service as identity
from tests.features.market.world import Market
from tests.features.prices.world import furnish, price_list, row, scalar, take_in
from tests.world import START, Office

SignIn = Callable[[str], FlaskClient]


def english(client: FlaskClient) -> FlaskClient:
    client.post("/language", data={"language": "en"})
    return client


def cells(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\N{NO-BREAK SPACE}", " ")


def test_a_list_is_handed_in_looked_at_and_taken_in(as_person: SignIn, office: Office) -> None:
    secretary = english(as_person("secretary"))
    content = price_list(row(first=""), row(vnr="54321", first=""))
    sent = {"file": (io.BytesIO(content), "lista.csv"), "valid_from": "2025-13-01"}
    answer = secretary.post("/prices/imports", data=sent)
    assert answer.status_code == 422
    assert 'value="2025-13-01"' in answer.text
    assert "“2025-13-01” is not a date." in answer.text
    sent = {"file": (io.BytesIO(content), "lista.csv"), "valid_from": "2025-03-01"}
    path = secretary.post("/prices/imports", data=sent).location
    page = cells(secretary.get(path).text)
    assert "1 rows of new packages 0 changed 0 unchanged 1 left out" in page
    assert "“Varunummer”: “54321” is not an article number of six digits." in page
    assert scalar(office, "SELECT count(*) FROM price_package") == 0
    assert secretary.post(path).location == path
    assert secretary.post(path).location == path
    assert scalar(office, "SELECT count(*) FROM list_price") == 1
    assert "Price list taken in" in secretary.get(path).text
    assert secretary.get(f"{path}/file").data == content


def test_a_package_shows_its_prices_and_what_costs_less(as_person: SignIn, office: Office) -> None:
    furnish(office)
    reader = english(as_person("region"))
    page = reader.get("/prices/packages/012345").text
    assert page.count('class="price-aip"') >= 3
    told = cells(page)
    assert "1 Jan 2025 30 Jun 2025 1,200.00 kr 42.86 kr 1,290.00 kr lista.csv" in told
    assert "1 Jul 2025 until further notice 1,100.00 kr 39.29 kr \N{MINUS SIGN}8.3 % 1,200.00 kr" in told
    assert "The price from 1 Jan 2025 was stated as 1,234.50 kr until it was corrected." in told
    assert "990.00 kr 35.36 kr cheapest" in told
    assert "AIP 1,200.00 kr" in cells(reader.get("/prices/packages/012345?on=2025-06-30").text)
    assert "AIP 1,234.50 kr" in cells(
        reader.get("/prices/packages/012345?on=2025-06-30&known=2026-01-07").text
    )
    assert reader.get("/prices/packages/012345?on=i+morgon").status_code == 422
    for unknown in ("000000", "12345", "1234567", "ÅÄÖ"):
        assert reader.get(f"/prices/packages/{unknown}").status_code == 404


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", ["012345", "543210"]),
        ("q=prova", ["012345", "543210"]),
        ("q=import", ["543210"]),
        ("q=012345", ["012345"]),
        ("q=A16AB", ["012345", "543210"]),
        ("atc=B", []),
        ("atc=%25", ["012345", "543210"]),
        ("parallel=yes", ["543210"]),
        ("on=2024-12-31", []),
        ("on=2024-12-31&everything=1", ["012345", "543210"]),
        ("known=2026-01-06", []),
        ("sort=unit", ["543210", "012345"]),
        ("page=9", []),
    ],
)
def test_the_register_is_searched(as_person: SignIn, office: Office, query: str, numbers: list[str]) -> None:
    furnish(office)
    page = as_person("company").get(f"/prices?{query}").text
    assert re.findall(r"/prices/packages/(\d{6})", page) == numbers


def test_what_is_exported_can_be_taken_in_again_and_changes_nothing(
    as_person: SignIn, office: Office
) -> None:
    take_in(office, row(product="=1+1"), row(vnr="543210", units="2,5", aup=""))
    secretary = as_person("secretary")
    exported = secretary.get("/prices/register.csv").data.decode("utf-8-sig")
    assert "'=1+1" in exported
    lines = [line.split(";")[:-1] for line in exported.splitlines()]
    again = "\n".join(";".join(line) for line in lines).replace("'=1+1", "=1+1").encode()
    path = secretary.post("/prices/imports", data={"file": (io.BytesIO(again), "lista.csv")}).location
    assert "0 rader med nya förpackningar 0 ändrade 2 oförändrade 0 utelämnade" in cells(
        secretary.get(path).text
    )
    assert secretary.get("/prices/register.xlsx").data.startswith(b"PK")


def test_the_market_function_reads_the_register(as_person: SignIn, office: Office) -> None:
    furnish(office)
    market = Market(office)
    past = market.register(medicine="Provastin", substance="provastinum", day="2025-06-30")
    ahead = market.register(medicine="Provastin", substance="Provastinum", day="2027-06-30")
    plan = market.plan(substance="provastinum", name="Provastinum 2027")
    reader = english(as_person("region"))
    told = cells(reader.get(f"/market/dates/{past}").text)
    assert "Compared with 30 Jun 2025, the last day before competition." in told
    assert "1,200.00 kr 1,100.00 kr \N{MINUS SIGN}8.3 % 39.29 kr" in told
    assert "990.00 kr \N{PLUS-MINUS SIGN}0.0 % 35.36 kr cheapest" in told
    assert "Compared with" not in cells(reader.get(f"/market/dates/{ahead}").text)
    assert "990.00 kr 35.36 kr cheapest" in cells(reader.get(f"/market/procurements/{plan}").text)
    assert cells(reader.get("/market").text).count("35.36 kr per tablett") == 2
    assert "35.36,tablett" in reader.get("/market/register.csv").text
    assert "35.36,tablett" in reader.get("/market/procurements.csv").text


def test_the_api_gives_the_same_prices(app: Flask, office: Office) -> None:
    furnish(office)
    with office.engine.begin() as connection:
        token = identity.create_token(connection, office.people["company"], START)

    def ask(path: str) -> dict[str, object]:
        answer = app.test_client().get(f"/api/v1/prices{path}", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, answer.text
        return answer.json or {}

    assert ask("?q=provastin")["total"] == 2
    prices = ask("/012345")["prices"]
    assert isinstance(prices, list)
    assert [(one["valid_from"], one["valid_to"], one["aip"], one["change_percent"]) for one in prices] == [
        ("2025-01-01", "2025-06-30", "1200.00", None),
        ("2025-07-01", None, "1100.00", "-8.3"),
    ]
    assert ask("/012345/on/2025-06-30")["aip"] == "1200.00"
    assert ask("/012345/on/2025-06-30?known=2026-01-07")["aip"] == "1234.50"
    assert ask("/012345/on/2024-01-01")["aip"] is None
