"""The regions as organisations: which of them there are, which are one's own, and who may state what for one."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity.actor import SignedIn
from nt_process.introduction_financing.errors import FinancingError
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.regions import find_region
from nt_process.rights import SECRETARIAT

_REGIONS = sa.text("""
    SELECT o.id, o.name, o.county_code, EXISTS (
        SELECT FROM membership m
        WHERE m.organisation_id = o.id AND m.person_id = CAST(:person AS uuid) AND m.role = 'region_representative'
          AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)) AS own
    FROM organisation o WHERE o.kind = 'region' ORDER BY o.name
""")


@dataclass(frozen=True, slots=True)
class RegionHere:
    """A region that is in the system. `own`: whoever asks represents it today."""

    code: str
    organisation_id: uuid.UUID
    own: bool


def regions_here(connection: Connection, actor: SignedIn | None, today: date) -> Mapping[str, RegionHere]:
    """The regions by county code; None is the system, which represents none."""
    given = {"person": None if actor is None else actor.id, "today": today}
    found: dict[str, RegionHere] = {}
    for row in connection.execute(_REGIONS, given):
        region = find_region(row.county_code or row.name)
        if region is not None and (region.code not in found or row.own):
            found[region.code] = RegionHere(region.code, row.id, row.own)
    return found


def stating_for(
    connection: Connection, actor: SignedIn, today: date, code: str, *, office: bool = True
) -> RegionHere:
    """The region for which something is stated: one's own; for the secretariat any, where `office` says so.

    Raises BadInput (column region) for one that is not in the system, FinancingError not_allowed for another's.
    """
    found = regions_here(connection, actor, today).get(code)
    if found is None:
        raise BadInput(Fault("not_a_choice", column="region"))
    if not (found.own or (office and SECRETARIAT.allows(actor.roles))):
        raise FinancingError("not_allowed")
    return found


def is_own(connection: Connection, actor: SignedIn, today: date, organisation_id: object) -> bool:
    """Whether the reader represents the region (an organisation's id) today."""
    return any(
        one.own and str(one.organisation_id) == str(organisation_id)
        for one in regions_here(connection, actor, today).values()
    )
