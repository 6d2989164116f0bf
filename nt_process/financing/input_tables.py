"""Files that a person hands to a calculation: figures per region, costs per year, products, units.

Every cell is read and checked before anything is computed, and all faults are raised together with
their row and column. The row of the whole country, which printed tables end with, is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from nt_process.infra.tabular import Field, Record, pick_columns, read_table
from nt_process.kernel.cells import CellError, read_date, read_decimal, read_whole
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.money import ORE
from nt_process.kernel.regions import BY_CODE, find_region, is_whole_country

Kind = Literal["text", "amount", "ore", "positive_whole", "date"]
CellValue = str | Decimal | int | date

REGION = Field("region", ("landsting", "län"), required=False)
REGION_CODE = Field("code", ("county_code", "regionkod", "länskod", "kod"), required=False)
POPULATION_SPELLINGS = ("befolkning", "folkmängd", "invånare", "inhabitants")


@dataclass(frozen=True, slots=True)
class InputColumn:
    """A column of an input file: its field, and how its cells are read.

    "amount" is a decimal number of zero or more, "ore" one in whole öre; "positive_whole" is a whole
    number above zero.
    """

    field: Field
    kind: Kind


def column(name: str, kind: Kind, *spellings: str, required: bool = True) -> InputColumn:
    return InputColumn(Field(name, spellings, required), kind)


@dataclass(frozen=True, slots=True)
class InputRow:
    """One row by column name, with its number in the file; an absent column has no value."""

    number: int
    values: Mapping[str, CellValue]

    def text(self, name: str) -> str:
        return str(self.values[name])

    def amount(self, name: str) -> Decimal:
        value = self.values[name]
        if not isinstance(value, Decimal):
            raise TypeError(f"{name} is not an amount")
        return value

    def whole(self, name: str) -> int:
        value = self.values[name]
        if not isinstance(value, int):
            raise TypeError(f"{name} is not a whole number")
        return value

    def day(self, name: str) -> date:
        value = self.values[name]
        if not isinstance(value, date):
            raise TypeError(f"{name} is not a date")
        return value


def read_rows(content: bytes, columns: Sequence[InputColumn]) -> list[InputRow]:
    """The rows of a file by column. Raises BadInput with every fault of reading, headings and cells."""
    table = read_table(content)
    records = pick_columns(table, [column.field for column in columns])
    faults = list(table.faults)
    rows = []
    for record in records:
        values, cell_faults = _read_cells(record, columns, decimal_comma=table.decimal_comma)
        faults += cell_faults
        rows.append(InputRow(record.row, values))
    if not records and not faults:
        faults.append(Fault("empty_file"))
    if faults:
        raise BadInput(*sorted(faults, key=lambda fault: fault.row or 0))
    return rows


def _read_cells(
    record: Record, columns: Sequence[InputColumn], *, decimal_comma: bool
) -> tuple[dict[str, CellValue], list[Fault]]:
    values: dict[str, CellValue] = {}
    faults = []
    for wanted in columns:
        name = wanted.field.name
        if name not in record.values:
            continue
        text = record.values[name]
        try:
            values[name] = _read_cell(text, wanted.kind, decimal_comma=decimal_comma)
        except CellError as fault:
            faults.append(Fault(fault.code, record.row, record.headings[name], {"value": text[:80]}))
    return values, faults


def _read_cell(text: str, kind: Kind, *, decimal_comma: bool) -> CellValue:
    if kind == "text":
        if not text:
            raise CellError("empty_text")
        return text
    if kind == "date":
        return read_date(text)
    if kind == "positive_whole":
        whole = read_whole(text, decimal_comma=decimal_comma)
        if whole <= 0:
            raise CellError("not_positive")
        return whole
    amount = read_decimal(text, decimal_comma=decimal_comma)
    if amount < 0:
        raise CellError("negative_number")
    if kind == "ore" and amount % ORE:
        raise CellError("not_in_ore")
    return amount


def read_regions(content: bytes, columns: Sequence[InputColumn]) -> dict[str, InputRow]:
    """One row per region code, all 21 of them, in the order of the file.

    The region stands in a column of names, of county codes, or in both. Raises BadInput as
    `read_rows`, and with unknown_region, contradicting_region, duplicate_region, missing_region.
    """
    naming = [InputColumn(REGION, "text"), InputColumn(REGION_CODE, "text")]
    rows = read_rows(content, [*naming, *columns])
    if not any(name in rows[0].values for name in ("region", "code")):
        raise BadInput(Fault("missing_column", column="region"))
    found: dict[str, InputRow] = {}
    faults = []
    for row in rows:
        named = {name: row.text(name) for name in ("region", "code") if name in row.values}
        if any(is_whole_country(text) for text in named.values()):
            continue
        fault, code = _region_of(row.number, named, found)
        if fault:
            faults.append(fault)
        else:
            found[code] = row
    missing = [region.name for code, region in BY_CODE.items() if code not in found]
    if missing:
        faults.append(Fault("missing_region", column="region", params={"regions": ", ".join(missing)}))
    if faults:
        raise BadInput(*faults)
    return found


def _region_of(
    number: int, named: Mapping[str, str], found: Mapping[str, InputRow]
) -> tuple[Fault | None, str]:
    regions = {column: find_region(text) for column, text in named.items()}
    for name, region in regions.items():
        if region is None:
            return Fault("unknown_region", number, name, {"value": named[name][:80]}), ""
    codes = {region.code for region in regions.values() if region}
    if len(codes) > 1:
        return Fault("contradicting_region", number, "code", {"values": " / ".join(named.values())}), ""
    code = codes.pop()
    if code in found:
        params = {"region": BY_CODE[code].name, "first": found[code].number}
        return Fault("duplicate_region", number, next(iter(named)), params), ""
    return None, code


def amounts(rows: Mapping[str, InputRow], name: str) -> dict[str, Decimal]:
    """One amount column by region code."""
    return {code: row.amount(name) for code, row in rows.items()}


def has_column(rows: Mapping[str, InputRow], name: str) -> bool:
    return any(name in row.values for row in rows.values())
