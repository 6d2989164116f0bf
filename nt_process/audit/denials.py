"""Attempts to do what one may not: each is kept as it was refused, and nobody changes it afterwards."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

_NOTE = sa.text("""
    INSERT INTO denial (at, person_id, person, organisation, endpoint, method, object, reason)
    VALUES (:at, :person_id, :person, :organisation, :endpoint, :method, :object, :reason)
""")
LONGEST_OBJECT = 200


@dataclass(frozen=True, slots=True)
class Denial:
    """Who tried what on which object, and why it was refused. `reason` is codes or a status, never free text."""

    person_id: str
    person: str
    organisation: str
    endpoint: str
    method: str
    object: str
    reason: str


def note(connection: Connection, denial: Denial, at: datetime) -> None:
    """Keep a denial."""
    connection.execute(
        _NOTE,
        {
            "at": at,
            "person_id": uuid.UUID(denial.person_id),
            "person": denial.person,
            "organisation": denial.organisation,
            "endpoint": denial.endpoint,
            "method": denial.method,
            "object": denial.object[:LONGEST_OBJECT],
            "reason": denial.reason,
        },
    )
