"""Pending mail goes out: claimed under a lease, handed to the server, noted as sent when it has said 250.

Any number of processes may do this at once (SKIP LOCKED). One that dies between claim and note leaves
mail that is claimed again when the lease has run out; at worst a mail is sent twice, under the same
Message-ID, and never lost. A server that cannot be reached costs no attempt: mail waits for it as long
as it takes. A mail that the server refuses is tried ATTEMPTS times, with longer and longer pauses.
"""

from __future__ import annotations

import smtplib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection, Engine, RowMapping

from nt_process import rights
from nt_process.identity.actor import SignedIn
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.notices.mail import Letter, MailServer, Sender, compose
from nt_process.notices.notice import COLUMNS, JOINS, Notice
from nt_process.notices.texts import Reader, Words, word

BATCH = 10
ATTEMPTS = 8
LEASE = timedelta(minutes=10)
FIRST_PAUSE = timedelta(minutes=5)

# The person as they are now: who has left, or may no longer see the case, is not written to.
_CLAIM = sa.text(f"""
    WITH n AS (
        UPDATE notice SET mail_after = :until, mail_attempts = mail_attempts + 1
        WHERE id IN (SELECT id FROM notice WHERE mail = 'pending' AND mail_after <= :at
                     ORDER BY mail_after, id LIMIT :batch FOR UPDATE SKIP LOCKED)
        RETURNING *
    )
    SELECT {COLUMNS}, n.mail_attempts, n.case_id, c.company_id,
           concerns_tlv(c.id, c.process) AS concerns_tlv, p.id AS person_id, p.email, p.language,
           p.disabled_at, held.roles, held.companies
    FROM n JOIN person p ON p.id = n.person_id {JOINS}
    CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(m.role), '{{}}') AS roles,
               coalesce(array_agg(m.organisation_id) FILTER (WHERE m.role = 'company_contact'), '{{}}')
                   AS companies
        FROM membership m
        WHERE m.person_id = p.id AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
    ) AS held
    ORDER BY n.id
""")  # noqa: S608 - constants of this program
_GATHERED = sa.text(f"""
    SELECT {COLUMNS}, n.case_id, c.company_id, concerns_tlv(c.id, c.process) AS concerns_tlv FROM notice n {JOINS}
    WHERE n.id = ANY (:ids) AND n.person_id = :person ORDER BY n.id
""")  # noqa: S608 - constants of this program
_SENT = sa.text("UPDATE notice SET mail = 'sent', mailed_at = :at WHERE id = :id AND mail = 'pending'")
_UNWANTED = sa.text("UPDATE notice SET mail = 'none' WHERE id = :id AND mail = 'pending'")
_REFUSED = sa.text("""
    UPDATE notice SET mail_after = :again,
        mail = CASE WHEN mail_attempts < :attempts THEN 'pending' ELSE 'failed' END
    WHERE id = :id AND mail = 'pending'
""")
_RELEASE = sa.text("""
    UPDATE notice SET mail_after = :at, mail_attempts = mail_attempts - 1
    WHERE id = ANY (:ids) AND mail = 'pending'
""")

log = structlog.get_logger()


@dataclass(slots=True)
class Delivered:
    """What became of claimed mails. `unreachable`: the server takes none now, and asking again is vain."""

    claimed: int = 0
    sent: int = 0
    refused: int = 0
    unreachable: bool = False


def deliver_all(engine: Engine, server: MailServer, sender: Sender, at: datetime) -> Delivered:
    """Send every mail that is pending at `at` (UTC), or as much as the server takes."""
    total = Delivered()
    while (batch := deliver(engine, server, sender, at)).claimed:
        total.claimed += batch.claimed
        total.sent += batch.sent
        total.refused += batch.refused
        if batch.unreachable:
            total.unreachable = True
            break
    return total


def deliver(engine: Engine, server: MailServer, sender: Sender, at: datetime) -> Delivered:
    """Claim up to BATCH pending mails and hand them to the server, each noted as soon as it is taken."""
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        today = at.astimezone(STOCKHOLM).date()
        claim = {"at": at, "until": at + LEASE, "batch": BATCH, "today": today}
        rows = connection.execute(_CLAIM, claim).mappings().all()
        return _Batch(connection, sender, at).hand_over(rows, server) if rows else Delivered()


