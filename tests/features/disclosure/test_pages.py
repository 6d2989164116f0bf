"""The register's pages: asking, deciding, downloading; what is not shown looks alike; bad input is explained."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from defusedxml.ElementTree import fromstring
from flask.testing import FlaskClient
from openpyxl import load_workbook

from nt_process.disclosure import judge, pdf_job, queries, service
from nt_process.disclosure.contributions import Contribution
from nt_process.disclosure.layouts import Cell, Request
from nt_process.disclosure.sensitivity import Parameters
from tests.features.disclosure.world import (
    COMPANIES,
    as_csv,
    ask,
    audit,
    maker,
    release,
    row,
    some_contributions,
    take_in,
)
from tests.world import START, Office

SignIn = Callable[[str], FlaskClient]
FORM = {
    "title": "Till budgeten",
    "layout": "region",
    "scope": "",
    "first": "2024-01",
    "months": "12",
    "measure": "total",
}


def figures(text: str) -> list[str]:
    """What stands in the page's column of figures."""
    return re.findall(r'<td class="is-number(?: muted)?">([^<]*)</td>', text)


def test_from_a_file_to_a_released_table_over_the_pages(office: Office, as_person: SignIn) -> None:
    secretary = as_person("secretary")
    page = secretary.post("/releases/new", data=FORM)
    assert page.status_code == 409
    assert "Lämna in en fil först" in page.text
    handed_in = {"file": (io.BytesIO(as_csv(some_contributions())), "underlag.csv")}
    assert secretary.post("/releases/basis", data=handed_in).status_code == 302
    asked = secretary.post("/releases/new", data=FORM)
    assert asked.status_code == 302
    waiting = secretary.get(asked.location)
    assert waiting.headers["Refresh"]
    assert "Granskas" in waiting.text
    release_id = asked.location.rpartition("/")[2]
    audit(office, release_id)
    assert "Den som har begärt en publicering beslutar inte om den" in secretary.get(asked.location).text
    manager = as_person("manager")
    done = manager.post(f"{asked.location}/decide", data={"decision": "publish"}, follow_redirects=True)
    assert "Tabellen är publicerad" in done.text
    assert row(office, release_id)["decided_by"] == "Manager"


def test_the_page_the_csv_the_workbook_and_the_pdf_tell_the_same_figures(
    office: Office, as_person: SignIn
) -> None:
    """Nothing is rounded twice: what one of them tells no other tells more closely."""
    take_in(office)
    release_id = release(office, layout="region")
    auditor = as_person("auditor")
    shown = figures(auditor.get(f"/releases/{release_id}").text)
    csv = auditor.get(f"/releases/{release_id}/table.csv").data.decode("utf-8-sig")
    assert [line.partition(";")[2] for line in csv.splitlines()[1:]] == [
        one.replace("\xa0", "") for one in shown
    ]
    book = load_workbook(io.BytesIO(auditor.get(f"/releases/{release_id}/table.xlsx").data))
    cells = [line[1].value for line in book.worksheets[0].iter_rows(min_row=4, max_row=3 + len(shown))]
    assert [str(cell) for cell in cells] == [one.replace("\xa0", "") for one in shown]
    with office.engine.connect() as connection:
        file = queries.release(connection, None, release_id)
    assert file is not None
    document = fromstring(pdf_job.document(file, "sv").replace("<!DOCTYPE html>", ""))
    assert [one.text for one in document.iter("td")] == shown
    assert len(set(shown)) > 2
    assert "visas inte" in shown


def test_what_is_not_shown_looks_the_same_whatever_kept_it_back(office: Office, as_person: SignIn) -> None:
    """A region with nothing, one of a single company and one left out beside them: no hover text, class or bar."""
    take_in(office, _uneven())
    release_id = release(office, layout="region")
    page = as_person("auditor").get(f"/releases/{release_id}").text
    rows = re.findall(r'<tr><th scope="row">[^<]*</th>(<td.*?)</tr>', page)
    hidden = {one for one in rows if "visas inte" in one}
    assert hidden == {'<td class="is-number muted">visas inte</td>'}
    assert sum("visas inte" in one for one in rows) == 18
    chart = re.search(r"<svg.*?</svg>", page, re.DOTALL)
    assert chart is None or all(name not in chart[0] for name in ("Gotland", "Kalmar"))


def test_what_is_kept_back_decides_nothing_of_what_is_shown() -> None:
    """Two worlds that differ only there, within the rounding of the total, give the same table."""
    known = _uneven()
    other = [
        replace(entry, amount=entry.amount + Decimal(10)) if entry.region == "09" else entry
        for entry in known
    ]
    request = Request("region", "", date(2024, 1, 1), 12, "total")
    tables = [judge.compute(request, "now", {"now": one}, (), Parameters()) for one in (known, other)]
    assert tables[0] == tables[1]
    assert tables[0] is not None
    assert tables[0][Cell("", "09")] is None


