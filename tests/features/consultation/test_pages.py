"""The pages of consultations: what each reader meets, and what comes back when something is wrong."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy.engine import Engine

from nt_process.consultation import answers, compilation_views
from nt_process.consultation.errors import ConsultationError
from nt_process.consultation.pdf_job import HANDLERS, OWN_KIND
from nt_process.infra import acting, jobs
from nt_process.infra.operation import OperationError
from tests.features.consultation.world import LAST_DAY, Consultation, furnish
from tests.features.interests.world import decide, declare
from tests.world import FIRST_DAY, PDF, START, Office

SignIn = Callable[[str], FlaskClient]
ASKED = ("Region Skåne", "Region Uppsala", "Expertgruppen för sällsynta tillstånd")


@pytest.fixture
def case(office: Office) -> str:
    return office.open()


def text_of(page: str) -> str:
    """A page as it is read, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


def test_a_round_is_prepared_with_its_form_and_opened(
    as_person: SignIn, consultation: Consultation, case: str
) -> None:
    secretary = as_person("secretary")
    answer = secretary.post("/consultations/new", data={"case": case, "title": "Remiss", "earlier": ""})
    path = answer.location
    assert path.startswith("/consultations/drafts/")
    region = consultation.organisation("Region Skåne")
    form = {"title": "Remiss", "intro": "Bakgrund", "last_day": "2026-02-01", "version": "1",
            "q1_text": "Vad anser ni?", "q1_kind": "text", "q1_choices": "",
            "q2_text": "När?", "q2_kind": "choice", "q2_choices": "Nu\nSedan", "q2_required": "1"}  # fmt: skip
    moved = secretary.post(path, data=form | {"do": "up-2", "region": region})
    assert moved.text.index("När?") < moved.text.index("Vad anser ni?")
    assert f'value="{region}" checked' in moved.text
    assert consultation.question_ids(path.rsplit("/", 1)[1]) == [], "moving a question saves nothing"
    opened = secretary.post(path, data=form | {"do": "open", "region": region})
    page = secretary.get(opened.location).text
    # 1 February 2026 is a Sunday: the Monday after is the last day.
    assert 'datetime="2026-02-02"' in page
    assert "söndag" in text_of(page).lower()
    assert "Bakgrund" in as_person("region").get(opened.location).text
    assert opened.location in as_person("region").get("/consultations").text
    case_page = secretary.get(f"/cases/{case}").text
    assert opened.location in case_page
    assert "En remiss öppnades" in text_of(case_page)


def test_a_faulty_form_comes_back_with_what_was_typed_and_why(
    as_person: SignIn, consultation: Consultation, case: str
) -> None:
    secretary = as_person("secretary")
    for number in ("NT-1999-0001", "", "\x00", "x" * 100_000):
        page = secretary.post("/consultations/new", data={"case": number, "title": "Remiss"})
        assert page.status_code == 422
        assert 'id="case-error"' in page.text
    draft = consultation.prepare(case)
    form = {"title": "", "last_day": "snart", "version": "2", "q1_text": "När?", "q1_kind": "choice",
            "q1_choices": "Bara ett"}  # fmt: skip
    page = secretary.post(f"/consultations/drafts/{draft}", data=form)
    assert page.status_code == 422
    assert set(re.findall(r'id="([\w]+)-error"', page.text)) == {"title", "last_day", "q1_choices"}
    assert 'value="snart"' in page.text
    assert "Bara ett" in page.text
    usable = form | {"title": "A", "last_day": "", "version": "1", "q1_kind": "text"}
    stale = secretary.post(f"/consultations/drafts/{draft}", data=usable)
    assert stale.status_code == 409
    assert 'name="version" value="2"' in stale.text
    strange = usable | {"version": "2", "region": ["\x00", "x", "00000000-0000-4000-8000-000000000000"]}
    assert secretary.post(f"/consultations/drafts/{draft}", data=strange).status_code == 302
    assert consultation.rows("SELECT FROM consultation_addressee") == []


