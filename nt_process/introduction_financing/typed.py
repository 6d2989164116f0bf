"""What is typed in this room, field by field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from nt_process.cases.fields import ATC
from nt_process.financing.orphan_grant import is_period_start
from nt_process.kernel import typed
from nt_process.kernel.calendar import read_day
from nt_process.kernel.typed import Reader, Unusable

EARLIEST, LATEST = 2000, 2100
MAX_NOTE = 2000
MOST_SEK = Decimal(100_000_000_000)
MOST_MSEK = Decimal(1_000_000)
RULE_KINDS = ("share", "introduction")
WAYS = ("pro-rata", "carry-over", "deficit")

_BASE = re.compile(r"(\d{4})\s*[:=]\s*(\d{1,7}(?:[.,]\d{1,6})?)", re.ASCII)


def day(text: str) -> date:
    """A day from EARLIEST to LATEST. Raises Unusable missing, not_a_day."""
    found = typed.day(text)
    if not EARLIEST <= found.year <= LATEST:
        raise Unusable("not_a_day")
    return found


def atc(text: str) -> str:
    """An ATC code or the beginning of one; nothing where nothing is typed. Raises Unusable not_atc."""
    found = typed.line(text).upper().replace(" ", "")
    if found and not ATC.fullmatch(found):
        raise Unusable("not_atc")
    return found


def month(text: str) -> date:
    """The first day of 2026-03, or of the month of a day. Raises Unusable missing, not_a_month."""
    written = text.strip()
    found = read_day(f"{written}-01" if len(written) == 7 else written)
    if found is None or not EARLIEST <= found.year <= LATEST:
        raise Unusable("not_a_month" if written else "missing")
    return found.replace(day=1)


def year(text: str) -> int:
    return typed.whole(EARLIEST, LATEST)(text)


def bases(text: str, first_year: int) -> dict[str, str]:
    """New levels of the pot as 2030: 2900, one on each line; each in a year in which a period begins. MSEK by year.

    Raises Unusable not_bases, no_period_begins.
    """
    found: dict[str, str] = {}
    for line in typed.paragraph(text, MAX_NOTE).splitlines():
        if not line.strip():
            continue
        written = _BASE.fullmatch(line.strip())
        if written is None:
            raise Unusable("not_bases")
        if not is_period_start(int(written[1]), first_year):
            raise Unusable("no_period_begins", year=int(written[1]))
        found[written[1]] = written[2].replace(",", ".")
    return found


def note(text: str) -> str:
    return typed.paragraph(text, MAX_NOTE)


_ATC = typed.required(atc)
_LINE = typed.required(typed.line)
AMOUNT = typed.number(MOST_SEK)

BEGIN: Mapping[str, Reader] = {
    "medicine": _LINE,
    "atc": _ATC,
    "indication": typed.line,
    "start_on": day,
    "case": lambda text: typed.line(text, 40),
}
RULE: Mapping[str, Reader] = {
    "kind": typed.one_of(RULE_KINDS),
    "title": _LINE,
    "atc": atc,
    "central_pct": typed.optional(typed.whole(1, 100)),
    "months": typed.optional(typed.whole(1, 120)),
    "valid_from": day,
    "valid_to": typed.optional(day),
    "origin": _LINE,
}
LISTING: Mapping[str, Reader] = {"year": year, "atc": _ATC, "medicine": _LINE, "origin": _LINE}
POT: Mapping[str, Reader] = {
    "first_year": year,
    "pot": typed.number(MOST_MSEK, 6),
    "indexation_pct": typed.number(Decimal(100)),
    "way": typed.one_of(WAYS),
    "origin": _LINE,
}
MEDICINE: Mapping[str, Reader] = {
    "medicine": _LINE,
    "atc": _ATC,
    "indication": _LINE,
    "case": lambda text: typed.line(text, 40),
}
EXCLUSIVITY: Mapping[str, Reader] = {
    "start_on": day,
    "ends_on": typed.optional(day),
    "yearly_cost": typed.number(MOST_MSEK, 6),
    "reason": note,
    "origin": _LINE,
}
