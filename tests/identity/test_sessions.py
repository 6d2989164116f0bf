"""Sessions: what a token opens, for how long, and how it stops."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine

import nt_process
from nt_process.identity import register, service, sessions
from nt_process.identity.actor import SessionLimits
from nt_process.identity.history import By
from tests.browser.server import Clock
from tests.world import PASSWORD, Office, sign_in

LIMITS = SessionLimits(timedelta(minutes=30), timedelta(hours=9))
VISITOR = sessions.Visitor("Firefox/140 Windows", "192.0.2.7")


def token_of(client: FlaskClient) -> str:
    cookie = client.get_cookie("nt")
    assert cookie is not None
    return cookie.value


def opens(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def test_the_database_holds_no_token_that_opens_anything(office: Office, client: FlaskClient) -> None:
    sign_in(client, "secretary")
    token = token_of(client)
    with office.engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT s::text FROM session s")).scalars().all()
    assert len(rows) == 1
    assert token not in rows[0]
    assert token.encode().hex() not in rows[0]
    assert len(token) >= 43, "256 bits"


def test_a_session_ends_when_it_has_been_idle(office: Office, client: FlaskClient, clock: Clock) -> None:
    sign_in(client, "secretary")
    clock.instant += timedelta(minutes=29)
    assert opens(client)
    clock.instant += timedelta(minutes=29)
    assert opens(client), "it was used half an hour ago"
    clock.instant += timedelta(minutes=30)
    assert not opens(client)
    clock.instant -= timedelta(minutes=29)


def test_a_session_ends_after_a_working_day_however_much_it_is_used(
    office: Office, client: FlaskClient, clock: Clock
) -> None:
    sign_in(client, "secretary")
    for _ in range(26):
        clock.instant += timedelta(minutes=20)
        assert opens(client)
    clock.instant += timedelta(minutes=20)
    assert not opens(client)


def test_reading_many_pages_in_a_minute_writes_nothing(
    office: Office, client: FlaskClient, clock: Clock, engine: Engine
) -> None:
    sign_in(client, "secretary")
    clock.instant += timedelta(minutes=2)
    assert opens(client)
    written: list[str] = []

    @sa.event.listens_for(engine, "before_cursor_execute")
    def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        if re.match(r"\s*(INSERT|UPDATE|DELETE)|\s*WITH.*(UPDATE|INSERT)", statement, re.DOTALL):
            written.append(statement)

    for seconds in range(0, 59, 10):
        clock.instant += timedelta(seconds=10 if seconds else 0)
        assert opens(client)
    assert written == []


def test_a_token_from_before_sign_in_is_worth_nothing_after_it(office: Office, app: Flask) -> None:
    victim, attacker = app.test_client(), app.test_client()
    victim.set_cookie("nt", "planted-by-somebody-else")
    attacker.set_cookie("nt", "planted-by-somebody-else")
    sign_in(victim, "secretary")
    assert token_of(victim) != "planted-by-somebody-else"
    assert not opens(attacker)
    assert opens(victim)


def test_signing_in_again_ends_the_session_that_was_there(
    office: Office, client: FlaskClient, app: Flask
) -> None:
    sign_in(client, "secretary")
    before = token_of(client)
    # The browser comes to the form with its old cookie, and with no page that would turn it away.
    with office.engine.begin() as connection:
        connection.execute(sa.text("UPDATE session SET pending = true"))
    sign_in(client, "colleague")
    with office.engine.begin() as connection:
        connection.execute(sa.text("UPDATE session SET pending = false"))
    replay = app.test_client()
    replay.set_cookie("nt", before)
    assert not opens(replay)


def test_after_signing_out_the_token_opens_nothing(office: Office, client: FlaskClient, app: Flask) -> None:
    sign_in(client, "secretary")
    token = token_of(client)
    answer = client.post("/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get_cookie("nt") is None
    replay = app.test_client()
    replay.set_cookie("nt", token)
    assert not opens(replay)


def test_disabling_a_person_ends_every_session_at_once_and_for_good(
    office: Office, app: Flask, clock: Clock
) -> None:
    here, there = sign_in(app.test_client(), "secretary"), sign_in(app.test_client(), "secretary")
    other = sign_in(app.test_client(), "colleague")
    with office.engine.begin() as connection:
        assert register.disable(
            connection, By(clock.instant), str(service.find_person(connection, "secretary@prov.example"))
        )
    assert [opens(here), opens(there), opens(other)] == [False, False, True]
    with office.engine.begin() as connection:
        connection.execute(sa.text("UPDATE person SET disabled_at = NULL"))
    assert [opens(here), opens(there)] == [False, False], "enabling a person brings back no session"


def test_a_session_that_was_ended_meanwhile_is_not_brought_back(office: Office, clock: Clock) -> None:
    """A page is being answered while its session is ended elsewhere."""
    person = office.people["secretary"]
    with office.engine.begin() as connection:
        token = sessions.begin(connection, person, clock.instant, VISITOR)
    with office.engine.connect() as reading:
        later = clock.instant + timedelta(minutes=5)
        found = sessions.load(reading, token, clock.instant, clock.today, LIMITS)
        assert found is not None
        assert found.session is not None
        with office.engine.begin() as connection:
            sessions.end_by_token(connection, token, later)
            assert sessions.renew(connection, found.session.id, later, strong=True) is None
        reading.rollback()
        assert sessions.load(reading, token, later, clock.today, LIMITS) is None


def test_one_sees_and_ends_ones_own_sessions(office: Office, app: Flask) -> None:
    browser = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"}
    here, there = app.test_client(), sign_in(app.test_client(), "secretary")
    here.post("/sign-in", data={"email": "secretary@prov.example", "password": PASSWORD}, headers=browser)
    page = here.get("/account/security").text
    assert page.count("Firefox, Windows") == 1
    found = re.findall(r'name="session" value="([^"]+)"', page)
    assert len(found) == 1, "the present session is not offered"
    here.post("/account/security/end-session", data={"session": found[0]})
    assert [opens(here), opens(there)] == [True, False]


def test_nobody_ends_the_session_of_another(office: Office, app: Flask) -> None:
    victim, rival = sign_in(app.test_client(), "company"), sign_in(app.test_client(), "rival")
    with office.engine.connect() as connection:
        theirs = connection.execute(
            sa.text("SELECT id FROM session WHERE person_id = :id"), {"id": office.people["company"]}
        ).scalar_one()
    rival.post("/account/security/end-session", data={"session": str(theirs)})
    rival.post("/account/security/end-session", data={"session": "' OR true --"})
    rival.post("/account/security/end-other-sessions")
    assert opens(victim)


def test_sessions_are_ended_only_shortly_after_a_proof(office: Office, app: Flask, clock: Clock) -> None:
    """Whoever has found a window open does not put its owner out elsewhere."""
    here, there = sign_in(app.test_client(), "secretary"), sign_in(app.test_client(), "secretary")
    clock.instant += timedelta(minutes=11)
    for path in ("/account/security/end-session", "/account/security/end-other-sessions"):
        assert here.post(path).headers["Location"].startswith("/account/security/confirm"), path
    assert opens(there)


def test_all_other_sessions_end_together(office: Office, app: Flask) -> None:
    three = [sign_in(app.test_client(), "secretary") for _ in range(3)]
    three[0].post("/account/security/end-other-sessions")
    assert [opens(one) for one in three] == [True, False, False]


@pytest.mark.parametrize("base_url", ["https://nt.example", "http://127.0.0.1:8080"])
def test_the_cookie_is_for_this_host_and_no_script(
    office: Office, make_app: Callable[..., Flask], base_url: str
) -> None:
    client = make_app(base_url=base_url).test_client()
    answer = client.post(
        "/sign-in", data={"email": "secretary@prov.example", "password": PASSWORD}, base_url=base_url
    )
    name = "__Host-nt" if base_url.startswith("https") else "nt"
    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith(f"{name}="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert ("Secure" in cookie) == base_url.startswith("https")


def test_what_is_signed_is_signed_with_sha_256(office: Office, app: Flask) -> None:
    """The cookies of the page and of the device; a signature with SHA-1 would have 27 characters."""
    client = sign_in(app.test_client(), "secretary")
    client.get("/account")
    for name in ("nt-page", "nt-device"):
        cookie = client.get_cookie(name)
        assert cookie is not None
        assert len(cookie.value.rpartition(".")[2]) == 43, name


def test_every_page_offers_to_sign_out(office: Office, app: Flask) -> None:
    client = sign_in(app.test_client(), "secretary")
    for path in (
        "/",
        "/account",
        "/account/security",
        "/cases/NT-2026-9999",
        "/meetings",
        "/reports/deadlines",
    ):
        assert 'action="/sign-out"' in client.get(path).text, path


def test_scripts_store_nothing_in_the_browser() -> None:
    """Nor do they set a property by a name that comes from outside."""
    scripts = list((Path(nt_process.__file__).parent / "static").glob("*.js"))
    assert scripts
    for script in scripts:
        text = script.read_text(encoding="utf-8")
        assert not re.search(
            r"localStorage|sessionStorage|indexedDB|document\.cookie|postMessage|innerHTML", text
        )
        assert not re.search(r"\w\[[^\]\"'`]*\]\s*=(?!=)", text)


def test_the_api_is_not_opened_by_a_cookie(office: Office, client: FlaskClient) -> None:
    sign_in(client, "secretary")
    assert client.get("/api/v1/cases").status_code == 401


def test_forms_need_the_token_of_their_own_browser(office: Office, make_app: Callable[..., Flask]) -> None:
    app = make_app()
    app.config["WTF_CSRF_ENABLED"] = True

    def arrive(name: str) -> tuple[FlaskClient, str]:
        client = app.test_client()
        field = csrf_token(client.get("/sign-in").text)
        given = {"email": f"{name}@prov.example", "password": PASSWORD, "csrf_token": field}
        assert client.post("/sign-in", data=given).status_code == 302
        return client, field

    (victim, before), (rival, _) = arrive("company"), arrive("rival")
    foreign = csrf_token(rival.get("/account").text)
    for token in ("", before, foreign):
        answer = victim.post("/account/security/end-other-sessions", data={"csrf_token": token})
        assert answer.status_code == 400
    own = csrf_token(victim.get("/account").text)
    assert victim.post("/account/security/end-other-sessions", data={"csrf_token": own}).status_code == 302


def csrf_token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found is not None
    return found[1]
