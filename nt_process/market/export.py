"""The register and the procurement plan as tables that leave the system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _

from nt_process.infra.rows import Row
from nt_process.infra.spreadsheet import Cell, Sheet
from nt_process.kernel.regions import BY_CODE
from nt_process.market import texts
from nt_process.prices.rules import shown_per_unit

_ENTRY_COLUMNS = (
    "day",
    "kind",
    "medicine",
    "substance",
    "atc",
    "company",
    "indication",
    "certainty",
    "source",
)
_PROCUREMENT_COLUMNS = (
    "name", "substance", "atc", "scope", "status", "lead", "sign_up_until", "advertised_on", "agreement_from",
    "agreement_to", "volume", "unit",
)  # fmt: skip


def register_sheet(entries: Sequence[Row], cheapest: Mapping[str, Row]) -> Sheet:
    """One row for each date; `cheapest` gives the package whose unit costs least today by the date's id."""
    header = [str(texts.ENTRY_FIELDS[name]) for name in _ENTRY_COLUMNS] + _price_header()
    rows = [[*_cells(row, _ENTRY_COLUMNS), *_price_cells(row, cheapest)] for row in entries]
    return Sheet(_("Register"), header, rows)


def plan_sheet(procurements: Sequence[Row], cheapest: Mapping[str, Row]) -> Sheet:
    """One row for each procurement, with what the regions have committed to, and `cheapest` by its id."""
    header = [str(texts.PROCUREMENT_FIELDS[name]) for name in _PROCUREMENT_COLUMNS]
    rows = [
        [*_cells(row, _PROCUREMENT_COLUMNS), row["regions"], row["committed"], *_price_cells(row, cheapest)]
        for row in procurements
    ]
    return Sheet(
        _("Procurement plan"), [*header, _("Regions"), _("Committed volume"), *_price_header()], rows
    )


def _price_header() -> list[str]:
    return [
        _("Cheapest unit today, AIP in kronor"),
        _("Unit of the price"),
        _("Package"),
        _("Article number"),
    ]


def _price_cells(row: Row, cheapest: Mapping[str, Row]) -> list[Cell]:
    package = cheapest.get(str(row["id"]))
    if package is None:
        return [None, None, None, None]
    contents = ", ".join(part for part in (package["product"], package["strength"], package["form"]) if part)
    each = shown_per_unit(package["aip"], package["units"])
    return [each, package["unit"], contents, package["article_number"]]


def commitments_sheet(procurements: Sequence[Row], held: Mapping[object, Sequence[Row]]) -> Sheet:
    """One row for each region's commitment that stands; `held` gives them by the procurement's id."""
    header = [str(texts.PROCUREMENT_FIELDS["name"]), _("Region"), _("Volume a year"), _("Unit"), _("Since")]
    rows: list[list[Cell]] = [
        [row["name"], BY_CODE[one["county_code"]].name, one["volume"], row["unit"], one["at"]]
        for row in procurements
        for one in held.get(row["id"], ())
        if not one["withdrawn"]
    ]
    return Sheet(_("Commitments"), header, rows)


def _cells(row: Row, columns: Sequence[str]) -> list[Cell]:
    return [
        str(texts.VALUE_NAMES[name][row[name]]) if name in texts.VALUE_NAMES else row[name]
        for name in columns
    ]
