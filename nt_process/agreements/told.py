"""What settlement computes from: the agreements with who is bound by which version on which days.

Settlement stands above agreements and asks here, in its own transaction and as whoever it works for; nothing is handed
upwards, and there is no second copy to keep true. The terms of a version lie in the sealed room under `service.PLACE`,
the agreement's id and the version, where `terms` of the sealed document is what `terms.document` reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.agreements.reading import bounds_of
from nt_process.agreements.rules import Bound
from nt_process.kernel.regions import find_region


@dataclass(frozen=True, slots=True)
class Party:
    """A region that is bound by a version, from one day to another (None: until further notice)."""

    region: str
    organisation_id: str
    version: int
    first: date
    last: date | None


@dataclass(frozen=True, slots=True)
class Binding:
    """An agreement that binds or has bound somebody. `name` is what it is about, without anything secret."""

    id: str
    negotiation_id: str
    case_id: str
    company_id: str
    name: str
    packages: tuple[str, ...]
    versions: tuple[int, ...]
    parties: tuple[Party, ...]


_BINDING = sa.text("""
    SELECT a.id, a.negotiation_id, a.case_id, a.company_id, c.medicine,
           array(SELECT DISTINCT unnest(v.packages) FROM agreement_version v
                 WHERE v.agreement_id = a.id AND v.sent_at IS NOT NULL ORDER BY 1) AS packages
    FROM agreement a JOIN cases c ON c.id = a.case_id
    WHERE EXISTS (SELECT FROM agreement_binding b WHERE b.agreement_id = a.id AND NOT isempty(b.days))
    ORDER BY a.made_at, a.id
""")
_CODES = sa.text("SELECT id, county_code, name FROM organisation WHERE kind = 'region'")


def binding(connection: Connection) -> Sequence[Binding]:
    """Every agreement that binds or has bound a region and that whoever acts may know of."""
    rows = connection.execute(_BINDING).all()
    bound = bounds_of(connection, [row.id for row in rows])
    codes = {}
    for row in connection.execute(_CODES):
        region = find_region(row.county_code or row.name)
        codes[str(row.id)] = "" if region is None else region.code
    return [
        Binding(
            str(row.id), str(row.negotiation_id), str(row.case_id), str(row.company_id), row.medicine,
            tuple(row.packages), tuple(sorted({one.version for one in bound[str(row.id)]})),
            tuple(_party(one, codes) for one in bound[str(row.id)]),
        )
        for row in rows
    ]  # fmt: skip


def _party(one: Bound, codes: dict[str, str]) -> Party:
    return Party(codes[one.region], one.region, one.version, one.first, one.last)
