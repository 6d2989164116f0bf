"""Tables of many rows, as `tabular` reads them, but some rows at a time and column by column.

A long file says the same in many rows. Whoever reads it by columns looks at each different text once, and never has the
whole of it as objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter

from nt_process.infra.tabular import (
    MAX_ROWS,
    Field,
    Numbered,
    find_header,
    positions_of,
    ragged_row,
    records_of,
    without_trailing_blanks,
)
from nt_process.infra.tabular_text import TextRecords
from nt_process.kernel.faults import BadInput, Fault


@dataclass(frozen=True, slots=True)
class Headed:
    """A table of which the headings have been read, and no row yet."""

    header: tuple[str, ...]
    header_row: int
    decimal_comma: bool
    records: TextRecords | Iterator[Numbered]
    pads_rows: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows in order, column by column: their numbers in the file and their texts by field.

    `faults` are those of rows that are not among them. The texts are neither stripped nor checked: see `tabular.text_fault`.
    """

    numbers: Sequence[int]
    columns: Mapping[str, Sequence[str]]
    faults: Sequence[Fault]


def read_head(content: bytes) -> Headed:
    """The headings, which are the first row that is not blank. Raises BadInput as `tabular.read_table`."""
    records, pads_rows, decimal_comma = records_of(content)
    _, header_row, header = find_header(iter(records), ())
    return Headed(header, header_row, decimal_comma, records, pads_rows)


def read_batches(
    table: Headed, fields: Sequence[Field], size: int
) -> tuple[Mapping[str, str], Iterator[Batch]]:
    """The heading of each field as the file has it, and the rows, each batch being `size` of the file's.

    Raises BadInput as `tabular.pick_columns`, and while iterating: too_many_rows, unclosed_quote, stray_quote,
    damaged_workbook, workbook_too_large.
    """
    position = positions_of(table.header, table.header_row, fields)
    return {name: table.header[index] for name, index in position.items()}, _batches(table, position, size)


def _batches(table: Headed, position: Mapping[str, int], size: int) -> Iterator[Batch]:
    width, seen = len(table.header), 0
    for taken, written in _taken(table.records, size):
        numbers, rows, faults = taken, written, list[Fault]()
        # A row that does not even fill its first cell may be blank.
        if set(map(len, rows)) != {width} or not all(map(str.strip, map(itemgetter(0), rows))):
            fitted = list(_fitted(zip(taken, written, strict=True), width, faults, pads_rows=table.pads_rows))
            numbers, rows = [number for number, _ in fitted], [cells for _, cells in fitted]
        seen += len(rows) + len(faults)
        if seen > MAX_ROWS:
            raise BadInput(Fault("too_many_rows", params={"limit": MAX_ROWS}))
        columns = list(zip(*rows, strict=True)) or [()] * width
        yield Batch(numbers, {name: columns[index] for name, index in position.items()}, faults)


def _taken(
    records: TextRecords | Iterator[Numbered], size: int
) -> Iterator[tuple[Sequence[int], Sequence[list[str]]]]:
    if isinstance(records, TextRecords):
        while (taken := records.take(size))[1]:
            begins, rows = taken
            yield range(begins, begins + len(rows)), rows
    else:
        while chunk := list(islice(records, size)):
            yield [number for number, _ in chunk], [cells for _, cells in chunk]


def _fitted(
    chunk: Iterable[Numbered], width: int, faults: list[Fault], *, pads_rows: bool
) -> Iterator[Numbered]:
    """The rows that are as wide as the headings, without blank ones."""
    for number, written in chunk:
        cells = [cell.strip() for cell in written]
        if any(cells):
            found = without_trailing_blanks(cells, width)
            if pads_rows:
                found += [""] * (width - len(found))
            if len(found) == width:
                yield number, found
            else:
                faults.append(ragged_row(number, width, len(found)))
