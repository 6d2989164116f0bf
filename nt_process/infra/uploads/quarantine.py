"""Files that are kept before they have been examined: they wait, and are then let out or stopped for good.

One statement puts a file in, one transaction decides about it, and the bytes themselves are never moved: who may
read them follows from the row (see the policy `examined`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection, Engine

from nt_process.infra import files
from nt_process.infra.uploads import inspect
from nt_process.infra.uploads.chamber import WORKER_SECONDS, NotNow
from nt_process.infra.uploads.names import extension_of
from nt_process.infra.uploads.verdict import Judged, Unacceptable

LEASE = timedelta(minutes=5)
ASK_AGAIN_AFTER = timedelta(seconds=30)

# Called in the transaction that stops a file: the file's hash, the code of the reason, the instant.
Stopped = Callable[[Connection, str, str, datetime], None]

_WAIT = sa.text("""
    INSERT INTO examination (sha256, kind, asked_at, run_after) VALUES (:sha256, :kind, :at, :at)
    ON CONFLICT (sha256) DO NOTHING
""")
_HANDED_IN = sa.text("""
    INSERT INTO handed_in (sha256, person_id, case_id, at)
    SELECT :sha256, :person, :case_id, :at WHERE EXISTS (SELECT FROM examination WHERE sha256 = :sha256)
""")
_TAKE = sa.text("""
    UPDATE examination SET run_after = :until
    WHERE sha256 = (SELECT sha256 FROM examination WHERE state = 'waiting' AND run_after <= :at
                    ORDER BY run_after LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING sha256, kind
""")
_POSTPONE = sa.text("UPDATE examination SET run_after = :again WHERE sha256 = :sha256 AND state = 'waiting'")
_DECIDE = sa.text("""
    UPDATE examination SET state = :state, fault = :fault, params = CAST(:params AS jsonb), finished_at = :at
    WHERE sha256 = :sha256 AND state = 'waiting' RETURNING sha256
""")
# Each who handed it in is told once, however often they did.
_TELL = sa.text("""
    INSERT INTO notice (person_id, case_id, kind, subject, params, created_at, mail, mail_after)
    SELECT DISTINCT p.id, h.case_id, 'file_stopped', '', CAST('{}' AS jsonb), CAST(:at AS timestamptz),
           CASE p.mail WHEN 'each' THEN 'pending' ELSE p.mail END, CAST(:at AS timestamptz)
    FROM handed_in h JOIN person p ON p.id = h.person_id WHERE h.sha256 = :sha256 AND p.disabled_at IS NULL
""")

log = structlog.get_logger()


def keep(
    connection: Connection,
    judged: Judged,
    filename: str,
    content: bytes,
    at: datetime,
    *,
    person_id: str | None,
    case_id: str | None = None,
) -> str:
    """Store a judged file in the caller's transaction and return its hash; what is not examined yet waits.

    The same bytes that were let in before are let in again, and those that were stopped stay stopped.
    """
    digest, new = files.store_if_new(connection, content, judged.media_type, at)
    if new and not judged.examined:
        connection.execute(_WAIT, {"sha256": digest, "kind": extension_of(filename), "at": at})
    if person_id is not None:
        told = {"sha256": digest, "person": person_id, "case_id": case_id, "at": at}
        connection.execute(_HANDED_IN, told)
    return digest


def examine_next(engine: Engine, at: datetime, now: Callable[[], datetime], stopped: Stopped) -> bool:
    """Examine one waiting file; False when none waits. Any number of workers may do this at once."""
    with engine.begin() as connection:
        taken = connection.execute(_TAKE, {"at": at, "until": at + LEASE}).first()
    if taken is None:
        return False
    with engine.connect() as connection:
        content = b"".join(files.open_parts(connection, taken.sha256))
    try:
        inspect(taken.kind, content, seconds=WORKER_SECONDS, wait=True)
    except NotNow:
        log.warning("examination_postponed")
        with engine.begin() as connection:
            connection.execute(_POSTPONE, {"sha256": taken.sha256, "again": now() + ASK_AGAIN_AFTER})
    except Unacceptable as fault:
        log.warning("file_stopped", reason=fault.code)
        _decide(engine, taken.sha256, fault, now(), stopped)
    else:
        _decide(engine, taken.sha256, None, now(), stopped)
    return True


def _decide(engine: Engine, sha256: str, fault: Unacceptable | None, at: datetime, stopped: Stopped) -> None:
    decision = {
        "sha256": sha256,
        "state": "clean" if fault is None else "quarantined",
        "fault": "" if fault is None else fault.code,
        "params": json.dumps({} if fault is None else fault.params),
        "at": at,
    }
    with engine.begin() as connection:
        decided = connection.execute(_DECIDE, decision).first()
        if decided is not None and fault is not None:
            connection.execute(_TELL, {"sha256": sha256, "at": at})
            stopped(connection, sha256, fault.code, at)
