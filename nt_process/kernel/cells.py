"""What a person wrote in a cell, read as a number or a date, or refused with the reason.

Swedish spreadsheets write 1 234,5 and English ones 1234.5. Which of the two a file uses is known
from its separator (see `nt_process/infra/tabular.py`), so the caller says whether a decimal comma
is expected; a spelling that could mean two amounts is refused rather than guessed.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

# Enough for any sum of money in öre; longer numbers are typing mistakes or attacks.
MAX_INTEGER_DIGITS = 15
MAX_DECIMALS = 12
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)

# Day 0 of a spreadsheet's serial dates, which puts 1 March 1900 and later on the right day.
SPREADSHEET_EPOCH = date(1899, 12, 30)

_SPACES = re.compile(r"[ \u00a0\u2009\u202f]")
# As nearly every number is written: read without looking for what is rare.
_USUAL = re.compile(rf"\d{{1,{MAX_INTEGER_DIGITS}}}(\.\d{{1,{MAX_DECIMALS}}})?", re.ASCII)
_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}( \d{3})+([.,]\d+)?", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{2})/(\d{2})/(\d{4})", re.ASCII)
_SERIAL = re.compile(r"\d{5}", re.ASCII)
# Anatomical Therapeutic Chemical classification: five levels, each of which may be the last one known.
_ATC = re.compile(r"[A-Z](\d\d([A-Z]([A-Z](\d\d)?)?)?)?", re.ASCII)


class CellError(ValueError):
    """A cell that cannot be read. `code` is the reason's stable key, for a `Fault`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_decimal(text: str, *, decimal_comma: bool) -> Decimal:
    """A number as written in a cell.

    With `decimal_comma` a comma is the decimal sign (a point is accepted as well) and spaces may
    group the whole part in threes: "1 234,5". Without it only a point is a decimal sign and there
    is no grouping: in a comma-separated file, "1 234" or "1,234" would be a guess.

    Raises CellError: empty_number, decimal_comma, thousand_separator, not_a_number,
    number_too_long.
    """
    usual = text.replace(",", ".") if decimal_comma else text
    if _USUAL.fullmatch(usual):
        return Decimal(usual)
    written = _SPACES.sub(" ", text.strip()).replace("\N{MINUS SIGN}", "-")
    if not written:
        raise CellError("empty_number")
    if not decimal_comma and "," in written:
        raise CellError("decimal_comma")
    if " " in written:
        if not decimal_comma:
            raise CellError("thousand_separator")
        if not _GROUPED.fullmatch(written):
            raise CellError("not_a_number")
        written = written.replace(" ", "")
    written = written.replace(",", ".")
    if not _PLAIN.fullmatch(written):
        raise CellError("not_a_number")
    whole, _, decimals = written.lstrip("+-").partition(".")
    if len(whole.lstrip("0")) > MAX_INTEGER_DIGITS or len(decimals) > MAX_DECIMALS:
        raise CellError("number_too_long")
    return Decimal(written)


def read_whole(text: str, *, decimal_comma: bool) -> int:
    """A whole number as written in a cell. Raises CellError as `read_decimal`, or not_whole."""
    number = read_decimal(text, decimal_comma=decimal_comma)
    if number != number.to_integral_value():
        raise CellError("not_whole")
    return int(number)


def read_date(text: str) -> date:
    """A day as written in a cell: 2026-01-19, 20260119, 19/01/2026 or a spreadsheet's serial 46041.

    Raises CellError: empty_date, not_a_date (another spelling, or a day that does not exist),
    date_out_of_range (before 1900 or after 2199, which no case, agreement or sale has).
    """
    written = text.strip()
    if not written:
        raise CellError("empty_date")
    is_serial = _SERIAL.fullmatch(written)
    day = SPREADSHEET_EPOCH + timedelta(days=int(written)) if is_serial else _calendar_day(written)
    if not EARLIEST <= day <= LATEST:
        raise CellError("date_out_of_range")
    return day


def read_written_date(text: str) -> date:
    """A day as a person types it in a form: 2026-01-19 and nothing else, since 01/02/2026 is two days.

    Raises CellError: empty_date, not_a_date, no_such_day (2026-11-31), date_out_of_range.
    """
    written = text.strip()
    if not written:
        raise CellError("empty_date")
    if not _ISO.fullmatch(written):
        raise CellError("not_a_date")
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise CellError("no_such_day") from None
    if not EARLIEST <= day <= LATEST:
        raise CellError("date_out_of_range")
    return day


def read_atc(text: str) -> str:
    """An ATC code, or the beginning of one, as it is written: "l01x c02" is L01XC02. Raises CellError not_atc."""
    code = "".join(text.upper().split())
    if not _ATC.fullmatch(code):
        raise CellError("not_atc")
    return code


def _calendar_day(written: str) -> date:
    if match := _ISO.fullmatch(written) or _COMPACT.fullmatch(written):
        year, month, day = match.groups()
    elif match := _DAY_FIRST.fullmatch(written):
        day, month, year = match.groups()
    else:
        raise CellError("not_a_date")
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise CellError("not_a_date") from None
