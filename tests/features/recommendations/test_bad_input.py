"""Whatever is sent to the forms of recommendations and to the public site, the answer is a sentence and nothing is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.features.recommendations.world import TEXT, Draft, at_meeting, one, publish
from tests.world import START, Office

WORST = (
    "\x00",
    "a\x00b",
    "x" * 100_000,
    "9" * 5000,
    "\u202egnp.exe",
    "0001-01-01",
    "2026-02-29",
    "٢٠٢٦",
    "'; --",
    "",
)
MEANT = {200, 302, 400, 404, 409, 413, 422}


@pytest.fixture
def draft(office: Office) -> Draft:
    draft = Draft(office, at_meeting(office)).begin()
    draft.write()
    return draft


def test_every_form_of_the_council_answers_in_words(
    as_person: Callable[[str], FlaskClient], office: Office, draft: Draft
) -> None:
    pages = {name: as_person(name) for name in ("secretary", "colleague", "member")}
    of_it = f"/recommendations/{draft.id}"
    forms = {
        f"/recommendations/new/{draft.number}": ("kind", "meeting", "earlier", "relation"),
        f"{of_it}/write": (*TEXT, "base"),
        f"{of_it}/versions/1/check": ("reason",),
        f"{of_it}/versions/1/approve": ("shown",),
        f"{of_it}/versions/1/sign": ("publish_on", "publish_clock", "shown"),
    }
    for (path, names), bad in product(forms.items(), WORST):
        for who in pages.values():
            answer = who.post(path, data=dict.fromkeys(names, bad))
            assert answer.status_code in MEANT, (path, bad[:20])
    texts = "SELECT count(*) FROM recommendation_text WHERE version > 1"
    assert one(office, texts) == 0
    for query in ("?a=9&b=x", f"?a={'9' * 40}", "?a=-1&b=0"):
        assert pages["secretary"].get(f"{of_it}/compare{query}").status_code == 200


def test_whoever_proves_who_they_are_comes_back_to_a_page_that_there_is(
    app: Flask, as_person: Callable[[str], FlaskClient], draft: Draft
) -> None:
    """To the page with the button, not to the address that only takes what is sent."""
    draft.approve()
    member, page = as_person("member"), f"/recommendations/{draft.id}"
    settings = app.extensions["nt_settings"]
    app.extensions["nt_settings"] = settings.model_copy(update={"fixed_now": START + timedelta(minutes=11)})
    typed = {"publish_on": "", "publish_clock": "", "shown": draft.file().text_hash}
    answer = member.post(
        f"{page}/versions/1/sign", data=typed, headers={"Referer": f"http://localhost{page}"}
    )
    back = parse_qs(urlsplit(answer.headers["Location"]).query)["next"]
    assert back == [page]
    assert member.get(back[0]).status_code == 200


def test_what_was_typed_stays_in_the_form(as_person: Callable[[str], FlaskClient], draft: Draft) -> None:
    typed = {**TEXT, "base": "1", "valid_to": "i vår", "summary": "En ny text"}
    answer = as_person("secretary").post(f"/recommendations/{draft.id}/write", data=typed)
    assert answer.status_code == 422
    for said in ("i vår", "En ny text", TEXT["effect"]):
        assert said in answer.text


def test_a_region_answers_in_its_own_name_alone(
    as_person: Callable[[str], FlaskClient], office: Office, draft: Draft
) -> None:
    draft.approve()
    draft.sign()
    publish(office)
    region, path = as_person("region"), f"/recommendations/{draft.id}/regions"
    for bad in (*WORST, "00000000-0000-4000-8000-000000000000"):
        answer = region.post(
            path, data={"willing": "yes", "follows": "yes", "comment": bad, "region": bad or "x"}
        )
        assert answer.status_code in {404, 422}, bad[:20]
    assert one(office, "SELECT count(*) FROM recommendation_answer") == 0
    assert region.post(path, data={"willing": "yes", "follows": "yes"}).status_code == 302


def test_the_public_site_takes_any_question(as_person: Callable[[str], FlaskClient], office: Office) -> None:
    anybody = as_person("secretary")
    for bad in WORST:
        for name in ("q", "outcome", "kind", "standing", "process", "phase"):
            for page in ("", "cases"):
                answer = anybody.get(f"/public/sv/{page}", query_string={name: bad})
                assert answer.status_code == 200
