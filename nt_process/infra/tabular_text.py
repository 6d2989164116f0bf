"""Bytes of a text table (CSV, TSV, semicolon-separated) into numbered records.

Encoding: UTF-8 (with or without byte order mark), UTF-16 with byte order mark, otherwise
Windows-1252 as older Swedish spreadsheets write it. Separator: tab, semicolon, comma or bar,
whichever divides most of the first records alike. A comma-separated file writes decimal points;
with any other separator, as Swedish spreadsheets write it, a decimal comma is expected.
"""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from nt_process.kernel.faults import BadInput, Fault

SEPARATORS = ("\t", ";", ",", "|")
SAMPLE_CHARACTERS = 65_536
SAMPLE_RECORDS = 20
PIECE_CHARACTERS = 262_144

# The csv module's own limit would stop the whole file at its first long cell; the reader of tables
# names that cell instead, and the size of the whole file is limited there.
csv.field_size_limit(2**31 - 1)


class TextRecords:
    """The records of a text table, the first being number 1, and whether a comma is the decimal sign.

    Raises BadInput while they are read: unclosed_quote and stray_quote, which leave the rest of a file undecidable.
    """

    def __init__(self, text: str, separator: str, skipped: int) -> None:
        self.decimal_comma = separator != ","
        self._reader = _reader(text, separator)
        self._number = 0
        self._skipped = skipped

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Those that have not been taken, one by one with their numbers, the cells stripped."""
        try:
            for cells in self._reader:
                self._number += 1
                if self._number > self._skipped:
                    yield self._number, [cell.strip() for cell in cells]
        except csv.Error as error:
            raise self._undecidable(error, self._number + 1) from None

    def take(self, most: int) -> tuple[int, list[list[str]]]:
        """The next records as they are written, none at the end, and the number of the first of them."""
        begins = max(self._number, self._skipped) + 1
        rows: list[list[str]] = []
        try:
            # Nothing of ours runs between two records of a long file.
            rows.extend(islice(self._reader, begins - self._number - 1, begins - self._number - 1 + most))
        except csv.Error as error:
            raise self._undecidable(error, begins + len(rows)) from None
        self._number = begins - 1 + len(rows)
        return begins, rows

    @staticmethod
    def _undecidable(error: csv.Error, number: int) -> BadInput:
        return BadInput(Fault("unclosed_quote" if "end of data" in str(error) else "stray_quote", number))


def _reader(text: str, separator: str) -> Iterator[list[str]]:
    """The records. A text without a quotation mark needs no reader of CSV: every line is one, divided at the separator."""
    if '"' in text:
        return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    return (line.split(separator) for line in _lines(text.replace("\r\n", "\n").replace("\r", "\n")))


def _lines(text: str) -> Iterator[str]:
    """A piece of the text is divided at a time: all its lines at once, or a file in memory, are many times its size."""
    start, end = 0, len(text) - text.endswith("\n")
    while start < end:
        stop = text.find("\n", start + PIECE_CHARACTERS, end)
        stop = end if stop < 0 else stop
        yield from text[start:stop].split("\n")
        start = stop + 1


def read_text_records(content: bytes) -> TextRecords:
    """The records of a text table, blank ones included, in form NFC.

    Raises BadInput: unreadable_encoding, mixed_encoding, and as `TextRecords`.
    """
    text = unicodedata.normalize("NFC", _decode(content))
    separator, skipped = _declared_separator(text)
    if separator is None:
        separator = _likeliest_separator(text)
    return TextRecords(text, separator, skipped)


def _decode(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decode_as(content, "utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = _row_of(content, error.start)
    # Windows-1252 gives some letter to almost every byte, so a UTF-8 file with one damaged byte
    # would turn all its å, ä and ö into pairs of signs without anybody noticing.
    if not content.decode("utf-8", "ignore").isascii():
        raise BadInput(Fault("mixed_encoding", row))
    return _decode_as(content, "cp1252")


def _decode_as(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadInput(Fault("unreadable_encoding", _row_of(content, error.start))) from None


def _row_of(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1


def _declared_separator(text: str) -> tuple[str | None, int]:
    """The separator of a first line such as `sep=;`, which spreadsheets write, and rows to skip."""
    first_line = text[:10].splitlines()[0].strip() if text else ""
    if len(first_line) == 5 and first_line.lower().startswith("sep=") and first_line[4] in SEPARATORS:
        return first_line[4], 1
    return None, 0


def _likeliest_separator(text: str) -> str:
    """The separator under which most of the first records have one width, then the widest."""
    sample = text[:SAMPLE_CHARACTERS]

    def agreement(separator: str) -> tuple[int, int]:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=separator)
        widths = Counter(len(cells) for cells in islice(reader, SAMPLE_RECORDS) if len(cells) > 1)
        return max(((count, width) for width, count in widths.items()), default=(0, 0))

    best = max(SEPARATORS, key=agreement)
    return best if agreement(best)[0] else ","
