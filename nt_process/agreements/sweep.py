"""The sweep of agreements: who is told, half a year before and then nearer, that one expires or is to be renewed.

It works as the other sweeps do (`infra/sweeps.py`); `notice_agreement_once` stands behind.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from nt_process.agreements.rules import LADDER
from nt_process.infra.sweeps import Reminded, remind_until_done
from nt_process.kernel.calendar import STOCKHOLM

BATCH = 200

# The secretariat, those of the delegation, and the company's contacts; while the version still binds somebody.
_REMIND = sa.text("""
    WITH ripe AS MATERIALIZED (
        SELECT c.agreement_id, c.version, c.kind, c.due, c.remind_rung, c.remind_on
        FROM agreement_clock c WHERE c.remind_on <= :today ORDER BY c.remind_on, c.agreement_id, c.kind
        LIMIT :batch FOR UPDATE SKIP LOCKED
    ),
    told AS (
        INSERT INTO notice (person_id, case_id, kind, subject, rung, due, late, created_at, mail, mail_after)
        SELECT DISTINCT p.id, a.case_id, 'agreement_' || r.kind, a.id::text, r.remind_rung, r.due,
               r.remind_on < :today, CAST(:at AS timestamptz),
               CASE p.mail WHEN 'each' THEN 'pending' ELSE p.mail END, CAST(:at AS timestamptz)
        FROM ripe r
        JOIN agreement a ON a.id = r.agreement_id
        JOIN membership m ON m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
        JOIN person p ON p.id = m.person_id AND p.disabled_at IS NULL
        WHERE (m.role = 'secretariat' OR (m.role = 'company_contact' AND m.organisation_id = a.company_id)
               OR EXISTS (
                   SELECT FROM sealed.circle k
                   WHERE k.negotiation_id = a.negotiation_id AND k.person_id = p.id AND k.side = 'delegation'
                     AND k.valid_from <= :today AND (k.valid_to IS NULL OR k.valid_to >= :today)))
          AND EXISTS (
              SELECT FROM agreement_binding b WHERE b.agreement_id = r.agreement_id AND b.version = r.version
                AND NOT isempty(b.days) AND (upper(b.days) IS NULL OR upper(b.days) > :today))
          AND conflict_of_interest(a.case_id, p.id, :today) IS NULL
        ON CONFLICT (kind, subject, rung, due, person_id)
            WHERE kind IN ('agreement_expiry', 'agreement_renewal', 'agreement_renegotiation') AND rung IS NOT NULL
            DO NOTHING
    ),
    moved AS (
        UPDATE agreement_clock c SET remind_rung = following.rung, remind_on = c.due + following.rung
        FROM ripe r CROSS JOIN LATERAL (
            SELECT min(step) AS rung FROM unnest(CAST(:ladder AS int[])) AS step WHERE step > r.remind_rung
        ) AS following
        WHERE c.agreement_id = r.agreement_id AND c.version = r.version AND c.kind = r.kind
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM ripe) AS due, (SELECT count(*) FROM moved) AS sent
""")


def remind_agreements(engine: Engine, at: datetime, *, batch: int = BATCH) -> Reminded:
    """Remind of every clock of an agreement whose next rung has come by the day of `at` (UTC), one rung at a time."""
    parameters = {"today": at.astimezone(STOCKHOLM).date(), "at": at, "batch": batch, "ladder": list(LADDER)}
    return remind_until_done(engine, _REMIND, parameters)