@dataclass(slots=True)
class _Batch:
    """The claimed mails of one session with the server."""

    connection: Connection
    sender: Sender
    at: datetime
    done: Delivered = field(default_factory=Delivered)

    def hand_over(self, rows: Sequence[RowMapping], server: MailServer) -> Delivered:
        self.done.claimed = len(rows)
        # A server that is slow must not keep mail beyond its lease: the rest is given back in time.
        deadline = time.monotonic() + LEASE.total_seconds() / 2
        waiting = list(rows)
        try:
            with server.connect() as session:
                while waiting and time.monotonic() < deadline and session.sock is not None:
                    self._send(session, waiting.pop(0))
        except (OSError, smtplib.SMTPException) as error:
            # A session that ends with a complaint has still taken what it said 250 to.
            log.warning("mail_server_unreachable", error=type(error).__name__, count=len(waiting))
            self.done.unreachable = True
        if waiting:
            self.done.unreachable = True
            ids = [row["id"] for row in waiting]
            self.connection.execute(_RELEASE, {"ids": ids, "at": self.at})
        return self.done

    def _send(self, session: smtplib.SMTP, row: RowMapping) -> None:
        try:
            message = self._message(row)
            if message is None:
                self.connection.execute(_UNWANTED, {"id": row["id"]})
                return
            session.send_message(message, self.sender.address, [row["email"]])
        except Exception as error:
            # Whatever is wrong with one mail, the others go out.
            self._refused(row, error)
        else:
            self.connection.execute(_SENT, {"id": row["id"], "at": self.at})
            self.done.sent += 1

    def _refused(self, row: RowMapping, error: Exception) -> None:
        attempt = row["mail_attempts"]
        log.warning("mail_refused", kind=row["kind"], attempt=attempt, error=type(error).__name__)
        again = self.at + FIRST_PAUSE * 2 ** (min(attempt, ATTEMPTS) - 1)
        self.connection.execute(_REFUSED, {"id": row["id"], "again": again, "attempts": ATTEMPTS})
        self.done.refused += 1

    def _message(self, row: RowMapping) -> EmailMessage | None:
        """The mail as it reads for this person now; None when they are not to have it any more."""
        person = _person(row)
        if (
            row["disabled_at"] is not None
            or not _may_be_told(person, row["kind"])
            or not _may_see(person, row)
        ):
            return None
        reader = Reader(person.language, person.audience, self.at.astimezone(STOCKHOLM).date())
        listed = self._gathered(row, person, reader)
        if row["kind"] == "digest" and not listed:
            return None
        letter = Letter(row["id"], person.email, person.language, word(Notice.of(row), reader), listed)
        return compose(letter, self.sender, self.at)

    def _gathered(self, row: RowMapping, person: SignedIn, reader: Reader) -> list[Words]:
        """What a digest tells of, oldest first; nothing for other kinds."""
        if row["kind"] != "digest":
            return []
        gathered = {"ids": row["params"]["notices"], "person": person.id}
        found = self.connection.execute(_GATHERED, gathered).mappings()
        return [
            word(Notice.of(one), reader)
            for one in found
            if _may_be_told(person, one["kind"]) and _may_see(person, one)
        ]


def _person(row: RowMapping) -> SignedIn:
    return SignedIn(
        id=str(row["person_id"]),
        name="",
        email=row["email"],
        language=row["language"],
        organisation="",
        roles=frozenset(row["roles"]),
        company_ids=tuple(str(company) for company in row["companies"]),
    )


def _may_be_told(person: SignedIn, kind: str) -> bool:
    """Denied by default: a kind of notice that the registry does not name is mailed to nobody."""
    policy = rights.MAILS.get(kind)
    return policy is not None and policy.allows(person.roles)


def _may_see(person: SignedIn, row: RowMapping) -> bool:
    if row["case_id"] is None or person.sees_all_cases or str(row["company_id"]) in person.company_ids:
        return True
    return person.is_tlv and bool(row["concerns_tlv"])
