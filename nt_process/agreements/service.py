"""An agreement drafted from settled terms, sent to be signed, and withdrawn. Each command is one transaction.

What is shown, hashed and signed is the text that was sealed when the version was drafted, never one written anew.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.agreements import packages, rules, wording
from nt_process.agreements.errors import AgreementError
from nt_process.agreements.overlap import overlapping
from nt_process.agreements.reading import ENDS, VERSIONS, bound_of, versions_of
from nt_process.agreements.telling import tell
from nt_process.cases.errors import CaseNotFound
from nt_process.cases.filing import Held
from nt_process.identity.maker import Maker
from nt_process.infra.rows import Row
from nt_process.kernel import typed as fields
from nt_process.kernel.faults import BadInput, Fault
from nt_process.negotiation import accession
from nt_process.negotiation.rules import accession as accessions
from nt_process.rights import SECRETARIAT
from nt_process.sealed import circle, room
from nt_process.sealed.room import NotForYou
from nt_process.terms.contract import Contract
from nt_process.terms.document import from_document

PLACE = "agreement_text"
READERS = ("delegation", "company", "region")
# As these are written in the log of readings, whatever the language of who does it.
DRAFTING = "Drafting the agreement"

_NEGOTIATION = sa.text("""
    SELECT n.id, n.case_id, n.case_number, n.company_id, c.medicine, o.name AS company
    FROM negotiation n JOIN cases c ON c.id = n.case_id JOIN organisation o ON o.id = n.company_id WHERE n.id = :id
""")
_FIND = sa.text("""
    SELECT a.*, c.medicine, o.name AS company FROM agreement a JOIN cases c ON c.id = a.case_id
    JOIN organisation o ON o.id = a.company_id WHERE a.id = :id
""")
_OF_NEGOTIATION = sa.text("SELECT id FROM agreement WHERE negotiation_id = :id")
_TERMS = sa.text("""
    SELECT version, commitment FROM negotiation_terms WHERE negotiation_id = :id ORDER BY version DESC LIMIT 1
""")
_MAKE = sa.text("""
    INSERT INTO agreement (id, negotiation_id, case_id, case_number, company_id, made_by, made_at)
    VALUES (:id, :negotiation, :case, :number, :company, :by, :at)
""")
_DRAFT = sa.text("""
    INSERT INTO agreement_version (agreement_id, version, negotiation_id, terms_version, terms_commitment, text_commitment,
        packages, package_names, first_day, last_day, renew_by, renegotiate_on, drafted_by, drafted_at)
    VALUES (:id, :version, :negotiation, :terms_version, :terms, :text, :packages, :names, :first, :last,
        :renew_by, :renegotiate_on, :by, :at)
""")
_SEND = sa.text("""
    UPDATE agreement_version SET sent_by = :by, sent_at = :at
    WHERE agreement_id = :id AND version = :version AND sent_at IS NULL
""")
_SENT = sa.text("UPDATE agreement SET sent_at = :at WHERE id = :id AND sent_at IS NULL")
_ASK = sa.text("""
    INSERT INTO agreement_party (agreement_id, version, organisation_id, side, asked_by, asked_at)
    VALUES (:id, :version, :organisation, :side, :by, :at) ON CONFLICT DO NOTHING RETURNING organisation_id
""")
_WITHDRAW = sa.text("""
    UPDATE agreement_version SET withdrawn_by = :by, withdrawn_at = :at WHERE agreement_id = :id AND version = :version
