"""What a row of a price list means, and what follows from list prices: per unit, change, cheapest.

Source: the Swedish pricing of medicines by package. AIP is the pharmacies' purchase price and AUP their selling
price, both in SEK with öre. A package is known by its Nordic article number (Vnr, six digits) and in the national
product register (NPL) by an id of fourteen digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from nt_process.kernel import typed
from nt_process.kernel.calendar import ONE_DAY
from nt_process.kernel.cells import CellError, read_atc, read_date, read_decimal
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.money import ORE, exact, round_half_up

MAX_LINE = 300
UNIT_DECIMALS, AMOUNT_DECIMALS = 3, 2
# The largest amounts and numbers of units that the register holds.
MAX_AMOUNT, MAX_UNITS = Decimal(10**12), Decimal(10**9)
# A price per unit is shown to öre, and below one krona to a hundredth of an öre.
FINE = Decimal("0.0001")
TENTH = Decimal("0.1")

FACTS = (
    "npl_id", "product", "substance", "atc", "strength", "form", "pack", "units", "unit", "company",
    "parallel_import",
)  # fmt: skip

_ARTICLE_NUMBER = re.compile(r"[0-9]{6}")
_NPL_ID = re.compile(r"[0-9]{14}")
_YES = frozenset({"ja", "j", "yes", "y", "x", "1", "true", "sant"})
_NO = frozenset({"", "nej", "n", "no", "0", "false", "falskt"})


# --- reading a row --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a price list. `facts` holds what it says of the package, of the names in FACTS."""

    row: int
    article_number: str
    facts: Mapping[str, Any]
    valid_from: date
    valid_to: date | None
    aip: Decimal
    aup: Decimal | None
    source: str


def read_line(
    row: int, values: Mapping[str, str], headings: Mapping[str, str], *, decimal_comma: bool, day: date | None
) -> Line:
    """The row as a line; `day` is the first day of a price whose row states none.

    Raises BadInput with every fault of the row, by the headings of the file: not_article_number, not_npl_id, missing,
    bad_characters, too_long, not_atc, not_yes_no, not_positive, too_many_decimals, too_much, aup_below_aip, day_missing,
    ends_before, and the faults of numbers and dates.
    """

    def amount(decimals: int, most: Decimal) -> Callable[[str], Decimal]:
        return lambda text: _above_zero(read_decimal(text, decimal_comma=decimal_comma), decimals, most)

    readers: dict[str, Callable[[str], Any]] = {
        **_TEXT_READERS,
        "units": amount(UNIT_DECIMALS, MAX_UNITS),
        "aip": amount(AMOUNT_DECIMALS, MAX_AMOUNT),
        "aup": typed.optional(amount(AMOUNT_DECIMALS, MAX_AMOUNT)),
        "valid_from": typed.optional(read_date),
        "valid_to": typed.optional(read_date),
    }
    found: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, text in values.items():
        try:
            found[name] = readers[name](text)
        except (typed.Unusable, CellError) as refused:
            params = refused.params if isinstance(refused, typed.Unusable) else {}
            faults.append(Fault(str(refused), row, headings[name], {"value": text.strip()[:80], **params}))
    first: date | None = found.get("valid_from") or day
    faults += _together(row, found, headings, first, faults)
    if faults or first is None:
        raise BadInput(*faults)
    return Line(
        row,
        found["article_number"],
        {name: found[name] for name in FACTS if name in found},
        first,
        found.get("valid_to"),
        found["aip"],
        found.get("aup"),
        found.get("source", ""),
    )


def _together(
    row: int,
    found: Mapping[str, Any],
    headings: Mapping[str, str],
    first: date | None,
    so_far: Sequence[Fault],
) -> list[Fault]:
    """What is wrong between cells that are right each by itself."""
    faults = []
    aip, aup = found.get("aip"), found.get("aup")
    if aip is not None and aup is not None and aup < aip:
        faults.append(Fault("aup_below_aip", row, headings["aup"]))
    last = found.get("valid_to")
    from_heading = headings.get("valid_from", "valid_from")
    if first is None and not any(fault.column == from_heading for fault in so_far):
        faults.append(Fault("day_missing", row, from_heading))
    if first is not None and last is not None and last < first:
        faults.append(Fault("ends_before", row, headings["valid_to"]))
    return faults


def _line(text: str) -> str:
    return typed.line(text, MAX_LINE)


_stated = typed.required(_line)


