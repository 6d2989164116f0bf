"""Commands on a region's own rules and on its yearly list. Each is one transaction; what was stated stays."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.identity.maker import Maker
from nt_process.infra.rows import Row
from nt_process.introduction_financing import typed as fields
from nt_process.introduction_financing.book_file import shipped
from nt_process.introduction_financing.errors import FinancingError
from nt_process.introduction_financing.owned import own_rules
from nt_process.introduction_financing.regions import RegionHere, stating_for
from nt_process.introduction_financing.rules.book import keeps_list
from nt_process.kernel import typed
from nt_process.kernel.faults import BadInput, Fault

_STATED = ("kind", "atc", "central_pct", "months", "valid_from", "valid_to", "title", "origin")
# The rules of a region are one list: whoever adds to it waits for whoever is adding.
_LOCK_REGION = sa.text(
    "SELECT pg_advisory_xact_lock(hashtextextended('cost_rule ' || CAST(:organisation AS text), 0))"
)
_NEWEST = sa.text("""
    SELECT DISTINCT ON (id) * FROM cost_rule WHERE county_code = :region ORDER BY id, version DESC
""")
_ONE = sa.text("SELECT * FROM cost_rule WHERE id = :id ORDER BY version DESC LIMIT 1")
_ADD = sa.text("""
    INSERT INTO cost_rule (id, version, organisation_id, county_code, kind, atc, central_pct, months, valid_from, valid_to,
        title, origin, removed, reason, person_id, person, at)
    VALUES (:id, :version, :organisation_id, :county_code, :kind, :atc, :central_pct, :months, :valid_from, :valid_to,
        :title, :origin, :removed, :reason, :person_id, :person, :at)
""")
_LIST = sa.text("""
    INSERT INTO solidarity_listing (organisation_id, county_code, year, atc, medicine, origin, removed, person_id, person, at)
    VALUES (:organisation_id, :county_code, :year, :atc, :medicine, :origin, :removed, :person_id, :person, :at)
""")
_LISTED = sa.text("""
    SELECT * FROM solidarity_listing WHERE county_code = :county_code AND year = :year AND atc = :atc
    ORDER BY id DESC LIMIT 1
