"""Reads of administration. Every function takes the actor; who may not read gets nothing at all."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.administration.rules import ENDING_DAYS
from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row
from nt_process.kernel.search import like
from nt_process.rights import ADMINISTRATOR, REGISTER_READERS, Policy

PAGE_SIZE = 50
MOST = 200
PERSON_STATES = ("active", "invited", "no_second_factor", "without_mandate", "disabled")
MANDATE_STATES = ("ending", "holds", "ended", "later", "all")

_HAS_FACTOR = """
    (EXISTS (SELECT FROM authenticator a WHERE a.person_id = p.id AND a.confirmed_at IS NOT NULL)
     OR EXISTS (SELECT FROM passkey k WHERE k.person_id = p.id))
"""
_PEOPLE = f"""
    FROM person p
    CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(DISTINCT m.role ORDER BY m.role), '{{}}') AS roles,
               coalesce(array_agg(DISTINCT o.name ORDER BY o.name), '{{}}') AS organisations,
               coalesce(array_agg(DISTINCT o.id), '{{}}') AS organisation_ids
        FROM membership m JOIN organisation o ON o.id = m.organisation_id
        WHERE m.person_id = p.id AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
    ) held
    WHERE :may_read
      AND (:q = '' OR search_fold(p.name || ' ' || p.email) LIKE '%' || search_fold(:q) || '%')
      AND (:role = '' OR :role = ANY (held.roles))
      AND (CAST(:organisation AS uuid) IS NULL OR CAST(:organisation AS uuid) = ANY (held.organisation_ids))
      AND CASE :state WHEN 'active' THEN p.disabled_at IS NULL
          WHEN 'invited' THEN p.disabled_at IS NULL AND p.password_hash IS NULL
          WHEN 'no_second_factor' THEN p.disabled_at IS NULL AND NOT {_HAS_FACTOR}
          WHEN 'without_mandate' THEN p.disabled_at IS NULL AND held.roles = '{{}}'
          WHEN 'disabled' THEN p.disabled_at IS NOT NULL ELSE true END
"""  # noqa: S608 - a constant of this program
_LIST_PEOPLE = sa.text(f"""
    SELECT p.id, p.name, p.email, p.disabled_at, p.password_hash IS NOT NULL AS has_password, held.roles,
           held.organisations, {_HAS_FACTOR} AS has_factor
    {_PEOPLE} ORDER BY sv_sort(p.name), p.id LIMIT :limit OFFSET :offset
""")
_COUNT_PEOPLE = sa.text(f"SELECT count(*) {_PEOPLE}")
_PERSON = sa.text("""
    SELECT p.id, p.name, p.email, p.language, p.mail, p.created_at, p.disabled_at,
           p.password_hash IS NOT NULL AS has_password,
           EXISTS (SELECT FROM authenticator a WHERE a.person_id = p.id AND a.confirmed_at IS NOT NULL) AS authenticator,
           (SELECT count(*) FROM passkey k WHERE k.person_id = p.id) AS passkeys,
           (SELECT count(*) FROM recovery_code c WHERE c.person_id = p.id AND c.used_at IS NULL) AS codes,
           EXISTS (SELECT FROM federated_identity f WHERE f.person_id = p.id) AS federated
    FROM person p WHERE p.id = :id AND :may_read
""")
_MANDATES_OF = sa.text("""
    SELECT m.id, m.role, m.valid_from, m.valid_to, m.speaks, o.id AS organisation_id, o.name AS organisation, o.kind,
           m.person_id, p.name, p.disabled_at
    FROM membership m JOIN organisation o ON o.id = m.organisation_id JOIN person p ON p.id = m.person_id
    WHERE :may_read AND (m.person_id = :person OR m.organisation_id = :organisation)
    ORDER BY m.valid_to IS NOT NULL AND m.valid_to < :today, sv_sort(p.name), m.valid_from DESC, m.id LIMIT 500
""").bindparams(sa.bindparam("person", type_=sa.Uuid), sa.bindparam("organisation", type_=sa.Uuid))
_MANDATE = sa.text("""
    SELECT m.id, m.role, m.valid_from, m.valid_to, m.speaks, m.person_id, p.name, o.name AS organisation
    FROM membership m JOIN organisation o ON o.id = m.organisation_id JOIN person p ON p.id = m.person_id
    WHERE m.id = :id AND :may_read
""")
# On any day a mandate holds, has ended (or ended before it began) or begins later, and nothing else.
_EVERY_MANDATE = """
    FROM membership m JOIN organisation o ON o.id = m.organisation_id JOIN person p ON p.id = m.person_id
    WHERE :may_read AND (:role = '' OR m.role = :role)
      AND (CAST(:organisation AS uuid) IS NULL OR o.id = CAST(:organisation AS uuid))
      AND (:q = '' OR search_fold(p.name || ' ' || o.name) LIKE '%' || search_fold(:q) || '%')
      AND CASE :state
          WHEN 'ending' THEN p.disabled_at IS NULL AND m.valid_to BETWEEN :today AND :until
          WHEN 'holds' THEN m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
          WHEN 'ended' THEN m.valid_to < greatest(:today, m.valid_from)
          WHEN 'later' THEN m.valid_from > :today AND (m.valid_to IS NULL OR m.valid_to >= m.valid_from)
          ELSE true END
