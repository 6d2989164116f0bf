"""The deadline report as a workbook: an overview, a sheet for each table, the data, and how it counts."""

from __future__ import annotations

from nt_process.infra.spreadsheet import Cell, Sheet, rows_to_xlsx
from nt_process.reporting.formats import data_rows
from nt_process.reporting.presentation import Presentation
from nt_process.reporting.queries import last_second_of
from nt_process.reporting.report import Report
from nt_process.reporting.tables import Table, Words


def xlsx_bytes(report: Report, presentation: Presentation, words: Words) -> bytes:
    """The workbook states the last second of the day of the report as the time it was made."""
    _ = words.translate
    data = Sheet(_("Time limits and stages"), data_rows.header(words), data_rows.rows(report, words))
    sheets = [
        _overview(presentation, words),
        *(_sheet(table) for part in presentation.parts for table in part.tables),
        data,
        Sheet(_("How it counts"), (_("Term"), _("Meaning")), presentation.definitions),
    ]
    title = f"{presentation.title}. {presentation.as_of}"
    return rows_to_xlsx(sheets, made_at=last_second_of(report.selection.as_of), title=title)


def _overview(presentation: Presentation, words: Words) -> Sheet:
    _ = words.translate
    rows: list[tuple[Cell, ...]] = [(label, value, "") for label, value in presentation.scope]
    rows += [(figure.label, figure.value, figure.detail) for figure in presentation.figures]
    return Sheet(
        _("Overview"),
        (_("Figure"), _("Value"), _("Out of")),
        rows,
        title=f"{presentation.title}. {presentation.as_of}",
    )


def _sheet(table: Table) -> Sheet:
    return Sheet(
        table.title,
        [column.heading for column in table.columns],
        table.rows,
        percent=frozenset(i for i, column in enumerate(table.columns) if column.kind == "percent"),
        title=table.title,
        notes=() if table.rows else (table.empty,),
    )
