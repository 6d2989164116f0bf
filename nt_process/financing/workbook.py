"""Laid-out calculations as a workbook: a sheet for each, their comparison, and the inputs with sources."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from nt_process.financing.comparison import Comparison
from nt_process.financing.layout import Layout, Note, Row, Value, with_rounding
from nt_process.financing.output import note_text, notes, totals_shown
from nt_process.financing.presentation import ROUNDED_TITLE, comparison_table
from nt_process.infra.spreadsheet import Cell, Sheet, rows_to_xlsx
from nt_process.kernel.messages import N_, translator


def workbook(
    title: str,
    layouts: Sequence[tuple[str, Layout]],
    comparison: Comparison | None,
    language: str,
    made_at: datetime,
) -> bytes:
    """The calculations (name of the sheet, layout) as XLSX; numbers unrounded beside rounded, as in CSV.

    The workbook's own format holds numbers as binary floating point; CSV keeps every decimal.
    """
    sheets = [_sheet(name, layout, language) for name, layout in layouts]
    if comparison is not None:
        sheets.append(_comparison_sheet([name for name, _layout in layouts], comparison, language))
    if any(layout.inputs for _name, layout in layouts):
        sheets.append(_inputs_sheet(layouts, language))
    return rows_to_xlsx(sheets, made_at=made_at, title=title)


def _sheet(name: str, layout: Layout, language: str) -> Sheet:
    translate = translator(language)
    header: list[str] = []
    for column in layout.columns:
        header.append(translate(column.title))
        if column.step is not None:
            header.append(translate(ROUNDED_TITLE, title=translate(column.title)))

    def cells(row: Row) -> list[Cell]:
        return [_cell(value, language) for value in with_rounding(layout.columns, row).values()]

    rows = [cells(row) for row in [*layout.rows, *totals_shown(layout)]]
    return Sheet(name, header, rows, notes=notes(layout, language))


def _comparison_sheet(names: Sequence[str], comparison: Comparison, language: str) -> Sheet:
    table = comparison_table(comparison, names, language)
    naming = len(table.headings) - len(names) - (len(names) > 1)
    compared = [*comparison.rows, *([comparison.totals] if comparison.totals else [])]
    words = [row[:naming] for row in [*table.rows, *([table.totals] if table.totals else [])]]
    rows = [
        [*named, *row.values, *([row.difference] if len(names) > 1 else [])]
        for named, row in zip(words, compared, strict=True)
    ]
    header = [heading.title for heading in table.headings]
    return Sheet(translator(language)(N_("Comparison")), header, rows)


def _inputs_sheet(layouts: Sequence[tuple[str, Layout]], language: str) -> Sheet:
    translate = translator(language)
    header = [translate(text) for text in (N_("Calculation"), N_("Input"), N_("Value"), N_("Source"))]
    rows = [
        [
            name,
            translate(given.title),
            _cell(given.value, language),
            translate(given.source) if given.source else None,
        ]
        for name, layout in layouts
        for given in layout.inputs
    ]
    return Sheet(translate(N_("Inputs")), header, rows)


def _cell(value: Value, language: str) -> Cell:
    if isinstance(value, Note):
        return note_text(value, language)
    return Decimal(value) if isinstance(value, int) else value
