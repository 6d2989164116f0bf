"""Terms that are settled, and the regions' accession to them: a ledger that is only added to.

Whoever joins binds their region to one version of the terms by its hash. When other terms are settled every accession
is suspended, and the regions are asked to confirm.
"""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row

from nt_process.kernel import typed as fields
from nt_process.negotiation import terms_document
from nt_process.negotiation.errors import Maker, NegotiationError, require_secretariat
from nt_process.negotiation.offers import PLACE, readers_of
from nt_process.negotiation.region_readers import follow, is_barred, mandate_of
from nt_process.negotiation.rules import accession as rules
from nt_process.negotiation.rules.accession import Entry, Settled, Standing
from nt_process.negotiation.service import circle_changed, held_negotiation, hold, require_delegate
from nt_process.negotiation.telling import tell_regions
from nt_process.sealed import circle, room
from nt_process.sealed.circle import Entry as Member
from nt_process.sealed.room import NotForYou, Place

TERMS_PLACE = "negotiation_terms"
_AUTHORITY, _TEXT = partial(fields.line, limit=300), partial(fields.paragraph, limit=10_000)

_VERSIONS = sa.text("""
    SELECT version, commitment, settled_on, offer_id FROM negotiation_terms WHERE negotiation_id = :id ORDER BY version
""")
_SETTLE = sa.text("""
    INSERT INTO negotiation_terms (negotiation_id, version, commitment, offer_id, settled_on, settled_by, at)
    VALUES (:id, :version, :commitment, :offer, :today, :by, :at)
""")
_ENTRIES = sa.text("""
    SELECT a.organisation_id, a.kind, a.day, a.version FROM negotiation_accession a
    WHERE a.negotiation_id = :id AND (CAST(:region AS uuid) IS NULL OR a.organisation_id = :region) ORDER BY a.id
""")
_ADD = sa.text("""
    INSERT INTO negotiation_accession (negotiation_id, organisation_id, kind, day, version, commitment, authority,
        reservations, reason, person_id, person, at)
    VALUES (:id, :region, :kind, :day, :version, :commitment, :authority, :reservations, :reason, :person, :name, :at)
""")
REGIONS = sa.text(
    "SELECT id, name FROM organisation WHERE kind = 'region' AND id = ANY (CAST(:ids AS uuid[]))"
)
_OWN_REGION = sa.text("""
    SELECT o.id, o.name FROM membership m JOIN organisation o ON o.id = m.organisation_id AND o.kind = 'region'
    WHERE m.person_id = :person AND m.role = 'region_representative' AND m.valid_from <= :today
      AND (m.valid_to IS NULL OR m.valid_to >= :today) AND (CAST(:region AS uuid) IS NULL OR o.id = :region)
    ORDER BY m.id LIMIT 1
""")


def settle(engine: Engine, maker: Maker, negotiation_id: str, offer_id: str) -> int:
    """Make an offer's terms those that the regions join, and give their version; a secretary of the delegation does it.

    They are sealed once more, for the regions that join. Accessions to earlier terms are suspended from today.
    Raises NegotiationError (not_found, not_allowed, same_terms), ProofNeeded, KeyAway.
    """
    require_secretariat(maker.actor)
    with engine.begin() as connection:
        terms = _terms_of(connection, maker, negotiation_id, offer_id)
        negotiation, held = hold(connection, maker, negotiation_id)
        require_delegate(connection, maker, negotiation_id)
        earlier = connection.execute(_VERSIONS, {"id": negotiation_id}).all()
        if earlier and str(earlier[-1].offer_id) == offer_id:
            raise NegotiationError("same_terms")
        version, nonce = len(earlier) + 1, terms_document.new_nonce()
        commitment = terms_document.commitment(terms, nonce)
        settled = {"id": negotiation_id, "version": version, "commitment": commitment, "offer": offer_id}
        connection.execute(_SETTLE, {**settled, "today": maker.today, "by": maker.actor.name, "at": maker.at})
        payload = json.dumps({"terms": terms, "nonce": nonce.hex(), "words": "", "files": []}).encode()
        room.seal(
            connection, negotiation_id, TERMS_PLACE, negotiation_id, payload, version, at=maker.at,
            readers=[*readers_of(negotiation["kind"]), rules.REGION],
        )  # fmt: skip
        held.record("negotiation_terms", "secretariat", {"version": version, "commitment": commitment})
        entries, versions = ledger(connection, negotiation_id)
        found = rules.standings(entries, versions, {one.region for one in entries}, maker.today)
        suspended = [region for region, one in found.items() if one.state == rules.SUSPENDED]
        tell_regions(connection, "negotiation_terms", negotiation, maker, list(suspended))
    return version


