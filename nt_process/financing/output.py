"""A laid-out calculation as JSON, CSV or text for a terminal.

In JSON and CSV every number is a decimal string as it was computed, and a rounded column stands
beside its unrounded one. In the text the rounded one is shown, in the reader's way of writing
numbers, and the notes name every rounding.
"""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from babel.numbers import format_decimal

from nt_process.financing.layout import (
    HALF_UP,
    LARGEST_REMAINDER,
    LAST_TAKES_REST,
    REGIONS_TAKE_REST,
    Column,
    Input,
    Layout,
    Note,
    Row,
    Value,
    with_rounding,
)
from nt_process.infra.spreadsheet import guarded
from nt_process.kernel.messages import N_, translator
from nt_process.kernel.money import round_half_up

# An unrounded figure is cut here where a person reads it; JSON and CSV hold all of it.
SHOWN_DECIMALS = 6
NARROWEST_HEADING = 12

JsonValue = str | None | dict[str, str | None] | list[dict[str, str | None]] | list[str]

_ROUNDING_TEXTS = {
    HALF_UP: N_("Rounded half up to %(step)s: %(columns)s."),
    LARGEST_REMAINDER: N_("Rounded to %(step)s by largest remainder, so that the parts add up: %(columns)s."),
    LAST_TAKES_REST: N_("Rounded to %(step)s, the last part takes the rest: %(columns)s."),
    REGIONS_TAKE_REST: N_("Rounded to %(step)s, the regions have the rest: %(columns)s."),
}


def plain(value: Value, language: str) -> str | None:
    """A value for a machine: decimal strings without exponent, ISO dates, None for nothing."""
    if value is None:
        return None
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Note):
        return note_text(value, language)
    return value.isoformat() if isinstance(value, date) else str(value)


def note_text(note: Note, language: str) -> str:
    """A note in the reader's language; amounts in it are shown to two decimals."""
    params = {name: _in_sentence(value, language) for name, value in note.params.items()}
    return translator(language)(note.text, **params)


def _in_sentence(value: Value, language: str) -> str:
    if isinstance(value, Decimal):
        return format_decimal(round_half_up(value, Decimal("0.01")), format="#,##0.##", locale=language)
    return plain(value, language) or ""


def notes(layout: Layout, language: str) -> list[str]:
    """What was rounded and how, then the calculation's own notes."""
    translate = translator(language)
    rounded: dict[tuple[str, str], list[str]] = {}
    for column in layout.columns:
        if column.step is not None:
            way = (column.rounding, localised(column.step, language))
            rounded.setdefault(way, []).append(translate(column.title))
    named = [
        translate(_ROUNDING_TEXTS[rounding], step=step, columns="; ".join(titles))
        for (rounding, step), titles in rounded.items()
    ]
    if not named and any(isinstance(value, Decimal) for row in layout.rows for value in row.values()):
        named = [translate(N_("Nothing was rounded."))]
    return named + [note_text(note, language) for note in layout.notes]


def as_document(layout: Layout, language: str) -> dict[str, JsonValue]:
    """{"inputs", "rows", "totals", "notes"}: the one JSON document of a calculation."""
    translate = translator(language)
    return {
        "inputs": {given.key: plain(given.value, language) for given in layout.inputs},
        "sources": {given.key: translate(given.source) for given in layout.inputs if given.source},
        "rows": plain_rows(layout, language),
        "totals": _plain_row(layout.columns, layout.totals, language) if layout.totals else {},
        "notes": notes(layout, language),
    }


def plain_rows(layout: Layout, language: str) -> list[dict[str, str | None]]:
    """The rows for a machine, unrounded beside rounded."""
    return [_plain_row(layout.columns, row, language) for row in layout.rows]


def _plain_row(columns: tuple[Column, ...], row: Row, language: str) -> dict[str, str | None]:
    return {key: plain(value, language) for key, value in with_rounding(columns, row).items()}


def as_csv(layout: Layout, language: str) -> str:
    """Headings, rows, and the totals as last row: comma-separated, decimal points."""
    lines = [*layout.rows, layout.totals] if layout.totals else list(layout.rows)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(with_rounding(layout.columns, {}))
    for row in lines:
        cells = with_rounding(layout.columns, row).values()
        writer.writerow(
            guarded(cell) if isinstance(cell, str) else plain(cell, language) or "" for cell in cells
        )
    return text.getvalue()


def as_text(layout: Layout, language: str) -> str:
    """Inputs with their source, the table with rounded values, totals and notes."""
    translate = translator(language)
    inputs = [_input_line(given, language) for given in layout.inputs]
    rows = [*layout.rows, *totals_shown(layout)]
    cells = [[shown_cell(column, row, language) for column in layout.columns] for row in rows]
    titles = [translate(column.title) for column in layout.columns]
    table = _headings(titles, cells) + cells if titles else []
    numeric = [is_numeric(column, layout.rows) for column in layout.columns]
    explained = [f"- {line}" for line in notes(layout, language)]
    return "\n".join([*inputs, "", *_aligned(table, numeric), "", *explained])


def totals_shown(layout: Layout) -> list[Row]:
    """The totals as a last row, unless they only repeat a single one."""
    return [layout.totals] if layout.totals and layout.rows != (layout.totals,) else []


def _headings(titles: Sequence[str], cells: Sequence[Sequence[str]]) -> list[list[str]]:
    """The titles in lines no wider than their columns' cells, down to a least width."""
    words = [max(map(len, title.split())) for title in titles]
    widths = [
        max(NARROWEST_HEADING, word, *map(len, column))
        for word, column in zip(words, zip(*cells, strict=True), strict=True)
    ]
    wrapped = [textwrap.wrap(title, width) for title, width in zip(titles, widths, strict=True)]
    height = max(len(lines) for lines in wrapped)
    return [[lines[place] if place < len(lines) else "" for lines in wrapped] for place in range(height)]


def _input_line(given: Input, language: str) -> str:
    translate = translator(language)
    value = localised(given.value, language)
    source = f"({translate(given.source)})" if given.source else ""
    return " ".join(part for part in (f"{translate(given.title)}:", value, source) if part)


def shown_cell(column: Column, row: Row, language: str) -> str:
    """What a reader is shown of a column: its rounded value where it has one."""
    cells = with_rounding((column,), row)
    value = cells.get(column.rounded_key) if column.step is not None else cells[column.key]
    return localised(value, language)


def localised(value: Value, language: str) -> str:
    """A value in the reader's way of writing numbers, with at most SHOWN_DECIMALS decimals."""
    if isinstance(value, Decimal):
        decimals = max(0, -int(value.as_tuple().exponent))
        if decimals > SHOWN_DECIMALS:
            value, decimals = round_half_up(value, Decimal(1).scaleb(-SHOWN_DECIMALS)), SHOWN_DECIMALS
        return format_decimal(value, format=f"#,##0.{'0' * decimals}", locale=language)
    return plain(value, language) or ""


def is_numeric(column: Column, rows: Iterable[Row]) -> bool:
    """Whether a column holds numbers, and so is set to the right."""
    return any(isinstance(row.get(column.key), Decimal | int) for row in rows)


def _aligned(table: Sequence[Sequence[str]], numeric: Sequence[bool]) -> list[str]:
    widths = [max(len(cell) for cell in cells) for cells in zip(*table, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in table
    ]
