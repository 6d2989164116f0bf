"""Whom a sign-in provider's word is about, whatever it was said in: OpenID Connect or SAML.

The provider says who signed in and for which organisation; who that person is here, and that they have a
mandate in that organisation today, stands in our own register.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity.service import hold_organisations, token_hash

ANSWERED_WITHIN = timedelta(minutes=10)
# How far the provider's clock may be from ours, and how old an answer may be that was made for us just now.
LEEWAY = timedelta(seconds=60)
OLDEST_ANSWER = timedelta(minutes=10)
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
    "UPDATE organisation SET identifier = :identifier WHERE kind = :kind AND name = :name AND NOT EXISTS ("
    "SELECT FROM organisation WHERE identifier = :identifier AND (kind, name) <> (:kind, :name))"
)


class NotAccepted(Exception):
    """An answer of the provider's is not accepted; `code` says why, for the log and for tests."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Where the browser is sent, and the state that its own cookie must come back with."""

    url: str
    state: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What was remembered of a sign-in that was sent out: what its answer must name, and the page wanted."""

    nonce: str
    code_verifier: str
    next: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """Who has signed in at the provider, when they proved there who they are, and the page they wanted."""

    person_id: str
    email: str
    proved_at: datetime
    next: str


def remember(connection: Connection, state: str, sent: Sent, at: datetime) -> None:
    """Keep what only we know of a sign-in that is sent out, until it is answered or too old."""
    connection.execute(
        _REMEMBER,
        {
            "hash": token_hash(state),
            "nonce": sent.nonce,
            "verifier": sent.code_verifier,
            "next": sent.next,
            "at": at,
            "oldest": at - ANSWERED_WITHIN,
        },
    )


def take(connection: Connection, state: str, at: datetime) -> Sent:
    """What was sent out under that state, once. Raises NotAccepted (state)."""
    row = connection.execute(_TAKE, {"hash": token_hash(state)}).one_or_none()
    if row is None or row.made_at < at - ANSWERED_WITHIN:
        raise NotAccepted("state")
    return Sent(row.nonce, row.code_verifier, row.next)


def person(
    connection: Connection,
    issuer: str,
    subject: object,
    organisation: object,
    proved_at: datetime,
    wanted: str,
    today: date,
) -> Arrived:
    """Who that is here, with a mandate in that organisation today. Raises NotAccepted (person)."""
    named = {"issuer": issuer, "subject": _text(subject), "organisation": _text(organisation), "today": today}
    row = connection.execute(_PERSON, named).one_or_none()
    if row is None:
        raise NotAccepted("person")
    return Arrived(str(row.id), row.email, proved_at, wanted)


def link(connection: Connection, issuer: str, subject: str, email: str, at: datetime) -> bool:
    """Let the provider's `subject` be the person of that address; False when there is none, or it is taken."""
    given = {"issuer": issuer, "subject": subject, "email": email, "at": at}
    return connection.execute(_LINK, given).rowcount == 1


def name_organisation(connection: Connection, kind: str, name: str, identifier: str) -> bool:
    """Say how providers name an organisation of ours; False when there is none of that kind and name, or when
    another one is named so."""
    hold_organisations(connection)
    given = {"kind": kind, "name": name, "identifier": identifier}
    return connection.execute(_NAME_ORGANISATION, given).rowcount == 1


def _text(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT or "\x00" in value:
        raise NotAccepted("person")
    return value
