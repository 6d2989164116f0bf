"""The public site: what is published and nothing else, the same for everyone, and cacheable."""

from __future__ import annotations

import json
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient

from nt_process.recommendations import publishing
from tests.features.recommendations.world import Draft, at_meeting, printed_by_hand, publish
from tests.world import START, Office, sign_in

LATER = START + timedelta(hours=3)
PAGES = (
    "/public/sv/", "/public/en/", "/public/sv/feed.atom", "/public/sv/feed.json", "/public/sv/recommendations.json",
    "/public/sv/recommendations.csv", "/public/sv/cases", "/public/sv/cases.json", "/public/sv/cases.csv",
    "/public/sv/meetings", "/public/sv/times", "/public/sv/about", "/public/sv/accessibility",
    "/public/sv/catalogue.jsonld", "/public/sv/sitemap.xml",
)  # fmt: skip
FILTERS = ("?q=publicin", "?outcome=can", "?standing=in_force", "?kind=final&q=nt-2026")


@pytest.fixture
def public(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def signed(office: Office) -> Draft:
    draft = Draft(office, at_meeting(office, medicine="Publicin", substance="publicinum"))
    return draft.signed(LATER)


def everything(public: FlaskClient, draft: Draft) -> dict[str, tuple[int, bytes]]:
    """Each address that could tell of a recommendation, with what it answers."""
    slug, number = draft.slug, draft.number
    own = (
        f"/public/sv/recommendations/{slug}",
        f"/public/sv/recommendations/{slug}.pdf",
        f"/public/sv/cases/{number}",
    )
    paths = (*PAGES, *(f"/public/sv/{one}" for one in FILTERS), *own)
    answers = {path: public.get(path) for path in paths}
    return {
        path: (answer.status_code, answer.data + repr([answer.headers.get(name) for name in ("ETag", "Last-Modified")]).encode())
        for path, answer in answers.items()
    }  # fmt: skip


def test_nothing_of_it_is_public_a_second_before_and_all_of_it_then(
    office: Office, public: FlaskClient, signed: Draft
) -> None:
    printed_by_hand(office)
    before = everything(public, signed)
    publishing.publish_due(office.engine, LATER - timedelta(seconds=1))
    assert everything(public, signed) == before
    assert not [path for path, (_, body) in before.items() if b"kan anv\xc3\xa4ndas f\xc3\xb6r vuxna" in body]
    slug = signed.slug
    publishing.publish_due(office.engine, LATER)
    after = everything(public, signed)
    told = {path for path in after if after[path] != before[path]}
    assert {"/public/sv/", "/public/sv/feed.atom", "/public/sv/feed.json", "/public/sv/recommendations.json",
            "/public/sv/recommendations.csv", "/public/sv/sitemap.xml", f"/public/sv/recommendations/{slug}",
            f"/public/sv/recommendations/{slug}.pdf", f"/public/sv/cases/{signed.number}"} <= told  # fmt: skip
    assert after[f"/public/sv/recommendations/{slug}.pdf"][0] == 200


def test_that_something_is_drafted_or_signed_changes_no_public_answer(
    office: Office, public: FlaskClient
) -> None:
    draft = Draft(office, at_meeting(office, medicine="Publicin"))
    before = everything_of_case(public, draft.number)
    draft.signed(LATER)
    printed_by_hand(office)
    assert everything_of_case(public, draft.number) == before


def everything_of_case(public: FlaskClient, number: str) -> dict[str, bytes]:
    return {path: public.get(path).data for path in (*PAGES, f"/public/sv/cases/{number}")}


def test_every_answer_is_the_same_for_everyone_and_sets_no_cookie(
    app: Flask, office: Office, public: FlaskClient, signed: Draft
) -> None:
    publish(office, LATER)
    secretary = sign_in(app.test_client(), "secretary")
    slug = signed.slug
    for path in (
        *PAGES,
        f"/public/sv/recommendations/{slug}",
        f"/public/sv/cases/{signed.number}",
        "/public/sv/recommendations/finns",
    ):
        ours, theirs = public.get(path, headers={"Accept-Language": "en"}), secretary.get(path)
        assert ours.data == theirs.data, path
        if ours.status_code == 200:
            for answer in (ours, theirs):
                assert answer.headers["Cache-Control"] == "public, max-age=30"
                assert answer.headers["Vary"] == "Accept-Encoding", path
                assert "Set-Cookie" not in answer.headers, path


def test_who_has_an_answer_already_is_not_sent_it_again(
    office: Office, public: FlaskClient, signed: Draft
) -> None:
    publish(office, LATER)
    for path in (*PAGES, f"/public/sv/recommendations/{signed.slug}"):
        for encoding in ("", "gzip"):
            first = public.get(path, headers={"Accept-Encoding": encoding})
            again = public.get(
                path, headers={"Accept-Encoding": encoding, "If-None-Match": first.headers["ETag"]}
            )
            assert (again.status_code, again.data) == (304, b""), path
    dated = public.get("/public/sv/").headers["Last-Modified"]
    assert public.get("/public/sv/", headers={"If-Modified-Since": dated}).status_code == 304
    assert (
        public.get("/public/sv/", headers={"If-None-Match": '"x"', "If-Modified-Since": dated}).status_code
        == 200
    )


def test_the_list_is_searched_and_filtered(office: Office, public: FlaskClient, signed: Draft) -> None:
    publish(office, LATER)
    number = signed.number
    for query, many in {"": 1, "?q=PUBLICINUM": 1, f"?q={number}": 1, "?q=annat": 0, "?outcome=should": 0, "?outcome=can": 1,
                        "?standing=replaced": 0, "?outcome=can'--&q=": 1, f"?q={'x' * 5000}": 0}.items():  # fmt: skip
        answer = public.get(f"/public/sv/{query}")
        assert (answer.status_code, answer.text.count('class="card-title"')) == (200, many), query


def test_an_amendment_and_a_replacement_show_in_the_history(
    office: Office, public: FlaskClient, signed: Draft
) -> None:
    publish(office, LATER)
    amended = Draft(office, signed.number)
    amended.signed(LATER, earlier=signed.id, relation="amends")
    publish(office, LATER)
    assert "Replaced" not in public.get(f"/public/en/recommendations/{signed.slug}").text
    replacing = Draft(office, signed.number)
    replacing.signed(LATER, earlier=signed.id, relation="replaces")
    publish(office, LATER + timedelta(hours=1))
    page = public.get(f"/public/en/recommendations/{signed.slug}").text
    assert "has been replaced by a later one" in page
    for slug in (amended.slug, replacing.slug):
        assert f"/public/en/recommendations/{slug}" in page


def test_a_case_tells_its_stages_and_its_time_and_comments_that_are_public(
    office: Office, public: FlaskClient
) -> None:
    number = office.open(at=START - timedelta(days=60), medicine="Pausastin")
    office.add_document("company", number, "application", START - timedelta(days=50))
    office.act("company", number, "submit_application", START - timedelta(days=50))
    office.act("secretary", number, "request_supplement", START - timedelta(days=40), request="Hemligt skäl.")
    page = public.get(f"/public/sv/cases/{number}").text
    assert "Hemligt skäl" not in page
    assert "Paus" in page
    case = json.loads(public.get("/public/sv/cases.json").text)["cases"][0]
    # While it waited for the application and while it was examined the council had the move.
    assert (case["gross_days"], case["net_days"]) == (60, 20)
    assert [stay["days"] for stay in case["timeline"]] == [10, 10, 40]
    assert [stay["pause"] for stay in case["timeline"]] == [False, False, True]


def test_feeds_and_downloads_can_be_read(office: Office, public: FlaskClient, signed: Draft) -> None:
    publish(office, LATER)
    atom = ET.fromstring(public.get("/public/sv/feed.atom").data)  # noqa: S314 - our own
    entry = atom.find("{http://www.w3.org/2005/Atom}entry")
    assert entry is not None
    assert entry.findtext("{http://www.w3.org/2005/Atom}title") == "Publicin: Kan användas"
    feed = json.loads(public.get("/public/sv/feed.json").text)
    assert [item["date_published"] for item in feed["items"]] == ["2026-01-07T12:00:00Z"]
    table = public.get("/public/sv/recommendations.csv").data.decode("utf-8-sig").splitlines()
    assert table[0].startswith("slug;case_number;kind")
    assert table[1].startswith(f"{signed.slug};{signed.number};final;can;Publicin")
    catalogue = json.loads(public.get("/public/sv/catalogue.jsonld").text)
    there = {
        found["dcat:downloadURL"]["@id"]
        for one in catalogue["dcat:dataset"]
        for found in one["dcat:distribution"]
    }
    assert "http://127.0.0.1:8080/public/sv/recommendations.csv" in there
    assert f"/public/sv/recommendations/{signed.slug}</loc>" in public.get("/public/sv/sitemap.xml").text


@pytest.mark.parametrize("path", ["/public/sv/recommendations/nt-2026-0001-1", "/public/sv/recommendations/x.pdf",
                                  "/public/sv/cases/NT-2026-9999", "/public/sv/cases/%27", "/public/de/"])  # fmt: skip
def test_what_is_not_public_is_not_there(public: FlaskClient, office: Office, path: str) -> None:
    assert public.get(path).status_code == 404
