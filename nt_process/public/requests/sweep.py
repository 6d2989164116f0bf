"""The sweep of requests: the secretariat is told that one has come, and again when it still waits.

It works as the other sweeps do (`infra/sweeps.py`); `notice_document_request_once` stands behind. Whoever is to decide is
told alone from the second time on, as long as they are in the secretariat; else everybody there.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from nt_process.infra.sweeps import Reminded, remind_until_done
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.public.requests.rules import LADDER, WEEK

BATCH = 200

_REMIND = sa.text("""
    WITH ripe AS MATERIALIZED (
        SELECT id, made_at, decider_id, remind_rung, remind_at FROM document_request
        WHERE remind_at <= :at ORDER BY remind_at, id LIMIT :batch FOR UPDATE SKIP LOCKED
    ),
    secretariat AS (
        SELECT DISTINCT p.id, p.mail FROM membership m JOIN person p ON p.id = m.person_id AND p.disabled_at IS NULL
        WHERE m.role = 'secretariat' AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
    ),
    told AS (
        INSERT INTO notice (person_id, kind, subject, rung, late, created_at, mail, mail_after)
        SELECT s.id, 'document_request', r.id::text, r.remind_rung, r.remind_at < CAST(:at AS timestamptz) - interval '1 day',
               CAST(:at AS timestamptz), CASE s.mail WHEN 'each' THEN 'pending' ELSE s.mail END,
               CAST(:at AS timestamptz)
        FROM ripe r JOIN secretariat s ON s.id = r.decider_id
            OR r.decider_id IS NULL OR NOT EXISTS (SELECT FROM secretariat x WHERE x.id = r.decider_id)
        ON CONFLICT (subject, rung, person_id) WHERE kind = 'document_request' DO NOTHING
    ),
    moved AS (
        UPDATE document_request d
        SET remind_rung = following.rung, remind_at = r.made_at + following.rung * interval '1 day'
        FROM ripe r CROSS JOIN LATERAL (
            SELECT coalesce(min(step), r.remind_rung + :week) AS rung
            FROM unnest(CAST(:ladder AS int[])) AS step WHERE step > r.remind_rung
        ) AS following
        WHERE d.id = r.id
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM ripe) AS due, (SELECT count(*) FROM moved) AS sent
""")


def remind_requests(engine: Engine, at: datetime, *, batch: int = BATCH) -> Reminded:
    """Tell of every request whose next day of waiting has come by `at` (UTC), one at a time."""
    parameters = {
        "at": at,
        "today": at.astimezone(STOCKHOLM).date(),
        "batch": batch,
        "week": WEEK,
        "ladder": list(LADDER),
    }
    return remind_until_done(engine, _REMIND, parameters)
