"""Evidence plans: what is to be known of a medicine by when, whose data it is, and what has been delivered.

A plan is the secretariat's to write; its company delivers. The regions read what is to be known and by when, not the letter
of intent nor what is said with a delivery. Files go among the documents of the case, through the same examination.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.cases.documents import safe_name
from nt_process.identity.maker import Maker
from nt_process.identity.telling import tell_people
from nt_process.infra import uploads
from nt_process.infra.uploads import quarantine
from nt_process.kernel import typed as fields
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.reasons import Reason
from nt_process.reassessment import plan_queries as queries
from nt_process.reassessment.errors import ReassessmentError
from nt_process.reassessment.service import MOST_REASON, MOST_TEXT, by, hold, require
from nt_process.rights import SECRETARIAT, WRITERS

FIELDS = ("question", "side", "data_owner", "register", "intent")
OWNER_SIDES = ("company", "other")

_CASE = sa.text("SELECT c.company_id FROM cases c WHERE c.number = :number")
_AGREEMENT = sa.text("SELECT a.id FROM agreement a WHERE a.id = :id AND a.case_number = :number")
_MAKE = sa.text("""
    INSERT INTO evidence_plan (id, case_id, case_number, company_id, made_by, made_at)
    VALUES (:id, :case, :number, :company, :name, :at)
""")
_WRITE = sa.text(f"""
    INSERT INTO evidence_plan_version (plan_id, version, {", ".join(FIELDS)}, agreement_id, person_id, person, at)
    VALUES (:id, :version, {", ".join(f":{name}" for name in FIELDS)}, :agreement, :person, :name, :at)
    ON CONFLICT DO NOTHING RETURNING version
""")  # noqa: S608 - constants of this program
_MILESTONE = sa.text("""
    INSERT INTO evidence_milestone (id, plan_id, what, responsible, person, at)
    VALUES (:id, :plan, :what, :responsible, :name, :at)
""")
_DAY = sa.text("""
    INSERT INTO evidence_milestone_day (milestone_id, number, due, reason, person, at)
    VALUES (:id, :number, :due, :reason, :name, :at) ON CONFLICT DO NOTHING RETURNING number
""")
_DELIVER = sa.text("""
    INSERT INTO evidence_delivery (id, milestone_id, delivered_on, note, document_id, side, person_id, person, at)
    VALUES (:id, :milestone, :day, :note, :document, :side, :person, :name, :at)
""")
_SECRETARIES = sa.text("""
    SELECT person_id::text FROM recipients('{secretariat}', NULL, NULL, :today) WHERE person_id <> :me
