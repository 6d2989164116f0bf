"""The register: what has come and been sent, by kind and number alone, in pages that follow on each other."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nt_process.public.register import entering, queries, texts
from nt_process.public.register.queries import Sought
from nt_process.public.register.rules import KINDS, After, read_after, read_year
from tests.features.public.world import ask, many
from tests.features.recommendations.world import Draft, at_meeting, publish
from tests.world import START, Office

# A busy machine is no fault of the rule.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture
def public(app: Flask) -> FlaskClient:
    return app.test_client()


def enter(office: Office) -> int:
    return entering.enter(office.engine, START)


def told(public: FlaskClient, query: str = "") -> list[dict[str, str]]:
    entries: list[dict[str, str]] = json.loads(public.get(f"/public/sv/register.json{query}").text)["entries"]
    return entries


def test_what_a_case_has_been_sent_is_there_by_number_day_and_kind(
    office: Office, public: FlaskClient
) -> None:
    number = at_meeting(office, medicine="Publicin", substance="publicinum")
    office.add_document("secretary", number, "other", START)
    enter(office)
    found = told(public)
    assert [one["number"] for one in found] == [f"{number}:2", f"{number}:1"]
    assert {one["kind"] for one in found} == {"application", "assessment_report"}
    assert {one["day"] for one in found} == {(START - timedelta(days=10)).date().isoformat()}
    assert "Publicin" in public.get("/public/sv/register").text
    assert enter(office) == 0


def test_nothing_that_was_typed_comes_along(office: Office, public: FlaskClient) -> None:
    number = at_meeting(office, medicine="Publicin", indication="Hemlig indikation")
    with office.engine.begin() as connection:
        connection.execute(sa.text("UPDATE document SET title = 'Hemlig titel', filename = 'hemligt.pdf'"))
    _request, _code = ask(office, wanted="Hemlig önskan", address="hemlig@lasare.example")
    enter(office)
    for path in (
        "/public/sv/register",
        "/public/sv/register.json",
        "/public/sv/register.csv",
        "/public/en/register",
    ):
        text = public.get(path).text
        assert number in text
        for typed in ("Hemlig indikation", "Hemlig titel", "hemligt.pdf", "Hemlig önskan", "hemlig@lasare"):
            assert typed not in text, (path, typed)


def test_a_recommendation_is_registered_when_it_is_public_and_not_before(
    office: Office, public: FlaskClient
) -> None:
    draft = Draft(office, at_meeting(office, medicine="Publicin")).signed(START + timedelta(hours=3))
    enter(office)
    before = told(public)
    publish(office, START + timedelta(hours=3))
    enter(office)
    assert [one["kind"] for one in told(public)[: len(told(public)) - len(before)]] == ["recommendation"]
    assert draft.number


def test_requests_and_their_answers_are_in_it(office: Office, public: FlaskClient) -> None:
    ask(office)
    ask(office, START + timedelta(days=1))
    enter(office)
    found = told(public)
    assert [(one["number"], one["case_number"]) for one in found] == [
        ("B 2026-0002:1", ""),
        ("B 2026-0001:1", ""),
    ]
    assert {one["counterpart"] for one in found} == {"den som frågar"}


def test_pages_follow_on_each_other_and_hold_everything_once(office: Office, public: FlaskClient) -> None:
    for number in range(7):
        ask(office, START - timedelta(days=number // 2))
    enter(office)
    seen: list[object] = []
    after: After | None = None
    with office.engine.connect() as connection:
        for _page in range(10):
            page = queries.entries(connection, Sought(), after, 2)
            assert len(page.rows) <= 2
            seen += [row["id"] for row in page.rows]
            if (after := page.after) is None:
                break
        ordered = [row["id"] for row in queries.entries(connection, Sought(), None, 100).rows]
    assert seen == ordered
    assert len(seen) == len(set(seen)) == 7


def test_it_is_searched_and_filtered(office: Office, public: FlaskClient) -> None:
    one, other = (at_meeting(office, medicine=name) for name in ("Publicin", "Annatin"))
    enter(office)
    for query, numbers in {
        "?q=PUBLICIN": {one}, f"?q={other}": {other}, f"?case={one}": {one}, "?q=100%25": set(), "?q=_": set(),
        "?kind=application": {one, other}, "?kind=finns-inte": {one, other}, "?year=2025": {one, other},
        "?year=1999": {one, other},
        "?year=2019": set(), "?after=skräp": {one, other}, "?q=%00": {one, other}, f"?q={'x' * 5000}": set(),
    }.items():  # fmt: skip
        assert {found["case_number"] for found in told(public, query)} == numbers, query
        assert public.get(f"/public/sv/register{query}").status_code == 200


def test_a_state_that_is_not_told_hides_the_case(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    number = at_meeting(office, medicine="Publicin")
    enter(office)
    [state] = many(office, "SELECT process || ' ' || workflow_version || ' ' || state FROM cases")
    monkeypatch.setattr(queries, "untold", lambda _workflows: [state])
    with office.engine.connect() as connection:
        assert queries.entries(connection, Sought(case=number), None).rows == []


def test_every_kind_has_a_name_in_both_languages(app: Flask) -> None:
    with app.test_request_context("/public/sv/"):
        for kind, (way, counterpart) in KINDS.items():
            assert texts.kind_name(kind, "en")
            assert str(texts.WAY_NAMES[way])
            assert str(texts.COUNTERPART_NAMES[counterpart])


def test_every_kind_that_can_be_entered_is_known(office: Office) -> None:
    from nt_process.engine.definition import DOCUMENT_KINDS

    assert set(DOCUMENT_KINDS) <= set(KINDS)


@patient
@given(st.dates(), st.integers(0, 10**17))
def test_where_a_page_goes_on_is_read_as_it_was_written(day: date, number: int) -> None:
    assert read_after(str(After(day, number))) == After(day, number)


@patient
@given(st.text(max_size=40))
def test_whatever_stands_in_the_address_is_read_or_left(text: str) -> None:
    found = read_after(text)
    assert found is None or isinstance(found, After)
    assert read_year(text) is None or 2000 <= int(text) <= 2199
