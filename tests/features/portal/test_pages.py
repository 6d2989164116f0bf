"""The portal's pages as the web meets them: what is kept, what is refused, and who finds nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine
from werkzeug.test import TestResponse

from nt_process.infra import acting
from nt_process.portal import filing, receipts
from tests.features.portal.world import OPEN_FILE, PASSAGE, SECRET_ASSUMPTION, SECRET_FILE, Portal
from tests.world import FIRST_DAY, PDF, START

SignIn = Callable[[str], FlaskClient]
SHOWN_PRICE = "73 123"


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_from_a_name_to_a_receipt_through_the_forms(as_person: SignIn, portal: Portal) -> None:
    company = as_person("company")
    began = company.post("/portal/new", data={"process": "sarlakemedel", "medicine": "Provastin"})
    path = began.location.rsplit("/", 1)[0]
    assert company.get(f"{path}/check").text.count("#") > 5
    portal.complete(path.rsplit("/", 1)[1])
    added = company.post(
        f"{path}/documents",
        data={
            "kind": "other", "title": "Prisbilaga", "place-1": "s. 3", "provision-1": "31:16", "reason-1": "Skada",
            "until-1": "2030-01-01", "public_file": (io.BytesIO(OPEN_FILE), "oppen.pdf"),
            "secret_file": (io.BytesIO(SECRET_FILE), "hemlig.pdf"),
        },
    )  # fmt: skip
    assert added.status_code == 302
    sent = company.post(f"{path}/check")
    assert sent.status_code == 302
    receipt = company.get(sent.location).text
    assert re.search(r"NT-2026-\d{4}", receipt)
    assert len(re.findall(r"<code>[0-9a-f]{64}</code>", receipt)) == 4
    assert SHOWN_PRICE in plain(company.get(sent.location.replace("/receipt", "")).text)
    assert "Provastin" in company.get("/portal").text


def _claims(*claims: tuple[str, str, str, str]) -> dict[str, str]:
    names = ("place", "provision", "reason", "until")
    return {
        f"{name}-{number}": text
        for number, claim in enumerate(claims, start=1)
        for name, text in zip(names, claim, strict=True)
    }


def test_each_claim_of_secrecy_is_judged_and_kept_and_read_again(as_person: SignIn, portal: Portal) -> None:
    application, company = portal.begin(), as_person("company")
    path = f"/portal/applications/{application}/documents"

    def send(*claims: tuple[str, str, str, str]) -> TestResponse:
        given = {
            "kind": "other",
            "title": "Prisbilaga",
            "public_file": (io.BytesIO(OPEN_FILE), "oppen.pdf"),
            "secret_file": (io.BytesIO(SECRET_FILE), "hemlig.pdf"),
        }
        return company.post(path, data={**given, **_claims(*claims)})

    first = ("s. 3", "31:16", "Skada", "2030-01-01")
    refused = send(first, ("bilaga 2", "30:23", "", "igår"))
    assert refused.status_code == 422
    assert 'id="reason-2-error"' in refused.text
    assert 'id="until-2-error"' in refused.text
    assert 'id="place-1-error"' not in refused.text
    assert 'value="bilaga 2"' in refused.text
    assert (
        send(first, ("", "31:16", "", ""), ("bilaga 2", "30:23", "Opublicerat", "2029-01-01")).status_code
        == 302
    )
    page = company.get(path).text
    assert page.index("s. 3") < page.index("bilaga 2")
    assert "Opublicerat" in page
    assert portal.one("SELECT array_agg(number ORDER BY number) FROM application_passage") == [1, 2]


def test_as_filed_and_receipt_tell_every_claim(as_person: SignIn, portal: Portal) -> None:
    application = portal.begin()
    portal.complete(application)
    second = {"place": "Bilaga 2", "provision": "30:23", "reason": "Opublicerat.", "until": "2028-06-30"}
    portal.add_document(application, claims=[PASSAGE, second])
    filed = filing.submit(portal.engine, portal.maker(), application)
    company = as_person("company")
    whole = company.get(f"/applications/filings/{filed}").text
    receipt = company.get(f"/applications/filings/{filed}/receipt").text
    for claim in (PASSAGE, second):
        assert claim["place"] in whole
        assert claim["reason"] in whole
        assert claim["until"][:4] in receipt
        assert claim["reason"] not in receipt


def test_a_step_keeps_what_is_right_and_says_what_is_wrong(as_person: SignIn, portal: Portal) -> None:
    application, company = portal.begin(), as_person("company")
    answer = company.post(
        f"/portal/applications/{application}/prices",
        data={"list_price": "1 234,50 kr", "offered_price": "mycket", "yearly_cost": "-3"},
    )
    assert answer.status_code == 422
    assert 'value="mycket"' in answer.text
    assert "är inte ett tal" in answer.text
    assert portal.one("SELECT value FROM application_answer WHERE field = 'list_price'") == "1234.50"
    assert 'value="1 234,50"' in plain(company.get(f"/portal/applications/{application}/prices").text)


def test_an_answer_is_kept_as_it_is_typed_and_says_so(as_person: SignIn, portal: Portal) -> None:
    application, company = portal.begin(), as_person("company")
    path = f"/portal/applications/{application}/answers"
    kept = company.post(f"{path}/studies", data={"studies": "Text", "v-studies": "0"})
    assert kept.status_code == 200
    assert 'name="v-studies" value="1"' in kept.text
    cell = company.post(f"{path}/budget-12-1", data={"budget-12-1": "1 000", "v-budget-12-1": "0"})
    assert 'id="sum-budget-12" hx-swap-oob="true">1 000<' in plain(cell.text)
    wrong = company.post(f"{path}/patients", data={"patients": "många"})
    assert wrong.status_code == 422
    assert "många" in wrong.text
    assert company.post(f"{path}/unknown", data={"unknown": "x"}).status_code == 404


def test_whoever_comes_second_is_told_and_their_text_stays(as_person: SignIn, portal: Portal) -> None:
    application = portal.begin()
    from nt_process.portal import people

    people.add_member(portal.engine, portal.maker(), application, portal.colleague(), "contributor")
    mate = as_person("mate")
    portal.answer(application, studies="Först")
    sent = {"studies": "Sedan", "v-studies": "0"}
    auto = mate.post(f"/portal/applications/{application}/answers/studies", data=sent)
    assert auto.status_code == 409
    assert "Först" in auto.text
    page = mate.post(f"/portal/applications/{application}/evidence", data=sent)
    assert page.status_code == 409
    assert "Sedan</textarea>" in page.text
    assert 'name="v-studies" value="1"' in page.text
    again = mate.post(f"/portal/applications/{application}/evidence", data=sent | {"v-studies": "1"})
    assert again.status_code == 302
    assert portal.one("SELECT value FROM application_answer WHERE field = 'studies'") == "Sedan"


def test_what_is_known_of_the_medicine_is_filled_in(as_person: SignIn, portal: Portal) -> None:
    number, company = portal.office.open(indication="En indikation"), as_person("company")
    began = company.post("/portal/new", data={"case": number})
    page = company.get(began.location).text
    assert 'value="provastinum"' in page
    assert 'value="2025-12-01"' in page


@pytest.mark.parametrize("name", ["rival", "secretary", "region", "tlv", "auditor", "mate"])
def test_a_draft_is_its_members_alone(as_person: SignIn, portal: Portal, name: str) -> None:
    application = portal.begin()
    portal.complete(application)
    portal.colleague()
    client = as_person(name)
    for path in ("", "/prices", "/documents", "/people", "/check"):
        assert client.get(f"/portal/applications/{application}{path}").status_code == 404, path
    assert client.get(f"/applications/{application}").status_code == 404
    posted = client.post(f"/portal/applications/{application}/answers/studies", data={"studies": "x"})
    assert posted.status_code == 404


READS = {
    "company": 200,
    "secretary": 200,
    "member": 200,
    "auditor": 200,
    "rival": 404,
    "region": 404,
    "mate": 404,
    "tlv": 404,
}


@pytest.mark.parametrize(("name", "status"), READS.items())
def test_who_reads_what_was_filed(as_person: SignIn, portal: Portal, name: str, status: int) -> None:
    """TLV has no part in a case that nothing of it is asked in; a colleague only what they have part in."""
    application, filed = portal.file()
    portal.colleague()
    document = portal.one("SELECT id FROM application_document")
    client = as_person(name)
    paths = (
        f"/applications/{application}", f"/applications/filings/{filed}", f"/applications/filings/{filed}/receipt",
        f"/applications/{application}/documents/{document}/secret", f"/applications/{application}/documents/{document}/public",
    )  # fmt: skip
    assert {client.get(path).status_code for path in paths} == {status}
    if status == 200:
        assert client.get(paths[3]).data == SECRET_FILE
        assert SECRET_ASSUMPTION in client.get(paths[1]).text


def test_tlv_reads_it_once_it_has_part_in_the_case(as_person: SignIn, portal: Portal) -> None:
    application, filed = portal.file()
    portal.office.act("secretary", portal.assigned(application), "order_assessment")
    tlv = as_person("tlv")
    assert tlv.get(f"/applications/filings/{filed}").status_code == 200
    assert "Provastin" in tlv.get("/applications").text


def test_the_case_s_page_leads_to_the_application_for_who_may_read_it(
    as_person: SignIn, portal: Portal
) -> None:
    application, _filed = portal.file()
    path = f"/cases/{portal.number_of(application)}"
    assert f"/applications/{application}" in as_person("secretary").get(path).text
    assert f"/applications/{application}" not in as_person("region").get(path).text


SECRET_TABLES = (
    "application",
    "application_member",
    "application_answer",
    "application_filing",
    "application_document",
    "application_passage",
)


@pytest.mark.parametrize(
    ("name", "found"), [("rival", set()), ("region", set()), ("mate", set()), (None, set()), ("company", set(SECRET_TABLES)),
     ("secretary", set(SECRET_TABLES) - {"application_answer"})]
)  # fmt: skip
def test_the_database_itself_hides_what_is_not_theirs(
    portal: Portal, web_engine: Engine, name: str | None, found: set[str]
) -> None:
    portal.colleague()
    portal.file()
    acting.become(portal.office.people[name] if name else None, FIRST_DAY)
    try:
        with web_engine.connect() as connection:
            seen = {
                table
                for table in SECRET_TABLES
                if connection.scalar(sa.text(f"SELECT count(*) FROM {table}"))
            }
            secret = connection.scalar(
                sa.text("SELECT count(*) FROM file_part WHERE data = :d"), {"d": SECRET_FILE}
            )
    finally:
        acting.forget()
    assert seen == found
    assert bool(secret) == bool(found)


def test_a_draft_is_hidden_from_the_council_by_the_database_itself(
    portal: Portal, web_engine: Engine
) -> None:
    portal.complete(portal.begin())
    acting.become(portal.office.people["secretary"], FIRST_DAY)
    try:
        with web_engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT count(*) FROM application")) == 0
    finally:
        acting.forget()


def test_the_receipt_is_printed_by_the_worker(as_person: SignIn, portal: Portal) -> None:
    application, filed = portal.file()
    company, path = as_person("company"), f"/applications/filings/{filed}/receipt.pdf"
    assert company.get(path).status_code == 202
    assert as_person("rival").get(path).status_code == 404
    from pypdf import PdfReader

    from nt_process.infra import jobs

    assert jobs.work(portal.engine, receipts.HANDLERS, lambda: START)
    made = company.get(path)
    assert made.mimetype == "application/pdf"
    text = PdfReader(io.BytesIO(made.data)).pages[0].extract_text()
    assert portal.number_of(application) in text
    assert SHOWN_PRICE not in plain(text)


def test_a_supplement_is_asked_for_answered_and_read(as_person: SignIn, portal: Portal) -> None:
    application, _filed = portal.file()
    number = portal.number_of(application)
    company, path = as_person("company"), f"/applications/{application}/supplement"
    assert company.get(path).status_code == 404
    portal.office.act("secretary", number, "request_supplement", request="Studien saknas.")
    assert "Studien saknas." in company.get(path).text
    assert path in company.get("/portal").text
    empty = company.post(path, data={"send": "1", "answer": ""})
    assert empty.status_code == 422
    sent = company.post(
        path, data={"send": "1", "answer": "Här är studien.", "secret_answer": "Nytt pris 12"}
    )
    assert sent.status_code == 302
    filed = company.get(sent.location).text
    assert number in filed
    assert company.get(path).status_code == 404
    as_filed = sent.location.replace("/receipt", "")
    assert "Nytt pris 12" in as_person("secretary").get(as_filed).text
    assert "Nytt pris 12" not in as_person("region").get(f"/cases/{number}/history").text
    assert "Här är studien." in as_person("region").get(f"/cases/{number}/history").text


def test_a_file_that_is_not_what_it_says_is_refused_beside_its_field(
    as_person: SignIn, portal: Portal
) -> None:
    path = f"/portal/applications/{portal.begin()}/documents"
    company = as_person("company")
    for data, control in (
        ({"title": "T", "kind": "other"}, "public_file"),
        ({"title": "T", "kind": "other", "public_file": (io.BytesIO(b"<html>"), "x.pdf")}, "public_file"),
        ({"title": "", "kind": "other", "public_file": (io.BytesIO(PDF), "x.pdf")}, "title"),
        (
            {"title": "T", "kind": "other", "reason-1": "x", "public_file": (io.BytesIO(PDF), "x.pdf")},
            "secret_file",
        ),
        ({"title": "T", "kind": "agreement", "public_file": (io.BytesIO(PDF), "x.pdf")}, "kind"),
    ):
        answer = company.post(path, data=data, content_type="multipart/form-data")
        assert answer.status_code == 422
        assert f'id="{control}-error"' in answer.text
    assert portal.one("SELECT count(*) FROM application_document") == 0


def test_a_company_that_activates_the_limit_finds_the_way(as_person: SignIn, portal: Portal) -> None:
    application, _filed = portal.file()
    number, later = portal.assigned(application), START + timedelta(minutes=1)
    portal.office.act("secretary", number, "order_assessment", later)
    portal.office.add_document("tlv", number, "assessment_report", later)
    portal.office.act("tlv", number, "deliver_assessment", later)
    page = as_person("company").get(f"/applications/{application}").text
    assert f"/cases/{number}/actions/activate_limit" in page
    assert f"/cases/{number}/actions/withdraw" in page


def test_the_case_and_the_portal_lead_a_company_the_same_way(as_person: SignIn, portal: Portal) -> None:
    company, office = as_person("company"), portal.office
    number = office.open()
    assert number not in company.get("/portal").text.split('id="filed"')[0]
    office.act("secretary", number, "await_application")
    page = company.get(f"/cases/{number}").text
    assert "Påbörja ansökan" in page
    assert "Det finns inget för dig att göra" not in page
    assert f"/cases/{number}/actions/submit_application" not in page
    assert number in company.get("/portal").text.split('id="filed"')[0]

    draft = company.post("/portal/new", data={"case": number}).location.rsplit("/", 1)[0]
    for path in (f"/cases/{number}", "/portal"):
        assert draft in company.get(path).text, path

    # Filed, it is the council's move; asked to supplement, it is the company's again, by the portal.
    application, _filed = portal.file(office.open())
    number = portal.number_of(application)
    supplement = f"/applications/{application}/supplement"
    assert number not in company.get("/portal").text.split('id="filed"')[0]
    office.act("secretary", number, "request_supplement", request="Studien saknas.")
    for path in (f"/cases/{number}", "/portal"):
        assert supplement in company.get(path).text, path


def test_what_is_wrong_with_a_document_is_summed_up_by_the_names_of_its_fields(
    as_person: SignIn, portal: Portal
) -> None:
    path = f"/portal/applications/{portal.begin()}/documents"
    page = as_person("company").post(path, data={"kind": "other", "title": ""}).text
    assert re.search(r'href="#title">Rubrik: ', page)
