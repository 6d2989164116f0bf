"""What the secretariat decides about an item: merge, dismiss with a reason, take up again, open a case.

Each decision is one transaction: the item's status and a row of its history, and for an opened case
the case itself. A decision carries the version of the item that its maker saw; when someone, or an
import, has changed the item since, nothing is done and they are told.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.cases.fields import Unusable, clean_text
from nt_process.cases.service import open_case_in
from nt_process.horizon.errors import HorizonError, require_editor
from nt_process.identity.actor import SignedIn

MAX_REASON = 2_000

# What may be decided about an item, by its status. A second case of an opened item is another indication.
DECISIONS: Mapping[str, frozenset[str]] = {
    "watched": frozenset({"merge", "dismiss", "open"}),
    "opened": frozenset({"open"}),
    "dismissed": frozenset({"reopen"}),
    "merged": frozenset({"reopen"}),
}
# Where another item may be merged into.
MERGE_TARGETS = frozenset({"watched", "opened"})

_MOVE = sa.text("""
    UPDATE horizon_item SET status = :status, status_at = :at, merged_into = CAST(:into AS uuid),
        version = version + 1
    WHERE id = :id AND version = :version AND status = ANY(:admitting) RETURNING id
""")
_WHY_NOT = sa.text("""
    SELECT i.status, i.version, greatest(i.status_at, i.changed_at) AS at,
        CASE WHEN i.status_at >= i.changed_at THEN d.person ELSE '' END AS person
    FROM horizon_item i
    LEFT JOIN LATERAL (
        SELECT d.person FROM horizon_decision d WHERE d.item_id = i.id ORDER BY d.id DESC LIMIT 1
    ) d ON true
    WHERE i.id = :id
""")
# Both are locked in one order, so that two merges in opposite directions wait for each other in turn.
_LOCK_BOTH = sa.text("SELECT id, status FROM horizon_item WHERE id = ANY(:both) ORDER BY id FOR UPDATE")
# What was merged into an item that is now merged itself follows it, so that no chain arises.
_FOLLOW = sa.text(
    "UPDATE horizon_item SET merged_into = :into, version = version + 1 WHERE merged_into = :id"
)
_DECIDED = sa.text("""
    INSERT INTO horizon_decision (item_id, kind, reason, other_item, case_number, person_id, person, at)
    VALUES (:item, :kind, :reason, :other, :number, :person_id, :person, :at)
""")


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decides about which item, seen in which version, and at which instant (UTC)."""

    actor: SignedIn
    item_id: str
    version: int
    at: datetime


def dismiss(engine: Engine, decision: Decision, reason: str) -> None:
    """Stop watching an item. Raises HorizonError, also (no_reason) when the reason is empty or unusable."""
    reason = _stated(reason, required=True)
    with engine.begin() as connection:
        _move(connection, decision, "dismiss", "dismissed")
        _record(connection, decision, "dismissed", reason=reason)


def reopen(engine: Engine, decision: Decision, reason: str = "") -> None:
    """Watch a dismissed or merged item again. Raises HorizonError."""
    reason = _stated(reason)
    with engine.begin() as connection:
        _move(connection, decision, "reopen", "watched")
        _record(connection, decision, "reopened", reason=reason)


def merge(engine: Engine, decision: Decision, into: str, reason: str = "") -> None:
    """Let another item, watched or opened, stand for this one as well. Raises HorizonError.

    The merged item keeps its own history and goes on following its own product number, so that a later
    import neither makes it anew nor changes the other.
    """
    reason = _stated(reason)
    with engine.begin() as connection:
        both = [uuid.UUID(decision.item_id), uuid.UUID(into)]
        status = {row.id: row.status for row in connection.execute(_LOCK_BOTH, {"both": both})}
        if into == decision.item_id or status.get(both[1]) not in MERGE_TARGETS:
            raise HorizonError("no_target")
        _move(connection, decision, "merge", "merged", into=into)
        connection.execute(_FOLLOW, {"id": decision.item_id, "into": into})
        _record(connection, decision, "merged", reason=reason, other=into)
        _record(connection, decision, "received", item=into, other=decision.item_id)


def open_case(
    engine: Engine, decision: Decision, process: str, fields: Mapping[str, object], day: date | None = None
) -> str:
    """Open a case about the item and return its register number.

    `fields` as `cases.service.open_case` takes them. Raises HorizonError, or `Refused` with a reason for
    each field that cannot be used; then neither the case nor the item's status is stored.
    """
    with engine.begin() as connection:
        _move(connection, decision, "open", "opened")
        about = {**fields, "horizon_item_id": decision.item_id}
        number = open_case_in(connection, decision.actor.id, process, about, decision.at, day)
        _record(connection, decision, "opened", number=number)
    return number


def _move(
    connection: Connection, decision: Decision, kind: str, status: str, *, into: str | None = None
) -> None:
    """Give the item its new status, or say why that cannot be."""
    require_editor(decision.actor)
    parameters = {
        "id": decision.item_id,
        "version": decision.version,
        "status": status,
        "at": decision.at,
        "into": into,
        "admitting": [each for each, kinds in DECISIONS.items() if kind in kinds],
    }
    if connection.execute(_MOVE, parameters).first() is not None:
        return
    found = connection.execute(_WHY_NOT, {"id": decision.item_id}).first()
    if found is None:
        raise HorizonError("not_found")
    if found.version != decision.version:
        raise HorizonError("changed", person=found.person or "", at=found.at)
    raise HorizonError("not_now", status=found.status)


def _record(
    connection: Connection,
    decision: Decision,
    kind: str,
    *,
    item: str | None = None,
    reason: str = "",
    other: str | None = None,
    number: str | None = None,
) -> None:
    parameters = {
        "item": item or decision.item_id,
        "kind": kind,
        "reason": reason,
        "other": other,
        "number": number,
        "person_id": decision.actor.id,
        "person": decision.actor.name,
        "at": decision.at,
    }
    connection.execute(_DECIDED, parameters)


def _stated(reason: str, *, required: bool = False) -> str:
    """The reason as it is stored. Raises HorizonError (no_reason) when it is missing or cannot be stored."""
    try:
        text = clean_text(reason, MAX_REASON)
    except Unusable:
        raise HorizonError("no_reason", limit=MAX_REASON) from None
    if required and not text:
        raise HorizonError("no_reason", limit=MAX_REASON)
    return text
