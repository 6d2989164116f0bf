"""Guessing is slow, a rival cannot lock anybody out, and nobody learns who has an account."""

from __future__ import annotations

import re
import threading
import time
from datetime import timedelta
from statistics import median

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine
from werkzeug.test import TestResponse

from nt_process.identity import register, service, throttle
from nt_process.identity.history import By
from tests.browser.server import Clock
from tests.world import PASSWORD, START, Office, sign_in

HERE, ELSEWHERE = "192.0.2.7", "198.51.100.9"
WRONG = "fel"


def attempt(client: FlaskClient, name: str, password: str = WRONG, address: str = HERE) -> TestResponse:
    return client.post(
        "/sign-in",
        data={"email": f"{name}@prov.example", "password": password},
        environ_overrides={"REMOTE_ADDR": address},
    )


def fail(app: Flask, name: str, times: int, address: str = HERE) -> None:
    for _ in range(times):
        attempt(app.test_client(), name, address=address)


def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(
    office: Office, app: Flask, clock: Clock
) -> None:
    fail(app, "company", 5)
    assert attempt(app.test_client(), "company", PASSWORD).status_code == 429
    clock.instant += timedelta(seconds=1)
    assert attempt(app.test_client(), "company", PASSWORD).status_code == 302


def test_the_delay_doubles_up_to_a_quarter_of_an_hour(engine: Engine) -> None:
    place, account, at = throttle.from_address(HERE), throttle.account_key("a@b.example"), START
    waited = []
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for _ in range(throttle.FREE_TRIES):
            assert throttle.may_try(connection, "password", account, place, at)
        for _ in range(12):
            delay = timedelta(seconds=1)
            while not throttle.may_try(connection, "password", account, place, at + delay):
                assert not throttle.may_try(
                    connection, "password", account, place, at + delay - timedelta(seconds=1)
                )
                delay += timedelta(seconds=1) if delay < timedelta(seconds=8) else delay
                delay = min(delay, throttle.LONGEST_DELAY)
            waited.append(int(delay.total_seconds()))
            at += delay
    assert waited[:4] == [1, 2, 4, 8]
    assert waited[-1] == 900


def test_a_rival_elsewhere_does_not_delay_a_bidder(office: Office, app: Flask) -> None:
    fail(app, "company", 30, address=ELSEWHERE)
    assert attempt(app.test_client(), "company", PASSWORD).status_code == 302


def test_a_rival_on_the_same_network_does_not_delay_a_device_that_is_known(
    office: Office, app: Flask
) -> None:
    bidder = app.test_client()
    assert attempt(bidder, "company", PASSWORD).status_code == 302
    bidder.post("/sign-out")
    fail(app, "company", 30)
    for number in range(throttle.ADDRESS_TRIES):
        fail(app, f"someone{number % 30}", 1)
    assert attempt(app.test_client(), "company", PASSWORD).status_code == 429
    assert attempt(bidder, "company", PASSWORD).status_code == 302


def test_a_device_known_to_one_account_is_a_stranger_to_another(office: Office, app: Flask) -> None:
    rival = app.test_client()
    assert attempt(rival, "rival", PASSWORD).status_code == 302
    rival.post("/sign-out")
    for _ in range(5):
        attempt(rival, "company")
    assert attempt(rival, "company", PASSWORD).status_code == 429


def test_one_who_forges_the_mark_of_a_device_gains_nothing(office: Office, app: Flask) -> None:
    forger = app.test_client()
    for number in range(6):
        forger.set_cookie("nt-device", f"WyJhIiwi{number}Il0.c2lnbmF0dXJl")
        answer = attempt(forger, "company")
    assert answer.status_code == 429


def test_one_address_that_tries_many_accounts_is_stopped(office: Office, app: Flask, clock: Clock) -> None:
    client = app.test_client()
    statuses = [
        attempt(client, f"gissning{number}").status_code for number in range(throttle.ADDRESS_TRIES + 1)
    ]
    assert statuses == [422] * throttle.ADDRESS_TRIES + [429]
    assert attempt(client, "annan", address=ELSEWHERE).status_code == 422
    clock.instant += throttle.ADDRESS_PERIOD
    assert attempt(client, "annan").status_code == 422


def test_all_of_a_subscribers_addresses_are_one_place() -> None:
    first, second = throttle.from_address("2001:db8:1:2::1"), throttle.from_address("2001:db8:1:2:ffff::2")
    assert first == second != throttle.from_address("2001:db8:1:3::1")
    assert throttle.from_address("::ffff:192.0.2.7") == throttle.from_address("192.0.2.7")


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_whatever_stands_for_an_address_is_a_place(address: str) -> None:
    assert throttle.from_address(address).is_known is False


