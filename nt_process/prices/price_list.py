"""A price list as a file: its columns, and its rows as lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from nt_process.infra.tabular import Field, pick_columns, read_table
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import N_
from nt_process.prices.rules import Line, read_line

# All packages with a list price in Sweden are some 20,000.
MAX_ROWS = 60_000
MAX_CHARACTERS = 30_000_000

FIELDS = (
    Field(
        "article_number",
        (
            "Varunummer",
            "Varunummer (Vnr)",
            "Article number (Vnr)",
            "Vnr",
            "Nordiskt varunummer",
            "Article number",
            "Nordic article number",
        ),
        title=N_("Article number (Vnr)"),
    ),
    Field(
        "product",
        ("Produktnamn", "Produkt", "Läkemedel", "Läkemedelsnamn", "Medicine", "Name"),
        title=N_("Medicine"),
    ),
    Field("substance", ("Substans", "Aktiv substans", "Active substance"), title=N_("Active substance")),
    Field("atc", ("ATC", "ATC-kod", "ATC code"), title=N_("ATC code")),
    Field("strength", ("Styrka",), title=N_("Strength")),
    Field(
        "form",
        ("Form", "Läkemedelsform", "Beredningsform", "Pharmaceutical form"),
        title=N_("Pharmaceutical form"),
    ),
    Field("units", ("Antal", "Antal enheter", "Number", "Number of units"), title=N_("Number of units")),
    Field("unit", ("Enhet",), title=N_("Unit")),
    Field("aip", ("AIP", "Inköpspris", "Apotekens inköpspris"), title="AIP"),
    Field("aup", ("AUP", "Utförsäljningspris", "Apotekens försäljningspris"), required=False),
    Field("npl_id", ("NPL-id", "NplPackId", "NPL pack id", "NPL id"), required=False),
    Field("pack", ("Förpackning", "Förpackningsstorlek", "Package", "Pack size"), required=False),
    Field("company", ("Företag", "Bolag", "Company"), required=False),
    Field("parallel_import", ("Parallellimport", "Parallellimporterad", "Parallel import"), required=False),
    Field(
        "valid_from",
        ("Gäller från", "Gäller från och med", "Från och med", "Fr.o.m.", "Första dag", "Valid from"),
        required=False,
    ),
    Field(
        "valid_to",
        ("Gäller till", "Till och med", "T.o.m.", "Sista dag", "Last day", "Valid to"),
        required=False,
    ),
    Field("source", ("Källa",), required=False),
)


@dataclass(frozen=True, slots=True)
class PriceList:
    """A list that was read: its lines, the rows that cannot be read with their faults, and its headings by field."""

    lines: tuple[Line, ...]
    rejected: Mapping[int, tuple[Fault, ...]]
    headings: Mapping[str, str]


def read_list(content: bytes, day: date | None) -> PriceList:
    """The list in a file's bytes; `day` is the first day of prices whose rows state none.

    Raises BadInput as `read_table` and `pick_columns` do, and for no rows, more than MAX_ROWS or MAX_CHARACTERS.
    """
    table = read_table(content)
    if not table.rows and not table.faults:
        raise BadInput(Fault("empty_file"))
    if len(table.rows) > MAX_ROWS:
        raise BadInput(Fault("too_many_rows", table.rows[MAX_ROWS].number, params={"limit": MAX_ROWS}))
    if sum(len(cell) for row in table.rows for cell in row.cells) > MAX_CHARACTERS:
        raise BadInput(Fault("workbook_too_large"))
    lines: list[Line] = []
    rejected: dict[int, tuple[Fault, ...]] = {fault.row or 0: (fault,) for fault in table.faults}
    headings: Mapping[str, str] = {}
    for record in pick_columns(table, FIELDS):
        headings = record.headings
        try:
            lines.append(
                read_line(record.row, record.values, headings, decimal_comma=table.decimal_comma, day=day)
            )
        except BadInput as refused:
            rejected[record.row] = refused.faults
    return PriceList(tuple(lines), rejected, headings)
