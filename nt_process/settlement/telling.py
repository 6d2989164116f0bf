"""Notices to the parties of an agreement: that there is a statement, or that something became of a dispute.

They say the register number of the case and nothing of what is due.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.agreements.told import Binding
from nt_process.identity.maker import Maker

_WRITE = """
    INSERT INTO notice (person_id, kind, subject, params, created_at, mail, mail_after)
    SELECT DISTINCT p.id, :kind, CAST(:run AS text), jsonb_build_object('number', CAST(:number AS text)),
           CAST(:at AS timestamptz), CASE p.mail WHEN 'each' THEN 'pending' ELSE p.mail END, CAST(:at AS timestamptz)
    FROM membership m JOIN person p ON p.id = m.person_id AND p.disabled_at IS NULL
    WHERE m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today) AND
"""
_PARTIES = sa.text(f"""{_WRITE}
      m.role IN ('company_contact', 'region_representative') AND m.organisation_id IN (
          SELECT s.organisation_id FROM settlement_statement s WHERE s.run_id = CAST(:run AS uuid))
""")  # noqa: S608 - both are constants of this program
_ONE_PARTY = sa.text(f"""{_WRITE}
      m.role IN ('company_contact', 'region_representative') AND m.organisation_id = CAST(:organisation AS uuid)
""")
_OFFICE = sa.text(f"{_WRITE} m.role = 'secretariat'")


def tell_parties(connection: Connection, kind: str, run_id: object, agreement: Binding, maker: Maker) -> None:
    """To everyone who speaks for the company or a region that the run has a statement for."""
    connection.execute(_PARTIES, _given(kind, run_id, agreement, maker))


def tell_party(
    connection: Connection,
    kind: str,
    run_id: object,
    organisation_id: object,
    agreement: Binding,
    maker: Maker,
) -> None:
    given = _given(kind, run_id, agreement, maker)
    connection.execute(_ONE_PARTY, {**given, "organisation": organisation_id})


def tell_office(connection: Connection, kind: str, run_id: object, agreement: Binding, maker: Maker) -> None:
    connection.execute(_OFFICE, _given(kind, run_id, agreement, maker))


def _given(kind: str, run_id: object, agreement: Binding, maker: Maker) -> dict[str, object]:
    return {
        "kind": kind,
        "run": str(run_id),
        "number": agreement.number,
        "at": maker.at,
        "today": maker.today,
    }
