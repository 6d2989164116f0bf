"""What time brings for decisions of the federation: reminders, and legal force once everything has run out.

A decision has legal force on the day that the rules say, whatever state its case is in. The case takes its own step when
every decision of it has legal force and its clock has passed.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from nt_process.appeals import queries, rules
from nt_process.cases import store
from nt_process.cases.service import today_of, workflow_of
from nt_process.engine.decide import Outcome, decide, unchanged
from nt_process.engine.definition import SYSTEM_ROLE
from nt_process.engine.snapshot import Actor, evolve
from nt_process.infra.database import driver_of
from nt_process.infra.rows import Row
from nt_process.infra.sweeps import Reminded, remind_until_done
from nt_process.kernel.calendar import STOCKHOLM

BATCH = 200
UNDONE = ("changed", "annulled", "remitted")
STEP = "gain_legal_force"

_REMIND = sa.text("""
    WITH ripe AS MATERIALIZED (
        SELECT k.* FROM appeal_clock k WHERE k.remind_on <= :today ORDER BY k.remind_on, k.id
        LIMIT :batch FOR UPDATE SKIP LOCKED
    ),
    told AS (
        INSERT INTO notice (person_id, case_id, kind, subject, rung, due, late, created_at, mail, mail_after)
        SELECT DISTINCT p.id, c.id, 'appeal_reminder', r.subject, r.remind_rung, r.due, r.remind_on < :today,
               CAST(:at AS timestamptz), CASE p.mail WHEN 'each' THEN 'pending' ELSE p.mail END, CAST(:at AS timestamptz)
        FROM ripe r JOIN cases c ON c.id = r.case_id
        JOIN membership m ON m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
        JOIN person p ON p.id = m.person_id AND p.disabled_at IS NULL
        WHERE m.role = 'secretariat' AND conflict_of_interest(c.id, p.id, :today) IS NULL
        ON CONFLICT (kind, subject, rung, due, person_id) WHERE kind = 'appeal_reminder' AND rung IS NOT NULL DO NOTHING
    ),
    -- A time to appeal ends by itself; what somebody is to do is reminded of until it is done.
    moved AS (
        UPDATE appeal_clock k SET remind_rung = following.rung, remind_on = k.due + following.rung
        FROM ripe r CROSS JOIN LATERAL (
            SELECT coalesce(min(step), CASE WHEN r.kind IN ('statement', 'delay') THEN r.remind_rung + 7 END)::int AS rung
            FROM unnest(CAST(:ladder AS int[])) AS step WHERE step > r.remind_rung
        ) AS following
        WHERE k.id = r.id RETURNING 1
    )
    SELECT (SELECT count(*) FROM ripe) AS due, (SELECT count(*) FROM moved) AS sent
""")
_WAITING = sa.text("""
    SELECT p.recommendation_id, p.slug, p.content, c.company_id, c.id AS case_id
    FROM publication p JOIN cases c ON c.number = p.case_number
    WHERE p.content -> 'appeal' IS NOT NULL AND NOT EXISTS (
        SELECT FROM decision_status s WHERE s.recommendation_id = p.recommendation_id AND s.status = ANY (:over))
    ORDER BY p.published_at
""")
_APPEALS = sa.text("""
    SELECT a.in_time, s.kind, s.day, s.ruling, s.final_on FROM appeal a
    LEFT JOIN appeal_step s ON s.appeal_id = a.id AND s.kind = ANY (:ends)
    WHERE a.recommendation_id = :id
""")
_FORCE = sa.text("""
    INSERT INTO decision_status (recommendation_id, status, day, at) VALUES (:id, 'legal_force', :day, :at)
    ON CONFLICT (recommendation_id) WHERE status = 'legal_force' DO NOTHING
""")
# Cases that wait for legal force, with whether a decision of theirs still does. Versions before the second gain it by
# their clock alone.
_CASES = sa.text("""
    SELECT c.id FROM cases c JOIN clock k ON k.case_id = c.id
    WHERE c.process = 'sarlakemedel' AND c.workflow_version >= 2 AND c.state = 'announced'
      AND k.kind = 'appeal_period' AND k.expired AND k.stopped_on IS NULL
      AND NOT EXISTS (
          SELECT FROM publication p WHERE p.case_number = c.number AND p.content -> 'appeal' IS NOT NULL
            AND NOT EXISTS (SELECT FROM decision_status s
                WHERE s.recommendation_id = p.recommendation_id AND s.status = ANY (:over)))
