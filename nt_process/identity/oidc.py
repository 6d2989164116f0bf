"""Sign-in through an organisation's own provider: OpenID Connect, code flow with PKCE, state and nonce.

The provider says who signed in, for which organisation and how surely; who that person is here, and that
they have a mandate in that organisation today, stands in our own register. Of what comes back, everything
is checked (OpenID Connect Core 3.1.3.7, RFC 9207, RFC 9700): signature under a key of the provider's own
list and an algorithm of ours, issuer, audience, times, nonce and level of assurance. Nothing in a token
tells where its key is. What is sent out is answered once, in the browser that it was sent from.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import requests
import sqlalchemy as sa
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy.engine import Connection

from nt_process.identity.service import token_hash

ALGORITHMS = ("RS256", "PS256", "ES256")
# Headers that let a token name its own key, or ask for an extension.
_FORBIDDEN_HEADERS = frozenset({"jwk", "jku", "x5u", "x5c", "crit", "b64"})
ANSWERED_WITHIN = timedelta(minutes=10)
# How far the provider's clock may be from ours, and how old a token may be that was made for us just now.
LEEWAY = timedelta(seconds=60)
OLDEST_TOKEN = timedelta(minutes=10)
METADATA_KEPT = timedelta(hours=1)
KEYS_ASKED_EVERY = timedelta(minutes=1)
TIMEOUT_SECONDS = 5
LONGEST_TEXT = 255

_REMEMBER = sa.text("""
    WITH forgotten AS (DELETE FROM provider_request WHERE made_at < :oldest)
    INSERT INTO provider_request (state_hash, nonce, code_verifier, next, made_at)
    VALUES (:hash, :nonce, :verifier, :next, :at)
""")
_TAKE = sa.text("""
    DELETE FROM provider_request WHERE state_hash = :hash RETURNING nonce, code_verifier, next, made_at
""")
_PERSON = sa.text("""
    SELECT p.id, p.email FROM federated_identity f
    JOIN person p ON p.id = f.person_id AND p.disabled_at IS NULL
    WHERE f.issuer = :issuer AND f.subject = :subject AND EXISTS (
        SELECT FROM membership m JOIN organisation o ON o.id = m.organisation_id
        WHERE m.person_id = p.id AND o.identifier = :organisation
          AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today))
""")
_LINK = sa.text("""
    INSERT INTO federated_identity (issuer, subject, person_id, created_at)
    SELECT :issuer, :subject, id, :at FROM person WHERE lower(email) = lower(:email)
    ON CONFLICT (issuer, subject) DO NOTHING
