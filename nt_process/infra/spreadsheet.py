"""Tables that leave the system: CSV and XLSX, written so that no cell can run as a formula.

A cell that begins with = + - @, a tab or a carriage return is executed by spreadsheet programs when a
CSV file is opened, so text that begins so is preceded by an apostrophe. XLSX cells are typed: text is
written as text and cannot run. Numbers and days stay numbers and days in both.

The same rows always give the same bytes: no time of writing, no random id.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from nt_process.kernel.calendar import STOCKHOLM

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

Cell = str | int | Decimal | date | datetime | bool | None

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# The full-width forms are read as the plain signs by some programs.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# What XML 1.0 cannot hold. A database text holds no NUL, but it may hold the others.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LONGEST_CELL = 32_767
_FORBIDDEN_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
_WIDEST, _NARROWEST = 60, 8


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook: a name, headings and rows.

    `percent` names the columns (by position) whose numbers are shares, 0.25 for 25 %; `percent_rows` the rows that
    hold nothing else. `title` and `notes` stand above and below the table, and `below` are tables under it on the
    same sheet, each with its own title, headings and notes.
    """

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    percent: frozenset[int] = frozenset()
    title: str = ""
    notes: Sequence[str] = ()
    percent_rows: frozenset[int] = frozenset()
    below: Sequence[Sheet] = ()


def rows_to_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, swedish: bool = True) -> bytes:
    """The rows as CSV in UTF-8 with a byte order mark and CRLF line ends.

    `swedish` separates by semicolon and writes a decimal comma, as Swedish spreadsheet programs expect;
    otherwise comma and point (RFC 4180). Days are ISO 8601, instants too, in Stockholm's time.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";" if swedish else ",", lineterminator="\r\n")
    writer.writerow([guarded(name) for name in header])
    for row in rows:
        writer.writerow([_csv_cell(cell, swedish) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def guarded(text: str) -> str:
    """The text with an apostrophe before it when a spreadsheet program would run it."""
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA_STARTS) else text


def _csv_cell(cell: Cell, swedish: bool) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return guarded(cell.replace("\x00", ""))
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, datetime):
        return cell.astimezone(STOCKHOLM).isoformat(timespec="seconds")
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", ",") if swedish else f"{cell:f}"
    return str(cell)


def rows_to_xlsx(sheets: Sequence[Sheet], *, made_at: datetime, title: str = "") -> bytes:
    """The sheets as an XLSX workbook whose properties say that it was made at the instant `made_at`.

    Texts longer than a cell can hold (32,767 characters) are cut and end with an ellipsis.
    """
    import xlsxwriter

    output = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(output, options)
    book.set_properties({"title": title, "created": made_at.astimezone(STOCKHOLM).replace(tzinfo=None)})
    styles = {name: book.add_format(look) for name, look in _STYLES.items()}
    names: set[str] = set()
    for sheet in sheets:
        _write_sheet(book.add_worksheet(_sheet_name(sheet.name, names)), sheet, styles)
    book.close()
    return output.getvalue()


_STYLES = {
    "title": {"bold": True, "font_size": 14},
    "header": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF3"},
    "text": {"valign": "top"},
    "day": {"num_format": "yyyy-mm-dd", "align": "left", "valign": "top"},
    "instant": {"num_format": "yyyy-mm-dd hh:mm", "align": "left", "valign": "top"},
    "percent": {"num_format": "0 %", "valign": "top"},
    "note": {"italic": True, "font_color": "#5B6875"},
}


def _write_sheet(page: Worksheet, sheet: Sheet, styles: Mapping[str, Format]) -> None:
    tables = (sheet, *sheet.below)
    for column in range(max(len(table.header) for table in tables)):
        page.set_column(column, column, max(_width(table, column) for table in tables))
    line = 0
    for table in tables:
        first = line + (2 if table.title else 0)
        line = _write_table(page, table, line, styles) + 2
        if sheet.below:
            continue
        page.freeze_panes(first + 1, 0)
        if sheet.rows and sheet.header:
            page.autofilter(first, 0, first + len(sheet.rows), len(sheet.header) - 1)


def _write_table(page: Worksheet, sheet: Sheet, top: int, styles: Mapping[str, Format]) -> int:
    """A table from the line `top` on; the last line that it uses."""
    first = top + (2 if sheet.title else 0)
    if sheet.title:
        page.write_string(top, 0, _xml_text(sheet.title), styles["title"])
    for column, name in enumerate(sheet.header):
        page.write_string(first, column, _xml_text(name), styles["header"])
    for number, row in enumerate(sheet.rows):
        for column, cell in enumerate(row):
            is_share = column in sheet.percent or number in sheet.percent_rows
            number_style = styles["percent" if is_share else "text"]
            _write_cell(page, (first + 1 + number, column), cell, styles, number_style)
    last = first + len(sheet.rows)
    for line, note in enumerate(sheet.notes, last + 2):
        page.write_string(line, 0, _xml_text(note), styles["note"])
    return last + (1 + len(sheet.notes) if sheet.notes else 0)


def _write_cell(
    page: Worksheet, place: tuple[int, int], cell: Cell, styles: Mapping[str, Format], number_style: Format
) -> None:
    if cell is None:
        return
    if isinstance(cell, str):
        page.write_string(*place, _xml_text(cell), styles["text"])
    elif isinstance(cell, bool):
        page.write_boolean(*place, cell, styles["text"])
    elif isinstance(cell, datetime):
        page.write_datetime(*place, cell.astimezone(STOCKHOLM).replace(tzinfo=None), styles["instant"])
    elif isinstance(cell, date):
        page.write_datetime(*place, datetime.combine(cell, time.min), styles["day"])
    else:
        # The format itself holds numbers as binary floating point; amounts in CSV keep every decimal.
        page.write_number(*place, float(cell), number_style)


def _xml_text(text: str) -> str:
    clean = _NOT_XML.sub("", text)
    return clean if len(clean) <= _LONGEST_CELL else clean[: _LONGEST_CELL - 1] + "…"


def _width(sheet: Sheet, column: int) -> int:
    """Wide enough for the heading's longest word and for most cells."""
    if column >= len(sheet.header):
        return 0
    words = max((len(word) for word in sheet.header[column].split()), default=0)
    cells = max((len(str(row[column])) for row in sheet.rows if row[column] is not None), default=0)
    return min(_WIDEST, max(_NARROWEST, words + 4, cells + 2))


def _sheet_name(wanted: str, taken: set[str]) -> str:
    """A name that a workbook accepts: at most 31 characters, without []:*?/\\', and not used before."""
    base = _FORBIDDEN_IN_SHEET_NAME.sub(" ", _xml_text(wanted)).strip() or "Data"
    name, number = base[:31], 1
    while name.lower() in taken:
        number += 1
        ending = f" {number}"
        name = base[: 31 - len(ending)] + ending
    taken.add(name.lower())
    return name
