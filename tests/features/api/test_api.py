"""The API keeps its contract: shapes, the four refusals, repetition, and the same rights as the pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from nt_process.identity import service as identity
from tests.world import START, Office

# An answer of the API; its `json` is whatever the operation says.
Call = Callable[..., Any]


@pytest.fixture
def api(app: Flask, office: Office) -> Callable[[str], Call]:
    """Call the API as one of the office's people, with a token of theirs."""

    def as_person(name: str) -> Call:
        with office.engine.begin() as connection:
            token = identity.create_token(connection, office.people[name], START)
        client: FlaskClient = app.test_client()

        def call(method: str, path: str, headers: dict[str, str] | None = None, **more: object) -> Any:
            sent = {"Authorization": f"Bearer {token}", **(headers or {})}
            return client.open(f"/api/v1{path}", method=method, headers=sent, **more)  # type: ignore[arg-type]

        return call

    return as_person


def test_a_case_has_what_the_contract_promises(api: Callable[[str], Call], office: Office) -> None:
    number = office.open()
    listed = api("secretary")("GET", "/cases").json
    assert listed["total"] == 1
    promised = {
        "number", "process", "workflow_version", "state", "version", "medicine", "substance", "company", "owner",
        "next_due", "clocks",
    }  # fmt: skip
    assert promised <= listed["items"][0].keys()
    one = api("secretary")("GET", f"/cases/{number}")
    assert one.json == listed["items"][0]
    assert one.headers["ETag"] == f'"{one.json["version"]}"'


def test_actions_tell_whether_and_why_not(api: Callable[[str], Call], office: Office) -> None:
    number = office.open()
    offered = {one["action"]: one for one in api("company")("GET", f"/cases/{number}/actions").json}
    assert offered["submit_application"]["allowed"] is False
    assert [reason["code"] for reason in offered["submit_application"]["reasons"]] == ["needs_document"]
    assert offered["await_application"]["reasons"][0]["code"] == "wrong_role"


def test_taking_an_action_and_every_way_it_is_refused(api: Callable[[str], Call], office: Office) -> None:
    number = office.open()
    call, path = api("secretary"), f"/cases/{number}/actions/await_application"
    version = office.version(number)
    assert call("POST", path, json={}).status_code == 428
    assert call("POST", path, {"If-Match": "abc"}, json={}).status_code == 400
    assert call("POST", path, {"If-Match": f'"{version - 1}"'}, json={}).status_code == 409
    assert (
        call(
            "POST", path, {"If-Match": f'"{version}"'}, data="{", content_type="application/json"
        ).status_code
        == 422
    )
    assert call("POST", path, {"If-Match": f'"{version}"'}, json={"colour": 1}).status_code == 422
    refused = call("POST", f"/cases/{number}/actions/discontinue", {"If-Match": f'"{version}"'}, json={})
    assert (refused.status_code, [r["code"] for r in refused.json["reasons"]]) == (403, ["input_missing"])
    assert refused.content_type == "application/problem+json"
    assert call("POST", "/cases/NT-2026-0999/actions/x", {"If-Match": "1"}, json={}).status_code == 404
    done = call("POST", path, {"If-Match": f'"{version}"', "Idempotency-Key": "k"}, json={})
    assert (done.status_code, done.json["state"], done.json["version"]) == (
        200,
        "awaiting_application",
        version + 1,
    )
    again = call("POST", path, {"If-Match": f'"{version}"', "Idempotency-Key": "k"}, json={})
    assert (again.status_code, again.json) == (200, done.json)
    other = call(
        "POST",
        f"/cases/{number}/actions/make_dormant",
        {"If-Match": f'"{version + 1}"', "Idempotency-Key": "k"},
        json={},
    )
    assert other.status_code == 422


def test_a_rival_learns_nothing(api: Callable[[str], Call], office: Office) -> None:
    number = office.open()
    rival = api("rival")
    assert rival("GET", "/cases").json == {"items": [], "total": 0}
    for path in ("", "/actions", "/clocks", "/events"):
        mine, missing = rival("GET", f"/cases/{number}{path}"), rival("GET", f"/cases/NT-2026-0777{path}")
        assert mine.status_code == missing.status_code == 404
        assert {**mine.json, "request_id": ""} == {**missing.json, "request_id": ""}


def test_outside_the_council_no_names_notes_or_unshared_inputs(
    api: Callable[[str], Call], office: Office
) -> None:
    from nt_process.cases import service

    number = office.open()
    service.add_note(office.engine, office.people["secretary"], number, "INTERN-KANARIEFÅGEL", START)
    text = api("company")("GET", f"/cases/{number}/events").get_data(as_text=True)
    assert "KANARIE" not in text
    # The case officer is named, as on the case itself; nobody is as the one who did something.
    assert text.count("Secretary") == 1
    assert '"value":"Secretary"' in text
    assert "KANARIE" in api("member")("GET", f"/cases/{number}/events").get_data(as_text=True)


def test_a_cookie_opens_nothing_and_a_bad_token_is_refused(
    app: Flask, as_person: Callable[[str], FlaskClient]
) -> None:
    assert as_person("secretary").get("/api/v1/cases").status_code == 401
    for header in ("", "Bearer", "Bearer wrong", "Basic abc", "Bearer " + "x" * 5000, "Bearer åäö"):
        assert app.test_client().get("/api/v1/cases", headers={"Authorization": header}).status_code == 401


def test_the_document_names_every_operation(api: Callable[[str], Call]) -> None:
    document = api("auditor")("GET", "/openapi.json").json
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) >= {
        "/api/v1/cases",
        "/api/v1/cases/{number}",
        "/api/v1/cases/{number}/actions",
        "/api/v1/cases/{number}/actions/{action}",
        "/api/v1/cases/{number}/clocks",
        "/api/v1/cases/{number}/events",
    }


def test_the_report_is_the_same_for_the_same_past_day_and_kept_from_companies(
    api: Callable[[str], Call], office: Office
) -> None:
    office.open()
    first = api("manager")("GET", "/reports/deadlines?as_of=2026-01-06")
    assert (first.status_code, first.data) == (
        200,
        api("auditor")("GET", "/reports/deadlines?as_of=2026-01-06").data,
    )
    refused = api("manager")("GET", "/reports/deadlines?as_of=2026-02-30&from=x")
    assert (refused.status_code, [fault["where"] for fault in refused.json["faults"]]) == (
        422,
        ["as_of", "from"],
    )
    assert api("company")("GET", "/reports/deadlines").status_code == 403


def test_a_parameter_that_is_not_asked_for_is_refused(api: Callable[[str], Call], office: Office) -> None:
    number, call = office.open(), api("secretary")
    for tail in ("?limit=1", "/actions?x=1", "/clocks?x=1", "/events?x=1"):
        assert call("GET", f"/cases/{number}{tail}").status_code == 422, tail


def test_a_case_is_read_as_it_was_when_a_past_day_ended(api: Callable[[str], Call], office: Office) -> None:
    yesterday = START - timedelta(days=1)
    number, call = office.open(at=yesterday), api("secretary")
    office.act("secretary", number, "await_application")
    path = f"/cases/{number}?as_of="
    assert call("GET", f"/cases/{number}").json["state"] == "awaiting_application"
    assert call("GET", f"{path}{yesterday.date()}").json["state"] == "horizon"
    assert call("GET", f"{path}{START.date()}").json["state"] == "awaiting_application"
    assert call("GET", f"{path}{(yesterday - timedelta(days=1)).date()}").status_code == 404
    for day in (str((START + timedelta(days=1)).date()), "abc"):
        assert call("GET", f"{path}{day}").status_code == 422, day
