"""Bar charts as SVG text: stacked bars in rows, and stacked columns over time.

Drawn here rather than by a charting library so that the same numbers give the same bytes on every
machine, whatever fonts it has, and so that no chart engine takes memory in the web processes. All
horizontal measures are percentages, so a chart narrows on a small screen and its text keeps its size.

Every shape carries both a colour of the light palette (which the printed document uses) and a class
(which the page's style sheet colours, so that the dark mode follows). A chart says nothing alone: its
title tells a screen reader what it shows, and the same numbers stand in a table beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate

# One tone for each thing that charts tell apart; neighbours in a stack differ in lightness too.
TONES = {
    "met": "#2a7d6f",
    "late": "#b8452f",
    "council": "#155e85",
    "company": "#d99a3d",
    "tlv": "#7a5aa6",
    "region": "#4f9a6a",
    "meeting": "#9fb6c6",
    "both": "#b9657f",
    "court": "#5f6771",
    "none": "#cfd5db",
    "age1": "#b7d4e4",
    "age2": "#74abc9",
    "age3": "#367fa6",
    "age4": "#0d4b70",
}
_TEXT, _FAINT, _LINE = "#1f2b37", "#5b6875", "#c9d1d9"

ROW_HEIGHT, _BAR_HEIGHT, _LABEL_HEIGHT = 40, 14, 18
_PLOT_HEIGHT, _TOP, _BOTTOM = 140, 16, 36


@dataclass(frozen=True, slots=True)
class Series:
    """One part of every bar: what it is called and its tone (a key of TONES)."""

    label: str
    tone: str


@dataclass(frozen=True, slots=True)
class Category:
    """One bar: its label, what stands at its far end, and one whole number for each series.

    `group` is printed under the first column of each group (a year under its quarters).
    """

    label: str
    values: tuple[int, ...]
    end: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """What a chart shows. `title` is read aloud instead of the picture."""

    title: str
    series: tuple[Series, ...]
    categories: tuple[Category, ...]
    columns: bool = False
    shares: bool = False

    @property
    def is_empty(self) -> bool:
        return not any(sum(category.values) for category in self.categories)

    @property
    def height(self) -> int:
        """The height of the drawing, in pixels."""
        return _TOP + _PLOT_HEIGHT + _BOTTOM if self.columns else len(self.categories) * ROW_HEIGHT

    def svg(self, *, labelled: bool = True) -> str:
        """The chart as an SVG element that fills its container's width.

        Without labels when it is not `labelled`: who prints bars that lie down sets their labels as text over
        the drawing, each category's at the top of its ROW_HEIGHT, because a PDF is made in much less time so.
        """
        return _columns(self) if self.columns else _rows(self, labelled=labelled)


def _rows(chart: Chart, *, labelled: bool) -> str:
    """Bars lying down, each under its label. With `shares` every bar is as long as the whole width."""
    longest = max((sum(category.values) for category in chart.categories), default=0)
    parts: list[str] = []
    for row, category in enumerate(chart.categories):
        top = row * ROW_HEIGHT
        total = sum(category.values)
        scale = total if chart.shares else longest
        if labelled:
            parts.append(_text("0", top + 13, category.label))
        if labelled and category.end:
            parts.append(_text("100%", top + 13, category.end, anchor="end", faint=True))
        ends = list(accumulate(category.values))
        for series, value, end in zip(chart.series, category.values, ends, strict=True):
            if value:
                left, width = _percent(end - value, scale), _percent(value, scale)
                parts.append(_bar(left, top + _LABEL_HEIGHT, width, _BAR_HEIGHT, series.tone))
        if not total:
            parts.append(_line("0", "100%", top + _LABEL_HEIGHT + _BAR_HEIGHT / 2))
    return _svg(chart, parts)


def _columns(chart: Chart) -> str:
    """Columns standing on a line, each with its total above and its label below."""
    highest = max((sum(category.values) for category in chart.categories), default=0)
    floor = _TOP + _PLOT_HEIGHT
    slots = len(chart.categories)
    parts = [_line("0", "100%", floor)]
    for slot, category in enumerate(chart.categories):
        middle = _percent(2 * slot + 1, 2 * slots)
        left, width = _percent(10 * slot + 2, 10 * slots), _percent(6, 10 * slots)
        base = floor
        for series, value in zip(chart.series, category.values, strict=True):
            height = round(_PLOT_HEIGHT * value / highest) if highest else 0
            if height:
                parts.append(_bar(left, base - height, width, height, series.tone))
                base -= height
        if category.end:
            parts.append(_text(middle, base - 4, category.end, anchor="middle", faint=True))
        parts.append(_text(middle, floor + 15, category.label, anchor="middle"))
        if category.group:
            parts.append(_text(middle, floor + 30, category.group, anchor="middle", faint=True))
    return _svg(chart, parts)


def _percent(part: int, whole: int) -> str:
    """A share as a percentage with two decimals, computed in whole numbers."""
    hundredths = (part * 10_000 * 2 + whole) // (2 * whole) if whole else 0
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def _svg(chart: Chart, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" width="100%" height="{chart.height}" '
        f'font-family="Inter, sans-serif" font-size="12"><title>{escape(chart.title)}</title>'
        f"{''.join(parts)}</svg>"
    )


def _bar(left: str, top: float, width: str, height: float, tone: str) -> str:
    """One part of a bar. The outline in the paper's colour keeps neighbours apart without relying on hue."""
    return (
        f'<rect class="chart-{tone}" x="{left}" y="{top:g}" width="{width}" height="{height:g}" '
        f'fill="{TONES[tone]}" stroke="#ffffff" stroke-width="1"/>'
    )


def _line(left: str, right: str, y: float) -> str:
    return (
        f'<line class="chart-line" x1="{left}" x2="{right}" y1="{y:g}" y2="{y:g}" '
        f'stroke="{_LINE}" stroke-width="1"/>'
    )


def _text(x: str, y: float, text: str, *, anchor: str = "start", faint: bool = False) -> str:
    name, colour = ("chart-faint", _FAINT) if faint else ("chart-text", _TEXT)
    place = f'x="{x}" y="{y:g}" text-anchor="{anchor}"'
    return f'<text class="{name}" {place} fill="{colour}">{escape(text)}</text>'
