"""Reads of registrations, companies and their people. Every function takes the actor; what is not theirs to see
is not in the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.companies.rules import people as rules
from nt_process.identity.actor import SignedIn
from nt_process.identity.service import token_hash
from nt_process.infra.rows import Row
from nt_process.rights import INTERNAL, SECRETARIAT

MAX_SHOWN = 200

_OF_LINK = sa.text("SELECT * FROM registration_of_link(:hash)")
_REGISTRATIONS = sa.text("""
    SELECT * FROM registration WHERE :may_read AND state <> 'unconfirmed'
    ORDER BY state = 'waiting' DESC, coalesce(decided_at, used_at) DESC, id LIMIT :limit
""")
_REGISTRATION = sa.text("SELECT * FROM registration WHERE id = :id AND :may_read AND state <> 'unconfirmed'")
# What there is already that may be the same company: its name, its number, or where its people have mail.
_ALIKE = sa.text("""
    SELECT o.id, o.name, i.identifier,
           lower(o.name) = lower(:company) AS same_name,
           coalesce(i.identifier = :identifier, false) AS same_identifier,
           EXISTS (SELECT FROM company_domain d WHERE d.organisation_id = o.id AND d.domain = :domain) AS same_domain
    FROM organisation o LEFT JOIN company_identity i ON i.organisation_id = o.id
    WHERE :may_read AND o.kind = 'company' AND (
        search_fold(o.name) = search_fold(:company) OR i.identifier = :identifier
        OR EXISTS (SELECT FROM company_domain d WHERE d.organisation_id = o.id AND d.domain = :domain))
    ORDER BY sv_sort(o.name) LIMIT 20
""")
_COMPANIES = sa.text("""
    SELECT o.id, o.name, i.identifier, count(DISTINCT m.person_id) AS people,
           count(DISTINCT m.person_id) FILTER (WHERE m.role = 'company_administrator') AS administrators,
           (SELECT count(*) FROM cases c WHERE c.company_id = o.id AND NOT c.terminal) AS cases,
           (SELECT count(*) FROM company_request r WHERE r.organisation_id = o.id AND r.state = 'waiting') AS asked
    FROM organisation o
    LEFT JOIN company_identity i ON i.organisation_id = o.id
    LEFT JOIN membership m ON m.organisation_id = o.id AND m.role IN ('company_contact', 'company_administrator')
        AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
        AND EXISTS (SELECT FROM person p WHERE p.id = m.person_id AND p.disabled_at IS NULL)
    WHERE :may_read AND o.kind = 'company'
    GROUP BY o.id, i.identifier ORDER BY sv_sort(o.name)
""")
_OWN = sa.text("""
    SELECT o.id, o.name, array_agg(DISTINCT m.role) AS roles
    FROM membership m JOIN organisation o ON o.id = m.organisation_id
    WHERE m.person_id = :person AND o.kind = 'company' AND m.role IN ('company_contact', 'company_administrator')
      AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
    GROUP BY o.id ORDER BY sv_sort(o.name)
""")
_COMPANY = sa.text("""
    SELECT o.id, o.name, i.identifier FROM organisation o LEFT JOIN company_identity i ON i.organisation_id = o.id
    WHERE o.id = :organisation AND o.kind = 'company'
""")
_PEOPLE = sa.text("""
    SELECT p.id, p.name, p.email, array_agg(DISTINCT m.role) AS roles, min(m.valid_from) AS since,
           p.password_hash IS NOT NULL AS in_use
    FROM membership m JOIN person p ON p.id = m.person_id
    WHERE m.organisation_id = :organisation AND m.role IN ('company_contact', 'company_administrator')
      AND p.disabled_at IS NULL AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
    GROUP BY p.id ORDER BY sv_sort(p.name), p.id
""")
_DOMAINS = sa.text("SELECT domain FROM company_domain WHERE organisation_id = :organisation ORDER BY domain")
_REQUESTS = sa.text("""
    SELECT * FROM company_request WHERE organisation_id = :organisation
    ORDER BY state = 'waiting' DESC, asked_at DESC LIMIT 20
