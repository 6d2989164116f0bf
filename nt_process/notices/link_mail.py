"""One-time links go out by mail: claimed under a lease, handed to the server, noted as sent.

The link is put together here, at the moment it is sent; nothing that waits holds it. A link that was
mailed twice, because this process died between sending and noting, is the same link and works once.
"""

from __future__ import annotations

import smtplib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Engine, Row

from nt_process.identity import links
from nt_process.kernel.messages import N_, translator
from nt_process.notices import subscriber_mail
from nt_process.notices.mail import Letter, MailServer, Sender, compose
from nt_process.notices.texts import Words
from nt_process.public.subscriptions import pace

BATCH = 10
ATTEMPTS = 6
LEASE = timedelta(minutes=10)
FIRST_PAUSE = timedelta(minutes=1)

# The kinds of row that a mail is written for. What they have in common is named alike.
_OF_PERSON = """
    SELECT l.id, l.purpose, l.mail_attempts, p.email, p.language,
           l.used_at IS NULL AND l.expires_at > :at AND p.disabled_at IS NULL AS wanted
    FROM l JOIN person p ON p.id = l.person_id ORDER BY l.made_at
"""
_OF_REGISTRATION = """
    SELECT l.id, 'registration_' || l.state AS purpose, l.mail_attempts, l.email, l.language,
           l.state = 'refused' OR (l.state = 'unconfirmed' AND l.expires_at > :at) AS wanted
    FROM l ORDER BY l.made_at
"""
# Where somebody's address was before it was changed: the mail says so, and has nothing in it that opens anything.
_OF_OLD_ADDRESS = """
    SELECT l.id, 'address_changed' AS purpose, l.mail_attempts, c.old AS email, p.language, true AS wanted
    FROM l JOIN administrative_change c ON c.id = l.change_id JOIN person p ON p.id = c.person_id ORDER BY c.id
"""


# Makes the mail of a claimed row, given the installation's key, who sends, and when.
Write = Callable[[sa.Connection, Row, str, Sender, datetime], EmailMessage]


@dataclass(frozen=True, slots=True)
class Queue:
    """The rows of one table that wait to be mailed: its statements, and where and by what name their links lead.

    `named` is None where the link is the same for all and holds no token. `write`, where there is one, makes the mail itself.
    """

    claim: sa.TextClause
    done: sa.TextClause
    again: sa.TextClause
    release: sa.TextClause
    named: str | None
    path: str
    write: Write | None = None


def queue(
    table: str,
    selected: str,
    *,
    named: str | None = None,
    path: str = "",
    write: Write | None = None,
    after: str = "",
) -> Queue:
    """The queue of a table. `after` is what else is set when a mail has gone out. Only constants of this program come in."""
    claim = f"""
        WITH l AS (
            UPDATE {table} SET mail_after = :until, mail_attempts = mail_attempts + 1
            WHERE id IN (SELECT id FROM {table} WHERE mail_after <= :at ORDER BY mail_after, id LIMIT :batch
                         FOR UPDATE SKIP LOCKED)
            RETURNING *
        ) {selected}
    """  # noqa: S608
    done = f"UPDATE {table} SET mail_after = NULL, mailed_at = :mailed{after} WHERE id = :id"  # noqa: S608
    again = f"UPDATE {table} SET mail_after = :again WHERE id = :id AND mail_after IS NOT NULL"  # noqa: S608
    release = f"""
        UPDATE {table} SET mail_after = :at, mail_attempts = mail_attempts - 1
        WHERE id = ANY (:ids) AND mail_after IS NOT NULL
    """  # noqa: S608
    return Queue(sa.text(claim), sa.text(done), sa.text(again), sa.text(release), named, path, write)


