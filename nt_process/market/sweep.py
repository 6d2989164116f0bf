"""The sweep of the register: each date whose next reminder has come tells those who are to be told.

It works as the sweep of the clocks does (`deadlines/sweep.py`): the next reminder stands on the row,
what is due is a question to the database, any number of sweepers may run at once, and after any
downtime each missed rung is sent once, in order, marked late. `notice_market_once` stands behind.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from nt_process.infra.sweeps import Reminded, remind_until_done
from nt_process.kernel.calendar import STOCKHOLM

BATCH = 500

# The ATC code is the only typed text that a notice repeats; its form leaves no room for anything else.
_REMIND = sa.text("""
    WITH ripe AS MATERIALIZED (
        SELECT e.id, e.kind, e.atc, e.day, e.remind_months, e.remind_on, l.months, l.told
        FROM market_entry e JOIN market_ladder l ON l.kind = e.kind
        WHERE e.remind_on <= :today
        ORDER BY e.remind_on, e.id LIMIT :batch FOR UPDATE OF e SKIP LOCKED
    ),
    told AS (
        INSERT INTO notice (person_id, kind, subject, rung, due, late, params, created_at, mail, mail_after)
        SELECT p.id, 'market_reminder', r.id::text, r.remind_months, r.day, r.remind_on < :today,
               jsonb_build_object('kind', r.kind, 'atc', r.atc), :at,
               CASE p.mail WHEN 'each' THEN 'pending' ELSE p.mail END, :at
        FROM ripe r CROSS JOIN LATERAL recipients(r.told, NULL, NULL, :today) AS c
        JOIN person p ON p.id = c.person_id
        ORDER BY r.remind_on, r.id
        ON CONFLICT (subject, rung, due, person_id) WHERE kind = 'market_reminder' DO NOTHING
    ),
    moved AS (
        UPDATE market_entry e
        SET remind_months = following.rung,
            remind_on = (e.day - make_interval(months => following.rung))::date
        FROM ripe r CROSS JOIN LATERAL (
            SELECT max(step) AS rung FROM unnest(r.months) AS step WHERE step < r.remind_months
        ) AS following
        WHERE e.id = r.id
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM ripe) AS due, (SELECT count(*) FROM moved) AS sent
""")


def remind_market(engine: Engine, at: datetime, *, batch: int = BATCH) -> Reminded:
    """Tell of every date whose next rung has come by the day of `at` (UTC).

    Each statement takes one rung of each date and is its own transaction; it goes on until nothing
    is due, so a date that missed three rungs takes three turns.
    """
    parameters = {"today": at.astimezone(STOCKHOLM).date(), "at": at, "batch": batch}
    return remind_until_done(engine, _REMIND, parameters)
