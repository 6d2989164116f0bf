"""The sweep of rounds: each one whose next reminder has come tells those who have not answered.

It works as the other sweeps do (`market/sweep.py`): the next reminder stands on the row, any number of sweepers
may run at once, after any downtime each missed rung is sent once, in order, marked late, and
`notice_consultation_once` stands behind.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from nt_process.consultation.rules import ANSWERING, LADDER
from nt_process.infra.sweeps import Reminded, remind_until_done
from nt_process.kernel.calendar import STOCKHOLM

BATCH = 200

_REMIND = sa.text("""
    WITH ripe AS MATERIALIZED (
        SELECT id, case_number, last_day, remind_rung, remind_on FROM consultation
        WHERE remind_on <= :today ORDER BY remind_on, id LIMIT :batch FOR UPDATE SKIP LOCKED
    ),
    told AS (
        INSERT INTO notice (person_id, kind, subject, rung, due, late, params, created_at, mail, mail_after)
        SELECT DISTINCT p.id, 'consultation_reminder', r.id::text, r.remind_rung, r.last_day,
               r.remind_on < :today, jsonb_build_object('number', r.case_number), CAST(:at AS timestamptz),
               CASE p.mail WHEN 'each' THEN 'pending' ELSE p.mail END, CAST(:at AS timestamptz)
        FROM ripe r
        JOIN consultation_addressee a ON a.consultation_id = r.id AND a.answer_id IS NULL
        JOIN membership m ON m.organisation_id = a.organisation_id AND m.role = ANY (:roles)
            AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
        JOIN person p ON p.id = m.person_id AND p.disabled_at IS NULL
        ON CONFLICT (subject, rung, due, person_id) WHERE kind = 'consultation_reminder' AND rung IS NOT NULL
            DO NOTHING
    ),
    moved AS (
        UPDATE consultation c
        SET remind_rung = following.rung, remind_on = c.last_day + following.rung
        FROM ripe r CROSS JOIN LATERAL (
            SELECT min(step) AS rung FROM unnest(CAST(:ladder AS int[])) AS step WHERE step > r.remind_rung
        ) AS following
        WHERE c.id = r.id
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM ripe) AS due, (SELECT count(*) FROM moved) AS sent
""")


def remind_consultations(engine: Engine, at: datetime, *, batch: int = BATCH) -> Reminded:
    """Remind of every round whose next rung has come by the day of `at` (UTC), one rung at a time."""
    parameters = {
        "today": at.astimezone(STOCKHOLM).date(),
        "at": at,
        "batch": batch,
        "roles": list(ANSWERING),
        "ladder": list(LADDER),
    }
    return remind_until_done(engine, _REMIND, parameters)