QUEUES = (
    queue("one_time_link", _OF_PERSON, named="", path="/choose-password?link="),
    queue("registration", _OF_REGISTRATION, named="registration ", path="/register/confirm?link="),
    queue("old_address_mail", _OF_OLD_ADDRESS, named=None, path="/sign-in"),
)
# Those who are no users; the address of who asked for a document is kept no longer than it is needed.
SUBSCRIBERS = (
    queue("subscription_request", subscriber_mail.CONFIRMATIONS, write=subscriber_mail.confirmation),
    queue("subscription_mail", subscriber_mail.HAPPENINGS, write=subscriber_mail.happening),
    queue("document_request", subscriber_mail.ANSWERS, write=subscriber_mail.answer, after=", email = ''"),
)

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
    "address_changed": (
        N_("Your address in NT process is changed"),
        (
            N_(
                "An administrator has changed the e-mail address of your account in NT process. Mail comes to the new "
                "one from now on, and links that were sent here work no longer."
            ),
            N_("If that is not right, tell the secretariat."),
        ),
        N_("Go to NT process"),
    ),
    "registration_unconfirmed": (
        N_("Confirm the registration in NT process"),
        (
            N_("Somebody, probably you, has registered a company in NT process with this address."),
            N_("Confirm within three days that it was you. If it was not, you need do nothing."),
        ),
        N_("Confirm the registration"),
    ),
    "registration_refused": (
        N_("Your registration in NT process is decided"),
        (N_("The secretariat has decided on the registration that you sent in."),),
        N_("Read what was decided"),
    ),
}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class LinkRound:
    """The duty of mailing one-time links and the links of registrations. `secret_key` is the installation's."""

    engine: Engine
    server: MailServer
    sender: Sender
    secret_key: str

    def __call__(self, at: datetime) -> bool:
        """Send up to BATCH links of each kind; True when any was waiting and the server could be reached."""
        with self.engine.begin() as connection:
            links.answer_requests(connection, self.secret_key, at)
        with self.engine.begin() as connection:
            pace.admit(connection, self.secret_key, at)
        # Every queue gets its turn.
        emptied = [self._empty(one, at) for one in (*QUEUES, *SUBSCRIBERS)]
        return any(emptied)

    def _empty(self, queue: Queue, at: datetime) -> bool:
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            claim = {"at": at, "until": at + LEASE, "batch": BATCH}
            waiting = list(connection.execute(queue.claim, claim))
            if not waiting:
                return False
            try:
                with self.server.connect() as session:
                    while waiting and session.sock is not None:
                        self._send(connection, session, queue, waiting.pop(0), at)
            except (OSError, smtplib.SMTPException) as error:
                log.warning("mail_server_unreachable", error=type(error).__name__, count=len(waiting))
            if waiting:
                # A server that is away costs no attempt.
                later = {"ids": [row.id for row in waiting], "at": at + FIRST_PAUSE}
                connection.execute(queue.release, later)
                return False
        return True

    def _send(
        self, connection: sa.Connection, session: smtplib.SMTP, queue: Queue, row: Row, at: datetime
    ) -> None:
        if not row.wanted or row.mail_attempts > ATTEMPTS:
            connection.execute(queue.done, {"id": row.id, "mailed": None})
            return
        try:
            session.send_message(self._message(connection, queue, row, at), self.sender.address, [row.email])
        except Exception as error:
            # Whatever is wrong with one mail, the others go out.
            log.warning(
                "mail_refused", kind=row.purpose, attempt=row.mail_attempts, error=type(error).__name__
            )
            again = at + FIRST_PAUSE * 2**row.mail_attempts
            connection.execute(queue.again, {"id": row.id, "again": again})
        else:
            connection.execute(queue.done, {"id": row.id, "mailed": at})

    def _message(self, connection: sa.Connection, queue: Queue, row: Row, at: datetime) -> EmailMessage:
        if queue.write is not None:
            return queue.write(connection, row, self.secret_key, self.sender, at)
        translate = translator(row.language)
        title, sentences, link = _TEXTS[row.purpose]
        token = "" if queue.named is None else links.token_of(self.secret_key, f"{queue.named}{row.id}")
        said = tuple(translate(sentence) for sentence in sentences)
        words = Words(translate(title), said, f"{queue.path}{token}", translate(link))
        # A registration is written about twice; each of the two mails is a letter of its own.
        letter_id = uuid.uuid5(row.id, row.purpose) if queue.named else row.id
        return compose(Letter(letter_id, row.email, row.language, words), self.sender, at)
