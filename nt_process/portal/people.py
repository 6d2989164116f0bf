"""Who has part in an application: its members with their roles, and the one whom the council turns to."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.infra.rows import Row
from nt_process.portal.errors import PortalError
from nt_process.portal.holding import Maker, hold_as_coordinator, id_of

_ADD_MEMBER = sa.text("""
    INSERT INTO application_member (application_id, person_id, role, added_at) VALUES (:id, :person, :role, :at)
    ON CONFLICT (application_id, person_id) DO UPDATE SET role = :role, removed_at = NULL,
        added_at = CASE WHEN application_member.removed_at IS NULL THEN application_member.added_at ELSE :at END
""")
_REMOVE_MEMBER = sa.text("""
    UPDATE application_member SET removed_at = :at WHERE application_id = :id AND person_id = :person
""")
_MEMBERS = sa.text("""
    SELECT person_id, role FROM application_member WHERE application_id = :id AND removed_at IS NULL FOR UPDATE
""")
_SET_CONTACT = sa.text("UPDATE application SET contact_id = :person WHERE id = :id")
_COLLEAGUE = sa.text("""
    SELECT EXISTS (
        SELECT FROM membership m JOIN person p ON p.id = m.person_id
        WHERE p.id = :person AND m.organisation_id = :company AND m.role = 'company_contact'
          AND p.disabled_at IS NULL AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today))
""")


def add_member(engine: Engine, maker: Maker, application_id: str, person_id: str, role: str) -> None:
    """Give a colleague a part in the application, or another role in it.

    Raises PortalError not_found, not_coordinator, unknown_colleague, last_coordinator.
    """
    with engine.begin() as connection:
        held = hold_as_coordinator(connection, maker, application_id)
        person = _colleague(connection, maker, held, person_id)
        if role not in ("coordinator", "contributor"):
            raise PortalError("unknown_colleague")
        if role != "coordinator":
            _require_another_coordinator(connection, held["id"], person)
        connection.execute(_ADD_MEMBER, {"id": held["id"], "person": person, "role": role, "at": maker.at})


def remove_member(engine: Engine, maker: Maker, application_id: str, person_id: str) -> None:
    """End a colleague's part. Raises as `add_member`, and is_contact."""
    with engine.begin() as connection:
        held = hold_as_coordinator(connection, maker, application_id)
        person = id_of(person_id)
        if person is None:
            raise PortalError("unknown_colleague")
        if person == held["contact_id"]:
            raise PortalError("is_contact")
        _require_another_coordinator(connection, held["id"], person)
        connection.execute(_REMOVE_MEMBER, {"id": held["id"], "person": person, "at": maker.at})


def set_contact(engine: Engine, maker: Maker, application_id: str, person_id: str) -> None:
    """Make a member the one whom the council turns to. Raises as `add_member`."""
    with engine.begin() as connection:
        held = hold_as_coordinator(connection, maker, application_id)
        person = _colleague(connection, maker, held, person_id)
        members = {row.person_id for row in connection.execute(_MEMBERS, {"id": held["id"]})}
        if person not in members:
            raise PortalError("unknown_colleague")
        connection.execute(_SET_CONTACT, {"id": held["id"], "person": person})


def _require_another_coordinator(
    connection: Connection, application_id: uuid.UUID, person: uuid.UUID
) -> None:
    members = connection.execute(_MEMBERS, {"id": application_id}).all()
    if not any(row.role == "coordinator" and row.person_id != person for row in members):
        raise PortalError("last_coordinator")


def _colleague(connection: Connection, maker: Maker, held: Row, person_id: str) -> uuid.UUID:
    person = id_of(person_id)
    known = {"person": person, "company": held["company_id"], "today": maker.today}
    if person is None or not connection.scalar(_COLLEAGUE, known):
        raise PortalError("unknown_colleague")
    return person
