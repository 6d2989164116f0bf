"""What people type about releases, read or refused with every fault. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from nt_process.disclosure.contributions import Contribution
from nt_process.disclosure.layouts import LAYOUTS, MAIN_GROUPS, MEASURES, SCOPED, Request, share
from nt_process.disclosure.sensitivity import LIMITS, Parameters
from nt_process.kernel.calendar import add_months
from nt_process.kernel.cells import CellError, read_date, read_decimal, read_whole
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.money import ZERO
from nt_process.kernel.regions import find_region

MAX_LINE, MAX_TEXT = 200, 2000
# A period begins with a quarter: what is paid and settled is counted by quarters.
QUARTERS = (1, 4, 7, 10)
LONGEST_MONTHS = 60
_MONTH = re.compile(r"(\d{4})-(\d{2})(?:-01)?", re.ASCII)
_ATC = re.compile(r"[A-Z]\d{2}([A-Z]{1,2}(\d{2})?)?", re.ASCII)
FIRST_YEAR, LAST_YEAR = 2000, 2199


def read_line(name: str, text: str, limit: int = MAX_LINE) -> str:
    """A stated text. Raises BadInput: missing, bad_characters, too_long."""
    composed = unicodedata.normalize("NFC", text).strip()
    if "\x00" in composed or any(0xD800 <= ord(sign) <= 0xDFFF for sign in composed):
        raise BadInput(Fault("bad_characters", column=name))
    if not composed:
        raise BadInput(Fault("missing", column=name))
    if len(composed) > limit:
        raise BadInput(Fault("too_long", column=name, params={"limit": limit}))
    return composed if limit > MAX_LINE else " ".join(composed.split())


def read_month(text: str) -> date | None:
    """The first day of a month written as 2026-01 (or 2026-01-01); None when it is none."""
    found = _MONTH.fullmatch(text.strip())
    if found is None:
        return None
    year, month = int(found[1]), int(found[2])
    return date(year, month, 1) if FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 else None


def read_request(texts: Mapping[str, str], parameters: Parameters, today: date) -> tuple[str, Request]:
    """The title and what is asked for: fields title, layout, scope, first, months, measure.

    Raises BadInput: missing, bad_characters, too_long, not_a_choice, scope_needed, scope_not_used, not_a_month,
    not_a_quarter, too_short, too_many_months, not_ended, no_share.
    """
    faults: list[Fault] = []
    title = ""
    try:
        title = read_line("title", texts.get("title", ""))
    except BadInput as refusal:
        faults.extend(refusal.faults)
    layout, scope, measure = (texts.get(name, "") for name in ("layout", "scope", "measure"))
    for name, given, known in (("layout", layout, LAYOUTS), ("measure", measure, MEASURES)):
        if given not in known:
            faults.append(Fault("not_a_choice", column=name))
    faults.extend(_scope_faults(layout, scope))
    first, months = read_month(texts.get("first", "")), _months(texts.get("months", ""))
    faults.extend(_period_faults(first, months, parameters, today))
    if faults or first is None or months is None:
        raise BadInput(*faults)
    request = Request(layout, scope, first, months, measure)
    years = range(first.year, add_months(request.after, -1).year + 1)
    missing = [str(year) for year in years if share(measure, year) is None]
    if missing:
        raise BadInput(Fault("no_share", column="measure", params={"years": ", ".join(missing)}))
    return title, request


def _months(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,3}", text.strip(), re.ASCII) else None


def _scope_faults(layout: str, scope: str) -> Iterable[Fault]:
    if scope and scope not in MAIN_GROUPS:
        yield Fault("not_a_choice", column="scope")
    elif layout == "subgroup" and not scope:
        yield Fault("scope_needed", column="scope")
    elif scope and layout in LAYOUTS and layout not in SCOPED:
        yield Fault("scope_not_used", column="scope")


def _period_faults(
    first: date | None, months: int | None, parameters: Parameters, today: date
) -> Iterable[Fault]:
    if first is None:
        yield Fault("not_a_month", column="first")
    elif first.month not in QUARTERS:
        yield Fault("not_a_quarter", column="first")
    if months is None or months % 3:
        yield Fault("not_whole_quarters", column="months")
    elif months < parameters.min_months:
        yield Fault("too_short", column="months", params={"limit": parameters.min_months})
    elif months > LONGEST_MONTHS:
        yield Fault("too_many_months", column="months", params={"limit": LONGEST_MONTHS})
    elif first is not None and add_months(first, months) > today:
        yield Fault("not_ended", column="months")


@dataclass(frozen=True, slots=True)
class Setting:
    """A parameter's value from a day on."""

    name: str
    value: int
    from_day: date
    reason: str


