"""Reads of the market function. Every function takes the actor; who may not read gets nothing at all.

Companies and TLV may not read what the regions plan to buy, see `rights.OWN_SIDE`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row
from nt_process.kernel.regions import find_region
from nt_process.kernel.search import prefix_query
from nt_process.rights import OWN_SIDE

MAX_SHOWN = 500
SPANS = (3, 5, 10, 15)
USUAL_SPAN = 5

_ENTRIES = sa.text("""
    SELECT id, kind, medicine, substance, atc, company, indication, day, certainty, source,
           remind_months, remind_on
    FROM market_entry
    WHERE :may_read AND removed_at IS NULL AND day >= :start AND day < :end
      AND (:kind = '' OR kind = :kind) AND (:q = '' OR search @@ to_tsquery('simple', :q))
    ORDER BY day, sv_sort(medicine), id LIMIT :limit
""")
# Without a day of its own a procurement is always in the plan: somebody has to give it one.
_PROCUREMENTS = sa.text("""
    SELECT p.*, coalesce(c.regions, 0) AS regions, c.committed
    FROM market_procurement p
    LEFT JOIN LATERAL (
        SELECT count(*) AS regions, sum(volume) AS committed
        FROM market_commitment WHERE procurement_id = p.id AND NOT withdrawn
    ) c ON true
    WHERE :may_read AND (:q = '' OR p.search @@ to_tsquery('simple', :q))
      AND coalesce(p.sign_up_until, p.advertised_on, p.agreement_from, :start) < :end
      AND coalesce(p.agreement_to, p.agreement_from, p.advertised_on, p.sign_up_until, :start) >= :start
    ORDER BY coalesce(p.sign_up_until, p.advertised_on, p.agreement_from, p.agreement_to) NULLS LAST,
             sv_sort(p.name), p.id
    LIMIT :limit
""")
_ENTRY = sa.text("""
    SELECT e.*, c.number AS case_number, c.exclusivity_ends AS case_day, l.months, l.told
    FROM market_entry e JOIN market_ladder l ON l.kind = e.kind LEFT JOIN cases c ON c.id = e.case_id
    WHERE e.id = :id AND :may_read
""")
_PROCUREMENT = sa.text("SELECT * FROM market_procurement WHERE id = :id AND :may_read")
_COMMITMENTS = sa.text("""
    SELECT county_code, volume, withdrawn, person, at FROM market_commitment
    WHERE procurement_id = :id AND :may_read
""")
_CHANGES_OF_ENTRY = sa.text("SELECT * FROM market_change WHERE entry_id = :id AND :may_read ORDER BY id DESC")
_CHANGES_OF_PROCUREMENT = sa.text(
    "SELECT * FROM market_change WHERE procurement_id = :id AND :may_read ORDER BY id DESC"
)
_CHANGES_OF_LADDERS = sa.text("""
    SELECT * FROM market_change WHERE ladder_kind IS NOT NULL AND :may_read ORDER BY id DESC LIMIT 100
""")
_LADDERS = sa.text("SELECT kind, months, told, version FROM market_ladder WHERE :may_read")
# What stands on the cases and is not in the register, or stands there with another day.
_PROPOSALS = sa.text("""
    SELECT c.number, c.medicine, c.exclusivity_ends AS day, e.id AS entry_id, e.day AS entry_day
    FROM cases c
    LEFT JOIN market_entry e ON e.case_id = c.id AND e.kind = 'orphan_exclusivity' AND e.removed_at IS NULL
    WHERE :may_read AND c.exclusivity_ends >= :today AND e.day IS DISTINCT FROM c.exclusivity_ends
    ORDER BY c.exclusivity_ends, c.number LIMIT 100
""")
_CASE = sa.text("""
    SELECT number, medicine, substance, atc, company, indication, exclusivity_ends AS day
    FROM cases WHERE number = :number AND :may_read
""")
_OWN_ORGANISATIONS = sa.text("""
    SELECT o.name, o.county_code FROM membership m JOIN organisation o ON o.id = m.organisation_id
    WHERE m.person_id = :person AND m.role = 'region_representative' AND o.kind = 'region'
      AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
