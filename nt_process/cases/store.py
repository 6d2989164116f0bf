"""How a case is read for a decision and written after it: one statement each.

The read brings everything a decision needs (the case, its clocks, what documents it holds, the
actor's roles towards it). The write is guarded by the
case's version: every other part selects from the updated row, so that either all of it happens or
none, and one statement is one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, LiteralString, cast

import psycopg
from psycopg.rows import dict_row

from nt_process.audit.log import row_of
from nt_process.deadlines.rungs import next_rung
from nt_process.engine.clock import Extension, Ledger, Offer, Suspension, due, target_due
from nt_process.engine.conditions import Conflict, Facts
from nt_process.engine.definition import RECIPIENTS, Workflow
from nt_process.engine.snapshot import FIELDS, Actor, Case, Clock, Event, fold
from nt_process.infra.rows import Row
from nt_process.kernel.calendar import STOCKHOLM

CASE_COLUMNS = ", ".join(
    f"c.{name}"
    for name in (
        "id",
        "number",
        "process",
        "workflow_version",
        "workflow_sha256",
        "version",
        "state",
        "phase",
        "waits_for",
        "terminal",
        "state_since",
        "opened_on",
        "last_day",
        "returns_to",
        *FIELDS,
    )
)

# What a decision needs to know of the case's clocks, in their order, and of its documents.
_CLOCKS_AND_DOCUMENTS = """
    (SELECT json_agg(k) FROM (
        SELECT kind, number, basis, expired, started_on, limit_days, rolls, target_days, suspensions, extensions,
               offer, stopped_on
        FROM clock WHERE case_id = c.id ORDER BY position
    ) k) AS clocks,
    document_kinds(c.id) AS document_kinds
"""

# A company contact acts for the cases of their own company only, TLV in those it has part in.
LOAD = f"""
SELECT {CASE_COLUMNS}, c.head_hash, p.name AS actor_name, held.roles, held.organisation, {_CLOCKS_AND_DOCUMENTS},
    conflict_of_interest(c.id, p.id, %(today)s) AS conflict
