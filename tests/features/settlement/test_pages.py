"""The pages, walked from file to statement as each of the parties."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from pypdf import PdfReader

from nt_process.infra import jobs
from nt_process.settlement import files, pdf_job
from tests.features.negotiation.world import add_regions
from tests.features.settlement.world import P1, Q1, SALES, SIGNED, Settlement, agreed, csv
from tests.world import Office

SignIn = Callable[[str], FlaskClient]
BASE = "/settlement"


def hand_in(client: FlaskClient, content: bytes, **more: str):
    data = {"kind": "sales", "file": (io.BytesIO(content), "sales.csv"), **more}
    return client.post(f"{BASE}/files", data=data, content_type="multipart/form-data")


def test_from_file_to_statement(settlement: Settlement, as_person: SignIn) -> None:
    secretary, colleague = as_person("secretary"), as_person("colleague")
    answer = hand_in(secretary, csv(SALES))
    assert answer.status_code == 302
    page = answer.headers["Location"]
    assert secretary.get(page).headers["Refresh"]
    settlement.work()
    shown = secretary.get(page).text.replace("\xa0", " ")
    assert "40 000,00" in shown
    assert "Inget avtal räknar" not in shown
    secretary.post(page)
    settlement.work()
    assert "Intagen" in secretary.get(page).text

    place = f"{BASE}/{settlement.agreement}"
    assert "2025 Q1" in secretary.get(place).text
    assert secretary.post(f"{place}/runs", data={"until": Q1.isoformat()}).status_code == 302
    settlement.work()
    run = re.search(rf"{BASE}/runs/([0-9a-f-]+)", secretary.get(place).text)
    assert run is not None
    here = f"{BASE}/runs/{run[1]}"
    assert "Godkänn</button>" not in secretary.get(here).text
    assert "Godkänn</button>" in colleague.get(here).text
    # Until it is approved no party knows of it.
    assert as_person("region").get(here).status_code == 404
    colleague.post(f"{here}/approve")
    shown = as_person("region").post(f"{here}/open", data={"party": "12", "reason": "Avstämning"})
    assert shown.status_code == 200
    assert "8 067,90" in shown.text.replace("\xa0", " ")
    assert "2 689,30" in shown.text.replace("\xa0", " ")
    # The documents state the shares up to 2024.
    assert "2025: inget dokument anger statens andel" in shown.text


def test_a_statement_opens_by_a_form_with_a_reason_alone(settlement: Settlement, as_person: SignIn) -> None:
    settlement.hand_in()
    here = f"{BASE}/runs/{settlement.settle()}"
    region = as_person("region")
    assert "8 067,90" not in region.get(here).text.replace("\xa0", " ")
    refused = region.post(f"{here}/open", data={"party": "12", "reason": " "})
    assert refused.status_code == 422
    assert "Fyll i fältet" in refused.text
    for party in ("13", "company", "99", "x\x00"):
        assert region.post(f"{here}/open", data={"party": party, "reason": "x"}).status_code == 404
    assert (
        region.post(f"{here}/open", data={"party": "12", "unit": "Ystad", "reason": "x"}).status_code == 404
    )
    of_unit = region.post(f"{here}/open", data={"party": "12", "unit": "Lund", "reason": "x"})
    assert "Malmö</th>" not in of_unit.text
    chosen = region.post(f"{here}/open", data={"whose": "12 Lund", "reason": "x"}).text
    assert 'value="12 Lund" selected' in chosen
    assert "Malmö</th>" not in chosen
    assert region.post(f"{here}/open", data={"whose": "13 Halmstad", "reason": "x"}).status_code == 404


@pytest.mark.parametrize("name", ["rival", "tlv", "halland", "uppsala"])
def test_others_find_nothing(office: Office, as_person: SignIn, name: str) -> None:
    """Another company, TLV, a region that was asked to sign and has not, and a region that was not asked."""
    add_regions(office)
    deal = agreed(office)
    deal.sign("company", at=SIGNED)
    deal.sign("region", at=SIGNED)
    settlement = Settlement(deal)
    settlement.hand_in()
    run = settlement.settle()
    client = as_person(name)
    assert settlement.agreement not in client.get(BASE).text
    assert client.get(f"{BASE}/{settlement.agreement}").status_code in (403, 404)
    assert client.get(f"{BASE}/runs/{run}").status_code in (403, 404)
    with deal.acting(name), office.engine.connect() as connection:
        for table in ("run", "statement", "dispute", "file", "sale", "count"):
            assert connection.scalar(sa.text(f"SELECT count(*) FROM settlement_{table}")) == 0, table
    for party in ("region", "company", "auditor"):
        with deal.acting(party), office.engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT count(*) FROM settlement_run")) == 1, party


def test_agreements_and_settlement_list_the_same(office: Office, as_person: SignIn) -> None:
    """What is in force stands in both lists for everybody who is a party, what is only being signed in neither's."""
    add_regions(office)
    deal = agreed(office)
    secretary = as_person("secretary")
    assert deal.id in secretary.get("/agreements").text
    assert deal.id not in secretary.get(BASE).text
    deal.sign("company", at=SIGNED)
    deal.sign("region", at=SIGNED)
    for name in ("secretary", "member", "auditor", "company", "region"):
        client = as_person(name)
        assert deal.id in client.get("/agreements").text, name
        assert deal.id in client.get(BASE).text, name
        assert client.get(f"{BASE}/{deal.id}").status_code == 200, name