""")


def draft(engine: Engine, maker: Maker, negotiation_id: str, typed: Mapping[str, str]) -> str:
    """Write the contract of a negotiation's settled terms, and give the agreement's id; the first, or a new version.

    A secretary of the delegation does it, shortly after a proof of who they are, because the terms are opened for it.
    `first_day` and `last_day` are those of the terms where nothing is typed; `package_1` and so on are the article numbers
    of the packages of the terms, in their order. Raises Unfit, AgreementError, ProofNeeded.
    """
    require_secretariat(maker)
    with engine.begin() as connection:
        negotiation = _negotiation(connection, negotiation_id)
        terms = connection.execute(_TERMS, {"id": negotiation["id"]}).first()
        if terms is None:
            raise AgreementError("no_terms")
        opened = _opened_terms(connection, maker, negotiation_id, terms.version)
        contract = from_document(opened["terms"])
        held = hold(connection, maker, negotiation["case_number"])
        require_delegate(connection, maker, negotiation_id)
        agreement_id = str(connection.scalar(_OF_NEGOTIATION, {"id": negotiation["id"]}) or uuid.uuid4())
        before = versions_rows(connection, agreement_id)
        _require_may_draft(connection, agreement_id, before)
        days, numbers = _read(typed, contract, before)
        first, last = days["first_day"], days["last_day"]
        counted = [one for of_name in numbers.values() for one in of_name]
        _require_differs(before, terms.version, days, counted)
        if not before:
            made = {"id": agreement_id, "negotiation": negotiation["id"], "case": negotiation["case_id"]}
            made |= {"number": negotiation["case_number"], "company": negotiation["company_id"]}
            connection.execute(_MAKE, {**made, "by": maker.actor.name, "at": maker.at})
        version = len(before) + 1
        frame = wording.Frame(
            negotiation["case_number"], negotiation["medicine"], negotiation["company"], version, terms.version,
            terms.commitment, first, last, numbers,
        )  # fmt: skip
        text, nonce = wording.written(contract, frame), secrets.token_bytes(rules.NONCE_BYTES)
        stored = {"id": agreement_id, "version": version, "negotiation": negotiation["id"]}
        stored |= {"terms_version": terms.version, "terms": terms.commitment}
        stored |= {"text": rules.commitment(text, nonce), "packages": counted}
        stored |= {"names": [name for name, of_name in numbers.items() for _one in of_name]}
        stored |= {"renew_by": days["renew_by"], "renegotiate_on": days["renegotiate_on"]}
        connection.execute(
            _DRAFT, {**stored, "first": first, "last": last, "by": maker.actor.name, "at": maker.at}
        )
        sealed = {
            "text": text,
            "nonce": nonce.hex(),
            "terms": opened["terms"],
            "terms_nonce": opened["nonce"],
        }
        room.seal(
            connection, negotiation_id, PLACE, agreement_id, json.dumps(sealed).encode(), version, at=maker.at,
            readers=READERS,
        )  # fmt: skip
        held.record("agreement_drafted", "secretariat", {"version": version})
    return agreement_id


def _read(
    typed: Mapping[str, str], contract: Contract, before: Sequence[Row]
) -> tuple[dict[str, Any], packages.Numbers]:
    """The days of a version, its own and those of its clocks, and its packages' article numbers. Raises Unfit."""
    known: dict[str, list[str]] = {}
    for row in before[-1:]:
        for number, name in zip(row["packages"], row["package_names"], strict=True):
            known.setdefault(name, []).append(number)
    numbers, faults = packages.read_numbers(contract.packages, typed, known)
    try:
        names = ("first_day", "last_day", "renew_by", "renegotiate_on")
        days = fields.read(typed, dict.fromkeys(names, fields.optional(fields.day)))
    except BadInput as refusal:
        raise packages.Unfit(contract.packages, *refusal.faults, *faults) from None
    days["first_day"] = days["first_day"] or contract.starts
    days["last_day"] = days["last_day"] or contract.ends
    faults[:0] = _out_of_order(days, contract)
    if faults:
        raise packages.Unfit(contract.packages, *faults)
    return days, numbers


def _out_of_order(days: Mapping[str, date | None], contract: Contract) -> list[Fault]:
    """Days of a version that do not lie within those of its terms, and days of its clocks outside its own."""
    first, last = days["first_day"] or contract.starts, days["last_day"]
    if not rules.within(first, last, contract.starts, contract.ends):
        return [Fault("outside_terms", column="first_day" if first < contract.starts else "last_day")]
    faults = [Fault("ends_before_start", column="last_day")] if last is not None and last < first else []
    for name in ("renew_by", "renegotiate_on"):
        found = days[name]
        if found is not None and (found < first or (last is not None and found > last)):
            faults.append(Fault("outside_period", column=name))
    return faults


def _opened_terms(
    connection: Connection, maker: Maker, negotiation_id: str, version: int
) -> Mapping[str, Mapping[str, object]]:
    try:
        secret = room.reveal(
            connection, maker.actor, negotiation_id, accession.TERMS_PLACE, negotiation_id, DRAFTING, at=maker.at,
            version=version,
        )  # fmt: skip
    except NotForYou:
        raise AgreementError("not_found") from None
    opened: Mapping[str, Mapping[str, object]] = json.loads(secret.decode())
    return opened


def _require_may_draft(connection: Connection, agreement_id: str, before: Sequence[Row]) -> None:
    if rules.open_version(versions_of(before), bound_of(connection, agreement_id)) is not None:
        raise AgreementError("open_version")
    require_not_ended(connection, agreement_id)


def require_not_ended(connection: Connection, agreement_id: str) -> None:
    """Raises AgreementError ended for an agreement that has been terminated as a whole."""
    ends = connection.execute(ENDS, {"id": agreement_id}).mappings()
    if any(one["organisation_id"] is None for one in ends):
        raise AgreementError("ended")


def _require_differs(
    before: Sequence[Row], terms_version: int, days: Mapping[str, date | None], counted: Sequence[str]
) -> None:
    kept = [one for one in before if one["withdrawn_at"] is None]
    if not kept or kept[-1]["terms_version"] != terms_version or kept[-1]["packages"] != counted:
        return
    if all(kept[-1][name] == day for name, day in days.items()):
        raise AgreementError("same_terms")


