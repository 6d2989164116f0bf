"""Making and ending somebody's part in a company: the rows of people and memberships."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.companies.errors import CompanyError, Maker
from nt_process.companies.rules import people as rules
from nt_process.identity import links, sessions
from nt_process.identity.service import create_person
from nt_process.identity.telling import tell_people

# The kinds of organisation that the person has part in today, and whether the account has been taken into use.
_ACCOUNT = sa.text("""
    SELECT p.id, p.disabled_at IS NOT NULL AS disabled, p.password_hash IS NOT NULL AS in_use,
           coalesce(array_agg(DISTINCT o.kind) FILTER (WHERE o.id IS NOT NULL), '{}') AS kinds
    FROM person p
    LEFT JOIN membership m ON m.person_id = p.id
        AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
    LEFT JOIN organisation o ON o.id = m.organisation_id
    WHERE lower(p.email) = lower(:email) GROUP BY p.id
""")
_HELD = sa.text("""
    SELECT p.id, p.name, p.email, array_agg(DISTINCT m.role) AS roles
    FROM membership m JOIN person p ON p.id = m.person_id
    WHERE m.organisation_id = :organisation AND p.disabled_at IS NULL
      AND m.role IN ('company_contact', 'company_administrator')
      AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
    GROUP BY p.id
""")
# One company at a time: two administrators who end each other's part at once must not leave it without one.
_LOCK = sa.text("SELECT id FROM organisation WHERE id = :organisation AND kind = 'company' FOR NO KEY UPDATE")
_JOIN = sa.text("""
    INSERT INTO membership (person_id, organisation_id, role, valid_from)
    VALUES (:person, :organisation, :role, :today)
    ON CONFLICT (person_id, organisation_id, role, valid_from) DO UPDATE SET valid_to = NULL
""")
_END = sa.text("""
    UPDATE membership SET valid_to = :until
    WHERE person_id = :person AND organisation_id = :organisation AND role = ANY (:roles)
      AND valid_from <= :today AND (valid_to IS NULL OR valid_to >= :today)
""")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who acts for a company today."""

    id: str
    name: str
    email: str
    roles: frozenset[str]


def lock(connection: Connection, organisation_id: object) -> None:
    """Keep others from changing who acts for the company until this transaction ends. Raises not_found."""
    if connection.scalar(_LOCK, {"organisation": organisation_id}) is None:
        raise CompanyError("not_found")


def held(connection: Connection, organisation_id: object, today: date) -> dict[str, Member]:
    """Who acts for the company today, by id."""
    rows = connection.execute(_HELD, {"organisation": organisation_id, "today": today})
    return {str(row.id): Member(str(row.id), row.name, row.email, frozenset(row.roles)) for row in rows}


def administrators(members: dict[str, Member]) -> frozenset[str]:
    return frozenset(one.id for one in members.values() if rules.ADMINISTRATOR in one.roles)


def take_in(
    connection: Connection,
    maker: Maker,
    organisation_id: str,
    colleague: rules.Colleague,
    roles: Sequence[str],
    language: str,
    secret_key: str,
) -> str:
    """Let somebody act for the company from today on, and tell them: an invitation, or, to who has an account,
    a notice. Returns the person's id. The caller holds the address (`hold_address`), so that nobody else makes the
    account meanwhile.

    Raises CompanyError account_disabled, other_side."""
    found = connection.execute(_ACCOUNT, {"email": colleague.email, "today": maker.today}).mappings().first()
    if found is None:
        person_id = create_person(
            connection, colleague.email, colleague.name, (), maker.at, language=language
        )
    else:
        refused = rules.refuses_part(found["kinds"], disabled=found["disabled"])
        if refused:
            raise CompanyError(refused)
        person_id = str(found["id"])
    present = held(connection, organisation_id, maker.today).get(person_id)
    for role in roles:
        if present is None or role not in present.roles:
            give(connection, person_id, organisation_id, role, maker.today)
    if found is not None and found["in_use"]:
        tell_people(connection, "company_joined", organisation_id, [person_id], maker.at)
    else:
        links.make(connection, secret_key, colleague.email, "invitation", maker.at)
    return person_id


def account(connection: Connection, email: str, today: date) -> dict[str, Any] | None:
    """What is known of the account with this address; None when there is none."""
    found = connection.execute(_ACCOUNT, {"email": email, "today": today}).mappings().first()
    return None if found is None else dict(found)


def give(connection: Connection, person_id: str, organisation_id: str, role: str, today: date) -> None:
    """A role in the company from today on."""
    given = {"person": person_id, "organisation": organisation_id, "role": role, "today": today}
    connection.execute(_JOIN, given)


def end(
    connection: Connection, maker: Maker, person_id: str, organisation_id: str, roles: Sequence[str]
) -> None:
    """Roles end at once, and with them every session: what is open somewhere must be signed in to again."""
    given = {"person": person_id, "organisation": organisation_id, "roles": list(roles)}
    until = maker.today - timedelta(days=1)
    connection.execute(_END, {**given, "today": maker.today, "until": until})
    sessions.end_others(connection, person_id, maker.at)
