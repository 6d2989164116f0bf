"""Reads of registrations, companies and their people. Every function takes the actor; what is not theirs to see
is not in the answer."""

from __future__ import annotations

import uuid
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
from nt_process.kernel.search import like
from nt_process.rights import INTERNAL, SECRETARIAT

MAX_SHOWN = 200
PAGE_SIZE = 50
APPROVAL_SOURCES = ("registration", "request")

_OF_LINK = sa.text("SELECT * FROM registration_of_link(:hash)")
_REGISTRATIONS = sa.text("""
    SELECT * FROM registration WHERE :may_read AND state <> 'unconfirmed'
    ORDER BY state = 'waiting' DESC, coalesce(decided_at, used_at) DESC, id LIMIT :limit
""")
# Registrations and requests to let a colleague in, as one list of what the secretariat says yes or no to.
_APPROVAL = """
    SELECT 'registration' AS source, r.id, r.company, r.identifier, r.name, r.email, r.state, r.used_at AS asked_at,
           r.decided_by, r.decided_at, r.reason, r.organisation_id
    FROM registration r WHERE :may_read AND r.state <> 'unconfirmed'
    UNION ALL
    SELECT 'request', q.id, o.name, NULL, q.name, q.email, q.state, q.asked_at, q.decided_by, q.decided_at, q.reason,
           q.organisation_id
    FROM company_request q JOIN organisation o ON o.id = q.organisation_id WHERE :may_read
"""
_APPROVALS_FOUND = f"""
    FROM ({_APPROVAL}) AS a
    WHERE (:state = '' OR a.state = :state) AND (:source = '' OR a.source = :source)
      AND (:q = '' OR search_fold(concat_ws(' ', a.company, a.identifier, a.name, a.email, a.decided_by))
           LIKE '%' || search_fold(:q) || '%')
"""
_APPROVALS = sa.text(f"""
    SELECT a.* {_APPROVALS_FOUND}
    ORDER BY a.state = 'waiting' DESC, coalesce(a.decided_at, a.asked_at) DESC, a.id LIMIT :limit OFFSET :offset
""")
_COUNT_APPROVALS = sa.text(f"SELECT count(*) {_APPROVALS_FOUND}")
_APPROVALS_BY_ID = sa.text(f"SELECT a.* FROM ({_APPROVAL}) AS a WHERE a.id = ANY (:ids)")  # noqa: S608 - a constant
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


def approvals(
    connection: Connection, actor: SignedIn, page: int, *, q: str, source: str, state: str
) -> tuple[list[Row], int]:
    """One page of what is or was to be approved, what waits first, then the latest; and how many there are in all.

    `source` is one of APPROVAL_SOURCES or "", `state` a state or "".
    """
    asked = {**_secretariat(actor), "q": like(q), "source": source, "state": state}
    total = int(connection.execute(_COUNT_APPROVALS, asked).scalar_one())
    window = {"limit": PAGE_SIZE, "offset": (page - 1) * PAGE_SIZE}
    return list(connection.execute(_APPROVALS, {**asked, **window}).mappings()), total


def approvals_by_id(connection: Connection, actor: SignedIn, ids: Sequence[str]) -> list[Row]:
    given = {**_secretariat(actor), "ids": [uuid.UUID(one) for one in ids]}
    return list(connection.execute(_APPROVALS_BY_ID, given).mappings())


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
