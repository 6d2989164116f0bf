"""The second factor: what it is asked for, and that each proof counts once."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine

from nt_process.identity import links, second_factor
from nt_process.identity.secret_box import SecretBox
from tests.browser.server import Clock
from tests.world import PASSWORD, START, Office, sign_in

BOX = SecretBox("test", "authenticator")
SECRET = re.compile(r'id="secret" value="([A-Z2-7]+)"')
CODES = re.compile(r"<code>([A-Z2-7]{4}(?:-[A-Z2-7]{4}){6})</code>")


def enrol(client: FlaskClient, clock: Clock) -> tuple[pyotp.TOTP, list[str]]:
    """Set up an app as its person does; the codes are the recovery codes that are shown."""
    found = SECRET.search(client.post("/account/security/authenticator").text)
    assert found is not None
    app = pyotp.TOTP(found[1])
    answer = client.post("/account/security/authenticator", data={"code": app.at(clock.instant)})
    codes = CODES.findall(answer.text)
    assert len(codes) == second_factor.RECOVERY_CODES
    clock.instant += timedelta(seconds=30)
    return app, codes


def password_step(app: Flask, name: str = "secretary") -> FlaskClient:
    client = app.test_client()
    answer = client.post(
        "/sign-in", data={"email": f"{name}@prov.example", "password": PASSWORD, "next": "/horizon"}
    )
    assert answer.headers["Location"].startswith("/sign-in")
    return client


def second_step(client: FlaskClient, code: str) -> int:
    return client.post("/sign-in", data={"code": code}).status_code


def opens(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def test_the_password_alone_opens_nothing_for_who_has_a_second_factor(
    office: Office, app: Flask, clock: Clock
) -> None:
    authenticator, _ = enrol(sign_in(app.test_client(), "secretary"), clock)
    client = password_step(app)
    assert not opens(client)
    assert client.get("/account/security").status_code == 302
    assert second_step(client, "") == 422
    assert second_step(client, "000000") == 422
    assert not opens(client)
    before = client.get_cookie("nt")
    assert second_step(client, authenticator.at(clock.instant)) == 302
    assert opens(client)
    assert client.get_cookie("nt") != before, "the token is a new one after the second step"


def test_a_code_is_worth_nothing_the_second_time(office: Office, app: Flask, clock: Clock) -> None:
    authenticator, _ = enrol(sign_in(app.test_client(), "secretary"), clock)
    code = authenticator.at(clock.instant)
    assert second_step(password_step(app), code) == 302
    assert second_step(password_step(app), code) == 422


def test_no_code_from_before_the_last_one_is_accepted(office: Office, app: Flask, clock: Clock) -> None:
    authenticator, _ = enrol(sign_in(app.test_client(), "secretary"), clock)
    clock.instant += timedelta(minutes=5)
    earlier, present = (
        authenticator.at(clock.instant - timedelta(seconds=30)),
        authenticator.at(clock.instant),
    )
    assert second_step(password_step(app), present) == 302
    assert second_step(password_step(app), earlier) == 422


@pytest.mark.parametrize(("steps", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_telephones_clock_may_be_one_step_wrong(
    engine: Engine, office: Office, steps: int, accepted: bool
) -> None:
    person = office.people["secretary"]
    with engine.begin() as connection:
        app = _prepared(connection, person, START)
        later = START + timedelta(minutes=10)
        code = app.at(later + steps * timedelta(seconds=second_factor.STEP_SECONDS))
        assert second_factor.check_authenticator(connection, BOX, person, code, later) is accepted


def test_a_recovery_code_works_once(office: Office, app: Flask, clock: Clock) -> None:
    _, codes = enrol(sign_in(app.test_client(), "secretary"), clock)
    assert second_step(password_step(app), codes[0].lower().replace("-", " ")) == 302
    assert second_step(password_step(app), codes[0]) == 422
    assert second_step(password_step(app), codes[1]) == 302


def test_recovery_codes_are_long_enough_for_a_plain_hash(office: Office, app: Flask, clock: Clock) -> None:
    _authenticator, codes = enrol(sign_in(app.test_client(), "secretary"), clock)
    letters = [code.replace("-", "") for code in codes]
    assert {len(code) for code in letters} == {28}, "five bits each: 140"
    assert len({code[place] for code in letters for place in range(28)}) > 20, "of all letters"
    with office.engine.connect() as connection:
        stored = connection.execute(sa.text("SELECT r::text FROM recovery_code r")).scalars().all()
    assert len(stored) == len(codes)
    assert not any(code in row for code in letters for row in stored)


def test_a_forgotten_password_leaves_the_second_factor(office: Office, app: Flask, clock: Clock) -> None:
    authenticator, _ = enrol(sign_in(app.test_client(), "secretary"), clock)
    with office.engine.begin() as connection:
        links.make(connection, "test", "secretary@prov.example", "password", clock.instant)
        link_id = connection.scalar(sa.text("SELECT id FROM one_time_link"))
    new, client = "krita hink moln sjutton", app.test_client()
    given = {"link": links.token_of("test", str(link_id)), "new": new, "again": new}
    assert client.post("/choose-password", data=given).status_code == 302
    client.post("/sign-in", data={"email": "secretary@prov.example", "password": new})
    assert not opens(client)
    clock.instant += timedelta(seconds=30)
    client.post("/sign-in", data={"code": authenticator.at(clock.instant)})
    assert opens(client)


def test_new_recovery_codes_take_the_place_of_the_old(office: Office, app: Flask, clock: Clock) -> None:
    client = sign_in(app.test_client(), "secretary")
    _, codes = enrol(client, clock)
    new = CODES.findall(client.post("/account/security/recovery-codes").text)
    assert len(set(new) - set(codes)) == second_factor.RECOVERY_CODES
    assert second_step(password_step(app), codes[0]) == 422
    assert second_step(password_step(app), new[0]) == 302


def test_nobodys_code_opens_anothers_account(office: Office, app: Flask, clock: Clock) -> None:
    _, theirs = enrol(sign_in(app.test_client(), "rival"), clock)
    rivals_app, rivals_codes = enrol(sign_in(app.test_client(), "company"), clock)
    client = password_step(app, "rival")
    assert second_step(client, rivals_app.at(clock.instant)) == 422
    assert second_step(client, rivals_codes[0]) == 422
    assert second_step(client, theirs[0]) == 302


def test_codes_cannot_be_guessed_from_many_places(office: Office, app: Flask, clock: Clock) -> None:
    """Who has the password and many addresses has no more tries than who has one."""
    authenticator, _ = enrol(sign_in(app.test_client(), "secretary"), clock)
    statuses = []
    for number in range(7):
        client = password_step(app)
        answer = client.post(
            "/sign-in", data={"code": "123456"}, environ_overrides={"REMOTE_ADDR": f"198.51.100.{number}"}
        )
        statuses.append(answer.status_code)
    assert statuses == [422] * 5 + [429] * 2
    clock.instant += timedelta(minutes=15)
    assert second_step(password_step(app), authenticator.at(clock.instant)) == 302


def test_the_wait_for_the_second_step_is_ten_minutes(office: Office, app: Flask, clock: Clock) -> None:
    authenticator, _ = enrol(sign_in(app.test_client(), "secretary"), clock)
    client = password_step(app)
    clock.instant += timedelta(minutes=10)
    assert second_step(client, authenticator.at(clock.instant)) == 422
    assert not opens(client)


def test_one_may_begin_anew_as_somebody_else(office: Office, app: Flask, clock: Clock) -> None:
    enrol(sign_in(app.test_client(), "secretary"), clock)
    client = password_step(app)
    client.post("/sign-in", data={"anew": "1"})
    sign_in(client, "colleague")
    assert opens(client)


def test_the_reader_comes_to_the_page_they_wanted(office: Office, app: Flask, clock: Clock) -> None:
    authenticator, _ = enrol(sign_in(app.test_client(), "secretary"), clock)
    client = app.test_client()
    given = {"email": "secretary@prov.example", "password": PASSWORD, "next": "/horizon?year=2026"}
    page = client.get(client.post("/sign-in", data=given).headers["Location"]).text
    wanted = re.findall(r'name="next"[^>]*value="([^"]*)"', page)[-1]
    code = {"code": authenticator.at(clock.instant), "next": html.unescape(wanted)}
    assert client.post("/sign-in", data=code).headers["Location"] == "/horizon?year=2026"


def test_the_secret_cannot_be_read_in_the_database(office: Office, app: Flask, clock: Clock) -> None:
    client = sign_in(app.test_client(), "secretary")
    found = SECRET.search(client.post("/account/security/authenticator").text)
    assert found is not None
    with office.engine.connect() as connection:
        stored = bytes(connection.execute(sa.text("SELECT secret FROM authenticator")).scalar_one())
    assert found[1].encode() not in stored
    person = office.people["secretary"]
    assert BOX.open(stored, person) == found[1].encode()
    assert BOX.open(stored, office.people["colleague"]) is None, "moved to another person's row"
    assert SecretBox("another", "authenticator").open(stored, person) is None
    assert BOX.open(stored[:-1] + bytes([stored[-1] ^ 1]), person) is None


def test_the_key_that_protects_apps_is_replaced_while_they_are_used(
    office: Office, make_app: Callable[..., Flask], clock: Clock
) -> None:
    authenticator, _ = enrol(sign_in(make_app().test_client(), "secretary"), clock)

    def may_come_in(**keys: str) -> bool:
        client = password_step(make_app(**keys))
        clock.instant += timedelta(seconds=30)
        return client.post("/sign-in", data={"code": authenticator.at(clock.instant)}).status_code == 302

    assert not may_come_in(NT_SECRET_KEY="new")
    assert may_come_in(NT_SECRET_KEY="new", NT_SECRET_KEY_BEFORE="test")
    assert may_come_in(NT_SECRET_KEY="new"), "sealed anew when it was used"


def test_the_secret_of_an_app_in_use_is_not_shown_again(office: Office, app: Flask, clock: Clock) -> None:
    client = sign_in(app.test_client(), "secretary")
    authenticator, _ = enrol(client, clock)
    assert authenticator.secret not in client.post("/account/security/authenticator").text


def test_a_new_factor_ends_the_sessions_that_were_begun_without_it(
    office: Office, app: Flask, clock: Clock
) -> None:
    here, there = sign_in(app.test_client(), "secretary"), sign_in(app.test_client(), "secretary")
    enrol(here, clock)
    assert [opens(here), opens(there)] == [True, False]


# --- who must have one --------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["company_contact", "administrator", "patient_representative"])
def test_everybody_sets_up_a_second_factor_before_anything_else(
    office: Office, make_app: Callable[..., Flask], clock: Clock, role: str
) -> None:
    with office.engine.begin() as connection:
        held = {"role": role, "person": office.people["company"]}
        connection.execute(sa.text("UPDATE membership SET role = :role WHERE person_id = :person"), held)
    app = make_app(second_factor="required")
    client = sign_in(app.test_client(), "company")
    for path in ("/cases", "/account", "/", "/horizon", "/deadlines/calculator"):
        answer = client.get(path, follow_redirects=True)
        assert answer.status_code == 404 or answer.request.path == "/account/security", path
    assert client.post("/account/tokens").headers["Location"] == "/account/security"
    assert client.get("/account/security").status_code == 200
    enrol(client, clock)
    assert opens(client)


def test_it_is_required_unless_the_world_is_a_demo(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NT_SECOND_FACTOR")
    settings = [make_app(demo=demo).extensions["nt_settings"] for demo in (False, True)]
    assert [one.requires_second_factor for one in settings] == [True, False]


# --- stepping up --------------------------------------------------------------------------------------


def test_what_matters_asks_for_a_new_proof_after_ten_minutes(
    office: Office, app: Flask, clock: Clock
) -> None:
    client = sign_in(app.test_client(), "secretary")
    clock.instant += timedelta(minutes=10)
    assert client.post("/account/security/authenticator").status_code == 200
    clock.instant += timedelta(seconds=1)
    answer = client.post("/account/security/authenticator")
    assert answer.headers["Location"] == "/account/security/confirm"
    before = client.get_cookie("nt")
    assert client.post("/account/security/confirm", data={"password": "fel"}).status_code == 422
    assert client.post("/account/security/authenticator").status_code == 302
    given = {"password": PASSWORD, "next": "/account/security"}
    assert client.post("/account/security/confirm", data=given).headers["Location"] == given["next"]
    assert client.post("/account/security/authenticator").status_code == 200
    assert client.get_cookie("nt") != before


def test_who_has_a_second_factor_steps_up_with_it_and_not_with_the_password(
    office: Office, app: Flask, clock: Clock
) -> None:
    client = sign_in(app.test_client(), "secretary")
    authenticator, _ = enrol(client, clock)
    clock.instant += timedelta(minutes=11)
    assert client.post("/account/security/authenticator/remove").status_code == 302
    assert client.post("/account/security/confirm", data={"password": PASSWORD}).status_code == 422
    assert _has_authenticator(office)
    code = {"code": authenticator.at(clock.instant)}
    assert client.post("/account/security/confirm", data=code).status_code == 302
    client.post("/account/security/authenticator/remove")
    assert not _has_authenticator(office)


def test_who_has_a_second_factor_changes_the_password_with_it_and_gains_no_proof_by_the_password(
    office: Office, app: Flask, clock: Clock
) -> None:
    client = sign_in(app.test_client(), "secretary")
    authenticator, _ = enrol(client, clock)
    clock.instant += timedelta(minutes=11)
    new = "krita hink moln sjutton"
    given = {"present": PASSWORD, "new": new, "again": new}
    for answer in (
        client.post("/account/security/password", data=given),
        client.get("/account/security/password"),
    ):
        assert answer.headers["Location"].startswith("/account/security/confirm")
    client.post("/account/security/confirm", data={"code": authenticator.at(clock.instant)})
    clock.instant += timedelta(minutes=9)
    assert client.post("/account/security/password", data=given).headers["Location"] == "/account/security"
    clock.instant += timedelta(minutes=2)
    answer = client.post("/account/security/authenticator/remove")
    assert answer.headers["Location"].startswith("/account/security/confirm")
    assert _has_authenticator(office)


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "/a\nb"])
def test_confirming_leads_nowhere_else(office: Office, app: Flask, target: str) -> None:
    client = sign_in(app.test_client(), "secretary")
    answer = client.post("/account/security/confirm", data={"password": PASSWORD, "next": target})
    assert answer.headers["Location"] == "/account/security"


def _has_authenticator(office: Office) -> bool:
    with office.engine.connect() as connection:
        return second_factor.factors(connection, office.people["secretary"]).authenticator


def _prepared(connection: sa.Connection, person: str, at: datetime) -> pyotp.TOTP:
    second_factor.prepare_authenticator(connection, BOX, person)
    secret = second_factor.unconfirmed_secret(connection, BOX, person)
    assert secret is not None
    app = pyotp.TOTP(secret)
    assert second_factor.confirm_authenticator(connection, BOX, person, app.at(at), at)
    return app
