"""Introductions that a region has decided on, with a first day, and whose financing is not registered yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.infra.rows import Row
from nt_process.introduction import facts
from nt_process.introduction.rules.deciding import is_used
from nt_process.introduction_financing.service import introduction_rule_of

_REGISTERED = sa.text("""
    SELECT f.county_code, f.atc, c.number AS case_number FROM introduction_financing f LEFT JOIN cases c ON c.id = f.case_id
    WHERE f.county_code = ANY (:codes)
""")


def to_register(connection: Connection, today: date, codes: Sequence[str]) -> list[Row]:
    """Of the regions with these county codes, as `introduction.facts.standings` has them: what is taken into use from a
    known day on which the region has a rule on introduction financing. Read as whoever acts.
    """
    if not codes:
        return []
    registered = set()
    for row in connection.execute(_REGISTERED, {"codes": list(codes)}):
        registered |= {(row.county_code, row.atc), (row.county_code, row.case_number)}
    return [
        one
        for one in facts.standings(connection, today)
        if one["county_code"] in codes
        and one["start_on"] is not None
        and is_used(one["outcome"], one["decision"])
        and registered.isdisjoint(
            {(one["county_code"], one["atc"]), (one["county_code"], one["case_number"])}
        )
        and introduction_rule_of(connection, one["county_code"], one["atc"], one["start_on"]) is not None
    ]
