"""Early dialogues: a meeting with a company before it applies, what it asked and the advice it got, and what may be told.

The company reads its own. The regions read of a dialogue that a case has come of what may be told, and nothing else.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.identity.actor import SignedIn
from nt_process.identity.maker import Maker
from nt_process.infra.rows import Row
from nt_process.kernel import typed as fields
from nt_process.kernel.faults import BadInput, Fault
from nt_process.reassessment.errors import ReassessmentError
from nt_process.reassessment.service import MOST_TEXT, by, hold, require
from nt_process.rights import SECRETARIAT

FIELDS = ("medicine", "held_on", "parties", "questions", "advice", "for_regions")

_COMPANY = sa.text("SELECT id FROM organisation WHERE kind = 'company' AND id = :id")
_COMPANIES = sa.text("SELECT id, name FROM organisation WHERE kind = 'company' ORDER BY sv_sort(name)")
_CASE = sa.text("SELECT c.id, c.company_id FROM cases c WHERE c.number = :number")
_MAKE = sa.text("""
    INSERT INTO early_dialogue (id, company_id, made_by, made_at) VALUES (:id, :company, :name, :at)
""")
_WRITE = sa.text(f"""
    INSERT INTO early_dialogue_version (dialogue_id, version, case_id, {", ".join(FIELDS)}, person_id, person, at)
    VALUES (:id, :version, :case, {", ".join(f":{name}" for name in FIELDS)}, :person, :name, :at)
    ON CONFLICT DO NOTHING RETURNING version
""")  # noqa: S608 - constants of this program
_MINE = """((:internal AND (v.case_id IS NULL OR conflict_of_interest(v.case_id, :person, acting_day()) IS NULL))
    OR d.company_id = ANY (:companies))"""
_FOUND = f"""
    SELECT d.id, d.company_id, d.made_by, d.made_at, o.name AS company, v.version, v.case_id, v.medicine, v.held_on,
           v.parties, v.questions, v.advice, v.for_regions, v.person, v.at, c.number AS case_number
    FROM early_dialogue d
    JOIN LATERAL (SELECT * FROM early_dialogue_version x WHERE x.dialogue_id = d.id ORDER BY x.version DESC LIMIT 1) v ON true
    JOIN organisation o ON o.id = d.company_id LEFT JOIN cases c ON c.id = v.case_id
    WHERE {_MINE}
"""  # noqa: S608 - constants of this program
_LIST = sa.text(f"{_FOUND} AND (:number = '' OR c.number = :number) ORDER BY v.held_on DESC, d.id LIMIT 500")
_ONE = sa.text(f"{_FOUND} AND d.id = :id")
_VERSIONS = sa.text("""
    SELECT version, person, at FROM early_dialogue_version WHERE dialogue_id = :id ORDER BY version DESC
""")
_TOLD = sa.text("""
    SELECT v.held_on, v.for_regions FROM early_dialogue d
    JOIN LATERAL (SELECT * FROM early_dialogue_version x WHERE x.dialogue_id = d.id ORDER BY x.version DESC LIMIT 1) v ON true
    JOIN cases c ON c.id = v.case_id
    WHERE :regions AND c.number = :number AND v.for_regions <> '' ORDER BY v.held_on, d.id