""")
_COMPANY_OF_REQUEST = sa.text("SELECT organisation_id FROM company_request WHERE id = :id AND :may_read")
_CHANGES = sa.text("""
    SELECT kind, subject, reason, person, side, at FROM company_change WHERE organisation_id = :organisation
    ORDER BY id DESC LIMIT :limit
""")
_CASES = sa.text("""
    SELECT c.number, c.medicine, k.person_id AS contact_id, p.name AS contact
    FROM cases c LEFT JOIN case_contact k ON k.case_id = c.id LEFT JOIN person p ON p.id = k.person_id
    WHERE c.company_id = :organisation AND NOT c.terminal ORDER BY c.number DESC LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class CompanyFile:
    """A company with those who act for it, its open cases, what was asked and every change, the latest first.

    `may_keep`: the reader may change who acts for it.
    """

    company: Row
    people: Sequence[Row]
    domains: Sequence[str]
    requests: Sequence[Row]
    cases: Sequence[Row]
    changes: Sequence[Row]
    may_keep: bool


def of_link(connection: Connection, token: str) -> Row | None:
    """The registration that a mailed link is of, for whoever holds the link."""
    return connection.execute(_OF_LINK, {"hash": token_hash(token)}).mappings().first()


def registrations(connection: Connection, actor: SignedIn) -> list[Row]:
    """Those that wait, then those that were decided, the latest first."""
    return list(connection.execute(_REGISTRATIONS, {**_secretariat(actor), "limit": MAX_SHOWN}).mappings())


def registration(connection: Connection, actor: SignedIn, registration_id: str) -> Row | None:
    given = {**_secretariat(actor), "id": registration_id}
    return connection.execute(_REGISTRATION, given).mappings().first()


def alike(connection: Connection, actor: SignedIn, asked: Row) -> list[Row]:
    """Companies that may be the one that registers."""
    given = {name: asked[name] for name in ("company", "identifier")}
    domain = rules.domain_of(asked["email"])
    return list(connection.execute(_ALIKE, {**_secretariat(actor), **given, "domain": domain}).mappings())


def companies(connection: Connection, actor: SignedIn, today: date) -> list[Row]:
    """Every company, with how many act for it, how many open cases it has and what it waits for."""
    return list(connection.execute(_COMPANIES, {**_secretariat(actor), "today": today}).mappings())


def own_companies(connection: Connection, actor: SignedIn, today: date) -> list[Row]:
    """The companies that the actor acts for today, with their roles there."""
    return list(connection.execute(_OWN, {"person": actor.id, "today": today}).mappings())


def company_file(
    connection: Connection, actor: SignedIn, organisation_id: str, today: date
) -> CompanyFile | None:
    """A company, for the council's own side and for those who act for it."""
    own = {str(row["id"]): row["roles"] for row in own_companies(connection, actor, today)}
    if organisation_id not in own and not INTERNAL.allows(actor.roles):
        return None
    given: dict[str, Any] = {"organisation": organisation_id, "today": today, "limit": MAX_SHOWN}
    company = connection.execute(_COMPANY, given).mappings().first()
    if company is None:
        return None
    may_keep = SECRETARIAT.allows(actor.roles) or rules.ADMINISTRATOR in own.get(organisation_id, ())
    return CompanyFile(
        company=company,
        people=list(connection.execute(_PEOPLE, given).mappings()),
        domains=list(connection.scalars(_DOMAINS, given)),
        requests=list(connection.execute(_REQUESTS, given).mappings()),
        cases=list(connection.execute(_CASES, given).mappings()),
        changes=list(connection.execute(_CHANGES, given).mappings()),
        may_keep=may_keep,
    )


def company_of_request(connection: Connection, actor: SignedIn, request_id: str) -> Any | None:
    """The id of the company that a request is from."""
    return connection.scalar(_COMPANY_OF_REQUEST, {**_secretariat(actor), "id": request_id})


def _secretariat(actor: SignedIn) -> dict[str, Any]:
    return {"may_read": SECRETARIAT.allows(actor.roles)}
