"""Terms as a document: JSON that a person can read and a contract that can be computed, one to one.

A document is an object with `starts`, `ends`, `packages`, `rounding` and `clauses`; a clause is an object with
its `kind` and its fields. Numbers are texts with a decimal point, days are YYYY-MM-DD, prices are an object
from package to amount, tiers and instalments are pairs. What is not written has its usual value; what is not
known is a fault. A fault's column is its place, “clauses[2].tiers[1]”, counted from one as people count.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from nt_process.kernel.calendar import read_day
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.money import ORE
from nt_process.terms.clause import Clause, Spec, dates_in_order, specs
from nt_process.terms.contract import HALF_UP, ROUNDINGS, Contract
from nt_process.terms.kinds import KINDS

FORMAT = 1
NONCE_BYTES = 32
MAX_CLAUSES, MAX_ITEMS, MAX_TEXT, MAX_PACKAGE = 30, 60, 200, 60
MOST_MONEY, MOST_WHOLE = Decimal(10) ** 12, 10**9
SHOWN = 60

_NUMBER = re.compile(r"\d{1,13}(\.\d{1,6})?", re.ASCII)
_TOP = ("format", "starts", "ends", "packages", "rounding", "clauses")


def commitment(document: Mapping[str, object], nonce: bytes) -> str:
    """SHA-256 over the nonce and the document's canonical JSON, in hex.

    The nonce (32 bytes, secret until the document may be known) keeps a price of a few digits from being
    found by trying them all. Raises ValueError for a nonce of another length.
    """
    if len(nonce) != NONCE_BYTES:
        raise ValueError(f"a nonce has {NONCE_BYTES} bytes")
    return hashlib.sha256(nonce + canonical(document)).hexdigest()


def canonical(document: Mapping[str, object]) -> bytes:
    """The one way to write a document: keys in order, no spaces, UTF-8."""
    return json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


# --- writing --------------------------------------------------------------------------------------


def to_document(contract: Contract) -> dict[str, object]:
    """The contract as a document. Every field is written, so that two equal contracts give equal documents."""
    return {
        "format": FORMAT,
        "starts": str(contract.starts),
        "ends": _written(contract.ends),
        "packages": list(contract.packages),
        "rounding": contract.rounding,
        "clauses": [
            {"kind": clause.kind}
            | {spec.name: _written(getattr(clause, spec.name)) for spec in specs(type(clause))}
            for clause in contract.clauses
        ],
    }


def complete(document: object) -> dict[str, object]:
    """A document with every field written out. Raises BadInput, as `from_document`."""
    return to_document(from_document(document))


def _written(value: object) -> object:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _written(part) for key, part in sorted(value.items())}
    if isinstance(value, tuple):
        return [_written(part) for part in value]
    return value


# --- reading --------------------------------------------------------------------------------------


class _Reader:
    """Reads a document field by field and keeps every fault, each with its place."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, place: str, code: str, **params: object) -> None:
        self.faults.append(Fault(code, column=place, params=params))

    def text(self, value: object, place: str, limit: int = MAX_TEXT) -> str:
        if not isinstance(value, str):
            self.fault(place, "not_a_text")
            return ""
        found = " ".join(unicodedata.normalize("NFC", value).split())
        if any(unicodedata.category(character) in {"Cc", "Cs"} for character in found):
            self.fault(place, "bad_characters")
        elif len(found) > limit:
            self.fault(place, "too_long", limit=limit)
        else:
            return found
        return ""

    def required_text(self, value: object, place: str, limit: int = MAX_TEXT) -> str:
        before = len(self.faults)
        found = self.text(value, place, limit)
        if not found and len(self.faults) == before:
            self.fault(place, "missing")
        return found

    def number(self, value: object, place: str, most: Decimal, *, in_ore: bool = False) -> Decimal:
        written = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(written, str) or not _NUMBER.fullmatch(written):
            self.fault(place, "not_an_amount", value=_shown(value))
            return Decimal(0)
        found = Decimal(written)
        if found > most:
            self.fault(place, "too_large", value=written, most=format(most, "f"))
        elif in_ore and found % ORE:
            self.fault(place, "not_in_ore", value=written)
        return found

    def percent(self, value: object, place: str) -> Decimal:
        return self.number(value, place, Decimal(100))

    def money(self, value: object, place: str) -> Decimal:
        return self.number(value, place, MOST_MONEY, in_ore=True)

    def volume(self, value: object, place: str) -> Decimal:
        return self.number(value, place, MOST_MONEY)

    def whole(self, value: object, place: str) -> int:
        found = self.number(value, place, Decimal(MOST_WHOLE))
        if found % 1:
            self.fault(place, "not_whole", value=_shown(value))
        return int(found)

    def day(self, value: object, place: str) -> date | None:
        found = read_day(value) if isinstance(value, str) else None
        if found is None or not 1900 <= found.year < 2200:
            self.fault(place, "not_a_day", value=_shown(value))
            return None
        return found

    def flag(self, value: object, place: str) -> bool:
        if not isinstance(value, bool):
            self.fault(place, "not_a_flag", value=_shown(value))
        return value is True

    def items(self, value: object, place: str, *, most: int = MAX_ITEMS) -> list[tuple[object, str]]:
        """A list's items with their places."""
        if not isinstance(value, list | tuple):
            self.fault(place, "not_a_list")
            return []
        if len(value) > most:
            self.fault(place, "too_many", most=most)
            return []
        return [(item, f"{place}[{number}]") for number, item in enumerate(value, 1)]

    def packages(self, value: object, place: str) -> tuple[str, ...]:
        found = [self.required_text(item, at, MAX_PACKAGE) for item, at in self.items(value, place)]
        for package in sorted({package for package in found if package and found.count(package) > 1}):
            self.fault(place, "duplicate_package", package=package)
        return tuple(found)

    def prices(self, value: object, place: str) -> dict[str, Decimal]:
        if not isinstance(value, Mapping):
            self.fault(place, "not_an_object")
            return {}
        if len(value) > MAX_ITEMS:
            self.fault(place, "too_many", most=MAX_ITEMS)
            return {}
        found = {}
        for package, amount in value.items():
            name = self.required_text(package, place, MAX_PACKAGE)
            found[name] = self.money(amount, f"{place}.{name}")
        return found

    def pairs(self, value: object, place: str) -> list[tuple[object, object, str]]:
        found = []
        for item, at in self.items(value, place):
            if isinstance(item, list | tuple) and len(item) == 2:
                found.append((item[0], item[1], at))
            else:
                self.fault(at, "not_a_pair")
        return found

    def tiers(self, value: object, place: str) -> tuple[tuple[Decimal, Decimal], ...]:
        return tuple((self.volume(a, at), self.percent(b, at)) for a, b, at in self.pairs(value, place))

    def instalments(self, value: object, place: str) -> tuple[tuple[str, Decimal], ...]:
        return tuple((self.required_text(a, at), self.money(b, at)) for a, b, at in self.pairs(value, place))

    def choice(self, value: object, place: str, choices: Sequence[str]) -> str:
        if not isinstance(value, str) or value not in choices:
            self.fault(place, "not_a_choice", value=_shown(value), choices=", ".join(choices))
            return choices[0]
        return value

    def field(self, spec: Spec, value: object, place: str) -> object:
        if spec.kind == "choice":
            return self.choice(value, place, spec.choices)
        if spec.kind == "text":
            return (self.required_text if spec.required else self.text)(value, place)
        readers: Mapping[str, Callable[[object, str], object]] = {
            "percent": self.percent,
            "money": self.money,
            "whole": self.whole,
            "day": self.day,
            "flag": self.flag,
            "packages": self.packages,
            "prices": self.prices,
            "tiers": self.tiers,
            "instalments": self.instalments,
        }
        before = len(self.faults)
        found = readers[spec.kind](value, place)
        if spec.required and found in ((), {}) and len(self.faults) == before:
            self.fault(place, "missing")
        return found


