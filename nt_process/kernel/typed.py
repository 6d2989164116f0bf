"""Reading what was typed in a form, field by field, with a fault for each field that cannot be used.

A feature says which reader reads each of its fields; what is refused is a code that its page turns into a sentence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from typing import Any

from nt_process.kernel.cells import CellError
from nt_process.kernel.faults import BadInput, Fault

MAX_LINE, MAX_TEXT = 200, 20_000

_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)

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
            faults.append(Fault(str(refused), column=name, params={"value": text.strip()[:80], **more}))
    if faults:
        raise BadInput(*faults)
    return values


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
