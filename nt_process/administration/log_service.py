"""Commands on what the system does: end a session, have a mail sent or a job done again. Each is one transaction with
its line in the history."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from nt_process.administration.errors import AdministrationError
from nt_process.administration.service import Maker, require_administrator
from nt_process.identity import register
from nt_process.identity.history import note

_OWNER_OF_SESSION = sa.text("SELECT person_id FROM session WHERE id = :id")
# Only mail that has failed; to whom it goes is known in the log alone.
_ADDRESSEE = sa.text("""
    SELECT person_id FROM mail_log('', 'failed', 100000, 0) WHERE source = :source AND id = :id
""")
_RETRY_NOTICE = sa.text("SELECT retry_mail(:id, :at)")
_RETRY_LINK = sa.text("""
    UPDATE one_time_link SET mail_after = :at, mail_attempts = 0
    WHERE id = :id AND used_at IS NULL AND mailed_at IS NULL AND mail_after IS NULL AND expires_at > :at
""")
_RETRY_JOB = sa.text("""
    UPDATE job SET state = 'waiting', attempts = 0, fault = '', finished_at = NULL, run_after = :at
    WHERE id = :id AND state = 'failed' RETURNING kind
""")


def end_session(engine: Engine, maker: Maker, session_id: str) -> None:
    """End one session, whosever it is. Raises AdministrationError nothing_to_do."""
    require_administrator(maker)
    with engine.begin() as connection:
        person_id = connection.scalar(_OWNER_OF_SESSION, {"id": session_id})
        if person_id is None or not register.end_sessions(connection, maker.by, str(person_id), session_id):
            raise AdministrationError("nothing_to_do")


def retry_mail(engine: Engine, maker: Maker, source: str, mail_id: str) -> None:
    """Have a mail sent again that could not be sent. Raises AdministrationError nothing_to_do."""
    require_administrator(maker)
    with engine.begin() as connection:
        person_id = connection.scalar(_ADDRESSEE, {"source": source, "id": mail_id.replace("\x00", "")})
        if person_id is None:
            done = False
        elif source == "notice":
            done = bool(connection.scalar(_RETRY_NOTICE, {"id": int(mail_id), "at": maker.at}))
        else:
            done = connection.execute(_RETRY_LINK, {"id": mail_id, "at": maker.at}).rowcount == 1
        if not done:
            raise AdministrationError("nothing_to_do")
        note(connection, maker.by, "mail_retried", person_id=str(person_id))


def retry_job(engine: Engine, maker: Maker, job_id: int) -> None:
    """Have a failed job done again. Raises AdministrationError nothing_to_do."""
    require_administrator(maker)
    with engine.begin() as connection:
        kind = connection.scalar(_RETRY_JOB, {"id": job_id, "at": maker.at}) if job_id < 2**62 else None
        if kind is None:
            raise AdministrationError("nothing_to_do")
        # A job is nobody's: the line stands with who had it done again.
        note(connection, maker.by, "job_retried", person_id=maker.actor.id, new=f"{job_id} {kind}")