SPELT = ["ad\x00ministrator", "ADMINISTRATOR", "adm\u0130nistrator", "\u2003administrator", "adm\u0131nistrator",
         "\x00" * 9 + "Administrator"]  # fmt: skip


@pytest.mark.parametrize("name", SPELT)
def test_another_spelling_of_an_address_buys_no_more_tries(office: Office, app: Flask, name: str) -> None:
    fail(app, "administrator", 5)
    answer = attempt(app.test_client(), name, PASSWORD)
    assert answer.status_code in (422, 429), "it is the same account, or it is none"
    with office.engine.connect() as connection:
        opens = service.check_password(connection, f"{name}@prov.example", PASSWORD)
    same = throttle.account_key(f"{name}@prov.example") == throttle.account_key("administrator@prov.example")
    assert (opens is not None) == same


def test_another_spelling_of_an_address_has_no_more_links_mailed(office: Office, app: Flask) -> None:
    statuses = [
        app.test_client()
        .post("/forgotten-password", data={"email": "\x00" * number + "company@prov.example"})
        .status_code
        for number in range(6)
    ]
    assert statuses == [200] * 5 + [429]


@given(st.text(max_size=30))
@settings(max_examples=200, deadline=None)
def test_whatever_is_typed_folds_to_what_the_database_takes(typed: str) -> None:
    once = service.folded(typed)
    assert "\x00" not in once
    once.encode()


def test_many_guesses_at_once_are_no_more_than_one_after_another(engine: Engine) -> None:
    place, account = throttle.from_address(HERE), throttle.account_key("a@b.example")
    allowed: list[bool] = []
    start = threading.Barrier(8)

    def guess() -> None:
        start.wait()
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            allowed.extend(throttle.may_try(connection, "password", account, place, START) for _ in range(5))

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(allowed) == throttle.FREE_TRIES


def test_no_address_that_a_stranger_typed_is_kept(office: Office, app: Flask) -> None:
    attempt(app.test_client(), "hemlig.person")
    with office.engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT a::text FROM attempt a")).scalars().all()
    assert len(rows) == 1
    assert "hemlig" not in rows[0]


def without_tokens(page: str) -> str:
    """The page without the token of its forms, which is another in every browser."""
    return re.sub(r'(name="csrf_token"[^>]*value=")[^"]*', r"\1", page)


# --- nobody learns who has an account -----------------------------------------------------------------


@pytest.fixture
def names(office: Office) -> tuple[str, ...]:
    """One with an account, one without, one who is disabled, one who has no password yet."""
    with office.engine.begin() as connection:
        register.disable(connection, By(START), str(service.find_person(connection, "rival@prov.example")))
        connection.execute(sa.text("UPDATE person SET password_hash = NULL WHERE email LIKE 'tlv@%'"))
    return ("company", "okand", "rival", "tlv")


def test_known_unknown_and_disabled_get_the_same_answer(app: Flask, names: tuple[str, ...]) -> None:
    for tries in (1, 6):
        answers = set()
        for name in names:
            client = app.test_client()
            answer = [attempt(client, name) for _ in range(tries)][-1]
            kept = {key for key, _ in answer.headers}
            body = without_tokens(answer.text).replace(name, "NAME")
            answers.add((answer.status_code, body, tuple(sorted(kept))))
        assert len(answers) == 1


def test_known_unknown_and_disabled_take_the_same_time(
    office: Office, names: tuple[str, ...], engine: Engine
) -> None:
    """Each costs one hash. Medians of interleaved samples differ by far less than a hash takes."""
    taken: dict[str, list[float]] = {name: [] for name in names}
    with engine.connect() as connection:
        for _ in range(9):
            for name in names:
                began = time.perf_counter()
                assert service.check_password(connection, f"{name}@prov.example", "fel") is None
                taken[name].append(time.perf_counter() - began)
    medians = [median(samples) for samples in taken.values()]
    assert max(medians) < 1.6 * min(medians), medians


def test_the_right_password_of_a_disabled_person_is_as_wrong_as_any(
    app: Flask, names: tuple[str, ...], office: Office
) -> None:
    disabled, unknown = app.test_client(), app.test_client()
    one, other = attempt(disabled, "rival", PASSWORD), attempt(unknown, "okand", PASSWORD)
    assert one.status_code == other.status_code
    assert without_tokens(one.text).replace("rival@", "") == without_tokens(other.text).replace("okand@", "")


def test_signing_in_as_ever_works_after_some_mistakes(office: Office, client: FlaskClient) -> None:
    for _ in range(3):
        attempt(client, "secretary")
    sign_in(client, "secretary")
    assert client.get("/account").status_code == 200