def test_a_draft_is_shared_within_the_organisation_and_seen_by_nobody_else(
    as_person: SignIn, consultation: Consultation, case: str
) -> None:
    round_id = consultation.open(case, ASKED)
    path = f"/consultations/{round_id}/answer"
    first = consultation.question_ids(round_id)[0]
    region, neighbour = as_person("region"), as_person("neighbour")
    organisation = consultation.organisation_of("region")
    data = {"organisation": organisation, "version": "0", f"text_{first}": "Vårt utkast", "do": "save"}
    assert region.post(path, data=data).status_code == 302
    assert "Vårt utkast" in neighbour.get(path).text
    assert 'value="submit"' not in neighbour.get(path).text, "not everyone speaks for the organisation"
    for who in ("secretary", "member", "uppsala", "expert", "tlv", "company"):
        client = as_person(who)
        for place in ("", "/answer", "/compilation", "/regions", "/compilation.csv"):
            assert "Vårt utkast" not in client.get(f"/consultations/{round_id}{place}").text, who
    # Whoever saves on top of what a colleague has saved is told so, and may do it all the same.
    late = neighbour.post(path, data=data | {f"text_{first}": "Mitt"})
    assert late.status_code == 409
    assert "Region sparade detta" in text_of(late.text)
    assert ">Mitt<" in late.text
    assert 'name="version" value="1"' in late.text
    refused = neighbour.post(path, data=data | {"version": "1", "do": "submit"})
    assert refused.status_code == 409
    assert consultation.rows("SELECT id FROM consultation_answer") == []
    kept = region.post(f"{path}/keep", data=data | {"version": "1", f"text_{first}": "Under skrivning"})
    assert 'name="version" value="2"' in kept.text
    assert "Under skrivning" in neighbour.get(path).text


def test_what_must_be_answered_is_asked_for_before_an_answer_is_sent(
    as_person: SignIn, consultation: Consultation, case: str
) -> None:
    round_id = consultation.open(case, ASKED)
    path, region = f"/consultations/{round_id}/answer", as_person("region")
    first, second, *_rest = consultation.question_ids(round_id)
    data = {"version": "0", f"choice_{second}": "yes", f"text_{second}": "Ja.", "do": "submit"}
    page = region.post(path, data=data)
    assert page.status_code == 422
    assert f'id="text_{first}-error"' in page.text
    assert 'value="yes" checked' in page.text
    sent = region.post(path, data=data | {f"text_{first}": "Så här."})
    assert sent.location == f"/consultations/{round_id}"
    page = region.get(path)
    assert "Så här." in page.text
    assert (
        region.post(path, data={"organisation": consultation.organisation_of("uppsala")}).status_code == 404
    )
    for value in ("\x00", "x" * 1_000_000):
        assert region.post(path, data=data | {"version": "1", f"text_{first}": value}).status_code == 422
    assert region.post(path, data=data | {f"choice_{second}": "kanske", "version": "1"}).status_code == 422


def test_files_are_judged_kept_and_read_by_those_who_may(
    as_person: SignIn, consultation: Consultation, case: str
) -> None:
    round_id = consultation.open(case, ASKED)
    path, region = f"/consultations/{round_id}/answer", as_person("region")
    first = consultation.question_ids(round_id)[0]

    def send(name: str, content: bytes, do: str, version: int, tier: str = "council") -> int:
        data = {"version": str(version), f"text_{first}": "Svar", "do": do, "file_tier": tier}
        return region.post(path, data=data | {"file": (io.BytesIO(content), name)}).status_code

    assert send("sida.html", b"<html>", "attach", 0) == 422
    assert send("bilaga.pdf", PDF, "attach", 0) == 302
    assert send("öppen.pdf", PDF + b"x", "attach", 1, "participants") == 302
    found = consultation.rows("SELECT id, filename FROM consultation_attachment ORDER BY added_at, filename")
    paths = {row.filename: f"/consultations/{round_id}/attachments/{row.id}" for row in found}
    assert set(paths) == {"bilaga.pdf", "öppen.pdf"}
    secretary, uppsala = as_person("secretary"), as_person("uppsala")
    assert region.get(paths["bilaga.pdf"]).data == PDF
    assert secretary.get(paths["bilaga.pdf"]).status_code == 404, "a draft's file is the organisation's own"
    assert (
        region.post(path, data={"version": "2", f"text_{first}": "Svar", "do": "submit"}).status_code == 302
    )
    assert secretary.get(paths["bilaga.pdf"]).data == PDF
    assert uppsala.get(paths["öppen.pdf"]).status_code == 404
    consultation.close(round_id)
    assert uppsala.get(paths["öppen.pdf"]).data == PDF + b"x"
    assert uppsala.get(paths["bilaga.pdf"]).status_code == 404


