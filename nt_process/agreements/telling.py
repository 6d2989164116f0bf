"""Notices about an agreement: that something happened, and where; never what is agreed."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity.maker import Maker
from nt_process.infra.rows import Row

_TELL = sa.text("""
    INSERT INTO notice (person_id, case_id, kind, subject, created_at, mail, mail_after)
    SELECT DISTINCT p.id, CAST(:case AS uuid), :kind, CAST(:id AS text), CAST(:at AS timestamptz),
           CASE p.mail WHEN 'each' THEN 'pending' ELSE p.mail END, CAST(:at AS timestamptz)
    FROM membership m JOIN person p ON p.id = m.person_id AND p.disabled_at IS NULL
    WHERE m.organisation_id = ANY (CAST(:organisations AS uuid[]))
      AND m.role IN ('company_contact', 'region_representative')
      AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today) AND p.id <> :teller
""")


def tell(
    connection: Connection, kind: str, agreement: Row, maker: Maker, organisations: Sequence[object]
) -> None:
    """Tell the contacts of a company and those who represent regions."""
    given = {"kind": kind, "case": agreement["case_id"], "id": agreement["id"], "at": maker.at}
    told = {"organisations": [str(one) for one in organisations], "today": maker.today}
    connection.execute(_TELL, {**given, **told, "teller": maker.actor.id})
