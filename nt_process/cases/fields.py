"""What a case is about, as a person types it: each field read, bounded and named when it cannot be used."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Callable, Mapping
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.kernel.reasons import Reason

# Anatomical Therapeutic Chemical classification: five levels, each of which may be the last one known.
ATC = re.compile(r"[A-Z](\d\d([A-Z]([A-Z](\d\d)?)?)?)?")

APPROVAL_TYPES = ("", "full", "conditional", "exceptional")

_COMPANY = sa.text("SELECT id, name FROM organisation WHERE kind = 'company' AND id = :id")
_COMPANY_BY_NAME = sa.text(
    "SELECT id, name FROM organisation WHERE kind = 'company' AND lower(name) = lower(:name)"
)


class Unusable(ValueError):
    """The text cannot be this field; the code says why."""


def clean_text(value: object, limit: int) -> str:
    """Text in composed form without control characters at its ends. Raises Unusable."""
    text = unicodedata.normalize("NFC", str(value or "")).strip()
    if "\x00" in text or any(0xD800 <= ord(character) <= 0xDFFF for character in text):
        raise Unusable("bad_characters")
    if len(text) > limit:
        raise Unusable("too_long")
    return text


def _line(value: object) -> str:
    return " ".join(clean_text(value, 300).split())


def _medicine(value: object) -> str:
    text = _line(value)
    if not text:
        raise Unusable("missing")
    return text


def _atc(value: object) -> str:
    text = _line(value).upper().replace(" ", "")
    if text and not ATC.fullmatch(text):
        raise Unusable("not_atc")
    return text


def _approval(value: object) -> str:
    text = _line(value)
    if text not in APPROVAL_TYPES:
        raise Unusable("not_a_choice")
    return text


def _flag(value: object) -> bool:
    return value in (True, "true", "1", "y", "on")


def _day(value: object) -> str | None:
    text = value.isoformat() if isinstance(value, date) else _line(value)
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Unusable("not_a_date") from None
    if not 1990 <= day.year <= 2100:
        raise Unusable("not_a_date")
    return day.isoformat()


_READERS: Mapping[str, Callable[[object], object]] = {
    "medicine": _medicine,
    "substance": _line,
    "atc": _atc,
    "indication": lambda value: clean_text(value, 20_000),
    "orphan": _flag,
    "oncology": _flag,
    "approval_type": _approval,
    "authorised_on": _day,
    "exclusivity_ends": _day,
    "horizon_item_id": lambda value: str(uuid.UUID(str(value))) if value else None,
}


def read_fields(
    connection: Connection, given: Mapping[str, object], *, opening: bool
) -> tuple[dict[str, object], list[Reason]]:
    """The given fields as stored values, and a reason for each that cannot be used.

    A company is named by `company_id`, or by `company` when its name is in the register; a name that
    is not stays a name without an account behind it.
    """
    values: dict[str, object] = {}
    faults: list[Reason] = []
    if opening and "medicine" not in given:
        faults.append(Reason("field_missing", {"field": "medicine"}))
    for name, reader in _READERS.items():
        if name in given:
            try:
                values[name] = reader(given[name])
            except ValueError as fault:
                code = fault.args[0] if isinstance(fault, Unusable) else "unusable"
                faults.append(Reason(f"field_{code}", {"field": name}))
    if "company_id" in given or "company" in given:
        faults += _read_company(connection, given, values)
    faults += [
        Reason("field_unknown", {"field": n}) for n in given if n not in (*_READERS, "company", "company_id")
    ]
    return values, faults


def _read_company(
    connection: Connection, given: Mapping[str, object], values: dict[str, object]
) -> list[Reason]:
    company_id, name = str(given.get("company_id") or ""), ""
    try:
        name = _line(given.get("company"))
        row = (
            connection.execute(_COMPANY, {"id": uuid.UUID(company_id)}).first()
            if company_id
            else connection.execute(_COMPANY_BY_NAME, {"name": name}).first()
        )
    except Unusable as fault:
        return [Reason(f"field_{fault.args[0]}", {"field": "company"})]
    except ValueError:
        row = None
    if company_id and row is None:
        return [Reason("unknown_company")]
    values["company_id"] = None if row is None else str(row.id)
    values["company"] = name if row is None else row.name
    return []