FROM cases c
JOIN person p ON p.id = %(person)s AND p.disabled_at IS NULL
CROSS JOIN LATERAL (
    SELECT array_agg(DISTINCT m.role) AS roles, min(o.name) AS organisation
    FROM membership m JOIN organisation o ON o.id = m.organisation_id
    WHERE m.person_id = p.id AND m.valid_from <= %(today)s AND (m.valid_to IS NULL OR m.valid_to >= %(today)s)
      AND CASE m.role WHEN 'company_contact' THEN m.organisation_id = c.company_id
              WHEN 'tlv_assessor' THEN concerns_tlv(c.id, c.process)
              ELSE m.role NOT IN ('company_administrator', 'expert', 'patient_representative') END
) held
WHERE c.number = %(number)s AND held.roles IS NOT NULL
"""  # noqa: S608 - the columns are a constant of this program

LOAD_AS_SYSTEM = f"""
SELECT {CASE_COLUMNS}, c.head_hash, {_CLOCKS_AND_DOCUMENTS}
FROM cases c WHERE c.id = %(case_id)s
"""  # noqa: S608 - the columns are a constant of this program

EARLIER_USE = "SELECT fingerprint FROM command WHERE person_id = %(person)s AND key = %(key)s"

LAST_EVENT = """
SELECT e.*, c.version FROM event e JOIN cases c ON c.id = e.case_id
WHERE c.number = %(number)s ORDER BY e.seq DESC LIMIT 1
"""

_CLOCK_COLUMNS = {
    "position": "smallint",
    "kind": "text",
    "number": "int",
    "basis": "text",
    "started_on": "date",
    "limit_days": "int",
    "target_days": "int",
    "rolls": "boolean",
    "suspensions": "jsonb",
    "extensions": "jsonb",
    "offer": "jsonb",
    "stopped_on": "date",
    "expired": "boolean",
    "due": "date",
    "target_due": "date",
    "ladder": "smallint[]",
    "notify": "text[]",
    "escalate": "text[]",
    "remind_rung": "smallint",
    "remind_on": "date",
}
_CLOCK_NAMES = ", ".join(_CLOCK_COLUMNS)
_CLOCK_TYPES = ", ".join(f"{name} {kind}" for name, kind in _CLOCK_COLUMNS.items())

_EVENT_NAMES = "seq, kind, at, day, actor_id, actor, organisation, role, action, state, body, prev_hash, hash"
_EVENT_VALUES = """%(seq)s, %(kind)s, %(at)s, %(day)s, %(actor_id)s, %(actor)s, %(organisation)s, %(role)s,
        %(action)s, %(state)s, %(body)s::jsonb, %(prev_hash)s, %(hash)s"""

# A clock keeps its next reminder as long as its last day stands; a new last day starts the ladder afresh.
_FOLLOWERS = f"""
logged AS (
    INSERT INTO event (case_id, {_EVENT_NAMES}) SELECT moved.id, {_EVENT_VALUES} FROM moved
),
ticking AS (
    INSERT INTO clock (case_id, {_CLOCK_NAMES})
    SELECT moved.id, k.* FROM moved, jsonb_to_recordset(%(clocks)s::jsonb) AS k({_CLOCK_TYPES})
    ON CONFLICT (case_id, kind, number) DO UPDATE SET
        suspensions = excluded.suspensions, extensions = excluded.extensions, offer = excluded.offer,
        stopped_on = excluded.stopped_on, expired = excluded.expired,
        target_due = excluded.target_due, due = excluded.due,
        remind_rung = CASE WHEN clock.due = excluded.due THEN clock.remind_rung ELSE excluded.remind_rung END,
        remind_on = CASE WHEN clock.due = excluded.due THEN clock.remind_on ELSE excluded.remind_on END
),
remembered AS (
    INSERT INTO command (person_id, key, fingerprint, case_id, seq, at)
    SELECT %(actor_id)s, %(key)s, %(fingerprint)s, moved.id, %(seq)s, %(at)s FROM moved WHERE %(key)s <> ''
),
told AS (
    INSERT INTO notice (person_id, case_id, kind, subject, params, created_at, mail, mail_after)
    SELECT p.id, moved.id, %(kind)s, %(subject)s, %(notice)s::jsonb, %(at)s,
           CASE p.mail WHEN 'each' THEN 'pending' ELSE p.mail END, %(at)s
    FROM moved, recipients(%(notify)s, moved.owner_id, moved.company_id, %(day)s) r
    JOIN person p ON p.id = r.person_id
    WHERE p.id IS DISTINCT FROM %(actor_id)s
)
SELECT id FROM moved
"""  # noqa: S608 - the columns are constants of this program

_MOVING = (
    "version",
    "state",
    "phase",
    "waits_for",
    "terminal",
    "state_since",
    "last_day",
    "returns_to",
    "next_due",
    "next_target",
    "head_hash",
)
_JSON_FIELDS = frozenset({"assignees"})
# One writer for all: making one takes longer than what it writes.
_written = json.JSONEncoder(ensure_ascii=False).encode


@lru_cache(maxsize=256)
def _update(changed: tuple[str, ...]) -> str:
    """The write statement that also sets `changed` fields; untouched ones leave the search index alone."""
    names = [*_MOVING, *changed]
    sets = ", ".join(
        f"{name} = %({_parameter(name)})s{'::jsonb' if name in _JSON_FIELDS else ''}" for name in names
    )
    return f"""
WITH moved AS (
    UPDATE cases SET {sets} WHERE id = %(id)s AND version = %(expected)s RETURNING id, owner_id, company_id
),{_FOLLOWERS}"""  # noqa: S608 - names come from FIELDS


def _parameter(name: str) -> str:
    return f"field_{name}" if name in FIELDS else f"case_{name}"


_INSERTED = ("number", "process", "workflow_version", "workflow_sha256", "opened_on", *_MOVING)


@lru_cache(maxsize=256)
def _insert(changed: tuple[str, ...]) -> str:
    names = [*_INSERTED, *changed]
    values = ", ".join(f"%({_parameter(name)})s{'::jsonb' if name in _JSON_FIELDS else ''}" for name in names)
    return f"""
