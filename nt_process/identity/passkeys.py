"""Passkeys (WebAuthn): a key in the person's device that signs what it was asked, for this site alone.

Questions and answers are checked by the library webauthn; here it is kept what was registered, and that an
answer is accepted once. `asked` is what the session was asked, see `sessions.ask`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import sqlalchemy as sa
import webauthn
from sqlalchemy.engine import Connection
from webauthn.helpers import options_to_json, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

LONGEST_ANSWER = 20_000
LONGEST_NAME = 100

_ADD = sa.text("""
    INSERT INTO passkey (person_id, credential_id, public_key, sign_count, name, created_at)
    VALUES (:person, :credential, :key, :count, :name, :at) ON CONFLICT (credential_id) DO NOTHING
""")
_LIST = sa.text("""
    SELECT id, name, created_at, last_used_at FROM passkey WHERE person_id = :person ORDER BY created_at, id
""")
_CREDENTIALS = sa.text("SELECT credential_id FROM passkey WHERE person_id = :person")
_FIND = sa.text("""
    SELECT id, public_key, sign_count FROM passkey
    WHERE person_id = :person AND credential_id = :credential
""")
# A counter that does not grow tells of a copied key. Keys that keep no counter always say 0.
_USED = sa.text("""
    UPDATE passkey SET sign_count = :count, last_used_at = :at
    WHERE id = :id AND (sign_count < :count OR (sign_count = 0 AND :count = 0))
""")
_REMOVE = sa.text("DELETE FROM passkey WHERE id = :id AND person_id = :person")


@dataclass(frozen=True, slots=True)
class Site:
    """For whom keys are made: the host, and the origin that the browser must have been at."""

    host: str
    origin: str

    @classmethod
    def of(cls, base_url: str) -> Site:
        parts = urlsplit(base_url)
        return cls(parts.hostname or "localhost", f"{parts.scheme}://{parts.netloc}")


@dataclass(frozen=True, slots=True)
class Passkey:
    """A registered key, as its owner knows it."""

    id: str
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Question:
    """What the browser is asked: `options` as JSON for it, and the challenge to remember."""

    options: str
    challenge: bytes


def ask_to_register(connection: Connection, site: Site, person_id: str, email: str, name: str) -> Question:
    """Ask for a new key that verifies its user; one that is registered already is not made again."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name="NT process",
        user_id=person_id.encode(),
        user_name=email,
        user_display_name=name,
        exclude_credentials=_descriptors(connection, person_id),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return Question(options_to_json(options), options.challenge)


def register(
    connection: Connection, site: Site, person_id: str, name: str, answer: str, asked: bytes, at: datetime
) -> bool:
    """Keep the new key under a name; False when the answer is not to this question, from this site."""
    if len(answer) > LONGEST_ANSWER:
        return False
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=asked,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return False
    row = {
        "person": person_id,
        "credential": made.credential_id,
        "key": made.credential_public_key,
        "count": made.sign_count,
        "name": name.strip()[:LONGEST_NAME] or "Passkey",
        "at": at,
    }
    return connection.execute(_ADD, row).rowcount == 1


def ask_to_prove(connection: Connection, site: Site, person_id: str) -> Question | None:
    """Ask one of the person's keys to sign; None when they have none."""
    known = _descriptors(connection, person_id)
    if not known:
        return None
    options = webauthn.generate_authentication_options(
        rp_id=site.host, allow_credentials=known, user_verification=UserVerificationRequirement.REQUIRED
    )
    return Question(options_to_json(options), options.challenge)


def prove(
    connection: Connection, site: Site, person_id: str, answer: str, asked: bytes, at: datetime
) -> bool:
    """True when one of the person's own keys has signed this question, at this site, with a new count."""
    if len(answer) > LONGEST_ANSWER:
        return False
    try:
        credential = parse_authentication_credential_json(answer)
        known = connection.execute(
            _FIND, {"person": person_id, "credential": credential.raw_id}
        ).one_or_none()
        if known is None:
            return False
        proof = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=asked,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return False
    return connection.execute(_USED, {"id": known.id, "count": proof.new_sign_count, "at": at}).rowcount == 1


def passkeys(connection: Connection, person_id: str) -> list[Passkey]:
    """The person's keys, in the order they were registered."""
    rows = connection.execute(_LIST, {"person": person_id})
    return [Passkey(str(row.id), *row[1:]) for row in rows]


def remove(connection: Connection, person_id: str, passkey_id: str) -> bool:
    """Remove one of the person's own keys; another's is left as it is."""
    return connection.execute(_REMOVE, {"id": passkey_id, "person": person_id}).rowcount == 1


def _descriptors(connection: Connection, person_id: str) -> list[PublicKeyCredentialDescriptor]:
    held = connection.execute(_CREDENTIALS, {"person": person_id}).scalars()
    return [PublicKeyCredentialDescriptor(id=bytes(credential)) for credential in held]
