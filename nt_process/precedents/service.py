"""Writing precedents: proposed by one of the secretariat, approved by another, withdrawn with a reason.

Each command is one transaction, and an event in the case's log; nothing that was written is changed. A case that has been
negotiated is approved by somebody of the delegation: the text is held against what is sealed, which is a reading of it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.cases.errors import CaseNotFound
from nt_process.cases.filing import Held
from nt_process.identity.maker import Maker
from nt_process.infra.rows import Row
from nt_process.kernel import typed as fields
from nt_process.negotiation.accession import TERMS_PLACE
from nt_process.negotiation.offers import PLACE as OFFER_PLACE
from nt_process.precedents import figures, rules
from nt_process.precedents.errors import PrecedentError
from nt_process.precedents.figures import Figure
from nt_process.precedents.queries import latest_decision
from nt_process.precedents.rules import Grounds
from nt_process.rights import SECRETARIAT
from nt_process.sealed import room
from nt_process.sealed.room import NotForYou, Place
from nt_process.terms.document import from_document

ROLE = "secretariat"
# As it is written in the log of readings, whatever the language of who does it.
COMPARING = "Comparing a precedent with what is sealed"
MOST_REASON = 2_000

_FIND = sa.text("SELECT p.*, c.number FROM precedent p JOIN cases c ON c.id = p.case_id WHERE p.id = :id")
_CASE = sa.text("""
    SELECT id, process, medicine, substance, atc, company, indication FROM cases WHERE id = :id
""")
_MAKE = sa.text("""
    INSERT INTO precedent (id, case_id, process, decision_seq, decision, decided_on)
    VALUES (:id, :case, :process, :seq, :decision, :day)
""")
_VERSIONS = sa.text("""
    SELECT v.*, j.approved FROM precedent_version v LEFT JOIN precedent_verdict j USING (precedent_id, version)
    WHERE v.precedent_id = :id ORDER BY v.version
""")
_WRITE = sa.text("""
    INSERT INTO precedent_version (precedent_id, version, medicine, substance, atc, company, indication, severity, rarity,
        patients, certainty, qaly_from, qaly_to, willing_from, willing_to, contract, clauses, clauses_told_by, reasons,
        is_public, public_parts, written_by_id, written_by, written_at)
    VALUES (:id, :version, :medicine, :substance, :atc, :company, :indication, :severity, :rarity, :patients, :certainty,
        :qaly_from, :qaly_to, :willing_from, :willing_to, :contract, :clauses, :clauses_told_by, :reasons, :is_public,
        :public_parts, :person, :name, :at)
""")
_JUDGE = sa.text("""
    INSERT INTO precedent_verdict (precedent_id, version, written_by_id, approved, reason, person_id, person, at)
    VALUES (:id, :version, :writer, :approved, :reason, :person, :name, :at)
""")
_TOLD = sa.text("SELECT version FROM precedent_current WHERE precedent_id = :id")
_WITHDRAW = sa.text("""
    INSERT INTO precedent_withdrawal (precedent_id, version, reason, person_id, person, at)
    VALUES (:id, :version, :reason, :person, :name, :at)
""")
_NEGOTIATIONS = sa.text("SELECT id FROM negotiation WHERE case_id = :case ORDER BY number")
_TERMS = sa.text("SELECT version FROM negotiation_terms WHERE negotiation_id = :id ORDER BY version")
# Where nothing was settled: what was offered, as far as it has been opened to the other side.
_OFFERS = sa.text("""
    SELECT o.id FROM negotiation_offer o JOIN negotiation_round r ON r.id = o.round_id
    WHERE o.negotiation_id = :id AND (r.opens_at IS NULL OR r.opened_at IS NOT NULL) ORDER BY o.number
