"""The pages of a meeting: each reads what is theirs, conflicts are left out, the way from agenda to closed minutes."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from pypdf.generic import Destination

from nt_process.cases import documents
from nt_process.council import printing
from nt_process.infra import jobs
from nt_process.infra.uploads import Judged
from nt_process.interests import service as interests
from tests.features.council.world import HELD, LATER, MEETING, Council, in_council
from tests.world import FIRST_DAY, PDF, START, sign_in

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def browser(app: Flask, council: Council) -> Browser:
    assert council.id
    return lambda name: sign_in(app.test_client(), name)


def test_each_reads_what_is_theirs_of_a_published_agenda(council: Council, browser: Browser) -> None:
    own = in_council(council.office)
    rivals = in_council(council.office, company_id=council.office.rival_id, medicine="Rivalin")
    council.add(own)
    council.add(rivals, "presentation")
    council.add_other("Öppen fråga")
    council.add_other("Sluten fråga", is_public="")
    names = (
        "secretary",
        "member",
        "manager",
        "auditor",
        "region",
        "company",
        "rival",
        "tlv",
        "administrator",
    )
    clients = {name: browser(name) for name in names}

    def seen() -> dict[str, object]:
        pages = {name: client.get(f"/meetings/{council.id}/agenda") for name, client in clients.items()}
        words = (own, "Rivalin", "Öppen fråga", "Sluten fråga")
        return {
            name: tuple(word in page.text for word in words) if page.status_code == 200 else page.status_code
            for name, page in pages.items()
        }

    absent: dict[str, object] = dict.fromkeys(names, 404)
    assert seen() == absent | {"secretary": (True, True, True, True)}
    council.publish()
    every = dict.fromkeys(("secretary", "member", "manager", "auditor"), (True, True, True, True))
    assert seen() == absent | every | {
        "region": (True, True, True, False),
        "company": (True, False, False, False),
        "rival": (False, True, False, False),
        # Nobody has asked TLV in either case.
        "tlv": (False, False, False, False),
    }
    assert "09:30" not in clients["company"].get(f"/meetings/{council.id}/agenda").text
    assert "09:30" in clients["rival"].get(f"/meetings/{council.id}/agenda").text
    assert f"/meetings/{council.id}/agenda" in clients["company"].get(f"/cases/{own}").text


def test_tlv_sees_its_presentations_and_nothing_else(council: Council, browser: Browser) -> None:
    number = council.office.open("forman")
    council.add(number, "presentation")
    other = council.office.open("forman", medicine="Annatin")
    council.add(other)
    council.publish()
    page = browser("tlv").get(f"/meetings/{council.id}/agenda").text
    assert number in page
    assert "Annatin" not in page


def test_the_agenda_is_built_and_bad_input_is_told_at_its_field(council: Council, browser: Browser) -> None:
    number, secretary = in_council(council.office), browser("secretary")
    base = f"/meetings/{council.id}/agenda"
    assert number in secretary.get(f"{base}/build").text
    assert secretary.post(f"{base}/add", data={"number": number, "kind": "decision"}).status_code == 302
    assert secretary.post(f"{base}/add", data={"number": number, "kind": "decision"}).status_code == 409
    for bad in ("", "NT-2026-9999", "\x00", "x" * 100_000, "å"):
        answer = secretary.post(f"{base}/add", data={"number": bad, "kind": "decision"})
        assert answer.status_code == 422, bad[:20]
        assert "number-error" in answer.text
    for field, bad in (
        ("title", ""),
        ("title", "\x00"),
        ("minutes", "-1"),
        ("minutes", "10**6"),
        ("kind", "nej"),
    ):
        typed = {"title": "Läget", "kind": "information", "minutes": "15"} | {field: bad}
        answer = secretary.post(f"{base}/add-other", data=typed)
        assert answer.status_code == 422, (field, bad)
    for bad in ("25:00", "", "nio", "09:61"):
        answer = secretary.post(f"{base}/starts", data={"starts": bad, "version": council.version})
        assert answer.status_code == 422, bad
        assert "starts-error" in answer.text
    assert (
        secretary.post(f"{base}/starts", data={"starts": "23:45", "version": council.version}).status_code
        == 422
    )
    moved = secretary.post(f"{base}/starts", data={"starts": "10.15", "version": council.version})
    assert moved.status_code == 302
    assert "10:15" in secretary.get(base).text
    assert secretary.post(f"{base}/publish", data={"version": "0"}).status_code == 409
    assert secretary.post(f"{base}/publish", data={"version": council.version}).status_code == 302


def test_back_planning_is_shown_with_how_it_was_found(council: Council, browser: Browser) -> None:
    council.add(in_council(council.office))
    page = browser("secretary").get(f"/meetings/{council.id}/agenda").text
    # Ten working days before 19 March 2026.
    assert 'Samråd är avslutade: <time datetime="2026-03-05">' in page
    assert "10</td>" in page


def test_who_has_a_conflict_reads_nothing_of_the_item(council: Council, browser: Browser) -> None:
    secret, other = in_council(council.office), in_council(council.office, medicine="Annatin")
    add_document(council, secret, "Känsligt underlag")
    council.add(secret)
    council.add(other)
    council.publish()
    council.conflict("member", secret)
    council.everybody()
    council.decide(
        secret,
        said={"member": {"left": "09:00", "back": "09:40"}},
        outcome="Hemligt utfall",
        reasons="Hemliga skäl",
    )
    council.decide(other, taken_at="09:50", outcome="Öppet utfall")
    council.draft()
    member, base = browser("member"), f"/meetings/{council.id}"
    for page in ("agenda", "sitting", "minutes"):
        text = member.get(f"{base}/{page}").text
        assert "Hemlig" not in text, page
    assert "lämnar rummet" in member.get(f"{base}/agenda").text
    assert "Öppet utfall" in member.get(f"{base}/minutes").text
    assert "Hemligt utfall" in browser("cecilia").get(f"{base}/minutes").text
    texts = {name: material(council, browser(name)) for name in ("member", "cecilia")}
    assert "Känsligt underlag" in texts["cecilia"]
    assert "Känsligt underlag" not in texts["member"]
    assert "jävig" in texts["member"]


def add_document(
    council: Council, number: str, title: str, content: bytes = PDF, media_type: str = "application/pdf"
) -> None:
    """A document that has been examined, of the council's own."""
    judged, actor = Judged(media_type, examined=True), council.office.actor("secretary")
    documents.add(
        council.office.engine, actor, number, "other", title, "fil.pdf", content, START, judged=judged
    )


