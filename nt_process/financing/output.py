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
    Layout,
    Note,
    Row,
    Value,
    with_rounding,
)
from nt_process.infra.spreadsheet import guarded
from nt_process.kernel.messages import N_, Translate
from nt_process.kernel.money import round_half_up

# An unrounded figure on a terminal is cut here; JSON and CSV hold all of it.
TERMINAL_DECIMALS = 6
NARROWEST_HEADING = 12

JsonValue = str | None | dict[str, str | None] | list[dict[str, str | None]] | list[str]

_ROUNDING_TEXTS = {
    HALF_UP: N_("Rounded half up to %(step)s: %(columns)s."),
    LARGEST_REMAINDER: N_("Rounded to %(step)s by largest remainder, so that the parts add up: %(columns)s."),
    LAST_TAKES_REST: N_("Rounded to %(step)s, the last part takes the rest: %(columns)s."),
    REGIONS_TAKE_REST: N_("Rounded to %(step)s, the regions have the rest: %(columns)s."),
}


def plain(value: Value, translate: Translate) -> str | None:
    """A value for a machine: decimal strings without exponent, ISO dates, None for nothing."""
    if value is None:
        return None
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Note):
        return note_text(value, translate)
    return value.isoformat() if isinstance(value, date) else str(value)


def note_text(note: Note, translate: Translate) -> str:
    """A note in the reader's language; amounts in it are shown to two decimals."""
    return translate(note.text, **{name: _in_sentence(value) for name, value in note.params.items()})


def _in_sentence(value: Value) -> str:
    if isinstance(value, Decimal):
        shown = round_half_up(value, Decimal("0.01"))
        return format(shown.to_integral_value() if shown == shown.to_integral_value() else shown, "f")
    return str(value)


def notes(layout: Layout, translate: Translate) -> list[str]:
    """What was rounded and how, then the calculation's own notes."""
    rounded: dict[tuple[str, str], list[str]] = {}
    for column in layout.columns:
        if column.step is not None:
            way = (column.rounding, format(column.step, "f"))
            rounded.setdefault(way, []).append(translate(column.title))
    named = [
        translate(_ROUNDING_TEXTS[rounding], step=step, columns="; ".join(titles))
        for (rounding, step), titles in rounded.items()
    ]
    if not named:
        named = [translate(N_("Nothing was rounded."))]
    return named + [note_text(note, translate) for note in layout.notes]


def as_document(layout: Layout, translate: Translate) -> dict[str, JsonValue]:
    """{"inputs", "rows", "totals", "notes"}: the one JSON document of a calculation."""
    return {
        "inputs": {given.key: plain(given.value, translate) for given in layout.inputs},
        "sources": {given.key: given.source for given in layout.inputs if given.source},
        "rows": plain_rows(layout, translate),
        "totals": _plain_row(layout.columns, layout.totals, translate) if layout.totals else {},
        "notes": notes(layout, translate),
    }


def plain_rows(layout: Layout, translate: Translate) -> list[dict[str, str | None]]:
    """The rows for a machine, unrounded beside rounded."""
    return [_plain_row(layout.columns, row, translate) for row in layout.rows]


def _plain_row(columns: tuple[Column, ...], row: Row, translate: Translate) -> dict[str, str | None]:
    return {key: plain(value, translate) for key, value in with_rounding(columns, row).items()}


def as_csv(layout: Layout, translate: Translate) -> str:
    """Headings, rows, and the totals as last row: comma-separated, decimal points."""
    lines = [*layout.rows, layout.totals] if layout.totals else list(layout.rows)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(with_rounding(layout.columns, {}))
    for row in lines:
        cells = with_rounding(layout.columns, row).values()
        writer.writerow(
            guarded(cell) if isinstance(cell, str) else plain(cell, translate) or "" for cell in cells
        )
    return text.getvalue()


def as_text(layout: Layout, translate: Translate, language: str) -> str:
    """Inputs with their source, the table with rounded values, totals and notes."""
    inputs = [_input_line(layout, index, translate, language) for index in range(len(layout.inputs))]
    rows = [*layout.rows, *_totals_shown(layout)]
    cells = [[_shown(column, row, translate, language) for column in layout.columns] for row in rows]
    table = (
        _headings([translate(column.title) for column in layout.columns], cells) + cells
        if layout.columns
        else []
    )
    numeric = [_is_numeric(column, layout.rows) for column in layout.columns]
    explained = [f"- {line}" for line in notes(layout, translate)]
    return "\n".join([*inputs, "", *_aligned(table, numeric), "", *explained])


def _totals_shown(layout: Layout) -> list[Row]:
    """The totals, unless they only repeat a single row."""
    return [layout.totals] if layout.totals and layout.rows != (layout.totals,) else []


def _headings(titles: Sequence[str], cells: Sequence[Sequence[str]]) -> list[list[str]]:
    """The titles in lines no wider than their columns' cells, down to a least width."""
    widths = [max(NARROWEST_HEADING, *map(len, column)) for column in zip(*cells, strict=True)]
    wrapped = [textwrap.wrap(title, width) for title, width in zip(titles, widths, strict=True)]
    height = max(len(lines) for lines in wrapped)
    return [[lines[place] if place < len(lines) else "" for lines in wrapped] for place in range(height)]


def _input_line(layout: Layout, index: int, translate: Translate, language: str) -> str:
    given = layout.inputs[index]
    value = _localised(given.value, translate, language)
    source = f"({translate(given.source)})" if given.source else ""
    return " ".join(part for part in (f"{translate(given.title)}:", value, source) if part)


def _shown(column: Column, row: Row, translate: Translate, language: str) -> str:
    cells = with_rounding((column,), row)
    value = cells.get(column.rounded_key) if column.step is not None else cells[column.key]
    return _localised(value, translate, language)


def _localised(value: Value, translate: Translate, language: str) -> str:
    if isinstance(value, Decimal):
        decimals = max(0, -int(value.as_tuple().exponent))
        if decimals > TERMINAL_DECIMALS:
            value, decimals = round_half_up(value, Decimal(1).scaleb(-TERMINAL_DECIMALS)), TERMINAL_DECIMALS
        return format_decimal(value, format=f"#,##0.{'0' * decimals}", locale=language)
    return plain(value, translate) or ""


def _is_numeric(column: Column, rows: Iterable[Row]) -> bool:
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
