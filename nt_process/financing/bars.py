"""Bars lying down, one for each calculation under each label, to the left of a line when below zero.

Drawn as `nt_process/infra/charts.py` draws: positions are percentages, so the chart narrows on a
small screen and its text keeps its size; colours are classes that the style sheet gives. It takes
decimals of either sign, which stacked bars cannot show. The same numbers stand in a table beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from html import escape

from nt_process.kernel.money import EXACT, ZERO

_LINE_HEIGHT, _BAR_HEIGHT, _GAP = 18, 10, 10
# What stands on one line on the narrowest screen; longer labels have their values on a line below.
_LONGEST_LINE = 42


@dataclass(frozen=True, slots=True)
class Bar:
    """A label, its values as numbers and as they are printed. None draws nothing."""

    label: str
    values: tuple[Decimal | None, ...]
    printed: tuple[str, ...]


def bar_chart(title: str, bars: Sequence[Bar]) -> str:
    """An SVG element that fills its container's width; `title` is read aloud instead of it."""
    values = [value for bar in bars for value in bar.values if value is not None]
    lowest, highest = min(values, default=ZERO), max(values, default=ZERO)
    low, high = min(lowest, ZERO), max(highest, ZERO)
    span = EXACT.subtract(high, low) or Decimal(1)
    zero = _hundredths(EXACT.subtract(ZERO, low), span)
    lines = 2 if any(len(bar.label) + len(_values(bar)) > _LONGEST_LINE for bar in bars) else 1
    parts: list[str] = []
    top = 0
    for bar in bars:
        parts.append(_text("0", top + 13, bar.label, "start", "chart-text"))
        top += _LINE_HEIGHT * lines
        parts.append(_text("100%", top - 5, _values(bar), "end", "chart-faint"))
        for place, value in enumerate(bar.values):
            parts.append(_bar(value or ZERO, zero, span, top + place * _BAR_HEIGHT, place))
        height = len(bar.values) * _BAR_HEIGHT
        parts.append(
            f'<line class="chart-line" x1="{_percent(zero)}" x2="{_percent(zero)}" y1="{top}" '
            f'y2="{top + height}" stroke="#8a949e"/>'
        )
        top += height + _GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" width="100%" height="{top}" '
        f'font-size="12"><title>{escape(title)}</title>{"".join(parts)}</svg>'
    )


def _values(bar: Bar) -> str:
    return " · ".join(bar.printed)


def _bar(value: Decimal, zero: int, span: Decimal, top: int, place: int) -> str:
    length = _hundredths(value.copy_abs(), span)
    left = zero - length if value < 0 else zero
    return (
        f'<rect class="chart-scenario-{"ab"[place]}" x="{_percent(left)}" y="{top}" width="{_percent(length)}" '
        f'height="{_BAR_HEIGHT - 1}"/>'
    )


def _hundredths(part: Decimal, whole: Decimal) -> int:
    """A share in hundredths of a percent."""
    share = EXACT.divide(EXACT.multiply(part, Decimal(10_000)), whole)
    return int(share.to_integral_value(rounding=ROUND_HALF_UP))


def _percent(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def _text(x: str, y: int, text: str, anchor: str, name: str) -> str:
    return f'<text class="{name}" x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'
