"""Commands on declarations: file one, and decide whether it is a conflict. Each is one transaction.

Nothing is changed or taken away: a later declaration or decision takes the place of the earlier, which stays.
What a declaration touches is not stored; it is asked of the database by whatever reads or writes a case.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.cases import service as cases
from nt_process.cases import store
from nt_process.cases.sight import SEEN, sight
from nt_process.engine.decide import unchanged
from nt_process.engine.snapshot import Event
from nt_process.identity.actor import FILES_DECLARATIONS
from nt_process.identity.maker import Maker
from nt_process.interests import rules
from nt_process.interests.errors import InterestError

_CASE = sa.text(f"SELECT c.id FROM cases c WHERE c.number = :number AND {SEEN}")  # noqa: S608 - a constant
# Who is asked in a consultation on a case declares for it without seeing it.
_ASKED = sa.text("""
    SELECT case_id FROM asked_in_rounds(CAST(:person AS uuid), :today) WHERE case_number = :number LIMIT 1
""")
_FILE = sa.text("""
    INSERT INTO declaration (person_id, year, case_id, nothing, filed_at)
    VALUES (:person, :year, :case_id, :nothing, :at) RETURNING id
""")
_ADD = sa.text("""
    INSERT INTO interest (declaration_id, kind, company, company_id, substance, since, until, description)
    VALUES (:declaration, :kind, :company,
            (SELECT min(o.id::text)::uuid FROM organisation o
             WHERE o.kind = 'company' AND :company <> '' AND company_key(o.name) = company_key(:company)),
            :substance, :since, :until, :description)
""")
_PERSON = sa.text("SELECT name FROM person WHERE id = :id")
_TOUCHING = sa.text("""
    SELECT i.id, i.match_key FROM interests_touching(:case_id, :person, :today) AS touching
    JOIN interest i ON i.id = touching ORDER BY i.id
""")
_DECIDE = sa.text("""
    INSERT INTO conflict_decision (case_id, person_id, conflict, reason, covers, decided_by, decider, at)
    VALUES (:case_id, :person, :conflict, :reason, :covers, :by, :decider, :at)
""")


@dataclass(frozen=True, slots=True)
class Decision:
    """What the secretariat says of one person in one case. `seen` is the latest interest that was shown."""

    person_id: str
    conflict: bool
    reason: str
    seen: int = 0


def file_declaration(
    engine: Engine,
    maker: Maker,
    answer: str,
    rows: Sequence[Mapping[str, str]],
    case_number: str | None = None,
) -> None:
    """File the year's declaration, or the one for a case. Raises BadInput, InterestError."""
    if not maker.actor.roles & FILES_DECLARATIONS:
        raise InterestError("not_allowed")
    interests = rules.read_declaration(answer, rows, for_case=case_number is not None)
    with engine.begin() as connection:
        case_id = None
        if case_number is not None:
            asked = {"number": case_number, "person": maker.actor.id, "today": maker.today}
            case_id = connection.scalar(_CASE, {**asked, **sight(maker.actor)}) or connection.scalar(
                _ASKED, asked
            )
            if case_id is None:
                raise InterestError("not_found")
        declaration = connection.scalar(
            _FILE,
            {
                "person": maker.actor.id,
                "year": maker.today.year if case_id is None else None,
                "case_id": case_id,
                "nothing": not interests,
                "at": maker.at,
            },
        )
        for one in interests:
            connection.execute(
                _ADD,
                {
                    "declaration": declaration,
                    "kind": one.kind,
                    "company": one.company,
                    "substance": one.substance,
                    "since": one.since,
                    "until": one.until,
                    "description": one.description,
                },
            )


def decide(engine: Engine, maker: Maker, number: str, decision: Decision) -> None:
    """Record that a person has, or has not, a conflict of interest in a case; it holds at once.

    Who has one is taken off the case in the same step. Raises BadInput, InterestError, CaseNotFound, and Refused
    when the decider has a conflict in the case.
    """
    refused = rules.refuses_decision(maker.actor.id, maker.actor.roles, decision.person_id)
    if refused is not None:
        raise InterestError(refused)
    reason = rules.read_reason(decision.reason)

    def change(connection: Connection, loaded: store.Loaded) -> Event:
        name = connection.scalar(_PERSON, {"id": _uuid(decision.person_id)})
        if name is None:
            raise InterestError("not_found")
        place = {"case_id": loaded.id, "person": decision.person_id}
        touching = connection.execute(_TOUCHING, {**place, "today": maker.today}).all()
        if any(row.id > decision.seen for row in touching) and not decision.conflict:
            raise InterestError("declared_meanwhile")
        connection.execute(
            _DECIDE,
            {
                **place,
                "conflict": decision.conflict,
                "reason": reason,
                "covers": sorted({row.match_key for row in touching}),
                "by": maker.actor.id,
                "decider": maker.actor.name,
                "at": maker.at,
            },
        )
        told = {"person": name, "conflict": decision.conflict}
        changes = _taken_off(loaded, decision.person_id) if decision.conflict else {}
        return unchanged(
            loaded.case,
            "conflict_decided",
            loaded.actor,
            "secretariat",
            maker.at,
            inputs=told,
            changes=changes,
        )

    cases.record(engine, maker.actor.id, number, maker.at, change)


def _taken_off(loaded: store.Loaded, person_id: str) -> dict[str, object]:
    """The fields of the case without this person as its officer or beside them."""
    changes: dict[str, object] = {}
    if str(loaded.case.field("owner_id") or "") == person_id:
        changes |= {"owner_id": None, "owner": ""}
    assignees = loaded.case.field("assignees")
    if isinstance(assignees, list) and any(one["id"] == person_id for one in assignees):
        changes["assignees"] = [one for one in assignees if one["id"] != person_id]
    return changes


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise InterestError("not_found") from None
