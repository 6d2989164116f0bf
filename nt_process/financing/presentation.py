"""Laid-out calculations as a page shows them: tables of texts, inputs side by side, steps, a chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from nt_process.financing.bars import Bar, bar_chart
from nt_process.financing.comparison import ComparedRow, Comparison
from nt_process.financing.formulas import FORMULAS
from nt_process.financing.layout import Column, Layout, Row, Value, with_rounding
from nt_process.financing.output import is_numeric, localised, shown_cell, totals_shown
from nt_process.kernel.messages import N_, translator

# What a machine reads is left out where the same is said in words.
_CODES = frozenset({"code", "situation", "payer"})
_VALUE_NAMES = {
    "benefit": N_("Pharmaceutical benefit"),
    "hepatitis-c": N_("Hepatitis C"),
    "half-up": N_("Each row rounded half up"),
    "largest-remainder": N_("Largest remainder, so that the rows add up"),
    "pro-rata": N_("The regions bear the rest"),
    "carry-over": N_("The rest is owed to later years"),
    "deficit": N_("It is paid, and the balance turns negative"),
    "prescription": N_("Prescription"),
    "requisition": N_("Requisition"),
    "cost": N_("the cost"),
    "remaining_cost": N_("the remaining cost"),
    "extra_cost": N_("the extra cost"),
    "Riket": N_("The whole country"),
    "*": N_("All tables"),
    "label": N_("Labels"),
    "given": N_("Given in print"),
    "exact": N_("Exact"),
    "within_rounding": N_("Within rounding"),
    "discrepancy": N_("Discrepancy"),
    "unexplained": N_("Unexplained"),
}


@dataclass(frozen=True, slots=True)
class Heading:
    title: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Texts to be shown in columns; `totals` is the last row, or empty."""

    headings: tuple[Heading, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InputShown:
    """One input with its value in each scenario (empty where it has none), and where it comes from."""

    title: str
    values: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One column of one row: how it comes about, exactly, and as it is shown when that is rounded."""

    title: str
    formula: str
    unrounded: str
    rounded: str


def shown(value: Value, language: str) -> str:
    """A value in words and in the reader's way of writing numbers."""
    if isinstance(value, str) and value in _VALUE_NAMES:
        return translator(language)(_VALUE_NAMES[value])
    return localised(value, language)


def full_table(layout: Layout, language: str, *, unrounded: bool) -> Table:
    """All rows and columns, rounded; or with `unrounded` each rounded column after its unrounded one."""
    translate = translator(language)
    columns = tuple(column for column in layout.columns if column.key not in _CODES)
    headings: list[Heading] = []
    for column in columns:
        number = is_numeric(column, layout.rows)
        if unrounded and column.step is not None:
            headings.append(Heading(translate(column.title), number))
            headings.append(Heading(f"{translate(column.title)} ({translate(N_('rounded'))})", number))
        else:
            headings.append(Heading(translate(column.title), number))

    def cells(row: Row) -> tuple[str, ...]:
        if unrounded:
            return tuple(shown(value, language) for value in with_rounding(columns, row).values())
        return tuple(_cell(column, row, language) for column in columns)

    totals = totals_shown(layout)
    return Table(tuple(headings), tuple(map(cells, layout.rows)), cells(totals[0]) if totals else ())


def _cell(column: Column, row: Row, language: str) -> str:
    value = row.get(column.key)
    return shown(value, language) if isinstance(value, str) else shown_cell(column, row, language)


def inputs_side_by_side(layouts: Sequence[Layout], language: str) -> list[InputShown]:
    """Every input of any of the calculations, in the order they are given."""
    translate = translator(language)
    titles = {given.key: given.title for layout in layouts for given in layout.inputs}
    found = []
    for key, title in titles.items():
        given = [next((one for one in layout.inputs if one.key == key), None) for layout in layouts]
        values = tuple(shown(one.value, language) if one else "" for one in given)
        sources = dict.fromkeys(translate(one.source) for one in given if one and one.source)
        found.append(InputShown(translate(title), values, tuple(sources)))
    return found


def row_names(layout: Layout, language: str) -> list[str]:
    """What each row is called: its cells of words, days and years, without those that all rows share."""
    naming = [
        column
        for column in layout.columns
        if column.key not in _CODES and not is_number_column(layout, column) and _differs(layout, column)
    ]
    first = [column for column in layout.columns if column.key not in _CODES][:1]
    return [
        ", ".join(text for column in naming or first if (text := shown(row.get(column.key), language)))
        for row in layout.rows
    ]


def is_number_column(layout: Layout, column: Column) -> bool:
    return any(isinstance(row.get(column.key), Decimal) for row in layout.rows)


def _differs(layout: Layout, column: Column) -> bool:
    return len({str(row.get(column.key)) for row in layout.rows}) > 1


def steps(layout: Layout, place: int, language: str) -> list[Step]:
    """How the row at `place` (0 for the first) was computed, column by column."""
    translate = translator(language)
    formulas = FORMULAS.get(layout.name, {})
    row = layout.rows[place]
    found = []
    for column in layout.columns:
        value = row.get(column.key)
        if not isinstance(value, Decimal):
            continue
        formula = translate(formulas[column.key]) if column.key in formulas else translate(N_("given"))
        rounded = shown_cell(column, row, language) if column.step is not None else ""
        found.append(Step(translate(column.title), formula, localised(value, language), rounded))
    return found


def comparison_table(comparison: Comparison, scenarios: Sequence[str], language: str) -> Table:
    """The compared values, and with two scenarios their difference."""
    translate = translator(language)
    naming = [translate(column.title) for column in comparison.by] or [translate(N_("Figure"))]
    several = len(scenarios) > 1
    numbers = [*scenarios, translate(N_("Difference"))] if several else [translate(N_("Value"))]
    if not several and comparison.column is not None:
        numbers = [translate(comparison.column.title)]
    headings = [Heading(title, is_number=False) for title in naming]
    headings += [Heading(title, is_number=True) for title in numbers]

    def cells(row: ComparedRow, names: Sequence[str]) -> tuple[str, ...]:
        values = (*row.values, row.difference) if several else row.values
        return (*names, *_numbers(values, language))

    rows = tuple(map(cells, comparison.rows, _names(comparison, language)))
    if comparison.totals is None:
        return Table(tuple(headings), rows)
    whole = [translate(N_("All")), *("" for _ in naming[1:])]
    return Table(tuple(headings), rows, cells(comparison.totals, whole))


def _names(comparison: Comparison, language: str) -> list[tuple[str, ...]]:
    if comparison.by:
        return [tuple(shown(name, language) for name in row.names) for row in comparison.rows]
    translate = translator(language)
    return [tuple(translate(str(name)) for name in row.names) for row in comparison.rows]


def _numbers(values: Sequence[Decimal | None], language: str) -> tuple[str, ...]:
    return tuple("–" if value is None else localised(value, language) for value in values)


def chart(comparison: Comparison, title: str, language: str) -> str:
    """The comparison as bars, one for each scenario under each label."""
    bars = [
        Bar(", ".join(names), row.values, _numbers(row.values, language))
        for row, names in zip(comparison.rows, _names(comparison, language), strict=True)
    ]
    return bar_chart(title, bars)
