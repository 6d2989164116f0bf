"""Who of a region stands in the circle of a negotiation, and by which mandate; a secret is read by nobody else of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.infra.rows import Row
from nt_process.negotiation.errors import Maker
from nt_process.negotiation.rules import accession as rules
from nt_process.sealed import circle
from nt_process.sealed.circle import Entry

# Until when a mandate holds that holds today; no row where none does.
_MANDATE = sa.text("""
    SELECT valid_to FROM negotiation_mandate WHERE negotiation_id = :id AND organisation_id = :region
      AND withdrawn_on IS NULL AND valid_from <= :today AND (valid_to IS NULL OR valid_to >= :today)
    ORDER BY valid_to DESC NULLS FIRST LIMIT 1
""")


def mandate_of(
    connection: Connection, maker: Maker, negotiation_id: str, region: object
) -> sa.Row[Any] | None:
    """A mandate of the region that holds today; of several the one that holds longest."""
    given = {"id": negotiation_id, "region": region, "today": maker.today}
    return connection.execute(_MANDATE, given).first()


def follow(
    connection: Connection, maker: Maker, negotiation_id: str, case_id: str, region: str, kind: str
) -> None:
    """Who has joined for their region stands in the circle as long as it does; when it leaves nobody of it does."""
    own = of_region(connection, maker, negotiation_id, region)
    if kind in (rules.JOINED, rules.CONFIRMED):
        mine = [one for one in own if str(one["person_id"]) == maker.actor.id]
        barred = is_barred(circle.members(connection, negotiation_id, maker.today), maker.actor.id)
        if barred or any(one["valid_to"] is None for one in mine):
            return
        # Who entered under a mandate that ends stays beyond its end.
        _end_all(connection, maker, negotiation_id, mine)
        signatory = Entry(rules.REGION, region, maker.actor.id, "signatory", maker.today)
        circle.admit(connection, negotiation_id, case_id, signatory, maker.actor.name, maker.at)
    else:
        _end_all(connection, maker, negotiation_id, own)


def is_barred(members: Sequence[Row], person_id: str) -> bool:
    """Whether the secretariat has taken this representative of a region out of the circle, and not let them in again."""
    return any(one["barred"] and str(one["person_id"]) == person_id for one in members)


def of_region(connection: Connection, maker: Maker, negotiation_id: str, region: str) -> list[Row]:
    """Who stands in the circle for a region today."""
    return [
        one
        for one in circle.members(connection, negotiation_id, maker.today)
        if one["side"] == rules.REGION and str(one["organisation_id"]) == region and one["holds"]
    ]


def _end_all(connection: Connection, maker: Maker, negotiation_id: str, entries: Sequence[Row]) -> None:
    for one in entries:
        circle.end(connection, negotiation_id, str(one["id"]), maker.actor.name, maker.at)
