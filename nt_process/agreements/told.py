"""What settlement computes from: the agreements with who is bound by which version on which days, and their terms.

Settlement stands above agreements and asks here, in its own transaction and as whoever it works for; nothing is handed
upwards, and there is no second copy to keep true. The terms of a version are those of the text that was signed, which
lies in the sealed room under `service.PLACE`, the agreement's id and the version.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.agreements.reading import bounds_of
from nt_process.agreements.rules import Bound
from nt_process.agreements.service import PLACE
from nt_process.identity.actor import SignedIn
from nt_process.kernel.regions import find_region
from nt_process.sealed import room
from nt_process.terms.contract import Contract
from nt_process.terms.document import from_document
from nt_process.terms.identity import by_number


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
    """An agreement that binds or has bound somebody. `number` is its case's; `name` what it is about, without anything
    secret; `packages` the article numbers of every version that was sent to be signed.
    """

    id: str
    negotiation_id: str
    case_id: str
    number: str
    company_id: str
    name: str
    packages: tuple[str, ...]
    versions: tuple[int, ...]
    parties: tuple[Party, ...]

    @property
    def first(self) -> date:
        """The first day on which it binds anybody."""
        return min(party.first for party in self.parties)

    @property
    def organisations(self) -> dict[str, str]:
        """The regions that are or have been bound, each with its organisation."""
        return {party.region: party.organisation_id for party in self.parties}

    def version_in(self, region: str, month: date) -> int | None:
        """By which version a region's month is settled: the one that binds it on the month's first day, if any does."""
        for party in self.parties:
            if (
                party.region == region
                and party.first <= month
                and (party.last is None or month <= party.last)
            ):
                return party.version
        return None


_BINDING = sa.text("""
    SELECT a.id, a.negotiation_id, a.case_id, a.case_number, a.company_id, c.medicine,
           array(SELECT DISTINCT unnest(v.packages) FROM agreement_version v
                 WHERE v.agreement_id = a.id AND v.sent_at IS NOT NULL ORDER BY 1) AS packages
    FROM agreement a JOIN cases c ON c.id = a.case_id
    WHERE EXISTS (SELECT FROM agreement_binding b WHERE b.agreement_id = a.id AND NOT isempty(b.days))
      AND (CAST(:id AS uuid) IS NULL OR a.id = :id)
    ORDER BY a.made_at, a.id
""")
_CODES = sa.text("SELECT id, county_code, name FROM organisation WHERE kind = 'region'")
_NAMES = sa.text("SELECT version, packages, package_names FROM agreement_version WHERE agreement_id = :id")


def binding(connection: Connection, agreement_id: object = None) -> Sequence[Binding]:
    """Every agreement that binds or has bound a region and that whoever acts may know of; or the one that is named."""
    rows = connection.execute(_BINDING, {"id": agreement_id}).all()
    bound = bounds_of(connection, [row.id for row in rows])
    codes = {}
    for row in connection.execute(_CODES):
        region = find_region(row.county_code or row.name)
        codes[str(row.id)] = "" if region is None else region.code
    return [
        Binding(
            str(row.id), str(row.negotiation_id), str(row.case_id), row.case_number, str(row.company_id), row.medicine,
            tuple(row.packages), tuple(sorted({one.version for one in bound[str(row.id)]})),
            tuple(_party(one, codes) for one in bound[str(row.id)]),
        )
        for row in rows
    ]  # fmt: skip


def _party(one: Bound, codes: Mapping[str, str]) -> Party:
    return Party(codes[one.region], one.region, one.version, one.first, one.last)


def contracts(
    connection: Connection, actor: SignedIn, agreement: Binding, reason: str, at: datetime
) -> list[tuple[int, Contract]]:
    """The signed terms of each version that binds or has bound somebody, with packages by their article numbers.

    Opened in the actor's name for work in the background. Raises as `room.reveal_all`.
    """
    places = [room.Place(PLACE, agreement.id, version) for version in agreement.versions]
    opened = room.reveal_all(
        connection, actor, agreement.negotiation_id, places, reason, at=at, unattended=True
    )
    numbers = _numbers(connection, agreement.id)
    return [
        (version, by_number(from_document(json.loads(secret.decode())["terms"]), numbers[version]))
        for version, secret in zip(agreement.versions, opened, strict=True)
    ]


def _numbers(connection: Connection, agreement_id: str) -> dict[int, dict[str, list[str]]]:
    """By version, the article numbers of what its terms call a package."""
    found: dict[int, dict[str, list[str]]] = {}
    for row in connection.execute(_NAMES, {"id": agreement_id}):
        named = found.setdefault(row.version, {})
        for number, name in zip(row.packages, row.package_names, strict=True):
            named.setdefault(name, []).append(number)
    return found
