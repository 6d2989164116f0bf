"""What is changed of a company, kept for good; and notices to whoever is concerned, which hold nothing typed."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.companies.errors import Maker
from nt_process.identity.history import By, note

_LOG = sa.text("""
    INSERT INTO company_change (organisation_id, kind, subject, reason, person_id, person, side, at)
    VALUES (:organisation, :kind, :subject, :reason, :person_id, :person, :side, :at)
""")
_TELL_ROLE = sa.text("""
    INSERT INTO notice (person_id, kind, subject, created_at, mail, mail_after)
    SELECT p.id, :kind, :subject, :at, CASE p.mail WHEN 'each' THEN 'pending' ELSE p.mail END, :at
    FROM recipients(ARRAY[:role], NULL, CAST(:company AS uuid), :today) r JOIN person p ON p.id = r.person_id
""")
_TELL_ADMINISTRATORS = sa.text("""
    INSERT INTO notice (person_id, kind, subject, created_at, mail, mail_after)
    SELECT DISTINCT p.id, :kind, :subject, CAST(:at AS timestamptz),
           CASE p.mail WHEN 'each' THEN 'pending' ELSE p.mail END, CAST(:at AS timestamptz)
    FROM membership m JOIN person p ON p.id = m.person_id
    WHERE m.organisation_id = :organisation AND m.role = 'company_administrator' AND p.disabled_at IS NULL
      AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
""")


def log(
    connection: Connection,
    maker: Maker,
    organisation_id: object,
    kind: str,
    subject: str,
    reason: str = "",
    *,
    person_id: str | None = None,
) -> None:
    """Add to a company's history, and to that of all people and organisations; `kind` is one of those of the table.

    `person_id`: whom it is about, when they have an account.
    """
    connection.execute(
        _LOG,
        {
            "organisation": organisation_id,
            "kind": kind,
            "subject": subject,
            "reason": reason,
            "person_id": maker.actor.id,
            "person": maker.actor.name,
            "side": maker.side,
            "at": maker.at,
        },
    )
    by = By(maker.at, maker.actor.id, maker.actor.name)
    organisation = str(organisation_id)
    note(connection, by, f"company_{kind}", person_id=person_id, organisation_id=organisation, new=subject)


def tell_secretariat(connection: Connection, kind: str, subject: str, at: datetime, today: object) -> None:
    """Tell everyone in the secretariat."""
    given = {
        "kind": kind,
        "subject": subject,
        "at": at,
        "today": today,
        "role": "secretariat",
        "company": None,
    }
    connection.execute(_TELL_ROLE, given)


def tell_administrators(connection: Connection, kind: str, organisation_id: str, maker: Maker) -> None:
    """Tell those who keep a company's people."""
    given = {"kind": kind, "subject": organisation_id, "organisation": organisation_id}
    connection.execute(_TELL_ADMINISTRATORS, {**given, "at": maker.at, "today": maker.today})
