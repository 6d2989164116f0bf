"""Reads of administration. Every function takes the actor; who may not read gets nothing at all."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.administration.rules import ENDING_DAYS
from nt_process.identity.actor import SessionLimits, SignedIn
from nt_process.infra.rows import Row
from nt_process.rights import ADMINISTRATOR, AUDIT, REGISTER_READERS

PAGE_SIZE = 50
MOST = 200
PERSON_STATES = ("active", "invited", "no_second_factor", "without_mandate", "disabled")

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
_ENDING = sa.text("""
    SELECT m.id, m.role, m.valid_from, m.valid_to, m.speaks, o.id AS organisation_id, o.name AS organisation, m.person_id, p.name
    FROM membership m JOIN organisation o ON o.id = m.organisation_id JOIN person p ON p.id = m.person_id
    WHERE :may_read AND p.disabled_at IS NULL AND m.valid_to BETWEEN :today AND :until
      AND (:q = '' OR search_fold(p.name || ' ' || o.name) LIKE '%' || search_fold(:q) || '%')
    ORDER BY m.valid_to, sv_sort(p.name), m.id LIMIT 500
""")
_LINKS = sa.text("""
    SELECT purpose, made_at, expires_at, used_at, mailed_at FROM one_time_link
    WHERE person_id = :id AND :may_read ORDER BY made_at DESC LIMIT 10