"""
_LIST_MANDATES = sa.text(f"""
    SELECT m.id, m.role, m.valid_from, m.valid_to, m.speaks, o.id AS organisation_id, o.name AS organisation,
           m.person_id, p.name, p.disabled_at
    {_EVERY_MANDATE}
    ORDER BY CASE WHEN :state = 'ending' THEN m.valid_to END, sv_sort(p.name), m.valid_from DESC, m.id
    LIMIT :limit OFFSET :offset
""")
_COUNT_MANDATES = sa.text(f"SELECT count(*) {_EVERY_MANDATE}")
_NAME_MANDATES = sa.text("""
    SELECT m.id, m.role, m.person_id, p.name, o.name AS organisation
    FROM membership m JOIN organisation o ON o.id = m.organisation_id JOIN person p ON p.id = m.person_id
    WHERE :may_read AND m.id = ANY (:ids)
""")
_LINKS = sa.text("""
    SELECT purpose, made_at, expires_at, used_at, mailed_at FROM one_time_link
    WHERE person_id = :id AND :may_read ORDER BY made_at DESC LIMIT 10
""")
_CHANGES = """
    SELECT c.id, c.at, c.actor_id, c.actor, c.what, c.old, c.new, c.person_id, p.name AS person, c.organisation_id,
           o.name AS organisation
    FROM administrative_change c LEFT JOIN person p ON p.id = c.person_id
    LEFT JOIN organisation o ON o.id = c.organisation_id
"""
_CHANGES_OF = sa.text(f"""
    {_CHANGES} WHERE :may_read AND (c.person_id = :person OR c.organisation_id = :organisation)
    ORDER BY c.id DESC LIMIT {MOST}
""").bindparams(sa.bindparam("person", type_=sa.Uuid), sa.bindparam("organisation", type_=sa.Uuid))
_HISTORY = sa.text(f"""
    {_CHANGES} WHERE :may_read AND (:q = '' OR search_fold(concat_ws(' ', p.name, o.name, c.actor, c.old, c.new))
        LIKE '%' || search_fold(:q) || '%')
    ORDER BY c.id DESC LIMIT :limit OFFSET :offset
""")
_EVERY_ORGANISATION = """
    FROM organisation o
    WHERE :may_read AND (:kind = '' OR o.kind = :kind) AND (CAST(:ids AS uuid[]) IS NULL OR o.id = ANY (CAST(:ids AS uuid[])))
      AND (:q = '' OR search_fold(concat_ws(' ', o.name, o.identifier)) LIKE '%' || search_fold(:q) || '%')
"""
_ORGANISATIONS = sa.text(f"""
    SELECT o.id, o.kind, o.name, o.identifier, o.county_code, (
        SELECT count(DISTINCT m.person_id) FROM membership m JOIN person p ON p.id = m.person_id
        WHERE m.organisation_id = o.id AND p.disabled_at IS NULL AND m.valid_from <= :today
          AND (m.valid_to IS NULL OR m.valid_to >= :today)) AS people
    {_EVERY_ORGANISATION} ORDER BY o.kind, sv_sort(o.name), o.id LIMIT :limit OFFSET :offset
""")  # noqa: S608 - a constant of this program
_COUNT_ORGANISATIONS = sa.text(f"SELECT count(*) {_EVERY_ORGANISATION}")
_CHOICES = sa.text("SELECT id, name FROM organisation WHERE :may_read ORDER BY kind, sv_sort(name), id")
_NAMES = sa.text("SELECT id, name FROM person WHERE :may_read AND id = ANY (:ids)")


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of people or mandates is narrowed to. Empty values narrow nothing."""

    q: str = ""
    role: str = ""
    organisation: str = ""
    state: str = ""


def people(
    connection: Connection, actor: SignedIn, chosen: Filter, page: int, today: date
) -> tuple[list[Row], int]:
    """One page of people by name, and how many there are in all."""
    asked = {
        "may_read": REGISTER_READERS.allows(actor.roles),
        "q": like(chosen.q),
        "role": chosen.role,
        "organisation": _uuid(chosen.organisation),
        "state": chosen.state,
        "today": today,
    }
    total = int(connection.execute(_COUNT_PEOPLE, asked).scalar_one())
    return rows_of(connection, _LIST_PEOPLE, {**asked, **window(page)}), total


def person(connection: Connection, actor: SignedIn, person_id: str) -> Row | None:
    asked = {"id": person_id, "may_read": REGISTER_READERS.allows(actor.roles)}
    return next(iter(rows_of(connection, _PERSON, asked)), None)


def mandates(
    connection: Connection,
    actor: SignedIn,
    today: date,
    *,
    person_id: str | None = None,
    organisation_id: str | None = None,
) -> list[Row]:
    """The mandates of a person or in an organisation; those that have ended come last."""
    asked = {
        "may_read": REGISTER_READERS.allows(actor.roles),
        "person": _uuid(person_id or ""),
        "organisation": _uuid(organisation_id or ""),
        "today": today,
    }
    return rows_of(connection, _MANDATES_OF, asked)


