"""What commands, pages and other features read of an agreement as values of the rules; seen as whoever acts sees it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.agreements.rules import Bound, Version
from nt_process.infra.rows import Row

VERSIONS = sa.text("SELECT * FROM agreement_version WHERE agreement_id = :id ORDER BY version")
ENDS = sa.text("""
    SELECT e.*, o.name AS region FROM agreement_end e LEFT JOIN organisation o ON o.id = e.organisation_id
    WHERE e.agreement_id = :id ORDER BY e.id
""")
# A version binds a region for all of its packages on the same days.
BOUND = sa.text("""
    SELECT DISTINCT agreement_id, organisation_id, version, lower(days) AS first_day, upper(days) AS end_day
    FROM agreement_binding WHERE agreement_id = ANY (CAST(:ids AS uuid[])) AND NOT isempty(days)
    ORDER BY organisation_id, first_day
""")


def versions_of(rows: Iterable[Row]) -> list[Version]:
    return [
        Version(
            row["version"],
            row["first_day"],
            row["last_day"],
            row["sent_at"] is not None,
            row["withdrawn_at"] is not None,
        )
        for row in rows
    ]


def bound_of(connection: Connection, agreement_id: object) -> list[Bound]:
    """Who is bound by which version on which days."""
    return bounds_of(connection, [agreement_id]).get(str(agreement_id), [])


def bounds_of(connection: Connection, agreement_ids: Iterable[object]) -> dict[str, list[Bound]]:
    """As `bound_of`, for several agreements at once."""
    found: dict[str, list[Bound]] = {}
    for row in connection.execute(BOUND, {"ids": [str(one) for one in agreement_ids]}):
        one = Bound(str(row.organisation_id), row.version, row.first_day, _last(row.end_day))
        found.setdefault(str(row.agreement_id), []).append(one)
    return found


def _last(end: date | None) -> date | None:
    return None if end is None else end - timedelta(days=1)


def ended_on(rows: Iterable[Any]) -> date | None:
    """The last day of an agreement that has been terminated as a whole."""
    return next((row["last_day"] for row in rows if row["organisation_id"] is None), None)