""")


def propose(
    engine: Engine, maker: Maker, number: str, texts: Mapping[str, str], chosen: Mapping[str, Sequence[str]]
) -> str:
    """Write the precedent of a case's latest decision, for another to approve, and give its id.

    Raises BadInput (see `rules.read`), Refused for a conflict of interest, PrecedentError (not_found, no_decision, written).
    """
    _require_secretariat(maker)
    with engine.begin() as connection:
        held = _hold(connection, maker, number)
        decided = latest_decision(connection, held.id)
        decision = None if decided is None else rules.decided(decided["action"], decided["outcome"])
        if decided is None or decision is None:
            raise PrecedentError("no_decision")
        if decided["precedent_id"] is not None:
            raise PrecedentError("written")
        grounds = rules.read(texts, chosen, decision)
        case = connection.execute(_CASE, {"id": held.id}).mappings().one()
        made = {"id": uuid.uuid4(), "case": case["id"], "process": case["process"]}
        made |= {"seq": decided["seq"], "decision": decision, "day": decided["day"]}
        connection.execute(_MAKE, made)
        _write(connection, maker, made["id"], 1, case, grounds)
        held.record("precedent_proposed", ROLE, {"version": 1})
    return str(made["id"])


def revise(
    engine: Engine,
    maker: Maker,
    precedent_id: str,
    seen: int,
    texts: Mapping[str, str],
    chosen: Mapping[str, Sequence[str]],
) -> int:
    """Write the next version, for another to approve, and give its number; until then what was approved is told.

    `seen` is the newest version that the page showed. Raises BadInput, Refused, PrecedentError (not_found, changed).
    """  # fmt: skip
    _require_secretariat(maker)
    with engine.begin() as connection:
        found, held, versions = _held(connection, maker, precedent_id)
        if versions[-1]["version"] != seen:
            raise PrecedentError("changed")
        grounds = rules.read(texts, chosen, found["decision"])
        case = connection.execute(_CASE, {"id": found["case_id"]}).mappings().one()
        _write(connection, maker, found["id"], seen + 1, case, grounds)
        held.record("precedent_proposed", ROLE, {"version": seen + 1})
    return seen + 1


def _write(
    connection: Connection, maker: Maker, precedent_id: uuid.UUID, version: int, case: Row, grounds: Grounds
) -> None:
    about = {name: case[name] for name in ("medicine", "substance", "atc", "company")}
    written = {"id": precedent_id, "version": version, **about, **_stored(grounds)}
    by = {"person": maker.actor.id, "name": maker.actor.name, "at": maker.at}
    connection.execute(_WRITE, {**written, **by})


def _stored(grounds: Grounds) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in asdict(grounds).items()
    }


def approve(engine: Engine, maker: Maker, precedent_id: str, version: int) -> None:
    """Approve the newest version, so that it is told; by another than its writer, and by somebody of the delegation where
    the case has been negotiated. What is told is held against the sealed terms first, which is kept as a reading.

    Raises ProofNeeded, KeyAway, Damaged, Refused, PrecedentError (not_found, changed, judged, own, not_in_delegation,
    holds_sealed).
    """
    _require_secretariat(maker)
    with engine.begin() as connection:
        found = _find(connection, precedent_id)
        row = _to_judge(connection, maker, found, version)
        known = _sealed_figures(connection, maker, found["case_id"])
    # What was opened stays on record whatever comes of it.
    if held_in := figures.told(_text_of(row), known):
        raise PrecedentError("holds_sealed", figures=tuple(held_in))
    _judge(engine, maker, precedent_id, version, approved=True, reason="")


def decline(engine: Engine, maker: Maker, precedent_id: str, version: int, reason: str) -> None:
    """Say why the newest version cannot stand; its writer reads it. Raises BadInput (reason) and as `approve`."""
    _require_secretariat(maker)
    _judge(engine, maker, precedent_id, version, approved=False, reason=_reason(reason))


def _judge(
    engine: Engine, maker: Maker, precedent_id: str, version: int, *, approved: bool, reason: str
) -> None:
    with engine.begin() as connection:
        found, held, _versions = _held(connection, maker, precedent_id)
        row = _to_judge(connection, maker, found, version)
        given = {"id": found["id"], "version": version, "writer": row["written_by_id"], "approved": approved}
        given |= {"reason": reason, "person": maker.actor.id, "name": maker.actor.name, "at": maker.at}
        connection.execute(_JUDGE, given)
        held.record("precedent_approved" if approved else "precedent_declined", ROLE, {"version": version})


def withdraw(engine: Engine, maker: Maker, precedent_id: str, reason: str) -> None:
    """Take back what is told, at once. A new version can be written and approved afterwards.

    Raises BadInput (reason), Refused, PrecedentError (not_found, not_told).
    """
    _require_secretariat(maker)
    stated = _reason(reason)
    with engine.begin() as connection:
        found, held, _versions = _held(connection, maker, precedent_id)
        version = connection.scalar(_TOLD, {"id": found["id"]})
        if version is None:
            raise PrecedentError("not_told")
        given = {"id": found["id"], "version": version, "reason": stated, "person": maker.actor.id}
        connection.execute(_WITHDRAW, {**given, "name": maker.actor.name, "at": maker.at})
        held.record("precedent_withdrawn", ROLE, {"version": version})


def _sealed_figures(connection: Connection, maker: Maker, case_id: object) -> set[Figure]:
    """The figures of all that was settled or offered in the case; opened for the maker, who stands in each circle."""
    known: set[Figure] = set()
    for negotiation in connection.scalars(_NEGOTIATIONS, {"case": case_id}).all():
        if not (places := _places(connection, negotiation)):
            continue
        try:
            secrets = room.reveal_all(
                connection, maker.actor, str(negotiation), places, COMPARING, at=maker.at
            )
        except NotForYou:
            raise PrecedentError("not_in_delegation") from None
        for secret in secrets:
            known |= figures.sealed(from_document(json.loads(secret.decode())["terms"]))
    return known


def _places(connection: Connection, negotiation: uuid.UUID) -> list[Place]:
    settled = connection.scalars(_TERMS, {"id": negotiation}).all()
    if settled:
        return [Place(TERMS_PLACE, str(negotiation), version) for version in settled]
    return [Place(OFFER_PLACE, str(one)) for one in connection.scalars(_OFFERS, {"id": negotiation})]


def _text_of(row: Row) -> str:
    """Everything of a version that somebody has written in their own words or figures."""
    patients = "" if row["patients"] is None else str(row["patients"])
    return "\n".join((row["indication"], row["reasons"], patients))


def _to_judge(connection: Connection, maker: Maker, found: Row, version: int) -> Row:
    """The version, when the maker can judge it. Raises PrecedentError (changed, judged, own)."""
    newest = connection.execute(_VERSIONS, {"id": found["id"]}).mappings().all()[-1]
    if newest["version"] != version:
        raise PrecedentError("changed")
    if newest["approved"] is not None:
        raise PrecedentError("judged")
    if str(newest["written_by_id"]) == maker.actor.id:
        raise PrecedentError("own")
    return newest


def _held(connection: Connection, maker: Maker, precedent_id: str) -> tuple[Row, Held, Sequence[Row]]:
    """The precedent with its versions, and its case held. Raises PrecedentError not_found, Refused."""
    found = _find(connection, precedent_id)
    held = _hold(connection, maker, found["number"])
    return found, held, connection.execute(_VERSIONS, {"id": found["id"]}).mappings().all()


def _find(connection: Connection, precedent_id: str) -> Row:
    try:
        row = connection.execute(_FIND, {"id": uuid.UUID(precedent_id)}).mappings().first()
    except ValueError:
        row = None
    if row is None:
        raise PrecedentError("not_found")
    return row


def _hold(connection: Connection, maker: Maker, number: str) -> Held:
    try:
        return Held(connection, maker.actor.id, number, maker.at)
    except CaseNotFound:
        raise PrecedentError("not_found") from None


def _reason(text: str) -> str:
    read = fields.required(lambda one: fields.paragraph(one, MOST_REASON))
    stated: str = fields.read({"reason": text}, {"reason": read})["reason"]
    return stated


def _require_secretariat(maker: Maker) -> None:
    if not SECRETARIAT.allows(maker.actor.roles):
        raise PrecedentError("not_allowed")
