"""Tables handed in by people: CSV, TSV or XLSX bytes in, headings and rows with their numbers out.

One reader for every import (financing inputs, sales, people, outcomes). It copes with what
spreadsheets write (separators, encodings, byte order marks, decimal commas, trailing empty cells)
and refuses what cannot be read with certainty, naming row and column. Faults of the whole file are
raised; a row that cannot be read becomes a fault in `Table.faults` so that an import may refuse
the file or report that row, as its users need.

Cells are text: stripped, in Unicode form NFC, numbers as the file's program shows them. What they
mean is read with `nt_process/kernel/cells.py`. A cell such as `=1+1` is kept as the text it is;
whoever writes a spreadsheet must write it as text again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nt_process.infra.tabular_text import TextRecords, read_text_records
from nt_process.infra.tabular_workbook import read_workbook_records
from nt_process.kernel.faults import BadInput, Fault

MAX_FILE_BYTES = 50 * 1024 * 1024
MAX_ROWS = 500_000
MAX_COLUMNS = 500
# What a spreadsheet's own cell can hold; the longest real indication text is some 8,000.
MAX_CELL_CHARACTERS = 32_767
# How far down headings may stand under a title and an explanation.
HEADER_SEARCH_ROWS = 50

_ZIP_SIGNATURE = b"PK\x03\x04"
_REFUSED_SIGNATURES = {
    b"\x1f\x8b": "compressed_file",
    b"7z\xbc\xaf": "compressed_file",
    b"PK\x05\x06": "compressed_file",
    b"\xd0\xcf\x11\xe0": "old_or_protected_workbook",
    b"%PDF": "not_a_table",
    b"<": "not_a_table",
}
_SPREADSHEET_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
Numbered = tuple[int, list[str]]
_CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Row:
    """One row that could be read: its number in the file and one cell per heading."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A file read as a table.

    `preamble` holds the rows above the headings that are not blank, such as a title or a date;
    `decimal_comma` says how the file's numbers are written.
    """

    preamble: tuple[Row, ...]
    header: tuple[str, ...]
    header_row: int
    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]
    decimal_comma: bool


@dataclass(frozen=True, slots=True)
class Field:
    """A column an import knows: its own name, the headings under which it may come, and the one among them, as an
    English text of the catalogue, that readers are told to write (its own name when it is left out)."""

    name: str
    spellings: tuple[str, ...]
    required: bool = True
    title: str = ""

    @property
    def heading(self) -> str:
        return self.title or self.name


@dataclass(frozen=True, slots=True)
class Record:
    """One row by field name. A column that the file lacks is absent from `values`."""

    row: int
    values: Mapping[str, str]
    headings: Mapping[str, str]


def read_table(content: bytes, *, expects: Sequence[str] = ()) -> Table:
    """The table in a file's bytes; the first row that is not blank holds the headings.

    With `expects`, the headings are instead the first row (among fifty) that has all these names,
    so that a title and explanations may stand above them.

    Raises BadInput: file_too_large, empty_file, compressed_file, old_or_protected_workbook,
    not_a_table, unreadable_encoding, mixed_encoding, unclosed_quote, stray_quote,
    damaged_workbook, workbook_too_large, workbook_with_macros, header_not_found,
    unnamed_column, duplicate_column, too_many_columns, too_many_rows, and control_character or
    cell_too_long in the headings.
    """
    records, pads_rows, decimal_comma = records_of(content)
    return _assemble(iter(records), expects, pads_rows=pads_rows, decimal_comma=decimal_comma)


def records_of(content: bytes) -> tuple[TextRecords | Iterator[Numbered], bool, bool]:
    """The records, whether short ones are to be filled up, and whether a comma is the decimal sign.

    Raises BadInput as `read_table`.
    """
    if len(content) > MAX_FILE_BYTES:
        raise BadInput(Fault("file_too_large", params={"limit_mb": MAX_FILE_BYTES // 1024**2}))
    for signature, code in _REFUSED_SIGNATURES.items():
        if content.startswith(signature):
            raise BadInput(Fault(code))
    if content.startswith(_ZIP_SIGNATURE):
        return read_workbook_records(content), True, True
    text = read_text_records(content)
    return text, False, text.decimal_comma


def pick_columns(table: Table, fields: Sequence[Field], *, other_columns: bool = False) -> list[Record]:
    """The table's rows by field name, matching headings without regard to case and spacing.

    Raises BadInput with every missing_column, unknown_column (unless `other_columns`) and
    duplicate_column (two headings for one field).
    """
    position = positions_of(table.header, table.header_row, fields, other_columns=other_columns)
    headings = {name: table.header[index] for name, index in position.items()}
    return [
        Record(row.number, {name: row.cells[index] for name, index in position.items()}, headings)
        for row in table.rows
    ]


def positions_of(
    header: Sequence[str], header_row: int, fields: Sequence[Field], *, other_columns: bool = False
) -> dict[str, int]:
    """In which column each field stands. Raises BadInput as `pick_columns`."""
    field_of = {
        comparable(spelling): field for field in fields for spelling in (field.name, *field.spellings)
    }
    position: dict[str, int] = {}
    faults = []
    for index, heading in enumerate(header):
        field = field_of.get(comparable(heading))
        if field is None:
            if not other_columns:
                known = ", ".join(known_field.heading for known_field in fields)
                faults.append(Fault("unknown_column", header_row, heading, {"known": known}))
        elif field.name in position:
            faults.append(Fault("duplicate_column", header_row, heading))
        else:
            position[field.name] = index
    missing = [field.heading for field in fields if field.required and field.name not in position]
    faults = [Fault("missing_column", header_row, name) for name in missing] + faults
    if faults:
        raise BadInput(*faults)
    return position


def comparable(heading: str) -> str:
    """A heading in the form in which two spellings are compared."""
    return " ".join(heading.casefold().split())


def _assemble(
    records: Iterator[Numbered], expects: Sequence[str], *, pads_rows: bool, decimal_comma: bool
) -> Table:
    preamble, header_row, header = find_header(records, expects)
    width = len(header)
    rows: list[Row] = []
    faults: list[Fault] = []
    for number, cells in records:
        if not any(cells):
            continue
        if len(rows) + len(faults) >= MAX_ROWS:
            raise BadInput(Fault("too_many_rows", number, params={"limit": MAX_ROWS}))
        found = without_trailing_blanks(cells, width)
        if pads_rows:
            found += [""] * (width - len(found))
        fault = _row_fault(number, found, header)
        if fault:
            faults.append(fault)
        else:
            rows.append(Row(number, tuple(found)))
    return Table(preamble, header, header_row, tuple(rows), tuple(faults), decimal_comma)


def find_header(
    records: Iterator[Numbered], expects: Sequence[str]
) -> tuple[tuple[Row, ...], int, tuple[str, ...]]:
    """What stands above the headings, their row and the headings themselves. Raises BadInput as `read_table`."""
    wanted = {comparable(name) for name in expects}
    preamble: list[Row] = []
    for number, cells in records:
        if not any(cells):
            continue
        if wanted <= {comparable(cell) for cell in cells}:
            return tuple(preamble), number, _checked_header(number, cells)
        preamble.append(Row(number, tuple(cell for cell in cells if cell)))
        if number >= HEADER_SEARCH_ROWS:
            break
    if wanted:
        raise BadInput(Fault("header_not_found", params={"columns": ", ".join(expects)}))
    raise BadInput(Fault("empty_file"))


def _checked_header(number: int, cells: Iterable[str]) -> tuple[str, ...]:
    header = tuple(" ".join(cell.split()) for cell in without_trailing_blanks(list(cells), 0))
    if len(header) > MAX_COLUMNS:
        raise BadInput(Fault("too_many_columns", number, params={"limit": MAX_COLUMNS}))
    faults = [
        Fault("unnamed_column", number, str(place)) for place, heading in enumerate(header, 1) if not heading
    ]
    seen: set[str] = set()
    for heading in header:
        if heading and comparable(heading) in seen:
            faults.append(Fault("duplicate_column", number, heading))
        seen.add(comparable(heading))
    text_fault = _text_fault(number, header, header)
    if text_fault:
        faults.append(text_fault)
    if faults:
        raise BadInput(*faults)
    return header


def without_trailing_blanks(cells: list[str], keep: int) -> list[str]:
    """A record without the blank cells at its end, but for the first `keep`."""
    end = len(cells)
    while end > keep and not cells[end - 1]:
        end -= 1
    return cells[:end]


def _row_fault(number: int, cells: Sequence[str], header: Sequence[str]) -> Fault | None:
    if len(cells) != len(header):
        return ragged_row(number, len(header), len(cells))
    return _text_fault(number, cells, header)


def ragged_row(number: int, expected: int, found: int) -> Fault:
    return Fault("ragged_row", number, params={"expected": expected, "found": found})


def _text_fault(number: int, cells: Sequence[str], header: Sequence[str]) -> Fault | None:
    for heading, cell in zip(header, cells, strict=True):
        if fault := text_fault(cell):
            code, params = fault
            shown = _CONTROL_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", heading)
            return Fault(code, number, heading if code == "spreadsheet_error" else shown[:80], params)
    return None


def text_fault(cell: str) -> tuple[str, Mapping[str, object]] | None:
    """What is wrong with the text of any cell: cell_too_long, control_character or spreadsheet_error, and its values."""
    if len(cell) > MAX_CELL_CHARACTERS:
        return "cell_too_long", {"limit": MAX_CELL_CHARACTERS}
    if control := _CONTROL_CHARACTER.search(cell):
        return "control_character", {"character": f"U+{ord(control[0]):04X}"}
    if cell in _SPREADSHEET_ERRORS:
        return "spreadsheet_error", {"value": cell}
    return None
