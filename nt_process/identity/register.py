"""Changes of the register of people, organisations and memberships, each with its line in the history.

They belong in a transaction of the caller's, who has asked whether the change may be made. The pages of
administration and the operator's commands both go through here, so that neither leaves the history out.

Who administers is changed by one at a time, see `administrators`: whoever makes a change is asked once more whether
they still administer, and none takes away the last. Each change raises IdentityError not_allowed when they do not.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity import administrators, links, service
from nt_process.identity.history import By, mandate, note, numbered
from nt_process.identity.service import IdentityError, Member

# These locks let others refer to the row meanwhile, so that nobody waits who changes something else.
_LOCK_PERSON = sa.text(
    "SELECT id, email, name, language, disabled_at FROM person WHERE id = :id FOR NO KEY UPDATE"
)
_EMAIL_TAKEN = sa.text("SELECT EXISTS (SELECT FROM person WHERE lower(email) = lower(:email) AND id <> :id)")
_CHANGE_PERSON = sa.text(
    "UPDATE person SET email = :email, name = :name, language = :language WHERE id = :id"
)
_SET_DISABLED = sa.text("UPDATE person SET disabled_at = :at WHERE id = :id")
_END_SESSIONS = sa.text(
    "UPDATE session SET ended_at = :at WHERE person_id = :id AND ended_at IS NULL"
    " AND (CAST(:session AS uuid) IS NULL OR id = CAST(:session AS uuid))"
)
_END_LINKS = sa.text("""
    UPDATE one_time_link SET used_at = :at, mail_after = NULL WHERE person_id = :id AND used_at IS NULL
""")
_TELL_OLD_ADDRESS = sa.text("INSERT INTO old_address_mail (change_id, mail_after) VALUES (:change, :at)")
_RESET_FACTOR = (
    sa.text("DELETE FROM authenticator WHERE person_id = :id"),
    sa.text("DELETE FROM passkey WHERE person_id = :id"),
    sa.text("DELETE FROM recovery_code WHERE person_id = :id"),
)
_OVERLAPS = sa.text("""
    SELECT EXISTS (
        SELECT FROM membership WHERE person_id = :person AND organisation_id = :organisation AND role = :role
          AND id IS DISTINCT FROM CAST(:but AS uuid)
          AND (valid_from <= coalesce(CAST(:to AS date), 'infinity') AND coalesce(valid_to, 'infinity') >= :from
               -- One that ended before it began holds on no day, and is moved nowhere.
               OR (CAST(:but AS uuid) IS NOT NULL AND valid_from = :from)))
""")
_ADD_MEMBERSHIP = sa.text("""
    INSERT INTO membership (person_id, organisation_id, role, valid_from, valid_to, speaks)
    VALUES (:person, :organisation, :role, :from, :to, :speaks)
    -- Only one that ended before it began, which holds on no day, can stand there.
    ON CONFLICT (person_id, organisation_id, role, valid_from)
        DO UPDATE SET valid_to = excluded.valid_to, speaks = excluded.speaks
    RETURNING id
""")
_LOCK_MEMBERSHIP = sa.text("""
    SELECT id, person_id, organisation_id, role, valid_from, valid_to, speaks FROM membership
    WHERE id = :id FOR UPDATE
""")
_PERSON_OF = sa.text("SELECT person_id FROM membership WHERE id = :id")
_CHANGE_MEMBERSHIP = sa.text("""
    UPDATE membership SET valid_from = :from, valid_to = :to, speaks = :speaks WHERE id = :id
""")
_LOCK_ORGANISATION = sa.text("SELECT * FROM organisation WHERE id = :id FOR NO KEY UPDATE")
_ADD_ORGANISATION = sa.text("""
    INSERT INTO organisation (id, kind, name, identifier, county_code) VALUES (:id, :kind, :name, :identifier, :county)
""")
_CHANGE_ORGANISATION = sa.text(
    "UPDATE organisation SET name = :name, identifier = :identifier WHERE id = :id"
)
_ORGANISATION_TAKEN = sa.text("""
    SELECT CASE WHEN EXISTS (SELECT FROM organisation WHERE kind = :kind AND lower(name) = lower(:name)
                             AND id IS DISTINCT FROM CAST(:id AS uuid)) THEN 'name_taken'
                WHEN EXISTS (SELECT FROM organisation WHERE identifier = :identifier
                             AND id IS DISTINCT FROM CAST(:id AS uuid)) THEN 'identifier_taken' END