TIERS = {
    "council": "Bara för rådet",
    "participants": "För oss alla som tillfrågats",
    "public": "För var och en",
}


def test_each_reads_what_its_tier_says_and_only_when_the_round_is_closed(
    as_person: SignIn, consultation: Consultation, case: str
) -> None:
    questions = [{"kind": "text", "text": f"Fråga {number}"} for number in range(3)]
    round_id = consultation.open(case, ASKED, questions=questions)
    keys = consultation.question_ids(round_id)
    typed = {f"text_{key}": text for key, text in zip(keys, TIERS.values(), strict=True)}
    typed |= {f"tier_{key}": tier for key, tier in zip(keys, TIERS, strict=True)}
    place = consultation.place(round_id, "region")
    answers.submit(consultation.office.engine, consultation.maker("region"), place, 0, typed)
    readers = (
        "secretary",
        "member",
        "auditor",
        "region",
        "neighbour",
        "uppsala",
        "expert",
        "halland",
        "tlv",
        "company",
        "patient",
    )
    clients = {who: as_person(who) for who in readers}

    def read(who: str) -> set[str]:
        pages = [
            clients[who].get(path)
            for path in (
                f"/consultations/{round_id}", f"/consultations/{round_id}/compilation", f"/consultations/{round_id}/answer",
                f"/consultations/{round_id}/compilation.csv", f"/consultations/cases/{case}", f"/cases/{case}",
                "/consultations",
            )
        ]  # fmt: skip
        found = " ".join(page.text for page in pages if page.status_code == 200)
        return {tier for tier, text in TIERS.items() if text in found}

    everything = set(TIERS)
    for who in readers:
        council_or_own = who in ("secretary", "member", "auditor", "region", "neighbour")
        assert read(who) == (everything if council_or_own else set()), who
    consultation.close(round_id)
    for who in readers:
        expected = (
            everything if who in ("secretary", "member", "auditor", "region", "neighbour") else {"public"}
        )
        assert read(who) == (expected | ({"participants"} if who in ("uppsala", "expert") else set())), who


def test_for_whoever_is_not_asked_there_is_no_round(
    as_person: SignIn, consultation: Consultation, case: str
) -> None:
    round_id = consultation.open(case, ASKED, title="Hemlig rubrik")
    for who in ("halland", "tlv", "company", "rival", "patient"):
        client = as_person(who)
        for path in ("", "/answer", "/compilation", "/regions", "/compilation.xlsx"):
            assert client.get(f"/consultations/{round_id}{path}").status_code == 404, (who, path)
        assert client.get(f"/consultations/cases/{case}").status_code == 404
        for path in ("/consultations", f"/cases/{case}", f"/cases/{case}/history", "/notices"):
            page = client.get(path).text
            assert "Hemlig rubrik" not in page, (who, path)
            assert round_id not in page, (who, path)
            assert "remiss öppnades" not in page, (who, path)


def test_a_mandate_that_has_ended_opens_nothing(
    as_person: SignIn, consultation: Consultation, case: str, engine: Engine
) -> None:
    round_id = consultation.open(case, ASKED)
    expert = as_person("expert")
    assert expert.get(f"/consultations/{round_id}").status_code == 200
    assert expert.get("/").location == "/consultations", "who sees no cases begins here"
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE membership SET valid_to = '2026-01-06' WHERE person_id = %(id)s",
            {"id": consultation.office.people["expert"]},
        )
    assert expert.get(f"/consultations/{round_id}").status_code == 404


