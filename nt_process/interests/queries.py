"""Reads of declarations and conflicts. What was declared is read by whoever declared it and by the secretariat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.cases.store import conflict_of
from nt_process.engine.conditions import Conflict
from nt_process.identity.actor import FILES_DECLARATIONS, SignedIn
from nt_process.infra.rows import Row
from nt_process.kernel.search import like
from nt_process.rights import INTERNAL, SECRETARIAT

MOST_POSSIBLE = 200

_INTERESTS = """
    (SELECT json_agg(json_build_object('kind', i.kind, 'company', i.company, 'substance', i.substance, 'since', i.since,
        'until', i.until, 'description', i.description) ORDER BY i.id)
     FROM interest i WHERE i.declaration_id = d.id) AS interests
"""
_TOUCHING = """
    CROSS JOIN LATERAL (
        SELECT max(i.id) AS seen, json_agg(json_build_object('kind', i.kind, 'company', i.company, 'substance',
            i.substance, 'since', i.since, 'until', i.until, 'description', i.description) ORDER BY i.id) AS interests
        FROM interests_touching(c.id, p.id, :today) AS found JOIN interest i ON i.id = found
    ) touching
"""
_MINE = sa.text(f"""
    SELECT d.id, d.year, d.nothing, d.filed_at, coalesce(c.number, asked.case_number) AS number, c.medicine, {_INTERESTS}
    FROM declaration d LEFT JOIN cases c ON c.id = d.case_id
    LEFT JOIN LATERAL (
        SELECT r.case_number FROM asked_in_rounds(CAST(:person AS uuid), :today) r
        WHERE c.id IS NULL AND r.case_id = d.case_id LIMIT 1
    ) asked ON true
    WHERE d.person_id = :person AND (:number = '' OR coalesce(c.number, asked.case_number) = :number)
    ORDER BY d.id DESC LIMIT 200
""")  # noqa: S608 - a constant of this program
_ASKED = sa.text("""
    SELECT case_number, conflict FROM asked_in_rounds(CAST(:person AS uuid), :today)
    WHERE case_number = :number LIMIT 1
""")
_LACKS = sa.text("""
    SELECT NOT EXISTS (SELECT FROM declaration WHERE person_id = :person AND case_id = :case_id)
""")
_FILERS = sa.text(f"""
    SELECT p.id, p.name, held.organisation, held.roles, d.filed_at, d.nothing, {_INTERESTS}
    FROM person p
    CROSS JOIN LATERAL (
        SELECT array_agg(DISTINCT m.role ORDER BY m.role) AS roles, min(o.name) AS organisation
        FROM membership m JOIN organisation o ON o.id = m.organisation_id
        WHERE m.person_id = p.id AND m.role = ANY (:roles) AND m.valid_from <= :today
          AND (m.valid_to IS NULL OR m.valid_to >= :today)
    ) held
    LEFT JOIN LATERAL (
        SELECT * FROM declaration WHERE person_id = p.id AND year = :year ORDER BY id DESC LIMIT 1
    ) d ON true
    WHERE :may_read AND p.disabled_at IS NULL AND held.roles IS NOT NULL
      AND (:q = '' OR search_fold(p.name || ' ' || held.organisation) LIKE '%' || search_fold(:q) || '%')
      AND (NOT :missing OR d.id IS NULL)
    ORDER BY d.filed_at IS NOT NULL, sv_sort(p.name), p.id LIMIT 1000
