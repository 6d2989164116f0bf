"""Links that are mailed and work once: an invitation, or a forgotten password.

A link's token follows from the row's id and the installation's key, so that the mail can be written when it
is sent, and neither the database nor a queue holds anything that opens an account. Only the token's hash is
stored. A newer link for the same person ends the older ones, but a forgotten password no open invitation; choosing
a password ends all of them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity.service import hash_password, token_hash

VALID_FOR = {"invitation": timedelta(days=7), "password": timedelta(hours=1)}
# Nobody is sent more than one link for a forgotten password in this time, whoever asks for it.
LEAST_PAUSE = timedelta(minutes=5)
REQUEST_KEPT = timedelta(days=1)
REQUEST_BATCH = 100

_MAKE = sa.text("""
    WITH receiver AS (
        SELECT id FROM person WHERE lower(email) = lower(:email) AND disabled_at IS NULL
          AND NOT (:purpose = 'password' AND EXISTS (
              SELECT FROM one_time_link l WHERE l.person_id = person.id AND l.made_at > :pause_after))
    ), ended AS (
        UPDATE one_time_link SET used_at = :at, mail_after = NULL
        WHERE person_id IN (SELECT id FROM receiver) AND used_at IS NULL
          AND NOT (:purpose = 'password' AND purpose = 'invitation' AND expires_at > :at)
    )
    INSERT INTO one_time_link (id, token_hash, person_id, purpose, made_at, expires_at, mail_after)
    SELECT :id, :hash, id, :purpose, :at, :expires, :at FROM receiver
""")
_FIND = sa.text("""
    SELECT p.email, p.name, l.purpose FROM one_time_link l JOIN person p ON p.id = l.person_id
    WHERE l.token_hash = :hash AND l.used_at IS NULL AND l.expires_at > :at AND p.disabled_at IS NULL
""")
_USE = sa.text("""
    WITH held AS (
        SELECT id FROM one_time_link
        WHERE used_at IS NULL AND person_id = (
            SELECT person_id FROM one_time_link WHERE token_hash = :hash AND used_at IS NULL AND expires_at > :at)
        ORDER BY id FOR UPDATE
    ), used AS (
        UPDATE one_time_link SET used_at = :at, mail_after = NULL
        WHERE id IN (SELECT id FROM held) RETURNING person_id, token_hash
    ), changed AS (
        UPDATE person SET password_hash = :password_hash
        WHERE id IN (SELECT person_id FROM used WHERE token_hash = :hash) AND disabled_at IS NULL RETURNING id
    ), revoked AS (
        UPDATE api_token SET revoked_at = :at WHERE person_id IN (SELECT id FROM changed) AND revoked_at IS NULL
    ), ended AS (
        UPDATE session SET ended_at = :at WHERE person_id IN (SELECT id FROM changed) AND ended_at IS NULL
    )
    SELECT id FROM changed
""")
# One that nobody has come for in a day is forgotten: then there is no worker that mails.
_REQUEST = sa.text("""
    WITH forgotten AS (DELETE FROM password_request WHERE made_at < :oldest)
    INSERT INTO password_request (account, made_at) VALUES (:account, :at)
""")
_REQUESTED = sa.text("""
    WITH taken AS (
        DELETE FROM password_request WHERE id IN (
            SELECT id FROM password_request ORDER BY made_at, id LIMIT :batch FOR UPDATE SKIP LOCKED)
        RETURNING account
    )
    SELECT DISTINCT p.email FROM person p JOIN taken t ON t.account = sha256(convert_to(lower(p.email), 'UTF8'))
""")


@dataclass(frozen=True, slots=True)
class Link:
    """For whom a link is that still works, and what for ("invitation" or "password")."""

    email: str
    name: str
    purpose: str


def make(connection: Connection, secret_key: str, email: str, purpose: str, at: datetime) -> bool:
    """Have a link mailed to the person of that address; False when there is none such, or it is too soon.

    An invitation that is still open is not ended by a password's link, which a stranger can have made.
    """
    link_id = uuid.uuid4()
    made = connection.execute(
        _MAKE,
        {
            "id": link_id,
            "hash": token_hash(token_of(secret_key, str(link_id))),
            "email": email,
            "purpose": purpose,
            "at": at,
            "expires": at + VALID_FOR[purpose],
            "pause_after": at - LEAST_PAUSE,
        },
    )
    return made.rowcount == 1


def request(connection: Connection, account: bytes, at: datetime) -> None:
    """Note that a password is said to be forgotten; `account` as `throttle.account_key` gives it.

    The same is written whether there is such an account or not. The worker looks, see `answer_requests`.
    """
    connection.execute(_REQUEST, {"account": account, "at": at, "oldest": at - REQUEST_KEPT})


def answer_requests(connection: Connection, secret_key: str, at: datetime) -> None:
    """Have links mailed to those of whom it was said, in a transaction of the caller's."""
    for email in connection.scalars(_REQUESTED, {"batch": REQUEST_BATCH}).all():
        make(connection, secret_key, email, "password", at)


def token_of(secret_key: str, link_id: str) -> str:
    """The token of a link: 256 bits that nobody without the key can tell."""
    digest = hmac.digest(secret_key.encode(), f"one-time link {link_id}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def find(connection: Connection, token: str, at: datetime) -> Link | None:
    """The link of this token, as long as it works. Looking at it does not use it."""
    row = connection.execute(_FIND, {"hash": token_hash(token), "at": at}).one_or_none()
    return None if row is None else Link(row.email, row.name, row.purpose)


def use(connection: Connection, token: str, password: str, at: datetime) -> bool:
    """Set the password that its owner chose and end all their sessions; False when the link does not work.

    A second factor stays as it is: who has forgotten a password has not proved more than a mailbox.
    """
    given = {"hash": token_hash(token), "at": at, "password_hash": hash_password(password)}
    return connection.execute(_USE, given).first() is not None