def test_comments_are_decided_on_and_the_commenters_see_it_when_they_are_told(
    as_person: SignIn, consultation: Consultation, case: str
) -> None:
    round_id = consultation.open(case, ASKED)
    for who in ("region", "uppsala"):
        consultation.answer(round_id, who, f"Synpunkt från {who}", "", choices=("", "yes"))
    secretary, region = as_person("secretary"), as_person("region")
    path = f"/consultations/{round_id}/dispositions"
    assert secretary.post(path, data={}).status_code == 409, "answers may still come"
    consultation.close(round_id)
    keys = re.findall(r'name="verdict_([\w-]+)" value="followed"', secretary.get(path).text)
    assert len(keys) == 2
    wrong = secretary.post(path, data={f"verdict_{keys[0]}": "followed", f"reason_{keys[0]}": ""})
    assert wrong.status_code == 422
    assert f'id="reason_{keys[0]}-error"' in wrong.text
    partly = {f"verdict_{keys[0]}": "partly", f"reason_{keys[0]}": "Till en del.", "after": keys[0]}
    first = secretary.post(path, data=partly)
    page = secretary.get(first.location).text
    assert re.search(rf'id="verdict_{keys[1]}"[^>]*autofocus', page), "the next comment has the focus"
    assert secretary.post(f"/consultations/{round_id}/tell").status_code == 409
    secretary.post(path, data={f"verdict_{keys[1]}": "not_followed", f"reason_{keys[1]}": "Saknar stöd."})
    assert "Till en del." not in region.get(f"/consultations/{round_id}/answer").text
    assert secretary.post(f"/consultations/{round_id}/tell").status_code == 302
    own = f"/consultations/{round_id}/answer"
    mine = region.get(own).text + as_person("uppsala").get(own).text
    assert "Till en del." in mine
    assert "Saknar stöd." in mine
    assert {who for who, *_ in consultation.told("consultation_dispositions")} == {
        "region",
        "neighbour",
        "uppsala",
    }
    assert secretary.post(f"/consultations/{round_id}/tell").status_code == 409


def test_the_compilation_counts_and_its_files_hold_the_same(
    as_person: SignIn, consultation: Consultation, case: str
) -> None:
    round_id = consultation.open(case, ASKED)
    consultation.answer(round_id, "region", "=1+1", "", choices=("", "yes", "Senare", "4"))
    consultation.answer(
        round_id, "uppsala", "Gärna", "", choices=("", "no", "Senare"), on=LAST_DAY + timedelta(days=1)
    )
    consultation.no_comment(round_id, "expert")
    secretary = as_person("secretary")
    page = text_of(secretary.get(f"/consultations/{round_id}/compilation").text)
    assert "Ja 1 Nej 1" in page
    assert "Senare 2" in page
    table = secretary.get(f"/consultations/{round_id}/compilation.csv").text.lstrip("\ufeff")
    rows = list(csv.reader(io.StringIO(table), delimiter=";"))
    assert [(row[0], row[2], row[4], row[7]) for row in rows[1:3]] == [
        ("1", "Region Skåne", "'=1+1", "Nej"),
        ("1", "Region Uppsala", "Gärna", "Ja"),
    ]
    book = load_workbook(io.BytesIO(secretary.get(f"/consultations/{round_id}/compilation.xlsx").data))
    assert [len(list(sheet.iter_rows())) for sheet in book.worksheets] == [len(rows), 1 + 3, 1 + 21]
    regions = text_of(secretary.get(f"/consultations/{round_id}/regions").text)
    assert "Uppsala Besvarat för sent" in regions
    chosen = consultation.question_ids(round_id)[2]
    drawn = secretary.get(f"/consultations/{round_id}/regions?question={chosen}").text
    assert drawn.count('class="tile tone-') == 21
    assert drawn.count("tone-choice-3") == 2
    assert secretary.get(f"/consultations/{round_id}/regions?question=%00x").status_code == 200