""")

_READERS: Mapping[str, fields.Reader] = {
    "medicine": fields.required(fields.line),
    "held_on": fields.day,
    "parties": fields.required(lambda text: fields.paragraph(text, MOST_TEXT)),
    "questions": fields.required(lambda text: fields.paragraph(text, MOST_TEXT)),
    "advice": lambda text: fields.paragraph(text, MOST_TEXT),
    "for_regions": lambda text: fields.paragraph(text, MOST_TEXT),
}


def begin(engine: Engine, maker: Maker, typed: Mapping[str, str]) -> str:
    """Enter a dialogue with a company (`company`, an id), and give its id. `case` (a number) is the case that came of it.

    Raises BadInput, ReassessmentError.
    """
    require(maker, SECRETARIAT)
    found = fields.read(typed, {"company": fields.identifier, **_READERS})
    with engine.begin() as connection:
        if connection.scalar(_COMPANY, {"id": found["company"]}) is None:
            raise BadInput(Fault("not_a_choice", column="company"))
        case = _case(connection, typed.get("case", ""), found["company"])
        made = {"id": uuid.uuid4(), "company": found["company"], **by(maker)}
        connection.execute(_MAKE, made)
        connection.execute(_WRITE, {**found, **made, "version": 1, "case": case})
        _record(connection, maker, typed.get("case", ""), 1)
    return str(made["id"])


def write(engine: Engine, maker: Maker, dialogue_id: str, base: int, typed: Mapping[str, str]) -> None:
    """Save a dialogue as a new version; `base` is the one it was written from. Raises BadInput, ReassessmentError (changed,
    same_text, not_found)."""
    require(maker, SECRETARIAT)
    found = fields.read(typed, _READERS)
    with engine.begin() as connection:
        row = one_of(connection, maker.actor, dialogue_id)
        case = _case(connection, typed.get("case", ""), row["company_id"])
        if row["version"] != base:
            raise ReassessmentError("changed")
        if case == row["case_id"] and all(row[name] == value for name, value in found.items()):
            raise ReassessmentError("same_text")
        given = {**found, "id": row["id"], "version": base + 1, "case": case, **by(maker)}
        if connection.scalar(_WRITE, given) is None:
            raise ReassessmentError("changed")
        _record(connection, maker, typed.get("case", ""), base + 1)


def _case(connection: Connection, number: str, company: object) -> uuid.UUID | None:
    """The case that came of it, which is one of the same company."""
    wanted = number.strip()
    if not wanted:
        return None
    row = None
    if wanted.isprintable() and len(wanted) < 40:
        row = connection.execute(_CASE, {"number": wanted}).first()
    if row is None:
        raise BadInput(Fault("unknown_case", column="case", params={"value": fields.shown(wanted[:40])}))
    if row.company_id != company:
        raise BadInput(Fault("of_another_company", column="case"))
    found: uuid.UUID = row.id
    return found


def _record(connection: Connection, maker: Maker, number: str, version: int) -> None:
    if number.strip():
        held = hold(connection, maker, number.strip())
        held.record("early_dialogue", "secretariat", {"version": version})


def listed(connection: Connection, actor: SignedIn, number: str = "") -> list[Row]:
    """The dialogues, the latest first: all for the council's side, its own for a company; with `number` those of a case."""
    return list(connection.execute(_LIST, {**_reader(actor), "number": number}).mappings())


def told(connection: Connection, actor: SignedIn, number: str) -> list[Row]:
    """What the regions may be told of the dialogues that a case has come of."""
    regions = "region_representative" in actor.roles
    return list(connection.execute(_TOLD, {"regions": regions, "number": number}).mappings())


def one_of(connection: Connection, actor: SignedIn, dialogue_id: str) -> Row:
    """One dialogue as it was written last. Raises ReassessmentError not_found."""
    row = connection.execute(_ONE, {**_reader(actor), "id": uuid.UUID(dialogue_id)}).mappings().first()
    if row is None:
        raise ReassessmentError("not_found")
    return row


def versions(connection: Connection, dialogue_id: object) -> Sequence[Row]:
    """Who wrote which version of a dialogue that the caller has found, and when; the latest first."""
    return connection.execute(_VERSIONS, {"id": dialogue_id}).mappings().all()


def companies(connection: Connection) -> list[Row]:
    """The companies that one can have met."""
    return list(connection.execute(_COMPANIES).mappings())


def _reader(actor: SignedIn) -> dict[str, object]:
    companies = [uuid.UUID(one) for one in actor.company_ids]
    return {"internal": actor.is_internal, "person": uuid.UUID(actor.id), "companies": companies}
