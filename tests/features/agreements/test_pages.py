"""The pages of agreements: each sees its own, the text comes to whoever says why, and what is read is what is signed."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from nt_process.agreements import pdf_job
from nt_process.infra import jobs
from tests.features.agreements.world import Deal
from tests.world import START, sign_in

PRICE = re.compile(r"7[\s\u00a0\u202f]312[\s\u00a0\u202f]345,67")


@pytest.fixture
def browser(app: Flask, deal: Deal) -> Callable[[str], FlaskClient]:
    return lambda name: sign_in(app.test_client(), name)


def test_each_sees_its_own(deal: Deal, browser: Callable[[str], FlaskClient]) -> None:
    names = ("secretary", "member", "auditor", "company", "uppsala", "gotland", "rival", "tlv")
    clients = {name: browser(name) for name in names}

    def seen() -> dict[str, tuple[int, bool, bool]]:
        return {
            name: (
                client.get(f"/agreements/{deal.id}").status_code,
                "Provastin" in client.get("/agreements").text,
                f"/agreements/{deal.id}" in client.get(f"/cases/{deal.table.number}").text,
            )
            for name, client in clients.items()
        }

    deal.draft()
    yes, no = (200, True, True), (404, False, False)
    council = dict.fromkeys(("secretary", "member", "auditor"), yes)
    assert seen() == council | dict.fromkeys(("company", "uppsala", "gotland", "rival", "tlv"), no)
    deal.send()
    parties = dict.fromkeys(("company", "uppsala"), yes)
    assert seen() == council | parties | dict.fromkeys(("gotland", "rival", "tlv"), no)


def test_a_day_that_does_not_exist_is_said_to_be_none(
    deal: Deal, browser: Callable[[str], FlaskClient]
) -> None:
    deal.draft()
    secretary = browser("secretary")
    page = secretary.get(f"/agreements/{deal.id}?on=2026-02-30").text
    assert "Dagen finns inte" in page
    assert 'value="2026-02-30"' in page, "what was typed is kept"
    assert "Skriv dagen som" in secretary.get(f"/agreements/{deal.id}?on=nyss").text
    for typed in ("", "?on=2026-02-28"):
        assert 'id="on-error"' not in secretary.get(f"/agreements/{deal.id}{typed}").text


def test_the_secretariat_drafts_and_sends_it(deal: Deal, browser: Callable[[str], FlaskClient]) -> None:
    secretary = browser("secretary")
    address = f"/agreements/draft/{deal.table.id}"
    faulty = secretary.post(address, data={"first_day": "2020-01-01", "last_day": "2027-05-31"})
    assert faulty.status_code == 422
    assert "inom" in faulty.text
    assert 'value="2020-01-01"' in faulty.text
    made = secretary.post(address, data={"renew_by": "2027-12-01"})
    assert made.status_code == 302
    page = secretary.get(made.headers["Location"])
    assert "Utkast" in page.text
    assert secretary.post(f"{made.headers['Location']}/versions/1/send").status_code == 302
    assert "Uppsala" in secretary.get(made.headers["Location"]).text
    assert secretary.post(address).status_code == 409
    assert browser("colleague").get(address).status_code == 404


def test_the_text_is_read_and_signed(deal: Deal, browser: Callable[[str], FlaskClient]) -> None:
    deal.draft().send()
    uppsala, address = browser("uppsala"), f"/agreements/{deal.id}/versions/1"
    before = uppsala.get(address)
    assert not PRICE.search(before.text)
    assert uppsala.post(address, data={"reason": ""}).status_code == 422
    opened = uppsala.post(address, data={"reason": "Inför underskrift"})
    assert PRICE.search(opened.text)
    assert opened.headers["Cache-Control"] == "no-store"
    found = re.search(r'name="commitment" value="([0-9a-f]{64})"', opened.text)
    assert found is not None
    other = uppsala.post(f"{address}/sign", data={"authority": "RS § 40", "commitment": "0" * 64})
    assert other.status_code == 409
    assert "inte den som visades" in other.text
    empty = uppsala.post(f"{address}/sign", data={"authority": "", "commitment": found[1]})
    assert empty.status_code == 422
    signed = uppsala.post(f"{address}/sign", data={"authority": "RS § 40", "commitment": found[1]})
    assert signed.status_code == 302
    assert "RS § 40" in uppsala.get(f"/agreements/{deal.id}").text
    for name in ("auditor", "colleague", "gotland"):
        assert browser(name).post(address, data={"reason": "Nyfiken"}).status_code == 404, name


def test_the_text_is_printed_for_who_may_read_it(deal: Deal, browser: Callable[[str], FlaskClient]) -> None:
    deal.draft().send()
    company, address = browser("company"), f"/agreements/{deal.id}/versions/1/print"
    assert company.post(address, data={"reason": ""}).status_code == 422
    assert company.post(address, data={"reason": "Arkiv"}).status_code == 202
    assert jobs.work(deal.office.engine, pdf_job.HANDLERS, lambda: START)
    made = company.post(address, data={"reason": "Arkiv"})
    assert made.mimetype == "application/pdf"
    document = PdfReader(io.BytesIO(made.data))
    assert PRICE.search("".join(page.extract_text() for page in document.pages))
    told = f"{document.metadata} {made.headers['Content-Disposition']}"
    assert not PRICE.search(told)
    assert "Provastin" not in told
    with deal.office.engine.connect() as connection:
        kept = connection.execute(sa.text("SELECT params, result FROM job")).all()
    assert [bytes(row.result) for row in kept] == [b""]


def test_the_evidence_says_who_signed_what(deal: Deal, browser: Callable[[str], FlaskClient]) -> None:
    deal.draft().send()
    deal.sign("company")
    auditor, address = browser("auditor"), f"/agreements/{deal.id}/evidence.pdf"
    assert browser("company").get(address).status_code == 202
    assert jobs.work(deal.office.engine, pdf_job.HANDLERS, lambda: START)
    assert browser("company").get(address).mimetype == "application/pdf"
    assert auditor.get(address).status_code == 202
    assert jobs.work(deal.office.engine, pdf_job.HANDLERS, lambda: START)
    made = auditor.get(address)
    assert made.mimetype == "application/pdf"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(made.data)).pages)
    shown = deal.read("company").commitment
    assert shown[:20] in "".join(text.split())
    assert "Company" in text
    assert not PRICE.search(text)