""")


@dataclass(frozen=True, slots=True)
class Details:
    """What is known of a person beside their memberships."""

    email: str
    name: str
    language: str = "sv"


@dataclass(frozen=True, slots=True)
class Mandate:
    """A membership that is stored."""

    id: str
    person_id: str
    organisation_id: str
    role: str
    valid_from: date
    valid_to: date | None
    speaks: bool = True


def add_person(
    connection: Connection,
    by: By,
    details: Details,
    members: tuple[Member, ...] = (),
    *,
    password: str | None = None,
) -> str:
    """Make a person with their memberships; returns the id. Raises IdentityError (bad_email, email_taken, bad_role)."""
    administrators.hold(connection, by)
    person_id = service.create_person(
        connection, details.email, details.name, (), by.at, password=password, language=details.language
    )
    note(connection, by, "person_added", person_id=person_id, new=f"{details.name}, {details.email}")
    for member in members:
        add_membership(connection, by, person_id, member)
    return person_id


def change_person(connection: Connection, by: By, person_id: str, details: Details) -> None:
    """Change name, address and language. Raises IdentityError (unknown, email_taken).

    What was mailed to another address opens nothing from now on, nobody stays signed in, and that address is told.
    """
    administrators.hold(connection, by)
    service.hold_address(connection, details.email)
    before = _person(connection, person_id)
    if connection.scalar(_EMAIL_TAKEN, {"id": person_id, "email": details.email}):
        raise IdentityError("email_taken")
    after = {"email": details.email, "name": details.name, "language": details.language}
    connection.execute(_CHANGE_PERSON, {**after, "id": person_id})
    for name, value in after.items():
        if before[name] == value:
            continue
        change = numbered(connection, by, name, person_id, before[name], value)
        if name == "email" and before[name].lower() != value.lower():
            connection.execute(_END_LINKS, {"id": person_id, "at": by.at})
            connection.execute(_END_SESSIONS, {"id": person_id, "at": by.at, "session": None})
            connection.execute(_TELL_OLD_ADDRESS, {"change": change, "at": by.at})


def disable(connection: Connection, by: By, person_id: str) -> bool:
    """Disable a person, their sessions, links and tokens at once; False when they were disabled already. Raises
    IdentityError (last_administrator)."""
    administrators.hold(connection, by)
    if _person(connection, person_id)["disabled_at"] is not None:
        return False
    with administrators.one_remains(connection, by):
        connection.execute(_SET_DISABLED, {"id": person_id, "at": by.at})
    connection.execute(_END_SESSIONS, {"id": person_id, "at": by.at, "session": None})
    connection.execute(_END_LINKS, {"id": person_id, "at": by.at})
    service.revoke_tokens(connection, person_id, by.at)
    note(connection, by, "disabled", person_id=person_id)
    return True


def enable(connection: Connection, by: By, person_id: str) -> bool:
    """Let a disabled person in again; False when they were not disabled."""
    administrators.hold(connection, by)
    if _person(connection, person_id)["disabled_at"] is None:
        return False
    connection.execute(_SET_DISABLED, {"id": person_id, "at": None})
    note(connection, by, "enabled", person_id=person_id)
    return True


def invite(connection: Connection, by: By, person_id: str, secret_key: str) -> bool:
    """Mail a link with which the person chooses a password; an earlier one stops working. False for the disabled."""
    administrators.hold(connection, by)
    before = _person(connection, person_id)
    made = links.make(connection, secret_key, before["email"], "invitation", by.at)
    if made:
        note(connection, by, "invited", person_id=person_id)
    return made


def end_sessions(connection: Connection, by: By, person_id: str, session_id: str | None = None) -> int:
    """End all of a person's sessions, or the one that is named; how many there were."""
    ended = connection.execute(_END_SESSIONS, {"id": person_id, "at": by.at, "session": session_id}).rowcount
    if ended:
        note(connection, by, "sessions_ended", person_id=person_id, new=str(ended))
    return ended


def reset_second_factor(connection: Connection, by: By, person_id: str) -> None:
    """Take away every second factor and recovery code, and end sessions and tokens: the person sets up a new one."""
    administrators.hold(connection, by)
    _person(connection, person_id)
    for statement in _RESET_FACTOR:
        connection.execute(statement, {"id": person_id})
    connection.execute(_END_SESSIONS, {"id": person_id, "at": by.at, "session": None})
    service.revoke_tokens(connection, person_id, by.at)
    note(connection, by, "second_factor_reset", person_id=person_id)


def add_membership(connection: Connection, by: By, person_id: str, member: Member) -> str:
    """Give a person a role in an organisation; rights follow at once. Raises IdentityError (bad_role, overlaps,
    unknown)."""
    if member.role not in service.ROLES:
        raise IdentityError("bad_role")
    administrators.hold(connection, by)
    # Two mandates given at once are judged one after the other.
    _person(connection, person_id)
    _require_room(connection, person_id, member, None)
    made = connection.scalar(
        _ADD_MEMBERSHIP,
        {
            "person": person_id,
            "organisation": member.organisation_id,
            "role": member.role,
            "from": member.valid_from,
            "to": member.valid_to,
            "speaks": member.speaks,
        },
    )
    note(
        connection, by, "membership_added", person_id=person_id, organisation_id=member.organisation_id,
        new=mandate(member.role, member.valid_from, member.valid_to, member.speaks),
    )  # fmt: skip
    return str(made)