def _uneven() -> list[Contribution]:
    """As the other world, and in one region (Gotland) one company alone."""
    known = some_contributions()
    lonely = [
        replace(one, region="09", amount=Decimal(1_000_000), sales=Decimal(4_000_000))
        for one in known
        if one.company == COMPANIES[0] and one.region == "01"
    ]
    return [*known, *lonely]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": ""}, "Uppgiften måste anges"),
        ({"layout": "annan"}, "Välj ett av alternativen"),
        ({"layout": "subgroup"}, "Välj den huvudgrupp som ska delas upp"),
        ({"layout": "main_group", "scope": "L"}, "Välj ingen"),
        ({"first": "2024-02"}, "Börja med ett kvartals första månad"),
        ({"first": "i fjol"}, "ÅÅÅÅ-MM"),
        ({"months": "3"}, "minst 12 månader"),
        ({"months": "13"}, "hela kvartal"),
        ({"first": "2025-04"}, "Perioden har inte gått ut än"),
        ({"measure": "state", "first": "2025-01"}, "Inget dokument anger hur återbäringen för 2025 delas"),
        ({"title": "a\x00b"}, "tecken som inte kan lagras"),
    ],
)
def test_a_request_that_cannot_be_met_is_explained_and_what_was_typed_is_kept(
    office: Office, as_person: SignIn, wrong: dict[str, str], said: str
) -> None:
    take_in(office)
    page = as_person("secretary").post("/releases/new", data={**FORM, "title": "Min titel", **wrong})
    assert page.status_code == 422
    assert said in page.text
    assert "title" in wrong or "Min titel" in page.text


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (";L01;", ";banan;", "är ingen ATC-kod"),
        (";01;", ";Atlantis;", "är ingen region"),
        ("2024-01-01", "nyss", "ÅÅÅÅ-MM"),
        ("company", "bolag x", "Kolumnen"),
    ],
)
def test_a_file_that_cannot_be_used_is_explained_and_nothing_is_taken(
    office: Office, as_person: SignIn, old: str, new: str, said: str
) -> None:
    content = as_csv(some_contributions()).replace(old.encode(), new.encode(), 1)
    page = as_person("secretary").post(
        "/releases/basis", data={"file": (io.BytesIO(content), "underlag.csv")}
    )
    assert page.status_code == 422
    assert said in page.text
    with office.engine.connect() as connection:
        assert queries.bases(connection, office.actor("secretary")) == []


def test_a_row_twice_or_above_what_was_sold_is_refused(office: Office, as_person: SignIn) -> None:
    known = some_contributions()[:2]
    twice = as_csv([*known, known[0]])
    above = as_csv([replace(known[0], amount=known[0].sales + 1)])
    for content, said in ((twice, "står redan på rad 2"), (above, "större än försäljningen")):
        page = as_person("secretary").post(
            "/releases/basis", data={"file": (io.BytesIO(content), "underlag.csv")}
        )
        assert (page.status_code, said in page.text) == (422, True)


def test_a_refusal_leads_to_the_release_that_stands_in_the_way(office: Office, as_person: SignIn) -> None:
    known = some_contributions()
    take_in(office, [one for one in known if one.company != COMPANIES[0] or one.month.year == 2025])
    first = release(office, "Prognosen", scope="L")
    take_in(office, known, START + timedelta(hours=1))
    later = ask(office, "Utfallet", scope="L")
    audit(office, later)
    page = as_person("manager").get(f"/releases/{later}")
    assert f'href="/releases/{first}"' in page.text
    assert "Prognosen" in page.text
    assert COMPANIES[0] not in page.text


def test_the_numbers_of_the_rules_are_kept_by_two_and_read_by_four(office: Office, as_person: SignIn) -> None:
    stated = {"name": "p_percent", "value": "20", "from_day": "2026-02-01", "reason": "Strängare."}
    for name, status in (("administrator", 302), ("secretary", 302), ("manager", 403), ("auditor", 403)):
        assert as_person(name).post("/releases/rules", data=stated).status_code in (status, 404)
        assert as_person(name).get("/releases/rules").status_code == 200
    page = as_person("secretary").post("/releases/rules", data={**stated, "value": "5"})
    assert page.status_code == 422
    assert "Skriv ett heltal från 10 till 50" in page.text
    assert "Strängare." in page.text


def test_two_deciders_at_once_are_told_who_was_first(office: Office, as_person: SignIn) -> None:
    take_in(office)
    release_id = ask(office)
    audit(office, release_id)
    service.publish(office.engine, maker(office, "manager"), release_id)
    late = as_person("colleague").post(
        f"/releases/{release_id}/decide", data={"decision": "decline", "note": "Nej."}
    )
    assert late.status_code == 409
    assert "redan beslutad" in late.text
    assert "Manager" in late.text
