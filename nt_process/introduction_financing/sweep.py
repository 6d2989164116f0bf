"""The sweep of what ends: a period of introduction financing, and joint liability for an orphan drug.

It works as the sweep of the register of dates does (`market/sweep.py`): the next rung stands on the row, any number of
sweepers may run at once, after any downtime each missed rung is sent once, in order, marked late, and
`notice_financing_once` stands behind. A notice repeats nothing that anybody has typed but the ATC code.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from nt_process.infra.sweeps import Reminded, remind_until_done
from nt_process.introduction_financing.rules import period, pot
from nt_process.kernel.calendar import STOCKHOLM

BATCH = 500


def _statement(table: str, day: str, kind: str, of_region: str) -> sa.TextClause:
    """One rung of each row of `table` that is due, told to the secretariat and to the representatives of regions."""
    return sa.text(f"""
        WITH ripe AS MATERIALIZED (
            SELECT * FROM {table} WHERE remind_on <= :today
            ORDER BY remind_on, id LIMIT :batch FOR UPDATE SKIP LOCKED
        ),
        told AS (
            INSERT INTO notice (person_id, kind, subject, rung, due, late, params, created_at, mail, mail_after)
            SELECT DISTINCT p.id, '{kind}', r.id::text, r.remind_months, r.{day}, r.remind_on < :today,
                   jsonb_build_object('atc', r.atc), CAST(:at AS timestamptz),
                   CASE p.mail WHEN 'each' THEN 'pending' ELSE p.mail END, CAST(:at AS timestamptz)
            FROM ripe r
            JOIN membership m ON m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
                AND (m.role = 'secretariat' OR (m.role = 'region_representative' AND {of_region}))
            JOIN person p ON p.id = m.person_id AND p.disabled_at IS NULL
            ON CONFLICT (subject, rung, due, person_id)
                WHERE kind IN ('introduction_financing_ends', 'joint_liability_ends') DO NOTHING
        ),
        moved AS (
            UPDATE {table} t
            SET remind_months = following.rung, remind_on = (t.{day} - make_interval(months => following.rung))::date
            FROM ripe r CROSS JOIN LATERAL (
                SELECT max(step) AS rung FROM unnest(CAST(:ladder AS int[])) AS step WHERE step < r.remind_months
            ) AS following
            WHERE t.id = r.id
            RETURNING 1
        )
        SELECT (SELECT count(*) FROM ripe) AS due, (SELECT count(*) FROM moved) AS sent
    """)  # noqa: S608 - constants of this file


_PERIODS = _statement(
    "introduction_financing", "moves_on", "introduction_financing_ends", "m.organisation_id = r.organisation_id"
)  # fmt: skip
_LIABILITY = _statement("orphan_medicine", "ends_on", "joint_liability_ends", "true")


def remind_financing(engine: Engine, at: datetime, *, batch: int = BATCH) -> Reminded:
    """Tell of every end whose next rung has come by the day of `at` (UTC), one rung of each at a time."""
    swept = [
        _remind(engine, at, statement, ladder, batch)
        for statement, ladder in ((_PERIODS, period.LADDER), (_LIABILITY, pot.LADDER))
    ]
    return Reminded(sum(one.due for one in swept), sum(one.sent for one in swept))


def _remind(
    engine: Engine, at: datetime, statement: sa.TextClause, ladder: Sequence[int], batch: int
) -> Reminded:
    today = at.astimezone(STOCKHOLM).date()
    return remind_until_done(
        engine, statement, {"today": today, "at": at, "batch": batch, "ladder": list(ladder)}
    )
