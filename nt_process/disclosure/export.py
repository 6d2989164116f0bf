"""A released table in every form it leaves the system in: all of them write the same rounded figures.

A cell that is not shown is the same words everywhere, whatever kept it back; a chart is drawn of what is shown alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from nt_process.disclosure import texts
from nt_process.disclosure.layouts import Cell
from nt_process.disclosure.queries import ReleaseFile
from nt_process.infra.charts import Category, Chart, Series
from nt_process.infra.rows import Row
from nt_process.infra.spreadsheet import Sheet, rows_to_csv, rows_to_xlsx
from nt_process.kernel.calendar import add_months
from nt_process.kernel.messages import N_, translator

_TONE = "council"


def lines(file: ReleaseFile, language: str) -> list[tuple[str, str]]:
    """The table's rows as they are read: what each is called, and its figure."""
    _ = translator(language)
    return [
        (texts.cell_name(cell, file.row["scope"], _), shown(amount, language))
        for cell, amount in file.cells.items()
    ]


def shown(amount: Decimal | None, language: str) -> str:
    """A figure with its thousands apart, or the words for one that is not shown."""
    if amount is None:
        return translator(language)(texts.NOT_SHOWN)
    return f"{int(amount):,}".replace(",", "\u00a0")


def heading(row: Row, language: str) -> str:
    """What is counted, for which period: one line for tables and documents."""
    _ = translator(language)
    last = add_months(row["first_month"], row["months"] - 1)
    scope, measure = row["scope"], texts.MEASURE_MESSAGES[row["measure"]]
    within = f", {scope} {_(texts.GROUP_MESSAGES[scope])}" if scope else ""
    return _(
        N_("%(measure)s%(within)s, %(first)s to %(last)s, millions of SEK"),
        measure=_(measure),
        within=within,
        first=row["first_month"].isoformat()[:7],
        last=last.isoformat()[:7],
    )


def notes(row: Row, language: str) -> list[str]:
    """What a reader of the figures has to know."""
    _ = translator(language)
    return [
        _(
            N_(
                "Each figure is rounded by itself to %(step)s MSEK, so that parts may not add up to the total."
            ),
            step=row["step_msek"],
        ),
        _(N_("Figures that could tell of a single company are not shown, and others with them.")),
        _(N_("Release %(number)s · SHA-256 %(hash)s"), number=row["number"], hash=row["sha256"]),
    ]


def sheet(file: ReleaseFile, language: str) -> Sheet:
    _ = translator(language)
    rows = [
        [texts.cell_name(cell, file.row["scope"], _), _(texts.NOT_SHOWN) if amount is None else int(amount)]
        for cell, amount in file.cells.items()
    ]
    layout = texts.LAYOUT_MESSAGES[file.row["layout"]]
    header = [_(layout), _(N_("MSEK"))]
    title = f"{file.row['title']}. {heading(file.row, language)}"
    return Sheet(_(N_("Released table")), header, rows, title=title, notes=notes(file.row, language))


def csv_bytes(file: ReleaseFile, language: str) -> bytes:
    table = sheet(file, language)
    return rows_to_csv(table.header, table.rows, swedish=language == "sv")


def xlsx_bytes(file: ReleaseFile, language: str, at: datetime) -> bytes:
    table = sheet(file, language)
    return rows_to_xlsx([table], made_at=at, title=table.title)


def chart(file: ReleaseFile, language: str) -> Chart | None:
    """The parts as bars, as long as their rounded figures; None for fewer than two."""
    _ = translator(language)
    parts: Mapping[Cell, Decimal] = {
        cell: amount
        for cell, amount in file.cells.items()
        if amount is not None and (cell != file.total or file.row["layout"] == "national")
    }
    if len(parts) < 2:
        return None
    bars = tuple(
        Category(texts.cell_name(cell, file.row["scope"], _), (max(0, int(amount)),), shown(amount, language))
        for cell, amount in parts.items()
    )
    return Chart(heading(file.row, language), (Series(_(N_("MSEK")), _TONE),), bars)