def from_document(document: object) -> Contract:
    """The contract of a document. Raises BadInput with every fault and its place; see `texts.TERMS_FAULTS`."""
    reader = _Reader()
    if not isinstance(document, Mapping):
        raise BadInput(Fault("not_an_object", column="terms"))
    _refuse_unknown(reader, document, _TOP, "")
    if document.get("format", FORMAT) != FORMAT:
        reader.fault("format", "unknown_format", value=_shown(document.get("format")))
    starts = reader.day(document.get("starts"), "starts")
    ends = None if document.get("ends") is None else reader.day(document["ends"], "ends")
    for field, code, params in dates_in_order(starts, ends):
        reader.fault(field, code, **params)
    packages = reader.packages(document.get("packages", []), "packages")
    if document.get("packages") in (None, [], ()):
        reader.fault("packages", "missing")
    rounding = reader.choice(document.get("rounding", HALF_UP), "rounding", ROUNDINGS)
    written = reader.items(document.get("clauses", []), "clauses", most=MAX_CLAUSES)
    if document.get("clauses") in (None, [], ()):
        reader.fault("clauses", "missing")
    clauses = [_clause(reader, value, place, packages) for value, place in written]
    if reader.faults or starts is None:
        raise BadInput(*reader.faults)
    return Contract(starts, ends, packages, tuple(clause for clause in clauses if clause), rounding)


def _clause(reader: _Reader, value: object, place: str, packages: Sequence[str]) -> Clause | None:
    if not isinstance(value, Mapping):
        reader.fault(place, "not_an_object")
        return None
    kind = value.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        reader.fault(f"{place}.kind", "unknown_kind", value=_shown(kind), known=", ".join(KINDS))
        return None
    made = KINDS[kind]
    _refuse_unknown(reader, value, ("kind", *(spec.name for spec in specs(made))), f"{place}.")
    before, found = len(reader.faults), {}
    for spec in specs(made):
        given, at = value.get(spec.name), f"{place}.{spec.name}"
        if given is not None:
            found[spec.name] = reader.field(spec, given, at)
        elif spec.required:
            reader.fault(at, "missing")
    if len(reader.faults) > before:
        return None
    clause = made(**found)
    for field, code, params in clause.mistakes():
        reader.fault(f"{place}.{field}", code, **params)
    for field, package in _packages_named(clause):
        if package not in packages:
            reader.fault(f"{place}.{field}", "foreign_package", package=package)
    return clause


def _packages_named(clause: Clause) -> list[tuple[str, str]]:
    """Each package that a clause names, with the field it stands in."""
    named = [("packages", package) for package in clause.packages]
    for spec in specs(type(clause)):
        if spec.kind == "prices":
            named += [(spec.name, package) for package in getattr(clause, spec.name)]
    return named


def _refuse_unknown(reader: _Reader, value: Mapping[object, object], known: Sequence[str], at: str) -> None:
    for name in value:
        if name not in known:
            reader.fault(f"{at}{_shown(name)}", "unknown_field", known=", ".join(known))


def _shown(value: object) -> str:
    """What stood there, short and printable, for the sentence of a fault."""
    text = "".join(c for c in str(value)[:SHOWN] if c.isprintable() and not 0xD800 <= ord(c) <= 0xDFFF)
    return "" if value is None else text
