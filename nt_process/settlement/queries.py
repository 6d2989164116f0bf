"""What the pages of settlement show. The policies leave out what a reader may not see; so do the statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row, fetch

# Agreements that bind or have bound somebody, and of these the ones of whom the actor speaks for; the council's own side
# sees every one. A region that was only asked to sign settles nothing.
_MINE = """
    EXISTS (SELECT FROM agreement_binding b WHERE b.agreement_id = a.id AND NOT isempty(b.days)
            AND (:all OR a.company_id = ANY (:organisations) OR b.organisation_id = ANY (:organisations)))
    AND conflict_of_interest(a.case_id, :person, :today) IS NULL
"""
_ORGANISATIONS = sa.text("""
    SELECT organisation_id FROM membership
    WHERE person_id = :person AND role IN ('company_contact', 'region_representative')
      AND valid_from <= :today AND (valid_to IS NULL OR valid_to >= :today)
""")
_AGREEMENTS = sa.text(f"""
    SELECT a.id, a.negotiation_id, a.case_number AS number, a.company_id, c.medicine AS name, o.name AS company,
           (SELECT min(lower(b.days)) FROM agreement_binding b
            WHERE b.agreement_id = a.id AND NOT isempty(b.days)) AS first_day,
           (SELECT count(DISTINCT b.organisation_id) FROM agreement_binding b
            WHERE b.agreement_id = a.id AND b.days @> CAST(:today AS date)) AS regions,
           (SELECT r.until FROM settlement_run r WHERE r.agreement_id = a.id AND r.state = 'approved'
            ORDER BY r.number DESC LIMIT 1) AS settled,
           (SELECT r.state FROM settlement_run r WHERE r.agreement_id = a.id AND r.state IN ('computing', 'proposed')
            LIMIT 1) AS under_way,
           (SELECT count(*) FROM settlement_dispute d JOIN settlement_run r ON r.id = d.run_id
            WHERE r.agreement_id = a.id AND d.state = 'open'
              AND (:all OR d.organisation_id = ANY (:organisations))) AS disputes
    FROM agreement a JOIN cases c ON c.id = a.case_id JOIN organisation o ON o.id = a.company_id
    WHERE {_MINE} AND (CAST(:id AS uuid) IS NULL OR a.id = CAST(:id AS uuid))
    ORDER BY sv_sort(c.medicine), a.id
""")  # noqa: S608 - both are constants of this program
_RUNS = sa.text(f"""
    SELECT r.id, r.agreement_id, r.number, r.until, r.kind, r.state, r.row_count, r.known_number, r.proposed_by,
           r.proposed_at, r.decided_at, CASE WHEN :all THEN p.name END AS proposer,
           CASE WHEN :all THEN d.name END AS decider, c.medicine AS name, a.negotiation_id, a.case_number,
           o.name AS company
    FROM settlement_run r JOIN agreement a ON a.id = r.agreement_id JOIN cases c ON c.id = a.case_id
    JOIN organisation o ON o.id = a.company_id
    JOIN person p ON p.id = r.proposed_by LEFT JOIN person d ON d.id = r.decided_by
    WHERE {_MINE} AND (:all OR r.state = 'approved')
      AND (CAST(:agreement AS uuid) IS NULL OR r.agreement_id = CAST(:agreement AS uuid))
      AND (CAST(:run AS uuid) IS NULL OR r.id = CAST(:run AS uuid))
    ORDER BY r.number DESC LIMIT 100
""")  # noqa: S608 - both are constants of this program
# One row for each region and version; a region reads its own.
_PARTIES = sa.text("""
    SELECT DISTINCT o.name, b.organisation_id, b.version, lower(b.days) AS first_day, upper(b.days) - 1 AS last_day,
           sv_sort(o.name) AS place
    FROM agreement_binding b JOIN organisation o ON o.id = b.organisation_id JOIN agreement a ON a.id = b.agreement_id
    WHERE b.agreement_id = :id AND NOT isempty(b.days)
      AND (:all OR a.company_id = ANY (:organisations) OR b.organisation_id = ANY (:organisations))
    ORDER BY place, first_day
""")
# Each package by the name that the latest version of the terms has for it.
_PACKAGES = sa.text("""
    SELECT DISTINCT ON (p.number) p.number, p.name FROM agreement_version v
    CROSS JOIN LATERAL unnest(v.packages, v.package_names) AS p (number, name)
    WHERE v.agreement_id = :id AND EXISTS (
        SELECT FROM agreement_binding b WHERE b.agreement_id = v.agreement_id AND b.version = v.version)
    ORDER BY p.number, v.version DESC
