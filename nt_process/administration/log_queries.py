"""Reads of what the system does: sessions, mail, jobs, and what was denied. Every function takes the actor."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.administration.queries import about, rows_of, window
from nt_process.identity.actor import SessionLimits, SignedIn
from nt_process.infra.rows import Row
from nt_process.kernel.search import like
from nt_process.rights import ADMINISTRATOR, AUDIT

_SESSIONS = sa.text("""
    SELECT s.id, s.began_at, s.last_seen_at, s.client, s.address, s.strong, p.id AS person_id, p.name, p.email
    FROM session s JOIN person p ON p.id = s.person_id
    WHERE :may_read AND s.ended_at IS NULL AND NOT s.pending AND s.last_seen_at > :seen_after
      AND s.began_at > :began_after AND (CAST(:person AS uuid) IS NULL OR s.person_id = CAST(:person AS uuid))
      AND (:q = '' OR search_fold(p.name || ' ' || p.email) LIKE '%' || search_fold(:q) || '%')
    ORDER BY s.last_seen_at DESC, s.id LIMIT :limit OFFSET :offset
""")
_NAME_SESSIONS = sa.text("""
    SELECT s.id, p.id AS person_id, p.name FROM session s JOIN person p ON p.id = s.person_id
    WHERE :may_read AND s.id = ANY (:ids)
""")
_MAIL = sa.text("SELECT * FROM mail_log(:q, :state, :limit, :offset) WHERE :may_read")
_JOBS = sa.text("""
    SELECT id, kind, state, asked_at, run_after, attempts, fault, finished_at FROM job
    WHERE :may_read AND (:state = '' OR state = :state) AND (:kind = '' OR kind = :kind)
      AND (:q = '' OR id::text = :q OR lower(kind) LIKE '%' || lower(:q) || '%')
    ORDER BY id DESC LIMIT :limit OFFSET :offset
""")
_JOB_KINDS = sa.text("SELECT DISTINCT kind FROM job WHERE :may_read ORDER BY kind")
_NAME_JOBS = sa.text("SELECT id, kind FROM job WHERE :may_read AND id = ANY (:ids)")
_DENIALS = sa.text("""
    SELECT at, person_id, person, organisation, endpoint, method, object, reason FROM denial
    WHERE :may_read AND (:q = '' OR search_fold(concat_ws(' ', person, organisation, endpoint, object))
        LIKE '%' || search_fold(:q) || '%')
    ORDER BY at DESC, id DESC LIMIT :limit OFFSET :offset
""")


def sessions(
    connection: Connection,
    actor: SignedIn,
    at: datetime,
    limits: SessionLimits,
    *,
    person_id: str | None = None,
    q: str = "",
    page: int = 1,
) -> list[Row]:
    """One page of the sessions that open pages now, the one used last first."""
    asked = {
        "may_read": ADMINISTRATOR.allows(actor.roles),
        "seen_after": at - limits.idle,
        "began_after": at - limits.absolute,
        "person": person_id,
        "q": like(q),
        **window(page),
    }
    return rows_of(connection, _SESSIONS, asked)


def sessions_by_id(connection: Connection, actor: SignedIn, ids: list[str]) -> list[Row]:
    """Whose each of these sessions is."""
    return rows_of(connection, _NAME_SESSIONS, about(actor, ADMINISTRATOR, ids))


def mail(connection: Connection, actor: SignedIn, q: str, state: str, page: int) -> list[Row]:
    """Mail to people: to whom, of which kind, how far it has come. Never what it says."""
    asked = {"may_read": ADMINISTRATOR.allows(actor.roles), "q": like(q), "state": state, **window(page)}
    return rows_of(connection, _MAIL, asked)


def failed_mail(connection: Connection, actor: SignedIn, keys: list[str]) -> dict[str, Row]:
    """To whom each of this mail goes, by its key ("source id"), where it could not be sent."""
    asked = {"may_read": ADMINISTRATOR.allows(actor.roles), "q": "", "state": "failed"}
    found = rows_of(connection, _MAIL, {**asked, "limit": 100_000, "offset": 0})
    by_key = {f"{row['source']} {row['id']}": row for row in found}
    return {key: by_key[key] for key in keys if key in by_key}


def jobs(
    connection: Connection, actor: SignedIn, page: int, *, q: str = "", kind: str = "", state: str = ""
) -> list[Row]:
    """Work in the background by its number or kind, the latest first. Never what it is about or what it made."""
    asked = {
        "may_read": ADMINISTRATOR.allows(actor.roles),
        "q": like(q.strip()),
        "kind": kind,
        "state": state,
    }
    return rows_of(connection, _JOBS, {**asked, **window(page)})


def job_kinds(connection: Connection, actor: SignedIn) -> list[str]:
    return list(connection.scalars(_JOB_KINDS, {"may_read": ADMINISTRATOR.allows(actor.roles)}))


def jobs_by_id(connection: Connection, actor: SignedIn, ids: list[int]) -> list[Row]:
    return rows_of(connection, _NAME_JOBS, {"may_read": ADMINISTRATOR.allows(actor.roles), "ids": ids})


def denials(connection: Connection, actor: SignedIn, q: str, page: int) -> list[Row]:
    """Attempts to do what one may not, the latest first."""
    return rows_of(
        connection, _DENIALS, {"may_read": AUDIT.allows(actor.roles), "q": like(q), **window(page)}
    )
