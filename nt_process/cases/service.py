"""The commands on a case: load → decide → store, one transaction each.

Every command takes the engine, who acts, and the instant; it returns what a caller needs to show,
or raises one of `errors`. Nothing here renders and nothing leaves the system: notices are rows.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.audit.log import GENESIS, event_of
from nt_process.cases import store
from nt_process.cases.errors import CaseNotFound, KeyReused, Refused, Stale
from nt_process.cases.fields import read_fields
from nt_process.engine.decide import Refusal, decide, expire, opened, role_for, unchanged
from nt_process.engine.definition import Workflow
from nt_process.engine.loader import load_published
from nt_process.engine.snapshot import Actor, Case, Event, evolve
from nt_process.infra.database import driver_of, single_statement_driver
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.reasons import Reason

NOTE_LIMIT = 20_000

_NEXT_NUMBER = """
INSERT INTO number_series (year, last) VALUES (%(year)s, 1)
ON CONFLICT (year) DO UPDATE SET last = number_series.last + 1 RETURNING last
"""
_OPENER = sa.text("""
    SELECT p.name, array_agg(DISTINCT m.role) AS roles, min(o.name) AS organisation
    FROM person p JOIN membership m ON m.person_id = p.id JOIN organisation o ON o.id = m.organisation_id
    WHERE p.id = :person AND p.disabled_at IS NULL
      AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
    GROUP BY p.name
""")
_OPENED_BEFORE = sa.text("""
    SELECT c.number, d.fingerprint FROM command d JOIN cases c ON c.id = d.case_id
    WHERE d.person_id = :person AND d.key = :key
""")
_CAN_OWN = sa.text("""
    SELECT p.id, p.name FROM person p
    WHERE p.id = ANY(:ids) AND p.disabled_at IS NULL AND EXISTS (
        SELECT FROM membership m WHERE m.person_id = p.id AND m.role IN ('secretariat', 'council_member')
          AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today))
""")
# Messages, applications, documents that the parties read, a place at a meeting, or steps taken by the company.
_HAS_THINGS = sa.text("SELECT has_things_of_its_company(:case_id)")
_CONFLICTED = sa.text("""
    SELECT p.name FROM person p WHERE p.id = ANY(:ids) AND conflict_of_interest(:case_id, p.id, :today) IS NOT NULL
    ORDER BY p.name