def test_the_compilation_is_printed_in_the_background(
    as_person: SignIn, consultation: Consultation, case: str, engine: Engine
) -> None:
    round_id = consultation.open(case, ASKED)
    consultation.answer(round_id, "region", "Synpunkt <b>med</b> tecken & \x07klang", "", choices=("", "yes"))
    secretary = as_person("secretary")
    path = f"/consultations/{round_id}/compilation.pdf"
    assert secretary.get(path).status_code == 202
    assert jobs.work(engine, HANDLERS, lambda: START)
    made = PdfReader(io.BytesIO(secretary.get(path).data))
    text = " ".join(page.extract_text() for page in made.pages)
    assert "Synpunkt <b>med</b> tecken" in text
    assert "Region Uppsala" in text
    assert "/StructTreeRoot" in made.root_object
    assert as_person("region").get(path).status_code == 404


def test_many_comments_are_decided_on_a_page_at_a_time_and_what_was_typed_stays(
    as_person: SignIn, consultation: Consultation, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compilation_views, "PAGE_SIZE", 3)
    round_id = consultation.open(case, ASKED)
    for name in ("region", "uppsala"):
        consultation.answer(round_id, name, *(f"{name} {number}" for number in range(4)))
    consultation.close(round_id)
    secretary, path = as_person("secretary"), f"/consultations/{round_id}/dispositions"

    def shown(page: str) -> list[str]:
        return re.findall(r'<textarea[^>]* name="reason_([^"]+)"', page)

    pages = [shown(secretary.get(f"{path}?page={number}").text) for number in (1, 2, 3)]
    assert [len(keys) for keys in pages] == [3, 3, 2]
    assert len({key for keys in pages for key in keys}) == 8
    assert shown(secretary.get(f"{path}?page=99").text) == pages[2]
    assert shown(secretary.get(f"{path}?page=0").text) == pages[0]
    first, second, _third = pages[0]
    blank = dict.fromkeys((f"reason_{key}" for key in pages[0]), "")
    refused = secretary.post(
        path,
        data=blank | {f"verdict_{first}": "followed", f"reason_{second}": "Halv", "page": "1", "go": "2"},
    )
    assert refused.status_code == 422
    assert shown(refused.text) == pages[0]
    assert "Halv</textarea>" in refused.text
    assert 'value="followed" checked' in refused.text
    filled = {f"verdict_{key}": "followed" for key in pages[0]} | {
        f"reason_{key}": "Skäl" for key in pages[0]
    }
    moved = secretary.post(path, data=filled | {"page": "1", "go": "2"})
    assert shown(secretary.get(moved.location).text) == pages[1]
    # The button beside a comment leads to the next that waits, on whichever page it is.
    onward = secretary.post(
        path, data={f"verdict_{pages[1][2]}": "partly", f"reason_{pages[1][2]}": "S", "after": pages[1][2]}
    )
    assert shown(secretary.get(onward.location).text) == pages[2]
    left = secretary.get(f"{path}?only=undecided").text
    waiting = shown(left)
    assert f'name="after" value="{waiting[-1]}">Spara och visa nästa sida' in left
    assert waiting == [*pages[1][:2], pages[2][0]]


