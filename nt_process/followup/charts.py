"""Charts of follow-up as SVG text: the regions with their intervals, and the country over the quarters.

As in `infra/charts.py`: horizontal measures are percentages, each shape has a colour of the light palette and a class, and
the same numbers stand in a table beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from html import escape

from nt_process.kernel.money import EXACT, ZERO

_COLOURS = {
    "within": "#155e85",
    "above": "#b8452f",
    "below": "#b07a1e",
    "none": "#5f6771",
    "expected": "#1f2b37",
    "line": "#c9d1d9",
    "text": "#1f2b37",
    "faint": "#5b6875",
}
_ROW, _NAMES, _RIGHT = 24, 30, 18
_PLOT, _TOP, _BOTTOM = 150, 20, 24


@dataclass(frozen=True, slots=True)
class Shown:
    """A region or a quarter in a chart. Without a rate, `said` stands in its place."""

    name: str
    rate: Decimal | None
    low: Decimal | None
    high: Decimal | None
    place: str
    said: str
    expected: Decimal | None = None


def regions(title: str, rows: Sequence[Shown], expected: Decimal | None) -> str:
    """A row for each region: its rate as a point, its interval as a line, and what is expected as a line through all."""
    highest = _highest(rows, expected)
    height = _ROW * len(rows) + 4
    parts = []
    if expected is not None:
        at = _across(expected, highest)
        parts.append(_line(at, at, 0, height, "expected", dashed=True))
    for number, one in enumerate(rows):
        middle = number * _ROW + _ROW // 2
        parts.append(_text("0", middle + 4, one.name))
        parts.append(_line(_across(ZERO, highest), _across(highest, highest), middle, middle, "line"))
        if one.rate is not None and one.low is not None and one.high is not None:
            left, right = _across(one.low, highest), _across(min(one.high, highest), highest)
            parts.append(_line(left, right, middle, middle, one.place, width=3))
            parts.append(
                f'<circle class="chart-{one.place}" cx="{_across(one.rate, highest)}" cy="{middle}" r="5" '
                f'fill="{_COLOURS[one.place]}"/>'
            )
        parts.append(_text("100%", middle + 4, one.said, anchor="end", faint=True))
    return _svg(title, height, parts)


def over_quarters(title: str, quarters: Sequence[Shown]) -> str:
    """A column for each quarter, its interval as a line, and what was expected as a line across the column."""
    highest = max((_highest([one], one.expected) for one in quarters), default=Decimal(1))
    floor = _TOP + _PLOT
    parts = [_line("0", "100%", floor, floor, "line")]
    slots = len(quarters)
    for slot, one in enumerate(quarters):
        left, width, middle = (
            _percent(Decimal(part), 10 * slots) for part in (10 * slot + 2, 6, 10 * slot + 5)
        )
        if one.rate is not None and one.low is not None and one.high is not None:
            top = _down(one.rate, highest)
            parts.append(
                f'<rect class="chart-column" x="{left}" y="{top}" width="{width}" height="{floor - top}" '
                f'fill="#9fb6c6"/>'
            )
            parts.append(
                _line(middle, middle, _down(one.low, highest), _down(one.high, highest), "within", width=3)
            )
        if one.expected is not None:
            level = _down(one.expected, highest)
            right = _percent(Decimal(10 * slot + 8), 10 * slots)
            parts.append(_line(left, right, level, level, "expected", dashed=True))
        parts.append(_text(middle, 12, one.said, anchor="middle", faint=True))
        parts.append(_text(middle, floor + 16, one.name, anchor="middle"))
    return _svg(title, floor + _BOTTOM, parts)


def _highest(rows: Sequence[Shown], expected: Decimal | None) -> Decimal:
    """The end of the scale. An interval that is much longer than all rates is cut there."""
    rates = [one.rate for one in rows if one.rate is not None] + ([expected] if expected is not None else [])
    bounds = [one.high for one in rows if one.high is not None]
    return (
        min(max(bounds, default=ZERO), 2 * max(rates, default=ZERO)) or max(rates, default=ZERO) or Decimal(1)
    )


def _across(value: Decimal, highest: Decimal) -> str:
    """Between the names and the figures."""
    share = EXACT.divide(value, highest) * (100 - _NAMES - _RIGHT)
    return _percent(_NAMES + share, 100)


def _down(value: Decimal, highest: Decimal) -> int:
    share = EXACT.divide(min(value, highest), highest)
    return _TOP + _PLOT - int((share * _PLOT).to_integral_value(ROUND_HALF_UP))


def _percent(part: Decimal, whole: int) -> str:
    return f"{EXACT.divide(100 * part, Decimal(whole)).quantize(Decimal('0.01'))}%"


def _svg(title: str, height: int, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" width="100%" height="{height}" '
        f'font-family="Inter, sans-serif" font-size="12"><title>{escape(title)}</title>{"".join(parts)}</svg>'
    )


def _line(
    left: str, right: str, top: int, bottom: int, tone: str, *, width: int = 1, dashed: bool = False
) -> str:
    more = ' stroke-dasharray="4 3"' if dashed else ""
    return (
        f'<line class="chart-stroke-{tone}" x1="{left}" x2="{right}" y1="{top}" y2="{bottom}" '
        f'stroke="{_COLOURS[tone]}" stroke-width="{width}"{more}/>'
    )


def _text(x: str, y: int, text: str, *, anchor: str = "start", faint: bool = False) -> str:
    name = "faint" if faint else "text"
    return f'<text class="chart-{name}" x="{x}" y="{y}" text-anchor="{anchor}" fill="{_COLOURS[name]}">{escape(text)}</text>'
