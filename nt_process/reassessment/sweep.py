"""What time brings: reminders of re-assessments and milestones, each once, and the day of a re-assessment itself.

What is due is computed from what is public and from the log; `reassessment_reminder` holds which rungs have been told, and
its key lets any number of schedulers run at once. After any downtime each missed rung is told once, in order.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from nt_process.cases import store
from nt_process.cases.service import today_of, workflow_of
from nt_process.engine.decide import Refusal, decide
from nt_process.engine.snapshot import evolve
from nt_process.identity.telling import tell_people
from nt_process.infra.database import driver_of
from nt_process.infra.sweeps import Reminded
from nt_process.reassessment import clocks, rules

_TOLD = sa.text("""
    INSERT INTO reassessment_reminder (subject, due, rung, at) VALUES (:subject, :due, :rung, :at)
    ON CONFLICT DO NOTHING RETURNING rung
""")
_TOLD_BEFORE = sa.text("SELECT due, rung FROM reassessment_reminder WHERE subject = :subject")
_LOCK = sa.text("SELECT FROM cases WHERE id = :case_id FOR UPDATE")
_PEOPLE = sa.text("""
    SELECT DISTINCT person_id::text FROM recipients(CAST(:roles AS text[]), NULL, CAST(:company AS uuid), :today)
""")
# Milestones that nothing has been delivered for, with the day that holds and since when it is known.
_MILESTONES = sa.text("""
    SELECT m.id, p.id AS plan_id, p.case_id, p.company_id, v.side, y.due,
           (y.at AT TIME ZONE 'Europe/Stockholm')::date AS known
    FROM evidence_milestone m JOIN evidence_plan p ON p.id = m.plan_id JOIN cases c ON c.id = p.case_id
    JOIN LATERAL (SELECT side FROM evidence_plan_version x WHERE x.plan_id = p.id ORDER BY version DESC LIMIT 1) v ON true
    JOIN LATERAL (SELECT due, at FROM evidence_milestone_day x WHERE x.milestone_id = m.id ORDER BY number DESC LIMIT 1) y
        ON true
    WHERE NOT c.terminal AND y.due BETWEEN :first AND :last AND NOT EXISTS (
        SELECT FROM evidence_delivery d LEFT JOIN document f ON f.id = d.document_id
        LEFT JOIN examination x ON x.sha256 = f.sha256
        WHERE d.milestone_id = m.id AND f.withdrawn_at IS NULL AND coalesce(x.state, 'clean') <> 'quarantined')
    ORDER BY y.due, m.id
""")

log = structlog.get_logger()


def remind_reassessments(engine: Engine, at: datetime) -> Reminded:
    """Remind the secretariat of every re-assessment, and the owners of data of every milestone, whose rung has come by the
    day of `at` (UTC)."""
    today = today_of(at)
    due = sent = 0
    with engine.connect() as connection:
        running = [one for one in clocks.every(connection, today) if one.runs]
        waiting = connection.execute(_MILESTONES, _around(today)).mappings().all()
    for one in running:
        rungs = rules.rungs(one.due, one.known, today)
        with engine.begin() as connection:
            new = _new(connection, one.row["id"], one.due, rungs, at)
            if new:
                people = _people(connection, "{secretariat}", None, today)
                for _rung in new:
                    tell_people(
                        connection, "reassessment_reminder", one.row["slug"], people, at,
                        case_id=one.row["case_id"], due=one.due,
                    )  # fmt: skip
        due, sent = due + len(new), sent + len(new)
    for row in waiting:
        with engine.begin() as connection:
            new = _new(
                connection, row["id"], row["due"], rules.milestone_rungs(row["due"], row["known"], today), at
            )
            for rung in new:
                people = _people(connection, _roles(row["side"], rung), row["company_id"], today)
                tell_people(
                    connection, "evidence_reminder", str(row["plan_id"]), people, at,
                    case_id=row["case_id"], due=row["due"],
                )  # fmt: skip
        due, sent = due + len(new), sent + len(new)
    return Reminded(due, sent)


def begin_reassessments(engine: Engine, at: datetime) -> None:
    """Begin every re-assessment whose last day has passed, where the case's own clock has not.

    It comes after the clocks' own expiry: what is due by a clock is recorded by that clock.
    """
    today = today_of(at)
    with engine.connect() as connection:
        passed = [one for one in clocks.every(connection, today) if one.state == "overdue"]
    for one in passed:
        _begin(engine, one.row["case_id"], at)


def _around(today: date) -> dict[str, date]:
    """Milestones further away than their first reminder need not be looked at."""
    return {
        "first": today - timedelta(days=400),
        "last": today - timedelta(days=rules.MILESTONE_LADDER[0]),
    }


def _new(
    connection: Connection, subject: uuid.UUID, due: date, rungs: Sequence[int], at: datetime
) -> list[int]:
    """Which of the rungs nobody has told of; they are told of now."""
    if not rungs:
        return []
    before = {(row.due, row.rung) for row in connection.execute(_TOLD_BEFORE, {"subject": subject})}
    return [
        rung
        for rung in rungs
        if (due, rung) not in before
        and connection.scalar(_TOLD, {"subject": subject, "due": due, "rung": rung, "at": at}) is not None
    ]


def _roles(side: str, rung: int) -> str:
    """Who owns the data; when its day has passed the secretariat as well. An owner outside the system is reached by it."""
    if side == "other":
        return "{secretariat}"
    return "{company_contact}" if rung < 0 else "{company_contact,secretariat}"


def _people(connection: Connection, roles: str, company: object, today: date) -> list[str]:
    return list(connection.scalars(_PEOPLE, {"roles": roles, "company": company, "today": today}))


def _begin(engine: Engine, case_id: object, at: datetime) -> None:
    """Take the workflow's step for a re-assessment that falls due: also where a validity or a condition made it fall due
    before the case's own clock."""
    try:
        with engine.begin() as connection:
            connection.execute(_LOCK, {"case_id": case_id})
            driver = driver_of(connection)
            loaded = store.load_as_system(driver, str(case_id))
            if loaded is None:
                return
            workflow = workflow_of(loaded.case)
            step = decide(
                workflow, loaded.case, "reassessment_falls_due", loaded.actor, loaded.facts, at, inputs={}
            )
            if not isinstance(step, Refusal):
                store.write(
                    driver, workflow, loaded, evolve(loaded.case, step.event), step.event, step.notify
                )
    except (SQLAlchemyError, RuntimeError):
        # Whatever is wrong with this one, the others begin; it is tried again at the next sweep.
        log.exception("reassessment_not_begun", case=str(case_id))
