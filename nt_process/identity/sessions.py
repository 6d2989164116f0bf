"""Sign-ins that hold: begun, renewed, seen, listed and ended.

A session is known by a token of 256 random bits in a cookie; of it only the hash is stored. Renewing gives
a new token to the same session, so that a token which was seen before a sign-in or a confirmation is worth
nothing after it. An ended session stays ended: nothing here ever inserts or reopens one but `begin`.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity.actor import SessionLimits, SignedIn, load_by_session
from nt_process.identity.service import token_hash

# How exactly `last_seen_at` is kept: one write a minute, however many pages are read.
SEEN_EVERY = timedelta(minutes=1)
# How long a password that was right waits for its second factor.
PENDING_FOR = timedelta(minutes=10)
# How long ended sessions are kept.
KEPT = timedelta(days=30)
LONGEST_CLIENT = 300

_BEGIN = sa.text("""
    WITH forgotten AS (
        DELETE FROM session WHERE person_id = :person AND greatest(last_seen_at, ended_at) < :kept_after
    )
    INSERT INTO session (token_hash, person_id, began_at, last_seen_at, confirmed_at, strong, pending, client, address)
    VALUES (:hash, :person, :at, :at, :confirmed_at, :strong, :pending, :client, :address)
""")
_SEEN = sa.text("""
    UPDATE session SET last_seen_at = :at WHERE id = :id AND ended_at IS NULL AND last_seen_at < :at
""")
_RENEW = sa.text("""
    UPDATE session SET token_hash = :hash, last_seen_at = :at, pending = false,
        confirmed_at = CASE WHEN :confirmed THEN :at ELSE confirmed_at END,
        strong = strong OR :strong, challenge = NULL, challenge_at = NULL
    WHERE id = :id AND ended_at IS NULL
""")
_PENDING = sa.text("""
    SELECT s.id, s.person_id, p.email FROM session s JOIN person p ON p.id = s.person_id AND p.disabled_at IS NULL
    WHERE s.token_hash = :hash AND s.pending AND s.ended_at IS NULL AND s.began_at > :began_after
""")
_OPEN = sa.text("""
    SELECT id, began_at, last_seen_at, client, address FROM session
    WHERE person_id = :person AND ended_at IS NULL AND NOT pending
      AND last_seen_at > :seen_after AND began_at > :began_after
    ORDER BY last_seen_at DESC, id
""")
_END_TOKEN = sa.text("UPDATE session SET ended_at = :at WHERE token_hash = :hash AND ended_at IS NULL")
_END = sa.text("""
    UPDATE session SET ended_at = :at WHERE id = :id AND person_id = :person AND ended_at IS NULL
""")
_END_OTHERS = sa.text("""
    UPDATE session SET ended_at = :at
    WHERE person_id = :person AND ended_at IS NULL AND id IS DISTINCT FROM CAST(:kept AS uuid)
""")
_ASK = sa.text("UPDATE session SET challenge = :challenge, challenge_at = :at WHERE id = :id")
_ANSWERED = sa.text("""
    WITH asked AS (SELECT id, challenge, challenge_at FROM session WHERE id = :id FOR UPDATE)
    UPDATE session s SET challenge = NULL, challenge_at = NULL FROM asked
    WHERE s.id = asked.id AND s.ended_at IS NULL AND asked.challenge_at > :asked_after RETURNING asked.challenge
""")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where a request comes from, as the person will recognise it: the browser's name and the address."""

    client: str
    address: str


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its person sees it in the list of their own."""

    id: str
    began_at: datetime
    last_seen_at: datetime
    client: str
    address: str


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in whose password was right and whose second factor is still to come."""

    id: str
    person_id: str
    email: str


def begin(
    connection: Connection,
    person_id: str,
    at: datetime,
    visitor: Visitor,
    *,
    strong: bool = False,
    pending: bool = False,
    proved_at: datetime | None = None,
) -> str:
    """Begin a session and return its token, which is nowhere else. A pending one opens nothing yet.

    `proved_at`: when the person proved who they are, unless that was just now.
    """
    token = _new_token()
    connection.execute(
        _BEGIN,
        {
            "hash": token_hash(token),
            "person": person_id,
            "at": at,
            "confirmed_at": proved_at or at,
            "kept_after": at - KEPT,
            "strong": strong,
            "pending": pending,
            "client": visitor.client[:LONGEST_CLIENT],
            "address": visitor.address,
        },
    )
    return token


def load(
    connection: Connection, token: str, at: datetime, today: date, limits: SessionLimits
) -> SignedIn | None:
    """Who the token's session belongs to, noting at most once a minute that they were here. One read."""
    person = load_by_session(connection, token_hash(token), at, today, limits)
    if person is not None and person.session is not None and person.session.last_seen_at <= at - SEEN_EVERY:
        connection.execute(_SEEN, {"id": person.session.id, "at": at})
    return person


def renew(
    connection: Connection, session_id: str, at: datetime, *, strong: bool, confirmed: bool = True
) -> str | None:
    """Give the session a new token, because its person has just proved who they are; None when it has ended.

    `strong` when that was with a second factor; `confirmed` unless it was with less than they have. A pending
    session is complete from now on.
    """
    token = _new_token()
    changed = connection.execute(
        _RENEW,
        {"id": session_id, "hash": token_hash(token), "at": at, "strong": strong, "confirmed": confirmed},
    )
    return token if changed.rowcount == 1 else None


def pending(connection: Connection, token: str, at: datetime) -> Pending | None:
    """The sign-in that waits for its second factor under this token, for PENDING_FOR."""
    row = connection.execute(
        _PENDING, {"hash": token_hash(token), "began_after": at - PENDING_FOR}
    ).one_or_none()
    return None if row is None else Pending(str(row.id), str(row.person_id), row.email)


def open_sessions(
    connection: Connection, person_id: str, at: datetime, limits: SessionLimits
) -> list[OpenSession]:
    """The person's sessions that still open pages, the one used last first."""
    rows = connection.execute(
        _OPEN,
        {"person": person_id, "seen_after": at - limits.idle, "began_after": at - limits.absolute},
    )
    return [OpenSession(str(row.id), *row[1:]) for row in rows]


def end_by_token(connection: Connection, token: str, at: datetime) -> None:
    """End the session of this token, complete or pending."""
    connection.execute(_END_TOKEN, {"hash": token_hash(token), "at": at})


def end(connection: Connection, person_id: str, session_id: str, at: datetime) -> bool:
    """End one of the person's own sessions; another's is left as it is. False when there was none to end."""
    return connection.execute(_END, {"person": person_id, "id": session_id, "at": at}).rowcount == 1


def end_others(connection: Connection, person_id: str, at: datetime, *, kept: str | None = None) -> int:
    """End all sessions of the person but `kept`; how many there were."""
    return connection.execute(_END_OTHERS, {"person": person_id, "at": at, "kept": kept}).rowcount


def ask(connection: Connection, session_id: str, challenge: bytes, at: datetime) -> None:
    """Remember what a passkey is asked to sign in this session; an earlier question is forgotten."""
    connection.execute(_ASK, {"id": session_id, "challenge": challenge, "at": at})


def asked(connection: Connection, session_id: str, at: datetime) -> bytes | None:
    """What was asked, once: whoever answers again is answering nothing."""
    return connection.scalar(_ANSWERED, {"id": session_id, "asked_after": at - PENDING_FOR})


def _new_token() -> str:
    return secrets.token_urlsafe(32)
