"""Commands on a case's re-assessment: a shorter last day, its outcome, and the numbers of the rules."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.cases.errors import CaseNotFound
from nt_process.cases.filing import Held
from nt_process.identity.maker import Maker
from nt_process.kernel import typed as fields
from nt_process.kernel.faults import BadInput, Fault
from nt_process.reassessment import clocks, rules
from nt_process.reassessment.clocks import Clock
from nt_process.reassessment.errors import ReassessmentError
from nt_process.rights import RECOMMENDERS, SECRETARIAT, Policy

MOST_REASON, MOST_TEXT = 2000, 8000

# The step of the workflow that each outcome is, and what it asks for.
_STEPS: Mapping[str, tuple[str, str]] = {
    rules.STANDS: ("confirm_recommendation", "motivation"),
    rules.CHANGED: ("revise_recommendation", "motivation"),
    rules.CLOSED: ("close_case", "reason"),
}
_BOUND = sa.text("""
    INSERT INTO reassessment_bound (recommendation_id, last_day, reason, person_id, person, at)
    VALUES (:id, :last_day, :reason, :person, :name, :at)
""")
_OUTCOME = sa.text("""
    INSERT INTO reassessment_outcome (recommendation_id, case_id, seq, outcome, reasons, decided_on, person_id, person, at)
    VALUES (:id, :case, :seq, :outcome, :reasons, :day, :person, :name, :at)
""")
_RULE = sa.text("""
    INSERT INTO reassessment_rule (months, price_percent, agreement_days, person, at)
    VALUES (:months, :price_percent, :agreement_days, :name, :at)
""")


def set_bound(
    engine: Engine, maker: Maker, number: str, recommendation_id: str, typed: Mapping[str, str]
) -> None:
    """Say that a recommendation is to be assessed again by a day before the rule's own, because a condition says so; without
    a day the rule's own holds again. Raises BadInput (last_day, reason), ReassessmentError (not_found, same_text, not_due).
    """
    require(maker, SECRETARIAT)
    readers = {
        "last_day": fields.optional(fields.day),
        "reason": fields.required(lambda text: fields.paragraph(text, MOST_REASON)),
    }
    found = fields.read(typed, readers)
    with engine.begin() as connection:
        held = hold(connection, maker, number)
        clock = _clock(connection, maker, number, recommendation_id)
        if not clock.runs:
            raise ReassessmentError("not_due")
        _require_shorter(clock, found["last_day"], maker.today)
        if found["last_day"] == clock.row["bound"]:
            raise ReassessmentError("same_text")
        connection.execute(_BOUND, {**found, "id": clock.row["id"], **by(maker)})
        held.record("reassessment_day", "secretariat", {})


def _require_shorter(clock: Clock, day: date | None, today: date) -> None:
    if day is None:
        return
    if day < today:
        raise BadInput(Fault("in_the_past", column="last_day"))
    own = next(line.day for line in clock.lines if line.rule == "months")
    if day >= own:
        raise BadInput(Fault("not_shorter", column="last_day", params={"day": own}))


def _clock(connection: Connection, maker: Maker, number: str, recommendation_id: str) -> Clock:
    listed = clocks.clocks(connection, maker.actor, maker.today, number)
    found = next((one for one in listed if str(one.row["id"]) == recommendation_id), None)
    if found is None:
        raise ReassessmentError("not_found")
    return found


def decide(engine: Engine, maker: Maker, number: str, typed: Mapping[str, str]) -> None:
    """Record what a re-assessment came to, and take the workflow's step that it is. The reasons are public.

    Raises BadInput (outcome, reasons), ReassessmentError (not_found, not_due), Refused with what the workflow asks for.
    """
    require(maker, RECOMMENDERS)
    readers = {
        "outcome": fields.one_of(rules.OUTCOMES),
        "reasons": fields.required(lambda text: fields.paragraph(text, MOST_TEXT)),
    }
    found = fields.read(typed, readers)
    with engine.begin() as connection:
        held = hold(connection, maker, number)
        listed = clocks.clocks(connection, maker.actor, maker.today, number)
        if held.case.state != "reassessment" or not listed:
            raise ReassessmentError("not_due")
        step, asked = _STEPS[found["outcome"]]
        event = held.take(step, {asked: found["reasons"]})
        given = {**found, "case": uuid.UUID(held.id), "seq": event.seq, "day": event.day, **by(maker)}
        for one in listed:
            connection.execute(_OUTCOME, {**given, "id": one.row["id"]})


def set_rule(engine: Engine, maker: Maker, typed: Mapping[str, str]) -> None:
    """Change the numbers of the rules; the earlier ones stay on record. Raises BadInput, ReassessmentError same_text."""
    require(maker, SECRETARIAT)
    readers: dict[str, fields.Reader] = {
        "months": fields.whole(1, 120),
        "price_percent": fields.number(Decimal(100)),
        "agreement_days": fields.whole(0, 365),
    }
    found = fields.read(typed, readers)
    if not found["price_percent"]:
        raise BadInput(Fault("not_within", column="price_percent", params={"least": "0,01", "most": 100}))
    with engine.begin() as connection:
        if clocks.rule(connection) == clocks.Rule(**found):
            raise ReassessmentError("same_text")
        connection.execute(_RULE, {**found, "name": maker.actor.name, "at": maker.at})


def require(maker: Maker, policy: Policy) -> None:
    """Raises ReassessmentError not_allowed."""
    if not policy.allows(maker.actor.roles):
        raise ReassessmentError("not_allowed")


def hold(connection: Connection, maker: Maker, number: str) -> Held:
    """Raises ReassessmentError not_found, Refused for a conflict of interest."""
    try:
        return Held(connection, maker.actor.id, number, maker.at)
    except CaseNotFound:
        raise ReassessmentError("not_found") from None


def by(maker: Maker) -> dict[str, object]:
    """Who, as the columns of every table here name it: person, name, at."""
    return {"person": uuid.UUID(maker.actor.id), "name": maker.actor.name, "at": maker.at}
