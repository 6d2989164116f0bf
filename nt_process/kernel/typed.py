"""Reading what was typed in a form, field by field, with a fault for each field that cannot be used.

A feature says which reader reads each of its fields; what is refused is a code that its page turns into a sentence.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Callable, Collection, Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any

from nt_process.kernel.calendar import read_day
from nt_process.kernel.cells import CellError
from nt_process.kernel.faults import BadInput, Fault

MAX_LINE, MAX_TEXT = 200, 20_000

_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)

_CLOCK = re.compile(r"([01]\d|2[0-3])[:.]([0-5]\d)", re.ASCII)
_NUMBER = re.compile(r"\d{1,13}([.,]\d{1,6})?", re.ASCII)

Reader = Callable[[str], Any]


class Unusable(ValueError):
    """A text that cannot be this field; the code says why, and the values are for its sentence."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.params = params


def read(texts: Mapping[str, str], readers: Mapping[str, Reader]) -> dict[str, Any]:
    """Each field as its reader reads it. Raises BadInput with a fault for each field that is wrong."""
    values: dict[str, Any] = {}
    faults = []
    for name, reader in readers.items():
        text = texts.get(name) or ""
        try:
            values[name] = reader(text)
        except (Unusable, CellError) as refused:
            more = refused.params if isinstance(refused, Unusable) else {}
            faults.append(Fault(str(refused), column=name, params={"value": shown(text), **more}))
    if faults:
        raise BadInput(*faults)
    return values


def shown(text: str) -> str:
    """What was typed, short, for the sentence that refuses it; nothing where it cannot be shown."""
    found = text.strip()[:80]
    return found if found.isprintable() else ""


def clean(text: str, limit: int) -> str:
    """Text in composed form, without what no database can hold. Raises Unusable."""
    composed = unicodedata.normalize("NFC", text).strip()
    if "\x00" in composed or any(0xD800 <= ord(character) <= 0xDFFF for character in composed):
        raise Unusable("bad_characters")
    if len(composed) > limit:
        raise Unusable("too_long", limit=limit)
    return composed


def line(text: str, limit: int = MAX_LINE) -> str:
    """One line, without control characters or those that turn the direction of writing."""
    kept = " ".join(clean(text, limit).split())
    if any(unicodedata.category(character) in ("Cc", "Cf") for character in kept):
        raise Unusable("bad_characters")
    return kept


def paragraph(text: str, limit: int = MAX_TEXT) -> str:
    """Text of several lines."""
    return clean(text, limit)


def mail_address(text: str) -> str:
    """A mail address in small letters, its domain as mail servers know it. Raises Unusable not_mail."""
    local, _at, name = line(text).lower().rpartition("@")
    if not _LOCAL.fullmatch(local) or len(local) > 64:
        raise Unusable("not_mail")
    try:
        return f"{local}@{domain(name)}"
    except Unusable:
        raise Unusable("not_mail") from None


def domain(text: str) -> str:
    """A domain of at least two labels, as mail servers know it. Raises Unusable not_domain."""
    try:
        found = line(text).lower().removeprefix("@").rstrip(".").encode("idna").decode("ascii")
    except UnicodeError:
        raise Unusable("not_domain") from None
    labels = found.split(".")
    if len(labels) < 2 or len(found) > 190 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Unusable("not_domain")
    if labels[-1].isdigit():
        raise Unusable("not_domain")
    return found


def required(reader: Callable[[str], str]) -> Callable[[str], str]:
    """As `reader`, and something must be left."""

    def read_required(text: str) -> str:
        found = reader(text)
        if not found:
            raise Unusable("missing")
        return found

    return read_required


def optional(reader: Callable[[str], Any]) -> Callable[[str], Any]:
    """As `reader`, and None where nothing was typed."""

    def read_optional(text: str) -> Any:
        return reader(text) if text.strip() else None

    return read_optional


def one_of(known: Collection[str]) -> Callable[[str], str]:
    """One of the alternatives that a field offers."""

    def read_choice(text: str) -> str:
        if text not in known:
            raise Unusable("not_a_choice")
        return text

    return read_choice


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number within bounds, both included."""

    def read_whole(text: str) -> int:
        digits = text.strip()
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 6 and least <= int(digits) <= most):
            raise Unusable("not_within", least=least, most=most)
        return int(digits)

    return read_whole


def day(text: str) -> date:
    """A day, from 1900 to 2199. Raises Unusable missing, not_a_day."""
    written = text.strip()
    found = read_day(written)
    if found is None or not 1900 <= found.year < 2200:
        raise Unusable("not_a_day" if written else "missing")
    return found


def identifier(text: str) -> uuid.UUID:
    """An id that a page offered. Raises Unusable not_a_choice."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Unusable("not_a_choice") from None


def clock(text: str) -> time:
    """A time of day, as 14:00 or 14.00. Raises Unusable not_a_time."""
    written = _CLOCK.fullmatch(text.strip())
    if written is None:
        raise Unusable("not_a_time")
    return time(int(written[1]), int(written[2]))


def number(most: Decimal, decimals: int = 2) -> Callable[[str], Decimal]:
    """A number from zero to `most`, with comma or point; spaces between thousands are left out."""

    def read_number(text: str) -> Decimal:
        written = "".join(text.split())
        if not _NUMBER.fullmatch(written):
            raise Unusable("not_a_number")
        found = Decimal(written.replace(",", "."))
        if found > most:
            raise Unusable("too_large", most=format(most, "f"))
        if found != found.quantize(Decimal(1).scaleb(-decimals)):
            raise Unusable("too_many_decimals", decimals=decimals)
        return found

    return read_number


# Two days in their order, of which the last may be left open; `in_order` says whether they are.
SPAN: Mapping[str, Reader] = {"valid_from": day, "valid_to": optional(day)}


def in_order(values: Mapping[str, Any], first: str = "valid_from", last: str = "valid_to") -> None:
    """Raises BadInput (column `last`) for a last day that lies before the first."""
    if values[last] is not None and values[last] < values[first]:
        raise BadInput(Fault("ends_before_start", column=last, params={"day": values[first]}))
