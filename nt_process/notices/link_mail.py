"""One-time links go out by mail: claimed under a lease, handed to the server, noted as sent.

The link is put together here, at the moment it is sent; nothing that waits holds it. A link that was
mailed twice, because this process died between sending and noting, is the same link and works once.
"""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Engine, Row

from nt_process.identity.links import token_of
from nt_process.kernel.messages import N_, translator
from nt_process.notices.mail import Letter, MailServer, Sender, compose
from nt_process.notices.texts import Words

BATCH = 10
ATTEMPTS = 6
LEASE = timedelta(minutes=10)
FIRST_PAUSE = timedelta(minutes=1)

_CLAIM = sa.text("""
    WITH l AS (
        UPDATE one_time_link SET mail_after = :until, mail_attempts = mail_attempts + 1
        WHERE id IN (SELECT id FROM one_time_link WHERE mail_after <= :at ORDER BY mail_after, id LIMIT :batch
                     FOR UPDATE SKIP LOCKED)
        RETURNING *
    )
    SELECT l.id, l.purpose, l.mail_attempts, p.email, p.language,
           l.used_at IS NULL AND l.expires_at > :at AND p.disabled_at IS NULL AS wanted
    FROM l JOIN person p ON p.id = l.person_id ORDER BY l.made_at
""")
_DONE = sa.text("UPDATE one_time_link SET mail_after = NULL, mailed_at = :mailed WHERE id = :id")
_AGAIN = sa.text("UPDATE one_time_link SET mail_after = :again WHERE id = :id AND used_at IS NULL")
_RELEASE = sa.text("""
    UPDATE one_time_link SET mail_after = :at, mail_attempts = mail_attempts - 1
    WHERE id = ANY (:ids) AND mail_after IS NOT NULL
""")

_TEXTS = {
    "invitation": (
        N_("Welcome to NT process"),
        (
            N_(
                "You have been given an account in NT process, the case management of the council for new therapies."
            ),
            N_("Choose a password within seven days to begin. The link works once."),
        ),
        N_("Choose a password"),
    ),
    "password": (
        N_("Choose a new password"),
        (
            N_(
                "Somebody, probably you, has said that the password to your account in NT process is forgotten."
            ),
            N_("The link works once, for an hour. If it was not you, you need do nothing."),
        ),
        N_("Choose a new password"),
    ),
}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class LinkRound:
    """The duty of mailing one-time links. `secret_key` is the installation's."""

    engine: Engine
    server: MailServer
    sender: Sender
    secret_key: str

    def __call__(self, at: datetime) -> bool:
        """Send up to BATCH links; True when any was waiting and the server could be reached."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            claim = {"at": at, "until": at + LEASE, "batch": BATCH}
            waiting = list(connection.execute(_CLAIM, claim))
            if not waiting:
                return False
            try:
                with self.server.connect() as session:
                    while waiting and session.sock is not None:
                        self._send(connection, session, waiting.pop(0), at)
            except (OSError, smtplib.SMTPException) as error:
                log.warning("mail_server_unreachable", error=type(error).__name__, count=len(waiting))
            if waiting:
                # A server that is away costs no attempt.
                later = {"ids": [row.id for row in waiting], "at": at + FIRST_PAUSE}
                connection.execute(_RELEASE, later)
                return False
        return True

    def _send(self, connection: sa.Connection, session: smtplib.SMTP, row: Row, at: datetime) -> None:
        if not row.wanted or row.mail_attempts > ATTEMPTS:
            connection.execute(_DONE, {"id": row.id, "mailed": None})
            return
        try:
            session.send_message(self._message(row, at), self.sender.address, [row.email])
        except Exception as error:
            # Whatever is wrong with one mail, the others go out.
            log.warning(
                "mail_refused", kind=row.purpose, attempt=row.mail_attempts, error=type(error).__name__
            )
            again = at + FIRST_PAUSE * 2**row.mail_attempts
            connection.execute(_AGAIN, {"id": row.id, "again": again})
        else:
            connection.execute(_DONE, {"id": row.id, "mailed": at})

    def _message(self, row: Row, at: datetime) -> EmailMessage:
        translate = translator(row.language)
        title, sentences, link = _TEXTS[row.purpose]
        path = f"/choose-password?link={token_of(self.secret_key, str(row.id))}"
        said = tuple(translate(sentence) for sentence in sentences)
        words = Words(translate(title), said, path, translate(link))
        return compose(Letter(row.id, row.email, row.language, words), self.sender, at)
