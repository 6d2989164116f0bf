"""Terms from what a form says or a file holds, as the document that a contract is computed from (`terms.document`)."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from decimal import Decimal

from nt_process.kernel.faults import BadInput, Fault
from nt_process.negotiation.rules.reading import Reader
from nt_process.terms import document as terms

MOST_MONEY = Decimal(10) ** 12
LONGEST_FILE = 200_000

Document = dict[str, object]
# Under which field of the form a fault of a clause's field is told.
_FIELDS = {"rate_pct": "discount", "net_prices": "net_prices", "cap": "cap", "share_pct": "cap_share"}


def commitment(document: Mapping[str, object], nonce: bytes) -> str:
    """The hash that binds to the terms without telling them."""
    return terms.commitment(document, nonce)


def new_nonce() -> bytes:
    return secrets.token_bytes(terms.NONCE_BYTES)


def read_form(typed: Mapping[str, str]) -> Document:
    """The document of what a form says: `starts`, `ends`, `packages` (one on a line), `discount` in per cent,
    `net_prices` (a line for each package, “package: price”), `cap` with `cap_share` in per cent. Raises BadInput.
    """
    reader = Reader()
    starts, ends = reader.span("starts", "ends", (typed.get("starts", ""), typed.get("ends", "")))
    packages = _lines(reader.text("packages", typed.get("packages", "")))
    if not packages and not any(one.column == "packages" for one in reader.faults):
        reader.fault("packages", "missing")
    clauses: list[Document] = []
    discount = reader.number("discount", typed.get("discount", ""), Decimal(100))
    if discount:
        clauses.append({"kind": "simple_discount", "rate_pct": _plain(discount)})
    if prices := _net_prices(reader, typed.get("net_prices", "")):
        clauses.append({"kind": "fixed_net_price", "net_prices": prices})
    cap = reader.number("cap", typed.get("cap", ""), MOST_MONEY)
    share = reader.number("cap_share", typed.get("cap_share", ""), Decimal(100))
    if cap is not None:
        clauses.append(
            {
                "kind": "spend_cap",
                "cap": _plain(cap),
                "share_pct": _plain(Decimal(100) if share is None else share),
            }
        )
    if not clauses and not any(one.column in _FIELDS.values() for one in reader.faults):
        reader.fault("discount", "no_terms")
    reader.finish()
    written: Document = {"starts": str(starts), "packages": packages, "clauses": clauses}
    if ends is not None:
        written["ends"] = str(ends)
    try:
        return terms.to_document(terms.from_document(written))
    except BadInput as refusal:
        raise BadInput(
            *(Fault(one.code, column=_field(one.column), params=one.params) for one in refusal.faults)
        ) from None


def _field(place: str | None) -> str:
    if not (place or "").startswith("clauses"):
        return (place or "starts").partition("[")[0]
    return next((field for name, field in _FIELDS.items() if name in (place or "")), "discount")


def read_file(content: bytes) -> Document:
    """The document in a JSON file, for terms that the form has no field for. Raises BadInput (column terms_file)."""
    try:
        found = json.loads(content.decode("utf-8")) if len(content) <= LONGEST_FILE else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BadInput(Fault("not_terms", column="terms_file"))
    try:
        return terms.to_document(terms.from_document(found))
    except BadInput as refusal:
        raise BadInput(
            *(Fault(one.code, column="terms_file", params=one.params) for one in refusal.faults)
        ) from None


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.split("\n") if line.strip()]


def _net_prices(reader: Reader, typed: str) -> dict[str, str]:
    prices: dict[str, str] = {}
    for line in _lines(reader.text("net_prices", typed)):
        name, _colon, amount = line.rpartition(":")
        price = reader.number("net_prices", amount, MOST_MONEY)
        if not name.strip() or price is None:
            reader.fault("net_prices", "not_package_and_price", value=line[:40] if line.isprintable() else "")
        else:
            prices[name.strip()] = _plain(price)
    return prices


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")