def send(engine: Engine, maker: Maker, agreement_id: str, version: int) -> int:
    """Ask the company and every region that stands by these terms to sign; how many are asked anew.

    Done again it asks those that have joined since. Raises AgreementError (not_open, no_regions, overlap, ended).
    """
    require_secretariat(maker)
    with held_agreement(engine, maker, agreement_id) as (connection, agreement, held):
        row = the_open(connection, agreement_id, version)
        require_not_ended(connection, agreement_id)
        regions = joined(connection, agreement["negotiation_id"], row["terms_version"], maker.today)
        if not regions:
            raise AgreementError("no_regions")
        if others := overlapping(connection, agreement_id, row, regions):
            raise AgreementError("overlap", others=others)
        given = {"id": agreement_id, "version": version, "by": maker.actor.name, "at": maker.at}
        connection.execute(_SEND, given)
        connection.execute(_SENT, given)
        wanted = [("company", agreement["company_id"]), *(("region", uuid.UUID(one)) for one in regions)]
        asked = [
            found
            for side, organisation in wanted
            if (found := connection.scalar(_ASK, {**given, "side": side, "organisation": organisation}))
        ]
        if asked:
            held.record("agreement_sent", "secretariat", {"version": version, "asked": len(asked)})
            tell(connection, "agreement_to_sign", agreement, maker, asked)
    return len(asked)


def joined(connection: Connection, negotiation_id: object, terms_version: int, today: date) -> list[str]:
    """The regions (ids) that are party to this version of the terms today, by the negotiation's ledger."""
    entries, versions = accession.ledger(connection, str(negotiation_id))
    found = accessions.standings(entries, versions, {one.region for one in entries}, today)
    return sorted(region for region, one in found.items() if one.is_party and one.version == terms_version)


def withdraw(engine: Engine, maker: Maker, agreement_id: str, version: int) -> None:
    """Take back a version that binds nobody yet; what held before it goes on. Raises AgreementError."""
    require_secretariat(maker)
    with held_agreement(engine, maker, agreement_id) as (connection, _agreement, held):
        row = the_open(connection, agreement_id, version)
        if any(one.version == version for one in bound_of(connection, agreement_id)):
            raise AgreementError("in_force")
        given = {"id": agreement_id, "version": version, "by": maker.actor.name, "at": maker.at}
        connection.execute(_WITHDRAW, given)
        held.record(
            "agreement_withdrawn", "secretariat", {"version": version, "sent": row["sent_at"] is not None}
        )


def the_open(connection: Connection, agreement_id: str, version: int) -> Row:
    """The newest version, which alone can be sent, signed or withdrawn. Raises AgreementError not_open, not_found."""
    rows = versions_rows(connection, agreement_id)
    found = next((one for one in rows if one["version"] == version), None)
    if found is None:
        raise AgreementError("not_found")
    if found["withdrawn_at"] is not None or any(
        one["version"] > version and one["withdrawn_at"] is None for one in rows
    ):
        raise AgreementError("not_open")
    return found


def versions_rows(connection: Connection, agreement_id: str) -> list[Row]:
    return list(connection.execute(VERSIONS, {"id": agreement_id}).mappings())


def require_secretariat(maker: Maker) -> None:
    """Raises AgreementError not_allowed."""
    if not SECRETARIAT.allows(maker.actor.roles):
        raise AgreementError("not_allowed")


def require_delegate(connection: Connection, maker: Maker, negotiation_id: str) -> None:
    """Raises AgreementError not_allowed for who is not of the delegation today."""
    stands = circle.stands(connection, maker.actor, negotiation_id, maker.today)
    if all(one.side != "delegation" for one in stands):
        raise AgreementError("not_allowed")


def _negotiation(connection: Connection, negotiation_id: str) -> Row:
    row = connection.execute(_NEGOTIATION, {"id": as_id(negotiation_id)}).mappings().first()
    if row is None:
        raise AgreementError("not_found")
    return row


@contextlib.contextmanager
def held_agreement(engine: Engine, maker: Maker, agreement_id: str) -> Iterator[tuple[Connection, Row, Held]]:
    """A transaction that holds the agreement's case. Raises AgreementError not_found for who may not know of it."""
    with engine.begin() as connection:
        row = found_agreement(connection, agreement_id)
        yield connection, row, hold(connection, maker, row["case_number"])


def found_agreement(connection: Connection, agreement_id: str) -> Row:
    """Raises AgreementError not_found."""
    row = connection.execute(_FIND, {"id": as_id(agreement_id)}).mappings().first()
    if row is None:
        raise AgreementError("not_found")
    return row


def hold(connection: Connection, maker: Maker, number: str) -> Held:
    """Hold the case in a transaction of the caller's. Raises AgreementError not_found."""
    try:
        return Held(connection, maker.actor.id, number, maker.at)
    except CaseNotFound:
        raise AgreementError("not_found") from None


def as_id(text: str) -> uuid.UUID:
    """Raises AgreementError not_found for what is no id."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise AgreementError("not_found") from None
