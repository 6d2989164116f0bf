"""What may reopen a case: entered, and assessed by the secretariat. Each happening is there once, whoever found it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.cases import store
from nt_process.cases.service import today_of, workflow_of
from nt_process.engine.decide import unchanged
from nt_process.engine.snapshot import evolve
from nt_process.identity.actor import SignedIn
from nt_process.identity.maker import Maker
from nt_process.identity.telling import tell_people
from nt_process.infra.database import driver_of
from nt_process.infra.rows import Row
from nt_process.kernel import typed as fields
from nt_process.kernel.faults import BadInput, Fault
from nt_process.reassessment import rules
from nt_process.reassessment.errors import ReassessmentError
from nt_process.reassessment.service import MOST_REASON, by, hold, require
from nt_process.rights import SECRETARIAT

MOST_SHOWN = 500

_ADD = sa.text("""
    INSERT INTO reopening_trigger
        (id, case_id, case_number, kind, key, happened_on, source, description, params, person_id, person, at)
    SELECT :id, c.id, c.number, :kind, :key, :happened_on, :source, :description, CAST(:params AS jsonb), :person, :name, :at
    FROM cases c WHERE c.number = :number
    ON CONFLICT (case_id, kind, key) DO NOTHING RETURNING case_id
""")
_LOCK = sa.text("SELECT id FROM cases WHERE number = :number FOR UPDATE")
_SECRETARIES = sa.text("SELECT person_id::text FROM recipients('{secretariat}', NULL, NULL, :today)")
_MINE = ":internal AND conflict_of_interest(t.case_id, :person, acting_day()) IS NULL"
_FOUND = f"""
    SELECT t.*, c.medicine, c.state, v.number, v.verdict, v.reason, v.person AS assessed_by, v.at AS assessed_at
    FROM reopening_trigger t JOIN cases c ON c.id = t.case_id
    LEFT JOIN LATERAL (SELECT * FROM trigger_verdict x WHERE x.trigger_id = t.id ORDER BY x.number DESC LIMIT 1) v ON true
    WHERE {_MINE}
"""  # noqa: S608 - a constant of this program
_LIST = sa.text(f"""
    {_FOUND} AND (:number = '' OR t.case_number = :number) AND (NOT :open OR v.number IS NULL)
    ORDER BY v.number IS NOT NULL, t.at DESC, t.id LIMIT {MOST_SHOWN}
""")
_ONE = sa.text(f"{_FOUND} AND t.id = :id")
_VERDICTS = sa.text("SELECT * FROM trigger_verdict WHERE trigger_id = :id ORDER BY number")
_ASSESS = sa.text("""
    INSERT INTO trigger_verdict (trigger_id, number, verdict, reason, person_id, person, at)
    VALUES (:id, :number, :verdict, :reason, :person, :name, :at) ON CONFLICT DO NOTHING RETURNING number
""")


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that may reopen a case. `key` makes the same happening the same; `params` are its figures."""

    number: str
    kind: str
    key: str
    happened_on: date
    source: str = ""
    description: str = ""
    params: Mapping[str, object] = field(default_factory=dict)


def note(connection: Connection, one: Happening, at: datetime) -> bool:
    """Keep a happening that the system has found, say so in the case's log, and tell the secretariat. False when it is
    known already. The caller acts as the system.
    """
    if connection.scalar(_LOCK, {"number": one.number}) is None:
        return False
    made = {"id": uuid.uuid4(), "person": None, "name": "", "at": at}
    case_id = connection.scalar(_ADD, {**_columns(one), **made})
    if case_id is None:
        return False
    driver = driver_of(connection)
    loaded = store.load_as_system(driver, str(case_id))
    if loaded is not None:
        event = unchanged(
            loaded.case, "reassessment_trigger", loaded.actor, "system", at, inputs={"kind": one.kind}
        )
        store.write(driver, workflow_of(loaded.case), loaded, evolve(loaded.case, event), event)
    people = connection.scalars(_SECRETARIES, {"today": today_of(at)}).all()
    tell_people(connection, "reassessment_trigger", str(made["id"]), people, at, case_id=case_id)
    return True


