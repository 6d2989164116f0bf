"""Who changed what about people, organisations and memberships: written with every change, and never altered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

_NOTE = sa.text("""
    INSERT INTO administrative_change (at, actor_id, actor, person_id, organisation_id, what, old, new)
    VALUES (:at, :actor_id, :actor, :person_id, :organisation_id, :what, :old, :new)
    RETURNING id
""")


@dataclass(frozen=True, slots=True)
class By:
    """Who makes a change, and at which instant (UTC). Without an id it is the operator's command."""

    at: datetime
    actor_id: str | None = None
    actor: str = ""


def note(
    connection: Connection,
    by: By,
    what: str,
    *,
    person_id: str | None = None,
    organisation_id: str | None = None,
    old: str = "",
    new: str = "",
) -> int:
    """Add a line to the history, in the transaction of the change itself; its id. No secret is ever a value here."""
    made: int = connection.execute(
        _NOTE,
        {
            "at": by.at,
            "actor_id": by.actor_id,
            "actor": by.actor,
            "person_id": person_id,
            "organisation_id": organisation_id,
            "what": what,
            "old": old,
            "new": new,
        },
    ).scalar_one()
    return made


def mandate(role: str, valid_from: date, valid_to: date | None, speaks: bool = True) -> str:
    """A membership as the history writes it: role, first and last day, and `silent` for who may not speak for the
    organisation."""
    last = "" if valid_to is None else valid_to.isoformat()
    return f"{role}|{valid_from.isoformat()}|{last}{'' if speaks else '|silent'}"
