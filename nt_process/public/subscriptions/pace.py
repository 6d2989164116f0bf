"""Which of those who asked are written to, and when: nobody can have another flooded with mail, or all of them at once."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.public.subscriptions import rules

BATCH = 200

_HELD = sa.text("SELECT pg_try_advisory_xact_lock(390002)")
_NEW = sa.text("""
    SELECT id, email FROM subscription_request WHERE admitted_at IS NULL ORDER BY made_at, id LIMIT :batch
""")
_SENT = sa.text("SELECT at FROM subscription_pace WHERE address = :address")
_IN_HOUR = sa.text("SELECT count(*) FROM subscription_pace WHERE at > :since")
_ADMIT = sa.text("""
    UPDATE subscription_request SET admitted_at = :at, mail_after = :at, expires_at = :expires WHERE id = :id
""")
_NOTE = sa.text("INSERT INTO subscription_pace (address, at) VALUES (:address, :at)")
_DROP = sa.text("DELETE FROM subscription_request WHERE id = :id")
_FORGET = (
    sa.text("DELETE FROM subscription_pace WHERE at <= :day_ago"),
    sa.text("DELETE FROM subscription_request WHERE expires_at <= :at"),
)


def admit(connection: Connection, secret_key: str, at: datetime) -> None:
    """Let the mail of new requests go out, as far as the paces allow, in a transaction of the caller's.

    A request too many for an address is dropped: the link that was mailed before works as well. When all together are too
    many they wait. One process does this at a time.
    """
    if not connection.scalar(_HELD):
        return
    new = connection.execute(_NEW, {"batch": BATCH}).all()
    if not new:
        return
    left = rules.AN_HOUR - int(connection.scalar(_IN_HOUR, {"since": at - timedelta(hours=1)}) or 0)
    for row in new[: max(left, 0)]:
        address = _key(secret_key, row.email)
        sent = connection.scalars(_SENT, {"address": address}).all()
        if rules.may_be_written_to(sent, at):
            connection.execute(_NOTE, {"address": address, "at": at})
            connection.execute(_ADMIT, {"id": row.id, "at": at, "expires": at + rules.VALID_FOR})
        else:
            connection.execute(_DROP, {"id": row.id})


def forget(engine: Engine, at: datetime) -> None:
    """Drop what nobody confirmed in time, and to whom was written a day ago."""
    with engine.begin() as connection:
        for statement in _FORGET:
            connection.execute(statement, {"at": at, "day_ago": at - timedelta(days=1)})


def _key(secret_key: str, email: str) -> bytes:
    return hmac.digest(secret_key.encode(), f"subscription address {email}".encode(), hashlib.sha256)