""")


@dataclass(frozen=True, slots=True)
class Filter:
    """What the planning view is narrowed to: words, a kind of date, and `years` years from `start_year`."""

    start_year: int
    q: str = ""
    kind: str = ""
    years: int = USUAL_SPAN

    @property
    def start(self) -> date:
        return date(self.start_year, 1, 1)

    @property
    def end(self) -> date:
        """The first day after the span."""
        return date(self.start_year + self.years, 1, 1)


@dataclass(frozen=True, slots=True)
class ProcurementFile:
    """A procurement with its commitments by county code and every change, the latest first."""

    procurement: Row
    commitments: Mapping[str, Row]
    changes: Sequence[Row]


def entries(connection: Connection, actor: SignedIn, chosen: Filter) -> list[Row]:
    """Dates in the register that `chosen` leaves, by day; at most MAX_SHOWN."""
    return list(connection.execute(_ENTRIES, _narrowed(actor, chosen)).mappings())


def procurements(connection: Connection, actor: SignedIn, chosen: Filter) -> list[Row]:
    """The plan's procurements in the span, with how many regions take part and their volume in all."""
    return list(connection.execute(_PROCUREMENTS, _narrowed(actor, chosen)).mappings())


def entry_file(connection: Connection, actor: SignedIn, entry_id: str) -> tuple[Row, list[Row]] | None:
    """A date with its ladder and case, and its changes, the latest first."""
    parameters = {**_reader(actor), "id": entry_id}
    found = connection.execute(_ENTRY, parameters).mappings().first()
    if found is None:
        return None
    return found, list(connection.execute(_CHANGES_OF_ENTRY, parameters).mappings())


def procurement_file(connection: Connection, actor: SignedIn, procurement_id: str) -> ProcurementFile | None:
    parameters = {**_reader(actor), "id": procurement_id}
    found = connection.execute(_PROCUREMENT, parameters).mappings().first()
    if found is None:
        return None
    held = connection.execute(_COMMITMENTS, parameters).mappings()
    return ProcurementFile(
        found,
        {row["county_code"]: row for row in held},
        list(connection.execute(_CHANGES_OF_PROCUREMENT, parameters).mappings()),
    )


def commitments(connection: Connection, actor: SignedIn, procurement_id: uuid.UUID) -> list[Row]:
    """The commitments of one procurement, withdrawn ones too."""
    return list(connection.execute(_COMMITMENTS, {**_reader(actor), "id": procurement_id}).mappings())


def ladders(connection: Connection, actor: SignedIn) -> dict[str, Row]:
    """The reminder ladder of each kind of date."""
    return {row["kind"]: row for row in connection.execute(_LADDERS, _reader(actor)).mappings()}


def ladder_changes(connection: Connection, actor: SignedIn) -> list[Row]:
    return list(connection.execute(_CHANGES_OF_LADDERS, _reader(actor)).mappings())


def proposals(connection: Connection, actor: SignedIn, today: date) -> list[Row]:
    """Market exclusivities on the cases that the register does not have as they are."""
    return list(connection.execute(_PROPOSALS, {**_reader(actor), "today": today}).mappings())


def case_facts(connection: Connection, actor: SignedIn, number: str) -> Row | None:
    """What a case says of its medicine and exclusivity, to begin a date in the register with."""
    return connection.execute(_CASE, {**_reader(actor), "number": number}).mappings().first()


def own_regions(connection: Connection, actor: SignedIn, today: date) -> list[str]:
    """The county codes of the regions that a person represents today."""
    rows = connection.execute(_OWN_ORGANISATIONS, {"person": actor.id, "today": today})
    found = [find_region(row.county_code or row.name) for row in rows]
    return sorted({region.code for region in found if region is not None})


def _narrowed(actor: SignedIn, chosen: Filter) -> dict[str, Any]:
    return {
        **_reader(actor),
        "q": prefix_query(chosen.q),
        "kind": chosen.kind,
        "start": chosen.start,
        "end": chosen.end,
        "limit": MAX_SHOWN,
    }


def _reader(actor: SignedIn) -> dict[str, Any]:
    return {"may_read": OWN_SIDE.allows(actor.roles)}
