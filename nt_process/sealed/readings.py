"""Who has read what is sealed: for the auditor and the secretariat, and each reader of themselves."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row

AUDITORS = frozenset({"auditor", "secretariat"})
MOST = 500

_READINGS = sa.text(f"""
    SELECT r.id, r.place, r.row_id, r.version, r.person_id, r.person, r.organisation, r.side, r.unattended, r.reason, r.at
    FROM sealed.reading r
    WHERE r.negotiation_id = :negotiation AND (:all OR r.person_id = :reader)
      AND (:place = '' OR (r.place = :place AND r.row_id = :row_id))
      AND conflict_of_interest(r.case_id, :reader, acting_day()) IS NULL
    ORDER BY r.id DESC LIMIT {MOST}
""")  # noqa: S608 - a constant of this program


def readings(
    connection: Connection, actor: SignedIn, negotiation_id: str, place: str = "", row_id: str = ""
) -> list[Row]:
    """Who has read what in a negotiation, the latest first; with `place` and `row_id` one secret alone."""
    given: dict[str, Any] = {
        "negotiation": negotiation_id,
        "reader": actor.id,
        "place": place,
        "row_id": row_id,
    }
    given["all"] = bool(actor.roles & AUDITORS)
    return list(connection.execute(_READINGS, given).mappings())
