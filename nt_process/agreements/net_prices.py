"""Net prices in the price register: under which agreements a package is, and what it costs under one.

That there is a net price is told to the circle of the agreement alone, and to nobody else by anything. What it is stands
nowhere but in the sealed terms; it is worked out when somebody opens it, which the room keeps, and shown once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.agreements import rules
from nt_process.agreements.errors import AgreementError
from nt_process.agreements.reading import bounds_of
from nt_process.agreements.service import READERS
from nt_process.identity.actor import SignedIn
from nt_process.identity.maker import Maker
from nt_process.infra.rows import Row
from nt_process.kernel.faults import BadInput
from nt_process.negotiation.accession import TERMS_PLACE
from nt_process.prices import queries as register
from nt_process.sealed import circle, room
from nt_process.sealed.circle import Stand
from nt_process.sealed.room import NotForYou, Place
from nt_process.sealed.rules import LONGEST_REASON, REGION, reason_faults
from nt_process.terms.document import from_document
from nt_process.terms.net_price import PackagePrice, package_price

_AGREEMENTS = sa.text("""
    SELECT a.id, a.negotiation_id, a.case_number, c.medicine, o.name AS company
    FROM agreement a JOIN cases c ON c.id = a.case_id JOIN organisation o ON o.id = a.company_id
    WHERE a.negotiation_id = ANY (CAST(:negotiations AS uuid[])) AND a.sent_at IS NOT NULL
      AND (CAST(:id AS uuid) IS NULL OR a.id = :id)
      AND conflict_of_interest(a.case_id, :person, acting_day()) IS NULL
    ORDER BY a.case_number, a.id
""")
_VERSIONS = sa.text("""
    SELECT version, terms_version, packages, package_names FROM agreement_version
    WHERE agreement_id = :id AND version = ANY (:versions) ORDER BY version
""")
_REGIONS = sa.text("""
    SELECT id, name FROM organisation WHERE id = ANY (CAST(:ids AS uuid[])) ORDER BY sv_sort(name)
""")


@dataclass(frozen=True, slots=True)
class InForce:
    """A version that holds for a package on the day: what the terms call the package, and the regions it binds."""

    version: int
    terms_version: int
    package: str
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Covering:
    """An agreement that a package is under on a day, as somebody of its circle knows it. `row` is the agreement's."""

    row: Row
    versions: tuple[InForce, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """The net price under each version that holds on the day. `list_price` is the package's AIP then, SEK."""

    list_price: Decimal | None
    prices: tuple[tuple[InForce, PackagePrice], ...]


def covering(
    connection: Connection, actor: SignedIn, article_number: str, day: date, today: date
) -> list[Covering]:
    """The agreements that a package is under on `day`, of those in whose circle the actor stands today.

    A region knows of the version that binds itself, the delegation and the company of all.
    """
    return _covering(connection, actor, article_number, day, today, None)


def the_one(
    connection: Connection, actor: SignedIn, agreement_id: str, article_number: str, day: date, today: date
) -> Covering | None:
    """One of them; None where there is none for this person."""
    return next(iter(_covering(connection, actor, article_number, day, today, agreement_id)), None)


def _covering(
    connection: Connection, actor: SignedIn, article_number: str, day: date, today: date, only: str | None
) -> list[Covering]:
    standing = {
        negotiation: kept
        for negotiation, stands in circle.stands_of(connection, actor, today).items()
        if (kept := [one for one in stands if one.side in READERS])
    }
    if not standing:
        return []
    asked = {"negotiations": list(standing), "person": actor.id, "id": only}
    rows = connection.execute(_AGREEMENTS, asked).mappings().all()
    bound = bounds_of(connection, [row["id"] for row in rows])
    found = []
    for row in rows:
        regions = _regions_of(standing[str(row["negotiation_id"])])
        holding = rules.versions_for(bound.get(str(row["id"]), []), day, regions)
        if versions := _in_force(connection, row, holding, article_number):
            found.append(Covering(row, versions))
    return found


def _regions_of(stands: Iterable[Stand]) -> list[str] | None:
    """The regions that somebody stands for; None for who knows of all."""
    if any(one.side != REGION for one in stands):
        return None
    return [one.organisation_id for one in stands]


def _in_force(
    connection: Connection, row: Row, holding: dict[int, list[str]], article_number: str
) -> tuple[InForce, ...]:
    if not holding:
        return ()
    asked = {"id": row["id"], "versions": list(holding)}
    return tuple(
        InForce(one.version, one.terms_version, package, _names(connection, holding[one.version]))
        for one in connection.execute(_VERSIONS, asked).all()
        for number, package in zip(one.packages, one.package_names, strict=True)
        if number == article_number
    )


def _names(connection: Connection, regions: list[str]) -> tuple[str, ...]:
    return tuple(row.name for row in connection.execute(_REGIONS, {"ids": regions}))


def open_price(
    engine: Engine, maker: Maker, agreement_id: str, article_number: str, day: date, reason: str
) -> Opened:
    """Open what a package costs on a day under an agreement, which is put on record with the package and the reason.

    Raises BadInput (reason), ProofNeeded, KeyAway, Damaged, AgreementError not_found for what is not theirs to read.
    """
    with engine.begin() as connection:
        found = the_one(connection, maker.actor, agreement_id, article_number, day, maker.today)
        if found is None:
            raise AgreementError("not_found")
        if faults := reason_faults(reason):
            raise BadInput(*faults)
        negotiation, stated = str(found.row["negotiation_id"]), f"Vnr {article_number}: {reason.strip()}"
        versions = sorted({one.terms_version for one in found.versions})
        places = [Place(TERMS_PLACE, negotiation, version) for version in versions]
        try:
            secrets = room.reveal_all(
                connection, maker.actor, negotiation, places, stated[:LONGEST_REASON], at=maker.at
            )
        except NotForYou:
            raise AgreementError("not_found") from None
        package = register.price_on(connection, maker.actor, article_number, day, None)
    list_price = None if package is None else package["aip"]
    contracts = {
        version: from_document(json.loads(secret.decode())["terms"])
        for version, secret in zip(versions, secrets, strict=True)
    }
    return Opened(
        list_price,
        tuple(
            (one, package_price(contracts[one.terms_version], one.package, list_price, day))
            for one in found.versions
        ),
    )
