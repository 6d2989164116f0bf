"""Notices of a round to those who are asked: that it was opened, its day moved, it reminds, or there is a reply."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.consultation.rules import ANSWERING
from nt_process.infra.rows import Row

# Of the round only the register number of its case and its last day go into a notice.
_TELL = sa.text("""
    INSERT INTO notice (person_id, kind, subject, due, params, created_at, mail, mail_after)
    SELECT DISTINCT p.id, :kind, CAST(:id AS text), CAST(:due AS date),
           jsonb_build_object('number', CAST(:number AS text)), CAST(:at AS timestamptz),
           CASE p.mail WHEN 'each' THEN 'pending' ELSE p.mail END, CAST(:at AS timestamptz)
    FROM consultation_addressee a
    JOIN membership m ON m.organisation_id = a.organisation_id AND m.role = ANY (:roles)
        AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
    JOIN person p ON p.id = m.person_id AND p.disabled_at IS NULL
    WHERE a.consultation_id = :id AND a.organisation_id = ANY (:organisations)
""")
_ASKED = sa.text("SELECT organisation_id FROM consultation_addressee WHERE consultation_id = :id")


def tell(
    connection: Connection,
    kind: str,
    consultation: Row,
    at: datetime,
    today: date,
    *,
    due: date | None,
    organisations: Sequence[object] | None = None,
) -> None:
    """Write a notice to everyone who may answer for the organisations (None: all that are asked)."""
    if organisations is None:
        organisations = list(connection.scalars(_ASKED, {"id": consultation["id"]}))
    parameters = {
        "kind": kind,
        "id": consultation["id"],
        "number": consultation["case_number"],
        "due": due,
        "at": at,
        "today": today,
        "roles": list(ANSWERING),
        "organisations": list(organisations),
    }
    connection.execute(_TELL, parameters)
