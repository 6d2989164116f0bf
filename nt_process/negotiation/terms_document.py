"""Terms from what a form says or a file holds, as the document that a contract is computed from (`terms.document`).

The form has a few fields for the whole, and for each clause those that its kind has (`terms.clause.specs`), named by the
clause's number. Whatever is wrong in the document is told at the field that it was typed in.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Mapping, Sequence

from nt_process.kernel.faults import BadInput, Fault
from nt_process.terms import document as terms
from nt_process.terms.clause import Clause, specs
from nt_process.terms.contract import ROUNDINGS, Contract
from nt_process.terms.document import MAX_CLAUSES
from nt_process.terms.kinds import KINDS

LONGEST_FILE = 200_000
WHOLE = ("starts", "ends", "packages", "rounding")
UP, DOWN, REMOVE, ADD = "up", "down", "remove", "add"

Document = dict[str, object]
Typed = Mapping[str, str]

_PLACE = re.compile(r"clauses\[(\d+)\]\.([a-z_]+)")
# Long enough that a clause can be read by itself while the contract's first day is not yet typed.
_SOME_DAY = "2000-01-01"


def commitment(document: Mapping[str, object], nonce: bytes) -> str:
    """The hash that binds to the terms without telling them."""
    return terms.commitment(document, nonce)


def new_nonce() -> bytes:
    return secrets.token_bytes(terms.NONCE_BYTES)


# --- the form's clauses ---------------------------------------------------------------------------


def name_of(number: int, field: str) -> str:
    """What a field of a clause is called in the form; clauses are numbered from one."""
    return f"clause-{number}-{field}"


def clauses_of(typed: Typed) -> list[dict[str, str]]:
    """The clauses of the form in their order, each its kind and what was typed of it."""
    found: list[dict[str, str]] = []
    while len(found) < MAX_CLAUSES:
        number = len(found) + 1
        kind = typed.get(name_of(number, "kind"), "")
        if kind not in KINDS:
            break
        names = ("kind", *(spec.name for spec in specs(KINDS[kind])))
        found.append({name: typed[at] for name in names if (at := name_of(number, name)) in typed})
    return found


def rearranged(typed: Typed, deed: str, about: str) -> dict[str, str]:
    """What the form says after a clause has been added (`about` is its kind), removed or moved (its number)."""
    clauses = clauses_of(typed)
    place = int(about) - 1 if about.isascii() and about.isdigit() and len(about) < 4 else -1
    if deed == ADD and about in KINDS:
        clauses.append(_new(about, _lines(typed.get("packages", ""))))
    elif deed in (UP, DOWN, REMOVE) and 0 <= place < len(clauses):
        taken = clauses.pop(place)
        if deed != REMOVE:
            clauses.insert(max(0, place + (1 if deed == DOWN else -1)), taken)
    whole = {name: text for name, text in typed.items() if not name.startswith("clause-")}
    return whole | _named(clauses)


def _new(kind: str, packages: Sequence[str]) -> dict[str, str]:
    """A clause with nothing in it but the packages that are to have a price."""
    priced = [spec.name for spec in specs(KINDS[kind]) if spec.kind == "prices" and spec.required]
    return {"kind": kind} | dict.fromkeys(priced, "\n".join(f"{package}: " for package in packages))


def _named(clauses: Sequence[Mapping[str, str]]) -> dict[str, str]:
    return {
        name_of(number, name): text
        for number, clause in enumerate(clauses, 1)
        for name, text in clause.items()
    }


# --- reading --------------------------------------------------------------------------------------


def read_form(typed: Typed) -> Document:
    """The document of what a form says. Raises BadInput with every fault at the field it is about."""
    return terms.to_document(read_contract(typed))


def read_contract(typed: Typed) -> Contract:
    """As `read_form`, as the contract that it is."""
    reader = _Reader()
    written: Document = {
        "starts": reader.day("starts", typed),
        "ends": typed.get("ends", "").strip() or None,
        "packages": _lines(typed.get("packages", "")),
        "rounding": typed.get("rounding") or ROUNDINGS[0],
        "clauses": [
            {"kind": clause["kind"]}
            | {
                spec.name: reader.field(spec.kind, name_of(number, spec.name), clause.get(spec.name, ""))
                for spec in specs(KINDS[clause["kind"]])
            }
            for number, clause in enumerate(clauses_of(typed), 1)
        ],
    }
    try:
        contract = terms.from_document(written)
    except BadInput as refusal:
        told = {fault.column for fault in reader.faults}
        placed = [_placed(fault, typed) for fault in refusal.faults]
        raise BadInput(*reader.faults, *(one for one in placed if one.column not in told)) from None
    if reader.faults:
        raise BadInput(*reader.faults)
    return contract


def read_clause(typed: Typed, number: int) -> Clause | None:
    """One clause of the form by itself, while the rest may still be unfinished; None when it is not finished."""
    alone = {name: typed.get(name, "") for name in ("starts", "packages")}
    alone |= _named([clauses_of(typed)[number - 1]])
    for first in (alone["starts"], _SOME_DAY):
        try:
            return read_contract(alone | {"starts": first}).clauses[0]
        except BadInput:
            continue
    return None


def _placed(fault: Fault, typed: Typed) -> Fault:
    """A fault of the document at the field of the form."""
    found = _PLACE.match(fault.column or "")
    column = name_of(int(found[1]), found[2]) if found else (fault.column or "starts").partition("[")[0]
    code = "no_clauses" if column == "clauses" and fault.code == "missing" else fault.code
    value = fault.params.get("value")
    # A comma that was typed is shown as one.
    if isinstance(value, str) and value.replace(".", ",") in "".join(typed.get(column, "").split()):
        return Fault(code, column=column, params={**fault.params, "value": value.replace(".", ",")})
    return Fault(code, column=column, params=fault.params)


class _Reader:
    """What was typed in a field as the document writes it; a line of the wrong shape is a fault of its own."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def day(self, column: str, typed: Typed) -> str:
        written = typed.get(column, "").strip()
        if not written:
            self.faults.append(Fault("missing", column=column))
        return written

    def field(self, kind: str, column: str, text: str) -> object:
        if kind in ("prices", "tiers", "instalments"):
            return self._pairs(kind, column, text)
        read = _AS_WRITTEN.get(kind, str.strip)
        return read(text) if text.strip() else None

    def _pairs(self, kind: str, column: str, text: str) -> object:
        """Lines of a name or a figure, a colon, and a figure."""
        pairs: list[tuple[str, str]] = []
        for line in _lines(text):
            first, colon, second = line.replace("\t", ":").rpartition(":")
            if not (colon and first.strip() and second.strip()):
                shown = line[:40] if line[:40].isprintable() else ""
                self.faults.append(Fault(f"not_{kind}", column=column, params={"value": shown}))
                continue
            pairs.append((_number(first) if kind == "tiers" else first.strip(), _number(second)))
        if kind != "prices":
            return [list(pair) for pair in pairs] or None
        names = [name for name, _price in pairs]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.faults.append(Fault("duplicate_package", column=column, params={"package": name[:40]}))
        return dict(pairs) or None


