"""Reading the contract, signing it, and ending it. Nobody signs anything but the text that was shown to them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from nt_process.agreements import rules
from nt_process.agreements.errors import AgreementError
from nt_process.agreements.overlap import is_overlap, overlapping
from nt_process.agreements.reading import bound_of
from nt_process.agreements.service import (
    PLACE,
    as_id,
    found_agreement,
    held_agreement,
    hold,
    joined,
    require_not_ended,
    the_open,
    versions_rows,
)
from nt_process.agreements.telling import tell
from nt_process.identity.maker import Maker
from nt_process.infra.rows import Row
from nt_process.kernel import typed as fields
from nt_process.kernel.faults import BadInput, Fault
from nt_process.sealed import circle, room
from nt_process.sealed.room import NotForYou
from nt_process.sealed.secret import Secret
from nt_process.terms.document import commitment as terms_commitment

SIGNING = "Signing the agreement"
MOST_AUTHORITY, MOST_REASON = 300, 2000

_PARTIES = sa.text("""
    SELECT p.organisation_id, p.side, o.name, s.at IS NOT NULL AS has_signed
    FROM agreement_party p JOIN organisation o ON o.id = p.organisation_id
    LEFT JOIN agreement_signature s USING (agreement_id, version, organisation_id)
    WHERE p.agreement_id = :id AND p.version = :version ORDER BY p.side, sv_sort(o.name)
""")
_CAPACITY = sa.text("""
    SELECT m.capacity FROM sealed.circle m
    WHERE m.negotiation_id = :negotiation AND m.organisation_id = :organisation AND m.side = :side
      AND (m.person_id = :person OR m.person_id IS NULL)
      AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
    ORDER BY m.person_id NULLS LAST LIMIT 1
""")
# What a person has opened of a version; the room keeps it.
_HAS_READ = sa.text("""
    SELECT EXISTS (SELECT FROM sealed.reading r WHERE r.place = :place AND r.row_id = :row AND r.version = :version
        AND r.person_id = :person AND r.reason <> :signing)
""")
_SIGN = sa.text("""
    INSERT INTO agreement_signature (agreement_id, version, organisation_id, terms_commitment, text_commitment, person_id,
        person, capacity, authority, proved_at, second_factor, at)
    VALUES (:id, :version, :organisation, :terms, :text, :person, :name, :capacity, :authority, :proved, :strong, :at)
""")
_END = sa.text("""
    INSERT INTO agreement_end (agreement_id, organisation_id, last_day, reason, person_id, person, organisation, at)
    VALUES (:id, :region, :last, :reason, :person, :name, :organisation, :at)
""")
_OWN_REGION = sa.text("""
    SELECT DISTINCT p.organisation_id FROM agreement_party p JOIN membership m ON m.organisation_id = p.organisation_id
    WHERE p.agreement_id = :id AND p.side = 'region' AND m.person_id = :person AND m.role = 'region_representative'
      AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
      AND (CAST(:region AS uuid) IS NULL OR p.organisation_id = :region)
""")
_OWN_COMPANY = sa.text("""
    SELECT EXISTS (SELECT FROM membership m WHERE m.person_id = :person AND m.role = 'company_contact'
        AND m.organisation_id = :company AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today))
""")


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract's text as it was sealed: by language its title and sections; and the hash that it has."""

    text: Mapping[str, Any]
    commitment: str
    terms_commitment: str

    def __repr__(self) -> str:
        return "***"


def read(engine: Engine, maker: Maker, agreement_id: str, version: int, reason: str) -> Contract:
    """Open the text of a version, which is put on record.

    Raises BadInput (reason), ProofNeeded, KeyAway, Damaged, AgreementError not_found for what is not theirs to read.
    """
    with engine.begin() as connection:
        agreement = found_agreement(connection, agreement_id)
        return opened(connection, maker, agreement, version, reason)


