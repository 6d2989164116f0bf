"""What settlement needs to know of an agreement, and the one way to tell it: `take_over`.

Whoever keeps agreements calls it when one is signed, amended, joined or left. Settlement keeps its own copy, so that
its statements follow from what it was told; the terms are sealed in the room of the negotiation.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row, fetch
from nt_process.sealed import room
from nt_process.settlement.rules import Terms
from nt_process.terms.document import canonical, from_document

PLACE = "settlement.terms"


@dataclass(frozen=True, slots=True)
class Party:
    """A region that is bound, from one day to another (None: until further notice)."""

    region: str
    organisation_id: str
    first: date
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the terms (`terms.document`), and the days for which it applies; versions do not overlap."""

    number: int
    first: date
    last: date | None
    document: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement as settlement needs it. `name` is what it is about, without anything secret."""

    id: str
    negotiation_id: str
    case_id: str
    company_id: str
    name: str
    packages: tuple[str, ...]
    parties: tuple[Party, ...]
    versions: tuple[Version, ...]


_TELL = sa.text("""
    INSERT INTO settlement_agreement (id, negotiation_id, case_id, company_id, name, packages, told_at)
    VALUES (:id, :negotiation, :case, :company, :name, :packages, :at)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, packages = excluded.packages, told_at = excluded.told_at
""")
_KNOWN = sa.text("SELECT version FROM settlement_terms WHERE agreement_id = :id")
_TERMS = sa.text("""
    INSERT INTO settlement_terms (agreement_id, version, first_day, last_day) VALUES (:id, :version, :first, :last)
    ON CONFLICT (agreement_id, version) DO UPDATE SET first_day = excluded.first_day, last_day = excluded.last_day
""")
_LEAVE = sa.text("DELETE FROM settlement_party WHERE agreement_id = :id")
_JOIN = sa.text("""
    INSERT INTO settlement_party (agreement_id, county_code, organisation_id, company_id, first_day, last_day)
    VALUES (:id, :region, :organisation, :company, :first, :last)
""")
_VERSIONS = sa.text(
    "SELECT version, first_day, last_day FROM settlement_terms WHERE agreement_id = :id ORDER BY version"
)


def take_over(connection: Connection, agreement: Agreement, at: datetime) -> None:
    """Tell settlement of an agreement, or of what has become of it; in a transaction of the caller's.

    A version that is known already keeps its terms and may only get other days. Raises BadInput for terms that
    cannot be computed, KeyAway and NotForYou as `room.seal`.
    """
    for version in agreement.versions:
        from_document(version.document)
    named = {"id": uuid.UUID(agreement.id), "company": uuid.UUID(agreement.company_id), "at": at}
    connection.execute(
        _TELL,
        {
            **named,
            "negotiation": uuid.UUID(agreement.negotiation_id),
            "case": uuid.UUID(agreement.case_id),
            "name": agreement.name,
            "packages": list(agreement.packages),
        },
    )
    known = set(connection.scalars(_KNOWN, named))
    for version in agreement.versions:
        days = {"version": version.number, "first": version.first, "last": version.last}
        connection.execute(_TERMS, {**named, **days})
        if version.number not in known:
            room.seal(
                connection,
                agreement.negotiation_id,
                PLACE,
                agreement.id,
                canonical(version.document),
                version.number,
                at=at,
            )
    connection.execute(_LEAVE, named)
    for party in agreement.parties:
        days = {"first": party.first, "last": party.last}
        connection.execute(
            _JOIN,
            {**named, **days, "region": party.region, "organisation": uuid.UUID(party.organisation_id)},
        )


def opened_terms(
    connection: Connection, actor: SignedIn, agreement: Row, reason: str, at: datetime
) -> list[Terms]:
    """The agreement's terms by version, opened in the actor's name for work in the background.

    Raises as `room.reveal_all`.
    """
    rows = fetch(connection, _VERSIONS, {"id": agreement["id"]})
    places = [room.Place(PLACE, str(agreement["id"]), row["version"]) for row in rows]
    negotiation = str(agreement["negotiation_id"])
    opened = room.reveal_all(connection, actor, negotiation, places, reason, at=at, unattended=True)
    return [
        Terms(row["version"], row["first_day"], row["last_day"], from_document(json.loads(secret.decode())))
        for row, secret in zip(rows, opened, strict=True)
    ]


_PARTIES = sa.text("""
    SELECT county_code, organisation_id, first_day, last_day FROM settlement_party WHERE agreement_id = :id
    ORDER BY county_code, first_day
""")


def parties(connection: Connection, agreement_id: object) -> Sequence[Party]:
    return [
        Party(row["county_code"], str(row["organisation_id"]), row["first_day"], row["last_day"])
        for row in fetch(connection, _PARTIES, {"id": agreement_id})
    ]


def bound(parties: Iterable[Party], region: str, month: date) -> bool:
    """Whether a region is a party in a month: it is on the month's first day."""
    return any(
        party.region == region and party.first <= month and (party.last is None or month <= party.last)
        for party in parties
    )
