"""Commands on the register, the procurement plan and the reminders. Each is one transaction.

A command carries the version that its maker saw; when someone has changed the row since, nothing is
done and they are told. Every changed field becomes a row of `market_change`, which cannot be altered.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import astuple, fields
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.identity.maker import Maker
from nt_process.infra.rows import Row
from nt_process.kernel.faults import BadInput, Fault
from nt_process.market import rules
from nt_process.market.errors import MarketError, require_editor

_ENTRY_FIELDS = tuple(field.name for field in fields(rules.Entry))
_PROCUREMENT_FIELDS = tuple(field.name for field in fields(rules.Procurement))


def _insert(table: str, columns: Sequence[str]) -> sa.TextClause:
    values = ", ".join(f":{name}" for name in columns)
    return sa.text(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})")  # noqa: S608 - constants


def _update(table: str, columns: Sequence[str]) -> sa.TextClause:
    values = ", ".join(f"{name} = :{name}" for name in columns)
    return sa.text(f"UPDATE {table} SET {values}, version = version + 1 WHERE id = :id")  # noqa: S608 - constants


_REMINDERS = ("remind_months", "remind_on")
_ADD_ENTRY = _insert("market_entry", ("id", *_ENTRY_FIELDS, "case_id", *_REMINDERS))
_CHANGE_ENTRY = _update("market_entry", (*_ENTRY_FIELDS, *_REMINDERS))
_LOCK_ENTRY = sa.text("SELECT * FROM market_entry WHERE id = :id FOR UPDATE")
_REMOVE_ENTRY = sa.text("""
    UPDATE market_entry SET removed_at = :at, remind_months = NULL, remind_on = NULL, version = version + 1
    WHERE id = :id
""")
_CASE = sa.text("SELECT id FROM cases WHERE number = :number")
_MONTHS = sa.text("SELECT months FROM market_ladder WHERE kind = :kind FOR SHARE")

_ADD_PROCUREMENT = _insert("market_procurement", ("id", *_PROCUREMENT_FIELDS))
_CHANGE_PROCUREMENT = _update("market_procurement", _PROCUREMENT_FIELDS)
_LOCK_PROCUREMENT = sa.text("SELECT * FROM market_procurement WHERE id = :id FOR UPDATE")
_HAS_COMMITMENTS = sa.text(
    "SELECT EXISTS (SELECT FROM market_commitment WHERE procurement_id = :id AND NOT withdrawn)"
)
_COMMITTED = sa.text("""
    SELECT volume FROM market_commitment
    WHERE procurement_id = :id AND county_code = :region AND NOT withdrawn
""")
_COMMIT = sa.text("""
    INSERT INTO market_commitment (procurement_id, county_code, volume, person, at)
    VALUES (:id, :region, :volume, :person, :at)
    ON CONFLICT (procurement_id, county_code)
        DO UPDATE SET volume = :volume, withdrawn = false, person = :person, at = :at
""")
_WITHDRAW = sa.text("""
    UPDATE market_commitment SET withdrawn = true, person = :person, at = :at
    WHERE procurement_id = :id AND county_code = :region
""")

_LOCK_LADDER = sa.text("SELECT months, told, version FROM market_ladder WHERE kind = :kind FOR UPDATE")
_CHANGE_LADDER = sa.text("""
    UPDATE market_ladder SET months = :months, told = :told, version = version + 1 WHERE kind = :kind
""")
_DATES_OF_KIND = sa.text("""
    SELECT id, day FROM market_entry WHERE kind = :kind AND removed_at IS NULL AND day >= :today FOR UPDATE
""")
_MOVE_REMINDER = sa.text(
    "UPDATE market_entry SET remind_months = :remind_months, remind_on = :remind_on WHERE id = :id"
)

_LAST_CHANGE = sa.text("""
    SELECT person, at FROM market_change
    WHERE entry_id = :entry_id OR procurement_id = :procurement_id OR ladder_kind = :ladder_kind
    ORDER BY id DESC LIMIT 1
""")
_LOG = _insert(
    "market_change",
    ("entry_id", "procurement_id", "ladder_kind", "county_code", "field", "old", "new", "reason",
     "person_id", "person", "at"),
)  # fmt: skip


# --- the register ---------------------------------------------------------------------------------


def register_entry(
    engine: Engine, maker: Maker, texts: Mapping[str, str], case_number: str | None = None
) -> str:
    """Take a date into the register and return its id. Raises BadInput, MarketError not_allowed, not_found
    (there is no such case)."""
    require_editor(maker.actor)
    entry, entry_id = rules.read_entry(texts), uuid.uuid4()
    with engine.begin() as connection:
        case_id = connection.scalar(_CASE, {"number": case_number}) if case_number else None
        if case_number and case_id is None:
            raise MarketError("not_found")
        values = _values(_ENTRY_FIELDS, entry) | _reminder(connection, entry, maker.today)
        connection.execute(_ADD_ENTRY, {**values, "id": entry_id, "case_id": case_id})
        _log(connection, maker, "registered", entry_id=entry_id)
    return str(entry_id)


def change_entry(engine: Engine, maker: Maker, entry_id: str, version: int, texts: Mapping[str, str]) -> None:
    """Change a date's fields. A moved date, or another kind, reminds anew. Raises BadInput, MarketError."""
    require_editor(maker.actor)
    entry = rules.read_entry(texts)
    with engine.begin() as connection:
        before = _lock_entry(connection, entry_id, version)
        values = _values(_ENTRY_FIELDS, entry)
        changed = _differences(_ENTRY_FIELDS, before, values)
        if not changed:
            return
        if {"day", "kind"} & changed.keys():
            values |= _reminder(connection, entry, maker.today)
        else:
            values |= {name: before[name] for name in _REMINDERS}
        connection.execute(_CHANGE_ENTRY, {**values, "id": entry_id})
        _log_all(connection, maker, changed, entry_id=entry_id)