""")
_STATEMENTS = sa.text("""
    SELECT s.party, s.organisation_id, o.name, s.units FROM settlement_statement s JOIN organisation o ON o.id = s.organisation_id
    WHERE s.run_id = :id AND (:all OR s.organisation_id = ANY (:organisations))
    ORDER BY s.party = 'company' DESC, sv_sort(o.name)
""")
_DISPUTES = sa.text("""
    SELECT d.id, d.party, o.name, d.state, d.raised_at, d.resolved_at FROM settlement_dispute d
    JOIN organisation o ON o.id = d.organisation_id
    WHERE d.run_id = :id AND (:all OR d.organisation_id = ANY (:organisations)) ORDER BY d.raised_at DESC
""")
_UNSETTLED = sa.text("""
    SELECT p FROM unnest(CAST(:packages AS text[])) AS p
    WHERE NOT EXISTS (SELECT FROM agreement_binding b WHERE b.package = p AND NOT isempty(b.days)) ORDER BY p
""")
# Of every approved run that can be about a year: the statement that says what its regions had, which is the company's
# for the council's side. A run without a statement for the reader added nothing to theirs.
_OF_YEAR = sa.text(f"""
    SELECT r.agreement_id, r.id, r.until, r.decided_at, s.party
    FROM settlement_run r JOIN agreement a ON a.id = r.agreement_id
    LEFT JOIN settlement_statement s ON s.run_id = r.id
      AND CASE WHEN :all THEN s.party = 'company' ELSE s.organisation_id = ANY (:organisations) END
    WHERE {_MINE} AND r.state = 'approved' AND r.until >= :first ORDER BY r.agreement_id, r.number
""")  # noqa: S608 - both are constants of this program


def _reader(connection: Connection, actor: SignedIn, today: date, **more: Any) -> dict[str, Any]:
    own = connection.scalars(_ORGANISATIONS, {"person": actor.id, "today": today}).all()
    return {"all": actor.is_internal, "organisations": list(own), "person": actor.id, "today": today, **more}


def agreements(connection: Connection, actor: SignedIn, today: date) -> list[Row]:
    return fetch(connection, _AGREEMENTS, _reader(connection, actor, today, id=None))


def agreement(connection: Connection, actor: SignedIn, agreement_id: str, today: date) -> Row | None:
    given = _reader(connection, actor, today, id=agreement_id)
    return next(iter(fetch(connection, _AGREEMENTS, given)), None)


def runs(connection: Connection, actor: SignedIn, agreement_id: str, today: date) -> list[Row]:
    """Of an agreement, the latest first; the parties see what has been approved."""
    return fetch(connection, _RUNS, _reader(connection, actor, today, agreement=agreement_id, run=None))


def run(connection: Connection, actor: SignedIn, run_id: str, today: date) -> Row | None:
    given = _reader(connection, actor, today, agreement=None, run=run_id)
    return next(iter(fetch(connection, _RUNS, given)), None)


def parties(connection: Connection, actor: SignedIn, agreement_id: str, today: date) -> list[Row]:
    return fetch(connection, _PARTIES, _reader(connection, actor, today, id=agreement_id))


def packages(connection: Connection, agreement_id: str) -> dict[str, str]:
    """The article numbers that are settled, each with what the terms call it."""
    return {row["number"]: row["name"] for row in fetch(connection, _PACKAGES, {"id": agreement_id})}


def statements(connection: Connection, actor: SignedIn, run_id: str, today: date) -> list[Row]:
    """Whom a run has statements for, among those that the actor may open."""
    return fetch(connection, _STATEMENTS, _reader(connection, actor, today, id=run_id))


def disputes(connection: Connection, actor: SignedIn, run_id: str, today: date) -> list[Row]:
    return fetch(connection, _DISPUTES, _reader(connection, actor, today, id=run_id))


def runs_of_year(connection: Connection, actor: SignedIn, year: int, today: date) -> list[Row]:
    """The approved runs that can hold something of a year's months, with the reader's statement of each."""
    return fetch(connection, _OF_YEAR, _reader(connection, actor, today, first=date(year, 1, 1)))


def unsettled(connection: Connection, packages: Sequence[str]) -> list[str]:
    """Those that no agreement the reader knows of has ever bound a region for: nothing is due for what was sold of them."""
    return list(connection.scalars(_UNSETTLED, {"packages": list(packages)}))
