"""Rounds of offers: made, offered in, opened by two people, and read. What is offered goes into the sealed room.

An offer's terms are bound by a hash from the moment it is made. In an open round both parties can read it at once; in a
sealed one nobody but its own side, until the round has been opened.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.cases.documents import judge, safe_name
from nt_process.kernel import typed as fields
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.reasons import Reason
from nt_process.negotiation import terms_document
from nt_process.negotiation.errors import Maker, NegotiationError
from nt_process.negotiation.rules import offers as rules
from nt_process.negotiation.rules.offers import Opener
from nt_process.negotiation.service import (
    NOTE_PLACE,
    STATE,
    held_negotiation,
    require_delegate,
    role_of,
    side_of,
)
from nt_process.negotiation.telling import tell_company
from nt_process.sealed import room
from nt_process.sealed.room import NotForYou, Place
from nt_process.sealed.secret import Secret

PLACE, FILE_PLACE = "negotiation_offer", "negotiation_offer_file"
MAX_FILES, MAX_FILE_BYTES = 5, 10 * 1024 * 1024
_REASON = partial(fields.line, limit=300)

_MAKE = sa.text("""
    INSERT INTO negotiation_round (id, negotiation_id, number, opens_at, made_by, made_at)
    SELECT :round, :id, coalesce(max(number), 0) + 1, :opens_at, :by, :at FROM negotiation_round WHERE negotiation_id = :id
""")
_ROUND = sa.text("SELECT * FROM negotiation_round WHERE id = :round AND negotiation_id = :id")
_OFFER = sa.text("""
    INSERT INTO negotiation_offer (id, negotiation_id, round_id, side, number, commitment, files, person_id, person,
        organisation, at)
    SELECT :offer, :id, :round, :side, coalesce(max(number), 0) + 1, :commitment, :files, :person, :name, :organisation,
           :at
    FROM negotiation_offer WHERE negotiation_id = :id
""")
_OPENERS = sa.text(
    "SELECT person_id, at, reason FROM negotiation_opening WHERE round_id = :round ORDER BY at, person_id"
)
_ADD_OPENER = sa.text("""
    INSERT INTO negotiation_opening (round_id, person_id, person, reason, at)
    VALUES (:round, :person, :name, :reason, :at)
""")
_OPEN = sa.text("SELECT open_sealed_round(CAST(:round AS uuid), :at)")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as it was handed in."""

    filename: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """An offer that has been opened: its terms, what was written beside them, its files by name and type, and the hash
    that its terms have now."""

    offer_id: str
    terms: Mapping[str, object]
    words: str
    files: tuple[Mapping[str, str], ...]
    commitment: str

    def __repr__(self) -> str:
        return "***"


def make_round(engine: Engine, maker: Maker, negotiation_id: str, typed: Mapping[str, str]) -> str:
    """Begin a round, and give its id; with `sealed`, one that is opened at `opens_on` and `opens_clock`.

    Raises BadInput, NegotiationError (ended, not_allowed).
    """
    opens_at = None
    if typed.get("sealed"):
        found = fields.read(typed, {"opens_on": fields.day, "opens_clock": fields.clock})
        # A time that the clock skips in spring is taken an hour later.
        opens_at = datetime.combine(found["opens_on"], found["opens_clock"], STOCKHOLM)
        if opens_at <= maker.at:
            raise BadInput(Fault("not_in_future", column="opens_on"))
    round_id = str(uuid.uuid4())
    with held_negotiation(engine, maker, negotiation_id) as (connection, _negotiation, held):
        require_delegate(connection, maker, negotiation_id)
        if held.case.state != STATE:
            raise NegotiationError("ended")
        given = {"round": round_id, "id": uuid.UUID(negotiation_id), "opens_at": opens_at}
        connection.execute(_MAKE, {**given, "by": maker.actor.name, "at": maker.at})
        held.record("negotiation_round", role_of(maker), {"sealed": opens_at is not None})
    return round_id


