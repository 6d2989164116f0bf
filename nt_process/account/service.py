"""Commands on one's own account. Of a link or a token only the hash is stored; it is shown once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity.service import token_hash

_PREFERENCES = sa.text("""
    SELECT language, mail, calendar_token_hash IS NOT NULL AS has_calendar FROM person WHERE id = :person
""")
# Who chooses no mail is sent none of what still waits either.
_SAVE = sa.text("""
    WITH saved AS (UPDATE person SET language = :language, mail = :mail WHERE id = :person RETURNING id)
    UPDATE notice n SET mail = 'none' FROM saved
    WHERE n.person_id = saved.id AND n.mail IN ('pending', 'digest') AND :mail = 'none'
""")
_SET_CALENDAR = sa.text("UPDATE person SET calendar_token_hash = :hash WHERE id = :person")
_TOKENS = sa.text("""
    SELECT id, created_at, expires_at FROM api_token
    WHERE person_id = :person AND revoked_at IS NULL AND expires_at > :at
    ORDER BY created_at DESC, id
""")
_REVOKE_TOKEN = sa.text("""
    UPDATE api_token SET revoked_at = :at WHERE id = :id AND person_id = :person AND revoked_at IS NULL
""")


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person has chosen. `mail` is each, digest (once a day) or none."""

    language: str
    mail: str
    has_calendar: bool


@dataclass(frozen=True, slots=True)
class Token:
    """A token that is valid, by what may be shown of it."""

    id: str
    created_at: datetime
    expires_at: datetime


def preferences(connection: Connection, person_id: str) -> Preferences:
    row = connection.execute(_PREFERENCES, {"person": person_id}).one()
    return Preferences(row.language, row.mail, row.has_calendar)


def save_preferences(connection: Connection, person_id: str, language: str, mail: str) -> None:
    """Language ("sv" or "en") and mail ("each", "digest" or "none"); the database refuses any other."""
    connection.execute(_SAVE, {"person": person_id, "language": language, "mail": mail})


def make_calendar_token(connection: Connection, person_id: str) -> str:
    """A new secret for the calendar's address; an address made before stops working."""
    token = secrets.token_urlsafe(32)
    connection.execute(_SET_CALENDAR, {"person": person_id, "hash": token_hash(token)})
    return token


def revoke_calendar_token(connection: Connection, person_id: str) -> None:
    connection.execute(_SET_CALENDAR, {"person": person_id, "hash": None})


def tokens(connection: Connection, person_id: str, at: datetime) -> list[Token]:
    """The person's valid API tokens, the newest first."""
    rows = connection.execute(_TOKENS, {"person": person_id, "at": at})
    return [Token(str(row.id), row.created_at, row.expires_at) for row in rows]


def revoke_token(connection: Connection, person_id: str, token_id: str, at: datetime) -> None:
    """Make one of the person's own tokens invalid at once; another's is left as it is."""
    connection.execute(_REVOKE_TOKEN, {"person": person_id, "id": token_id, "at": at})
