"""The planning view: one lane for each substance, with its dates as marks and its procurements as bars.

Drawn as `nt_process/infra/charts.py` draws: positions are percentages of the span, so that the picture
narrows on a small screen and its text keeps its size. Kinds differ in shape as well as colour. The
picture says nothing alone: the same dates stand in the tables under it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape

# Shapes on a square of twelve, around its middle.
_SHAPES = {
    "protection": "M6 0 12 6 6 12 0 6Z",
    "competitor": "M6 1a5 5 0 1 0 0 10 5 5 0 0 0 0-10Z",
    "sign-up": "M6 1 11.5 11 .5 11Z",
}
_HEAD, _LABEL, _TRACK = 22, 17, 20
_MOST_YEAR_LABELS = 6


@dataclass(frozen=True, slots=True)
class Mark:
    """A day. `shape` is protection, competitor or sign-up; `title` is shown by a pointer that rests on it."""

    day: date
    shape: str
    title: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A time from `start` up to and including `end`. `kind` is procuring or agreement."""

    start: date
    end: date
    kind: str
    title: str


@dataclass(slots=True)
class Lane:
    """What belongs to one substance, under its name."""

    label: str
    marks: list[Mark] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)

    @property
    def first_day(self) -> date:
        return min([mark.day for mark in self.marks] + [bar.start for bar in self.bars])


def lanes_by_label(labelled: Iterable[tuple[str, Mark | Bar]]) -> list[Lane]:
    """One lane for each label (upper and lower case make no difference), the earliest first."""
    lanes: dict[str, Lane] = {}
    for label, thing in labelled:
        lane = lanes.setdefault(label.casefold(), Lane(label))
        if isinstance(thing, Mark):
            lane.marks.append(thing)
        else:
            lane.bars.append(thing)
    return sorted(lanes.values(), key=lambda lane: (lane.first_day, lane.label))


def draw(title: str, lanes: Sequence[Lane], start: date, end: date, today: date) -> str:
    """The lanes from `start` to before `end` as an SVG element; `title` is read aloud instead of it."""
    height = _HEAD + len(lanes) * (_LABEL + _TRACK)
    span = (end - start).days
    parts = _years(start, end, height)
    if start <= today < end:
        parts.append(_upright(_place(today, start, span), _HEAD - 4, height, "timeline-today"))
    for number, lane in enumerate(lanes):
        top = _HEAD + number * (_LABEL + _TRACK)
        parts.append(f'<text class="chart-text" x="0" y="{top + 13}">{escape(lane.label)}</text>')
        parts += [_bar(bar, start, end, top + _LABEL + 4) for bar in lane.bars]
        parts += [
            _mark(mark, _place(mark.day, start, span), top + _LABEL + 2)
            for mark in lane.marks
            if start <= mark.day < end
        ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart timeline-chart" role="img" width="100%" '
        f'height="{height}" font-size="12"><title>{escape(title)}</title>{"".join(parts)}</svg>'
    )


def _years(start: date, end: date, height: int) -> list[str]:
    """A line at each New Year, and as many years written as there is room for on a narrow screen."""
    years = range(start.year, end.year)
    every = -(-len(years) // _MOST_YEAR_LABELS)
    span, parts = (end - start).days, []
    for place, year in enumerate(years):
        left = _place(date(year, 1, 1), start, span)
        parts.append(_upright(left, _HEAD - 6, height, "chart-line"))
        if place % every == 0:
            parts.append(f'<text class="chart-faint" x="{left}" y="11">{year}</text>')
    return parts


def _upright(left: str, top: int, bottom: int, name: str) -> str:
    return f'<line class="{name}" x1="{left}" x2="{left}" y1="{top}" y2="{bottom}"/>'


def _bar(bar: Bar, start: date, end: date, top: int) -> str:
    span = (end - start).days
    first, last = max(bar.start, start), min(bar.end, end)
    left = _hundredths((first - start).days, span)
    width = max(_hundredths((last - start).days, span) - left, 50)
    return (
        f'<rect class="timeline-{bar.kind}" x="{_percent(left)}" y="{top}" width="{_percent(width)}" height="8" '
        f'rx="2"><title>{escape(bar.title)}</title></rect>'
    )


def _mark(mark: Mark, left: str, top: int) -> str:
    return (
        f'<svg x="{left}" y="{top}" width="12" height="12" overflow="visible"><path '
        f'class="timeline-{mark.shape}" transform="translate(-6 0)" d="{_SHAPES[mark.shape]}">'
        f"<title>{escape(mark.title)}</title></path></svg>"
    )


def key(shape: str) -> str:
    """The shape alone, for the legend."""
    if shape in _SHAPES:
        drawn = f'<path class="timeline-{shape}" d="{_SHAPES[shape]}"/>'
    else:
        drawn = f'<rect class="timeline-{shape}" y="2" width="12" height="8" rx="2"/>'
    return f'<svg class="timeline-key" viewBox="0 0 12 12" aria-hidden="true">{drawn}</svg>'


def _place(day: date, start: date, span: int) -> str:
    return _percent(_hundredths((day - start).days, span))


def _hundredths(part: int, whole: int) -> int:
    return (part * 10_000 * 2 + whole) // (2 * whole)


def _percent(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02d}%"
