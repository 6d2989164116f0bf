"""Commands on the pot: its terms, the medicines that it covers, and what orphan drugs cost a region in a year."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from nt_process.identity.maker import Maker
from nt_process.introduction_financing import cases_of
from nt_process.introduction_financing import typed as fields
from nt_process.introduction_financing.errors import FinancingError, require_office
from nt_process.introduction_financing.regions import stating_for
from nt_process.introduction_financing.rules import pot
from nt_process.kernel import typed
from nt_process.kernel.faults import BadInput, Fault
from nt_process.market.rules import next_reminder

_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('orphan_pot', 0))")
_NEWEST = sa.text("SELECT version, person, at FROM orphan_pot ORDER BY version DESC LIMIT 1")
_ADD_TERMS = sa.text("""
    INSERT INTO orphan_pot (version, first_year, pot, indexation_pct, way, bases, origin, person_id, person, at)
    VALUES (:version, :first_year, :pot, :indexation_pct, :way, CAST(:bases AS jsonb), :origin, :person_id, :person, :at)
""")
_ADD_MEDICINE = sa.text("""
    INSERT INTO orphan_medicine (id, case_id, medicine, atc, indication, ends_on, remind_months, remind_on)
    VALUES (:id, :case_id, :medicine, :atc, :indication, :ends_on, :remind_months, :remind_on)
""")
_ADD_EXCLUSIVITY = sa.text("""
    INSERT INTO orphan_exclusivity (medicine_id, version, start_on, ends_on, yearly_cost, reason, origin, person_id, person, at)
    VALUES (:id, :version, :start_on, :ends_on, :yearly_cost, :reason, :origin, :person_id, :person, :at)
""")
_LOCK_MEDICINE = sa.text("""
    SELECT m.*, x.person, x.at FROM orphan_medicine m
    JOIN orphan_exclusivity x ON x.medicine_id = m.id AND x.version = m.version
    WHERE m.id = :id FOR UPDATE OF m
""")
_NUMBER = sa.text("SELECT c.number FROM orphan_medicine m JOIN cases c ON c.id = m.case_id WHERE m.id = :id")
_CHANGE_MEDICINE = sa.text("""
    UPDATE orphan_medicine SET version = :version, ends_on = :ends_on, remind_months = :remind_months, remind_on = :remind_on
    WHERE id = :id
""")
_COST = sa.text("""
    INSERT INTO orphan_cost (organisation_id, year, amount, person_id, person, at)
    VALUES (:organisation_id, :year, :amount, :person_id, :person, :at)
""")


def state_terms(engine: Engine, maker: Maker, version: int, texts: Mapping[str, str]) -> None:
    """State the pot's terms: `version` is the one that was shown, 0 for none. Raises BadInput, FinancingError."""
    require_office(maker.actor)
    values = typed.read(texts, fields.POT)
    bases = typed.read(texts, {"bases": lambda text: fields.bases(text, values["first_year"])})["bases"]
    with engine.begin() as connection:
        connection.execute(_LOCK)
        newest = connection.execute(_NEWEST).first()
        if newest is not None and newest.version != version:
            raise FinancingError("changed", person=newest.person, at=newest.at, version=newest.version)
        stated = {**values, "bases": json.dumps(bases), "version": (newest.version if newest else 0) + 1}
        connection.execute(_ADD_TERMS, {**stated, **_by(maker)})


def add_medicine(engine: Engine, maker: Maker, texts: Mapping[str, str]) -> str:
    """Take a medicine, for one indication, into joint liability; returns its id. Without an actual end it is ten years.

    Raises BadInput, FinancingError (not_allowed, registered), Refused.
    """
    require_office(maker.actor)
    values, stated = _read(texts, {**fields.MEDICINE, **fields.EXCLUSIVITY})
    number, medicine_id = values.pop("case"), uuid.uuid4()

    def change(connection: Connection) -> None:
        place = {"id": medicine_id, "case_id": cases_of.case_id(connection, number)}
        connection.execute(_ADD_MEDICINE, {**values, **place, **_ends(stated["ends_on"], maker.today)})
        connection.execute(_ADD_EXCLUSIVITY, {**stated, "id": medicine_id, "version": 1, **_by(maker)})

    try:
        cases_of.carried_out(engine, maker, number, "joint_liability_registered", change)
    except IntegrityError as clash:
        if "orphan_medicine_atc" not in str(clash.orig):
            raise
        raise FinancingError("registered") from None
    return str(medicine_id)


def change_medicine(
    engine: Engine, maker: Maker, medicine_id: str, version: int, texts: Mapping[str, str]
) -> None:
    """State anew when exclusivity begins and ends and what the medicine costs; a moved end warns anew.

    Raises BadInput, FinancingError (not_allowed, not_found, changed).
    """
    require_office(maker.actor)
    _values, stated = _read(texts, fields.EXCLUSIVITY)

    def change(connection: Connection) -> None:
        before = connection.execute(_LOCK_MEDICINE, {"id": uuid.UUID(medicine_id)}).mappings().first()
        if before is None:
            raise FinancingError("not_found")
        if before["version"] != version:
            raise FinancingError(
                "changed", person=before["person"], at=before["at"], version=before["version"]
            )
        moved = before["ends_on"] != stated["ends_on"]
        kept = {name: before[name] for name in ("ends_on", "remind_months", "remind_on")}
        ends = _ends(stated["ends_on"], maker.today) if moved else kept
        place = {"id": before["id"], "version": version + 1}
        connection.execute(_CHANGE_MEDICINE, {**place, **ends})
        connection.execute(_ADD_EXCLUSIVITY, {**stated, **place, **_by(maker)})

    with engine.connect() as connection:
        number = str(connection.scalar(_NUMBER, {"id": uuid.UUID(medicine_id)}) or "")
    cases_of.carried_out(engine, maker, number, "joint_liability_changed", change)


def state_cost(engine: Engine, maker: Maker, texts: Mapping[str, str]) -> None:
    """State what orphan drugs cost the region in a year, SEK; again replaces. The region's own alone.

    Raises BadInput (also for a year that has not begun), FinancingError not_allowed.
    """
    found = typed.read(texts, {"year": fields.year, "amount": fields.AMOUNT})
    if found["year"] > maker.today.year:
        raise BadInput(Fault("year_not_begun", column="year"))
    with engine.begin() as connection:
        region = stating_for(connection, maker.actor, maker.today, texts.get("region", ""), office=False)
        connection.execute(_COST, {**found, "organisation_id": region.organisation_id, **_by(maker)})


def _read(
    texts: Mapping[str, str], readers: Mapping[str, typed.Reader]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What identifies the medicine, and what is stated of its exclusivity, with the end that follows. Raises BadInput."""
    values = typed.read(texts, readers)
    stated = {name: values.pop(name) for name in fields.EXCLUSIVITY}
    usual = pot.usual_end(stated["start_on"])
    if stated["ends_on"] is None:
        stated["ends_on"] = usual
    elif code := pot.why_not_an_end(stated["start_on"], stated["ends_on"]):
        raise BadInput(Fault(code, column="ends_on"))
    if stated["ends_on"] != usual and not stated["reason"]:
        raise BadInput(Fault("reason_for_end", column="reason", params={"day": usual.isoformat()}))
    return values, stated


def _ends(day: date, today: date) -> dict[str, Any]:
    rung, on = next_reminder(pot.LADDER, day, today) or (None, None)
    return {"ends_on": day, "remind_months": rung, "remind_on": on}


def _by(maker: Maker) -> dict[str, object]:
    return {"person_id": maker.actor.id, "person": maker.actor.name, "at": maker.at}
