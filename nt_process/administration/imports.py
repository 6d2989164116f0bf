"""People from a file: kept, read and shown first, then taken in as a whole, in one transaction.

A row is one mandate of one person. What a row says is so afterwards; what is so already is left as it is, so the
same file again changes nothing. A row that cannot be used is left out with its reason, and never by half.
"""

from __future__ import annotations

import json
import uuid

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.administration import import_plan
from nt_process.administration.errors import AdministrationError
from nt_process.administration.import_plan import Plan, Step
from nt_process.administration.service import Maker
from nt_process.identity import administrators, register
from nt_process.identity.service import IdentityError, Member
from nt_process.infra import files
from nt_process.infra.rows import Row
from nt_process.rights import ADMINISTRATOR

MAX_FILENAME = 200
# One import at a time: two files with the same new person would make them twice.
IMPORT_LOCK = 0x4E54_0015

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ADD = sa.text("""
    INSERT INTO person_import (id, filename, sha256, uploaded_by, uploaded_at)
    VALUES (:id, :filename, :sha256, :person, :at)
""")
_GET = sa.text("""
    SELECT i.id, i.filename, i.sha256, i.uploaded_at, i.done_at, i.counts, u.name AS uploader, d.name AS doer
    FROM person_import i JOIN person u ON u.id = i.uploaded_by LEFT JOIN person d ON d.id = i.done_by
    WHERE :may_read AND (CAST(:id AS uuid) IS NULL OR i.id = CAST(:id AS uuid)) ORDER BY i.uploaded_at DESC LIMIT 100
""")
_LOCK = sa.text("SELECT pg_advisory_xact_lock(:key)")
_DONE = sa.text("""
    UPDATE person_import SET done_by = :person, done_at = :at, counts = CAST(:counts AS jsonb)
    WHERE id = :id AND done_at IS NULL
""")


def upload(engine: Engine, maker: Maker, filename: str, content: bytes) -> str:
    """Keep a file that can be read, to be shown; returns the import's id. Raises BadInput, AdministrationError."""
    _require_administrator(maker)
    import_plan.read_file(content)
    made = str(uuid.uuid4())
    with engine.begin() as connection:
        sha256 = files.store(
            connection, content, _XLSX if content.startswith(b"PK") else "text/csv", maker.at
        )
        values = {"id": made, "filename": shown_filename(filename), "sha256": sha256}
        connection.execute(_ADD, {**values, "person": maker.actor.id, "at": maker.at})
    return made


def shown_filename(filename: str) -> str:
    """The file's own name without a path and without signs that cannot be printed."""
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in name if sign.isprintable())[:MAX_FILENAME] or "personer"


def listed(connection: Connection, maker: Maker) -> list[Row]:
    return list(connection.execute(_GET, {"may_read": _may(maker), "id": None}).mappings())


def found(connection: Connection, maker: Maker, import_id: str) -> Row | None:
    return connection.execute(_GET, {"may_read": _may(maker), "id": import_id}).mappings().first()


def preview(connection: Connection, maker: Maker, kept: Row) -> Plan:
    """What taking the file in would do now. Nothing is changed."""
    return import_plan.plan(connection, maker, import_plan.read_file(_content(connection, kept["sha256"])))


def carry_out(engine: Engine, maker: Maker, import_id: str, *, invited: bool) -> bool:
    """Take the file in, all of it or nothing; False when that has been done. `invited`: mail new people an
    invitation. Raises AdministrationError."""
    _require_administrator(maker)
    with engine.begin() as connection:
        administrators.hold(connection)
        connection.execute(_LOCK, {"key": IMPORT_LOCK})
        kept = found(connection, maker, import_id)
        if kept is None:
            raise AdministrationError("not_found")
        if kept["done_at"] is not None:
            return False
        plan = preview(connection, maker, kept)
        made: dict[str, str] = {}
        try:
            for step in plan.steps:
                if step.outcome in ("created", "changed"):
                    _apply(connection, maker, step, made, invited=invited)
        except IdentityError as error:
            code = error.code if error.code in ("not_allowed", "last_administrator") else "raced"
            raise AdministrationError(code) from None
        values = {
            "id": import_id,
            "person": maker.actor.id,
            "at": maker.at,
            "counts": json.dumps(plan.counts),
        }
        connection.execute(_DONE, values)
    return True


def _apply(connection: Connection, maker: Maker, step: Step, made: dict[str, str], *, invited: bool) -> None:
    """Write one row. `made`: the people that earlier rows of this file have made, by address."""
    by, details = maker.by, register.Details(step.email, step.name, step.language)
    person_id = step.person_id or made.get(step.email.lower())
    if person_id is None:
        person_id = made[step.email.lower()] = register.add_person(connection, by, details)
        if invited:
            register.invite(connection, by, person_id, maker.secret_key)
    else:
        register.change_person(connection, by, person_id, details)
    days = step.days
    if days is None:
        return
    if step.membership_id is not None:
        held = register.locked_membership(connection, step.membership_id)
        register.change_membership(connection, by, held, days.valid_from, days.valid_to, step.speaks)
    else:
        member = Member(step.organisation_id, step.role, days.valid_from, days.valid_to, step.speaks)
        register.add_membership(connection, by, person_id, member)


def _content(connection: Connection, sha256: str) -> bytes:
    return b"".join(files.open_parts(connection, sha256))


def _may(maker: Maker) -> bool:
    return ADMINISTRATOR.allows(maker.actor.roles)


def _require_administrator(maker: Maker) -> None:
    if not _may(maker):
        raise AdministrationError("not_allowed")