""")
_SESSIONS = sa.text("""
    SELECT s.id, s.began_at, s.last_seen_at, s.client, s.address, s.strong, p.id AS person_id, p.name, p.email
    FROM session s JOIN person p ON p.id = s.person_id
    WHERE :may_read AND s.ended_at IS NULL AND NOT s.pending AND s.last_seen_at > :seen_after
      AND s.began_at > :began_after AND (CAST(:person AS uuid) IS NULL OR s.person_id = CAST(:person AS uuid))
      AND (:q = '' OR search_fold(p.name || ' ' || p.email) LIKE '%' || search_fold(:q) || '%')
    ORDER BY s.last_seen_at DESC, s.id LIMIT :limit
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
_ORGANISATIONS = sa.text("""
    SELECT o.id, o.kind, o.name, o.identifier, o.county_code, (
        SELECT count(DISTINCT m.person_id) FROM membership m JOIN person p ON p.id = m.person_id
        WHERE m.organisation_id = o.id AND p.disabled_at IS NULL AND m.valid_from <= :today
          AND (m.valid_to IS NULL OR m.valid_to >= :today)) AS people
    FROM organisation o
    WHERE :may_read AND (:kind = '' OR o.kind = :kind) AND (CAST(:id AS uuid) IS NULL OR o.id = CAST(:id AS uuid))
      AND (:q = '' OR search_fold(concat_ws(' ', o.name, o.identifier)) LIKE '%' || search_fold(:q) || '%')
    ORDER BY o.kind, sv_sort(o.name) LIMIT 1000
""")
_MAIL = sa.text("SELECT * FROM mail_log(:q, :state, :limit, :offset) WHERE :may_read")
_JOBS = sa.text("""
    SELECT id, kind, state, asked_at, run_after, attempts, fault, finished_at FROM job
    WHERE :may_read AND (:state = '' OR state = :state) ORDER BY id DESC LIMIT :limit
""")
_DENIALS = sa.text("""
    SELECT at, person_id, person, organisation, endpoint, method, object, reason FROM denial
    WHERE :may_read AND (:q = '' OR search_fold(concat_ws(' ', person, organisation, endpoint, object))
        LIKE '%' || search_fold(:q) || '%')
    ORDER BY at DESC, id DESC LIMIT :limit OFFSET :offset
""")
_NAMES = sa.text("SELECT id, name FROM person WHERE :may_read AND id = ANY (:ids)")


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of people is narrowed to. Empty values narrow nothing."""

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
    return _rows(connection, _LIST_PEOPLE, {**asked, **_window(page)}), total


def person(connection: Connection, actor: SignedIn, person_id: str) -> Row | None:
    asked = {"id": person_id, "may_read": REGISTER_READERS.allows(actor.roles)}
    return next(iter(_rows(connection, _PERSON, asked)), None)


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
    return _rows(connection, _MANDATES_OF, asked)


def mandate(connection: Connection, actor: SignedIn, mandate_id: str) -> Row | None:
    asked = {"id": mandate_id, "may_read": REGISTER_READERS.allows(actor.roles)}
    return next(iter(_rows(connection, _MANDATE, asked)), None)


def ending(connection: Connection, actor: SignedIn, today: date, q: str = "") -> list[Row]:
    """The mandates that end within ENDING_DAYS, the first to end first."""
    asked = {
        "may_read": REGISTER_READERS.allows(actor.roles),
        "today": today,
        "until": today + timedelta(days=ENDING_DAYS),
        "q": like(q),
    }
    return _rows(connection, _ENDING, asked)


def links(connection: Connection, actor: SignedIn, person_id: str) -> list[Row]:
    """The latest links that were mailed to a person: what for, when, whether they were used. Never the link."""
    return _rows(connection, _LINKS, {"id": person_id, "may_read": ADMINISTRATOR.allows(actor.roles)})


def sessions(
    connection: Connection,
    actor: SignedIn,
    at: datetime,
    limits: SessionLimits,
    *,
    person_id: str | None = None,
    q: str = "",
) -> list[Row]:
    """The sessions that open pages now, the one used last first."""
    asked = {
        "may_read": ADMINISTRATOR.allows(actor.roles),
        "seen_after": at - limits.idle,
        "began_after": at - limits.absolute,
        "person": person_id,
        "q": like(q),
        "limit": MOST,
    }
    return _rows(connection, _SESSIONS, asked)


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
    return _rows(connection, _CHANGES_OF, asked)


def history(connection: Connection, actor: SignedIn, q: str, page: int) -> list[Row]:
    asked = {"may_read": REGISTER_READERS.allows(actor.roles), "q": like(q), **_window(page)}
    return _rows(connection, _HISTORY, asked)


def organisations(
    connection: Connection, actor: SignedIn, today: date, *, q: str = "", kind: str = ""
) -> list[Row]:
    """Organisations with how many people act for them today."""
    return _rows(connection, _ORGANISATIONS, _about_organisations(actor, today, q=like(q), kind=kind))


def organisation(connection: Connection, actor: SignedIn, organisation_id: str, today: date) -> Row | None:
    found = _rows(connection, _ORGANISATIONS, _about_organisations(actor, today, id=organisation_id))
    return next(iter(found), None)


def _about_organisations(actor: SignedIn, today: date, **wanted: Any) -> dict[str, Any]:
    may_read = REGISTER_READERS.allows(actor.roles)
    return {"may_read": may_read, "today": today, "q": "", "kind": "", "id": None, **wanted}


def mail(connection: Connection, actor: SignedIn, q: str, state: str, page: int) -> list[Row]:
    """Mail to people: to whom, of which kind, how far it has come. Never what it says."""
    asked = {"may_read": ADMINISTRATOR.allows(actor.roles), "q": like(q), "state": state, **_window(page)}
    return _rows(connection, _MAIL, asked)


def jobs(connection: Connection, actor: SignedIn, state: str) -> list[Row]:
    """Work in the background, the latest first. Never what it is about or what it made."""
    return _rows(
        connection, _JOBS, {"may_read": ADMINISTRATOR.allows(actor.roles), "state": state, "limit": MOST}
    )


def denials(connection: Connection, actor: SignedIn, q: str, page: int) -> list[Row]:
    """Attempts to do what one may not, the latest first."""
    return _rows(connection, _DENIALS, {"may_read": AUDIT.allows(actor.roles), "q": like(q), **_window(page)})


def names(connection: Connection, actor: SignedIn, ids: list[str]) -> dict[str, str]:
    asked = {"may_read": REGISTER_READERS.allows(actor.roles), "ids": [uuid.UUID(one) for one in ids]}
    return {str(row["id"]): row["name"] for row in _rows(connection, _NAMES, asked)}


def like(text: str) -> str:
    r"""Words to be found anywhere: what LIKE reads as a pattern is read as it stands."""
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _rows(connection: Connection, statement: sa.TextClause, asked: dict[str, Any]) -> list[Row]:
    return list(connection.execute(statement, asked).mappings())


def _window(page: int) -> dict[str, int]:
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
