"""Prices over time as a step chart: a level for as long as a price holds, a riser where it changes.

Drawn as `nt_process/infra/charts.py` draws: across in percentages, so that the picture narrows on a small screen and
its text keeps its size. The scale begins at zero, so that a fall by half looks like one. The picture says nothing
alone: the same prices stand in the table beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from html import escape

from nt_process.kernel.money import exact
from nt_process.prices.rules import Step

_TOP, _PLOT, _BOTTOM = 20, 150, 22
_MOST_YEAR_LABELS = 6
# How far above the highest price the scale ends at most: 1, 2 or 5 times a power of ten divided in four.
_NICE = (
    Decimal(1),
    Decimal("1.2"),
    Decimal("1.6"),
    Decimal(2),
    Decimal("2.4"),
    Decimal(4),
    Decimal(6),
    Decimal(8),
)


def draw(
    title: str,
    steps: Sequence[Step],
    until: date,
    in_words: Callable[[Step, Decimal], str],
    number: Callable[[Decimal], str],
) -> str:
    """The prices up to and including the day `until` (or the last first day, if later) as an SVG element.

    `in_words` says what a level is to a pointer that rests on it; `number` writes an amount.
    """
    start = steps[0].first
    end = max(until, steps[-1].first)
    scale = _Scale(start, end, _ceiling(steps))
    lines, labels = _grid(scale, number)
    parts = [*lines, *_years(scale)]
    for name, amounts in (("aup", [step.aup for step in steps]), ("aip", [step.aip for step in steps])):
        parts += _line(name, steps, amounts, scale, in_words)
    parts += labels
    height = _TOP + _PLOT + _BOTTOM
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart price-chart" role="img" width="100%" '
        f'height="{height}" font-size="12"><title>{escape(title)}</title>{"".join(parts)}</svg>'
    )


class _Scale:
    """Where a day and an amount stand: across in percent with two decimals, upright in whole points."""

    def __init__(self, start: date, end: date, ceiling: Decimal) -> None:
        self.start, self.end, self.ceiling = start, end, ceiling
        # The last level is seen although it has only begun.
        self._days = max((end - start).days + 1, 30)

    def across(self, day: date) -> str:
        # A day after the end stands at the edge.
        hundredths = ((min(day, self.end) - self.start).days * 20_000 + self._days) // (2 * self._days)
        return f"{hundredths // 100}.{hundredths % 100:02d}%"

    def edge(self) -> str:
        hundredths = (((self.end - self.start).days + 1) * 20_000 + self._days) // (2 * self._days)
        return f"{hundredths // 100}.{hundredths % 100:02d}%"

    def upright(self, amount: Decimal) -> str:
        return f"{_TOP + _PLOT - int(amount * _PLOT * 10 / self.ceiling) / 10:g}"


@exact
def _ceiling(steps: Sequence[Step]) -> Decimal:
    """A round number not below the highest price, which the scale ends at."""
    highest = max(amount for step in steps for amount in (step.aip, step.aup) if amount is not None)
    power = Decimal(10) ** highest.adjusted()
    return next((factor * power for factor in _NICE if factor * power >= highest), 10 * power)


def _grid(scale: _Scale, number: Callable[[Decimal], str]) -> tuple[list[str], list[str]]:
    """Lines at nothing, half and the whole of the scale, and their amounts, which stay legible above a price."""
    lines, labels = [], []
    for quarter in (0, 2, 4):
        amount = scale.ceiling * quarter / 4
        y = scale.upright(amount)
        lines.append(f'<line class="chart-line" x1="0" x2="100%" y1="{y}" y2="{y}"/>')
        labels.append(f'<text class="chart-faint" x="0" y="{float(y) - 4:g}">{escape(number(amount))}</text>')
    return lines, labels


def _years(scale: _Scale) -> list[str]:
    """Each New Year as a line, with as many years written as there is room for on a narrow screen."""
    years = range(scale.start.year + 1, scale.end.year + 1)
    every = max(1, -(-len(years) // _MOST_YEAR_LABELS))
    bottom, parts = _TOP + _PLOT, []
    for place, year in enumerate(years):
        x = scale.across(date(year, 1, 1))
        parts.append(f'<line class="chart-line" x1="{x}" x2="{x}" y1="{_TOP}" y2="{bottom + 4}"/>')
        if place % every == 0:
            parts.append(
                f'<text class="chart-faint" x="{x}" y="{bottom + 18}" text-anchor="middle">{year}</text>'
            )
    return parts


def _line(
    name: str,
    steps: Sequence[Step],
    amounts: Sequence[Decimal | None],
    scale: _Scale,
    in_words: Callable[[Step, Decimal], str],
) -> list[str]:
    parts: list[str] = []
    before: Decimal | None = None
    for place, (step, amount) in enumerate(zip(steps, amounts, strict=True)):
        left = scale.across(step.first)
        right = scale.across(steps[place + 1].first) if place + 1 < len(steps) else scale.edge()
        if amount is not None:
            y = scale.upright(amount)
            if before is not None:
                parts.append(_segment(name, left, left, scale.upright(before), y))
            told = f"<title>{escape(in_words(step, amount))}</title>"
            parts.append(_segment(name, left, right, y, y, told))
        before = amount
    return parts


def _segment(name: str, left: str, right: str, y1: str, y2: str, inside: str = "") -> str:
    return f'<line class="price-{name}" x1="{left}" x2="{right}" y1="{y1}" y2="{y2}">{inside}</line>'


def key(name: str) -> str:
    """The line alone, for the legend."""
    return (
        f'<svg class="price-key" viewBox="0 0 22 8" aria-hidden="true">'
        f'<line class="price-{name}" x1="0" x2="22" y1="4" y2="4"/></svg>'
    )