def material(council: Council, client: FlaskClient) -> str:
    return "\n".join(
        page.extract_text() for page in PdfReader(io.BytesIO(material_file(council, client))).pages
    )


def material_file(council: Council, client: FlaskClient) -> bytes:
    address = f"/meetings/{council.id}/agenda/material.pdf"
    assert client.get(address).status_code == 202
    assert jobs.work(council.office.engine, printing.HANDLERS, lambda: START)
    made = client.get(address)
    assert made.mimetype == "application/pdf"
    return made.data


def test_material_is_one_document_with_bookmarks(council: Council, browser: Browser) -> None:
    number = in_council(council.office)
    add_document(council, number, "Underlaget")
    add_document(council, number, "Tabell", b"a;b\n1;2\n", "text/csv")
    # What claims to be a PDF and cannot be read as one is said to be outside.
    add_document(council, number, "Trasig", b"%PDF-1.7 trasig")
    council.add(number)
    council.publish()
    document = PdfReader(io.BytesIO(material_file(council, browser("member"))))
    top = next(one for one in document.outline if isinstance(one, list))
    titles = [one.title for one in top if isinstance(one, Destination)]
    assert titles[0] == "Dagordning"
    assert number in str(titles[1])
    within = [one for one in top if isinstance(one, list)]
    assert [one.title for one in within[-1]] == ["Underlaget"]
    assert document.get_destination_page_number(within[-1][0]) == len(document.pages) - 1
    text = "".join(page.extract_text() for page in document.pages)
    assert text.count("öppnas i systemet") == 2
    assert document.metadata is not None
    assert "Provastin" not in str(document.metadata)


def test_the_secretary_sees_all_declarations_in_one_table(council: Council, browser: Browser) -> None:
    number = in_council(council.office)
    council.add(number)
    council.publish()
    council.conflict("member", number)
    interests.file_declaration(council.office.engine, council.maker("astrid"), "nothing", [], number)
    page = browser("secretary").get(f"/meetings/{council.id}/agenda/conflicts").text
    rows = dict(
        re.findall(r'<td class="card-title">(\w+)</td>\s*<td[^>]*><span[^>]*><span[^>]*>([^<]+)<', page)
    )
    assert rows["Member"] == "Jäv"
    assert rows["Astrid"] == "Inget att deklarera"
    assert rows["Bertil"] == "Har inte deklarerat för ärendet"
    assert f"/cases/{number}/interests" in browser("bertil").get(f"/meetings/{council.id}/agenda").text


