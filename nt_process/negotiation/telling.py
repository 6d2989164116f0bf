"""Notices about a negotiation: that something happened, and where; never what was offered or agreed."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.infra.rows import Row
from nt_process.negotiation.errors import Maker

_TELL = """
    INSERT INTO notice (person_id, case_id, kind, subject, created_at, mail, mail_after)
    SELECT DISTINCT p.id, CAST(:case AS uuid), :kind, CAST(:id AS text), CAST(:at AS timestamptz),
           CASE p.mail WHEN 'each' THEN 'pending' ELSE p.mail END, CAST(:at AS timestamptz)
    FROM membership m JOIN person p ON p.id = m.person_id AND p.disabled_at IS NULL
    WHERE m.role = :role AND m.organisation_id = ANY (CAST(:organisations AS uuid[]))
      AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today) AND p.id <> :teller
"""
_TELL_ROLE = sa.text(_TELL)


def tell_company(connection: Connection, kind: str, negotiation: Row, maker: Maker) -> None:
    """Tell the company's own contacts."""
    _tell(connection, kind, negotiation, maker, "company_contact", [negotiation["company_id"]])


def tell_regions(
    connection: Connection, kind: str, negotiation: Row, maker: Maker, regions: list[object]
) -> None:
    """Tell those who represent these regions."""
    _tell(connection, kind, negotiation, maker, "region_representative", regions)


def _tell(
    connection: Connection, kind: str, negotiation: Row, maker: Maker, role: str, organisations: list[object]
) -> None:
    connection.execute(
        _TELL_ROLE,
        {
            "kind": kind,
            "case": negotiation["case_id"],
            "id": negotiation["id"],
            "role": role,
            "organisations": organisations,
            "at": maker.at,
            "today": maker.today,
            "teller": maker.actor.id,
        },
    )
