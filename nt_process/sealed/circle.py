"""The circle of a negotiation: who may read what is sealed, on which side, from one day to another.

Whether somebody may be admitted at all is judged by whoever calls; here it becomes so, and the case's log says it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.cases.service import today_of
from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row
from nt_process.sealed import rules

_ADMIT = sa.text("""
    INSERT INTO sealed.circle (id, negotiation_id, case_id, side, organisation_id, person_id, capacity, valid_from,
        valid_to, added_by, added_at)
    VALUES (:id, :negotiation, :case, :side, :organisation, :person, :capacity, :valid_from, :valid_to, :by, :at)
""")
_END = sa.text("""
    UPDATE sealed.circle SET valid_to = :day, ended_by = :by, ended_at = :at, barred = :barred
    WHERE id = :id AND negotiation_id = :negotiation AND ended_at IS NULL
      AND (valid_to IS NULL OR valid_to > :day)
    RETURNING person_id, organisation_id, side, valid_from
""")
_ENTRY = sa.text(
    "SELECT valid_from FROM sealed.circle WHERE id = :id AND negotiation_id = :negotiation AND ended_at IS NULL"
)
_UNBAR = sa.text(
    "UPDATE sealed.circle SET barred = false WHERE id = :id AND negotiation_id = :negotiation AND barred"
)
_MEMBERS = sa.text("""
    SELECT m.id, m.side, m.organisation_id, o.name AS organisation, m.person_id, p.name AS person, m.capacity,
           m.valid_from, m.valid_to, m.added_by, m.added_at, m.ended_by, m.ended_at, m.barred,
           m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today) AS holds
    FROM sealed.circle m JOIN organisation o ON o.id = m.organisation_id LEFT JOIN person p ON p.id = m.person_id
    WHERE m.negotiation_id = :negotiation
    ORDER BY holds DESC, m.side, sv_sort(coalesce(p.name, o.name)), m.added_at, m.id
""")
# On which sides this person stands today. The same as policy `in_circle` asks, for a person who is named.
_STANDS = """
    m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
      AND EXISTS (
          SELECT FROM membership h JOIN person p ON p.id = h.person_id
          WHERE h.person_id = :person AND h.organisation_id = m.organisation_id AND p.disabled_at IS NULL
            AND h.valid_from <= :today AND (h.valid_to IS NULL OR h.valid_to >= :today)
            AND (m.person_id = h.person_id OR (m.person_id IS NULL AND h.role = 'company_contact')))
"""
_SIDES = sa.text(f"""
    SELECT DISTINCT m.side, m.organisation_id FROM sealed.circle m
    WHERE m.negotiation_id = :negotiation AND {_STANDS} ORDER BY m.side
""")  # noqa: S608 - a constant of this program
_ALL_SIDES = sa.text(f"""
    SELECT DISTINCT m.negotiation_id, m.side, m.organisation_id FROM sealed.circle m
    WHERE (m.person_id = :person OR m.person_id IS NULL) AND {_STANDS} ORDER BY m.negotiation_id, m.side
""")  # noqa: S608 - a constant of this program


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a person stands in a circle today: the side, and for which organisation."""

    side: str
    organisation_id: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody to be admitted. `person_id` is None for the company: whoever is its contact that day."""

    side: str
    organisation_id: str
    person_id: str | None
    capacity: str
    valid_from: date
    valid_to: date | None = None


def admit(
    connection: Connection, negotiation_id: str, case_id: str, entry: Entry, by: str, at: datetime
) -> str:
    """Put somebody into the circle, and give the entry's id. `by` is the name of who decides it."""
    entry_id = uuid.uuid4()
    connection.execute(
        _ADMIT,
        {
            "id": entry_id,
            "negotiation": uuid.UUID(negotiation_id),
            "case": uuid.UUID(case_id),
            "side": entry.side,
            "organisation": uuid.UUID(entry.organisation_id),
            "person": None if entry.person_id is None else uuid.UUID(entry.person_id),
            "capacity": entry.capacity,
            "valid_from": entry.valid_from,
            "valid_to": entry.valid_to,
            "by": by,
            "at": at,
        },
    )
    return str(entry_id)


def end(
    connection: Connection, negotiation_id: str, entry_id: str, by: str, at: datetime, *, barred: bool = False
) -> bool:
    """Take somebody out of the circle, at once: from today on they read nothing. False when they are out already.

    `barred`: they cannot come back by themselves, where they otherwise could.
    """
    named = {"id": entry_id, "negotiation": negotiation_id}
    entry = connection.execute(_ENTRY, named).first()
    if entry is None:
        return False
    day = rules.ended_on(entry.valid_from, today_of(at))
    ended = {**named, "day": day, "by": by, "at": at, "barred": barred}
    return connection.execute(_END, ended).first() is not None


def unbar(connection: Connection, negotiation_id: str, entry_id: str) -> bool:
    """Let somebody who was barred come back by themselves. False when they were not."""
    return connection.execute(_UNBAR, {"id": entry_id, "negotiation": negotiation_id}).rowcount == 1


def members(connection: Connection, negotiation_id: str, today: date) -> list[Row]:
    """Everybody who is or was in the circle: those of today first. Whoever may not see the circle gets nobody."""
    given = {"negotiation": negotiation_id, "today": today}
    return list(connection.execute(_MEMBERS, given).mappings())


def stands(connection: Connection, actor: SignedIn, negotiation_id: str, today: date) -> tuple[Stand, ...]:
    """Where the actor stands in the circle today; nowhere: they are not in it."""
    given: dict[str, Any] = {"negotiation": negotiation_id, "person": actor.id, "today": today}
    return tuple(Stand(row.side, str(row.organisation_id)) for row in connection.execute(_SIDES, given))


def stands_of(connection: Connection, actor: SignedIn, today: date) -> dict[str, list[Stand]]:
    """Where the actor stands today, by negotiation, in all of those whose circle they are in."""
    found: dict[str, list[Stand]] = {}
    for row in connection.execute(_ALL_SIDES, {"person": actor.id, "today": today}):
        found.setdefault(str(row.negotiation_id), []).append(Stand(row.side, str(row.organisation_id)))
    return found
