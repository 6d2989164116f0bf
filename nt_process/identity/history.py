"""Who changed what about people, organisations and memberships: written with every change, and never altered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

_INSERT = """
    INSERT INTO administrative_change (at, actor_id, actor, person_id, organisation_id, what, old, new)
    VALUES (:at, :actor_id, :actor, :person_id, :organisation_id, :what, :old, :new)
"""
_NOTE = sa.text(_INSERT)
_NUMBERED = sa.text(f"{_INSERT} RETURNING id")


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
) -> None:
    """Add a line to the history, in the transaction of the change itself. No secret is ever a value here.

    Whoever makes a change may add the line, also who may not read the history.
    """
    connection.execute(_NOTE, _line(by, what, person_id, organisation_id, old, new))


def numbered(connection: Connection, by: By, what: str, person_id: str, old: str, new: str) -> int:
    """As `note`, for whoever may read the history; the line's id."""
    return int(connection.execute(_NUMBERED, _line(by, what, person_id, None, old, new)).scalar_one())


def _line(
    by: By, what: str, person_id: str | None, organisation_id: str | None, old: str, new: str
) -> dict[str, object]:
    return {
        "at": by.at,
        "actor_id": by.actor_id,
        "actor": by.actor,
        "person_id": person_id,
        "organisation_id": organisation_id,
        "what": what,
        "old": old,
        "new": new,
    }


def mandate(role: str, valid_from: date, valid_to: date | None, speaks: bool = True) -> str:
    """A membership as the history writes it: role, first and last day, and `silent` for who may not speak for the
    organisation."""
    last = "" if valid_to is None else valid_to.isoformat()
    return f"{role}|{valid_from.isoformat()}|{last}{'' if speaks else '|silent'}"