""")


@dataclass(frozen=True, slots=True)
class Done:
    """A command that was carried out, now or before: the case after it, and what it was."""

    case: Case
    repeated: bool = False


def today_of(at: datetime) -> date:
    """The day in Stockholm at an instant."""
    return at.astimezone(STOCKHOLM).date()


def workflow_of(case: Case) -> Workflow:
    """The published file that runs this case. A file that was changed after publication is not used."""
    workflow = load_published()[(case.process, case.workflow_version)]
    if workflow.sha256 != case.workflow_sha256:
        raise RuntimeError(
            f"workflow {case.process} v{case.workflow_version} is not the file that was published"
        )
    return workflow


def take_action(
    engine: Engine,
    person_id: str,
    number: str,
    action: str,
    at: datetime,
    *,
    expected_version: int,
    inputs: Mapping[str, str],
    day: date | None = None,
    key: str = "",
) -> Done:
    """Take one action of the workflow on a case, as `person_id`, at the instant `at` (UTC).

    `key` makes a repetition harmless: the same command again answers as before, and changes nothing.
    Raises CaseNotFound, Refused (with every reason), Stale or KeyReused.
    """
    today = today_of(at)
    with single_statement_driver(engine) as connection:
        loaded = store.load(connection, person_id, number, today)
        if loaded is None:
            raise CaseNotFound(number)
        fingerprint = _fingerprint(number, action, inputs, day) if key else b""
        try:
            workflow = workflow_of(loaded.case)
            if loaded.case.version != expected_version and _may_learn(workflow, loaded, action):
                raise _stale(connection, loaded.case)
            decision = decide(
                workflow, loaded.case, action, loaded.actor, loaded.facts, at, inputs=inputs, day=day
            )
            if isinstance(decision, Refusal):
                raise Refused(decision.reasons)
            event, after = decision.event, evolve(loaded.case, decision.event)
            if not store.write(
                connection, workflow, loaded, after, event, decision.notify, key=key, fingerprint=fingerprint
            ):
                raise _stale(connection, loaded.case)
        except (Stale, Refused, psycopg.errors.UniqueViolation):
            # What was carried out before cannot be carried out again, so only what fails can be a repetition.
            earlier = store.earlier_use(connection, person_id, key) if key else None
            if earlier is None:
                raise
            if earlier != fingerprint:
                raise KeyReused from None
            return Done((store.load(connection, person_id, number, today) or loaded).case, repeated=True)
        return Done(after)


def _may_learn(workflow: Workflow, loaded: store.Loaded, action: str) -> bool:
    """Whether the actor has part in the action, and is told what has happened in the case meanwhile."""
    wanted = workflow.actions.get(action)
    return loaded.facts.conflict is None and wanted is not None and role_for(wanted, loaded.actor) is not None


def open_case(
    engine: Engine,
    person_id: str,
    process: str,
    fields: Mapping[str, object],
    at: datetime,
    day: date | None = None,
    *,
    key: str = "",
) -> str:
    """Open a case in the newest version of `process` and return its register number.

    Numbers are gapless per year: the number is taken in the same transaction. `key` makes a repetition
    harmless: the same opening again answers with the case it opened. Raises Refused with a reason for
    each field that cannot be used, and when the person may not open cases.
    """
    fingerprint = _fingerprint(process, "open", {name: str(value) for name, value in fields.items()}, day)
    try:
        with engine.begin() as connection:
            before = _opened_before(connection, person_id, key, fingerprint) if key else None
            return before or open_case_in(
                connection, person_id, process, fields, at, day, key=key, fingerprint=fingerprint
            )
    except psycopg.errors.UniqueViolation:
        # Two copies of the same opening raced; the other one has stored it.
        with engine.connect() as connection:
            number = _opened_before(connection, person_id, key, fingerprint)
        if number is None:
            raise
        return number


def _opened_before(connection: Connection, person_id: str, key: str, fingerprint: bytes) -> str | None:
    """The case that this very opening has made before. Raises KeyReused when it was another one."""
    row = connection.execute(_OPENED_BEFORE, {"person": person_id, "key": key}).first()
    if row is not None and bytes(row.fingerprint) != fingerprint:
        raise KeyReused
    return None if row is None else str(row.number)


def open_case_in(
    connection: Connection,
    person_id: str,
    process: str,
    fields: Mapping[str, object],
    at: datetime,
    day: date | None = None,
    *,
    key: str = "",
    fingerprint: bytes = b"",
) -> str:
    """As `open_case`, inside a transaction of the caller's, so that its own rows are stored with the case."""
    opener = connection.execute(_OPENER, {"person": person_id, "today": today_of(at)}).mappings().first()
    if opener is None or "secretariat" not in opener["roles"]:
        raise Refused((Reason("wrong_role", {"roles": ("secretariat",)}),))
    values, faults = read_fields(connection, fields, today_of(at))
    if newest(process) is None:
        faults.append(Reason("unknown_process", {"process": process}))
    if day is not None and day > today_of(at):
        faults.append(Reason("day_in_future", {"day": day}))
    if faults:
        raise Refused(tuple(faults))
    actor = Actor(person_id, opener["name"], frozenset(opener["roles"]), opener["organisation"])
    return insert_case(
        connection, actor, "secretariat", process, values, at, day, key=key, fingerprint=fingerprint
    )


