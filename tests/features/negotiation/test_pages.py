"""The pages of negotiations: each sees exactly its part, and what is sealed comes only to whoever says why."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from nt_process.infra import jobs
from nt_process.negotiation import evidence
from nt_process.sealed import keys
from tests.features.negotiation.world import PRICE, TERMS, Table, as_typed
from tests.world import PDF, START, sign_in

SHOWN_PRICE = "7\u00a0312\u00a0345,67"


@pytest.fixture
def browser(app: Flask, table: Table) -> Callable[[str], FlaskClient]:
    """A browser signed in as somebody, with the password proved just now."""
    return lambda name: sign_in(app.test_client(), name)


def test_each_sees_its_own_part(table: Table, browser: Callable[[str], FlaskClient]) -> None:
    table.offer("company", table.round())
    parts = ("", "/offers", "/circle", "/regions", "/readings")
    seen = {
        name: [browser(name).get(f"/negotiations/{table.id}{part}").status_code for part in parts]
        for name in ("secretary", "member", "colleague", "auditor", "company", "region", "tlv", "rival")
    }
    everything, stage = [200] * 5, [200, 404, 404, 200, 200]
    assert seen == {
        "secretary": everything, "member": everything, "colleague": everything, "auditor": everything,
        "company": everything, "region": stage, "tlv": [404] * 5, "rival": [404] * 5,
    }  # fmt: skip


def test_the_list_shows_what_one_may_know_of(table: Table, browser: Callable[[str], FlaskClient]) -> None:
    for name in ("secretary", "region", "company"):
        assert "Provastin" in browser(name).get("/negotiations").text, name
    for name in ("rival", "tlv"):
        assert "Provastin" not in browser(name).get("/negotiations").text, name
    assert f"/negotiations/{table.id}" in browser("company").get(f"/cases/{table.number}").text


def test_an_offer_is_made_opened_and_compared(table: Table, browser: Callable[[str], FlaskClient]) -> None:
    round_id = table.round()
    company, secretary = browser("company"), browser("secretary")
    address = f"/negotiations/{table.id}/rounds/{round_id}/offer"
    assert company.get(address).status_code == 200
    data = {**as_typed(TERMS), "words": "Vårt bud", "files": (io.BytesIO(PDF), "bilaga.pdf")}
    assert company.post(address, data=data, content_type="multipart/form-data").status_code == 302
    page = secretary.get(f"/negotiations/{table.id}/offers").text
    assert SHOWN_PRICE not in page
    offer = re.findall(r'name="offer" value="([0-9a-f-]+)"', page)
    assert len(offer) == 1
    read = f"/negotiations/{table.id}/offers/read"
    assert secretary.post(read, data={"offer": offer, "reason": ""}).status_code == 422
    assert secretary.post(read, data={"reason": "Läsa"}).status_code == 422
    opened = secretary.post(read, data={"offer": offer, "reason": "Inför sammanträdet"})
    assert opened.status_code == 200
    for shown in (SHOWN_PRICE, "Vårt bud", "bilaga.pdf", "fast nettopris"):
        assert shown in opened.text, shown
    assert opened.headers["Cache-Control"] == "no-store"
    file = secretary.post(
        f"/negotiations/{table.id}/offers/{offer[0]}/files/1", data={"reason": "Läsa bilagan"}
    )
    assert (file.status_code, file.data) == (200, PDF)
    assert browser("colleague").post(read, data={"offer": offer, "reason": "Nyfiken"}).status_code == 404
    assert browser("rival").post(read, data={"offer": offer, "reason": "Nyfiken"}).status_code == 404
    seen = browser("auditor").get(f"/negotiations/{table.id}/readings").text
    assert "Secretary" in seen
    assert "Inför sammanträdet" in seen
    assert "Inför sammanträdet" not in browser("company").get(f"/negotiations/{table.id}/readings").text


def test_without_a_fresh_proof_the_reader_is_asked_for_one(
    app: Flask, table: Table, browser: Callable[[str], FlaskClient]
) -> None:
    offer = table.offer("company", table.round())
    secretary = browser("secretary")
    settings = app.extensions["nt_settings"]
    app.extensions["nt_settings"] = settings.model_copy(update={"fixed_now": START + timedelta(minutes=11)})
    answer = secretary.post(f"/negotiations/{table.id}/offers/read", data={"offer": offer, "reason": "Läsa"})
    assert answer.status_code == 302
    assert "/account/security/confirm" in answer.headers["Location"]
    assert table.one("SELECT count(*) FROM sealed.reading") == 0


def test_when_the_key_is_away_offers_answer_503_and_the_rest_goes_on(
    app: Flask, table: Table, browser: Callable[[str], FlaskClient]
) -> None:
    offer = table.offer("company", table.round())
    secretary = browser("secretary")
    (app.extensions["nt_settings"].data_dir / "master_key").unlink()
    answer = secretary.post(f"/negotiations/{table.id}/offers/read", data={"offer": offer, "reason": "Läsa"})
    assert answer.status_code == 503
    assert "nyckel" in answer.text
    for path in (
        "/",
        f"/negotiations/{table.id}",
        f"/negotiations/{table.id}/offers",
        f"/cases/{table.number}",
    ):
        assert secretary.get(path).status_code == 200, path
    assert table.one("SELECT count(*) FROM sealed.reading") == 0
    address = f"/negotiations/{table.id}/notes"
    assert secretary.post(address, data={"note": "KNRY-INGENSTANS"}).status_code == 503
    assert table.one("SELECT count(*) FROM negotiation_note") == 0
    assert keys.master_key()


def test_a_sealed_round_is_opened_by_two_on_the_pages(
    table: Table, browser: Callable[[str], FlaskClient]
) -> None:
    sealed = table.round(sealed_until=START + timedelta(days=3))
    table.offer("company", sealed)
    address = f"/negotiations/{table.id}/rounds/{sealed}/open"
    secretary, member = browser("secretary"), browser("member")
    assert secretary.post(address, data={"reason": ""}).status_code == 422
    assert secretary.post(address, data={"reason": "Parterna är överens"}).status_code == 302
    assert secretary.post(address, data={"reason": "Parterna är överens"}).status_code == 409
    assert "Det krävs en person till i delegationen" in secretary.get(f"/negotiations/{table.id}/offers").text
    assert 'name="offer"' not in member.get(f"/negotiations/{table.id}/offers").text
    assert "överens" not in browser("company").get(f"/negotiations/{table.id}/offers").text
    assert member.post(address, data={"reason": "Parterna är överens"}).status_code == 302
    assert 'name="offer"' in member.get(f"/negotiations/{table.id}/offers").text
    company = browser("company")
    assert company.post(address, data={"reason": "Vi vill"}).status_code == 404
    # Why it was opened before its time is told to the company, and not by whom.
    told = company.get(f"/negotiations/{table.id}/offers").text
    assert "Parterna är överens" in told
    assert "Secretary" not in told
    assert "Före den tid som var bestämd" in company.get(f"/cases/{table.number}/history").text


def test_the_outer_limit_and_its_steps_stand_on_the_page(
    table: Table, browser: Callable[[str], FlaskClient]
) -> None:
    """Either party activates it; what one proposes the other accepts; after the end there is nothing to do."""
    steps = {name: set(re.findall(r"/actions/([a-z_]+)", browser(name).get(f"/negotiations/{table.id}").text))
             for name in ("secretary", "company", "region", "auditor")}  # fmt: skip
    assert steps["company"] == {"activate_limit", "end_without_agreement"}
    assert steps["secretary"] >= steps["company"]
    assert steps["region"] == steps["auditor"] == set()
    table.office.act("company", table.number, "activate_limit")
    page = browser("secretary").get(f"/negotiations/{table.id}").text
    assert "Sista dag" in page
    table.office.act("company", table.number, "offer_extension", new_due="2026-09-01")
    page = browser("secretary").get(f"/negotiations/{table.id}").text
    assert {"accept_extension", "decline_extension"} <= set(re.findall(r"/actions/([a-z_]+)", page))
    assert "1 sep. 2026" in page
    table.office.act("secretary", table.number, "end_without_agreement", reason="Priset.")
    assert "/actions/" not in browser("secretary").get(f"/negotiations/{table.id}").text


def test_a_region_joins_on_its_page(table: Table, browser: Callable[[str], FlaskClient]) -> None:
    offer = table.offer("company", table.round())
    secretary, region = browser("secretary"), browser("region")
    settle = f"/negotiations/{table.id}/offers/{offer}/settle"
    assert secretary.post(settle).status_code == 302
    invited = secretary.post(
        f"/negotiations/{table.id}/invite",
        data={"region": [table.organisation("region"), table.organisation("uppsala")]},
    )
    assert invited.status_code == 302
    pages = f"/negotiations/{table.id}"
    answer = {"kind": "joined", "authority": "Regionstyrelsen § 12", "commitment": table.commitment()}
    assert region.post(f"{pages}/answer", data=answer).status_code == 409
    mandate = {
        "region": table.organisation("region"), "valid_from": "2026-01-01", "authority": "Regiondirektören",
        "file": (io.BytesIO(PDF), "fullmakt.pdf"),
    }  # fmt: skip
    given = region.post(f"{pages}/mandates", data=mandate, content_type="multipart/form-data")
    assert given.status_code == 302
    assert region.post(f"{pages}/answer", data={**answer, "authority": ""}).status_code == 422
    assert region.post(f"{pages}/answer", data=answer).status_code == 302
    page = region.get(f"{pages}/regions").text
    assert "13,49" in page  # Skåne: 1 428 626 of 10 587 710
    assert SHOWN_PRICE not in page
    opened = region.post(f"{pages}/terms/1", data={"reason": "Inför införandet"})
    assert SHOWN_PRICE in opened.text
    assert browser("uppsala").post(f"{pages}/terms/1", data={"reason": "Nyfiken"}).status_code == 404
    before = region.get(f"{pages}/regions?on=2026-01-06").text
    assert "0,00" in before or "0 av 21" in before
    for name in ("company", "uppsala"):
        assert "Regionstyrelsen § 12" not in browser(name).get(f"{pages}/regions").text, name


def test_no_address_and_no_title_holds_a_price(table: Table, browser: Callable[[str], FlaskClient]) -> None:
    offer = table.offer("company", table.round())
    opened = browser("member").post(
        f"/negotiations/{table.id}/offers/read", data={"offer": offer, "reason": "Läsa"}
    )
    for part in re.findall(r"<title>.*?</title>|(?:href|action)=\"[^\"]*\"", opened.text):
        assert PRICE not in part


def test_the_evidence_is_a_document_without_a_price(
    table: Table, browser: Callable[[str], FlaskClient]
) -> None:
    table.settle(table.offer("company", table.round()))
    table.invite("region", "uppsala")
    table.mandate("region")
    table.answer("region", "joined")
    address = f"/negotiations/{table.id}/regions.pdf"
    client = browser("manager")
    assert client.get(address).status_code == 202
    assert jobs.work(table.office.engine, evidence.HANDLERS, lambda: START)
    text = text_of_pdf(client.get(address).data)
    for shown in ("Skåne", "Regionstyrelsen § 12", "13,49", "Regiondirektören", table.commitment()[:20]):
        assert shown in text, shown
    assert "7312345" not in text.replace(" ", "")
    for name in ("region", "company"):
        assert browser(name).get(address).status_code == 404
    earlier = client.get(f"{address}?on=2026-01-06")
    assert earlier.status_code == 202
    # A day that does not exist is said to be none where it is asked for, and no other day is printed for it.
    no_day = client.get(f"{address}?on=2026-02-30")
    assert no_day.status_code == 302
    page = client.get(no_day.location).text
    assert "Dagen finns inte" in page
    assert 'value="2026-02-30"' in page


def text_of_pdf(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


BAD = ("\x00", "x" * 1_000_000, "\ud800", "2026-13-40", "-1", "1e999", "'; DROP TABLE cases; --")


@pytest.mark.parametrize("bad", BAD)
def test_nonsense_is_refused_and_never_fails(
    table: Table, browser: Callable[[str], FlaskClient], bad: str
) -> None:
    round_id, client = table.round(), browser("secretary")
    base = f"/negotiations/{table.id}"
    forms = {
        f"{base}/rounds/{round_id}/offer": (
            "starts",
            "ends",
            "packages",
            "clause-1-kind",
            "rounding",
            "do",
            "words",
        ),
        f"{base}/circle": ("person", "capacity", "valid_from", "valid_to"),
        f"{base}/meetings": ("day", "place"),
        f"{base}/rounds": ("sealed", "opens_on", "opens_clock"),
        f"{base}/threshold": ("threshold",),
        f"{base}/offers/read": ("offer", "reason"),
        f"{base}/invite": ("region",),
        "/negotiations/new": ("number", "kind", "threshold"),
    }
    for address, fields in forms.items():
        sent = {name: bad.encode("utf-8", "surrogatepass") for name in fields}
        answer = client.post(address, data=sent)
        assert answer.status_code in (200, 302, 400, 404, 409, 413, 422), (address, answer.status_code)
    for query in (f"{base}/regions?on={bad[:40]}", f"{base}/readings?place={bad[:40]}&row={bad[:40]}"):
        assert client.get(query.encode("utf-8", "replace").decode()).status_code in (200, 404)
