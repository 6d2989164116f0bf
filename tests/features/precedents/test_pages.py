"""The pages of precedents: written and approved by two, searched, exported, and told to each reader in their own measure."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from tests.features.precedents.world import GROUNDS, decided, told, write
from tests.world import Office, sign_in


@pytest.fixture
def browser(app: Flask, office: Office) -> Callable[[str], FlaskClient]:
    return lambda name: sign_in(app.test_client(), name)


def text(html: str) -> str:
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ")


def test_one_writes_and_another_approves(office: Office, browser: Callable[[str], FlaskClient]) -> None:
    number = decided(office)
    secretary, colleague = browser("secretary"), browser("colleague")
    pending = secretary.get("/precedents/pending").text
    assert f"/precedents/new/{number}" in pending
    form = secretary.get(f"/precedents/new/{number}").text
    assert "Nyttan uppväger kostnaden." in form
    typed: dict[str, Any] = {
        **GROUNDS,
        "contract": ["financial"],
        "is_public": "y",
        "public_parts": ["grounds"],
    }
    faulty = secretary.post(f"/precedents/new/{number}", data={**typed, "qaly_from": "12 345", "reasons": ""})
    assert faulty.status_code == 422
    assert 'value="12 345"' in faulty.text
    assert "Ange hela steg om 50 000 kr" in text(faulty.text)
    made = secretary.post(f"/precedents/new/{number}", data=typed)
    page = made.headers["Location"]
    assert "väntar på godkännande" in text(secretary.get(page).text)
    assert f"{page}/versions/1/approve" not in secretary.get(page).text
    assert browser("region").get(page).status_code == 404
    assert secretary.post(f"{page}/versions/1/approve").status_code == 409
    assert f"{page}/versions/1/approve" in colleague.get(page).text
    assert colleague.post(f"{page}/versions/1/approve").status_code == 302
    shown = text(browser("region").get(page).text)
    assert "Svårighetsgrad Hög" in shown
    assert "750 000–1 000 000 kr" in shown
    assert GROUNDS["reasons"] in shown
    assert "Skriven av" not in shown
    assert f"/precedents/cases/{number}" in browser("region").get(f"/cases/{number}").text


def test_a_declined_version_is_written_anew_and_the_slower_is_told(
    office: Office, browser: Callable[[str], FlaskClient]
) -> None:
    made = write(office, decided(office))
    page, secretary, colleague = f"/precedents/{made}", browser("secretary"), browser("colleague")
    assert colleague.post(f"{page}/versions/1/decline", data={"reason": ""}).status_code == 422
    assert colleague.post(f"{page}/versions/1/decline", data={"reason": "Fel grad"}).status_code == 302
    assert "Fel grad" in secretary.get(page).text
    edit = secretary.get(f"{page}/edit")
    assert 'value="750000"' in edit.text
    assert '<option selected value="high">' in edit.text or 'selected value="high"' in edit.text
    typed = {**GROUNDS, "version": "1", "severity": "low"}
    assert secretary.post(f"{page}/edit", data=typed).status_code == 302
    late = secretary.post(f"{page}/edit", data={**typed, "reasons": "Min egen text"})
    assert late.status_code == 409
    assert "Min egen text" in late.text
    assert colleague.post(f"{page}/versions/1/approve").status_code == 409
    assert colleague.post(f"{page}/versions/2/approve").status_code == 302
    assert secretary.post(f"{page}/withdraw", data={"reason": "Fel"}).status_code == 302
    assert browser("region").get(page).status_code == 404
    assert "Återkallad" in browser("auditor").get(page).text


def test_each_reader_in_their_own_measure(office: Office, browser: Callable[[str], FlaskClient]) -> None:
    partly = told(office, decided(office, medicine="Delvis"), {"public_parts": ["grounds"]}, is_public="y")
    own = told(office, decided(office, medicine="Internt"))
    rival, region = browser("rival"), browser("region")
    listed = text(rival.get("/precedents").text)
    assert "Delvis" in listed
    assert "Internt" not in listed
    assert "1 avgörande " in listed
    assert rival.get(f"/precedents/{own}").status_code == 404
    shown = text(rival.get(f"/precedents/{partly}").text)
    assert "Svårighetsgrad Hög" in shown
    assert "Skälen är inte offentliga" in shown
    for hidden in (GROUNDS["reasons"], "Kostnad per QALY", "Typ av avtal", "NT-2025", "Versioner"):
        assert hidden not in shown, hidden
    assert "2 avgöranden" in text(region.get("/precedents").text)
    for name in ("administrator",):
        assert browser(name).get("/precedents").status_code == 404


def test_what_is_exported_is_what_is_told(office: Office, browser: Callable[[str], FlaskClient]) -> None:
    told(office, decided(office, medicine="Delvis"), {"public_parts": ["grounds"]}, is_public="y")
    told(office, decided(office, medicine="=Internt()"))
    csv = browser("region").get("/precedents/precedents.csv").data.decode("utf-8-sig")
    assert "Delvis" in csv
    assert "'=Internt()" in csv
    assert GROUNDS["reasons"] in csv
    outside = browser("rival").get("/precedents/precedents.csv").data.decode("utf-8-sig")
    assert "Delvis" in outside
    for hidden in ("Internt", GROUNDS["reasons"], "750000", "Finansiellt", "NT-2025"):
        assert hidden not in outside, hidden
    book = load_workbook(io.BytesIO(browser("rival").get("/precedents/precedents.xlsx?severity=high").data))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert [row[3] for row in rows if row[3] in ("Delvis", "=Internt()")] == ["Delvis"]
    none = browser("rival").get("/precedents/precedents.csv?severity=low").data.decode("utf-8-sig")
    assert "Delvis" not in none


def test_the_search_keeps_what_was_asked_and_says_what_cannot_be_read(
    office: Office, browser: Callable[[str], FlaskClient]
) -> None:
    told(office, decided(office, medicine="Alfa"))
    region = browser("region")
    found = region.get("/precedents?q=alf&severity=high&qaly_from=900000&sort=qaly")
    assert "Alfa" in found.text
    assert "precedents.xlsx?q=alf&amp;severity=high" in found.text
    assert "Inget avgörande passar" in region.get("/precedents?severity=low").text
    faulty = region.get("/precedents?qaly_from=mycket&since=i+fjol&severity=worst&page=x&sort=;")
    assert faulty.status_code == 422
    assert "”mycket” är inte ett helt tal" in faulty.text
    assert "”i fjol”" in faulty.text
    assert "Alfa" in faulty.text
    for query in ("q=%00", "patients=9" + "9" * 400, "atc=%25", "page=99999", "contract=%27"):
        assert region.get(f"/precedents?{query}").status_code in (200, 422), query


def test_similar_earlier_decisions_are_shown_for_a_case(
    office: Office, browser: Callable[[str], FlaskClient]
) -> None:
    told(office, decided(office, medicine="Förebild", atc="A16AB07"), public=True)
    stranger = decided(office, medicine="Främling", atc="L01XX99", substance="annan")
    told(office, stranger, rarity="common", severity="low")
    number = office.open(medicine="Ny", atc="A16AB09", orphan=True)
    shown = text(browser("region").get(f"/precedents/cases/{number}").text)
    assert "Förebild" in shown
    assert "samma ATC-kod, fjärde nivån" in shown
    assert "Främling" not in shown
    assert browser("rival").get(f"/precedents/cases/{number}").status_code == 404
    assert "Förebild" in browser("company").get(f"/precedents/cases/{number}").text