def opened(
    connection: Connection,
    maker: Maker,
    agreement: Row,
    version: int,
    reason: str,
    *,
    unattended: bool = False,
) -> Contract:
    """As `read`, in a transaction of the caller's."""
    try:
        secret: Secret = room.reveal(
            connection, maker.actor, str(agreement["negotiation_id"]), PLACE, str(agreement["id"]), reason,
            at=maker.at, version=version, unattended=unattended,
        )  # fmt: skip
    except NotForYou:
        raise AgreementError("not_found") from None
    found = json.loads(secret.decode())
    return Contract(
        found["text"],
        rules.commitment(found["text"], bytes.fromhex(found["nonce"])),
        terms_commitment(found["terms"], bytes.fromhex(found["terms_nonce"])),
    )


def sign(engine: Engine, maker: Maker, agreement_id: str, version: int, typed: Mapping[str, str]) -> None:
    """Sign a version for the maker's organisation: `authority` is what they sign by, `commitment` the hash of the text
    that they were shown, `organisation` which of several.

    The text is opened once more, hashed anew, and has to be the one that was shown. Raises BadInput (authority, reason),
    ProofNeeded, AgreementError (not_open, not_allowed, signed, unread, changed_text, not_joined, expired, overlap, ended).
    """
    authority = fields.read(
        typed, {"authority": fields.required(lambda text: fields.line(text, MOST_AUTHORITY))}
    )["authority"]
    try:
        with engine.begin() as connection:
            agreement = found_agreement(connection, agreement_id)
            party, capacity = _signing(connection, maker, agreement, version, typed.get("organisation", ""))
            contract = opened(connection, maker, agreement, version, SIGNING)
            held = hold(connection, maker, agreement["case_number"])
            row = the_open(connection, agreement_id, version)
            require_not_ended(connection, agreement_id)
            _require_shown(connection, maker, row, contract, typed.get("commitment", ""))
            _require_can(connection, maker, agreement, row, party)
            session = maker.actor.session
            assert session is not None  # noqa: S101 - nothing is opened without one
            given = {"id": agreement_id, "version": version, "organisation": party["organisation_id"]}
            given |= {"terms": contract.terms_commitment, "text": contract.commitment}
            given |= {"person": maker.actor.id, "name": maker.actor.name, "capacity": capacity}
            given |= {"authority": authority, "proved": session.confirmed_at, "strong": session.strong}
            before = bound_of(connection, agreement_id)
            connection.execute(_SIGN, {**given, "at": maker.at})
            stated = {"version": version, "party": party["name"], "commitment": contract.commitment}
            held.record("agreement_signed", _role(party["side"]), stated)
            _tell_bound(
                connection, agreement, maker, version, len(bound_of(connection, agreement_id)) > len(before)
            )
    except IntegrityError as error:
        if is_overlap(error):
            raise AgreementError("overlap", others=_others(engine, agreement_id, version)) from None
        raise


def _signing(
    connection: Connection, maker: Maker, agreement: Row, version: int, wanted: str
) -> tuple[Row, str]:
    """For which party the maker signs, and in which capacity. Raises AgreementError not_allowed, signed."""
    parties = connection.execute(_PARTIES, {"id": agreement["id"], "version": version}).mappings().all()
    own = own_parties(connection, maker, agreement, parties)
    chosen = [one for one in own if not wanted or str(one["organisation_id"]) == wanted]
    if not chosen:
        raise AgreementError("not_allowed")
    party = next((one for one in chosen if not one["has_signed"]), None)
    if party is None:
        raise AgreementError("signed")
    given = {"negotiation": agreement["negotiation_id"], "organisation": party["organisation_id"]}
    capacity = connection.scalar(
        _CAPACITY, {**given, "side": party["side"], "person": maker.actor.id, "today": maker.today}
    )
    return party, str(capacity)


def own_parties(connection: Connection, maker: Maker, agreement: Row, parties: Sequence[Row]) -> list[Row]:
    """Of the parties those that the maker stands for in the circle today."""
    stands = circle.stands(connection, maker.actor, str(agreement["negotiation_id"]), maker.today)
    own = {(one.side, one.organisation_id) for one in stands}
    return [one for one in parties if (one["side"], str(one["organisation_id"])) in own]