def insert_case(
    connection: Connection,
    actor: Actor,
    role: str,
    process: str,
    values: Mapping[str, object],
    at: datetime,
    day: date | None = None,
    *,
    key: str = "",
    fingerprint: bytes = b"",
) -> str:
    """Store a new case of what `read_fields` gave, and return its number. Whether the actor may is judged before.

    Raises Refused when there is no such process.
    """
    workflow = newest(process)
    if workflow is None:
        raise Refused((Reason("unknown_process", {"process": process}),))
    year = (day or today_of(at)).year
    last = connection.exec_driver_sql(_NEXT_NUMBER, {"year": year}).scalar_one()
    number = f"NT-{year}-{last:04d}"
    event = opened(workflow, number, actor, role, at, values, day)
    case = evolve(None, event)
    store.insert(
        driver_of(connection),
        workflow,
        str(uuid.uuid4()),
        case,
        event,
        GENESIS,
        key=key,
        fingerprint=fingerprint,
    )
    return number


def newest(process: str) -> Workflow | None:
    """The highest published version of a process: the one that new cases run in."""
    versions = [version for name, version in load_published() if name == process]
    return load_published()[(process, max(versions))] if versions else None


def edit(
    engine: Engine,
    person_id: str,
    number: str,
    fields: Mapping[str, object],
    at: datetime,
    *,
    expected_version: int,
) -> Done:
    """Change what a case is about. Only what differs is recorded; nothing different changes nothing."""

    def change(connection: Connection, loaded: store.Loaded) -> Event | None:
        values, faults = read_fields(connection, fields, today_of(at), loaded.case.fields)
        if faults:
            raise Refused(tuple(faults))
        old = store.comparable(loaded.case)["fields"]
        changes = {
            name: value for name, value in values.items() if (value or None) != (old.get(name) or None)
        }
        event = _secretariat_event(loaded, "edited", at, changes=changes) if changes else None
        if "company_id" in changes and old.get("company_id"):
            _require_nothing_of_the_company(connection, loaded)
        return event

    return _record(engine, person_id, number, at, expected_version, change)


def _require_nothing_of_the_company(connection: Connection, loaded: store.Loaded) -> None:
    """A case is not handed to another company with what is the first one's in it."""
    if connection.scalar(_HAS_THINGS, {"case_id": loaded.id}):
        raise Refused((Reason("company_has_things"),))


def assign(
    engine: Engine,
    person_id: str,
    number: str,
    owner_id: str | None,
    at: datetime,
    *,
    expected_version: int | None = None,
    assignee_ids: tuple[str, ...] | None = None,
) -> Done:
    """Give a case an owner (None: nobody) and, when given, its other assignees.

    Raises Refused when a person named cannot hold cases. Without `expected_version` the latest is used.
    """

    def change(connection: Connection, loaded: store.Loaded) -> Event | None:
        wanted = [one for one in (owner_id, *(assignee_ids or ())) if one]
        try:
            found = connection.execute(
                _CAN_OWN, {"ids": [uuid.UUID(one) for one in wanted], "today": today_of(at)}
            )
        except ValueError:
            raise Refused((Reason("unknown_person"),)) from None
        names = {str(row.id): row.name for row in found}
        if any(one not in names for one in wanted):
            raise Refused((Reason("unknown_person"),))
        _require_no_conflict(connection, loaded, wanted, today_of(at))
        changes: dict[str, object] = {"owner_id": owner_id or None, "owner": names.get(owner_id or "", "")}
        if assignee_ids is not None:
            changes["assignees"] = [{"id": one, "name": names[one]} for one in assignee_ids]
        old = store.comparable(loaded.case)["fields"]
        changes = {
            name: value for name, value in changes.items() if (value or None) != (old.get(name) or None)
        }
        # An owner is recorded with both id and name, so that the log can be read without the register of people.
        if "owner_id" in changes:
            changes["owner"] = names.get(owner_id or "", "")
        return _secretariat_event(loaded, "assigned", at, changes=changes) if changes else None

    return _record(engine, person_id, number, at, expected_version, change, notify=("owner",))


def _require_no_conflict(
    connection: Connection, loaded: store.Loaded, wanted: list[str], today: date
) -> None:
    """Nobody is given a case in which they have a conflict of interest, decided or possible."""
    if not wanted:
        return
    asked = {"ids": [uuid.UUID(one) for one in wanted], "case_id": loaded.id, "today": today}
    names = connection.scalars(_CONFLICTED, asked).all()
    if names:
        raise Refused((Reason("assignee_conflicted", {"names": ", ".join(names)}),))


