"""Opening a negotiation on a case, its circle, meetings and notes. Each command is one transaction.

A negotiation has no stage of its own: it is under way while the case's state is. What happens in it is an event in the
case's log, without a word of what is offered.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator, Mapping
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.cases.errors import CaseNotFound
from nt_process.cases.filing import Held
from nt_process.cases.service import workflow_of
from nt_process.infra.rows import Row
from nt_process.kernel import typed as fields
from nt_process.kernel.faults import BadInput, Fault
from nt_process.negotiation.errors import Maker, NegotiationError, require_secretariat
from nt_process.negotiation.telling import tell_company
from nt_process.sealed import circle, room
from nt_process.sealed.circle import Entry

STATE = "negotiation"
KINDS = ("two_party", "three_party")
CAPACITIES = ("lead", "member", "expert", "secretary")
# Those who see the cases, and so can be told of what happens in one.
DELEGATES = ("secretariat", "council_member", "region_representative")
NOTE_PLACE = "negotiation_note"
_SHARE = fields.optional(fields.number(Decimal(100)))

_NEXT = sa.text("SELECT coalesce(max(number), 0) + 1 FROM negotiation WHERE case_id = :case")
_LATEST = sa.text("""
    SELECT id, opened_seq FROM negotiation WHERE case_id = :case ORDER BY number DESC LIMIT 1
""")
_LEFT_SINCE = sa.text("""
    SELECT EXISTS (SELECT FROM event WHERE case_id = :case AND seq > :seq AND state = 'ended_without_agreement')
        OR EXISTS (SELECT FROM event WHERE case_id = :case AND seq > :seq AND action = 'conclude_agreement')
""")
_OPEN = sa.text("""
    INSERT INTO negotiation (id, case_id, case_number, number, kind, company_id, threshold, opened_seq, opened_by,
        opened_at)
    VALUES (:id, :case, :case_number, :number, :kind, :company, :threshold, :seq, :by, :at)
""")
FIND = sa.text("SELECT * FROM negotiation WHERE id = :id")
_CANDIDATE = sa.text("""
    SELECT p.id, p.name, m.organisation_id, conflict_of_interest(:case, p.id, :today) IS NOT NULL AS conflicted
    FROM person p JOIN membership m ON m.person_id = p.id
    WHERE p.id = :person AND p.disabled_at IS NULL AND m.role = ANY (:roles)
      AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
    ORDER BY m.id LIMIT 1
""")
_OWN_ORGANISATION = sa.text("""
    SELECT m.organisation_id FROM membership m WHERE m.person_id = :person AND m.role = ANY (:roles)
      AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today) ORDER BY m.id LIMIT 1
""")
_MEET = sa.text("""
    INSERT INTO negotiation_meeting (id, negotiation_id, day, place, with_company, added_by, added_at)
    VALUES (gen_random_uuid(), :id, :day, :place, :with_company, :by, :at)
""")
_WRITE_NOTE = sa.text("""
    INSERT INTO negotiation_note (id, negotiation_id, person_id, person, at) VALUES (:note, :id, :person, :name, :at)
""")
_PRESENT_THRESHOLD = sa.text("SELECT threshold FROM negotiation WHERE id = :id")
_THRESHOLD = sa.text("UPDATE negotiation SET threshold = :threshold WHERE id = :id")


def open_negotiation(engine: Engine, maker: Maker, case_number: str, typed: Mapping[str, str]) -> str:
    """Open the negotiation of a case, and give its id; whoever opens it leads the delegation.

    The case is being negotiated, or its workflow lets it begin, which is then done in the same transaction.
    Raises BadInput, NegotiationError (no_negotiation, under_way, no_company), Refused, KeyAway.
    """
    require_secretariat(maker.actor)
    found = fields.read(typed, {"kind": fields.one_of(KINDS), "threshold": _SHARE})
    kind, threshold = found["kind"], found["threshold"]
    with engine.begin() as connection:
        try:
            held = Held(connection, maker.actor.id, case_number, maker.at)
        except CaseNotFound:
            raise NegotiationError("not_found") from None
        _require_none_under_way(connection, held)
        company = held.case.field("company_id")
        if not company:
            raise NegotiationError("no_company")
        if held.case.state != STATE:
            held.take(_beginning(held), {})
        negotiation_id = str(uuid.uuid4())
        number = connection.scalar(_NEXT, {"case": held.id})
        opened = {"id": negotiation_id, "case": held.id, "case_number": case_number, "number": number}
        opened |= {"kind": kind, "company": company, "threshold": threshold, "seq": held.case.version}
        connection.execute(_OPEN, {**opened, "by": maker.actor.name, "at": maker.at})
        room.make(connection, negotiation_id, held.id, maker.at)
        own = connection.scalar(_OWN_ORGANISATION, _reader(maker, ("secretariat",)))
        lead = Entry("delegation", str(own), maker.actor.id, "lead", maker.today)
        of_company = Entry("company", str(company), None, "contact", maker.today)
        for entry in (lead, of_company):
            circle.admit(connection, negotiation_id, held.id, entry, maker.actor.name, maker.at)
        held.record("negotiation_opened", "secretariat", {"kind": kind})
    return negotiation_id


def _require_none_under_way(connection: Connection, held: Held) -> None:
    latest = connection.execute(_LATEST, {"case": held.id}).first()
    if latest is not None and not connection.scalar(_LEFT_SINCE, {"case": held.id, "seq": latest.opened_seq}):
        raise NegotiationError("under_way")


def _beginning(held: Held) -> str:
    """The action of the case's workflow that the secretariat begins a negotiation with."""
    for name, action in workflow_of(held.case).actions.items():
        if action.target == STATE and held.case.state in action.sources and "secretariat" in action.by:
            return name
    raise NegotiationError("no_negotiation")