""")
_NAME_ORGANISATION = sa.text(
    "UPDATE organisation SET identifier = :identifier WHERE kind = :kind AND name = :name"
)


class NotAccepted(Exception):
    """An answer of the provider's is not accepted; `code` says why, for the log and for tests."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Provider:
    """What is agreed with a provider. `levels` are the values of `acr` that are sure enough."""

    issuer: str
    client_id: str
    client_secret: str
    levels: frozenset[str]
    person_claim: str = "sub"
    organisation_claim: str = "organisation"
    scope: str = "openid"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Where the browser is sent, and the state that its own cookie must come back with."""

    url: str
    state: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """Who has signed in at the provider, and the page they wanted."""

    person_id: str
    email: str
    next: str


class Client:
    """One provider as this process knows it: its addresses and keys are asked for rarely and kept."""

    def __init__(self, provider: Provider, redirect_uri: str) -> None:
        self.provider = provider
        self.redirect_uri = redirect_uri
        self._metadata: Mapping[str, Any] = {}
        self._metadata_until: datetime | None = None
        self._keys: dict[str, Any] = {"keys": []}
        self._keys_asked: datetime | None = None

    def send_out(self, connection: Connection, wanted: str, at: datetime) -> Outgoing:
        """Begin a sign-in: remember what only we know, and say where to. Raises NotAccepted."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        given = {"hash": token_hash(state), "nonce": nonce, "verifier": verifier, "next": wanted, "at": at}
        endpoint = self._endpoint("authorization_endpoint", at)
        connection.execute(_REMEMBER, {**given, "oldest": at - ANSWERED_WITHIN})
        url, _ = self._session().create_authorization_url(
            endpoint,
            state=state,
            nonce=nonce,
            code_verifier=verifier,
            acr_values=" ".join(sorted(self.provider.levels)),
        )
        return Outgoing(url, state)

    def take_back(
        self,
        connection: Connection,
        answer: Mapping[str, str],
        expected_state: str,
        at: datetime,
        today: date,
    ) -> Arrived:
        """Check an answer and say who it is. `expected_state` is what this browser was sent out with.

        Raises NotAccepted. Whatever it says, the same answer is not taken a second time.
        """
        state = answer.get("state", "")
        if not expected_state or not secrets.compare_digest(state.encode(), expected_state.encode()):
            raise NotAccepted("state")
        sent = connection.execute(_TAKE, {"hash": token_hash(state)}).one_or_none()
        if sent is None or sent.made_at < at - ANSWERED_WITHIN:
            raise NotAccepted("state")
        self._check_sender(answer, at)
        if "error" in answer or not answer.get("code"):
            raise NotAccepted("provider_error")
        id_token = self._fetch_id_token(answer["code"], sent.code_verifier, at)
        claims = self._claims(id_token, at)
        self._check(claims, sent.nonce, at)
        return self._person(connection, claims, sent.next, today)

    def _check_sender(self, answer: Mapping[str, str], at: datetime) -> None:
        """RFC 9207: the answer comes from the provider that was asked, not from another one."""
        promised = self._known(at).get("authorization_response_iss_parameter_supported") is True
        if answer.get("iss", None if promised else self.provider.issuer) != self.provider.issuer:
            raise NotAccepted("mixed_up")

    def _fetch_id_token(self, code: str, verifier: str, at: datetime) -> str:
        endpoint = self._endpoint("token_endpoint", at)
        try:
            token = self._session().fetch_token(
                endpoint, code=code, code_verifier=verifier, timeout=TIMEOUT_SECONDS, allow_redirects=False
            )
        except (AuthlibBaseError, requests.RequestException, ValueError):
            raise NotAccepted("code") from None
        id_token = token.get("id_token")
        if not isinstance(id_token, str):
            raise NotAccepted("no_id_token")
        return id_token

    def _claims(self, id_token: str, at: datetime) -> dict[str, Any]:
        """What the token says, once its signature is found to be the provider's."""
        header = _header_of(id_token)
        if header.get("alg") not in ALGORITHMS or _FORBIDDEN_HEADERS & header.keys():
            raise NotAccepted("header")
        try:
            return dict(jwt.decode(id_token, self._key(header, at), algorithms=list(ALGORITHMS)).claims)
        except (JoseError, ValueError, TypeError):
            raise NotAccepted("signature") from None

    def _key(self, header: Mapping[str, Any], at: datetime) -> KeySet:
        """The provider's key of that name; its list is asked for again when it is a new name."""
        kid = header.get("kid")
        found = self._keys_named(kid)
        if not found and (self._keys_asked is None or at - self._keys_asked >= KEYS_ASKED_EVERY):
            self._keys_asked = at
            self._keys = self._get(self._endpoint("jwks_uri", at))
            found = self._keys_named(kid)
        if len(found) != 1:
            raise NotAccepted("key")
        return KeySet.import_key_set({"keys": found})

    def _keys_named(self, kid: object) -> list[Any]:
        listed = self._keys.get("keys", [])
        usable = [key for key in listed if key.get("kty") in ("RSA", "EC") and key.get("use", "sig") == "sig"]
        return usable if kid is None else [key for key in usable if key.get("kid") == kid]

    def _check(self, claims: Mapping[str, Any], nonce: str, at: datetime) -> None:
        """Each claim, named by what is wrong with it."""
        present, leeway = at.timestamp(), LEEWAY.total_seconds()
        issued, expires = _number(claims, "iat"), _number(claims, "exp")
        not_before = _number(claims, "nbf") if "nbf" in claims else issued
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        client_id = self.provider.client_id
        for is_right, code in (
            (claims.get("iss") == self.provider.issuer, "iss"),
            (client_id in audiences, "aud"),
            (len(audiences) == 1 or "azp" in claims, "azp"),
            (claims.get("azp", client_id) == client_id, "azp"),
            (present < expires + leeway, "exp"),
            (issued <= present + leeway, "iat"),
            (issued >= present - OLDEST_TOKEN.total_seconds(), "iat"),
            (not_before <= present + leeway, "nbf"),
            (secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()), "nonce"),
            (claims.get("acr") in tuple(self.provider.levels), "acr"),
        ):
            if not is_right:
                raise NotAccepted(code)

    def _person(self, connection: Connection, claims: Mapping[str, Any], wanted: str, today: date) -> Arrived:
        named = {
            "subject": _text(claims, self.provider.person_claim),
            "organisation": _text(claims, self.provider.organisation_claim),
        }
        row = connection.execute(
            _PERSON, {**named, "issuer": self.provider.issuer, "today": today}
        ).one_or_none()
        if row is None:
            raise NotAccepted("person")
        return Arrived(str(row.id), row.email, wanted)

    def _session(self) -> OAuth2Session:
        return OAuth2Session(
            self.provider.client_id,
            self.provider.client_secret,
            scope=self.provider.scope,
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
        )

    def _endpoint(self, name: str, at: datetime) -> str:
        address = self._known(at).get(name)
        # What is not encrypted is only spoken with this machine itself, and only by an issuer that is here.
        if not isinstance(address, str) or not address.startswith(("https://", _plain(self.provider.issuer))):
            raise NotAccepted("metadata")
        return address

    def _known(self, at: datetime) -> Mapping[str, Any]:
        if self._metadata_until is None or at >= self._metadata_until:
            found = self._get(f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self.provider.issuer:
                raise NotAccepted("metadata")
            self._metadata, self._metadata_until = found, at + METADATA_KEPT
        return self._metadata

    def _get(self, address: str) -> dict[str, Any]:
        try:
            answer = requests.get(address, timeout=TIMEOUT_SECONDS, allow_redirects=False)
            found = answer.json() if answer.status_code == requests.codes.ok else None
        except (requests.RequestException, ValueError):
            found = None
        if not isinstance(found, dict):
            raise NotAccepted("unreachable")
        return found


def link(connection: Connection, issuer: str, subject: str, email: str, at: datetime) -> bool:
    """Let the provider's `subject` be the person of that address; False when there is none, or it is taken."""
    given = {"issuer": issuer, "subject": subject, "email": email, "at": at}
    return connection.execute(_LINK, given).rowcount == 1


def name_organisation(connection: Connection, kind: str, name: str, identifier: str) -> bool:
    """Say how providers name an organisation of ours; False when there is none of that kind and name."""
    given = {"kind": kind, "name": name, "identifier": identifier}
    return connection.execute(_NAME_ORGANISATION, given).rowcount == 1


def _plain(issuer: str) -> str:
    return issuer if issuer.startswith(("http://localhost:", "http://127.0.0.1:")) else "https://"


def _header_of(id_token: str) -> dict[str, Any]:
    part = id_token.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, binascii.Error):
        raise NotAccepted("header") from None
    if not isinstance(header, dict):
        raise NotAccepted("header")
    return header


def _number(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotAccepted(name)
    return float(value)


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT or "\x00" in value:
        raise NotAccepted("person")
    return value