""")
_LISTING = sa.text("SELECT * FROM solidarity_listing WHERE id = :id")


def add_rule(engine: Engine, maker: Maker, texts: Mapping[str, str]) -> str:
    """Enter a region's own rule and return its id. `region` is its county code.

    Two own rules of a kind may not hold for the same code on the same day. Raises BadInput, FinancingError not_allowed.
    """
    values = fields_of(texts)
    with engine.begin() as connection:
        region = stating_for(connection, maker.actor, maker.today, texts.get("region", ""))
        connection.execute(_LOCK_REGION, {"organisation": region.organisation_id})
        _require_alone(connection, region, values)
        rule_id = uuid.uuid4()
        _store(connection, maker, rule_id, 1, {**values, **_of(region)}, removed=False, reason="")
    return str(rule_id)


def end_rule(engine: Engine, maker: Maker, rule_id: str, version: int, texts: Mapping[str, str]) -> None:
    """Give an own rule its last day (`last_day`), or with none take it back altogether; `reason` says why.

    Raises BadInput, FinancingError (not_found, not_allowed, changed, removed).
    """
    readers = {"last_day": typed.optional(fields.day), "reason": typed.required(fields.note)}
    with engine.begin() as connection:
        region = _allowed(connection, maker, rule_id)
        found = typed.read(texts, readers)
        connection.execute(_LOCK_REGION, {"organisation": region.organisation_id})
        before = connection.execute(_ONE, {"id": uuid.UUID(rule_id)}).mappings().one()
        if before["removed"]:
            raise FinancingError("removed")
        if before["version"] != version:
            raise FinancingError(
                "changed", person=before["person"], at=before["at"], version=before["version"]
            )
        last: date | None = found["last_day"]
        if last is not None and last < before["valid_from"]:
            day = before["valid_from"].isoformat()
            raise BadInput(Fault("ends_before_start", column="last_day", params={"day": day}))
        values: dict[str, Any] = {name: before[name] for name in (*_STATED, "organisation_id", "county_code")}
        if last is not None:
            values["valid_to"] = last
            _require_alone(connection, region, values, but=before["id"], column="last_day")
        _store(
            connection, maker, before["id"], version + 1, values, removed=last is None, reason=found["reason"]
        )


def _allowed(connection: Connection, maker: Maker, rule_id: str) -> RegionHere:
    """Who may change the rule is asked before what they say is read."""
    found = connection.execute(_ONE, {"id": uuid.UUID(rule_id)}).mappings().first()
    if found is None:
        raise FinancingError("not_found")
    return stating_for(connection, maker.actor, maker.today, found["county_code"])


def fields_of(texts: Mapping[str, str]) -> dict[str, Any]:
    """A rule as it was typed: what its kind does not ask for is left out. Raises BadInput."""
    values = typed.read(texts, fields.RULE)
    typed.in_order(values)
    faults = []
    if values["kind"] == "share":
        values["months"] = None
        faults += [
            Fault("missing", column=name) for name in ("atc", "central_pct") if values[name] in ("", None)
        ]
    else:
        values["central_pct"] = None
        faults += [Fault("missing", column="months")] if values["months"] is None else []
    if faults:
        raise BadInput(*faults)
    return values


def _require_alone(
    connection: Connection,
    region: RegionHere,
    values: Mapping[str, Any],
    but: object = None,
    column: str = "valid_from",
) -> None:
    for other in connection.execute(_NEWEST, {"region": region.code}).mappings():
        same = other["kind"] == values["kind"] and _meets(other["atc"], values["atc"])
        if other["removed"] or other["id"] == but or not same:
            continue
        ends, others_end = values["valid_to"] or date.max, other["valid_to"] or date.max
        if values["valid_from"] <= others_end and other["valid_from"] <= ends:
            raise BadInput(Fault("rules_meet", column=column, params={"title": other["title"]}))


def _meets(one: str, other: str) -> bool:
    """Whether some code begins as both."""
    return one.startswith(other) or other.startswith(one)


def _store(
    connection: Connection,
    maker: Maker,
    rule_id: object,
    version: int,
    values: Mapping[str, Any],
    *,
    removed: bool,
    reason: str,
) -> None:
    stated = {name: values[name] for name in (*_STATED, "organisation_id", "county_code")}
    more = {"id": rule_id, "version": version, "removed": removed, "reason": reason}
    connection.execute(_ADD, {**stated, **more, **_by(maker)})


# --- the yearly list --------------------------------------------------------------------------------


def list_medicine(engine: Engine, maker: Maker, texts: Mapping[str, str]) -> None:
    """Take a medicine up on a region's list of a year; again with other words replaces them. `region` is a county code.

    Raises BadInput (also column region, for a region without a rule that asks for a list), FinancingError not_allowed.
    """
    values = typed.read(texts, fields.LISTING)
    with engine.begin() as connection:
        region = stating_for(connection, maker.actor, maker.today, texts.get("region", ""))
        if not keeps_list(shipped().of(region.code, own_rules(connection, region.code)), values["year"]):
            raise BadInput(Fault("no_list", column="region"))
        connection.execute(_LIST, {**values, **_of(region), "removed": False, **_by(maker)})


def unlist_medicine(engine: Engine, maker: Maker, listing_id: int) -> None:
    """Take a medicine off the list; that it stood there is still known. Raises FinancingError (not_found, not_allowed)."""
    with engine.begin() as connection:
        row: Row | None = connection.execute(_LISTING, {"id": listing_id}).mappings().first()
        if row is None:
            raise FinancingError("not_found")
        region = stating_for(connection, maker.actor, maker.today, row["county_code"])
        connection.execute(_LOCK_REGION, {"organisation": region.organisation_id})
        place = {name: row[name] for name in ("county_code", "year", "atc")}
        newest = connection.execute(_LISTED, place).mappings().one()
        if newest["removed"]:
            raise FinancingError("removed")
        same = {name: newest[name] for name in ("medicine", "origin")}
        connection.execute(_LIST, {**place, **same, **_of(region), "removed": True, **_by(maker)})


def _of(region: RegionHere) -> dict[str, object]:
    return {"organisation_id": region.organisation_id, "county_code": region.code}


def _by(maker: Maker) -> dict[str, object]:
    return {"person_id": maker.actor.id, "person": maker.actor.name, "at": maker.at}
