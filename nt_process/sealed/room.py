"""Sealing and opening: what is secret goes in and comes out here, and nowhere else.

Everything happens in a transaction of the caller's. What `reveal` gives may be shown when that transaction has been
committed, and not before: then it is on record who has read it, in `sealed.reading` and in the case's log.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from nt_process.cases.filing import Held
from nt_process.cases.service import today_of
from nt_process.engine.definition import PARTY_OF_ROLE
from nt_process.identity.actor import SignedIn
from nt_process.infra.database import driver_of
from nt_process.kernel.faults import BadInput
from nt_process.kernel.reasons import ProofNeeded
from nt_process.sealed import cipher, keys, rules
from nt_process.sealed.cipher import Bound
from nt_process.sealed.keys import TooOld, Wrapped
from nt_process.sealed.secret import Secret

# A net price is shown only so shortly after its reader has proved, once more, who they are.
PROOF_LASTS = timedelta(minutes=10)
# Taken shared by whoever wraps a key, and alone by whoever forbids old versions: none is wrapped between.
WRAPPING_LOCK = 0x4E54_0021


class NotForYou(Exception):
    """There is no such secret for this person; absent and not theirs is the same answer."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a secret belongs: the table, the row, and of that row's versions which; None is the latest."""

    table: str
    row_id: str
    version: int | None = None


_WRAPPING = sa.text("SELECT pg_advisory_xact_lock_shared(:key)")
_NEW_KEY = sa.text("""
    INSERT INTO sealed.data_key (negotiation_id, case_id, wrapped, master_version, made_at, wrapped_at)
    VALUES (:negotiation, :case, :wrapped, :version, :at, :at)
""")
_ANY_KEY = sa.text("SELECT EXISTS (SELECT FROM sealed.data_key)")
_KEY = sa.text("""
    SELECT k.wrapped, k.master_version, k.case_id, c.number FROM sealed.data_key k JOIN cases c ON c.id = k.case_id
    WHERE k.negotiation_id = :negotiation
""")
_SEAL = sa.text("""
    INSERT INTO sealed.secret (place, row_id, version, negotiation_id, case_id, organisation_id, readers, nonce,
        ciphertext, sealed_at)
    VALUES (:place, :row_id, :version, :negotiation, :case, :organisation, :readers, :nonce, :ciphertext, :at)
""")
# The first wall: the circle is asked for this person and day, whatever the connection believes of who acts.
_FIND = sa.text("""
    SELECT s.place, s.row_id, s.version, s.negotiation_id, s.organisation_id, s.nonce, s.ciphertext, s.case_id,
           me.side, o.name AS organisation
    FROM sealed.secret s
    CROSS JOIN LATERAL (
        SELECT m.side, m.organisation_id FROM sealed.circle m
        WHERE m.negotiation_id = s.negotiation_id AND m.side = ANY (s.readers)
          AND (m.side <> 'region' OR s.organisation_id IS NULL OR s.organisation_id = m.organisation_id)
          AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
          AND EXISTS (
              SELECT FROM membership h JOIN person p ON p.id = h.person_id
              WHERE h.person_id = :person AND h.organisation_id = m.organisation_id AND p.disabled_at IS NULL
                AND h.valid_from <= :today AND (h.valid_to IS NULL OR h.valid_to >= :today)
                AND (m.person_id = h.person_id OR (m.person_id IS NULL AND h.role = 'company_contact')))
        ORDER BY m.side LIMIT 1
    ) me
    JOIN organisation o ON o.id = me.organisation_id
    WHERE s.negotiation_id = :negotiation AND s.place = :place AND s.row_id = :row_id
      AND (CAST(:version AS int) IS NULL OR s.version = :version)
    ORDER BY s.version DESC LIMIT 1
""")
_NOTE = sa.text("""
    INSERT INTO sealed.reading (negotiation_id, case_id, place, row_id, version, person_id, person, organisation, side,
        unattended, reason, at)
    VALUES (:negotiation, :case, :place, :row_id, :version, :person, :name, :organisation, :side, :unattended, :reason,
        :at)
""")


def make(connection: Connection, negotiation_id: str, case_id: str, at: datetime) -> None:
    """Make the room of a negotiation: its key, wrapped. Once for each; in a transaction of the caller's.

    Raises KeyAway.
    """
    master = keys.master_key()
    connection.execute(_WRAPPING, {"key": WRAPPING_LOCK})
    if not connection.scalar(_ANY_KEY):
        master.prepare()
    wrapped = master.wrap(cipher.new_key(), _of(negotiation_id))
    given = {"negotiation": uuid.UUID(negotiation_id), "case": uuid.UUID(case_id), "at": at}
    connection.execute(_NEW_KEY, {**given, "wrapped": wrapped.text, "version": wrapped.version})


def seal(
    connection: Connection,
    negotiation_id: str,
    table: str,
    row_id: str,
    payload: bytes,
    version: int = 1,
    *,
    at: datetime,
    readers: Sequence[str] = rules.BOTH_PARTIES,
    organisation_id: str | None = None,
) -> None:
    """Encrypt `payload` and keep it as this version of the secret that belongs to a row of a table.

    `readers` are the sides of the circle (`rules.SIDES`) that may open it; with `organisation_id`, of the regions this
    one alone. None of this can be changed afterwards; a secret that changes gets the next version.
    Raises KeyAway; NotForYou when there is no room that this connection may use.
    """
    if not rules.is_place(table, row_id, version):
        raise ValueError(f"a secret cannot be kept under {table} {row_id} version {version}")
    key, row = _unwrapped(connection, negotiation_id)
    bound = Bound(table, row_id, version, negotiation_id, organisation_id or "")
    nonce, ciphertext = cipher.encrypt(key, payload, bound)
    connection.execute(
        _SEAL,
        {
            "place": table,
            "row_id": row_id,
            "version": version,
            "negotiation": uuid.UUID(negotiation_id),
            "case": row.case_id,
            "organisation": None if organisation_id is None else uuid.UUID(organisation_id),
            "readers": list(readers),
            "nonce": nonce,
            "ciphertext": ciphertext,
            "at": at,
        },
    )


