"""The figures of a half-yearly report as values, and as the bytes that are kept: tables of named rows and columns.

Nothing here is in a language. A row, a column and a group are named by codes (`phase:assessment`, `now`); the words are
given where a report is drawn. The same figures always give the same bytes, so that a report that is made again can be
compared with the one that was issued.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from nt_process.reporting.half_year.period import Period, read_period

# What the bytes mean. A change of what a figure is makes a new edition.
EDITION = 1

# What a cell is: a number of things, whole or half days, a share (0.25), kronor, millions of kronor, or text.
UNITS = ("count", "days", "share", "sek", "msek", "number", "text")
# The columns of a comparison: the report's own period, and those before it, in this order.
COMPARISON = ("now", "before", "earlier")

Cell = int | Decimal | str | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its code, and what its cells are. In a comparison, each row says what its own are."""

    code: str
    unit: str = "count"


@dataclass(frozen=True, slots=True)
class Row:
    """A row by its code; under `group` when the table has several. `unit`, where it is set, holds for all its cells."""

    code: str
    cells: tuple[Cell, ...]
    group: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table by its code. `part` is the part of the report that it stands in."""

    part: str
    code: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def unit(self, row: Row, position: int) -> str:
        return row.unit or self.columns[position].unit

    def row(self, code: str, group: str = "") -> Row | None:
        return next((row for row in self.rows if (row.group, row.code) == (group, code)), None)

    def cell(self, code: str, column: str, group: str = "") -> Cell:
        """The cell of a row and a column; None also when there is no such row."""
        row = self.row(code, group)
        position = [one.code for one in self.columns].index(column)
        return None if row is None else row.cells[position]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a figure stands: in which table, row (with its group) and column."""

    table: str
    group: str
    row: str
    column: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that a report counts. `population_on` is the day whose inhabitants shares of the population are of."""

    period: Period
    known_on: date
    population_on: date
    tables: tuple[Table, ...]

    def table(self, code: str) -> Table:
        """KeyError when there is no table of this code."""
        for table in self.tables:
            if table.code == code:
                return table
        raise KeyError(code)

    def has(self, code: str) -> bool:
        return any(table.code == code for table in self.tables)

    def cells(self) -> Iterator[tuple[Place, Cell, str]]:
        """Every figure with its place and its unit, in order."""
        for table in self.tables:
            for row in table.rows:
                for position, (column, cell) in enumerate(zip(table.columns, row.cells, strict=True)):
                    yield (
                        Place(table.code, row.group, row.code, column.code),
                        cell,
                        table.unit(row, position),
                    )


def compared(part: str, code: str, rows: Sequence[Row]) -> Table:
    """A table of rows with one cell for each period of the comparison."""
    return Table(part, code, tuple(Column(name) for name in COMPARISON), tuple(rows))


def to_bytes(figures: Figures) -> bytes:
    """The figures as JSON: amounts, shares and halves of days are texts, so that no digit is lost."""
    return canonical(to_json(figures))


def canonical(value: Mapping[str, Any]) -> bytes:
    """The one way in which a value is written."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def fingerprint(content: bytes) -> str:
    """SHA-256 of what is kept, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def to_json(figures: Figures) -> dict[str, Any]:
    """The figures as plain values that JSON can hold; `from_json` reads them back."""
    return {
        "edition": EDITION,
        "period": figures.period.name,
        "first_day": figures.period.first.isoformat(),
        "last_day": figures.period.last.isoformat(),
        "known_on": figures.known_on.isoformat(),
        "population_on": figures.population_on.isoformat(),
        "tables": [
            {
                "part": table.part,
                "table": table.code,
                "columns": [{"column": one.code, "unit": one.unit} for one in table.columns],
                "rows": [_row_json(row) for row in table.rows],
            }
            for table in figures.tables
        ],
    }


def _row_json(row: Row) -> dict[str, Any]:
    named = {"group": row.group, "row": row.code, "unit": row.unit}
    return {
        **{name: value for name, value in named.items() if value},
        "cells": [format(cell, "f") if isinstance(cell, Decimal) else cell for cell in row.cells],
    }


def from_json(content: Mapping[str, Any]) -> Figures:
    """The figures that were written as JSON. KeyError or ValueError for what is none of ours."""
    return Figures(
        read_period(content["period"]),
        date.fromisoformat(content["known_on"]),
        date.fromisoformat(content["population_on"]),
        tuple(_table(one) for one in content["tables"]),
    )


def _table(content: Mapping[str, Any]) -> Table:
    columns = tuple(Column(one["column"], one["unit"]) for one in content["columns"])
    return Table(
        content["part"], content["table"], columns, tuple(_row(one, columns) for one in content["rows"])
    )


def _row(content: Mapping[str, Any], columns: Sequence[Column]) -> Row:
    unit = content.get("unit", "")
    cells = zip(content["cells"], columns, strict=True)
    return Row(
        content["row"],
        tuple(_cell(cell, unit or column.unit) for cell, column in cells),
        content.get("group", ""),
        unit,
    )


def _cell(cell: int | str | None, unit: str) -> Cell:
    return Decimal(cell) if isinstance(cell, str) and unit != "text" else cell
