"""The log: how an event becomes a row, and how each row is chained to the one before it.

hash = SHA-256(previous hash ‖ canonical text of the row), with 32 zero bytes before the first
event of a case. The canonical text is JSON with sorted keys and no spaces, over everything in the
row, the case's id included, so that a row cannot be moved, altered, dropped or inserted unnoticed.
The application's database role may add rows and never change them.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any

from nt_process.engine.snapshot import Actor, Event
from nt_process.infra.rows import Row

GENESIS = bytes(32)

# One writer for all events: making one takes longer than what it writes.
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def row_of(case_id: str, event: Event, prev_hash: bytes) -> dict[str, Any]:
    """The event as the columns of table `event`, chained to `prev_hash` (32 bytes)."""
    row: dict[str, Any] = {
        "case_id": case_id,
        "seq": event.seq,
        "kind": event.kind,
        "at": event.at.astimezone(UTC),
        "day": event.day,
        "actor_id": event.actor.id,
        "actor": event.actor.name,
        "organisation": event.actor.organisation,
        "role": event.role,
        "action": event.action,
        "state": event.state,
        "body": body_of(event),
        "prev_hash": prev_hash,
    }
    row["hash"] = chain_hash(row)
    return row


def body_of(event: Event) -> dict[str, Any]:
    """What the event did, as plain JSON values: dates are ISO text, nothing is a float."""
    return {
        "phase": event.phase,
        "waits_for": event.waits_for,
        "terminal": event.terminal,
        "returns_to": list(event.returns_to),
        "changes": {name: _plain(value) for name, value in event.changes.items()},
        "clocks": [{name: _plain(value) for name, value in effect.items()} for effect in event.clocks],
        "inputs": {name: _plain(value) for name, value in event.inputs.items()},
    }


def event_of(row: Row) -> Event:
    """The event that a row of table `event` holds; the inverse of `row_of`."""
    body = row["body"]
    return Event(
        seq=row["seq"],
        kind=row["kind"],
        at=row["at"],
        day=row["day"],
        actor=Actor(
            None if row["actor_id"] is None else str(row["actor_id"]),
            row["actor"],
            frozenset(),
            row["organisation"],
        ),
        role=row["role"],
        action=row["action"],
        state=row["state"],
        phase=body["phase"],
        waits_for=body["waits_for"],
        terminal=body["terminal"],
        returns_to=tuple(body["returns_to"]),
        changes=body["changes"],
        clocks=tuple(body["clocks"]),
        inputs=body["inputs"],
    )


def chain_hash(row: Row) -> bytes:
    """The hash that the row must carry, given everything else in it."""
    return hashlib.sha256(bytes(row["prev_hash"]) + canonical(row)).digest()


def canonical(row: Row) -> bytes:
    """The text that is hashed. Instants are UTC with microseconds, so a session's time zone cannot matter."""
    at: datetime = row["at"]
    content = {
        "case": str(row["case_id"]),
        "seq": row["seq"],
        "kind": row["kind"],
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "day": row["day"].isoformat(),
        "actor_id": None if row["actor_id"] is None else str(row["actor_id"]),
        "actor": row["actor"],
        "organisation": row["organisation"],
        "role": row["role"],
        "action": row["action"],
        "state": row["state"],
        "body": row["body"],
    }
    return _canonical(content).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
