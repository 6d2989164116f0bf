"""What one cell of settlement's files says, as functions of its text; a CellError's code is the fault's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from nt_process.kernel.cells import CellError, read_date, read_decimal, read_whole
from nt_process.kernel.money import ORE
from nt_process.kernel.regions import find_region

LONGEST_NAME = 120
SHORTEST_PERSONAL = 10

_MONTH = re.compile(r"(\d{4})-?(\d{2})", re.ASCII)
# Shorter than a personal number.
_USUAL_AMOUNTS = re.compile(rf"(?:\d{{1,{SHORTEST_PERSONAL - 1}}}(?:\.\d\d?)?\n)*", re.ASCII)
_PERSONAL = re.compile(r"(?:19|20)?(\d{2})(\d{2})(\d{2})[-+ ]?(\d{4})", re.ASCII)


def is_personal_number(text: str) -> bool:
    """Whether a text is a Swedish personal or coordination number: a date and a correct check digit (Luhn)."""
    # Most cells are told apart by their length alone.
    match = _PERSONAL.fullmatch(text.strip()) if len(text) >= SHORTEST_PERSONAL else None
    if match is None:
        return False
    _, month, day, _ = match.groups()
    if not (1 <= int(month) <= 12 and (1 <= int(day) <= 31 or 61 <= int(day) <= 91)):
        return False
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate("".join(match.groups())))
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def read_name(text: str) -> str:
    """Raises CellError: empty_text, text_too_long."""
    name = " ".join(text.split())
    if not name:
        raise CellError("empty_text")
    if len(name) > LONGEST_NAME:
        raise CellError("text_too_long")
    return name


def read_region(text: str) -> str:
    """The county code. Raises CellError unknown_region."""
    found = find_region(text)
    if found is None:
        raise CellError("unknown_region")
    return found.code


def read_month(text: str) -> date:
    """The first day of 2026-03, of 202603, or of the month of any day. Raises CellError not_a_month."""
    written = text.strip()
    match = _MONTH.fullmatch(written)
    try:
        if match is None:
            return read_date(written).replace(day=1)
    except CellError:
        raise CellError("not_a_month") from None
    year, month = int(match[1]), int(match[2])
    if not (1990 <= year < 2200 and 1 <= month <= 12):
        raise CellError("not_a_month")
    return date(year, month, 1)


def read_number(text: str, *, decimal_comma: bool) -> Decimal:
    """Raises CellError as `read_decimal`, or negative_number."""
    found = read_decimal(text, decimal_comma=decimal_comma)
    if found < 0:
        raise CellError("negative_number")
    return found


def read_amount(text: str, *, decimal_comma: bool) -> Decimal:
    """SEK. Raises CellError as `read_number`, or not_in_ore."""
    found = read_number(text, decimal_comma=decimal_comma)
    if found % ORE:
        raise CellError("not_in_ore")
    return found


def usual_amounts(texts: Sequence[str]) -> list[Decimal] | None:
    """What `read_amount` gives for each text, if all of them are digits with at most a point and öre; else None."""
    together = "\n".join(texts) + "\n"
    if not _USUAL_AMOUNTS.fullmatch(together):
        return None
    found = list(map(Decimal, together.split()))
    # A cell may hold a break, and two numbers.
    return found if len(found) == len(texts) else None


def read_count(text: str, *, decimal_comma: bool) -> int:
    """Raises CellError as `read_whole`, or negative_number, number_too_long."""
    found = read_whole(text, decimal_comma=decimal_comma)
    if not 0 <= found < 10**9:
        raise CellError("negative_number" if found < 0 else "number_too_long")
    return found