def _coded(pattern: re.Pattern[str], code: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        written = text.replace(" ", "")
        if not pattern.fullmatch(written):
            raise typed.Unusable(code)
        return written

    return read


def _atc(text: str) -> str:
    _stated(text)
    return read_atc(text)


def _yes_or_no(text: str) -> bool:
    written = text.strip().casefold()
    if written not in _YES | _NO:
        raise typed.Unusable("not_yes_no")
    return written in _YES


def _above_zero(number: Decimal, decimals: int, most: Decimal) -> Decimal:
    if number <= 0:
        raise typed.Unusable("not_positive")
    if number >= most:
        raise typed.Unusable("too_much")
    # Zeros at the end say nothing: 12.500 is 12.5.
    if -int(number.normalize().as_tuple().exponent) > decimals:
        raise typed.Unusable("too_many_decimals", limit=decimals)
    return number


def _npl_id(text: str) -> str:
    return _coded(_NPL_ID, "not_npl_id")(text) if text.strip() else ""


_TEXT_READERS: Mapping[str, Callable[[str], Any]] = {
    "article_number": _coded(_ARTICLE_NUMBER, "not_article_number"),
    "npl_id": _npl_id,
    "product": _stated,
    "substance": _stated,
    "atc": _atc,
    "strength": _line,
    "form": _stated,
    "pack": _line,
    "unit": _stated,
    "company": _line,
    "parallel_import": _yes_or_no,
    "source": _line,
}


# --- what follows from prices ---------------------------------------------------------------------


class Named(Protocol):
    """What has values by name, such as a row of the database."""

    def __getitem__(self, key: str, /) -> Any: ...


@dataclass(frozen=True, slots=True)
class Step:
    """A price from its first day up to and including its last (None: until further notice).

    `aip` is None where the package has no list price; `change` is the change from the price before in percent.
    """

    first: date
    last: date | None
    aip: Decimal | None
    aup: Decimal | None
    source: str
    change: Decimal | None


def series(rows: Iterable[Named]) -> list[Step]:
    """The prices of one package as known at one instant, by day, as steps that follow each other without a gap.

    `rows` have valid_from, aip, aup and source, each valid_from once, in any order. A row that repeats the price before
    it makes no step of its own, nor does one without a price before the first price.
    """
    kept: list[Named] = []
    for row in sorted(rows, key=lambda row: row["valid_from"]):
        before = (kept[-1]["aip"], kept[-1]["aup"]) if kept else (None, None)
        if (row["aip"], row["aup"]) != before:
            kept.append(row)
    steps, paid = [], None
    for place, row in enumerate(kept):
        last = kept[place + 1]["valid_from"] - ONE_DAY if place + 1 < len(kept) else None
        change = change_percent(paid, row["aip"])
        steps.append(Step(row["valid_from"], last, row["aip"], row["aup"], row["source"], change))
        paid = row["aip"] if row["aip"] is not None else paid
    return steps


@exact
def per_unit(price: Decimal, units: Decimal) -> Decimal:
    """The price of one unit in SEK: price / units, unrounded (fifty digits). 245.00 for 28 tablets is 8.75 each."""
    return price / units


def shown_per_unit(price: Decimal, units: Decimal) -> Decimal:
    """The price of one unit as it is shown: to öre, below one krona to a hundredth of an öre, half up."""
    each = per_unit(price, units)
    return round_half_up(each, ORE if each >= 1 else FINE)


@exact
def change_percent(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    """(after - before) / before in percent, to a tenth, half up; None where there is nothing to compare."""
    if before is None or after is None:
        return None
    return round_half_up((after - before) * 100 / before, TENTH)


def unit_key(row: Named) -> tuple[str, str, str]:
    """Packages may be compared by the price of a unit when form, strength and unit are the same.

    Ten milligrams and twenty are not the same tablet, and a spelling in capitals is not another.
    """
    form, strength, unit = (
        " ".join(str(row[name]).casefold().split()) for name in ("form", "strength", "unit")
    )
    return form, strength.replace(" ", ""), unit


def cheapest(rows: Iterable[Named]) -> dict[tuple[str, str, str], Named]:
    """Of each kind of unit the package whose unit costs least by AIP; of equals the one with the lowest article number."""
    found: dict[tuple[str, str, str], Named] = {}
    priced = [row for row in rows if row["aip"] is not None]
    for row in sorted(priced, key=lambda row: (per_unit(row["aip"], row["units"]), row["article_number"])):
        found.setdefault(unit_key(row), row)
    return found