def test_a_workbook_adds_up(settlement: Settlement, as_person: SignIn) -> None:
    settlement.hand_in()
    run = settlement.settle()
    answer = as_person("company").post(
        f"{BASE}/runs/{run}/open", data={"party": "company", "reason": "Avstämning", "as": "xlsx"}
    )
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
        sheets = [book.read(name).decode() for name in sorted(book.namelist()) if "worksheets/sheet" in name]
    for sheet in sheets:
        numbers = [float(number) for number in re.findall(r"<v>(\d+\.\d+)</v>", sheet)]
        assert round(sum(numbers[:-1]), 2) == numbers[-1] == 10757.20


def test_a_printed_statement_is_sealed_and_adds_up(settlement: Settlement, as_person: SignIn) -> None:
    rows = [(P1, "12", f"Enhet {n:02}", "2025-01", "1", "1000") for n in range(50)]
    settlement.hand_in(rows)
    run = settlement.settle()
    region, asked = as_person("region"), {"party": "12", "unit": "", "reason": "Avstämning"}
    assert region.post(f"{BASE}/runs/{run}/print", data=asked).status_code == 202
    jobs.work(settlement.office.engine, pdf_job.HANDLERS, lambda: settlement.at)
    with settlement.office.engine.connect() as connection:
        assert jobs.result(connection, pdf_job.KIND, pdf_job.row_id(run, "12", "", "sv")) == b""
    answer = region.post(f"{BASE}/runs/{run}/print", data=asked)
    assert answer.mimetype == "application/pdf"
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    text = text.replace("\xa0", " ")
    # 50 packages, 1 000 - 731.07 = 268.93 each: 13 446.50 in all; 34 lines on the first page are 9 143.62.
    assert text.count("13 446,50") >= 2
    assert text.count("9 143,62") == 3
    assert "4 302,88" in text
    halland = as_person("halland")
    assert halland.post(f"{BASE}/runs/{run}/print", data=asked).status_code == 404


def test_a_dispute_is_heard_and_answered(settlement: Settlement, as_person: SignIn) -> None:
    settlement.hand_in()
    here = f"{BASE}/runs/{settlement.settle()}"
    region, secretary = as_person("region"), as_person("secretary")
    assert region.post(f"{here}/dispute", data={"text": ""}).status_code == 422
    region.post(f"{here}/dispute", data={"text": "Malmö köpte tio förpackningar."})
    assert region.post(f"{here}/dispute", data={"text": "En gång till."}).status_code == 302
    page = secretary.get(here).text
    assert page.count("Besvara invändningen</button>") == 1
    assert "Malmö köpte" not in page
    opened = secretary.post(f"{here}/open", data={"party": "12", "reason": "Invändning"}).text
    assert "Malmö köpte tio förpackningar." in opened
    # Neither the company nor the other region hears of it.
    assert "Ifrågasatt" not in as_person("company").get(here).text
    assert "Ifrågasatt" not in as_person("halland").get(here).text
    place = re.search(rf"{BASE}/disputes/[0-9a-f-]+/resolve", page)
    assert place is not None
    assert secretary.post(place[0], data={"verdict": "upheld", "answer": " "}).status_code == 422
    assert (
        secretary.post(place[0], data={"verdict": "upheld", "answer": "Rättas i nästa fil."}).status_code
        == 302
    )
    again = region.post(f"{here}/open", data={"party": "12", "reason": "Svar"}).text
    assert "Rättas i nästa fil." in again
    assert "Invändningen godtagen" in again
    assert region.post(place[0], data={"verdict": "upheld", "answer": "x"}).status_code == 404


