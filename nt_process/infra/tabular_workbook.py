"""Bytes of an XLSX workbook into numbered records of its first visible sheet.

A workbook is a zip of XML from a stranger, so it is opened in the examination chamber (`uploads.chamber`), a
process of its own, and only text comes back. There its size, ratio and number of entries are checked before
anything is unpacked, XML goes through defusedxml (which openpyxl uses when it is there), and formulas are
never computed, only their stored results read.
"""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time
from decimal import Decimal

from nt_process.infra.uploads import chamber
from nt_process.kernel.faults import BadInput, Fault

MAX_ENTRIES = 1_000
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_RATIO = 100
# Below this an entry may be packed as tightly as it likes; empty sheets are.
RATIO_FREE_BYTES = 1024 * 1024
MAX_CELLS = 20_000_000


_FAULTS = frozenset(
    {"damaged_workbook", "workbook_too_large", "workbook_with_macros", "empty_file", "compressed_file"}
)


def read_workbook_records(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yields (row number, cells as text); dates as 2026-01-19, numbers with 15 significant digits.

    Raises BadInput: damaged_workbook, workbook_too_large, workbook_with_macros, compressed_file, empty_file.
    """
    with closing(chamber.lines("workbook", content)) as said:
        for one in said:
            match one:
                case [int(number), [*cells]]:
                    yield number, [str(cell) for cell in cells]
                case {"ok": True}:
                    return
                case {"fault": str(code), "row": row} if code in _FAULTS:
                    raise BadInput(Fault(code, row if isinstance(row, int) else None))
                case _:
                    break
    # The process that read it was ended, or ended itself: too much memory or time.
    raise BadInput(Fault("workbook_too_large"))


def open_records(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """As `read_workbook_records`, in this very process: the chamber's own work."""
    _check_package(content)
    # openpyxl takes a quarter of a second to import, and most processes never read a workbook.
    import openpyxl

    try:
        workbook = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=True, keep_links=False
        )
        sheets = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
        if not sheets:
            raise BadInput(Fault("empty_file"))
        sheet = sheets[0]
        # The stored dimension may claim one cell or a million; the rows themselves are the truth.
        sheet.reset_dimensions()
        read_cells = 0
        for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
            read_cells += len(values)
            if read_cells > MAX_CELLS:
                raise BadInput(Fault("workbook_too_large", number))
            yield number, [_as_text(value) for value in values]
    except BadInput:
        raise
    except Exception as error:
        # Any exception at all can come out of a library that is fed a crafted file; to the reader
        # they are one thing, a workbook that cannot be read.
        raise BadInput(Fault("damaged_workbook")) from error


def _check_package(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        raise BadInput(Fault("damaged_workbook")) from None
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" not in names:
        raise BadInput(Fault("compressed_file"))
    if any(name.endswith("vbaProject.bin") for name in names):
        raise BadInput(Fault("workbook_with_macros"))
    unpacked = sum(entry.file_size for entry in entries)
    swollen = any(
        entry.file_size > RATIO_FREE_BYTES and entry.file_size > MAX_RATIO * entry.compress_size
        for entry in entries
    )
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES or swollen:
        raise BadInput(Fault("workbook_too_large"))


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value).strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        # A stored 217.29999999999998 is the 217.3 that the sheet shows.
        return format(Decimal(f"{value:.15g}"), "f")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