def submit(
    engine: Engine,
    maker: Maker,
    negotiation_id: str,
    round_id: str,
    terms: Mapping[str, object],
    words: str,
    attached: Sequence[Attachment],
) -> str:
    """Make an offer, and give its id: its terms are bound by a hash, and sealed with what is written and attached.

    Raises BadInput (columns words, files), KeyAway, NegotiationError (ended, opened, past_time, not_allowed).
    """
    written = fields.read({"words": words}, {"words": fields.paragraph})["words"]
    files = _judged(attached)
    offer_id, nonce = str(uuid.uuid4()), terms_document.new_nonce()
    with held_negotiation(engine, maker, negotiation_id) as (connection, negotiation, held):
        if held.case.state != STATE:
            raise NegotiationError("ended")
        side = side_of(connection, maker, negotiation_id)
        if side not in (rules.DELEGATION, rules.COMPANY):
            raise NegotiationError("not_allowed")
        round_ = find_round(connection, negotiation_id, round_id)
        if round_.opened_at is not None:
            raise NegotiationError("opened")
        if round_.opens_at is not None and maker.at >= round_.opens_at:
            raise NegotiationError("past_time")
        commitment = terms_document.commitment(terms, nonce)
        made = {"offer": offer_id, "id": uuid.UUID(negotiation_id), "round": round_id, "side": side}
        made |= {"commitment": commitment, "files": len(files), "person": maker.actor.id, "at": maker.at}
        connection.execute(
            _OFFER, {**made, "name": maker.actor.name, "organisation": maker.actor.organisation}
        )
        readers = [side] if round_.opens_at is not None else readers_of(negotiation["kind"])
        listed = [{"name": name, "type": media_type} for name, media_type, _content in files]
        payload = {"terms": terms, "nonce": nonce.hex(), "words": written, "files": listed}
        _seal(connection, maker, negotiation_id, PLACE, offer_id, json.dumps(payload).encode(), readers)
        for number, (_name, _type, content) in enumerate(files, 1):
            _seal(connection, maker, negotiation_id, FILE_PLACE, f"{offer_id}.{number}", content, readers)
        held.record("negotiation_offer", role_of(maker), {"side": side, "commitment": commitment})
    return offer_id


def _judged(attached: Sequence[Attachment]) -> list[tuple[str, str, bytes]]:
    """(name, media type, content) of files that are in order and have been examined. Raises BadInput."""
    if len(attached) > MAX_FILES:
        raise BadInput(Fault("too_many_files", column="files", params={"limit": MAX_FILES}))
    files = []
    for file in attached:
        found = (
            judge(file.filename, file.content)
            if len(file.content) <= MAX_FILE_BYTES
            else Reason("file_too_large")
        )
        if isinstance(found, Reason):
            raise BadInput(Fault(found.code, column="files", params=found.params))
        files.append((safe_name(file.filename, found), found, file.content))
    return files


def _seal(
    connection: Connection,
    maker: Maker,
    negotiation_id: str,
    place: str,
    row: str,
    payload: bytes,
    readers: list[str],
) -> None:
    room.seal(connection, negotiation_id, place, row, payload, at=maker.at, readers=readers)


def readers_of(kind: str) -> list[str]:
    """Which sides read the offers of a negotiation: the two parties, and TLV where it takes part."""
    return ["delegation", "company", *(["tlv"] if kind == "three_party" else [])]