def admit(engine: Engine, maker: Maker, negotiation_id: str, typed: Mapping[str, str]) -> None:
    """Put somebody into the delegation (or TLV's person, in a negotiation of three), from one day to another.

    Raises BadInput, NegotiationError (in_circle, conflicted).
    """
    require_secretariat(maker.actor)
    readers = {"person": fields.identifier, "capacity": fields.one_of(CAPACITIES), **fields.SPAN}
    found = fields.read(typed, readers)
    fields.in_order(found)
    person, first, last = found["person"], found["valid_from"], found["valid_to"]
    with held_negotiation(engine, maker, negotiation_id) as (connection, negotiation, held):
        roles = (*DELEGATES, "tlv_assessor") if negotiation["kind"] == "three_party" else DELEGATES
        candidate = connection.execute(
            _CANDIDATE, {"case": held.id, "person": person, "roles": list(roles), "today": maker.today}
        ).first()
        if candidate is None:
            raise BadInput(Fault("not_a_choice", column="person"))
        if candidate.conflicted:
            raise NegotiationError("conflicted", name=candidate.name)
        present = circle.members(connection, negotiation_id, maker.today)
        if any(one["person_id"] == person and one["side"] != "region" and one["holds"] for one in present):
            raise NegotiationError("in_circle")
        side = "tlv" if _is_tlv(connection, maker, person) else "delegation"
        organisation = str(candidate.organisation_id)
        entry = Entry(side, organisation, str(person), found["capacity"], first, last)
        circle.admit(connection, negotiation_id, held.id, entry, maker.actor.name, maker.at)
        circle_changed(connection, negotiation, held, maker, "admitted", candidate.name)


def _is_tlv(connection: Connection, maker: Maker, person_id: object) -> bool:
    asked = {"person": person_id, "roles": list(DELEGATES), "today": maker.today}
    return connection.scalar(_OWN_ORGANISATION, asked) is None


def end(engine: Engine, maker: Maker, negotiation_id: str, entry_id: str) -> None:
    """Take somebody out of the circle; they read nothing from that moment. Whoever represents a region could come back
    by themselves otherwise, and cannot until they are let in again.

    Raises NegotiationError (out_of_circle, last_of_delegation).
    """
    require_secretariat(maker.actor)
    with held_negotiation(engine, maker, negotiation_id) as (connection, negotiation, held):
        members = [
            one for one in circle.members(connection, negotiation_id, maker.today) if one["ended_at"] is None
        ]
        found = next((one for one in members if str(one["id"]) == entry_id), None)
        if found is None:
            raise NegotiationError("out_of_circle")
        delegation = [one for one in members if one["side"] == "delegation" and one["holds"]]
        if [one["id"] for one in delegation] == [found["id"]]:
            raise NegotiationError("last_of_delegation")
        barred = found["side"] == "region"
        if not circle.end(connection, negotiation_id, entry_id, maker.actor.name, maker.at, barred=barred):
            raise NegotiationError("out_of_circle")
        circle_changed(
            connection, negotiation, held, maker, "ended", found["person"] or found["organisation"]
        )


def let_in(engine: Engine, maker: Maker, negotiation_id: str, entry_id: str) -> None:
    """Let a region's representative who was taken out enter the circle again. Raises NegotiationError not_barred."""
    require_secretariat(maker.actor)
    with held_negotiation(engine, maker, negotiation_id) as (connection, negotiation, held):
        members = circle.members(connection, negotiation_id, maker.today)
        found = next((one for one in members if str(one["id"]) == entry_id), None)
        if found is None or not circle.unbar(connection, negotiation_id, entry_id):
            raise NegotiationError("not_barred")
        circle_changed(connection, negotiation, held, maker, "let_in", found["person"])