WITH moved AS (
    INSERT INTO cases (id, {", ".join(names)}) VALUES (%(id)s, {values}) RETURNING id, owner_id, company_id
),{_FOLLOWERS}"""  # noqa: S608 - names come from FIELDS


@dataclass(frozen=True, slots=True)
class Loaded:
    """A case with what a decision about it needs."""

    id: str
    case: Case
    actor: Actor
    facts: Facts
    head_hash: bytes


def load(connection: psycopg.Connection, person_id: str, number: str, today: date) -> Loaded | None:
    """The case as this person may act on it on `today`, or None when it does not exist for them."""
    parameters = {"person": person_id, "number": number, "today": today}
    row = _run(connection, LOAD, parameters)
    if row is None:
        return None
    actor = Actor(person_id, row["actor_name"], frozenset(row["roles"]), row["organisation"])
    return _loaded(row, actor)


def load_as_system(connection: psycopg.Connection, case_id: str) -> Loaded | None:
    """The case for a decision of the clock sweep, which no person takes."""
    row = _run(connection, LOAD_AS_SYSTEM, {"case_id": case_id})
    return None if row is None else _loaded(row, Actor(None, "", frozenset({"system"})))


def _loaded(row: Row, actor: Actor) -> Loaded:
    facts = Facts(frozenset(row["document_kinds"]), conflict_of(row.get("conflict")))
    return Loaded(str(row["id"]), case_of(row), actor, facts, bytes(row["head_hash"]))


def conflict_of(found: Mapping[str, str] | None) -> Conflict | None:
    """What the database answers of a person's conflict of interest in a case."""
    if found is None:
        return None
    return Conflict(found["by"], date.fromisoformat(found["on"])) if found else Conflict()


def write(
    connection: psycopg.Connection,
    workflow: Workflow,
    loaded: Loaded,
    after: Case,
    event: Event,
    notify: Sequence[str] = (),
    *,
    key: str = "",
    fingerprint: bytes = b"",
) -> bool:
    """Store `event` and everything that follows from it. False when someone else was faster."""
    changed = tuple(sorted(event.changes))
    parameters = _parameters(workflow, loaded.id, loaded.case, after, event, loaded.head_hash, notify)
    parameters |= {"expected": loaded.case.version, "key": key, "fingerprint": fingerprint}
    return _run(connection, _update(changed), parameters) is not None


def insert(
    connection: psycopg.Connection,
    workflow: Workflow,
    case_id: str,
    case: Case,
    event: Event,
    prev_hash: bytes,
    notify: Sequence[str] = (),
    *,
    key: str = "",
    fingerprint: bytes = b"",
) -> None:
    """Store a new case with its first event. Raises UniqueViolation when `key` has been used."""
    parameters = _parameters(workflow, case_id, None, case, event, prev_hash, notify)
    parameters |= {"key": key, "fingerprint": fingerprint}
    _run(connection, _insert(tuple(sorted(event.changes))), parameters)


def earlier_use(connection: psycopg.Connection, person_id: str, key: str) -> bytes | None:
    """The fingerprint of the command that this person sent under this key, if any has been carried out."""
    row = _run(connection, EARLIER_USE, {"person": person_id, "key": key})
    return None if row is None else bytes(row["fingerprint"])


def last_event(connection: psycopg.Connection, number: str) -> dict[str, Any]:
    """Who did what last to a case that exists, of what the reader may know: seq, actor, at, kind, action, state and
    body, with the case's version."""
    row = _run(connection, LAST_EVENT, {"number": number})
    if row is None:
        raise LookupError(number)
    return row


def _run(
    connection: psycopg.Connection, statement: str, parameters: Mapping[str, Any]
) -> dict[str, Any] | None:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(cast("LiteralString", statement), parameters).fetchone()


def _parameters(
    workflow: Workflow,
    case_id: str,
    before: Case | None,
    after: Case,
    event: Event,
    prev_hash: bytes,
    notify: Sequence[str],
) -> dict[str, Any]:
    row = row_of(case_id, event, prev_hash)
    # Reminders look forward from the day of recording: a backdated step does not send what lies behind it.
    recorded_on = event.at.astimezone(STOCKHOLM).date()
    old = {} if before is None else {clock.key: clock for clock in before.clocks}
    clocks = [
        clock_row(position, clock, workflow, recorded_on)
        for position, clock in enumerate(after.clocks)
        if old.get(clock.key) != clock
    ]
    parameters = {
        **row,
        "id": case_id,
        "body": _written(row["body"]),
        "clocks": _written(clocks),
        "notify": [RECIPIENTS[group] for group in notify],
        "subject": event.action or "",
        "notice": _written({"state": after.state, "seq": event.seq}),
        "case_number": after.number,
        "case_process": after.process,
        "case_workflow_version": after.workflow_version,
        "case_workflow_sha256": after.workflow_sha256,
        "case_opened_on": after.opened_on,
        "case_version": after.version,
        "case_state": after.state,
        "case_phase": after.phase,
        "case_waits_for": after.waits_for,
        "case_terminal": after.terminal,
        "case_state_since": after.state_since,
        "case_last_day": after.last_day,
        "case_returns_to": list(after.returns_to),
        "case_next_due": after.next_due,
        "case_next_target": after.next_target,
        "case_head_hash": row["hash"],
    }
    for name, value in event.changes.items():
        parameters[f"field_{name}"] = _written(value) if name in _JSON_FIELDS else value
    return parameters