def reveal(
    connection: Connection,
    actor: SignedIn,
    negotiation_id: str,
    table: str,
    row_id: str,
    reason: str,
    *,
    at: datetime,
    version: int | None = None,
    unattended: bool = False,
) -> Secret:
    """Open one secret for a reader who stands in the circle today, and put it on record.

    See `reveal_all`, which opens several at once.
    """
    return reveal_all(
        connection,
        actor,
        negotiation_id,
        [Place(table, row_id, version)],
        reason,
        at=at,
        unattended=unattended,
    )[0]


def reveal_all(
    connection: Connection,
    actor: SignedIn,
    negotiation_id: str,
    places: Sequence[Place],
    reason: str,
    *,
    at: datetime,
    unattended: bool = False,
) -> list[Secret]:
    """Open secrets of one negotiation, in the order that is asked, all or none.

    Each becomes a row of `sealed.reading` with who, when and why; the case's log says that they were read, without
    content. The reader has proved who they are within PROOF_LASTS; `unattended` is for work in the background that
    they asked for then. Call it before the case is held for something else in the same transaction.

    Raises BadInput (column reason), ProofNeeded, NotForYou, KeyAway, Damaged, and Refused for a conflict of interest.
    """
    if driver_of(connection).autocommit or not connection.in_transaction():
        raise RuntimeError("a secret is opened inside a transaction, which keeps who has read it")
    # Whoever it is not for is told nothing else.
    found = [_find(connection, actor, negotiation_id, place, at) for place in places]
    if faults := rules.reason_faults(reason):
        raise BadInput(*faults)
    if not unattended:
        require_proof(actor, at)
    if not found:
        return []
    key, room = _unwrapped(connection, negotiation_id)
    opened = [
        cipher.decrypt(key, bytes(row.nonce), bytes(row.ciphertext), _bound(row, negotiation_id))
        for row in found
    ]
    # The case is held first: two who wrote of it and then wanted to hold it would wait for each other.
    held = Held(connection, actor.id, room.number, at)
    for row in found:
        _note(connection, actor, row, reason.strip(), at, unattended=unattended)
    stated = [f"{row.place} {row.row_id} {row.version}" for row in found]
    held.record("secret_read", _role(actor, found[0].side), {"secrets": stated, "unattended": unattended})
    return opened


def _find(
    connection: Connection, actor: SignedIn, negotiation_id: str, place: Place, at: datetime
) -> Row[Any]:
    row = connection.execute(
        _FIND,
        {
            "negotiation": negotiation_id,
            "place": place.table,
            "row_id": place.row_id,
            "version": place.version,
            "person": actor.id,
            "today": today_of(at),
        },
    ).first()
    if row is None:
        raise NotForYou
    return row


def _note(
    connection: Connection, actor: SignedIn, row: Row[Any], reason: str, at: datetime, *, unattended: bool
) -> None:
    connection.execute(
        _NOTE,
        {
            "negotiation": row.negotiation_id,
            "case": row.case_id,
            "place": row.place,
            "row_id": row.row_id,
            "version": row.version,
            "person": actor.id,
            "name": actor.name,
            "organisation": row.organisation,
            "side": row.side,
            "unattended": unattended,
            "reason": reason,
            "at": at,
        },
    )


def _unwrapped(connection: Connection, negotiation_id: str) -> tuple[Secret, Row[Any]]:
    """The negotiation's key, and the row it lies in."""
    for is_last in (False, True):
        row = connection.execute(_KEY, {"negotiation": negotiation_id}).first()
        if row is None:
            raise NotForYou
        try:
            wrapped = Wrapped(row.wrapped, row.master_version)
            return keys.master_key().unwrap(wrapped, _of(negotiation_id)), row
        except TooOld:
            # It may have been wrapped again, and the old version forbidden, since it was read.
            if is_last:
                raise
    raise AssertionError


def _bound(row: Row[Any], negotiation_id: str) -> Bound:
    organisation = "" if row.organisation_id is None else str(row.organisation_id)
    return Bound(row.place, row.row_id, row.version, negotiation_id, organisation)


def _of(negotiation_id: str) -> bytes:
    """What the wrap of a negotiation's key is bound to."""
    return f"negotiation:{negotiation_id}".encode()


def require_proof(actor: SignedIn, at: datetime) -> None:
    """Raises ProofNeeded unless the actor has proved who they are within PROOF_LASTS."""
    if actor.session is None or at - actor.session.confirmed_at > PROOF_LASTS:
        raise ProofNeeded


_PARTY_OF_SIDE = {
    rules.DELEGATION: "council",
    rules.REGION: "region",
    rules.COMPANY: "company",
    rules.TLV: "tlv",
}


def _role(actor: SignedIn, side: str) -> str:
    """In which of their roles the reader reads: one of that side where they hold one."""
    roles = sorted(actor.roles)
    return next((role for role in roles if PARTY_OF_ROLE.get(role) == _PARTY_OF_SIDE[side]), roles[0])