def circle_changed(
    connection: Connection, negotiation: Row, held: Held, maker: Maker, change: str, name: str
) -> None:
    """Put it on record that the circle has changed, and tell the company."""
    held.record("negotiation_circle", role_of(maker), {"change": change, "person": name})
    tell_company(connection, "negotiation_circle", negotiation, maker)


def set_threshold(engine: Engine, maker: Maker, negotiation_id: str, typed: str) -> None:
    """Say which share of the population, in per cent, is to be covered; empty for none. Raises BadInput."""
    require_secretariat(maker.actor)
    threshold = fields.read({"threshold": typed}, {"threshold": _SHARE})["threshold"]
    with held_negotiation(engine, maker, negotiation_id) as (connection, _negotiation, held):
        before = connection.scalar(_PRESENT_THRESHOLD, {"id": negotiation_id})
        if threshold == before:
            return
        connection.execute(_THRESHOLD, {"id": negotiation_id, "threshold": threshold})
        stated = {"before": _plain(before), "after": _plain(threshold)}
        held.record("negotiation_threshold", "secretariat", stated)


def _plain(share: Decimal | None) -> str | None:
    return None if share is None else format(share.normalize(), "f")


def meet(engine: Engine, maker: Maker, negotiation_id: str, typed: Mapping[str, str]) -> None:
    """Note a meeting, held or to come. Raises BadInput; NegotiationError not_allowed outside the delegation."""
    found = fields.read(typed, {"day": fields.day, "place": fields.line})
    with held_negotiation(engine, maker, negotiation_id) as (connection, _negotiation, _held):
        require_delegate(connection, maker, negotiation_id)
        given = {"id": negotiation_id, **found, "by": maker.actor.name, "at": maker.at}
        connection.execute(_MEET, {**given, "with_company": typed.get("with_company", "") != ""})


def write_note(engine: Engine, maker: Maker, negotiation_id: str, text: str) -> None:
    """Seal a note for the delegation. Raises BadInput, KeyAway; NegotiationError not_allowed outside it."""
    written = fields.read({"note": text}, {"note": fields.required(fields.paragraph)})["note"]
    note_id = str(uuid.uuid4())
    with held_negotiation(engine, maker, negotiation_id) as (connection, _negotiation, _held):
        require_delegate(connection, maker, negotiation_id)
        given = {"note": note_id, "id": negotiation_id, "person": maker.actor.id, "name": maker.actor.name}
        connection.execute(_WRITE_NOTE, {**given, "at": maker.at})
        room.seal(
            connection,
            negotiation_id,
            NOTE_PLACE,
            note_id,
            written.encode(),
            at=maker.at,
            readers=["delegation"],
        )


def role_of(maker: Maker) -> str:
    """In which of their roles the maker acts in a negotiation."""
    order = ("secretariat", "council_member", "region_representative", "company_contact")
    return next((role for role in order if role in maker.actor.roles), min(maker.actor.roles))


def require_delegate(connection: Connection, maker: Maker, negotiation_id: str) -> None:
    """Raises NegotiationError not_allowed for who is not of the delegation today."""
    if side_of(connection, maker, negotiation_id) != "delegation":
        raise NegotiationError("not_allowed")


def side_of(connection: Connection, maker: Maker, negotiation_id: str) -> str | None:
    """On which side the maker stands in the circle today."""
    return next(
        (one.side for one in circle.stands(connection, maker.actor, negotiation_id, maker.today)), None
    )


@contextlib.contextmanager
def held_negotiation(
    engine: Engine, maker: Maker, negotiation_id: str
) -> Iterator[tuple[Connection, Row, Held]]:
    """A transaction that holds the negotiation's case, so that commands on it come one after the other.

    Raises NegotiationError not_found for who may not know of it.
    """
    with engine.begin() as connection:
        row, held = hold(connection, maker, negotiation_id)
        yield connection, row, held


def hold(connection: Connection, maker: Maker, negotiation_id: str) -> tuple[Row, Held]:
    """Hold the negotiation's case in a transaction of the caller's. Raises NegotiationError not_found."""
    row = connection.execute(FIND, {"id": uuid.UUID(negotiation_id)}).mappings().first()
    if row is None:
        raise NegotiationError("not_found")
    try:
        return row, Held(connection, maker.actor.id, row["case_number"], maker.at)
    except CaseNotFound:
        raise NegotiationError("not_found") from None


def _reader(maker: Maker, roles: tuple[str, ...]) -> dict[str, object]:
    return {"person": maker.actor.id, "roles": list(roles), "today": maker.today}