def locked_membership(connection: Connection, membership_id: str) -> Mandate:
    """The membership, kept from others until the transaction ends, with all that its person holds. Raises
    IdentityError (unknown)."""
    administrators.hold(connection)
    person_id = connection.scalar(_PERSON_OF, {"id": membership_id})
    if person_id is None:
        raise IdentityError("unknown")
    _person(connection, str(person_id))
    row = connection.execute(_LOCK_MEMBERSHIP, {"id": membership_id}).one_or_none()
    if row is None:
        raise IdentityError("unknown")
    return Mandate(str(row.id), str(row.person_id), str(row.organisation_id), *row[3:])


def change_membership(
    connection: Connection, by: By, held: Mandate, valid_from: date, valid_to: date | None, speaks: bool
) -> bool:
    """Change from when to when a membership holds, and whether its holder speaks for the organisation; False when
    it is so already. Raises IdentityError (overlaps, last_administrator)."""
    administrators.hold(connection, by)
    if (held.valid_from, held.valid_to, held.speaks) == (valid_from, valid_to, speaks):
        return False
    member = Member(held.organisation_id, held.role, valid_from, valid_to)
    _require_room(connection, held.person_id, member, held.id)
    with administrators.one_remains(connection, by):
        connection.execute(
            _CHANGE_MEMBERSHIP, {"id": held.id, "from": valid_from, "to": valid_to, "speaks": speaks}
        )
    note(
        connection, by, "membership_days", person_id=held.person_id, organisation_id=held.organisation_id,
        old=mandate(held.role, held.valid_from, held.valid_to, held.speaks),
        new=mandate(held.role, valid_from, valid_to, speaks),
    )  # fmt: skip
    return True


def add_organisation(
    connection: Connection, by: By, kind: str, name: str, identifier: str = "", county: str = ""
) -> str:
    """Make an organisation; returns the id. Raises IdentityError (name_taken, identifier_taken)."""
    service.hold_organisations(connection)
    _require_free(connection, None, kind, name, identifier)
    made = str(uuid.uuid4())
    values = {
        "id": made,
        "kind": kind,
        "name": name,
        "identifier": identifier or None,
        "county": county or None,
    }
    connection.execute(_ADD_ORGANISATION, values)
    note(connection, by, "organisation_added", organisation_id=made, new=name)
    return made


def organisation_named(connection: Connection, by: By, kind: str, name: str) -> str:
    """The organisation of that kind and name, made when there is none."""
    before = connection.scalar(
        sa.text("SELECT id FROM organisation WHERE kind = :kind AND name = :name"),
        {"kind": kind, "name": name},
    )
    return str(before) if before is not None else add_organisation(connection, by, kind, name)


def change_organisation(
    connection: Connection, by: By, organisation_id: str, name: str, identifier: str
) -> None:
    """Rename an organisation, or say how sign-in providers name it. Raises IdentityError (unknown, …_taken)."""
    service.hold_organisations(connection)
    before = connection.execute(_LOCK_ORGANISATION, {"id": organisation_id}).mappings().one_or_none()
    if before is None:
        raise IdentityError("unknown")
    _require_free(connection, organisation_id, before["kind"], name, identifier)
    after = {"name": name, "identifier": identifier or None}
    connection.execute(_CHANGE_ORGANISATION, {**after, "id": organisation_id})
    for field, what in (("name", "organisation_name"), ("identifier", "identifier")):
        if before[field] != after[field]:
            note(
                connection, by, what, organisation_id=organisation_id, old=before[field] or "", new=after[field] or ""
            )  # fmt: skip


def _person(connection: Connection, person_id: str) -> Any:
    row = connection.execute(_LOCK_PERSON, {"id": person_id}).mappings().one_or_none()
    if row is None:
        raise IdentityError("unknown")
    return row


def _require_room(connection: Connection, person_id: str, member: Member, but: str | None) -> None:
    """The same role in the same organisation is held once at a time."""
    asked = {
        "person": person_id, "organisation": member.organisation_id, "role": member.role, "but": but,
        "from": member.valid_from, "to": member.valid_to,
    }  # fmt: skip
    if connection.scalar(_OVERLAPS, asked):
        raise IdentityError("overlaps")


def _require_free(
    connection: Connection, organisation_id: str | None, kind: str, name: str, identifier: str
) -> None:
    asked = {"id": organisation_id, "kind": kind, "name": name, "identifier": identifier}
    taken = connection.scalar(_ORGANISATION_TAKEN, asked)
    if taken is not None:
        raise IdentityError(taken)
