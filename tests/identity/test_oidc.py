"""Sign-in through an organisation's provider: a real one lets its people in, a hostile one lets in nobody."""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import ECKey, OctKey, RSAKey

from nt_process.identity import federated, service
from nt_process.identity import register as identity_register
from nt_process.identity.history import By
from tests.browser.server import Clock
from tests.identity.hostile_provider import HostileProvider, serving, unsigned
from tests.world import Office, sign_in

CLIENT, LEVEL, ORGANISATION = "nt-process", "loa3", "SE2321000255"
BACK = "/sign-in/organisation/back"
Change = Callable[[dict[str, Any], HostileProvider], str]


def settings_for(issuer: str) -> dict[str, object]:
    return {
        "oidc_issuer": issuer, "oidc_client_id": CLIENT, "oidc_client_secret": "s" * 40, "oidc_levels": LEVEL,
        "base_url": "http://nt.example",
    }  # fmt: skip


def register(office: Office, issuer: str, subject: str = "hsa-17", name: str = "region") -> None:
    """The secretariat has noted how the provider names the person and their organisation."""
    with office.engine.begin() as connection:
        federated.name_organisation(connection, "region", "Region Skåne", ORGANISATION)
        assert federated.link(connection, issuer, subject, f"{name}@prov.example", datetime.now(UTC))