def _require_shown(connection: Connection, maker: Maker, row: Row, contract: Contract, seen: str) -> None:
    """Raises AgreementError unless the text is the one that was drafted, shown, and opened by whoever signs."""
    asked = {"place": PLACE, "row": str(row["agreement_id"]), "version": row["version"]}
    if not connection.scalar(_HAS_READ, {**asked, "person": maker.actor.id, "signing": SIGNING}):
        raise AgreementError("unread")
    if not (contract.commitment == row["text_commitment"] == seen):
        raise AgreementError("changed_text")
    if contract.terms_commitment != row["terms_commitment"]:
        raise AgreementError("changed_text")


def _require_can(connection: Connection, maker: Maker, agreement: Row, row: Row, party: Row) -> None:
    if row["sent_at"] is None:
        raise AgreementError("not_open")
    if row["last_day"] is not None and row["last_day"] < maker.today:
        raise AgreementError("expired")
    if party["side"] == "region":
        region = str(party["organisation_id"])
        if region not in joined(connection, agreement["negotiation_id"], row["terms_version"], maker.today):
            raise AgreementError("not_joined")


def _others(engine: Engine, agreement_id: str, version: int) -> list[str]:
    """What stands in the way, of what the signer may know of."""
    with engine.connect() as connection:
        parties = connection.execute(_PARTIES, {"id": as_id(agreement_id), "version": version}).mappings()
        regions = [str(one["organisation_id"]) for one in parties if one["side"] == "region"]
        row = next(one for one in versions_rows(connection, agreement_id) if one["version"] == version)
        return overlapping(connection, agreement_id, row, regions)


def _tell_bound(connection: Connection, agreement: Row, maker: Maker, version: int, is_more: bool) -> None:
    """Tell the parties that more is in force than before."""
    if is_more:
        parties = connection.execute(_PARTIES, {"id": agreement["id"], "version": version}).mappings()
        signed = [one["organisation_id"] for one in parties if one["has_signed"]]
        tell(connection, "agreement_in_force", agreement, maker, signed)


def _role(side: str) -> str:
    return "company_contact" if side == "company" else "region_representative"


def end(engine: Engine, maker: Maker, agreement_id: str, typed: Mapping[str, str]) -> None:
    """End the agreement after `last_day`, with a `reason`: for all, by the secretariat or the company; by a region for
    itself. Raises BadInput, AgreementError (ended, not_open for one that binds nobody, not_allowed).
    """
    found = fields.read(
        typed,
        {
            "last_day": fields.day,
            "reason": fields.required(lambda text: fields.paragraph(text, MOST_REASON)),
        },
    )
    if found["last_day"] < maker.today:
        raise BadInput(Fault("in_the_past", column="last_day"))
    with held_agreement(engine, maker, agreement_id) as (connection, agreement, held):
        require_not_ended(connection, agreement_id)
        region = _ending(connection, maker, agreement, typed.get("region", ""))
        bound = bound_of(connection, agreement_id)
        mine = [one for one in bound if region is None or one.region == str(region)]
        if all(one.last is not None and one.last < maker.today for one in mine):
            raise AgreementError("not_open")
        given = {"id": agreement_id, "region": region, "last": found["last_day"], "reason": found["reason"]}
        given |= {
            "person": maker.actor.id,
            "name": maker.actor.name,
            "organisation": maker.actor.organisation,
        }
        connection.execute(_END, {**given, "at": maker.at})
        role = (
            "secretariat"
            if "secretariat" in maker.actor.roles
            else _role("company" if region is None else "region")
        )
        held.record("agreement_ended", role, {"last_day": str(found["last_day"]), "whole": region is None})
        told = [agreement["company_id"], *(uuid.UUID(one) for one in {one.region for one in bound})]
        tell(connection, "agreement_ended", agreement, maker, told)


def _ending(connection: Connection, maker: Maker, agreement: Row, wanted: str) -> uuid.UUID | None:
    """For which region the agreement is ended; None: for all. Raises AgreementError not_allowed."""
    given = {"person": maker.actor.id, "today": maker.today, "company": agreement["company_id"]}
    if "secretariat" in maker.actor.roles or connection.scalar(_OWN_COMPANY, given):
        return None
    chosen = as_id(wanted) if wanted else None
    regions = connection.scalars(_OWN_REGION, {**given, "id": agreement["id"], "region": chosen}).all()
    if len(regions) != 1:
        raise AgreementError("not_allowed")
    region: uuid.UUID = regions[0]
    return region
