"""Whether another agreement binds a region for the same package on the same days; the database lets none through."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from psycopg.errors import ExclusionViolation
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from nt_process.infra.rows import Row

_OTHERS = sa.text("""
    SELECT DISTINCT a.case_number, o.name AS region, b.package, sv_sort(o.name)
    FROM agreement_binding b JOIN agreement a ON a.id = b.agreement_id JOIN organisation o ON o.id = b.organisation_id
    WHERE b.agreement_id <> :id AND b.organisation_id = ANY (CAST(:regions AS uuid[])) AND b.package = ANY (:packages)
      AND b.days && daterange(:first, CAST(:last AS date) + 1)
    ORDER BY 1, 4, 3 LIMIT 20
""")


def overlapping(connection: Connection, agreement_id: str, version: Row, regions: Sequence[str]) -> list[str]:
    """What binds these regions already for a package and days of this version, of what the reader may know of."""
    given = {"id": agreement_id, "regions": list(regions), "packages": list(version["packages"])}
    given |= {"first": version["first_day"], "last": version["last_day"]}
    rows = connection.execute(_OTHERS, given)
    return [f"{row.case_number}: {row.region}, {row.package}" for row in rows]


def is_overlap(error: IntegrityError) -> bool:
    """Whether the database refused to bind a region twice."""
    return isinstance(error.orig, ExclusionViolation)
