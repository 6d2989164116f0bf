"""Quarters, each named by its first day."""

from __future__ import annotations

import re
from datetime import date, timedelta

from nt_process.kernel.calendar import add_months
from nt_process.kernel.cells import CellError, read_date

_WRITTEN = re.compile(r"(\d{4})\s*-?\s*(?:q|k|kv|kvartal)\s*\.?\s*([1-4])", re.ASCII | re.IGNORECASE)
_TURNED = re.compile(r"(?:q|k|kv|kvartal)\s*\.?\s*([1-4])[\s-]*(\d{4})", re.ASCII | re.IGNORECASE)


def quarter_of(day: date) -> date:
    """The first day of the quarter that a day lies in."""
    return date(day.year, day.month - (day.month - 1) % 3, 1)


def after(quarter: date, many: int = 1) -> date:
    """The quarter so many later; earlier where `many` is negative."""
    return add_months(quarter, 3 * many)


def last_day(quarter: date) -> date:
    return after(quarter) - timedelta(days=1)


def between(first: date, quarter: date) -> int:
    """How many quarters after `first` another one comes."""
    return (quarter.year - first.year) * 4 + (quarter.month - first.month) // 3


def named(quarter: date) -> str:
    """2026 Q1."""
    return f"{quarter.year} Q{(quarter.month + 2) // 3}"


def read(text: str) -> date:
    """2026 Q1, 2026K1, kv 1 2026, or the first day of a quarter. Raises CellError not_a_quarter."""
    written = text.strip()
    if found := _WRITTEN.fullmatch(written):
        year, number = int(found[1]), int(found[2])
    elif found := _TURNED.fullmatch(written):
        year, number = int(found[2]), int(found[1])
    else:
        try:
            day = read_date(written)
        except CellError:
            raise CellError("not_a_quarter") from None
        if day != quarter_of(day):
            raise CellError("not_a_quarter")
        year, number = day.year, (day.month + 2) // 3
    if not 2000 <= year < 2200:
        raise CellError("not_a_quarter")
    return date(year, 3 * number - 2, 1)