def clock_row(position: int, clock: Clock, workflow: Workflow, today: date) -> dict[str, Any]:
    """A clock as JSON-ready columns of table `clock`, with its derived days and its next reminder."""
    ledger, rule = clock.ledger, workflow.clocks[clock.kind]
    stopped = ledger.stopped_on is not None
    last = None if stopped else due(ledger)
    target = None if stopped else target_due(ledger)
    rung = None if last is None else next_rung(rule.ladder, last, today)
    return {
        "position": position,
        "kind": clock.kind,
        "number": clock.number,
        "basis": clock.basis,
        "started_on": ledger.started_on.isoformat(),
        "limit_days": ledger.limit_days,
        "target_days": ledger.target_days,
        "rolls": ledger.rolls,
        "suspensions": [
            [s.since.isoformat(), None if s.until is None else s.until.isoformat(), s.waits_for, s.reason]
            for s in ledger.suspensions
        ],
        "extensions": [
            [
                e.days,
                e.decided_on.isoformat(),
                None if e.agreed_due is None else e.agreed_due.isoformat(),
                e.reason,
            ]
            for e in ledger.extensions
        ],
        "offer": None
        if ledger.offer is None
        else [ledger.offer.party, ledger.offer.new_due.isoformat(), ledger.offer.offered_on.isoformat()],
        "stopped_on": None if ledger.stopped_on is None else ledger.stopped_on.isoformat(),
        "expired": clock.expired,
        "due": None if last is None else last.isoformat(),
        "target_due": None if target is None else target.isoformat(),
        "ladder": list(rule.ladder),
        "notify": [RECIPIENTS[group] for group in rule.notify],
        "escalate": [RECIPIENTS[group] for group in rule.escalate],
        "remind_rung": None if rung is None else rung[0],
        "remind_on": None if rung is None else rung[1].isoformat(),
    }


def clock_of(row: Row) -> Clock:
    """The clock that a row of table `clock` holds, as JSON (dates are ISO text)."""
    offer = row["offer"]
    return Clock(
        kind=row["kind"],
        number=row["number"],
        basis=row["basis"],
        expired=row["expired"],
        ledger=Ledger(
            started_on=date.fromisoformat(row["started_on"]),
            limit_days=row["limit_days"],
            rolls=row["rolls"],
            target_days=row["target_days"],
            suspensions=tuple(
                Suspension(date.fromisoformat(since), until and date.fromisoformat(until), waits_for, reason)
                for since, until, waits_for, reason in row["suspensions"]
            ),
            extensions=tuple(
                Extension(days, date.fromisoformat(day), agreed and date.fromisoformat(agreed), reason)
                for days, day, agreed, reason in row["extensions"]
            ),
            offer=offer and Offer(offer[0], date.fromisoformat(offer[1]), date.fromisoformat(offer[2])),
            stopped_on=row["stopped_on"] and date.fromisoformat(row["stopped_on"]),
        ),
    )


def folded(events: Sequence[Event]) -> Case:
    """The case as its log gives it, with every field a case has, as a stored one has them."""
    case = fold(events)
    return replace(case, fields={**dict.fromkeys(FIELDS), **case.fields})


def case_of(row: Row) -> Case:
    """The case that a row of CASE_COLUMNS and its clocks (JSON, in order) hold."""
    return Case(
        number=row["number"],
        process=row["process"],
        workflow_version=row["workflow_version"],
        workflow_sha256=row["workflow_sha256"],
        version=row["version"],
        state=row["state"],
        phase=row["phase"],
        waits_for=row["waits_for"],
        terminal=row["terminal"],
        state_since=row["state_since"],
        opened_on=row["opened_on"],
        last_day=row["last_day"],
        returns_to=tuple(row["returns_to"]),
        fields={name: row[name] for name in FIELDS},
        clocks=tuple(clock_of(clock) for clock in row["clocks"] or ()),
    )


def comparable(case: Case) -> dict[str, Any]:
    """A case as plain values, so that what was folded and what is stored can be compared field by field.

    A field that was never set is absent in a log and has its column's default in a row.
    """
    fields = {name: _plain(case.fields.get(name)) for name in FIELDS}
    return {
        **{name: getattr(case, name) for name in Case.__slots__ if name != "fields"},
        "fields": {name: value for name, value in fields.items() if value not in (None, "", False, [])},
    }


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, bool, int, list)):
        return value
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)