def test_a_meeting_is_held_and_its_minutes_closed(council: Council, browser: Browser) -> None:  # noqa: PLR0915
    number, later = in_council(council.office), council.plan(LATER)
    council = council.plan(MEETING | {"day": FIRST_DAY.isoformat()})
    item, moved = council.add(number), council.add_other("Budget")
    council.publish()
    secretary, base = browser("secretary"), f"/meetings/{council.id}"
    people = council.office.people

    def attendance(**more: str) -> dict[str, str]:
        typed = {"began": "09:00", "ended": "11:00", "guests": "", "version": str(council.version)}
        for name, role in (("astrid", "chair"), ("bertil", "member"), ("cecilia", "member")):
            typed |= {f"p{people[name]}-role": role, f"p{people[name]}-came": "09:00"}
        return typed | {f"p{people['bertil']}-adjusts": "y"} | more

    wrong = secretary.post(f"{base}/sitting", data=attendance(**{f"p{people['astrid']}-came": "nio"}))
    assert wrong.status_code == 422
    assert "”nio” är inget klockslag" in wrong.text
    assert (
        secretary.post(
            f"{base}/sitting", data=attendance(**{f"p{people['bertil']}-role": "chair"})
        ).status_code
        == 422
    )
    assert secretary.post(f"{base}/sitting", data=attendance()).status_code == 302
    decided = {
        "outcome": "Rådet samverkar.",
        "reasons": "Stort behov.",
        "taken_at": "09:20",
        "way": "unanimous",
    }
    empty = secretary.post(
        f"{base}/sitting/items/{item}", data=decided | {"outcome": "", "version": council.version}
    )
    assert empty.status_code == 422
    assert "Stort behov." in empty.text
    assert (
        secretary.post(
            f"{base}/sitting/items/{item}", data=decided | {"version": council.version}
        ).status_code
        == 302
    )
    page = secretary.get(f"{base}/sitting/items/{item}").text
    assert 'value="select"' in page
    taken = secretary.post(f"{base}/sitting/items/{item}/take", data={"action": "select"})
    assert taken.status_code == 302
    assert "Stort behov." in browser("company").get(f"/cases/{number}").text
    postponed = {"meeting": later.id, "reasons": "Tiden räckte inte.", "version": council.version}
    assert secretary.post(f"{base}/sitting/items/{moved}/postpone", data=postponed).status_code == 302
    assert "Budget" in secretary.get(f"/meetings/{later.id}/agenda").text
    assert secretary.post(f"{base}/minutes/draft", data={"version": council.version}).status_code == 302
    minutes = secretary.get(f"{base}/minutes").text
    assert minutes.count("Rådet samverkar.") == 1
    assert "Punkten bordläggs till sammanträde 2/2026." in minutes
    edited = {f"body_{n}": f"Text {n}." for n in range(1, 5)}
    short = secretary.post(f"{base}/minutes/edit", data=edited | {"body_2": " ", "version": council.version})
    assert short.status_code == 422
    assert "body_2-error" in short.text
    assert (
        secretary.post(f"{base}/minutes/edit", data=edited | {"version": council.version}).status_code == 302
    )
    assert secretary.post(f"{base}/minutes/send", data={"version": council.version}).status_code == 302
    assert (
        browser("cecilia")
        .post(f"{base}/minutes/approve", data={"capacity": "chair", "sha256": council.sha256})
        .status_code
        == 409
    )
    for name, capacity in (("astrid", "chair"), ("bertil", "adjuster")):
        client = browser(name)
        found = re.search(r'name="sha256" value="([0-9a-f]{64})"', client.get(f"{base}/minutes").text)
        assert found is not None, name
        done = client.post(f"{base}/minutes/approve", data={"capacity": capacity, "sha256": found[1]})
        assert done.status_code == 302
    closed = secretary.get(f"{base}/minutes").text
    assert "protokollet godkänt" in closed
    assert secretary.post(f"{base}/minutes/draft", data={"version": council.version}).status_code == 409
    auditor = browser("auditor")
    assert auditor.get(f"{base}/minutes.pdf").status_code == 202
    assert jobs.work(council.office.engine, printing.HANDLERS, lambda: HELD)
    made = auditor.get(f"{base}/minutes.pdf")
    text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(made.data)).pages)
    assert "Text 2." in text
    assert "Astrid, ordförande" in text


def test_the_order_is_a_setting(council: Council, browser: Browser) -> None:
    council.add_other("Läget")
    secretary, address = browser("secretary"), f"/meetings/{council.id}/order"
    typed = {"quorum": "4", "consultation_days": "20", "assessment_days": "25", "material_days": "5"}
    assert secretary.post(address, data=typed | {"quorum": "0"}).status_code == 422
    assert secretary.post(address, data=typed).status_code == 302
    council.publish().everybody()
    assert council.one("SELECT quorum FROM council_agenda WHERE meeting_id = :id", id=council.id) == 4