def test_the_page_tells_how_far_a_file_has_come(settlement: Settlement, as_person: SignIn) -> None:
    """Without scripts the page shows again by itself; what asks for its part gets that, and the way on at the end."""
    secretary = as_person("secretary")
    page = hand_in(secretary, csv(SALES)).headers["Location"]
    part = {"HX-Request": "true"}
    assert secretary.get(page).headers["Refresh"]
    assert "Filen läses" in secretary.get(page, headers=part).text
    with settlement.office.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE settlement_file SET done_count = 15000")
    assert "15000 rader hittills" in secretary.get(page, headers=part).text
    with settlement.office.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE settlement_file SET row_count = 90000")
    told = secretary.get(page, headers=part).text
    assert "15000 av 90000 rader" in told
    assert '<progress max="90000" value="15000"' in told
    assert "<html" not in told
    settlement.work()
    assert secretary.get(page, headers=part).headers["HX-Redirect"] == page
    assert "Refresh" not in secretary.get(page).headers


def test_whoever_waits_is_told_now_and_then(settlement: Settlement, as_person: SignIn) -> None:
    page = hand_in(as_person("secretary"), csv(SALES)).headers["Location"]
    file_id = page.rsplit("/", 1)[-1]
    files.telling(settlement.office.engine, file_id, every=0)(5000, 12_000)
    assert "5000 av 12000 rader" in as_person("secretary").get(page).text
    files.telling(settlement.office.engine, file_id, every=60)(10_000, 12_000)
    assert "5000 av 12000 rader" in as_person("secretary").get(page).text


def test_sales_that_no_agreement_counts_are_pointed_out(settlement: Settlement, as_person: SignIn) -> None:
    """A number with a digit wrong would settle nothing, and nobody would be told."""
    made = settlement.hand_in([*SALES, ("200191", "12", "Lund", "2025-01", "1", "1")], taken=False)
    assert (
        "Inget avtal räknar försäljning av 200191." in as_person("secretary").get(f"{BASE}/files/{made}").text
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "filen"), (b"\x00\x01", ""), (csv([(P1, "99", "A", "2025-13", "-1", "x")]), "")],
)
def test_a_bad_file_is_told_about_and_nothing_is_taken(
    settlement: Settlement, as_person: SignIn, content: bytes, code: str
) -> None:
    secretary = as_person("secretary")
    answer = hand_in(secretary, content)
    if answer.status_code == 302:
        settlement.work()
        page = secretary.get(answer.headers["Location"]).text
        assert "Inget har tagits in" in page
        secretary.post(answer.headers["Location"])
        settlement.work()
        assert "Har fel" in secretary.get(answer.headers["Location"]).text
    else:
        assert answer.status_code == 422
        assert code in answer.text


def test_a_file_that_could_not_be_read_says_so_and_is_tried_again(
    settlement: Settlement, as_person: SignIn
) -> None:
    secretary = as_person("secretary")
    page = hand_in(secretary, csv(SALES)).headers["Location"]
    with settlement.office.engine.begin() as connection:
        given_up = "UPDATE job SET state = 'failed', fault = 'The work could not be done.', finished_at = :at WHERE kind = :kind"
        connection.execute(sa.text(given_up), {"at": settlement.at, "kind": files.READING})
    shown = secretary.get(page)
    assert 'role="alert"' in shown.text
    assert "Refresh" not in shown.headers
    assert "hx-trigger" not in shown.text
    with settlement.office.engine.begin() as connection:
        connection.execute(sa.text("UPDATE job SET finished_at = finished_at - interval '2 minutes'"))
    assert secretary.get(page).headers["Refresh"]
    settlement.work()
    assert "40 000,00" in secretary.get(page).text.replace("\xa0", " ")
