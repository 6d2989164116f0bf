"""What a case is about, as a person types it: each field read, bounded and named when it cannot be used."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Callable, Mapping
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.kernel.cells import CellError, read_written_date
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


def one_line(value: object, limit: int = 300) -> str:
    """One line, without control characters or those that turn the direction of writing. Raises Unusable."""
    text = " ".join(clean_text(value, limit).split())
    if any(unicodedata.category(character) in ("Cc", "Cf") for character in text):
        raise Unusable("bad_characters")
    return text


def _medicine(value: object) -> str:
    text = one_line(value)
    if not text:
        raise Unusable("missing")
    return text


def _atc(value: object) -> str:
    text = one_line(value).upper().replace(" ", "")
    if text and not ATC.fullmatch(text):
        raise Unusable("not_atc")
    return text


def _approval(value: object) -> str:
    text = one_line(value)
    if text not in APPROVAL_TYPES:
        raise Unusable("not_a_choice")
    return text


def _flag(value: object) -> bool:
    return value in (True, "true", "1", "y", "on")


def _day(value: object) -> str | None:
    text = value.isoformat() if isinstance(value, date) else one_line(value)
    if not text:
        return None
    try:
        day = read_written_date(text)
    except CellError as refused:
        raise Unusable("no_such_day" if refused.code == "no_such_day" else "not_a_date") from None
    if not 1990 <= day.year <= 2100:
        raise Unusable("not_a_date")
    return day.isoformat()


_READERS: Mapping[str, Callable[[object], object]] = {
    "medicine": _medicine,
    "substance": one_line,
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
    connection: Connection,
    given: Mapping[str, object],
    today: date,
    known: Mapping[str, object] | None = None,
) -> tuple[dict[str, object], list[Reason]]:
    """The given fields as stored values, and a reason for each that cannot be used.

    `known`: what the case says already; without it the case is being opened.

    A company is named by `company_id`, or by `company` when its name is in the register; a name that
    is not stays a name without an account behind it.
    """
    values: dict[str, object] = {}
    faults: list[Reason] = []
    if known is None and "medicine" not in given:
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
    faults += impossible_days(values, known or {}, today)
    faults += [
        Reason("field_unknown", {"field": n}) for n in given if n not in (*_READERS, "company", "company_id")
    ]
    return values, faults


def impossible_days(values: Mapping[str, object], known: Mapping[str, object], today: date) -> list[Reason]:
    """Days that cannot be: an approval that has not come yet, an exclusivity that ends before it. What the case says
    already is not judged again. Days are ISO text."""

    def day(name: str) -> str:
        return str(values.get(name, known.get(name)) or "")

    changed = {
        name for name in ("authorised_on", "exclusivity_ends") if day(name) != str(known.get(name) or "")
    }
    faults = []
    if "authorised_on" in changed and day("authorised_on") > today.isoformat():
        faults.append(Reason("approved_in_future", {"field": "authorised_on"}))
    if changed and "" < day("exclusivity_ends") <= day("authorised_on"):
        faults.append(Reason("exclusivity_before_approval", {"field": "exclusivity_ends"}))
    return faults


def _read_company(
    connection: Connection, given: Mapping[str, object], values: dict[str, object]
) -> list[Reason]:
    company_id, name = str(given.get("company_id") or ""), ""
    try:
        name = one_line(given.get("company"))
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
