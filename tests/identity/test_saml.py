"""Sign-in by SAML: a real provider lets its people in, a forged or strange answer lets in nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from structlog.testing import capture_logs

from tests.browser.server import Clock
from tests.identity.refused_saml import FORGED, ORGANISATION, WRONG, Values
from tests.identity.saml_browser import opens, post, refused, register, send_out
from tests.identity.saml_provider import (
    HERE,
    LEVEL,
    NS,
    SIGN_IN,
    SamlProvider,
    assertion,
    attribute,
    instant,
    request_of,
    response,
    right,
    right_values,
)
from tests.identity.wrapped import SHAPES
from tests.world import Office


def reasons(logs: Any) -> list[str]:
    return [line["error"] for line in logs if line["event"] == "proof_refused"]


# --- what is let in -----------------------------------------------------------------------------------


def test_a_right_answer_signs_in_and_leads_to_the_page_wanted(
    saml_app: Flask, idp: SamlProvider, clock: Clock
) -> None:
    client = saml_app.test_client()
    values, state = send_out(client, clock, "/sign-in/saml?next=/horizon")
    answer = post(client, state, right(idp, values))
    assert answer.headers["Location"] == "/horizon"
    assert opens(client)


@pytest.mark.parametrize(("seconds_ago", "may"), [(0, True), (599, True), (601, False), (8 * 3600, False)])
def test_a_sign_in_is_as_fresh_as_the_proof_at_the_provider(
    saml_app: Flask, idp: SamlProvider, clock: Clock, seconds_ago: int, may: bool
) -> None:
    client = saml_app.test_client()
    asked, _state = request_of(client.get("/sign-in/saml").headers["Location"])
    assert asked.get("ForceAuthn") == "true"
    values, state = send_out(client, clock)
    proved = instant(clock.instant - timedelta(seconds=seconds_ago))
    post(client, state, right(idp, values | {"authenticated": proved}))
    assert opens(client)
    assert (client.post("/account/security/authenticator").status_code == 200) == may


def test_an_answer_that_is_signed_around_as_well_is_let_in(
    saml_app: Flask, idp: SamlProvider, clock: Clock
) -> None:
    client = saml_app.test_client()
    values, state = send_out(client, clock)
    post(client, state, idp.sign(right(idp, values)))
    assert opens(client)


def test_the_request_asks_for_the_levels_that_are_sure_enough(saml_app: Flask, clock: Clock) -> None:
    client = saml_app.test_client()
    location = client.get("/sign-in/saml").headers["Location"]
    asked, _state = request_of(location)
    assert location.startswith(f"{SIGN_IN}?")
    assert asked.get("AssertionConsumerServiceURL") == f"{HERE}/back"
    assert [one.text for one in asked.iterfind(".//saml:AuthnContextClassRef", NS)] == [LEVEL, "loa4"]
    assert len({request_of(client.get("/sign-in/saml").headers["Location"])[0].get("ID") for _ in "ab"}) == 2


def test_who_is_named_by_attributes_is_let_in(
    make_saml_app: Callable[..., Flask], idp: SamlProvider, office: Office, clock: Clock
) -> None:
    """As where the subject's own name is another every time."""
    register(office)
    app = make_saml_app(
        idp.metadata(), saml_person_attribute="urn:hsa", saml_organisation_attribute="urn:org"
    )
    for person, let_in in (("hsa-17", True), ("hsa-18", False)):
        client = app.test_client()
        values, state = send_out(client, clock)
        values |= {"person": "x", "format": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"}
        values["attributes"] = attribute("urn:hsa", person) + attribute("urn:org", ORGANISATION)
        post(client, state, right(idp, values))
        assert opens(client) is let_in


def test_under_https_the_cookie_is_let_through_from_the_provider_and_only_as_encrypted(
    make_saml_app: Callable[..., Flask], idp: SamlProvider
) -> None:
    client = make_saml_app(idp.metadata(), base_url="https://nt.example").test_client()
    cookie = client.get("/sign-in/saml").headers["Set-Cookie"]
    assert cookie.startswith("__Host-nt-saml=")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=None", "Path=/"))


# --- what is not --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WRONG)
def test_an_answer_that_is_wrong_about_one_thing_is_refused(
    saml_app: Flask, idp: SamlProvider, clock: Clock, name: str
) -> None:
    client = saml_app.test_client()
    values, state = send_out(client, clock)
    reason, change = WRONG[name]
    changed = change(values)
    assert changed != values
    with capture_logs() as logs:
        assert refused(client, post(client, state, right(idp, changed)))
    assert reasons(logs) == [reason]


def never_expiring_far_away(values: Values) -> Values:
    return values | {"valid_until": "9999-12-31T23:59:59Z", "confirmed_until": "9999-12-31T23:59:59Z"}


def test_a_last_day_of_all_is_a_day(saml_app: Flask, idp: SamlProvider, clock: Clock) -> None:
    client = saml_app.test_client()
    values, state = send_out(client, clock)
    post(client, state, right(idp, never_expiring_far_away(values)))
    assert opens(client)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("around", [False, True])
def test_a_forged_assertion_is_not_read_for_a_signed_one(
    saml_app: Flask, idp: SamlProvider, clock: Clock, shape: str, around: bool
) -> None:
    """XSW. The genuine assertion is of another person; whichever is read, the answer as a whole is refused."""
    client = saml_app.test_client()
    values, state = send_out(client, clock)
    genuine = idp.sign(assertion(values))
    forged = assertion(values | {"person": "hsa-99", "assertion_id": "_forged"})
    document = SHAPES[shape](response(values), genuine, forged)
    answer = post(client, state, idp.sign(document) if around else document)
    assert refused(client, answer)


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_or_strange_answer_is_refused(
    saml_app: Flask, idp: SamlProvider, clock: Clock, name: str
) -> None:
    client = saml_app.test_client()
    values, state = send_out(client, clock)
    reason, forge = FORGED[name]
    with capture_logs() as logs:
        assert refused(client, post(client, state, forge(idp, values)))
    assert reasons(logs) == [reason]


def test_an_answer_is_taken_once(saml_app: Flask, idp: SamlProvider, clock: Clock) -> None:
    client = saml_app.test_client()
    values, state = send_out(client, clock)
    document = right(idp, values)
    post(client, state, document)
    assert opens(client)
    replay = saml_app.test_client()
    replay.set_cookie("nt-saml", state)
    assert refused(replay, post(replay, state, document))


def test_an_assertion_of_an_earlier_sign_in_is_not_taken_for_a_later_one(
    saml_app: Flask, idp: SamlProvider, clock: Clock
) -> None:
    client, later = saml_app.test_client(), saml_app.test_client()
    values, state = send_out(client, clock)
    signed = idp.sign(assertion(values))
    post(client, state, response(values, signed))
    fresh, state = send_out(later, clock)
    assert refused(later, post(later, state, response(fresh, signed)))


def test_an_answer_to_another_browser_is_refused(saml_app: Flask, idp: SamlProvider, clock: Clock) -> None:
    """Nobody can be signed in as somebody else by a form that posts itself."""
    attacker, victim = saml_app.test_client(), saml_app.test_client()
    values, state = send_out(attacker, clock)
    assert refused(victim, post(victim, state, right(idp, values)))
    send_out(victim, clock)
    assert refused(victim, post(victim, state, right(idp, values)))


@pytest.mark.parametrize("state", ["", "x", "å", "a" * 5000])
def test_an_answer_under_a_wrong_state_is_refused(
    saml_app: Flask, idp: SamlProvider, clock: Clock, state: str
) -> None:
    client = saml_app.test_client()
    values, _state = send_out(client, clock)
    assert refused(client, post(client, state, right(idp, values)))


def test_an_answer_that_nobody_asked_for_is_refused(saml_app: Flask, idp: SamlProvider, clock: Clock) -> None:
    client = saml_app.test_client()
    values, _state = send_out(client, clock)
    unasked = saml_app.test_client()
    assert refused(unasked, post(unasked, "", right(idp, values)))


def test_an_answer_that_comes_too_late_is_refused(saml_app: Flask, idp: SamlProvider, clock: Clock) -> None:
    client = saml_app.test_client()
    values, state = send_out(client, clock)
    clock.instant += timedelta(minutes=10, seconds=1)
    fresh = right_values(values["in_response_to"], clock.instant, ORGANISATION)
    assert refused(client, post(client, state, right(idp, fresh)))


def test_who_has_no_mandate_today_is_not_let_in(
    saml_app: Flask, idp: SamlProvider, office: Office, clock: Clock
) -> None:
    with office.engine.begin() as connection:
        connection.execute(sa.text("UPDATE membership SET valid_to = '2026-01-06'"))
    client = saml_app.test_client()
    values, state = send_out(client, clock)
    assert refused(client, post(client, state, right(idp, values)))


def test_without_a_level_agreed_nobody_is_let_in(
    make_saml_app: Callable[..., Flask], idp: SamlProvider, office: Office, clock: Clock
) -> None:
    register(office)
    client = make_saml_app(idp.metadata(), saml_levels="").test_client()
    values, state = send_out(client, clock)
    assert refused(client, post(client, state, right(idp, values)))
