"""Laid-out calculations as a page shows them: tables of texts, inputs side by side, steps, a chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from nt_process.financing.bars import Bar, bar_chart
from nt_process.financing.comparison import Comparison
from nt_process.financing.formulas import FORMULAS
from nt_process.financing.layout import Column, Layout, Value, with_rounding
from nt_process.financing.output import SHOWN_DECIMALS, is_numeric, localised, shown_cell, totals_shown
from nt_process.kernel.messages import N_, translator
from nt_process.kernel.money import EXACT, round_half_up

ROUNDED_TITLE = N_("%(title)s (rounded)")

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
    rows = [with_rounding(layout.columns, row) for row in [*layout.rows, *totals_shown(layout)]]
    headings: list[Heading] = []
    columns: list[list[str]] = []
    for column in layout.columns:
        if column.key in _CODES:
            continue
        title, number = translate(column.title), is_numeric(column, layout.rows)
        if column.step is None or unrounded:
            headings.append(Heading(title, number))
            columns.append(_texts([row[column.key] for row in rows], language))
        if column.step is not None:
            rounded_title = translate(ROUNDED_TITLE, title=title) if unrounded else title
            headings.append(Heading(rounded_title, number))
            rounded = [row[column.rounded_key] for row in rows]
            columns.append(_texts(rounded, language, step=column.step))
    cells = list(zip(*columns, strict=True))
    count = len(layout.rows)
    return Table(tuple(headings), tuple(cells[:count]), cells[count] if len(cells) > count else ())


def _texts(
    values: Sequence[Value], language: str, *, nothing: str = "", step: Decimal | None = None
) -> list[str]:
    """The values of one column; its numbers all have the decimals of `step`, or as many as any of them needs."""
    needed = [_decimals(value) for value in values if isinstance(value, Decimal)]
    decimals = max([*needed, -int(step.as_tuple().exponent) if step else 0])
    unit = Decimal(1).scaleb(-decimals)
    return [
        localised(round_half_up(value, unit).quantize(unit), language)
        if isinstance(value, Decimal)
        else shown(value, language) or nothing
        for value in values
    ]


def _decimals(value: Decimal) -> int:
    return min(SHOWN_DECIMALS, max(0, -int(value.normalize(EXACT).as_tuple().exponent)))


def inputs_side_by_side(layouts: Sequence[Layout], language: str) -> list[InputShown]:
    """Every input of any of the calculations, in the order they are given."""
    translate = translator(language)
    titles = {given.key: given.title for layout in layouts for given in layout.inputs}
    found = []
    for key, title in titles.items():
        given = [next((one for one in layout.inputs if one.key == key), None) for layout in layouts]
        values = tuple(_texts([one.value], language)[0] if one else "" for one in given)
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
        found.append(Step(translate(column.title), formula, _texts([value], language)[0], rounded))
    return found


def checked_cells(layout: Layout, language: str) -> list[dict[str, str]]:
    """The checks of a verification by the key of each column, and the outcome also by its name."""
    return [
        {key: _texts([value], language)[0] for key, value in row.items()}
        | {"outcome": str(row["outcome"]), "outcome_name": shown(row["outcome"], language)}
        for row in layout.rows
    ]


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

    whole = comparison.totals
    compared = [*comparison.rows, *([whole] if whole else [])]
    values = [(*row.values, row.difference) if several else row.values for row in compared]
    step = comparison.column.step if comparison.column else None
    columns = [_texts(column, language, nothing="–", step=step) for column in zip(*values, strict=True)]
    names = [*_names(comparison, language), (translate(N_("All")), *("" for _ in naming[1:]))]
    cells = [(*name, *numbers) for name, numbers in zip(names, zip(*columns, strict=True), strict=False)]
    count = len(comparison.rows)
    return Table(tuple(headings), tuple(cells[:count]), cells[count] if whole else ())


def _names(comparison: Comparison, language: str) -> list[tuple[str, ...]]:
    if comparison.by:
        return [tuple(shown(name, language) for name in row.names) for row in comparison.rows]
    translate = translator(language)
    return [tuple(translate(str(name)) for name in row.names) for row in comparison.rows]


def chart(comparison: Comparison, title: str, language: str) -> str:
    """The comparison as bars, one for each scenario under each label."""
    step = comparison.column.step if comparison.column else None
    columns = zip(*(row.values for row in comparison.rows), strict=True)
    printed = zip(*(_texts(column, language, nothing="–", step=step) for column in columns), strict=True)
    bars = [
        Bar(", ".join(names), row.values, texts)
        for row, names, texts in zip(comparison.rows, _names(comparison, language), printed, strict=True)
    ]
    return bar_chart(title, bars)