def _terms_of(
    connection: Connection, maker: Maker, negotiation_id: str, offer_id: str
) -> Mapping[str, object]:
    """The terms of an offer, opened for being settled; that is on record as any opening is."""
    reason = "Settled as the terms that the regions join"
    try:
        secret = room.reveal(connection, maker.actor, negotiation_id, PLACE, offer_id, reason, at=maker.at)
    except NotForYou:
        raise NegotiationError("not_found") from None
    terms: Mapping[str, object] = json.loads(secret.decode())["terms"]
    return terms


def ledger(connection: Connection, negotiation_id: str) -> tuple[list[Entry], list[Settled]]:
    """Every line of the ledger and every version of the terms, as the rules read them."""
    given = {"id": negotiation_id, "region": None}
    entries = [
        Entry(str(row.organisation_id), row.kind, row.day, row.version)
        for row in connection.execute(_ENTRIES, given)
    ]
    versions = [Settled(row.version, row.settled_on) for row in connection.execute(_VERSIONS, given)]
    return entries, versions


def invite(engine: Engine, maker: Maker, negotiation_id: str, regions: Sequence[str]) -> int:
    """Ask regions to join, and tell them; how many. Those that stand otherwise already are left as they are.

    Raises NegotiationError.
    """
    require_secretariat(maker.actor)
    with held_negotiation(engine, maker, negotiation_id) as (connection, negotiation, held):
        wanted = connection.execute(REGIONS, {"ids": ids_of(regions)}).all()
        entries, versions = ledger(connection, negotiation_id)
        found = rules.standings(entries, versions, [str(row.id) for row in wanted], maker.today)
        invited = [row for row in wanted if rules.may(rules.INVITED, found[str(row.id)])]
        for row in invited:
            _add(connection, maker, negotiation_id, row.id, rules.INVITED, maker.today)
        if invited:
            held.record(
                "negotiation_accession", "secretariat", _stated(rules.INVITED, [row.name for row in invited])
            )
            tell_regions(connection, "negotiation_invited", negotiation, maker, [row.id for row in invited])
    return len(invited)


def answer(engine: Engine, maker: Maker, negotiation_id: str, kind: str, typed: Mapping[str, str]) -> None:
    """Join, confirm, decline or leave, for the maker's own region, from a day that is not in the past of its ledger.

    Joining takes a mandate that holds, the decision that it rests on, and the hash of the terms as they were shown.
    Raises BadInput, NegotiationError (no_terms, no_mandate, changed_terms, cannot, not_allowed).
    """
    binds = kind in (rules.JOINED, rules.CONFIRMED)
    readers = {
        "authority": fields.required(_AUTHORITY) if binds else _AUTHORITY,
        "reservations": _TEXT,
        "reason": _TEXT if binds else fields.required(_TEXT),
    }
    words = fields.read(typed, readers)
    with held_negotiation(engine, maker, negotiation_id) as (connection, _negotiation, held):
        region = own_region(connection, maker, typed.get("region", ""))
        if not rules.may(kind, standing_of(connection, maker, negotiation_id, str(region.id))):
            raise NegotiationError("cannot")
        bound: dict[str, Any] = {}
        if binds:
            bound = _bound(connection, maker, negotiation_id, region.id, typed.get("commitment", ""))
        _add(connection, maker, negotiation_id, region.id, kind, maker.today, **bound, **words)
        held.record("negotiation_accession", "region_representative", _stated(kind, [region.name]))
        follow(connection, maker, negotiation_id, held.id, str(region.id), kind)


def _bound(
    connection: Connection, maker: Maker, negotiation_id: str, region: object, seen: str
) -> dict[str, Any]:
    versions = connection.execute(_VERSIONS, {"id": negotiation_id}).all()
    if not versions:
        raise NegotiationError("no_terms")
    if mandate_of(connection, maker, negotiation_id, region) is None:
        raise NegotiationError("no_mandate")
    if versions[-1].commitment != seen:
        raise NegotiationError("changed_terms")
    return {"version": versions[-1].version, "commitment": seen}