def _text(content: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def _attached(content: bytes) -> str:
    return "".join(
        data.decode() for files in PdfReader(io.BytesIO(content)).attachments.values() for data in files
    )


def test_whoever_was_asked_gets_printed_what_they_may_see_and_no_more(
    as_person: SignIn, consultation: Consultation, case: str, engine: Engine
) -> None:
    round_id = consultation.open(case, ASKED)
    consultation.answer(round_id, "region", "Skånes ord till rådet", tier="council")
    consultation.answer(round_id, "uppsala", "Uppsalas ord till alla", tier="participants")
    path = f"/consultations/{round_id}/compilation.pdf"
    assert as_person("uppsala").get(path).status_code == 404, "the round is open"
    consultation.close(round_id)
    made = {}
    for name in ("region", "uppsala", "expert"):
        assert as_person(name).get(path).status_code == 202
        assert jobs.work(engine, HANDLERS, lambda: START)
        made[name] = as_person(name).get(path).data
    assert "Skånes ord" in _text(made["region"])
    assert "Skånes ord" in _attached(made["region"])
    for name in ("uppsala", "expert"):
        assert "Skånes ord" not in _text(made[name]) + _attached(made[name])
    for content in made.values():
        assert "Uppsalas ord" in _text(content)
        assert "Remissinstanser" not in _text(content)
    # Nobody who was not asked has the page or makes a job.
    assert as_person("kalmar").get(path).status_code == 404
    assert not jobs.work(engine, HANDLERS, lambda: START)


def test_what_is_printed_for_one_reader_is_shown_to_nobody_else_by_the_database(
    as_person: SignIn, consultation: Consultation, case: str, engine: Engine, web_engine: Engine
) -> None:
    round_id = consultation.open(case, ASKED)
    consultation.answer(round_id, "region", "Ord", tier="council")
    consultation.close(round_id)
    as_person("region").get(f"/consultations/{round_id}/compilation.pdf")
    seen = {}
    for name in ("region", "uppsala", "expert", "secretary", "member", "auditor"):
        acting.become(consultation.office.people[name], FIRST_DAY)
        with web_engine.connect() as connection:
            seen[name] = connection.exec_driver_sql("SELECT count(*) FROM job").scalar()
    acting.forget()
    assert seen == {"region": 1, "uppsala": 0, "expert": 0, "secretary": 0, "member": 0, "auditor": 0}


def test_a_worker_reads_for_somebody_only_until_the_job_is_done(
    consultation: Consultation, case: str, engine: Engine
) -> None:
    round_id = consultation.open(case, ASKED)
    consultation.answer(round_id, "region", "Skånes ord", tier="council")
    params = {"round": round_id, "language": "sv", "at": START.isoformat()}
    for person, closed in (("uppsala", False), ("kalmar", True)):
        if closed:
            consultation.close(round_id)
        with pytest.raises(OperationError):
            HANDLERS[OWN_KIND](engine, params | {"person": consultation.office.people[person]})
    with engine.connect() as connection:
        acting.until_the_end(connection, consultation.office.people["uppsala"], FIRST_DAY)
        own = connection.exec_driver_sql("SELECT count(*) FROM consultation_reply").scalar()
        connection.rollback()
        every = connection.exec_driver_sql("SELECT count(*) FROM consultation_reply").scalar()
    assert (own, every) == (0, 1)


# --- who declares for the case ----------------------------------------------------------------------

TIE = {
    "answer": "something",
    "rows": "2",
    "tie0-kind": "relation",
    "tie0-description": "Min bror är anställd.",
}


@pytest.mark.parametrize("name", ["region", "expert", "patient"])
def test_whoever_is_asked_declares_for_the_case_and_a_conflict_keeps_them_from_answering(
    as_person: SignIn, consultation: Consultation, case: str, name: str
) -> None:
    asked = (*ASKED, "Patientföreningen Åsnan")
    round_id = consultation.open(case, asked)
    client, path = as_person(name), f"/cases/{case}/interests"
    undeclared = "Du har inte gjort det för det här ärendet"
    round_page = client.get(f"/consultations/{round_id}").text
    assert undeclared in round_page
    assert path in round_page
    assert client.get(path).status_code == 200
    assert client.post(path, data={"answer": "nothing", "rows": "2"}).status_code == 302
    assert undeclared not in client.get(f"/consultations/{round_id}").text
    assert client.post(path, data=TIE).status_code == 302
    # What is declared blocks until it is decided, says why, and shows nothing of the round.
    for tail in ("", "/answer"):
        blocked = client.get(f"/consultations/{round_id}{tail}")
        assert blocked.status_code == 403
        assert "Det du har uppgett berör det här ärendet" in blocked.text
        assert "Hur påverkas vården" not in blocked.text
    sent = {"do": "no_comment", "organisation": consultation.organisation_of(name)}
    assert client.post(f"/consultations/{round_id}/answer", data=sent).status_code == 403
    assert case in client.get("/consultations").text
    # The secretariat finds that there is none; then the answer is taken.
    decide(consultation.office, case, name, conflict=False)
    assert client.post(f"/consultations/{round_id}/answer", data=sent).status_code == 302
    assert consultation.office.actor(name).name in as_person("secretary").get(path).text
    decide(consultation.office, case, name, conflict=True)
    told = client.get(f"/consultations/{round_id}")
    assert told.status_code == 403
    assert "Beslutat av Secretary" in told.text


def test_a_declaration_for_a_case_is_for_who_sees_it_or_is_asked_about_it(
    as_person: SignIn, consultation: Consultation, case: str
) -> None:
    consultation.open(case, ASKED)
    prepared = consultation.office.open()
    consultation.prepare(prepared, ("Patientföreningen Åsnan",))
    patient = as_person("patient")
    for number in (case, prepared, "NT-2026-9999", "%00"):
        assert patient.get(f"/cases/{number}/interests").status_code == 404
        assert patient.post(f"/cases/{number}/interests", data=TIE).status_code == 404
    assert as_person("company").get(f"/cases/{case}/interests").status_code == 404


def test_a_conflict_keeps_one_person_from_answering_and_nobody_else(
    consultation: Consultation, case: str, web_engine: Engine
) -> None:
    round_id = consultation.open(case, ASKED)
    consultation.draft(round_id, "uppsala", "Ett utkast")
    declare(consultation.office, "uppsala", {"kind": "relation", "description": "Min bror."}, number=case)
    with pytest.raises(ConsultationError) as refusal:
        consultation.no_comment(round_id, "uppsala")
    assert refusal.value.reason.code == "possible_conflict"
    # Neither does the database show anything of the round.
    acting.become(consultation.office.people["uppsala"], FIRST_DAY)
    with web_engine.connect() as connection:
        seen = {
            connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
            for table in ("consultation", "consultation_question", "consultation_draft", "consultation_reply")
        }
        others = connection.exec_driver_sql(
            "SELECT count(*) FROM asked_in_rounds(%s, %s)",
            (consultation.office.people["region"], FIRST_DAY),
        ).scalar()
    acting.forget()
    assert seen == {0}
    assert others == 0, "it answers of oneself alone"
    consultation.no_comment(round_id, "region")


def test_a_conflict_hides_every_part_of_a_round_in_the_database_also_from_the_council(
    consultation: Consultation, case: str, web_engine: Engine
) -> None:
    furnish(consultation.office)
    tables = (
        "consultation", "consultation_question", "consultation_document", "consultation_extension",
        "consultation_answer", "consultation_reply", "consultation_attachment", "consultation_disposition",
    )  # fmt: skip

    def seen() -> list[bool]:
        acting.become(consultation.office.people["member"], FIRST_DAY)
        try:
            with web_engine.connect() as connection:
                return [
                    bool(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar())
                    for table in tables
                ]
        finally:
            acting.forget()

    assert seen() == [True] * len(tables)
    declare(consultation.office, "member", {"kind": "relation", "description": "Min bror."}, number=case)
    assert seen() == [False] * len(tables)


def test_every_page_works_in_both_languages(as_person: SignIn, consultation: Consultation, case: str) -> None:
    """A translation that asks for a value it does not get would fail here."""
    made = furnish(consultation.office)
    paths = [
        "", "/new", f"/drafts/{made['draft_id']}", f"/{made['round_id']}", f"/{made['closed_id']}",
        f"/{made['closed_id']}/compilation", f"/{made['closed_id']}/regions", f"/{made['closed_id']}/dispositions",
        f"/cases/{made['case_number']}",
    ]  # fmt: skip
    for language in ("sv", "en"):
        for who in ("secretary", "region"):
            client = as_person(who)
            client.post("/language", data={"language": language})
            more = [f"/{made['round_id']}/answer", f"/{made['closed_id']}/answer"] if who == "region" else []
            for path in [*paths, *more]:
                page = client.get(f"/consultations{path}")
                hidden = who == "region" and re.search("new|drafts|dispositions", path)
                assert page.status_code == (404 if hidden else 200), path
                assert f'<html lang="{language}"' in page.text
    assert FIRST_DAY < LAST_DAY
