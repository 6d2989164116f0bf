"""The pages of half-yearly reports: counting, the preface, the issue by a second person, files, the comparison, the budget."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from openpyxl import load_workbook

from nt_process.reporting.half_year import service
from nt_process.reporting.half_year.figures import fingerprint, from_json
from tests.reporting.half_year.world import COST, LINE, PREFACE, cases, counted, do_all, issued, maker, one
from tests.requirements import need
from tests.world import START, Office

SignIn = Callable[[str], FlaskClient]
HOME = "/reports/half-year/"


def test_from_a_period_to_an_issued_report_over_the_pages(office: Office, as_person: SignIn) -> None:
    cases(office.engine)
    secretary = as_person("secretary")
    asked = secretary.post(HOME, data={"period": "2025-2", "known_on": ""})
    assert asked.status_code == 302
    waiting = secretary.get(asked.location)
    assert waiting.status_code == 202
    assert waiting.headers["Refresh"]
    do_all(office.engine)
    page = secretary.get(asked.location)
    assert page.status_code == 200
    for part in (
        "Ärenden",
        "Beslut",
        "Tider och tidsfrister",
        "Arbetsbelastning",
        "Gemensam budget",
        "Avtal",
    ):
        assert part in page.text
    assert page.text.count("<svg") >= 4
    saved = secretary.post(f"{asked.location}/preface", data={"text": PREFACE, "seen": "0"})
    assert saved.status_code == 302
    own = secretary.post(f"{asked.location}/issue", data={"seen": "1"})
    assert own.status_code == 409
    assert "Någon annan ger ut" in own.text
    manager = as_person("manager")
    assert manager.post(f"{asked.location}/issue", data={"seen": "1"}).status_code == 302
    after = manager.get(asked.location).text
    assert "Utgiven" in secretary.get(HOME).text
    assert one(office.engine, "SELECT sha256 FROM half_year_issue") in after
    assert secretary.post(f"{asked.location}/preface", data={"text": "Nytt", "seen": "1"}).status_code == 409


def test_for_everyone_else_it_does_not_exist(office: Office, as_person: SignIn) -> None:
    report_id = counted(office)
    for name in ("member", "administrator", "company", "region"):
        client = as_person(name)
        for path in ("", report_id, f"{report_id}/report.json", f"{report_id}/compare", "budget"):
            assert client.get(f"{HOME}{path}").status_code == 404, (name, path)


def test_an_auditor_reads_and_writes_nothing(office: Office, as_person: SignIn) -> None:
    report_id = issued(office)
    auditor = as_person("auditor")
    page = auditor.get(f"{HOME}{report_id}")
    assert page.status_code == 200
    assert "Skriv förordet" not in page.text
    assert "Räkna fram" not in auditor.get(HOME).text
    assert auditor.post(HOME, data={"period": "2025-2"}).status_code == 404
    assert auditor.get(f"{HOME}budget").status_code == 200
    assert auditor.post(f"{HOME}budget", data=COST).status_code == 404


NO_PERIODS = [
    ({"period": "2025-3"}, "är ingen period"),
    ({"period": ""}, "är ingen period"),
    ({"period": "2025-13..2025-14"}, "Den månaden finns inte"),
    ({"period": "2025-05..2025-04"}, "slutar innan den börjar"),
    ({"period": "2025-2", "known_on": "2026-02-30"}, "Kontrollera månaden och dagen"),
    ({"period": "2025-2", "known_on": "2026-01-07"}, "är inte slut än"),
    ({"period": "2025-2", "known_on": "2025-06-30"}, "hade perioden inte börjat"),
    ({"period": "\x00", "known_on": "\ud800".encode("utf-8", "surrogatepass")}, "är ingen period"),
    ({"period": "9" * 100_000}, "är ingen period"),
]


def test_what_cannot_be_read_is_said_at_its_field(as_person: SignIn) -> None:
    secretary = as_person("secretary")
    for typed, said in NO_PERIODS:
        page = secretary.post(HOME, data=typed)
        assert page.status_code == 422, said
        assert said in page.text


NO_LINES = [
    (LINE | {"line": "okänd"}, "Välj ett av alternativen"),
    (LINE | {"year": "1999"}, "heltal"),
    (LINE | {"amount": "-5"}, "är inte ett tal"),
    (LINE | {"amount": "1e9"}, "är inte ett tal"),
    (LINE | {"note": "\x00"}, "tecken"),
]


def test_a_line_that_cannot_be_entered_is_explained(office: Office, as_person: SignIn) -> None:
    secretary = as_person("secretary")
    for typed, said in NO_LINES:
        page = secretary.post(f"{HOME}budget?year=2025", data=typed)
        assert page.status_code == 422, said
        assert said in page.text
    assert one(office.engine, "SELECT count(*) FROM joint_budget_entry") == 0


NO_COSTS = [
    ({"day": "2025-02-30"}, "är ingen dag"),
    ({"day": "2031-01-01"}, "ingen dag då en kostnad"),
    ({"amount": "0"}, "Skriv ett belopp"),
    ({"amount": "tio"}, "är inte ett tal"),
]


def test_a_cost_that_cannot_be_entered_is_explained_and_kept(office: Office, as_person: SignIn) -> None:
    secretary = as_person("secretary")
    for typed, said in NO_COSTS:
        fields = {f"cost-{name}": value for name, value in {**COST, **typed}.items() if name != "kind"}
        page = secretary.post(f"{HOME}budget", data={"kind": "cost", **fields})
        assert page.status_code == 422, said
        assert said in page.text
        assert COST["note"] in page.text
    assert one(office.engine, "SELECT count(*) FROM joint_budget_entry") == 0


def test_lines_and_costs_are_entered_and_taken_back(office: Office, as_person: SignIn) -> None:
    secretary = as_person("secretary")
    assert secretary.post(f"{HOME}budget", data=LINE).location.endswith("year=2025")
    for amount in ("125000,50", "-125000,50", "300"):
        fields = {f"cost-{name}": value for name, value in {**COST, "amount": amount}.items()}
        assert secretary.post(f"{HOME}budget", data={"kind": "cost", **fields}).status_code == 302
    page = secretary.get(f"{HOME}budget?year=2025").text.replace("\N{NO-BREAK SPACE}", " ")
    assert "299 700" in page
    assert "\N{MINUS SIGN}125 000,50" in page
    assert "Inget är infört" in secretary.get(f"{HOME}budget?year=2024").text
    assert secretary.get(f"{HOME}budget?year=abc").status_code == 200
    again = LINE | {"amount": "400000"}
    assert secretary.post(f"{HOME}budget", data=again).status_code == 302
    page = secretary.get(f"{HOME}budget?year=2025").text.replace("\N{NO-BREAK SPACE}", " ")
    assert "399 700" in page, "the last entry of a line holds"


def test_files_say_the_same_as_what_is_kept(office: Office, as_person: SignIn) -> None:
    cases(office.engine)
    report_id = issued(office)
    manager = as_person("manager")
    told = manager.get(f"{HOME}{report_id}/report.json")
    assert fingerprint(told.data) == one(office.engine, "SELECT sha256 FROM half_year_issue")
    figures = from_json(json.loads(told.data)["figures"])
    book = load_workbook(io.BytesIO(manager.get(f"{HOME}{report_id}/report.xlsx").data))
    assert book.sheetnames[1:8] == [
        "Ärenden", "Beslut", "Tider och tidsfrister", "Arbetsbelastning", "Gemensam budget", "Avtal", "Införande",
    ]  # fmt: skip
    cells = [cell.value for row in book["Ärenden"].iter_rows() for cell in row if cell.value is not None]
    assert figures.table("flow").cell("open_after", "now") in cells
    assert any("Öppna före" in str(cell) for cell in cells), "the part's note stands on its sheet"
    rows = manager.get(f"{HOME}{report_id}/report.csv").data.decode("utf-8-sig").splitlines()
    assert len(rows) == 1 + sum(1 for _ in figures.cells())


def test_the_printed_report_that_was_issued_is_kept(office: Office, as_person: SignIn) -> None:
    need("pango")
    report_id = issued(office)
    manager = as_person("manager")
    do_all(office.engine)
    kept = one(office.engine, "SELECT pdf_sha256 FROM half_year_issue")
    sent = manager.get(f"{HOME}{report_id}/report.pdf")
    assert sent.data.startswith(b"%PDF-1.7")
    assert fingerprint(sent.data) == kept
    assert b"pdfuaid" in sent.data


def test_a_comparison_waits_and_then_explains(office: Office, as_person: SignIn) -> None:
    number = office.open(at=START - timedelta(days=40))
    report_id = counted(office, known_on="2025-12-31")
    day = START.date() - timedelta(days=10)
    office.act("secretary", number, "discontinue", START - timedelta(days=1), day=day, reason="Avslag i EU")
    secretary = as_person("secretary")
    assert secretary.get(f"{HOME}{report_id}/compare").status_code == 202
    do_all(office.engine)
    page = secretary.get(f"{HOME}{report_id}/compare")
    assert page.status_code == 200
    assert number in page.text
    assert "varje siffra den som bevarades" in page.text


def test_two_who_write_at_once_do_not_write_over_each_other(office: Office, as_person: SignIn) -> None:
    report_id = counted(office)
    service.write_preface(office.engine, maker(office, "manager"), report_id, "Först.", 0)
    page = as_person("secretary").post(f"{HOME}{report_id}/preface", data={"text": "Sedan.", "seen": "0"})
    assert page.status_code == 409
    assert "senare version" in page.text
    assert "Sedan." in page.text, "what was typed is kept"
    secretary = as_person("secretary")
    for seen in ("", "x", "-1", "9" * 50):
        again = secretary.post(f"{HOME}{report_id}/preface", data={"text": "Ord", "seen": seen})
        assert again.status_code == 409
