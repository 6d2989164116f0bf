"""Requests for documents: anonymous, numbered, reminded of, answered in four ways, and fetched with a code alone."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pikepdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nt_process.identity.service import token_hash
from nt_process.kernel.faults import BadInput
from nt_process.notices.tick import tick
from nt_process.public.requests import asking, queries, rules, service
from nt_process.public.requests.codes import code_of, typed_code
from nt_process.public.requests.errors import RequestError
from nt_process.public.requests.rules import HandedOut
from nt_process.public.requests.service import Upload
from nt_process.public.requests.sweep import remind_requests
from tests.features.public.world import ADDRESS, SECRET, ask, maker, many, masked, nobody, one, send_mail
from tests.notices.mailbox import receiving
from tests.world import PDF, START, Office

# A busy machine is no fault of the rule.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
SignIn = Callable[[str], FlaskClient]
PASSAGE = {"passage": "Sidan 3, andra stycket", "ground": "business", "provision": "OSL 31 kap. 16 §"}
REFUSED = {"outcome": "refused", "reasons": "Uppgifterna rör bolagets affärsförhållanden."}


@pytest.fixture
def public(app: Flask) -> FlaskClient:
    return app.test_client()


def test_asked_without_a_name_and_fetched_with_the_code(
    app: Flask, office: Office, public: FlaskClient, as_person: SignIn
) -> None:
    answer = public.post(
        "/public/sv/ask", data={"wanted": "Ansökan om Publicin.", "designation": "NT-2026-0001:1"}
    )
    assert answer.status_code == 200
    [code] = re.findall(r"<strong>([0-9A-Z-]{23})</strong>", answer.text)
    assert "B 2026-0001" in answer.text
    waiting = public.post("/public/sv/reply", data={"code": code.lower().replace("-", " ")})
    assert "Väntar på svar" in waiting.text
    secretary = as_person("secretary")
    page = secretary.get("/requests/")
    [address] = re.findall(r'href="(/requests/[0-9a-f-]{36})"', page.text)
    secretary.post(f"{address}/assign", data={"person": office.people["colleague"]})
    file = {"file": (io.BytesIO(masked().content), "maskad.pdf"), "masked": "yes"}
    assert secretary.post(f"{address}/files", data=file).status_code == 302
    refused = secretary.post(f"{address}/answer", data={"outcome": "masked", "reasons": "Skäl.", "gone": "y"})
    assert refused.status_code == 422
    assert "vilka de är" in refused.text
    [passages] = re.findall(r'action="([^"]+/passages)"', secretary.get(address).text)
    assert secretary.post(passages, data=PASSAGE | {"passage": ""}).status_code == 422
    assert secretary.post(passages, data=PASSAGE).status_code == 302
    done = {"outcome": "masked", "reasons": "Uppgifterna rör affärsförhållanden."}
    assert secretary.post(f"{address}/answer", data=done).status_code == 422
    assert secretary.post(f"{address}/answer", data=done | {"gone": "y"}).status_code == 302
    assert secretary.post(f"{address}/answer", data=done | {"gone": "y"}).status_code == 409
    reply = public.post("/public/sv/reply", data={"code": code})
    for said in (
        "Sidan 3, andra stycket",
        "OSL 31 kap. 16 §",
        "kammarrätten",
        "tre veckor",
        "affärsförhållanden",
    ):
        assert said in reply.text, said
    [file_id] = re.findall(r'name="file" value="([^"]+)"', reply.text)
    fetched = public.post("/public/sv/reply/file", data={"code": code, "file": file_id})
    assert fetched.data == masked().content
    assert fetched.headers["Cache-Control"] == "no-store"
    assert public.post("/public/sv/reply/file", data={"code": "fel", "file": file_id}).status_code == 422
    assert code not in str(many(office, "SELECT code_hash::text FROM document_request"))


def test_an_address_is_told_of_the_answer_once_and_then_deleted(office: Office, public: FlaskClient) -> None:
    request_id, _code = ask(office, address=ADDRESS.upper())
    assert one(office, "SELECT email FROM document_request") == ADDRESS
    with receiving() as mailbox:
        send_mail(office, mailbox)
        assert mailbox.messages == []
        service.decide(office.engine, maker(office), request_id, REFUSED, gone=False)
        send_mail(office, mailbox)
        send_mail(office, mailbox, START + timedelta(days=1))
        assert mailbox.recipients == [[ADDRESS]]
        assert "affärsförhållanden" not in mailbox.text() + mailbox.subjects()[0]
        [path] = re.findall(r"https://[^/\s]+(/public/sv/reply\?code=\S+)", mailbox.text())
    assert one(office, "SELECT email FROM document_request") == ""
    page = public.get(path).text
    assert "affärsförhållanden" in page
    assert "kammarrätten" in page


def test_a_masked_file_is_a_new_one_with_nothing_beneath(office: Office) -> None:
    request_id, _code = ask(office)
    number = office.open(at=START, medicine="Publicin")
    office.add_document("secretary", number, "application", START)
    for upload, code in (
        (Upload("original.pdf", PDF), "not_new"),
        (Upload("text.txt", b"En text."), "not_pdf"),
        (Upload("tva.pdf", revised()), "earlier_version"),
        (Upload("ruta.pdf", covered()), "can_be_lifted"),
        (None, "no_file"),
    ):
        with pytest.raises(BadInput) as refused:
            service.add_file(office.engine, maker(office), request_id, upload, masked=True)
        assert refused.value.faults[0].code == code
    # Whole, the original is what it is.
    service.add_file(office.engine, maker(office), request_id, Upload("original.pdf", PDF), masked=False)
    service.add_file(office.engine, maker(office), request_id, masked(), masked=True)
    assert many(office, "SELECT what FROM document_request_log ORDER BY id") == [
        "received",
        "file_added",
        "file_added",
    ]


def plain() -> pikepdf.Pdf:
    made = pikepdf.new()
    made.add_blank_page()
    return made


def covered() -> bytes:
    """A page with a black box that is drawn upon it as a note."""
    made, kept = plain(), io.BytesIO()
    box = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Square, Rect=[0, 0, 100, 100])
    made.pages[0].Annots = pikepdf.Array([box])
    made.save(kept)
    return kept.getvalue()


def revised() -> bytes:
    """A file that was added to: what it was before is still in it."""
    kept = io.BytesIO()
    plain().save(kept)
    before = kept.getvalue()
    start = before.rfind(b"startxref")
    return before + b"% added\n" + before[before.rfind(b"trailer") if b"trailer" in before else start :]


def test_what_is_answered_is_not_changed_whoever_is_faster(office: Office) -> None:
    request_id, _code = ask(office)

    def decide(outcome: str) -> str:
        typed = {"outcome": outcome, "reasons": "Skäl."}
        try:
            service.decide(office.engine, maker(office), request_id, typed, gone=False)
        except RequestError as error:
            return error.reason.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(decide, ["refused", "not_held"])) == ["answered", "done"]
    with pytest.raises(RequestError):
        service.add_file(office.engine, maker(office), request_id, Upload("ny.pdf", PDF), masked=False)
    with pytest.raises(RequestError):
        service.assign(office.engine, maker(office), request_id, office.people["secretary"])


def test_only_the_secretariat_answers_and_the_auditor_reads(office: Office, as_person: SignIn) -> None:
    request_id, _code = ask(office)
    for name in ("member", "region", "company", "administrator"):
        assert as_person(name).get(f"/requests/{request_id}").status_code == 404, name
        with pytest.raises(RequestError):
            service.decide(office.engine, maker(office, name), request_id, REFUSED, gone=False)
    auditor = as_person("auditor")
    assert auditor.get(f"/requests/{request_id}").status_code == 200
    assert auditor.post(f"/requests/{request_id}/answer", data=REFUSED).status_code == 404


def test_nobody_reads_a_request_past_the_functions(office: Office) -> None:
    request_id, code = ask(office, address=ADDRESS)
    service.add_file(office.engine, maker(office), request_id, masked(), masked=True)
    with nobody(office):
        for table in ("document_request", "document_request_file", "document_request_log"):
            assert one(office, f"SELECT count(*) FROM {table}") == 0, table
        with office.engine.connect() as connection:
            found = asking.of_code(connection, code)
            assert found is not None
            # Before it is answered nothing is handed out.
            assert asking.files(connection, code) == []
            assert asking.of_code(connection, code[:-1]) is None


def test_the_secretariat_is_reminded_until_it_has_answered(office: Office) -> None:
    request_id, _code = ask(office)
    assert remind_requests(office.engine, START).sent == 1
    assert remind_requests(office.engine, START).sent == 0
    told = "SELECT count(DISTINCT rung) FROM notice WHERE kind = 'document_request'"
    assert one(office, told) == 1
    people = "SELECT count(DISTINCT person_id) FROM notice WHERE kind = 'document_request' AND rung = {}"
    assert one(office, people.format(0)) == 2
    service.assign(office.engine, maker(office), request_id, office.people["colleague"])
    # After an outage each day that was missed is told once, and to whoever decides.
    tick(office.engine, START + timedelta(days=7))
    assert many(office, "SELECT DISTINCT rung FROM notice WHERE kind = 'document_request' ORDER BY rung") == [
        0,
        1,
        2,
        4,
        7,
    ]
    assert one(office, people.format(7)) == 1
    service.decide(office.engine, maker(office), request_id, REFUSED, gone=False)
    tick(office.engine, START + timedelta(days=30))
    assert one(office, told) == 5


def test_the_list_says_how_long_each_has_waited(office: Office) -> None:
    for days in (0, 3):
        ask(office, START - timedelta(days=days))
    with office.engine.connect() as connection:
        found = queries.waiting(connection, office.actor("secretary"), START.date())
    assert [one_.days for one_ in found] == [3, 0]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [("wanted", "", "anges"), ("wanted", "x" * 5001, "5000"), ("wanted", "a\x00", "tecken"),
     ("address", "inte en adress", "ingen e-postadress"), ("designation", "x" * 41, "40")],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_at_its_field(
    office: Office, public: FlaskClient, field: str, value: str, said: str
) -> None:
    answer = public.post("/public/sv/ask", data={"wanted": "Ansökan.", field: value})
    assert answer.status_code == 422
    [error] = re.findall(rf'id="{field}-error">([^<]+)<', answer.text)
    assert said in error
    assert one(office, "SELECT count(*) FROM document_request") == 0


def test_numbers_follow_on_each_other_also_at_once(office: Office) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _n: ask_only(office), range(8)))
    assert many(office, "SELECT number FROM document_request ORDER BY number") == list(range(1, 9))


def ask_only(office: Office) -> None:
    asking.ask(office.engine, SECRET, {"wanted": "Ansökan."}, "sv", START)


# --- rules ------------------------------------------------------------------------------------------

FILES = st.lists(st.builds(HandedOut, st.booleans(), st.integers(0, 3)), max_size=4)


@patient
@given(st.sampled_from(rules.OUTCOMES), FILES, st.sampled_from(["", "Skäl."]), st.booleans())
def test_an_answer_fits_what_is_handed_out(
    outcome: str, files: list[HandedOut], reasons: str, gone: bool
) -> None:
    try:
        rules.read_answer({"outcome": outcome, "reasons": reasons}, files, gone=gone)
    except BadInput:
        return
    assert bool(files) == (outcome in ("whole", "masked"))
    assert outcome != "whole" or not any(file.masked for file in files)
    assert outcome not in rules.APPEALABLE or reasons
    if outcome == "masked":
        assert gone
        assert any(file.masked for file in files)
        assert all(file.passages for file in files if file.masked)


@patient
@given(st.integers(0, 10_000))
def test_reminders_go_on_and_never_stand_still(rung: int) -> None:
    assert rung < rules.next_rung(rung) <= rung + rules.WEEK


@patient
@given(st.uuids().map(str))
def test_a_code_is_read_however_it_is_typed(request_id: str) -> None:
    code = code_of("nyckel", request_id)
    spelled = code.lower().replace("-", "  ").replace("0", "o").replace("1", "l")
    assert typed_code(spelled) == code
    assert token_hash(typed_code(code)) == token_hash(code)
    assert code_of("annan nyckel", request_id) != code
