"""The register as a table that leaves the system; with the columns that a price list is taken in by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _

from nt_process.infra.rows import Row
from nt_process.infra.spreadsheet import Cell, Sheet
from nt_process.prices import texts
from nt_process.prices.rules import shown_per_unit

COLUMNS = (
    "article_number", "npl_id", "product", "substance", "atc", "strength", "form", "pack", "units", "unit",
    "company", "parallel_import", "aip", "aup", "valid_from", "source",
)  # fmt: skip


def register_sheet(rows: Sequence[Row], on: date) -> Sheet:
    """One row for each package, with its price on the day and the price of a unit."""
    header = [*(str(texts.FIELD_NAMES[name]) for name in COLUMNS), _("AIP per unit")]
    return Sheet(
        _("Price register"), header, [_cells(row) for row in rows], title=_("List prices on %(day)s", day=on)
    )


def _cells(row: Row) -> list[Cell]:
    each = None if row["aip"] is None else shown_per_unit(row["aip"], row["units"])
    yes_or_no = _("Yes") if row["parallel_import"] else _("No")
    cells: list[Cell] = [yes_or_no if name == "parallel_import" else row[name] for name in COLUMNS]
    units = COLUMNS.index("units")
    cells[units] = row["units"].normalize() + 0
    return [*cells, each]