def open_round(engine: Engine, maker: Maker, negotiation_id: str, round_id: str, reason: str) -> bool:
    """Say that a sealed round is to be opened: whether it now is, because somebody else has said so too.

    Before its time it takes a reason; the case's log says so and the company is told.
    Raises BadInput (reason), NegotiationError (not_sealed, opened, second_person, too_early, not_allowed).
    """
    stated = fields.read({"reason": reason}, {"reason": _REASON})["reason"]
    with held_negotiation(engine, maker, negotiation_id) as (connection, negotiation, held):
        require_delegate(connection, maker, negotiation_id)
        round_ = find_round(connection, negotiation_id, round_id)
        openers = _openers(connection, round_id)
        refused = rules.refuses_opener(
            round_.opens_at, round_.opened_at, openers, maker.actor.id, maker.at, stated
        )
        if refused == "too_early":
            raise BadInput(Fault("early_reason", column="reason"))
        if refused:
            raise NegotiationError(refused)
        early = maker.at < round_.opens_at
        given = {"round": round_id, "person": maker.actor.id, "name": maker.actor.name, "at": maker.at}
        connection.execute(_ADD_OPENER, {**given, "reason": stated if early else ""})
        is_open = bool(connection.scalar(_OPEN, {"round": round_id, "at": maker.at}))
        if is_open:
            told = [*openers, Opener(maker.actor.id, maker.at, stated if early else "")]
            was_early = rules.is_early(told, round_.opens_at)
            stated_in_log = {"round": round_.number, "early": was_early}
            held.record("negotiation_opened_round", role_of(maker), stated_in_log)
            if was_early:
                tell_company(connection, "negotiation_opened_early", negotiation, maker)
    return is_open


def find_round(connection: Connection, negotiation_id: str, round_id: str) -> sa.Row[Any]:
    """Raises NegotiationError not_found."""
    row = connection.execute(_ROUND, {"round": round_id, "id": uuid.UUID(negotiation_id)}).first()
    if row is None:
        raise NegotiationError("not_found")
    return row


def _openers(connection: Connection, round_id: str) -> list[Opener]:
    rows = connection.execute(_OPENERS, {"round": round_id})
    return [Opener(str(row.person_id), row.at, row.reason) for row in rows]


def read(
    engine: Engine, maker: Maker, negotiation_id: str, offer_ids: Sequence[str], reason: str
) -> list[Opened]:
    """Open offers, in the order asked, each time on record. All or none.

    Raises BadInput (reason), ProofNeeded, KeyAway, Damaged; NegotiationError not_found for what is not theirs to read.
    """
    places = [Place(PLACE, offer_id) for offer_id in offer_ids]
    found = _revealed(engine, maker, negotiation_id, places, reason)
    return [_opened(offer_id, secret) for offer_id, secret in zip(offer_ids, found, strict=True)]


def read_notes(
    engine: Engine, maker: Maker, negotiation_id: str, note_ids: Sequence[str], reason: str
) -> list[str]:
    """Open notes of the delegation. As `read`."""
    places = [Place(NOTE_PLACE, note_id) for note_id in note_ids]
    return [one.decode() for one in _revealed(engine, maker, negotiation_id, places, reason)]


def read_file(
    engine: Engine, maker: Maker, negotiation_id: str, offer_id: str, number: int, reason: str
) -> tuple[str, str, Secret]:
    """Open one file of an offer: its name, its type and its content. As `read`."""
    places = [Place(PLACE, offer_id), Place(FILE_PLACE, f"{offer_id}.{number}")]
    offer, content = _revealed(engine, maker, negotiation_id, places, reason)
    named = _opened(offer_id, offer).files[number - 1]
    return named["name"], named["type"], content


def _revealed(
    engine: Engine, maker: Maker, negotiation_id: str, places: Sequence[Place], reason: str
) -> list[Secret]:
    try:
        with engine.begin() as connection:
            return room.reveal_all(connection, maker.actor, negotiation_id, places, reason, at=maker.at)
    except NotForYou:
        raise NegotiationError("not_found") from None


def _opened(offer_id: str, secret: Secret) -> Opened:
    content = json.loads(secret.decode())
    commitment = terms_document.commitment(content["terms"], bytes.fromhex(content["nonce"]))
    return Opened(offer_id, content["terms"], content["words"], tuple(content["files"]), commitment)
