"""Which organisations are which of the 21 regions, and whom somebody represents."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row, fetch
from nt_process.kernel.regions import Region, find_region

_ORGANISATIONS = sa.text("SELECT id, name, county_code FROM organisation WHERE kind = 'region' ORDER BY id")
_MINE = sa.text("""
    SELECT o.id, o.name, o.county_code, bool_or(m.speaks) AS speaks
    FROM membership m JOIN organisation o ON o.id = m.organisation_id
    WHERE m.person_id = :person AND m.role = 'region_representative' AND o.kind = 'region'
      AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
    GROUP BY o.id ORDER BY o.id
""")
_COLLEAGUES = sa.text("""
    SELECT DISTINCT p.id, p.name FROM membership m JOIN person p ON p.id = m.person_id AND p.disabled_at IS NULL
    WHERE m.organisation_id = :organisation AND m.role = 'region_representative'
      AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today) ORDER BY p.name, p.id
""")


@dataclass(frozen=True, slots=True)
class Place:
    """A region that somebody represents; `speaks`: and may decide for."""

    organisation: uuid.UUID
    region: Region
    speaks: bool


def organisations(connection: Connection) -> Mapping[uuid.UUID, str]:
    """The organisations that are regions, each with its county code."""
    found = ((row["id"], _region(row)) for row in fetch(connection, _ORGANISATIONS, {}))
    return {key: region.code for key, region in found if region is not None}


def _region(row: Row) -> Region | None:
    return find_region(row["county_code"] or row["name"])


def places(connection: Connection, actor: SignedIn, today: date) -> list[Place]:
    """The regions that somebody represents today, in the order of their codes."""
    found = fetch(connection, _MINE, {"person": actor.id, "today": today})
    mine = [(row, region) for row in found if (region := _region(row)) is not None]
    return sorted(
        (Place(row["id"], region, row["speaks"]) for row, region in mine), key=lambda one: one.region.code
    )


def colleagues(connection: Connection, place: Place, today: date) -> dict[str, str]:
    """Those who represent the same region today: names by id."""
    rows = fetch(connection, _COLLEAGUES, {"organisation": place.organisation, "today": today})
    return {str(row["id"]): row["name"] for row in rows}
