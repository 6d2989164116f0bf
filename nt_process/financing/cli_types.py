"""How the financing commands read the values of their options; refusals name the option."""

from __future__ import annotations

import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from nt_process.kernel.cells import CellError, read_date, read_decimal
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.money import ORE, ZERO


def _refused(code: str, param: click.Parameter | None, value: str, **more: object) -> BadInput:
    option = param.opts[0] if param else None
    return BadInput(Fault(code, column=option, params={"value": value[:80], **more}))


class Amount(click.ParamType):
    """A number with a decimal point or comma, spaces between thousands allowed.

    Not below `lowest` (0 unless told) nor above `highest`; `in_ore` allows two decimals only.
    """

    name = "number"

    def __init__(
        self, *, lowest: Decimal = ZERO, highest: Decimal | None = None, in_ore: bool = False
    ) -> None:
        self.lowest, self.highest, self.in_ore = lowest, highest, in_ore

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        if isinstance(value, Decimal):
            return value
        try:
            amount = read_decimal(value, decimal_comma=True)
        except CellError as error:
            raise _refused(error.code, param, value) from None
        if amount < 0 and self.lowest == 0:
            raise _refused("negative_number", param, value)
        if amount < self.lowest or (self.highest is not None and amount > self.highest):
            raise _refused("out_of_range", param, value, lowest=self.lowest, highest=self.highest)
        if self.in_ore and amount % ORE:
            raise _refused("not_in_ore", param, value)
        return amount


class Day(click.ParamType):
    """A day, 2026-01-31."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return read_date(value)
        except CellError as fault:
            raise _refused(fault.code, param, value) from None


class BaseLevel(click.ParamType):
    """A new base level of the orphan grant: 2029=1200."""

    name = "year=number"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, Decimal]:
        if isinstance(value, tuple):
            return value
        year, _, amount = value.partition("=")
        if not (year.isascii() and year.isdigit() and len(year) == 4):
            raise _refused("not_a_base_level", param, value)
        return int(year), AMOUNT.convert(amount, param, ctx)


class TableFile(click.ParamType):
    """The bytes of a file, or of standard input for "-"."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bytes:
        if isinstance(value, bytes):
            return value
        if value == "-":
            return sys.stdin.buffer.read()
        try:
            return Path(value).read_bytes()
        except (OSError, ValueError):
            params = {"path": value[:200]}
            raise BadInput(
                Fault("unreadable_file", column=param.opts[0] if param else None, params=params)
            ) from None


AMOUNT = Amount()
ORE_AMOUNT = Amount(in_ore=True)
PERCENT = Amount(highest=Decimal(100))
GROWTH_PERCENT = Amount(lowest=Decimal(-100), highest=Decimal(100))
DAY = Day()
BASE_LEVEL = BaseLevel()
TABLE_FILE = TableFile()