def opens(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


@pytest.fixture
def hostile() -> Iterator[HostileProvider]:
    with serving() as provider:
        yield provider


@pytest.fixture
def app(make_app: Callable[..., Flask], hostile: HostileProvider, office: Office) -> Flask:
    register(office, hostile.issuer)
    return make_app(**settings_for(hostile.issuer))


def send_out(client: FlaskClient, path: str = "/sign-in/organisation") -> dict[str, str]:
    """What the browser is sent to the provider with."""
    location = client.get(path).headers["Location"]
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def right_claims(hostile: HostileProvider, sent: dict[str, str], clock: Clock) -> dict[str, Any]:
    now = int(clock.instant.timestamp())
    return {
        "iss": hostile.issuer, "aud": CLIENT, "sub": "hsa-17", "organisation": ORGANISATION, "acr": LEVEL,
        "nonce": sent["nonce"], "iat": now, "exp": now + 300,
    }  # fmt: skip


# --- what is let in -----------------------------------------------------------------------------------


def test_a_right_answer_signs_in_and_leads_to_the_page_wanted(
    app: Flask, hostile: HostileProvider, clock: Clock
) -> None:
    client = app.test_client()
    sent = send_out(client, "/sign-in/organisation?next=/horizon")
    hostile.id_token = hostile.sign(right_claims(hostile, sent, clock))
    answer = client.get(BACK, query_string={"code": "c", "state": sent["state"]})
    assert answer.headers["Location"] == "/horizon"
    assert opens(client)


def test_the_code_is_bound_to_a_secret_that_only_we_know(
    app: Flask, hostile: HostileProvider, clock: Clock
) -> None:
    """PKCE: what was announced is the hash of what is shown with the code, and another every time."""
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    verifiers = set()
    for _ in range(2):
        client = app.test_client()
        sent = send_out(client)
        assert sent["code_challenge_method"] == "S256"
        assert sent["acr_values"] == LEVEL
        hostile.id_token = hostile.sign(right_claims(hostile, sent, clock))
        client.get(BACK, query_string={"code": "c", "state": sent["state"]})
        verifier = hostile.asked[-1]["code_verifier"][0]
        assert create_s256_code_challenge(verifier) == sent["code_challenge"]
        verifiers.add(verifier)
    assert len(verifiers) == 2


def test_such_a_sign_in_counts_as_one_with_a_second_factor(
    make_app: Callable[..., Flask], hostile: HostileProvider, office: Office, clock: Clock
) -> None:
    register(office, hostile.issuer)
    client = make_app(second_factor="required", **settings_for(hostile.issuer)).test_client()
    sent = send_out(client)
    hostile.id_token = hostile.sign(right_claims(hostile, sent, clock))
    client.get(BACK, query_string={"code": "c", "state": sent["state"]})
    assert opens(client)


@pytest.mark.parametrize(
    ("seconds_ago", "may"), [(0, True), (599, True), (601, False), (8 * 3600, False), (None, False)]
)
def test_a_sign_in_is_as_fresh_as_the_proof_at_the_provider(
    app: Flask, hostile: HostileProvider, clock: Clock, seconds_ago: int | None, may: bool
) -> None:
    """Whoever signed in there in the morning, or at a provider that does not say when, proves it anew for what matters."""
    client = app.test_client()
    sent = send_out(client)
    assert sent["max_age"] == "600"
    claims = right_claims(hostile, sent, clock)
    if seconds_ago is not None:
        claims["auth_time"] = claims["iat"] - seconds_ago
    hostile.id_token = hostile.sign(claims)
    client.get(BACK, query_string={"code": "c", "state": sent["state"]})
    assert opens(client)
    answer = client.post("/account/security/authenticator")
    assert (answer.status_code == 200) == may
    assert may or answer.headers["Location"].startswith("/account/security/confirm")


def test_who_is_signed_in_proves_it_anew_at_the_provider_and_comes_back(
    app: Flask, hostile: HostileProvider, office: Office, clock: Clock
) -> None:
    client = app.test_client()
    assert arrive(client, hostile, clock, send_out(client))
    way = re.search(
        r'href="(/sign-in/organisation[^"]*)"', client.get("/account/security/confirm?next=/account").text
    )
    assert way is not None
    before = client.get_cookie("nt")
    clock.instant += timedelta(minutes=20)
    sent = send_out(client, way[1])
    claims = right_claims(hostile, sent, clock)
    hostile.id_token = hostile.sign(claims | {"auth_time": claims["iat"]})
    answer = client.get(BACK, query_string={"code": "c", "state": sent["state"]})
    assert answer.headers["Location"] == "/account"
    assert client.post("/account/security/authenticator").status_code == 200
    assert client.get_cookie("nt") != before
    with office.engine.connect() as connection:
        still_open = sa.text("SELECT count(*) FROM session WHERE ended_at IS NULL")
        assert connection.scalar(still_open) == 1, "the session from before has ended"


def test_nobody_proves_at_the_provider_that_they_are_who_is_signed_in_when_they_are_not(
    app: Flask, hostile: HostileProvider, office: Office, clock: Clock
) -> None:
    client = sign_in(app.test_client(), "colleague")
    clock.instant += timedelta(minutes=20)
    arrive(client, hostile, clock, send_out(client))
    assert "Colleague" in client.get("/account").text
    assert client.post("/account/security/authenticator").status_code == 302


# --- what is not --------------------------------------------------------------------------------------


def changed(**claims: object) -> Change:
    """A token that is right but for these claims; None leaves a claim out."""

    def change(right: dict[str, Any], hostile: HostileProvider) -> str:
        told = {name: value for name, value in (right | claims).items() if value is not None}
        return hostile.sign(told)

    return change


def shifted(name: str, seconds: int) -> Change:
    return lambda right, hostile: hostile.sign(right | {name: right["iat"] + seconds})


def headed(**header: object) -> Change:
    return lambda right, hostile: hostile.sign(right, dict(header))


def signed_by_another(right: dict[str, Any], hostile: HostileProvider) -> str:
    return hostile.sign(right, key=RSAKey.generate_key(2048))


def signed_with_the_public_key(right: dict[str, Any], hostile: HostileProvider) -> str:
    """The confusion of HS256 with RS256: the key that everybody knows taken as the shared secret."""
    header, claims, _ = hostile.sign(right, {"alg": "HS256"}, OctKey.import_key("s" * 40)).split(".")
    mac = hmac.digest(hostile.key.as_pem(private=False), f"{header}.{claims}".encode(), "sha256")
    return f"{header}.{claims}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def signed_with_the_clients_secret(right: dict[str, Any], hostile: HostileProvider) -> str:
    return hostile.sign(right, {"alg": "HS256"}, OctKey.import_key("s" * 40))


def carrying_its_own_key(right: dict[str, Any], hostile: HostileProvider) -> str:
    own = RSAKey.generate_key(2048)
    return hostile.sign(right, {"jwk": own.as_dict(private=False)}, own)


def signed_by_a_key_of_another_kind(right: dict[str, Any], hostile: HostileProvider) -> str:
    return hostile.sign(right, {"alg": "ES256"}, ECKey.generate_key("P-256"))


def signed_by_a_key_for_encryption(right: dict[str, Any], hostile: HostileProvider) -> str:
    hostile.listed = [key | {"use": "enc"} for key in hostile.listed]
    return hostile.sign(right)


def with_other_claims_under_the_same_signature(right: dict[str, Any], hostile: HostileProvider) -> str:
    mine, theirs = hostile.sign(right | {"sub": "someone"}), hostile.sign(right)
    return ".".join([*theirs.split(".")[:2], mine.split(".")[2]])


FORGED: dict[str, Change] = {
    "no signature, alg none": lambda right, _: unsigned(right),
    "signature cut off": lambda right, hostile: hostile.sign(right).rpartition(".")[0] + ".",
    "signature of other claims": with_other_claims_under_the_same_signature,
    "another's key": signed_by_another,
    "public key as shared secret": signed_with_the_public_key,
    "client's secret as key": signed_with_the_clients_secret,
    "its own key in the header": carrying_its_own_key,
    "address of its key in the header": headed(jku="http://127.0.0.1:9/jwks"),
    "address of its certificate": headed(x5u="http://127.0.0.1:9/cert"),
    "its certificate": headed(x5c=["MIIB"]),
    "unknown key": headed(kid="two"),
    "key of another kind": signed_by_a_key_of_another_kind,
    "key for encryption": signed_by_a_key_for_encryption,
    "algorithm not agreed": headed(alg="RS512"),
    "not a token": lambda _right, _hostile: "hej",
    "empty": lambda _right, _hostile: "",
    "header not an object": lambda right, hostile: "W10." + hostile.sign(right).partition(".")[2],
    "another issuer": changed(iss="https://evil.example"),
    "no issuer": changed(iss=None),
    "issuer with a slash more": lambda right, hostile: hostile.sign(right | {"iss": right["iss"] + "/"}),
    "another audience": changed(aud="another"),
    "no audience": changed(aud=None),
    "several audiences, none authorised": changed(aud=[CLIENT, "another"]),
    "authorised for another": changed(aud=[CLIENT, "another"], azp="another"),
    "authorised for another, one audience": changed(azp="another"),
    "another nonce": changed(nonce="another"),
    "no nonce": changed(nonce=None),
    "expired": shifted("exp", -61),
    "never expires": changed(exp=None),
    "expiry not a number": changed(exp="2099"),
    "expiry a truth value": changed(exp=True),
    "made in the future": shifted("iat", 120),
    "made long ago": shifted("iat", -660),
    "no time of making": changed(iat=None),
    "not valid yet": shifted("nbf", 120),
    "low level of assurance": changed(acr="loa2"),
    "no level of assurance": changed(acr=None),
    "several levels": changed(acr=[LEVEL]),
    "unknown person": changed(sub="hsa-18"),
    "no person": changed(sub=""),
    "person not a text": changed(sub=17),
    "person with a NUL": changed(sub="hsa-17\0"),
    "another organisation": changed(organisation="SE2120001361"),
    "no organisation": changed(organisation=None),
    "several organisations": changed(organisation=[ORGANISATION]),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_or_wrong_token_is_refused(
    app: Flask, hostile: HostileProvider, clock: Clock, name: str
) -> None:
    client = app.test_client()
    sent = send_out(client)
    hostile.id_token = FORGED[name](right_claims(hostile, sent, clock), hostile)
    answer = client.get(BACK, query_string={"code": "c", "state": sent["state"]})
    assert answer.headers["Location"] == "/sign-in"
    assert not opens(client)
    assert len(hostile.asked) == 1, "it was the token that was refused, nothing before it"


def arrive(
    client: FlaskClient, hostile: HostileProvider, clock: Clock, sent: dict[str, str], **answer: str
) -> bool:
    """Come back with a token that is right for what was sent, under this answer; True when it signs in."""
    hostile.id_token = hostile.sign(right_claims(hostile, sent, clock))
    client.get(BACK, query_string={"code": "c", "state": sent["state"]} | answer)
    return opens(client)


def test_an_answer_is_taken_once(app: Flask, hostile: HostileProvider, clock: Clock) -> None:
    client = app.test_client()
    sent = send_out(client)
    cookie = client.get_cookie("nt-page")
    assert cookie is not None
    assert arrive(client, hostile, clock, sent)
    replay = app.test_client()
    replay.set_cookie("nt-page", cookie.value)
    assert not arrive(replay, hostile, clock, sent)


def test_an_answer_to_another_browser_is_refused(app: Flask, hostile: HostileProvider, clock: Clock) -> None:
    """Nobody can be signed in as somebody else by following a link."""
    attacker, victim = app.test_client(), app.test_client()
    sent = send_out(attacker)
    assert not arrive(victim, hostile, clock, sent)
    send_out(victim)
    assert not arrive(victim, hostile, clock, sent)


@pytest.mark.parametrize("state", ["", "x", "å", "a" * 5000])
def test_an_answer_under_a_wrong_state_is_refused(
    app: Flask, hostile: HostileProvider, clock: Clock, state: str
) -> None:
    client = app.test_client()
    sent = send_out(client)
    assert not arrive(client, hostile, clock, sent, state=state)


def test_an_answer_that_comes_too_late_is_refused(app: Flask, hostile: HostileProvider, clock: Clock) -> None:
    client = app.test_client()
    sent = send_out(client)
    clock.instant += timedelta(minutes=10, seconds=1)
    assert not arrive(client, hostile, clock, sent)


def test_an_answer_from_another_provider_is_refused(
    app: Flask, hostile: HostileProvider, clock: Clock
) -> None:
    client = app.test_client()
    sent = send_out(client)
    assert not arrive(client, hostile, clock, sent, iss="https://evil.example")
    assert hostile.asked == [], "the code was shown to nobody"


def test_a_provider_that_promises_to_say_who_it_is_must(
    app: Flask, hostile: HostileProvider, clock: Clock
) -> None:
    hostile.metadata["authorization_response_iss_parameter_supported"] = True
    client = app.test_client()
    assert not arrive(client, hostile, clock, send_out(client))
    assert arrive(client, hostile, clock, send_out(client), iss=hostile.issuer)


def test_a_token_that_another_provider_gave_is_refused(
    app: Flask, hostile: HostileProvider, clock: Clock
) -> None:
    """Mixed up: what one honest provider says of its person is handed over as if the other had said it."""
    with serving() as other:
        for claimed in (other.issuer, hostile.issuer):
            client = app.test_client()
            sent = send_out(client)
            hostile.id_token = other.sign(right_claims(hostile, sent, clock) | {"iss": claimed})
            client.get(BACK, query_string={"code": "c", "state": sent["state"], "iss": hostile.issuer})
            assert not opens(client)
        assert other.keys_read == 0, "a token does not say where its key is"


def test_a_provider_that_sends_elsewhere_is_not_followed(
    app: Flask, hostile: HostileProvider, clock: Clock
) -> None:
    with serving() as other:
        client = app.test_client()
        sent = send_out(client)
        hostile.moved_to = other.issuer
        for answering in (hostile, other):
            answering.id_token = hostile.sign(right_claims(hostile, sent, clock))
        client.get(BACK, query_string={"code": "c", "state": sent["state"]})
        assert not opens(client)
        assert (other.asked, other.keys_read) == ([], 0)


def test_two_sign_ins_of_one_browser_are_not_mixed_up(
    app: Flask, hostile: HostileProvider, clock: Clock
) -> None:
    client = app.test_client()
    first, second = send_out(client), send_out(client)
    hostile.id_token = hostile.sign(right_claims(hostile, first, clock))
    client.get(BACK, query_string={"code": "c", "state": second["state"]})
    assert not opens(client), "the token belongs to the first"
    assert not arrive(client, hostile, clock, first), "the browser was sent out again since"
    third = send_out(client)
    assert not arrive(app.test_client(), hostile, clock, third)
    assert arrive(client, hostile, clock, third)


def test_a_token_that_the_browser_brings_is_not_looked_at(
    app: Flask, hostile: HostileProvider, clock: Clock
) -> None:
    """Only what the provider itself hands us over our own connection counts."""
    client = app.test_client()
    sent = send_out(client)
    right = hostile.sign(right_claims(hostile, sent, clock))
    client.get(BACK, query_string={"id_token": right, "access_token": "x", "state": sent["state"]})
    assert not opens(client)
    assert hostile.asked == []


@pytest.mark.parametrize("order", [("mine", "other"), ("other", "mine")])
def test_an_answer_that_says_things_twice_opens_nothing_to_another(
    app: Flask, hostile: HostileProvider, clock: Clock, order: tuple[str, str]
) -> None:
    """Whichever of two states is read, it must be the one that this browser was sent out with."""
    victim = app.test_client()
    states = {"mine": send_out(victim)["state"], "other": send_out(app.test_client())["state"]}
    query = "&".join(f"state={states[name]}" for name in order)
    victim.get(f"{BACK}?code=c&{query}")
    assert not opens(victim)


@pytest.mark.parametrize("said", [None, 17, ["a.b.c"], {"a": 1}, "\x00", "a" * 1_000_000])
def test_a_provider_that_gives_no_token_signs_in_nobody(
    app: Flask, hostile: HostileProvider, clock: Clock, said: Any
) -> None:
    client = app.test_client()
    sent = send_out(client)
    hostile.id_token = said
    answer = client.get(BACK, query_string={"code": "c", "state": sent["state"]})
    assert answer.headers["Location"] == "/sign-in"
    assert not opens(client)


def test_a_refusal_of_the_providers_is_no_sign_in(app: Flask, hostile: HostileProvider, clock: Clock) -> None:
    client = app.test_client()
    assert not arrive(client, hostile, clock, send_out(client), error="access_denied")
    assert not arrive(client, hostile, clock, send_out(client), code="")


@pytest.mark.parametrize("name", ["issuer", "token_endpoint", "authorization_endpoint"])
def test_a_provider_is_known_by_its_own_encrypted_addresses(
    app: Flask, hostile: HostileProvider, name: str
) -> None:
    hostile.metadata[name] = "http://evil.example"
    client = app.test_client()
    sent = send_out(client)
    client.get(BACK, query_string={"code": "c", "state": sent.get("state", "")})
    assert not opens(client)
    assert hostile.asked == []


def test_who_is_disabled_or_has_no_mandate_today_is_not_let_in(
    app: Flask, hostile: HostileProvider, office: Office, clock: Clock
) -> None:
    with office.engine.begin() as connection:
        connection.execute(sa.text("UPDATE membership SET valid_to = '2026-01-06'"))
    client = app.test_client()
    assert not arrive(client, hostile, clock, send_out(client))
    with office.engine.begin() as connection:
        connection.execute(sa.text("UPDATE membership SET valid_to = NULL"))
        identity_register.disable(
            connection, By(clock.instant), str(service.find_person(connection, "region@prov.example"))
        )
    assert not arrive(client, hostile, clock, send_out(client))


def test_a_new_key_is_found_and_unknown_ones_do_not_make_us_ask_again_and_again(
    app: Flask, hostile: HostileProvider, clock: Clock
) -> None:
    client = app.test_client()
    assert arrive(client, hostile, clock, send_out(client))
    for _ in range(5):
        other = app.test_client()
        sent = send_out(other)
        hostile.id_token = hostile.sign(right_claims(hostile, sent, clock), {"kid": "unknown"})
        other.get(BACK, query_string={"code": "c", "state": sent["state"]})
    assert hostile.keys_read == 1
    hostile.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
    hostile.listed = [hostile.key.as_dict(private=False) | {"kid": "two"}]
    clock.instant += timedelta(minutes=2)
    other = app.test_client()
    sent = send_out(other)
    hostile.id_token = hostile.sign(right_claims(hostile, sent, clock), {"kid": "two"})
    other.get(BACK, query_string={"code": "c", "state": sent["state"]})
    assert opens(other)


def test_a_subject_is_one_person(office: Office) -> None:
    register(office, "https://one.example")
    with office.engine.begin() as connection:
        at = datetime.now(UTC)
        assert not federated.link(connection, "https://one.example", "hsa-17", "company@prov.example", at)
        assert federated.link(connection, "https://two.example", "hsa-17", "company@prov.example", at)
        assert not federated.link(connection, "https://one.example", "hsa-19", "okand.1@prov.example", at)


# --- a real provider ----------------------------------------------------------------------------------


@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::authlib.deprecate.AuthlibDeprecationWarning"
)
def test_a_person_signs_in_at_a_real_provider(
    make_app: Callable[..., Flask], office: Office, clock: Clock
) -> None:
    import oidc_provider_mock

    claims: dict[str, object] = {"organisation": ORGANISATION, "acr": LEVEL}
    known = oidc_provider_mock.User(sub="hsa-17", claims=claims)
    weak = oidc_provider_mock.User(sub="hsa-18", claims=claims | {"acr": "loa2"})
    clock.instant = datetime.now(UTC)
    with oidc_provider_mock.run_server_in_thread(user_claims=[known, weak], require_nonce=True) as provider:
        issuer = f"http://localhost:{provider.server_port}"
        register(office, issuer)
        register(office, issuer, "hsa-18", "colleague")
        app = make_app(**settings_for(issuer))
        for subject, let_in in (("hsa-17", True), ("hsa-18", False), ("hsa-19", False)):
            client = app.test_client()
            page = client.get("/sign-in/organisation").headers["Location"]
            back = requests.post(page, data={"sub": subject}, allow_redirects=False, timeout=5)
            query = urlsplit(back.headers["Location"]).query
            client.get(f"{BACK}?{query}")
            assert opens(client) is let_in, subject
            clock.instant = datetime.now(UTC)
