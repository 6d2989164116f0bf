"""A calculation laid out for a reader: inputs with their source, rows, totals, notes.

The command, the pages and the files they hand out all show a `Layout`, so a figure, its unrounded
value and the name of its rounding are the same everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from nt_process.kernel.messages import N_
from nt_process.kernel.money import round_half_up
from nt_process.kernel.regions import BY_CODE, COUNTRY_CODE, COUNTRY_NAME

Value: TypeAlias = "Decimal | int | str | date | Note | None"
Row: TypeAlias = Mapping[str, Value]

HALF_UP = "half_up"
LARGEST_REMAINDER = "largest_remainder"
LAST_TAKES_REST = "last_takes_rest"
REGIONS_TAKE_REST = "regions_take_rest"


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence for the reader: a text marked for translation, and the values it names."""

    text: str
    params: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Input:
    """One figure the calculation was given. `source` is the document, or None for the reader's own."""

    key: str
    title: str
    value: Value
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its stable key (with its unit) and its title.

    With a `step` the column is shown rounded to it, beside the unrounded value. `rounding` names
    how; for anything but half up, the calculation puts the rounded value into the row itself under
    `rounded_key`.
    """

    key: str
    title: str
    step: Decimal | None = None
    rounding: str = HALF_UP

    @property
    def rounded_key(self) -> str:
        return f"{self.key}_rounded"


@dataclass(frozen=True, slots=True)
class Layout:
    """`rows` and `totals` hold a value per column key; see `with_rounding` for the rounded ones."""

    name: str
    inputs: tuple[Input, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    totals: Row
    notes: tuple[Note, ...]


REGION_CODE = Column("code", N_("Code"))
REGION = Column("region", N_("Region"))
REGION_COLUMNS = (REGION_CODE, REGION)


def region_cells(code: str) -> dict[str, Value]:
    """The cells that name a region, or the whole country for "00"."""
    return {"code": code, "region": COUNTRY_NAME if code == COUNTRY_CODE else BY_CODE[code].name}


def with_rounding(columns: tuple[Column, ...], row: Row) -> dict[str, Value]:
    """The row in the order of the columns, each rounded value right after its unrounded one.

    A column that the row lacks is None, as a total that has no meaning is.
    """
    cells: dict[str, Value] = {}
    for column in columns:
        value = row.get(column.key)
        cells[column.key] = value
        if column.step is not None:
            own = column.rounded_key in row
            cells[column.rounded_key] = row[column.rounded_key] if own else _rounded(value, column)
    return cells


def _rounded(value: Value, column: Column) -> Decimal | None:
    if column.step is None or not isinstance(value, Decimal):
        return None
    if column.rounding != HALF_UP:
        raise ValueError(
            f"{column.key} is rounded by {column.rounding}, but its row has no {column.rounded_key}"
        )
    return round_half_up(value, column.step)


def columns_with_values(columns: tuple[Column, ...], rows: Sequence[Row]) -> tuple[Column, ...]:
    """The columns for which at least one row has a value: an input no document gives leaves none."""
    return tuple(column for column in columns if any(row.get(column.key) is not None for row in rows))
