"""What other rooms take from introductions: what each region does with each recommendation, as of a day and as known then."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.infra.rows import Row, fetch
from nt_process.introduction.queries import COUNTS

_STANDINGS = sa.text(f"""
    SELECT p.recommendation_id, p.slug, p.case_number, p.medicine, p.atc, p.outcome, p.published_at, x.county_code,
           x.decision, x.reason_code, x.start_on, x.holds_from, x.at
    FROM publication p JOIN ({COUNTS.format(which="true")}) x ON x.recommendation_id = p.recommendation_id
    WHERE (CAST(:recommendation AS uuid) IS NULL OR p.recommendation_id = :recommendation)
    ORDER BY p.published_at, p.slug, x.county_code
""")  # noqa: S608 - constants of this program


def standings(
    connection: Connection, day: date, known: datetime | None = None, recommendation_id: object = None
) -> list[Row]:
    """The decision of each region that counts on a day, of those on record at the instant `known` (UTC; None: all), of every
    published recommendation or of one (id). A region without a decision has no row.

    `is_used` of the rules says of `outcome` and `decision` whether the medicine is taken into use, from `start_on` where
    that is known. Read as whoever acts: the council's side, the regions and the system see it, others nothing.
    """
    return fetch(connection, _STANDINGS, {"day": day, "known": known, "recommendation": recommendation_id})