""")
_LOCK = sa.text("SELECT FROM cases WHERE id = :id FOR UPDATE")

log = structlog.get_logger()


def remind_appeals(engine: Engine, at: datetime, *, batch: int = BATCH) -> Reminded:
    """Remind of every last day of appeals, statements and requests whose next rung has come by the day of `at` (UTC)."""
    parameters = {
        "today": at.astimezone(STOCKHOLM).date(),
        "at": at,
        "batch": batch,
        "ladder": list(rules.LADDER),
    }
    return remind_until_done(engine, _REMIND, parameters)


def settle_legal_force(engine: Engine, at: datetime) -> int:
    """Say of every decision whose tracks have run out by `at` (UTC) that it has legal force; how many now.

    Then each case whose decisions have, and whose clock has passed, takes its step. Doing it again adds nothing.
    """
    over = {"over": ["legal_force", *UNDONE]}
    with engine.connect() as connection:
        waiting = connection.execute(_WAITING, over).mappings().all()
    settled = sum(_tried(engine, row["case_id"], lambda c, row=row: _settle(c, row, at)) for row in waiting)  # type: ignore[misc]
    with engine.connect() as connection:
        cases = connection.execute(_CASES, over).scalars().all()
    for case_id in cases:
        _tried(engine, case_id, lambda c, case_id=case_id: _take(c, str(case_id), at))  # type: ignore[misc]
    return settled


def _tried(engine: Engine, case_id: uuid.UUID, do: Any) -> int:
    try:
        with engine.begin() as connection:
            connection.execute(_LOCK, {"id": case_id})
            return int(do(connection))
    except (SQLAlchemyError, RuntimeError):
        # Whatever is wrong with this one, the others go on; it is tried again at the next sweep.
        log.exception("legal_force_not_settled", case_id=str(case_id))
        return 0


def _settle(connection: Connection, row: Row, at: datetime) -> bool:
    day = force_day(connection, row, today_of(at))
    if day is None:
        return False
    given = {"id": row["recommendation_id"], "day": day, "at": at}
    if not connection.execute(_FORCE, given).rowcount:
        return False
    stated = {"decision": row["slug"], "day": day.isoformat()}
    driver = driver_of(connection)
    loaded = store.load_as_system(driver, str(row["case_id"]))
    if loaded is None:
        raise RuntimeError(f"{row['slug']} has no case")
    event = unchanged(loaded.case, "decision_legal_force", loaded.actor, SYSTEM_ROLE, at, inputs=stated)
    store.write(driver, workflow_of(loaded.case), loaded, evolve(loaded.case, event), event)
    return True


def force_day(connection: Connection, row: Row, today: date) -> date | None:
    """From which day a decision (recommendation_id, company_id, content) has legal force, or None while it has not."""
    states = queries.track_states(connection, row, today)
    appeals = connection.execute(_APPEALS, {"id": row["recommendation_id"], "ends": list(rules.ENDS)}).all()
    # What came too late keeps nothing from having legal force, unless the court has undone the decision all the same.
    counted = [(one.in_time, _ended(one)) for one in appeals]
    return rules.legal_force(
        states, [end for in_time, end in counted if in_time or (end is not None and end.undone)], today
    )


def _ended(row: Any) -> rules.Ended | None:
    if row.kind is None:
        return None
    undone = row.kind == rules.CHANGED or row.ruling in rules.UNDOING
    return rules.Ended(row.final_on or row.day, undone)


def _take(connection: Connection, case_id: str, at: datetime) -> bool:
    driver = driver_of(connection)
    loaded = store.load_as_system(driver, case_id)
    if loaded is None:
        return False
    workflow = workflow_of(loaded.case)
    system = Actor(None, "", frozenset({SYSTEM_ROLE}))
    outcome = decide(workflow, loaded.case, STEP, system, loaded.facts, at, inputs={})
    if not isinstance(outcome, Outcome):
        return False
    event = outcome.event
    return store.write(driver, workflow, loaded, evolve(loaded.case, event), event, outcome.notify)
