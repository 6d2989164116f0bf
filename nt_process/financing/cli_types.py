"""How the financing commands read the values of their options; refusals name the option."""

from __future__ import annotations

import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from nt_process.financing import amounts
from nt_process.financing.scenarios.orphan_grant import read_base_level
from nt_process.kernel.cells import CellError, read_date
from nt_process.kernel.faults import BadInput, Fault


def _option(param: click.Parameter | None) -> str | None:
    return param.opts[0] if param else None


class Amount(click.ParamType):
    """A number within the given bounds."""

    name = "number"

    def __init__(self, bounds: amounts.Amounts) -> None:
        self.bounds = bounds

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        return value if isinstance(value, Decimal) else self.bounds.read(value, _option(param))


class Day(click.ParamType):
    """A day, 2026-01-31."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return read_date(value)
        except CellError as fault:
            raise BadInput(Fault(fault.code, column=_option(param), params={"value": value[:80]})) from None


class BaseLevel(click.ParamType):
    """A new base level of the orphan grant: 2029=1200."""

    name = "year=number"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, Decimal]:
        return value if isinstance(value, tuple) else read_base_level(value, _option(param))


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
            raise BadInput(Fault("unreadable_file", column=_option(param), params=params)) from None


AMOUNT = Amount(amounts.ANY_AMOUNT)
ORE_AMOUNT = Amount(amounts.IN_ORE)
PERCENT = Amount(amounts.PERCENT)
GROWTH_PERCENT = Amount(amounts.GROWTH_PERCENT)
DAY = Day()
BASE_LEVEL = BaseLevel()
TABLE_FILE = TableFile()