def remove_entry(engine: Engine, maker: Maker, entry_id: str, version: int, reason: str) -> None:
    """Take a date out of the register; it can still be read. Raises BadInput without a reason, MarketError."""
    require_editor(maker.actor)
    stated = rules.read_reason(reason, required=True)
    with engine.begin() as connection:
        _lock_entry(connection, entry_id, version)
        connection.execute(_REMOVE_ENTRY, {"id": entry_id, "at": maker.at})
        _log(connection, maker, "removed", entry_id=entry_id, reason=stated)


def _lock_entry(connection: Connection, entry_id: str, version: int) -> Row:
    found = connection.execute(_LOCK_ENTRY, {"id": entry_id}).mappings().first()
    if found is None:
        raise MarketError("not_found")
    if found["removed_at"] is not None:
        raise MarketError("removed")
    _require_version(connection, found, version, entry_id=entry_id)
    return found


def _reminder(connection: Connection, entry: rules.Entry, today: date) -> dict[str, Any]:
    months = connection.scalar(_MONTHS, {"kind": entry.kind}) or []
    rung, day = rules.next_reminder(months, entry.day, today) or (None, None)
    return {"remind_months": rung, "remind_on": day}


# --- the procurement plan -------------------------------------------------------------------------


def plan_procurement(engine: Engine, maker: Maker, texts: Mapping[str, str]) -> str:
    """Take a procurement into the plan and return its id. Raises BadInput, MarketError not_allowed."""
    require_editor(maker.actor)
    planned, procurement_id = rules.read_procurement(texts), uuid.uuid4()
    with engine.begin() as connection:
        values = _values(_PROCUREMENT_FIELDS, planned)
        connection.execute(_ADD_PROCUREMENT, {**values, "id": procurement_id})
        _log(connection, maker, "registered", procurement_id=procurement_id)
    return str(procurement_id)


def change_procurement(
    engine: Engine, maker: Maker, procurement_id: str, version: int, texts: Mapping[str, str]
) -> None:
    """Change a procurement's fields. Raises BadInput, MarketError (unit_in_use)."""
    require_editor(maker.actor)
    planned = rules.read_procurement(texts)
    with engine.begin() as connection:
        before = _lock_procurement(connection, procurement_id)
        _require_version(connection, before, version, procurement_id=procurement_id)
        values = _values(_PROCUREMENT_FIELDS, planned)
        changed = _differences(_PROCUREMENT_FIELDS, before, values)
        if "unit" in changed and connection.scalar(_HAS_COMMITMENTS, {"id": procurement_id}):
            raise MarketError("unit_in_use")
        if changed:
            connection.execute(_CHANGE_PROCUREMENT, {**values, "id": procurement_id})
            _log_all(connection, maker, changed, procurement_id=procurement_id)


def commit(
    engine: Engine, maker: Maker, procurement_id: str, region: str, own: Sequence[str], volume: str
) -> None:
    """Bind a region (county code) of the person's `own` to a yearly volume. Raises BadInput, MarketError."""
    wanted = rules.read_volume(volume)
    with engine.begin() as connection:
        before = _lock_own(connection, procurement_id, region, own)
        refused = _sign_up(before).refuses_commitment(maker.today)
        if refused:
            raise MarketError(refused, day=before["sign_up_until"])
        if not before["unit"]:
            raise BadInput(Fault("volume_without_unit", column="volume"))
        rules.require_plausible(wanted, before["volume"])
        place = {"id": procurement_id, "region": region}
        held = connection.scalar(_COMMITTED, place)
        if held == wanted:
            return
        connection.execute(_COMMIT, {**place, "volume": wanted, "person": maker.actor.name, "at": maker.at})
        _log(
            connection, maker, "commitment", _written(held), _written(wanted),
            procurement_id=procurement_id, county_code=region,
        )  # fmt: skip


