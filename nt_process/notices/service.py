"""Commands on notices: what comes once a day and once a month, and what a reader does with the list."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.kernel.calendar import STOCKHOLM

DIGEST_TIME = time(7)

# One process at a time does what comes once a period; the others leave it to that one.
_PERIODIC_LOCK = sa.text("SELECT pg_try_advisory_xact_lock(:key)")
_LOCK_KEY = 0x4E54_0004

# The notices that a digest gathers are no mail of their own any more; the digest carries their ids.
_GATHER = sa.text("""
    WITH gathered AS (
        UPDATE notice n SET mail = 'none'
        WHERE n.mail = 'digest' AND n.created_at < :until AND NOT EXISTS (
            SELECT FROM notice d WHERE d.person_id = n.person_id AND d.kind = 'digest' AND d.subject = :day)
        RETURNING n.person_id, n.id
    )
    INSERT INTO notice (person_id, kind, subject, params, created_at, read_at, mail, mail_after)
    SELECT person_id, 'digest', :day, jsonb_build_object('notices', jsonb_agg(id ORDER BY id)), :at, :at,
           'pending', :at
    FROM gathered GROUP BY person_id
""")

# Without any event before the month's end there is nothing to report on.
_REPORT = sa.text("""
    INSERT INTO notice (person_id, kind, subject, created_at, mail, mail_after)
    SELECT p.id, 'monthly_report', :month, :at, CASE p.mail WHEN 'each' THEN 'pending' ELSE p.mail END, :at
    FROM recipients(ARRAY['management'], NULL, NULL, :first_day) r JOIN person p ON p.id = r.person_id
    WHERE EXISTS (SELECT FROM event WHERE at < :first_instant)
    ON CONFLICT (person_id, kind, subject) WHERE kind IN ('monthly_report', 'digest') DO NOTHING
""")

_READ_ONE = sa.text(
    "UPDATE notice SET read_at = :at WHERE id = :id AND person_id = :person AND read_at IS NULL"
)
_READ_UP_TO = sa.text(
    "UPDATE notice SET read_at = :at WHERE id <= :id AND person_id = :person AND read_at IS NULL"
)


def announce_periodic(connection: Connection, at: datetime) -> None:
    """Make the month's report notice and the day's digests when their time has come and nobody has yet.

    Belongs in a transaction of the caller's. After downtime the latest of each is made, once.
    """
    if not connection.scalar(_PERIODIC_LOCK, {"key": _LOCK_KEY}):
        return
    local = at.astimezone(STOCKHOLM)
    first_day = local.date().replace(day=1)
    month = (first_day - timedelta(days=1)).strftime("%Y-%m")
    first_instant = datetime.combine(first_day, time(), STOCKHOLM)
    connection.execute(
        _REPORT, {"month": month, "first_day": first_day, "first_instant": first_instant, "at": at}
    )
    until = datetime.combine(local.date(), DIGEST_TIME, STOCKHOLM)
    if local < until:
        until = datetime.combine(local.date() - timedelta(days=1), DIGEST_TIME, STOCKHOLM)
    connection.execute(_GATHER, {"until": until, "day": until.date().isoformat(), "at": at})


def mark_read(connection: Connection, person_id: str, notice_id: int, at: datetime) -> None:
    """Mark one of the person's own notices as read; another's is left as it is."""
    connection.execute(_READ_ONE, {"person": person_id, "id": notice_id, "at": at})


def mark_read_up_to(connection: Connection, person_id: str, notice_id: int, at: datetime) -> None:
    """Mark all of the person's notices up to `notice_id` as read: those that the reader has been shown."""
    connection.execute(_READ_UP_TO, {"person": person_id, "id": notice_id, "at": at})