""")  # noqa: S608 - a constant of this program
# Each way of matching is a join of its own: open cases are read once, however many interests there are.
_POSSIBLE = sa.text(f"""
    WITH open AS MATERIALIZED (
        SELECT id, company_id, company_key(company) AS company_key, substance_keys(substance) AS substance_keys
        FROM cases WHERE :may_read AND NOT terminal
    ), current AS MATERIALIZED (
        SELECT i.*, d.person_id, d.case_id
        FROM (SELECT max(id) AS id FROM declaration WHERE :may_read GROUP BY person_id, case_id) latest
        JOIN declaration d ON d.id = latest.id JOIN interest i ON i.declaration_id = d.id
    ), pairs AS (
        SELECT o.id AS case_id, i.person_id FROM current i JOIN open o ON o.company_id = i.company_id
        UNION SELECT o.id, i.person_id FROM current i JOIN open o
            ON o.company_key = i.company_key AND i.company_key <> ''
        UNION SELECT o.id, i.person_id FROM (SELECT person_id, unnest(substance_keys) AS key FROM current) i
            JOIN (SELECT id, unnest(substance_keys) AS key FROM open) o ON o.key = i.key
        UNION SELECT case_id, person_id FROM current WHERE case_id IS NOT NULL
    )
    SELECT c.number, c.medicine, c.substance AS case_substance, c.company AS case_company, p.id AS person_id, p.name,
           touching.interests, touching.seen
    FROM pairs JOIN cases c ON c.id = pairs.case_id JOIN person p ON p.id = pairs.person_id {_TOUCHING}
    WHERE p.disabled_at IS NULL AND conflict_of_interest(c.id, p.id, :today) = '{{}}'
    ORDER BY sv_sort(p.name), c.number LIMIT {MOST_POSSIBLE}
""")  # noqa: S608 - constants of this program
_CASE = sa.text("SELECT id FROM cases WHERE number = :number")
_IN_CASE = sa.text("""
    SELECT p.id, p.name, k.conflict FROM conflicts_in(:case_id, :today) k JOIN person p ON p.id = k.person_id
    ORDER BY sv_sort(p.name), p.id
""")
_POSSIBLE_IN_CASE = sa.text(f"""
    SELECT c.number, c.medicine, c.substance AS case_substance, c.company AS case_company, p.id AS person_id, p.name,
           touching.interests, touching.seen
    FROM conflicts_in(:case_id, :today) k JOIN person p ON p.id = k.person_id JOIN cases c ON c.id = :case_id
    {_TOUCHING}
    WHERE k.conflict = '{{}}' ORDER BY sv_sort(p.name), p.id
""")  # noqa: S608 - constants of this program
_DECISIONS = sa.text("""
    SELECT d.conflict, d.decider, d.at, p.name, CASE WHEN :reasons OR d.person_id = :reader THEN d.reason ELSE '' END
           AS reason
    FROM conflict_decision d JOIN person p ON p.id = d.person_id WHERE d.case_id = :case_id ORDER BY d.id DESC
""")
# Who holds the case, works on it, has done something in it or has answered for an organisation in a consultation on
# it, of those who file declarations.
_TAKING_PART = sa.text("""
    SELECT p.id, p.name, own.filed_at, own.nothing, yearly.filed_at AS yearly_at
    FROM person p
    LEFT JOIN LATERAL (SELECT * FROM declaration WHERE person_id = p.id AND case_id = :case_id
        ORDER BY id DESC LIMIT 1) own ON true
    LEFT JOIN LATERAL (SELECT * FROM declaration WHERE person_id = p.id AND year = :year
        ORDER BY id DESC LIMIT 1) yearly ON true
    WHERE p.id IN (
        SELECT owner_id FROM cases WHERE id = :case_id
        UNION SELECT (one ->> 'id')::uuid FROM cases, jsonb_array_elements(assignees) one WHERE id = :case_id
        UNION SELECT actor_id FROM event WHERE case_id = :case_id AND role = ANY (:roles)
        UNION SELECT s.person_id FROM consultation_answer s JOIN consultation r ON r.id = s.consultation_id
            WHERE r.case_id = :case_id)
    ORDER BY sv_sort(p.name), p.id
""")
_CAN_BE_DECIDED = sa.text("""
    SELECT DISTINCT p.id, p.name, sv_sort(p.name) FROM person p JOIN membership m ON m.person_id = p.id
    WHERE m.role = ANY (:roles) AND p.disabled_at IS NULL AND m.valid_from <= :today
      AND (m.valid_to IS NULL OR m.valid_to >= :today) AND p.id <> :reader
    ORDER BY 3, 1