def enter(engine: Engine, maker: Maker, negotiation_id: str, region: str) -> None:
    """Enter the circle for the maker's own region, to read the terms that it is asked to join, or has joined.

    An invited region's representative stands there as long as its mandate holds; one of a region that has joined as long
    as it does. It is an event of the case, and the company is told that the circle has changed.
    Raises ProofNeeded, NegotiationError (not_allowed, in_circle, barred, entry_no_mandate, entry_not_invited, entry_over).
    """
    room.require_proof(maker.actor, maker.at)
    with held_negotiation(engine, maker, negotiation_id) as (connection, negotiation, held):
        own = own_region(connection, maker, region)
        members = circle.members(connection, negotiation_id, maker.today)
        mine = [
            one for one in members if one["side"] == rules.REGION and str(one["person_id"]) == maker.actor.id
        ]
        if any(one["holds"] and one["organisation_id"] == own.id for one in mine):
            raise NegotiationError("in_circle")
        if is_barred(members, maker.actor.id):
            raise NegotiationError("barred")
        now = standing_of(connection, maker, negotiation_id, str(own.id))
        mandate = mandate_of(connection, maker, negotiation_id, own.id)
        if refused := rules.refuses_entry(now, has_mandate=mandate is not None):
            raise NegotiationError(refused)
        invited = now.state == rules.INVITED
        last = mandate.valid_to if invited and mandate is not None else None
        capacity = "reader" if invited else "signatory"
        entry = Member(rules.REGION, str(own.id), maker.actor.id, capacity, maker.today, last)
        circle.admit(connection, negotiation_id, held.id, entry, maker.actor.name, maker.at)
        circle_changed(connection, negotiation, held, maker, "entered", maker.actor.name)


def standing_of(connection: Connection, maker: Maker, negotiation_id: str, region: str) -> Standing:
    """How a region stands today."""
    entries, versions = ledger(connection, negotiation_id)
    return rules.standing([one for one in entries if one.region == region], versions, maker.today)


def _add(
    connection: Connection,
    maker: Maker,
    negotiation_id: str,
    region: object,
    kind: str,
    day: date,
    **words: Any,
) -> None:
    empty = {"version": None, "commitment": None, "authority": "", "reservations": "", "reason": ""}
    line = {"id": negotiation_id, "region": region, "kind": kind, "day": day, "at": maker.at}
    connection.execute(_ADD, {**empty, **words, **line, "person": maker.actor.id, "name": maker.actor.name})


def _stated(kind: str, regions: list[str]) -> dict[str, object]:
    return {"kind": kind, "regions": regions}


def own_region(connection: Connection, maker: Maker, wanted: str) -> Row[Any]:
    """The region that the maker represents today; of several the one that is wanted.

    Raises NegotiationError not_allowed.
    """
    chosen = ids_of([wanted])
    given = {"person": maker.actor.id, "today": maker.today, "region": chosen[0] if chosen else None}
    row = connection.execute(_OWN_REGION, given).first()
    if row is None:
        raise NegotiationError("not_allowed")
    return row


def read_terms(
    engine: Engine, maker: Maker, negotiation_id: str, version: int, reason: str
) -> Mapping[str, object]:
    """Open the terms that were settled as this version. As `offers.read`."""
    return read_versions(engine, maker, negotiation_id, [version], reason)[0]


def read_versions(
    engine: Engine, maker: Maker, negotiation_id: str, versions: Sequence[int], reason: str
) -> list[Mapping[str, object]]:
    """Open several versions of the terms, to see what has changed. As `offers.read`."""
    places = [Place(TERMS_PLACE, negotiation_id, version) for version in versions]
    try:
        with engine.begin() as connection:
            found = room.reveal_all(connection, maker.actor, negotiation_id, places, reason, at=maker.at)
    except NotForYou:
        raise NegotiationError("not_found") from None
    return [json.loads(secret.decode())["terms"] for secret in found]


def ids_of(texts: Sequence[str]) -> list[uuid.UUID]:
    """Those that can be ids; what a page did not offer is not there."""
    found = []
    for text in texts:
        with contextlib.suppress(ValueError):
            found.append(uuid.UUID(text))
    return found
