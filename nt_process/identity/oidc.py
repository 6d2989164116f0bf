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
from datetime import UTC, date, datetime, timedelta
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy.engine import Connection

from nt_process.identity import federated
from nt_process.identity.federated import LEEWAY, OLDEST_ANSWER, Arrived, NotAccepted, Outgoing

ALGORITHMS = ("RS256", "PS256", "ES256")
# Headers that let a token name its own key, or ask for an extension.
_FORBIDDEN_HEADERS = frozenset({"jwk", "jku", "x5u", "x5c", "crit", "b64"})
METADATA_KEPT = timedelta(hours=1)
KEYS_ASKED_EVERY = timedelta(minutes=1)
TIMEOUT_SECONDS = 5
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


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
        endpoint = self._endpoint("authorization_endpoint", at)
        federated.remember(connection, state, federated.Sent(nonce, verifier, wanted), at)
        url, _ = self._session().create_authorization_url(
            endpoint,
            state=state,
            nonce=nonce,
            code_verifier=verifier,
            acr_values=" ".join(sorted(self.provider.levels)),
            # A sign-in here is a proof made now, and the answer says when it was (OpenID Connect Core 2, auth_time).
            max_age=int(OLDEST_ANSWER.total_seconds()),
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
        sent = federated.take(connection, state, at)
        self._check_sender(answer, at)
        if "error" in answer or not answer.get("code"):
            raise NotAccepted("provider_error")
        id_token = self._fetch_id_token(answer["code"], sent.code_verifier, at)
        claims = self._claims(id_token, at)
        self._check(claims, sent.nonce, at)
        subject, organisation = self.provider.person_claim, self.provider.organisation_claim
        return federated.person(
            connection,
            self.provider.issuer,
            claims.get(subject),
            claims.get(organisation),
            _proved_at(claims, at),
            sent.next,
            today,
        )

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
            (issued >= present - OLDEST_ANSWER.total_seconds(), "iat"),
            (not_before <= present + leeway, "nbf"),
            (secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()), "nonce"),
            (claims.get("acr") in tuple(self.provider.levels), "acr"),
        ):
            if not is_right:
                raise NotAccepted(code)

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


def _proved_at(claims: Mapping[str, Any], at: datetime) -> datetime:
    """When the person proved to the provider who they are; of one that does not say so, long ago."""
    if "auth_time" not in claims:
        return LONG_AGO
    try:
        return min(datetime.fromtimestamp(_number(claims, "auth_time"), UTC), at)
    except (ValueError, OverflowError, OSError):
        raise NotAccepted("auth_time") from None


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
