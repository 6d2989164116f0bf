"""A notice to people who are named, in the system and as each has chosen to get mail. It holds nothing typed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.kernel.calendar import STOCKHOLM

_TELL_PEOPLE = sa.text("""
    INSERT INTO notice (person_id, case_id, kind, subject, due, created_at, mail, mail_after)
    SELECT p.id, CAST(:case_id AS uuid), :kind, :subject, CAST(:due AS date), :at,
           CASE p.mail WHEN 'each' THEN 'pending' ELSE p.mail END, :at
    FROM person p WHERE p.id = ANY (CAST(:people AS uuid[])) AND p.disabled_at IS NULL
""")


def tell_people(
    connection: Connection,
    kind: str,
    subject: str,
    people: Iterable[str],
    at: datetime,
    *,
    case_id: object = None,
    due: object = None,
) -> None:
    """Tell these people (ids) of something of a kind; `subject` is what it is about, for the link."""
    given = {"kind": kind, "subject": subject, "people": list(people), "at": at}
    connection.execute(_TELL_PEOPLE, {**given, "case_id": case_id, "due": due})


_TELL_ROLE = sa.text("""
    INSERT INTO notice (person_id, case_id, kind, subject, created_at, mail, mail_after)
    SELECT DISTINCT p.id, CAST(:case_id AS uuid), :kind, :subject, CAST(:at AS timestamptz),
           CASE p.mail WHEN 'each' THEN 'pending' ELSE p.mail END, CAST(:at AS timestamptz)
    FROM membership m JOIN person p ON p.id = m.person_id
    WHERE m.role = :role AND p.disabled_at IS NULL
      AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
      AND (CAST(:organisation AS uuid) IS NULL OR m.organisation_id = :organisation)
""")


def tell_role(
    connection: Connection,
    role: str,
    kind: str,
    subject: str,
    at: datetime,
    *,
    case_id: object = None,
    organisation: object = None,
) -> None:
    """Tell everybody who holds a role on the day of `at` (UTC), with `organisation` only for that one."""
    given = {"role": role, "kind": kind, "subject": subject, "at": at, "case_id": case_id}
    today = at.astimezone(STOCKHOLM).date()
    connection.execute(_TELL_ROLE, {**given, "organisation": organisation, "today": today})
