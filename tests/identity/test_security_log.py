"""What the log says of who proved who they are and of who was refused: enough to follow it, and nothing typed."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from structlog.testing import capture_logs

from nt_process.infra.logging import ALLOWED_KEYS
from tests.browser.server import Clock
from tests.identity.test_second_factor import enrol
from tests.world import PASSWORD, Office, sign_in


def proofs(logs: Any) -> list[tuple[object, ...]]:
    return [
        (line["event"], line["kind"], line.get("error"), line["person"])
        for line in logs
        if line["event"] in ("proved", "proof_refused")
    ]


def test_every_way_of_proving_who_one_is_stands_in_the_log(office: Office, app: Flask, clock: Clock) -> None:
    me = office.people["secretary"]
    authenticator, codes = enrol(sign_in(app.test_client(), "secretary"), clock)
    client = app.test_client()
    with capture_logs() as logs:
        sign_in(client, "secretary")
        client.post("/sign-in", data={"code": "000000"})
        client.post("/sign-in", data={"code": authenticator.at(clock.instant)})
        client.post("/account/security/confirm", data={"code": codes[0]})
        client.post("/account/security/confirm", data={"passkey": "{}"})
    assert proofs(logs) == [
        ("proved", "password", None, me),
        ("proof_refused", "code", "wrong", me),
        ("proved", "code", None, me),
        ("proved", "code", None, me),
        ("proof_refused", "passkey", "wrong", me),
    ]
    assert all(line["address"] == "127.0.0.1" and line["request_id"] for line in logs if "kind" in line)


def test_tries_on_one_account_are_known_as_such_without_its_name(office: Office, app: Flask) -> None:
    client = app.test_client()
    with capture_logs() as logs:
        for email in ("nobody@prov.example", " NOBODY@prov.example", "region@prov.example"):
            client.post("/sign-in", data={"email": email, "password": "hemligt ord"})
    names = [person for _event, _kind, _error, person in proofs(logs)]
    assert names[0] == names[1] != names[2]
    assert "prov.example" not in str(logs)
    assert "hemligt" not in str(logs)


def test_who_waits_for_too_many_tries_stands_in_the_log(office: Office, app: Flask) -> None:
    client = app.test_client()
    with capture_logs() as logs:
        for _ in range(6):
            client.post("/sign-in", data={"email": "company@prov.example", "password": "fel"})
    assert [line[2] for line in proofs(logs)] == ["wrong"] * 5 + ["too_many"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/administration/people", 404),
        ("GET", "/cases/NT-2026-9999", 404),
        ("POST", "/administration/people/new", 404),
        ("GET", "/api/v1/cases", 401),
    ],
)
def test_who_asks_for_what_is_not_theirs_stands_in_the_log(
    office: Office, app: Flask, method: str, path: str, status: int
) -> None:
    client = sign_in(app.test_client(), "company")
    with capture_logs() as logs:
        assert client.open(path, method=method).status_code == status
    (line,) = [line for line in logs if line["event"] == "request_refused"]
    assert (line["status"], line["method"], line["address"]) == (status, method, "127.0.0.1")
    assert line["person"] == ("" if status == 401 else office.people["company"])
    assert line["endpoint"]


def test_a_form_from_elsewhere_stands_in_the_log(office: Office, app: Flask) -> None:
    client = sign_in(app.test_client(), "company")
    app.config["WTF_CSRF_ENABLED"] = True
    with capture_logs() as logs:
        client.post("/account", data={"language": "en", "mail": "each"})
    assert [line["status"] for line in logs if line["event"] == "request_refused"] == [400]


def test_an_ordinary_day_leaves_no_line_of_refusal(office: Office, app: Flask) -> None:
    client = sign_in(app.test_client(), "company")
    with capture_logs() as logs:
        client.get("/account")
        client.get("/finns-inte")
        client.post("/sign-in", data={"email": "", "password": PASSWORD})
    assert [line for line in logs if line["event"] == "request_refused"] == []


def test_whatever_is_logged_of_a_proof_gets_out(office: Office, app: Flask) -> None:
    with capture_logs() as logs:
        sign_in(app.test_client(), "company")
        app.test_client().get("/api/v1/cases")
    keys = {key for line in logs for key in line} - {"log_level"}
    assert keys <= ALLOWED_KEYS
