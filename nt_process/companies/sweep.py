"""The sweep of slots: a company is reminded before the last day to file for the meeting that its case is heard at.

It works as the sweeps of clocks and of the register do (`deadlines/sweep.py`, `market/sweep.py`): the next reminder
stands on the row, and after any downtime each missed rung is sent once, marked late. `notice_slot_once` stands behind.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from nt_process.companies.rules.meetings import REMIND_DAYS
from nt_process.infra.sweeps import Reminded, remind_until_done
from nt_process.kernel.calendar import STOCKHOLM

BATCH = 500

_REMIND = sa.text("""
    WITH ripe AS MATERIALIZED (
        SELECT s.case_id, s.meeting_id, s.remind_days, s.remind_on, m.file_by, c.company_id, c.terminal
        FROM meeting_slot s JOIN council_meeting m ON m.id = s.meeting_id JOIN cases c ON c.id = s.case_id
        WHERE s.remind_on <= :today
        ORDER BY s.remind_on, s.case_id LIMIT :batch FOR UPDATE OF s SKIP LOCKED
    ),
    told AS (
        INSERT INTO notice (person_id, case_id, kind, subject, rung, due, late, created_at, mail, mail_after)
        SELECT p.id, r.case_id, 'slot_reminder', r.meeting_id::text, r.remind_days, r.file_by, r.remind_on < :today,
               :at, CASE p.mail WHEN 'each' THEN 'pending' ELSE p.mail END, :at
        FROM ripe r
        CROSS JOIN LATERAL recipients(ARRAY['company_contact'], NULL, r.company_id, :today) AS c
        JOIN person p ON p.id = c.person_id
        LEFT JOIN case_contact k ON k.case_id = r.case_id
            AND k.person_id IN (SELECT person_id FROM recipients(ARRAY['company_contact'], NULL, r.company_id, :today))
        WHERE NOT r.terminal AND (k.person_id IS NULL OR k.person_id = p.id)
        ORDER BY r.remind_on, r.case_id
        ON CONFLICT (case_id, subject, rung, due, person_id) WHERE kind = 'slot_reminder' DO NOTHING
    ),
    moved AS (
        UPDATE meeting_slot s
        SET remind_days = following.rung, remind_on = r.file_by - following.rung::int
        FROM ripe r CROSS JOIN LATERAL (
            SELECT max(step) AS rung FROM unnest(CAST(:rungs AS smallint[])) AS step WHERE step < r.remind_days
        ) AS following
        WHERE s.case_id = r.case_id AND s.meeting_id = r.meeting_id
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM ripe) AS due, (SELECT count(*) FROM moved) AS sent
""")


def remind_slots(engine: Engine, at: datetime, *, batch: int = BATCH) -> Reminded:
    """Remind of every slot whose next rung has come by the day of `at` (UTC), until nothing is due."""
    today = at.astimezone(STOCKHOLM).date()
    parameters = {"today": today, "at": at, "batch": batch, "rungs": list(REMIND_DAYS)}
    return remind_until_done(engine, _REMIND, parameters)