def _columns(one: Happening) -> dict[str, object]:
    return {
        "number": one.number,
        "kind": one.kind,
        "key": one.key,
        "happened_on": one.happened_on,
        "source": one.source,
        "description": one.description,
        "params": json.dumps(one.params),
    }


def enter(engine: Engine, maker: Maker, number: str, typed: Mapping[str, str]) -> str:
    """Enter a happening by hand, with its source, and give its id. The same kind, day and source is the same happening.

    Raises BadInput (kind, happened_on, source, description), ReassessmentError (not_found, there).
    """
    require(maker, SECRETARIAT)
    readers: dict[str, fields.Reader] = {
        "kind": fields.one_of(rules.KINDS),
        "happened_on": fields.day,
        "source": fields.required(fields.line),
        "description": fields.required(lambda text: fields.paragraph(text, MOST_REASON)),
    }
    found = fields.read(typed, readers)
    if found["happened_on"] > maker.today:
        raise BadInput(Fault("in_the_future", column="happened_on"))
    key = "by hand " + rules.key_of(str(found["happened_on"]), found["source"])
    with engine.begin() as connection:
        held = hold(connection, maker, number)
        made = {"id": uuid.uuid4(), **by(maker)}
        if connection.scalar(_ADD, {**_columns(Happening(number, key=key, **found)), **made}) is None:
            raise ReassessmentError("there")
        held.record("reassessment_trigger", "secretariat", {"kind": found["kind"]})
    return str(made["id"])


def assess(engine: Engine, maker: Maker, trigger_id: str, seen: int, typed: Mapping[str, str]) -> None:
    """Say what a happening means: reopen the case, note it, or that it is not relevant; always with a reason. `seen` is how
    many assessments of it there were. To reopen takes the workflow's own step; a case that is being re-assessed is open.

    Raises BadInput (verdict, reason), ReassessmentError (not_found, changed, reopened), Refused by the workflow.
    """
    require(maker, SECRETARIAT)
    readers = {
        "verdict": fields.one_of(rules.VERDICTS),
        "reason": fields.required(lambda text: fields.paragraph(text, MOST_REASON)),
    }
    found = fields.read(typed, readers)
    with engine.begin() as connection:
        number = one_of(connection, maker.actor, trigger_id)["case_number"]
        held = hold(connection, maker, number)
        row = one_of(connection, maker.actor, trigger_id)
        if row["verdict"] == rules.REOPEN:
            raise ReassessmentError("reopened")
        if seen != (row["number"] or 0):
            raise ReassessmentError("changed")
        given = {**found, "id": row["id"], "number": seen + 1, **by(maker)}
        if connection.scalar(_ASSESS, given) is None:
            raise ReassessmentError("changed")
        held.record(
            "reassessment_assessed", "secretariat", {"kind": row["kind"], "verdict": found["verdict"]}
        )
        if found["verdict"] == rules.REOPEN and held.case.state != "reassessment":
            held.take("start_reassessment", {"reason": found["reason"]})


def listed(
    connection: Connection, actor: SignedIn, number: str = "", *, open_only: bool = False
) -> list[Row]:
    """What may reopen cases, what waits to be assessed first; for the council's side."""
    given = {**_reader(actor), "number": number, "open": open_only}
    return list(connection.execute(_LIST, given).mappings())


def one_of(connection: Connection, actor: SignedIn, trigger_id: str) -> Row:
    """One happening with how it stands. Raises ReassessmentError not_found."""
    row = connection.execute(_ONE, {**_reader(actor), "id": uuid.UUID(trigger_id)}).mappings().first()
    if row is None:
        raise ReassessmentError("not_found")
    return row


def verdicts(connection: Connection, trigger_id: object) -> list[Row]:
    """All assessments of a happening that the caller has found, the oldest first."""
    return list(connection.execute(_VERDICTS, {"id": trigger_id}).mappings())


def _reader(actor: SignedIn) -> dict[str, object]:
    return {"internal": actor.is_internal, "person": uuid.UUID(actor.id)}