def add_note(engine: Engine, person_id: str, number: str, text: str, at: datetime) -> Done:
    """Add an internal note to a case's log. Notes are never changed; a correction is a new note."""
    text = text.strip()
    if not text or len(text) > NOTE_LIMIT or "\x00" in text:
        raise Refused((Reason("note_unusable", {"limit": NOTE_LIMIT}),))

    def change(connection: Connection, loaded: store.Loaded) -> Event | None:
        role = next((one for one in ("secretariat", "council_member") if one in loaded.actor.roles), None)
        if role is None:
            raise Refused((Reason("wrong_role", {"roles": ("secretariat", "council_member")}),))
        return unchanged(loaded.case, "note", loaded.actor, role, at, inputs={"text": text})

    return _record(engine, person_id, number, at, None, change)


def expire_clock(engine: Engine, case_id: str, clock_key: str, at: datetime) -> bool:
    """Record that a clock's last day has passed, and take the action its file names. True if recorded now."""
    from nt_process.engine.clock import due

    with single_statement_driver(engine) as connection:
        loaded = store.load_as_system(connection, case_id)
        clock = (
            next((one for one in loaded.case.open_clocks if one.key == clock_key), None) if loaded else None
        )
        last = None if clock is None else due(clock.ledger)
        if loaded is None or clock is None or clock.expired or last is None or last >= today_of(at):
            return False
        workflow = workflow_of(loaded.case)
        outcome = expire(workflow, loaded.case, clock_key, loaded.facts, at)
        return store.write(
            connection, workflow, loaded, evolve(loaded.case, outcome.event), outcome.event, outcome.notify
        )


def record(
    engine: Engine,
    person_id: str,
    number: str,
    at: datetime,
    change: Any,
) -> Done:
    """Let another feature add an event to a case in its own transaction (a document, an answer)."""
    return _record(engine, person_id, number, at, None, change)


def _record(
    engine: Engine,
    person_id: str,
    number: str,
    at: datetime,
    expected_version: int | None,
    change: Any,
    notify: tuple[str, ...] = (),
) -> Done:
    """Load, let `change` make an event (None: nothing to do), store. Retried once if only we are late."""
    with engine.begin() as connection:
        if expected_version is None:
            connection.exec_driver_sql("SELECT FROM cases WHERE number = %(n)s FOR UPDATE", {"n": number})
        driver = driver_of(connection)
        loaded = store.load(driver, person_id, number, today_of(at))
        if loaded is None:
            raise CaseNotFound(number)
        if loaded.facts.conflict is not None:
            raise Refused((loaded.facts.conflict.reason,))
        if expected_version is not None and loaded.case.version != expected_version:
            # What is made for a version is the secretariat's alone.
            if "secretariat" not in loaded.actor.roles:
                raise Refused((Reason("wrong_role", {"roles": ("secretariat",)}),))
            raise _stale(driver, loaded.case)
        event = change(connection, loaded)
        if event is None:
            return Done(loaded.case)
        after = evolve(loaded.case, event)
        if not store.write(driver, workflow_of(loaded.case), loaded, after, event, notify):
            raise _stale(driver, loaded.case)
        return Done(after)


def _secretariat_event(
    loaded: store.Loaded, kind: str, at: datetime, *, changes: Mapping[str, object]
) -> Event:
    if "secretariat" not in loaded.actor.roles:
        raise Refused((Reason("wrong_role", {"roles": ("secretariat",)}),))
    return unchanged(loaded.case, kind, loaded.actor, "secretariat", at, changes=changes)


def _fingerprint(number: str, action: str, inputs: Mapping[str, str], day: date | None) -> bytes:
    content = [number, action, sorted(inputs.items()), day.isoformat() if day else None]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).digest()


def _stale(connection: psycopg.Connection, case: Case) -> Stale:
    """Who was faster; without an event when the database does not tell the actor of it."""
    row = store.last_event(connection, case.number)
    if row["version"] != row["seq"]:
        return Stale(row["version"], None, case)
    return Stale(row["version"], event_of(row), case)
