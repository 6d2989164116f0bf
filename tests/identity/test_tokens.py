"""Tokens of the API: made after a new proof, for a year at most, and ended with what they were made by."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from nt_process.identity import links, register, service
from nt_process.identity.history import By
from tests.browser.server import Clock
from tests.world import PASSWORD, START, Office, sign_in

NEW = "krita hink moln sjutton"
TOKEN = re.compile(r'value="(nt_[^"]+)"')


def opens(app: Flask, token: str) -> bool:
    headers = {"Authorization": f"Bearer {token}"}
    return app.test_client().get("/api/v1/cases", headers=headers).status_code == 200


@pytest.fixture
def client(app: Flask, office: Office) -> FlaskClient:
    return sign_in(app.test_client(), "secretary")


@pytest.fixture
def token(client: FlaskClient) -> str:
    made = TOKEN.search(client.post("/account/tokens").text)
    assert made is not None
    return made[1]


def test_a_token_is_made_only_shortly_after_a_proof(
    client: FlaskClient, office: Office, clock: Clock
) -> None:
    clock.instant += timedelta(minutes=11)
    answer = client.post("/account/tokens", headers={"Referer": "http://localhost/account"})
    assert answer.headers["Location"] == "/account/security/confirm?next=/account"
    with office.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM api_token")) == 0
    client.post("/account/security/confirm", data={"password": PASSWORD})
    assert TOKEN.search(client.post("/account/tokens").text)


def test_a_token_works_for_a_year_and_the_page_says_until_when(
    client: FlaskClient, app: Flask, token: str, clock: Clock
) -> None:
    assert "7 jan. 2027" in client.get("/account").text
    clock.instant = START + timedelta(days=365) - timedelta(seconds=1)
    assert opens(app, token)
    clock.instant += timedelta(seconds=1)
    assert not opens(app, token)
    assert "7 jan. 2027" not in sign_in(app.test_client(), "secretary").get("/account").text


def _choose(office: Office, app: Flask, _client: FlaskClient) -> None:
    with office.engine.begin() as connection:
        links.make(connection, "test", "secretary@prov.example", "invitation", START)
        made = connection.scalar(sa.text("SELECT id::text FROM one_time_link"))
    given = {"link": links.token_of("test", str(made)), "new": NEW, "again": NEW}
    assert app.test_client().post("/choose-password", data=given).status_code == 302


def _change(_office: Office, _app: Flask, client: FlaskClient) -> None:
    given = {"present": PASSWORD, "new": NEW, "again": NEW}
    assert client.post("/account/security/password", data=given).status_code == 302


def _reset(office: Office, _app: Flask, _client: FlaskClient) -> None:
    with office.engine.begin() as connection:
        register.reset_second_factor(connection, By(START), office.people["secretary"])


def _disable_and_enable(office: Office, _app: Flask, _client: FlaskClient) -> None:
    with office.engine.begin() as connection:
        register.disable(connection, By(START), office.people["secretary"])
        register.enable(connection, By(START), office.people["secretary"])


@pytest.mark.parametrize("ended", [_choose, _change, _reset, _disable_and_enable])
def test_a_token_does_not_outlive_the_proofs_of_its_owner(
    office: Office, app: Flask, client: FlaskClient, token: str,
    ended: Callable[[Office, Flask, FlaskClient], None],
) -> None:  # fmt: skip
    with office.engine.begin() as connection:
        others = service.create_token(connection, office.people["colleague"], START)
    assert opens(app, token)
    ended(office, app, client)
    assert not opens(app, token)
    assert opens(app, others)