def withdraw(
    engine: Engine, maker: Maker, procurement_id: str, region: str, own: Sequence[str], reason: str
) -> None:
    """Take back a region's commitment. After the last day to sign up that needs a reason, which all can
    read. Raises BadInput, MarketError."""
    stated = rules.read_reason(reason, required=False)
    with engine.begin() as connection:
        before = _lock_own(connection, procurement_id, region, own)
        refused = _sign_up(before).refuses_withdrawal()
        if refused:
            raise MarketError(refused)
        place = {"id": procurement_id, "region": region}
        held = connection.scalar(_COMMITTED, place)
        if held is None:
            raise MarketError("not_committed")
        if not stated and _sign_up(before).is_binding(maker.today):
            raise BadInput(Fault("reason_needed", column="reason", params={"day": before["sign_up_until"]}))
        connection.execute(_WITHDRAW, {**place, "person": maker.actor.name, "at": maker.at})
        _log(
            connection, maker, "commitment", _written(held), "",
            procurement_id=procurement_id, county_code=region, reason=stated,
        )  # fmt: skip


def _lock_own(connection: Connection, procurement_id: str, region: str, own: Sequence[str]) -> Row:
    if region not in own:
        raise MarketError("not_allowed")
    return _lock_procurement(connection, procurement_id)


def _lock_procurement(connection: Connection, procurement_id: str) -> Row:
    found = connection.execute(_LOCK_PROCUREMENT, {"id": procurement_id}).mappings().first()
    if found is None:
        raise MarketError("not_found")
    return found


def _sign_up(row: Row) -> rules.SignUp:
    return rules.SignUp(row["scope"], row["status"], row["sign_up_until"])


# --- the reminder ladders -------------------------------------------------------------------------


def change_ladder(
    engine: Engine, maker: Maker, kind: str, version: int, months: str, told: Sequence[str]
) -> None:
    """Say how long before dates of a kind people are reminded, and who is; it holds for the dates that are
    in the register too. Raises BadInput, MarketError."""
    require_editor(maker.actor)
    rungs = rules.read_ladder(months)
    if not told or not set(told) <= set(rules.TOLD_ROLES):
        raise BadInput(Fault("nobody_told", column="told"))
    roles = [role for role in rules.TOLD_ROLES if role in told]
    with engine.begin() as connection:
        before = connection.execute(_LOCK_LADDER, {"kind": kind}).mappings().first()
        if before is None:
            raise MarketError("not_found")
        _require_version(connection, before, version, ladder_kind=kind)
        values: dict[str, Any] = {"months": list(rungs), "told": roles}
        changed = _differences(("months", "told"), before, values)
        if not changed:
            return
        connection.execute(_CHANGE_LADDER, {**values, "kind": kind})
        _log_all(connection, maker, changed, ladder_kind=kind)
        if "months" in changed:
            _move_reminders(connection, kind, rungs, maker.today)


def _move_reminders(connection: Connection, kind: str, months: Sequence[int], today: date) -> None:
    moved = []
    for row in connection.execute(_DATES_OF_KIND, {"kind": kind, "today": today}):
        rung, day = rules.next_reminder(months, row.day, today) or (None, None)
        moved.append({"id": row.id, "remind_months": rung, "remind_on": day})
    if moved:
        connection.execute(_MOVE_REMINDER, moved)


# --- what all share -------------------------------------------------------------------------------


def _values(names: Sequence[str], row: rules.Entry | rules.Procurement) -> dict[str, Any]:
    return dict(zip(names, astuple(row), strict=True))


def _differences(names: Sequence[str], before: Row, after: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Old and new text of each field that has changed."""
    return {
        name: (_written(before[name]), _written(after[name])) for name in names if before[name] != after[name]
    }


def _written(value: object) -> str:
    """A value as the log keeps it: ISO days, plain decimals, lists with commas, "" for nothing."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _require_version(connection: Connection, row: Row, version: int, **subject: Any) -> None:
    if row["version"] == version:
        return
    last = connection.execute(_LAST_CHANGE, _subject(**subject)).first()
    raise MarketError(
        "changed", person=last.person if last else "", at=last.at if last else None, version=row["version"]
    )


def _subject(
    entry_id: object = None, procurement_id: object = None, ladder_kind: str | None = None
) -> dict[str, object]:
    return {"entry_id": entry_id, "procurement_id": procurement_id, "ladder_kind": ladder_kind}


def _log_all(
    connection: Connection, maker: Maker, changed: Mapping[str, tuple[str, str]], **subject: Any
) -> None:
    for name, (old, new) in changed.items():
        _log(connection, maker, name, old, new, **subject)


def _log(
    connection: Connection,
    maker: Maker,
    field: str,
    old: str = "",
    new: str = "",
    *,
    county_code: str | None = None,
    reason: str = "",
    **subject: Any,
) -> None:
    parameters = {
        **_subject(**subject),
        "county_code": county_code,
        "field": field,
        "old": old,
        "new": new,
        "reason": reason,
        "person_id": maker.actor.id,
        "person": maker.actor.name,
        "at": maker.at,
    }
    connection.execute(_LOG, parameters)