def read_setting(texts: Mapping[str, str], today: date) -> Setting:
    """Fields name, value, from_day, reason. Raises BadInput: not_a_choice, not_whole, out_of_limits, day_passed and those
    of a day and a text."""
    name = texts.get("name", "")
    if name not in LIMITS:
        raise BadInput(Fault("not_a_choice", column="name"))
    faults: list[Fault] = []
    value, day, reason = 0, today, ""
    low, high = LIMITS[name]
    try:
        value = read_whole(texts.get("value", ""), decimal_comma=True)
        if not low <= value <= high:
            faults.append(Fault("out_of_limits", column="value", params={"low": low, "high": high}))
    except CellError as error:
        faults.append(Fault(error.code, column="value", params={"value": texts.get("value", "")[:80]}))
    try:
        day = read_date(texts.get("from_day", ""))
        if day < today:
            faults.append(Fault("day_passed", column="from_day"))
    except CellError as error:
        faults.append(Fault(error.code, column="from_day", params={"value": texts.get("from_day", "")[:80]}))
    try:
        reason = read_line("reason", texts.get("reason", ""), MAX_TEXT)
    except BadInput as refusal:
        faults.extend(refusal.faults)
    if faults:
        raise BadInput(*faults)
    return Setting(name, value, day, reason)


def parameters_of(settings: Iterable[Setting], today: date) -> Parameters:
    """What holds on a day. `settings` are in the order in which they were stated; of one day the last holds."""
    held: dict[str, Setting] = {}
    for one in settings:
        known = held.get(one.name)
        if one.from_day <= today and (known is None or known.from_day <= one.from_day):
            held[one.name] = one
    return Parameters(**{name: one.value for name, one in held.items()})


def read_contribution(texts: Mapping[str, str], *, decimal_comma: bool) -> Contribution:
    """A row of a file: negotiation, company, product, region, month, amount, sales.

    Raises BadInput: missing, too_long, bad_characters, not_atc, not_a_region, not_a_month, negative, above_sales and
    those of an amount.
    """
    faults: list[Fault] = []
    words: dict[str, str] = {}
    for name in ("negotiation", "company", "product", "region"):
        try:
            words[name] = read_line(name, texts.get(name, ""))
        except BadInput as refusal:
            faults.extend(refusal.faults)
    product = words.get("product", "").upper().replace(" ", "")
    if "product" in words and not (_ATC.fullmatch(product) and product[0] in MAIN_GROUPS):
        faults.append(Fault("not_atc", column="product", params={"value": product[:80]}))
    region = find_region(words["region"]) if "region" in words else None
    if "region" in words and region is None:
        faults.append(Fault("not_a_region", column="region", params={"value": words["region"][:80]}))
    month = read_month(texts.get("month", ""))
    if month is None:
        faults.append(Fault("not_a_month", column="month"))
    amounts = dict.fromkeys(("amount", "sales"), ZERO)
    for name in amounts:
        try:
            amounts[name] = _amount(texts.get(name, ""), decimal_comma)
        except CellError as error:
            faults.append(Fault(error.code, column=name, params={"value": texts.get(name, "")[:80]}))
    if not faults and amounts["amount"] > amounts["sales"]:
        faults.append(Fault("above_sales", column="amount"))
    if faults or month is None or region is None:
        raise BadInput(*faults)
    return Contribution(
        words["negotiation"],
        words["company"],
        product,
        region.code,
        month,
        amounts["amount"],
        amounts["sales"],
    )


def _amount(text: str, decimal_comma: bool) -> Decimal:
    amount = read_decimal(text, decimal_comma=decimal_comma)
    if amount < 0:
        raise CellError("negative")
    return amount