def mandate(connection: Connection, actor: SignedIn, mandate_id: str) -> Row | None:
    asked = {"id": mandate_id, "may_read": REGISTER_READERS.allows(actor.roles)}
    return next(iter(rows_of(connection, _MANDATE, asked)), None)


def every_mandate(
    connection: Connection, actor: SignedIn, chosen: Filter, page: int, today: date
) -> tuple[list[Row], int]:
    """One page of mandates, and how many there are in all; of those that end within ENDING_DAYS the first to end
    first. `chosen.state` is one of MANDATE_STATES."""
    asked = {
        "may_read": REGISTER_READERS.allows(actor.roles),
        "q": like(chosen.q),
        "role": chosen.role,
        "organisation": _uuid(chosen.organisation),
        "state": chosen.state,
        "today": today,
        "until": today + timedelta(days=ENDING_DAYS),
    }
    total = int(connection.execute(_COUNT_MANDATES, asked).scalar_one())
    return rows_of(connection, _LIST_MANDATES, {**asked, **window(page)}), total


def mandates_by_id(connection: Connection, actor: SignedIn, ids: list[str]) -> list[Row]:
    """The person, the role and the organisation of each of these mandates that is there."""
    return rows_of(connection, _NAME_MANDATES, about(actor, REGISTER_READERS, ids))


def links(connection: Connection, actor: SignedIn, person_id: str) -> list[Row]:
    """The latest links that were mailed to a person: what for, when, whether they were used. Never the link."""
    return rows_of(connection, _LINKS, {"id": person_id, "may_read": ADMINISTRATOR.allows(actor.roles)})


def changes(
    connection: Connection,
    actor: SignedIn,
    *,
    person_id: str | None = None,
    organisation_id: str | None = None,
) -> list[Row]:
    """What has been changed about a person or an organisation, the latest first."""
    asked = {
        "may_read": REGISTER_READERS.allows(actor.roles),
        "person": _uuid(person_id or ""),
        "organisation": _uuid(organisation_id or ""),
    }
    return rows_of(connection, _CHANGES_OF, asked)


def history(connection: Connection, actor: SignedIn, q: str, page: int) -> list[Row]:
    asked = {"may_read": REGISTER_READERS.allows(actor.roles), "q": like(q), **window(page)}
    return rows_of(connection, _HISTORY, asked)


def organisations(
    connection: Connection, actor: SignedIn, today: date, page: int, *, q: str = "", kind: str = ""
) -> tuple[list[Row], int]:
    """One page of organisations with how many people act for them today, and how many there are in all."""
    asked = _about_organisations(actor, today, q=like(q), kind=kind)
    total = int(connection.execute(_COUNT_ORGANISATIONS, asked).scalar_one())
    return rows_of(connection, _ORGANISATIONS, {**asked, **window(page)}), total


def all_organisations(
    connection: Connection,
    actor: SignedIn,
    today: date,
    *,
    q: str = "",
    kind: str = "",
    ids: list[str] | None = None,
) -> list[Row]:
    """Every organisation that matches, or every one of those with the ids, as `organisations` gives them."""
    asked = _about_organisations(actor, today, q=like(q), kind=kind, ids=ids)
    return rows_of(connection, _ORGANISATIONS, {**asked, "limit": None, "offset": 0})


def organisation(connection: Connection, actor: SignedIn, organisation_id: str, today: date) -> Row | None:
    return next(iter(all_organisations(connection, actor, today, ids=[organisation_id])), None)


def organisation_choices(connection: Connection, actor: SignedIn) -> list[Row]:
    """Every organisation's id and name, to choose among."""
    return rows_of(connection, _CHOICES, {"may_read": REGISTER_READERS.allows(actor.roles)})


def _about_organisations(actor: SignedIn, today: date, **wanted: Any) -> dict[str, Any]:
    may_read = REGISTER_READERS.allows(actor.roles)
    return {"may_read": may_read, "today": today, "q": "", "kind": "", "ids": None, **wanted}


def names(connection: Connection, actor: SignedIn, ids: list[str]) -> dict[str, str]:
    return {
        str(row["id"]): row["name"]
        for row in rows_of(connection, _NAMES, about(actor, REGISTER_READERS, ids))
    }


def about(actor: SignedIn, readers: Policy, ids: list[str]) -> dict[str, Any]:
    return {"may_read": readers.allows(actor.roles), "ids": [uuid.UUID(one) for one in ids]}


def rows_of(connection: Connection, statement: sa.TextClause, asked: dict[str, Any]) -> list[Row]:
    return list(connection.execute(statement, asked).mappings())


def window(page: int) -> dict[str, int]:
    """One more row than a page shows says whether there is another page."""
    return {"limit": PAGE_SIZE + 1, "offset": (max(page, 1) - 1) * PAGE_SIZE}


def _uuid(text: str) -> uuid.UUID | None:
    """None for no id at all; what is not one names nothing that is there."""
    if not text:
        return None
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)