""")


@dataclass(frozen=True, slots=True)
class AskedAbout:
    """A case as who is asked about it knows it: its number, and what keeps them from taking part."""

    number: str
    conflict: Conflict | None


@dataclass(frozen=True, slots=True)
class OnCase:
    """Conflicts of interest in one case as a reader may know of them."""

    conflicts: list[Row]
    decisions: list[Row]
    possible: list[Row]
    taking_part: list[Row]
    people: list[tuple[str, str]]


def mine(connection: Connection, actor: SignedIn, today: date, number: str = "") -> list[Row]:
    """What the actor has declared, the latest first; of one case with `number`.

    A case that the actor neither sees nor is asked about any more has no number.
    """
    asked = {"person": actor.id, "today": today, "number": number}
    return list(connection.execute(_MINE, asked).mappings())


def asked_about(connection: Connection, actor: SignedIn, today: date, number: str) -> AskedAbout | None:
    """The case, for who is asked in a consultation on it; None for everyone else."""
    if not (number.isascii() and number.isprintable()):
        return None
    row = (
        connection.execute(_ASKED, {"person": actor.id, "today": today, "number": number}).mappings().first()
    )
    return None if row is None else AskedAbout(row["case_number"], conflict_of(row["conflict"]))


def lacks_declaration(connection: Connection, actor: SignedIn, case_id: object) -> bool:
    """Whether the actor has declared nothing for the case, not even that there is nothing."""
    return bool(connection.scalar(_LACKS, {"person": actor.id, "case_id": case_id}))


def filers(
    connection: Connection, actor: SignedIn, today: date, *, q: str = "", missing: bool = False
) -> list[Row]:
    """Everyone who is to file this year, with what they have filed; who has not comes first."""
    return list(
        connection.execute(_FILERS, {**_reader(actor, today), "q": like(q), "missing": missing}).mappings()
    )


def possible(connection: Connection, actor: SignedIn, today: date) -> list[Row]:
    """Possible conflicts in open cases that nobody has decided about yet."""
    return list(connection.execute(_POSSIBLE, _reader(actor, today)).mappings())


def on_case(connection: Connection, actor: SignedIn, number: str, today: date) -> OnCase:
    """What the council's side knows of conflicts in a case; the secretariat also what was declared, and by whom."""
    if not INTERNAL.allows(actor.roles):
        return OnCase([], [], [], [], [])
    decides = SECRETARIAT.allows(actor.roles)
    asked = {
        **_reader(actor, today),
        "case_id": connection.scalar(_CASE, {"number": number}),
        "reasons": decides,
    }

    def read(statement: sa.TextClause) -> list[Row]:
        return list(connection.execute(statement, asked).mappings())

    return OnCase(
        conflicts=read(_IN_CASE),
        decisions=read(_DECISIONS),
        possible=read(_POSSIBLE_IN_CASE) if decides else [],
        taking_part=read(_TAKING_PART) if decides else [],
        people=[(str(row["id"]), row["name"]) for row in read(_CAN_BE_DECIDED)] if decides else [],
    )


def conflicts_of(connection: Connection, case_number: str, today: date) -> Mapping[str, bool]:
    """Who may not take part in the case on this day, by person's id: True when decided, False while it waits.

    For whoever plans around it (an agenda); it tells that there is a conflict and never what it is.
    """
    case_id = connection.scalar(_CASE, {"number": case_number})
    rows = connection.execute(_IN_CASE, {"case_id": case_id, "today": today})
    return {str(row.id): bool(row.conflict) for row in rows}


def _reader(actor: SignedIn, today: date) -> dict[str, Any]:
    return {
        "may_read": SECRETARIAT.allows(actor.roles),
        "reader": actor.id,
        "roles": sorted(FILES_DECLARATIONS),
        "today": today,
        "year": today.year,
    }
