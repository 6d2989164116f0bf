"""A notice to people who are named, in the system and as each has chosen to get mail. It holds nothing typed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

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
