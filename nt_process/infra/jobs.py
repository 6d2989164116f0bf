"""Work in the background: asked for by a page, done once by a worker, its result kept for a while.

A job is a row. Asking again under the same key finds the same row, so that any number of readers cause
the work once. A worker takes a job with a lease: if it dies, the job is free again when the lease has run
out. Results are bytes that can always be made again, so they are forgotten after a time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection, Engine

from nt_process.infra.operation import OperationError
from nt_process.kernel.messages import N_

LEASE = timedelta(minutes=10)
MAX_ATTEMPTS = 3
PAUSE_AFTER_FAILURE = timedelta(seconds=30)
# A failed job that is asked for again after this time is tried again.
ASK_AGAIN_AFTER = timedelta(minutes=1)
KEPT = timedelta(days=7)

Handler = Callable[[Engine, Mapping[str, Any]], bytes]

_FAILED = N_(
    "The work could not be done. Try again in a while, and tell the system's administrator if it stays so."
)

_FORGET = sa.text("DELETE FROM job WHERE finished_at < :before")
_ASK = sa.text("""
    INSERT INTO job (kind, key, params, asked_at, run_after) VALUES (:kind, :key, :params, :at, :at)
    ON CONFLICT (kind, key) DO UPDATE
        SET state = 'waiting', attempts = 0, fault = '', finished_at = NULL, run_after = :at, asked_at = :at
        WHERE job.state = 'failed' AND job.finished_at < :ask_again
""")
_AGAIN = sa.text("""
    UPDATE job SET state = 'waiting', attempts = 0, fault = '', finished_at = NULL, run_after = :at, asked_at = :at
    WHERE kind = :kind AND key = :key AND state = 'failed' AND finished_at < :ask_again
""")
_LOOK = sa.text("SELECT state, fault, asked_at FROM job WHERE kind = :kind AND key = :key")
_RESULT = sa.text("SELECT result FROM job WHERE kind = :kind AND key = :key AND state = 'done'")
_TAKE = sa.text("""
    UPDATE job SET attempts = attempts + 1, run_after = :until
    WHERE id = (SELECT id FROM job WHERE state = 'waiting' AND run_after <= :at
                ORDER BY run_after, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, kind, params, attempts
""")
_DONE = sa.text("""
    UPDATE job SET state = 'done', result = :result, finished_at = :at
    WHERE id = :id AND state = 'waiting'
""")
_GIVE_UP = sa.text("""
    UPDATE job SET state = 'failed', fault = :fault, finished_at = :at
    WHERE id = :id AND state = 'waiting' AND attempts = :attempts
""")
_POSTPONE = sa.text(
    "UPDATE job SET run_after = :again WHERE id = :id AND state = 'waiting' AND attempts = :attempts"
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """How far a job has come: waiting, done or failed. `fault` is why it failed, as a message id."""

    state: str
    fault: str
    asked_at: datetime


def ask(connection: Connection, kind: str, key: str, params: Mapping[str, Any], at: datetime) -> Job:
    """Have the work done if it is not done already, and say how far it has come.

    Belongs in a transaction of the caller's. Old results are forgotten at the same time.
    """
    connection.execute(_FORGET, {"before": at - KEPT})
    connection.execute(
        _ASK,
        {
            "kind": kind,
            "key": key,
            "params": json.dumps(params),
            "at": at,
            "ask_again": at - ASK_AGAIN_AFTER,
        },
    )
    row = connection.execute(_LOOK, {"kind": kind, "key": key}).one()
    return Job(row.state, row.fault, row.asked_at)


def try_again(connection: Connection, kind: str, key: str, at: datetime) -> str | None:
    """Why the job was given up, as a message id; None when it was not, or was so long ago that it is tried again now."""
    place = {"kind": kind, "key": key}
    connection.execute(_AGAIN, {**place, "at": at, "ask_again": at - ASK_AGAIN_AFTER})
    job = connection.execute(_LOOK, place).first()
    return None if job is None or job.state != "failed" else str(job.fault)


def result(connection: Connection, kind: str, key: str) -> bytes | None:
    """What the job made, or None as long as it is not done."""
    return connection.scalar(_RESULT, {"kind": kind, "key": key})


def work(engine: Engine, handlers: Mapping[str, Handler], now: Callable[[], datetime]) -> bool:
    """Take one waiting job and do it; False when none waits. Any number of workers may do this at once.

    A handler that raises OperationError has said why the work cannot be done, and is not tried again;
    after any other error it is tried up to MAX_ATTEMPTS times.
    """
    at = now()
    with engine.begin() as connection:
        job = connection.execute(_TAKE, {"at": at, "until": at + LEASE}).first()
    if job is None:
        return False
    place = {"id": job.id, "attempts": job.attempts}
    try:
        made = handlers[job.kind](engine, job.params)
    except OperationError as error:
        log.warning("job_failed", job=job.kind, exc_info=error)
        _record(engine, _GIVE_UP, {**place, "fault": error.message, "at": now()})
    except Exception:
        # Whatever went wrong with this job, the next one is to be done.
        log.exception("job_failed", job=job.kind)
        if job.attempts < MAX_ATTEMPTS:
            _record(engine, _POSTPONE, {**place, "again": now() + PAUSE_AFTER_FAILURE})
        else:
            _record(engine, _GIVE_UP, {**place, "fault": _FAILED, "at": now()})
    else:
        _record(engine, _DONE, {"id": job.id, "result": made, "at": now()})
    return True


def _record(engine: Engine, statement: sa.TextClause, values: Mapping[str, object]) -> None:
    with engine.begin() as connection:
        connection.execute(statement, values)
