"""Who has part in an application: its members with their roles, and the one whom the council turns to.

Whoever gets a part, another role or no part any more is told, unless they did it themselves.
"""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.identity.maker import Maker
from nt_process.identity.telling import tell_people
from nt_process.infra.rows import Row
from nt_process.portal.errors import PortalError
from nt_process.portal.holding import hold_as_coordinator, id_of

_ADD_MEMBER = sa.text("""
    INSERT INTO application_member (application_id, person_id, role, added_at) VALUES (:id, :person, :role, :at)
    ON CONFLICT (application_id, person_id) DO UPDATE SET role = :role, removed_at = NULL,
        added_at = CASE WHEN application_member.removed_at IS NULL THEN application_member.added_at ELSE :at END
""")
_REMOVE_MEMBER = sa.text("""
    UPDATE application_member SET removed_at = :at
    WHERE application_id = :id AND person_id = :person AND removed_at IS NULL
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
        before = _roles(connection, held["id"]).get(person)
        if before == role:
            return
        connection.execute(_ADD_MEMBER, {"id": held["id"], "person": person, "role": role, "at": maker.at})
        kind = "application_joined" if before is None else "application_role"
        _tell(connection, maker, held, person, kind)


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
        place = {"id": held["id"], "person": person, "at": maker.at}
        if connection.execute(_REMOVE_MEMBER, place).rowcount:
            _tell(connection, maker, held, person, "application_left")


def set_contact(engine: Engine, maker: Maker, application_id: str, person_id: str) -> None:
    """Make a member the one whom the council turns to. Raises as `add_member`."""
    with engine.begin() as connection:
        held = hold_as_coordinator(connection, maker, application_id)
        person = _colleague(connection, maker, held, person_id)
        if person not in _roles(connection, held["id"]):
            raise PortalError("unknown_colleague")
        if person != held["contact_id"]:
            connection.execute(_SET_CONTACT, {"id": held["id"], "person": person})
            _tell(connection, maker, held, person, "application_role")


def _require_another_coordinator(
    connection: Connection, application_id: uuid.UUID, person: uuid.UUID
) -> None:
    roles = _roles(connection, application_id)
    if not any(role == "coordinator" and member != person for member, role in roles.items()):
        raise PortalError("last_coordinator")


def _roles(connection: Connection, application_id: uuid.UUID) -> dict[uuid.UUID, str]:
    """The members with the role of each, held until the transaction ends."""
    return {row.person_id: row.role for row in connection.execute(_MEMBERS, {"id": application_id})}


def _tell(connection: Connection, maker: Maker, held: Row, person: uuid.UUID, kind: str) -> None:
    if str(person) != maker.actor.id:
        tell_people(connection, kind, str(held["id"]), [str(person)], maker.at)


def _colleague(connection: Connection, maker: Maker, held: Row, person_id: str) -> uuid.UUID:
    person = id_of(person_id)
    known = {"person": person, "company": held["company_id"], "today": maker.today}
    if person is None or not connection.scalar(_COLLEAGUE, known):
        raise PortalError("unknown_colleague")
    return person