""")

_READERS: Mapping[str, fields.Reader] = {
    "question": fields.required(lambda text: fields.paragraph(text, MOST_TEXT)),
    "side": fields.one_of(OWNER_SIDES),
    "data_owner": fields.required(fields.line),
    "register": fields.line,
    "intent": lambda text: fields.paragraph(text, MOST_TEXT),
}


def begin(engine: Engine, maker: Maker, number: str, typed: Mapping[str, str]) -> str:
    """Make a plan for a case, and give its id. Raises BadInput, ReassessmentError, Refused."""
    require(maker, SECRETARIAT)
    found = fields.read(typed, _READERS)
    with engine.begin() as connection:
        held = hold(connection, maker, number)
        company = connection.scalar(_CASE, {"number": number})
        _require_company(found["side"], company)
        agreement = _agreement(connection, number, typed.get("agreement", ""))
        made = {"id": uuid.uuid4(), "case": uuid.UUID(held.id), "number": number, "company": company}
        connection.execute(_MAKE, {**made, **by(maker)})
        connection.execute(
            _WRITE, {**found, "id": made["id"], "version": 1, "agreement": agreement, **by(maker)}
        )
        held.record("evidence_plan", "secretariat", {"version": 1})
    return str(made["id"])


def write(engine: Engine, maker: Maker, plan_id: str, base: int, typed: Mapping[str, str]) -> None:
    """Save a plan as a new version; `base` is the one it was written from. Raises BadInput, ReassessmentError (changed,
    same_text, not_found)."""
    require(maker, SECRETARIAT)
    found = fields.read(typed, _READERS)
    with engine.begin() as connection:
        row = queries.one_of(connection, maker.actor, plan_id)
        held = hold(connection, maker, row["case_number"])
        _require_company(found["side"], row["company_id"])
        agreement = _agreement(connection, row["case_number"], typed.get("agreement", ""))
        if row["version"] != base:
            raise ReassessmentError("changed")
        if agreement == row["agreement_id"] and all(row[name] == value for name, value in found.items()):
            raise ReassessmentError("same_text")
        given = {**found, "id": row["id"], "version": base + 1, "agreement": agreement, **by(maker)}
        if connection.scalar(_WRITE, given) is None:
            raise ReassessmentError("changed")
        held.record("evidence_plan", "secretariat", {"version": base + 1})


def _require_company(side: str, company: object) -> None:
    if side == "company" and company is None:
        raise BadInput(Fault("no_company", column="side"))


def _agreement(connection: Connection, number: str, wanted: str) -> uuid.UUID | None:
    """The agreement that rests on the plan: that there is one, and nothing of what it says."""
    if not wanted:
        return None
    try:
        found: uuid.UUID | None = connection.scalar(_AGREEMENT, {"id": uuid.UUID(wanted), "number": number})
    except ValueError:
        found = None
    if found is None:
        raise BadInput(Fault("not_a_choice", column="agreement"))
    return found


def add_milestone(engine: Engine, maker: Maker, plan_id: str, typed: Mapping[str, str]) -> str:
    """Add a milestone with its day, and give its id. Raises BadInput (what, responsible, due), ReassessmentError."""
    require(maker, SECRETARIAT)
    readers: dict[str, fields.Reader] = {
        "what": fields.required(lambda text: fields.line(text, 500)),
        "responsible": fields.required(fields.line),
        "due": fields.day,
    }
    found = fields.read(typed, readers)
    if found["due"] < maker.today:
        raise BadInput(Fault("in_the_past", column="due"))
    with engine.begin() as connection:
        row = queries.one_of(connection, maker.actor, plan_id)
        held = hold(connection, maker, row["case_number"])
        made = {**found, "id": uuid.uuid4(), "plan": row["id"], **by(maker)}
        connection.execute(_MILESTONE, made)
        connection.execute(_DAY, {**made, "number": 1, "reason": ""})
        held.record("evidence_milestone", "secretariat", {"due": str(found["due"])})
    return str(made["id"])


def move_milestone(
    engine: Engine, maker: Maker, milestone_id: str, seen: int, typed: Mapping[str, str]
) -> None:
    """Move a milestone's day, with a reason; `seen` is which of its days was shown. Raises BadInput (due, reason),
    ReassessmentError (changed, same_text, not_found)."""
    require(maker, SECRETARIAT)
    readers: dict[str, fields.Reader] = {
        "due": fields.day,
        "reason": fields.required(lambda text: fields.paragraph(text, MOST_REASON)),
    }
    found = fields.read(typed, readers)
    if found["due"] < maker.today:
        raise BadInput(Fault("in_the_past", column="due"))
    with engine.begin() as connection:
        row = queries.milestone(connection, maker.actor, milestone_id)
        held = hold(connection, maker, row["case_number"])
        if row["number"] != seen:
            raise ReassessmentError("changed")
        if row["due"] == found["due"]:
            raise ReassessmentError("same_text")
        given = {**found, "id": row["id"], "number": seen + 1, **by(maker)}
        if connection.scalar(_DAY, given) is None:
            raise ReassessmentError("changed")
        held.record("evidence_milestone", "secretariat", {"due": str(found["due"])})


def deliver(
    engine: Engine, maker: Maker, milestone_id: str, note: str, file: tuple[str, bytes] | None
) -> bool:
    """Deliver a milestone, by the plan's own company or by the secretariat for whoever is not here: what is said, a file
    (its name and content), or both. Delivering again adds to what was delivered. Whether the file has been examined.

    Raises BadInput (note, file), ReassessmentError not_found, Refused.
    """
    require(maker, WRITERS)
    said, judged = _judged(note, file)
    with engine.begin() as connection:
        row = queries.milestone(connection, maker.actor, milestone_id)
        # Whoever writes for both sides delivers here for the company.
        side = "company" if str(row["company_id"]) in maker.actor.company_ids else "council"
        role = "company_contact" if side == "company" else "secretariat"
        held = hold(connection, maker, row["case_number"])
        document = None
        if judged is not None and file is not None:
            sha256 = quarantine.keep(
                connection, judged, file[0], file[1], maker.at, person_id=maker.actor.id, case_id=held.id
            )
            document = held.add_document("other", row["what"][:200], safe_name(file[0]), sha256, role)
        given = {"id": uuid.uuid4(), "milestone": row["id"], "day": maker.today, "note": said}
        connection.execute(_DELIVER, {**given, "document": document, "side": side, **by(maker)})
        held.record("evidence_delivered", role, {})
        told = connection.scalars(_SECRETARIES, {"today": maker.today, "me": uuid.UUID(maker.actor.id)})
        tell_people(
            connection, "evidence_delivered", str(row["plan_id"]), told.all(), maker.at, case_id=held.id
        )
    return judged is None or judged.examined


def _judged(note: str, file: tuple[str, bytes] | None) -> tuple[str, Any]:
    faults: list[Fault] = []
    said, judged = "", None
    try:
        said = fields.read({"note": note}, {"note": lambda text: fields.paragraph(text, MOST_TEXT)})["note"]
    except BadInput as refused:
        faults += refused.faults
    if file is not None:
        judged = uploads.judge(*file)
        if isinstance(judged, Reason):
            faults.append(Fault(judged.code, column="file", params=judged.params))
    elif not said and not faults:
        faults.append(Fault("nothing_delivered", column="note"))
    if faults:
        raise BadInput(*faults)
    return said, judged


def state_of(row: Mapping[str, Any], today: date) -> str:
    """How a milestone stands: delivered, overdue, soon (a month or less) or later."""
    if row["delivered_on"] is not None:
        return "delivered"
    left = (row["due"] - today).days
    if left < 0:
        return "overdue"
    return "soon" if left <= 30 else "later"