def _number(text: str) -> str:
    """A number as the document writes it: without spaces between thousands, with a decimal point."""
    return "".join(text.split()).replace(",", ".")


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.replace("\r", "\n").split("\n") if line.strip()]


_AS_WRITTEN: Mapping[str, Callable[[str], object]] = {
    "percent": _number,
    "money": _number,
    "whole": _number,
    "packages": _lines,
    "flag": lambda _text: True,
}


# --- the other way --------------------------------------------------------------------------------


def read_file(content: bytes) -> Document:
    """The document in a JSON file. Raises BadInput (column terms_file), each fault with its place in the file."""
    try:
        found = json.loads(content.decode("utf-8")) if len(content) <= LONGEST_FILE else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BadInput(Fault("not_terms", column="terms_file"))
    try:
        return terms.complete(found)
    except BadInput as refusal:
        raise BadInput(
            *(Fault("in_file", column="terms_file", params={"fault": one}) for one in refusal.faults)
        ) from None


def typed_of(document: Mapping[str, object], comma: str = ",") -> dict[str, str]:
    """What would be typed in the form for a document; numbers with `comma` before their decimals."""
    contract = terms.from_document(document)
    written = terms.to_document(contract)
    whole = {
        name: _typed("packages" if name == "packages" else "day", written[name], comma) for name in WHOLE
    }
    clauses = [
        {"kind": clause.kind}
        | {spec.name: _typed(spec.kind, given[spec.name], comma) for spec in specs(type(clause))}
        for clause, given in zip(contract.clauses, _written_clauses(written), strict=True)
    ]
    return whole | _named(clauses)


def _written_clauses(written: Mapping[str, object]) -> list[Mapping[str, object]]:
    found = written["clauses"]
    assert isinstance(found, list)  # noqa: S101 - as `to_document` writes it
    return found


def _typed(kind: str, value: object, comma: str) -> str:
    if isinstance(value, bool):
        return "y" if value else ""
    if isinstance(value, Mapping):
        return "\n".join(f"{name}: {_typed('money', part, comma)}" for name, part in value.items())
    if isinstance(value, list):
        return "\n".join(one if isinstance(one, str) else _pair(kind, one, comma) for one in value)
    text = "" if value is None else str(value)
    return text.replace(".", comma) if kind in ("percent", "money", "whole") else text


def _pair(kind: str, pair: Sequence[str], comma: str) -> str:
    first = pair[0] if kind == "instalments" else _typed("percent", pair[0], comma)
    return f"{first}: {_typed('money', pair[1], comma)}"
