"""Passwords: what may be chosen, the mailed link that lets one choose, and changing it."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher, extract_parameters
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from nt_process import account
from nt_process.identity import leaked, links, passwords, register, service
from nt_process.identity.history import By
from nt_process.notices.link_mail import LinkRound
from nt_process.notices.mail import Sender
from tests.browser.server import Clock
from tests.notices.mailbox import Mailbox, receiving
from tests.world import PASSWORD, START, Office, sign_in

NEW = "krita hink moln sjutton"
EMAIL = "company@prov.example"
LINK = re.compile(r"https://nt\.example/choose-password\?link=([\w-]+)")
SENDER = Sender("noreply@nt.example", "https://nt.example")


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with receiving() as mailbox:
        yield mailbox


def mailed_token(office: Office, mailbox: Mailbox, clock: Clock) -> str:
    """What the worker mails when it comes round."""
    LinkRound(office.engine, mailbox.server, SENDER, "test")(clock.instant)
    found = LINK.search(mailbox.text(-1))
    assert found is not None
    return found[1]


def make(office: Office, purpose: str, clock: Clock, email: str = EMAIL) -> bool:
    with office.engine.begin() as connection:
        return links.make(connection, "test", email, purpose, clock.instant)


def choose(client: FlaskClient, token: str, password: str = NEW) -> int:
    given = {"link": token, "new": password, "again": password}
    return client.post("/choose-password", data=given).status_code


def may_sign_in(app: Flask, password: str, email: str = EMAIL) -> bool:
    return app.test_client().post("/sign-in", data={"email": email, "password": password}).status_code == 302


# --- what may be chosen -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("kort-ord", "too_short"),
        ("elva tecken", "too_short"),
        ("x" * 201, "too_long"),
        ("anna.ask2026", "personal"),
        ("annaaskkansliet", "personal"),
        ("Lösenord1234", "common"),
        ("lösenordlösenord", "common"),
        ("Sommar2026!!", "common"),
        ("qwertyuiop123456", "common"),
        ("123456789012", "common"),
        ("aaaaaaaaaaaaaaaa", "common"),
        ("abababababababab", "common"),
        (NEW, None),
        ("en-hink-med-krita", None),
        ("Tr0ub4dor&3xkq", None),
        ("密码密码正确的马电池钉书钉", None),
    ],
)
def test_what_is_tried_first_cannot_be_chosen(password: str, fault: str | None) -> None:
    assert passwords.fault(password, "anna.ask@kansliet.example", "Anna Ask") == fault


@given(st.text(max_size=250), st.emails())
@settings(max_examples=300, deadline=None)
def test_no_short_password_is_accepted_whatever_it_holds(password: str, email: str) -> None:
    if passwords.fault(password, email) is None:
        assert 12 <= len(password) <= 200
        assert password.casefold() != email.casefold()


@pytest.mark.parametrize("password", ["unbelievable", "Unbelievable"])
def test_what_has_leaked_elsewhere_cannot_be_chosen(
    office: Office, app: Flask, tmp_path: Path, password: str
) -> None:
    listed = tmp_path / "pwned.txt"
    listed.write_text(f"{hashlib.sha1(b'unbelievable', usedforsecurity=False).hexdigest().upper()}:41\n")
    told = app.extensions["nt_settings"]
    app.extensions["nt_settings"] = told.model_copy(update={"leaked_passwords": listed})
    client = sign_in(app.test_client(), "company")
    given = {"present": PASSWORD, "new": password, "again": password}
    assert client.post("/account/security/password", data=given).status_code == 422
    assert may_sign_in(app, PASSWORD)


@given(st.sets(st.text(min_size=1, max_size=20), max_size=40), st.text(min_size=1, max_size=20))
@settings(max_examples=100, deadline=None)
def test_the_operators_list_is_found_in_whatever_it_holds(listed: set[str], other: str) -> None:
    digests = sorted(hashlib.sha1(one.encode(), usedforsecurity=False).hexdigest().upper() for one in listed)
    with tempfile.NamedTemporaryFile() as file:
        file.write("".join(f"{digest}:{len(digest) * 7}\r\n" for digest in digests).encode())
        file.flush()
        assert [one for one in listed if leaked.fault(one, Path(file.name)) is None] == []
        known = {other, other.casefold()} & listed
        assert (leaked.fault(other, Path(file.name)) is not None) == bool(known)


def test_fields_of_passwords_are_masked_and_left_to_the_browsers_help(
    office: Office, app: Flask, clock: Clock
) -> None:
    client = sign_in(app.test_client(), "company")
    clock.instant += timedelta(minutes=11)
    pages = ("/account/security/password", "/account/security/confirm")
    shown = [*(client.get(page).text for page in pages), app.test_client().get("/sign-in").text]
    # Not the hidden one in which a page keeps the address that was wanted.
    fields = [
        field for page in shown for field in re.findall(r"<input(?![^>]*hidden)[^>]*password[^>]*>", page)
    ]
    assert len(fields) == 5
    for field in fields:
        assert 'type="password"' in field
        assert re.search(r'autocomplete="(current|new)-password"', field)
    for script in (Path(account.__file__).parents[1] / "static").glob("*.js"):
        assert "paste" not in script.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "password", [" Två Mellanslag  ", "krita-hink-moln" * 13, "İstanbul ﬁnger ÅÄÖ", "tecken\tmed\x01styrning"]
)
def test_a_password_is_compared_exactly_as_it_is_typed(
    office: Office, app: Flask, clock: Clock, password: str
) -> None:
    client = sign_in(app.test_client(), "company")
    given = {"present": PASSWORD, "new": password, "again": password}
    assert client.post("/account/security/password", data=given).status_code == 302
    clock.instant += timedelta(days=3650)
    assert may_sign_in(app, password), "it has not grown old"
    for other in (password.strip(), password.swapcase(), password[:-1], password + " "):
        assert other == password or not may_sign_in(app, other)


# --- how it is kept -----------------------------------------------------------------------------------


def test_a_hash_from_when_they_were_cheaper_is_made_anew_at_the_next_sign_in(
    office: Office, app: Flask
) -> None:
    read = sa.text("SELECT password_hash FROM person WHERE email = :email")
    with office.engine.begin() as connection:
        cheap = PasswordHasher(time_cost=1, memory_cost=8192).hash(PASSWORD)
        changed = {"hash": cheap, "email": EMAIL}
        connection.execute(sa.text("UPDATE person SET password_hash = :hash WHERE email = :email"), changed)
    assert not may_sign_in(app, "fel lösenord")
    with office.engine.connect() as connection:
        assert connection.scalar(read, {"email": EMAIL}) == cheap
    assert may_sign_in(app, PASSWORD)
    with office.engine.connect() as connection:
        stored = connection.scalar(read, {"email": EMAIL})
    assert extract_parameters(stored) == extract_parameters(PasswordHasher().hash("x"))
    assert may_sign_in(app, PASSWORD)


# --- the mailed link ----------------------------------------------------------------------------------


def test_an_invited_person_chooses_a_password_and_signs_in(
    office: Office, app: Flask, mailbox: Mailbox, clock: Clock
) -> None:
    with office.engine.begin() as connection:
        member = service.Member(office.company_id, "company_contact", START.date())
        service.create_person(connection, "ny@prov.example", "Ny Kollega", (member,), START)
    assert make(office, "invitation", clock, "ny@prov.example")
    token = mailed_token(office, mailbox, clock)
    assert mailbox.recipients == [["ny@prov.example"]]
    client = app.test_client()
    assert "Ny Kollega" in client.get(f"/choose-password?link={token}").text
    assert choose(client, token) == 302
    assert may_sign_in(app, NEW, "ny@prov.example")


def test_a_link_works_once_and_looking_at_it_does_not_use_it(
    office: Office, app: Flask, mailbox: Mailbox, clock: Clock
) -> None:
    app.test_client().post("/forgotten-password", data={"email": EMAIL})
    token = mailed_token(office, mailbox, clock)
    client = app.test_client()
    for _ in range(3):
        assert "company@prov.example" in client.get(f"/choose-password?link={token}").text
    assert choose(client, token) == 302
    assert choose(client, token, "en helt annan mening") == 200
    assert may_sign_in(app, NEW)
    assert not may_sign_in(app, PASSWORD)


@pytest.mark.parametrize(
    ("purpose", "works_for"), [("password", timedelta(hours=1)), ("invitation", timedelta(days=7))]
)
def test_a_link_grows_old(
    office: Office, app: Flask, mailbox: Mailbox, clock: Clock, purpose: str, works_for: timedelta
) -> None:
    assert make(office, purpose, clock)
    token = mailed_token(office, mailbox, clock)
    clock.instant += works_for
    assert choose(app.test_client(), token) == 200
    assert not may_sign_in(app, NEW)
    clock.instant -= timedelta(seconds=1)
    assert choose(app.test_client(), token) == 302


def test_a_newer_link_ends_the_older(office: Office, app: Flask, mailbox: Mailbox, clock: Clock) -> None:
    make(office, "invitation", clock)
    older = mailed_token(office, mailbox, clock)
    make(office, "invitation", clock)
    newer = mailed_token(office, mailbox, clock)
    assert [choose(app.test_client(), token) for token in (older, newer)] == [200, 302]


def test_the_database_holds_nothing_that_makes_a_link(office: Office, mailbox: Mailbox, clock: Clock) -> None:
    make(office, "invitation", clock)
    with office.engine.connect() as connection:
        row = connection.execute(sa.text("SELECT id::text, l::text FROM one_time_link l")).one()
    token = mailed_token(office, mailbox, clock)
    assert token == links.token_of("test", row[0]) != links.token_of("another key", row[0])
    assert token not in row[1]
    assert token not in str(mailbox.messages[0]["Subject"])


def test_choosing_a_password_ends_every_session(
    office: Office, app: Flask, mailbox: Mailbox, clock: Clock
) -> None:
    thief = sign_in(app.test_client(), "company")
    make(office, "password", clock)
    choose(app.test_client(), mailed_token(office, mailbox, clock))
    assert thief.get("/account").status_code == 302


def test_a_disabled_person_is_sent_nothing_and_their_link_is_dead(
    office: Office, app: Flask, mailbox: Mailbox, clock: Clock
) -> None:
    make(office, "invitation", clock)
    token = mailed_token(office, mailbox, clock)
    with office.engine.begin() as connection:
        register.disable(connection, By(clock.instant), str(service.find_person(connection, EMAIL)))
    assert not make(office, "invitation", clock)
    assert choose(app.test_client(), token) == 200


def test_the_answer_to_a_forgotten_password_tells_nothing(
    office: Office, app: Flask, mailbox: Mailbox, clock: Clock
) -> None:
    answers = set()
    for email in (EMAIL, "okand.1@prov.example"):
        answer = app.test_client().post("/forgotten-password", data={"email": email})
        page = re.sub(r'(name="csrf_token"[^>]*value=")[^"]*', r"\1", answer.text)
        answers.add((answer.status_code, page.replace(email, "ADDRESS")))
    assert len(answers) == 1
    LinkRound(office.engine, mailbox.server, SENDER, "test")(clock.instant)
    assert mailbox.recipients == [[EMAIL]]


def test_a_forgotten_password_costs_the_same_whether_there_is_such_an_account(
    office: Office, app: Flask, web_engine: Engine
) -> None:
    """The same statements, and a row either way, in which no address stands."""
    office_rows = sa.text("SELECT r::text FROM password_request r")
    said: dict[str, list[str]] = {}

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        said[email].append(statement)

    sa.event.listen(web_engine, "before_cursor_execute", note)
    try:
        for email in (EMAIL, "okand.1@prov.example"):
            said[email] = []
            app.test_client().post("/forgotten-password", data={"email": email})
    finally:
        sa.event.remove(web_engine, "before_cursor_execute", note)
    known, unknown = said.values()
    assert known == unknown != []
    with office.engine.connect() as connection:
        rows = connection.execute(office_rows).scalars().all()
    assert len(rows) == 2
    assert "prov" not in str(rows)


def test_a_stranger_ends_no_invitation(office: Office, app: Flask, mailbox: Mailbox, clock: Clock) -> None:
    make(office, "invitation", clock)
    invitation = mailed_token(office, mailbox, clock)
    clock.instant += timedelta(hours=1)
    app.test_client().post("/forgotten-password", data={"email": EMAIL})
    by_stranger = mailed_token(office, mailbox, clock)
    assert by_stranger != invitation
    assert choose(app.test_client(), invitation) == 302
    assert choose(app.test_client(), by_stranger, "en helt annan mening") == 200, "a password ends all links"


def test_a_wrong_address_that_is_corrected_opens_nothing_and_is_told(
    office: Office, app: Flask, mailbox: Mailbox, clock: Clock
) -> None:
    wrong, right = sign_in(app.test_client(), "company"), "anna.ratt@prov.example"
    make(office, "invitation", clock)
    token = mailed_token(office, mailbox, clock)
    with office.engine.begin() as connection:
        person, by = str(service.find_person(connection, EMAIL)), By(clock.instant)
        register.change_person(connection, by, person, register.Details(EMAIL.upper(), "Anna"))
    assert wrong.get("/account").status_code == 200, "the same address, written otherwise"
    with office.engine.begin() as connection:
        register.change_person(connection, by, person, register.Details(right, "Anna"))
    assert choose(app.test_client(), token) == 200
    assert wrong.get("/account").status_code == 302
    for _ in range(2):
        LinkRound(office.engine, mailbox.server, SENDER, "test")(clock.instant)
    assert mailbox.recipients == [[EMAIL], [EMAIL.upper()]]
    assert "ratt" not in mailbox.text(-1)
    assert "link=" not in mailbox.text(-1)


def test_nobodys_mailbox_can_be_filled(office: Office, app: Flask, mailbox: Mailbox, clock: Clock) -> None:
    for number in range(20):
        app.test_client().post(
            "/forgotten-password", data={"email": EMAIL},
            environ_overrides={"REMOTE_ADDR": f"198.51.100.{number}"},
        )  # fmt: skip
        LinkRound(office.engine, mailbox.server, SENDER, "test")(clock.instant)
    assert len(mailbox.messages) == 1


def test_a_link_waits_for_a_mail_server_that_is_away(office: Office, mailbox: Mailbox, clock: Clock) -> None:
    make(office, "invitation", clock)
    mailbox.answers = ["hang up"]
    for _ in range(3):
        LinkRound(office.engine, mailbox.server, SENDER, "test")(clock.instant)
        clock.instant += timedelta(minutes=11)
    assert mailbox.recipients == [[EMAIL]]


@pytest.mark.parametrize("token", ["", "x", "å" * 50, "a" * 5000, "'; DROP TABLE person; --"])
def test_an_invented_link_is_told_that_it_does_not_work(
    office: Office, client: FlaskClient, token: str
) -> None:
    answer = client.get("/choose-password", query_string={"link": token})
    assert answer.status_code == 200
    assert 'name="new"' not in answer.text
    assert choose(client, token) == 200


# --- changing it --------------------------------------------------------------------------------------


def test_changing_the_password_asks_for_the_present_one_and_ends_the_other_sessions(
    office: Office, app: Flask
) -> None:
    here, there = sign_in(app.test_client(), "company"), sign_in(app.test_client(), "company")
    given = {"present": "fel", "new": NEW, "again": NEW}
    assert here.post("/account/security/password", data=given).status_code == 422
    assert here.post("/account/security/password", data=given | {"present": PASSWORD}).status_code == 302
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 302
    assert (may_sign_in(app, NEW), may_sign_in(app, PASSWORD)) == (True, False)


@pytest.mark.parametrize(("new", "again"), [("company-prov-1", "company-prov-1"), (NEW, NEW + "x"), ("", "")])
def test_a_bad_new_password_is_refused_and_the_old_one_stays(
    office: Office, app: Flask, new: str, again: str
) -> None:
    client = sign_in(app.test_client(), "company")
    answer = client.post("/account/security/password", data={"present": PASSWORD, "new": new, "again": again})
    assert answer.status_code == 422
    assert may_sign_in(app, PASSWORD)
