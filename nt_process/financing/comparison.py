"""One column of one or more laid-out calculations side by side, with the difference.

It compares figures as they are shown and paid, that is after rounding, so that a reader who
subtracts two of them gets the difference that stands beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from nt_process.financing.layout import Column, Layout, Row, Value, with_rounding
from nt_process.kernel.money import EXACT, ZERO, exact


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """What is compared (the cells that name it), and its value in each calculation; None where it has none."""

    names: tuple[Value, ...]
    values: tuple[Decimal | None, ...]

    @property
    def difference(self) -> Decimal | None:
        """The second value less the first, when there are two."""
        if len(self.values) < 2 or self.values[0] is None or self.values[1] is None:
            return None
        return EXACT.subtract(self.values[1], self.values[0])


@dataclass(frozen=True, slots=True)
class Comparison:
    """The compared `column`, or None where each row is a column of its own; `by` names the rows."""

    by: tuple[Column, ...]
    column: Column | None
    rows: tuple[ComparedRow, ...]
    totals: ComparedRow | None


def comparable_columns(layouts: Sequence[Layout]) -> list[Column]:
    """The columns of numbers that every calculation has."""
    first, *others = [
        [column for column in layout.columns if _has_numbers(layout, column)] for layout in layouts
    ]
    shared = set.intersection(*({column.key for column in columns} for columns in (first, *others)))
    return [column for column in first if column.key in shared]


def _has_numbers(layout: Layout, column: Column) -> bool:
    return any(isinstance(row.get(column.key), Decimal) for row in layout.rows)


@exact
def compare(layouts: Sequence[Layout], by: Sequence[str], key: str) -> Comparison:
    """The column `key`, added up over the rows that agree in the columns `by`, in the order they come."""
    named: dict[str, tuple[Value, ...]] = {}
    sums: dict[str, list[Decimal | None]] = {}
    nothing: list[Decimal | None] = [None] * len(layouts)
    for place, layout in enumerate(layouts):
        columns = _columns(layout, [key])
        for row in layout.rows:
            value = _shown(columns, row, key)
            if value is None:
                continue
            names = tuple(row.get(name) for name in by)
            label = repr(names)
            named.setdefault(label, names)
            of_label = sums.setdefault(label, [*nothing])
            of_label[place] = (of_label[place] or ZERO) + value
    rows = tuple(ComparedRow(names, tuple(sums[label])) for label, names in named.items())
    totals = tuple(_shown(_columns(layout, [key]), layout.totals, key) for layout in layouts)
    whole = ComparedRow((), totals) if len(rows) > 1 and any(totals) else None
    return Comparison(_columns(layouts[0], by), _columns(layouts[0], [key])[0], rows, whole)


def compare_columns(layouts: Sequence[Layout]) -> Comparison:
    """Every number of calculations that consist of a single row each."""
    rows = tuple(
        ComparedRow(
            (column.title,),
            tuple(_shown(_columns(layout, [column.key]), layout.rows[0], column.key) for layout in layouts),
        )
        for column in comparable_columns(layouts)
    )
    return Comparison((), None, rows, None)


def _columns(layout: Layout, keys: Sequence[str]) -> tuple[Column, ...]:
    by_key = {column.key: column for column in layout.columns}
    return tuple(by_key[key] for key in keys)


def _shown(columns: tuple[Column, ...], row: Row, key: str) -> Decimal | None:
    """The rounded value of a column that is rounded, otherwise the value."""
    cells = with_rounding(columns, row)
    value = cells.get(f"{key}_rounded", cells.get(key))
    return value if isinstance(value, Decimal) else None
