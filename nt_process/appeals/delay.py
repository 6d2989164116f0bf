"""The remedy against delay: a company asks that its case be decided, and is answered (FL 11 and 12 §§).

The act does not bind the federation where its decisions are only reviewed for legality; the federation keeps to it all the
same, as its own order, so that what is asked is always answered in time.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.appeals import rules
from nt_process.appeals.desk import as_id, end_clock, hold, require_secretariat, start_clock
from nt_process.appeals.errors import AppealError
from nt_process.cases.service import workflow_of
from nt_process.identity.maker import Maker
from nt_process.identity.telling import tell_role
from nt_process.infra.rows import Row
from nt_process.kernel import typed as fields
from nt_process.recommendations.rules.appealing import FEDERATION

MOST_TEXT = 12_000

_CASE = sa.text("SELECT id, number, company_id, opened_on, outcome FROM cases WHERE number = :number")
_ASK = sa.text("""
    INSERT INTO delay_request (id, case_id, case_number, organisation_id, text, asked_on, answer_by, person_id, person, at)
    VALUES (:id, :case, :number, :organisation, :text, :on, :by, :person, :name, :at) ON CONFLICT DO NOTHING
""")
_REQUEST = sa.text("SELECT * FROM delay_request WHERE id = :id")
_ANSWER = sa.text("""
    INSERT INTO delay_answer (request_id, granted, text, answered_on, person_id, person, at)
    VALUES (:id, :granted, :text, :on, :person, :name, :at) ON CONFLICT DO NOTHING
""")


def ask(engine: Engine, maker: Maker, case_number: str, typed: Mapping[str, str]) -> str:
    """Ask, for the company of a case that has waited for six months, that it be decided; the request's id.

    Raises BadInput, AppealError (not_found, not_allowed, decided, too_early, asked).
    """
    if "company_contact" not in maker.actor.roles:
        raise AppealError("not_allowed")
    found = fields.read(typed, {"text": lambda text: fields.paragraph(text, MOST_TEXT)})
    with engine.begin() as connection:
        held = hold(connection, maker, case_number)
        row = connection.execute(_CASE, {"number": case_number}).mappings().one()
        organisation = row["company_id"]
        if workflow_of(held.case).regime != FEDERATION or organisation is None:
            raise AppealError("not_found")
        if held.case.terminal or row["outcome"]:
            raise AppealError("decided")
        first = rules.may_ask_for_decision(row["opened_on"], maker.today)
        if first is not None:
            raise AppealError("too_early", first=first)
        request, last = uuid.uuid4(), rules.answer_by(maker.today)
        given = {
            "id": request,
            "case": row["id"],
            "number": case_number,
            "organisation": organisation,
            "by": last,
        }
        by = {"on": maker.today, "person": maker.actor.id, "name": maker.actor.name, "at": maker.at}
        if not connection.execute(_ASK, {**given, **found, **by}).rowcount:
            raise AppealError("asked")
        held.record("delay_requested", "company_contact", {"answer_by": str(last)})
        start_clock(connection, maker, row["id"], f"delay/{request}", "delay", last)
        tell_role(
            connection, "secretariat", "delay_requested", f"delay/{request}", maker.at, case_id=row["id"]
        )
    return str(request)


def answer(engine: Engine, maker: Maker, request_id: str, typed: Mapping[str, str]) -> None:
    """Answer a request: the case is decided (granted: yes) or the request is rejected, with reasons either way.

    Raises BadInput, AppealError (not_found, not_allowed, answered).
    """
    require_secretariat(maker)
    readers: dict[str, fields.Reader] = {
        "granted": fields.one_of(("yes", "no")),
        "text": fields.required(lambda text: fields.paragraph(text, MOST_TEXT)),
    }
    found = fields.read(typed, readers)
    with engine.begin() as connection:
        row = request_row(connection, as_id(request_id))
        if row is None:
            raise AppealError("not_found")
        held = hold(connection, maker, row["case_number"])
        given = {
            "id": row["id"],
            "granted": found["granted"] == "yes",
            "text": found["text"],
            "on": maker.today,
        }
        by = {"person": maker.actor.id, "name": maker.actor.name, "at": maker.at}
        if not connection.execute(_ANSWER, {**given, **by}).rowcount:
            raise AppealError("answered")
        end_clock(connection, maker, f"delay/{row['id']}", "delay")
        held.record("delay_answered", "secretariat", {"granted": found["granted"]})
        tell_role(
            connection, "company_contact", "delay_answered", f"delay/{row['id']}", maker.at,
            case_id=row["case_id"], organisation=row["organisation_id"],
        )  # fmt: skip


def request_row(connection: Connection, request_id: uuid.UUID) -> Row | None:
    """The request, as far as the reader may know of it."""
    return connection.execute(_REQUEST, {"id": request_id}).mappings().first()
