"""Reads of meetings. A company sees how many places are free and which it has itself, never who else is heard."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.cases.sight import SEEN, sight
from nt_process.companies.rules.meetings import HEARD_PHASES
from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row
from nt_process.rights import MEETING_READERS

MAX_SHOWN = 120

_COLUMNS = """
    m.id, m.version, m.year, m.number, m.day, m.lead_days, m.file_by, m.capacity - m.booked AS free, m.cancelled_at,
    CASE WHEN :sees_all THEN m.capacity END AS capacity, CASE WHEN :sees_all THEN m.booked END AS booked,
    m.place, CASE WHEN :sees_all THEN m.notes ELSE '' END AS notes
"""
_COMING = sa.text(f"""
    SELECT {_COLUMNS} FROM council_meeting m WHERE :may_read AND m.day >= :today ORDER BY m.day LIMIT :limit
""")  # noqa: S608 - constants of this program
_HELD = sa.text(f"""
    SELECT {_COLUMNS} FROM council_meeting m WHERE :may_read AND m.day < :today ORDER BY m.day DESC LIMIT :limit
""")  # noqa: S608 - constants of this program
_ONE = sa.text(f"SELECT {_COLUMNS} FROM council_meeting m WHERE :may_read AND m.id = :id")  # noqa: S608 - constants
_SLOTS = sa.text(f"""
    SELECT s.meeting_id, c.number, c.medicine, c.company, s.person, s.at
    FROM meeting_slot s JOIN cases c ON c.id = s.case_id
    WHERE :may_read AND s.meeting_id = ANY (:meetings) AND {SEEN} ORDER BY s.at, c.number
""")  # noqa: S608 - constants of this program
# Open cases of the companies that somebody acts for, with the meeting to come that each has a place at.
_OWN_CASES = sa.text("""
    SELECT c.number, c.medicine, h.meeting_id, h.number AS meeting, h.year
    FROM cases c LEFT JOIN LATERAL (
        SELECT s.meeting_id, m.number, m.year FROM meeting_slot s JOIN council_meeting m ON m.id = s.meeting_id
        WHERE s.case_id = c.id AND m.day >= :today AND m.cancelled_at IS NULL LIMIT 1
    ) h ON true
    WHERE c.company_id = ANY (:companies) AND NOT c.terminal AND c.phase = ANY (:phases) ORDER BY c.number LIMIT 500
""")


@dataclass(frozen=True, slots=True)
class Listed:
    """Meetings with the slots that the reader may see, by the meeting's id."""

    meetings: Sequence[Row]
    slots: Mapping[uuid.UUID, Sequence[Row]]


def listed(connection: Connection, actor: SignedIn, today: date, *, held: bool = False) -> Listed:
    """The meetings to come by day, or those that were held, the latest first."""
    given = {**_reader(actor), "today": today, "limit": MAX_SHOWN}
    found = list(connection.execute(_HELD if held else _COMING, given).mappings())
    return Listed(found, _slots(connection, actor, [row["id"] for row in found]))


def meeting(connection: Connection, actor: SignedIn, meeting_id: str) -> tuple[Row, Sequence[Row]] | None:
    """One meeting, with the slots that the reader may see."""
    found = connection.execute(_ONE, {**_reader(actor), "id": meeting_id}).mappings().first()
    if found is None:
        return None
    return found, _slots(connection, actor, [found["id"]]).get(found["id"], ())


def own_cases(connection: Connection, actor: SignedIn, today: date) -> list[Row]:
    """The cases that the actor's companies may take a place for."""
    given = {"companies": sight(actor)["companies"], "today": today, "phases": list(HEARD_PHASES)}
    return list(connection.execute(_OWN_CASES, given).mappings())


def _slots(
    connection: Connection, actor: SignedIn, meetings: list[uuid.UUID]
) -> Mapping[uuid.UUID, Sequence[Row]]:
    slots: dict[uuid.UUID, list[Row]] = {}
    for row in connection.execute(_SLOTS, {**_reader(actor), "meetings": meetings}).mappings():
        slots.setdefault(row["meeting_id"], []).append(row)
    return slots


def _reader(actor: SignedIn) -> dict[str, Any]:
    return {"may_read": MEETING_READERS.allows(actor.roles), **sight(actor)}
