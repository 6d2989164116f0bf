"""Placing boxes in bands from top to bottom so that the lines between them are calm.

The usual four steps for a layered drawing: rank every box within its band, let long lines pass
through a placeholder in each row, order each row so that few lines cross, and then move everything
as close to its neighbours as the boxes allow. All lengths are in CSS pixels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

ROW_GAP = 38.0
BAND_GAP = 30.0
BOX_GAP = 24.0
LINE_ROOM = 18.0
_SWEEPS = 24
_SETTLING = 16


@dataclass(slots=True)
class Box:
    """Something to place: `x` and `y` are its centre and its top."""

    name: str
    band: int
    width: float
    height: float
    x: float = 0.0
    y: float = 0.0
    row: int = 0
    is_placeholder: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line between two boxes, through points from the source's edge to the target's edge."""

    source: str
    target: str
    goes_back: bool
    points: tuple[tuple[float, float], ...]


@dataclass(slots=True)
class Drawing:
    """The placed boxes, the lines, and for each band that has any box its top and bottom."""

    boxes: dict[str, Box]
    lines: list[Line]
    bands: dict[int, tuple[float, float]]
    width: float
    height: float


@dataclass(slots=True)
class _Rows:
    """Boxes and placeholders in rows; `up` and `down` are each one's neighbours in the rows beside it."""

    rows: list[list[Box]] = field(default_factory=list)
    up: dict[str, list[Box]] = field(default_factory=dict)
    down: dict[str, list[Box]] = field(default_factory=dict)
    chains: dict[tuple[str, str], list[Box]] = field(default_factory=dict)


def place(boxes: Sequence[Box], edges: Sequence[tuple[str, str]]) -> Drawing:
    """Place `boxes`, whose order decides which of the `edges` (source, target) point back."""
    order = {box.name: (box.band, position) for position, box in enumerate(boxes)}
    downward = {(a, b) if order[a] < order[b] else (b, a) for a, b in edges if a != b}
    by_name = {box.name: box for box in boxes}
    _rank(sorted(boxes, key=lambda box: order[box.name]), downward)
    rows = _in_rows(by_name, sorted(downward, key=lambda edge: (order[edge[0]], order[edge[1]])))
    _order(rows)
    _settle(rows)
    bands, height = _stack(rows)
    left = min(box.x - box.width / 2 for row in rows.rows for box in row)
    for row in rows.rows:
        for box in row:
            box.x -= left
    width = max(box.x + box.width / 2 for row in rows.rows for box in row)
    ports = _ports(rows)
    lines = [_line(edge, order, rows, ports) for edge in dict.fromkeys(edges) if edge[0] != edge[1]]
    return Drawing(by_name, lines, bands, width, height)


def _rank(boxes: Sequence[Box], downward: set[tuple[str, str]]) -> None:
    """Each box goes below all that lead to it in its band, and each band below the one before."""
    by_name = {box.name: box for box in boxes}
    first_free = 0
    for band in sorted({box.band for box in boxes}):
        members = [box for box in boxes if box.band == band]
        for box in members:
            above = [by_name[a].row + 1 for a, b in downward if b == box.name and by_name[a].band == band]
            box.row = max([first_free, *above])
        first_free = max(box.row for box in members) + 1


def _in_rows(by_name: Mapping[str, Box], downward: Sequence[tuple[str, str]]) -> _Rows:
    rows = _Rows([[] for _ in range(max(box.row for box in by_name.values()) + 1)])
    for box in by_name.values():
        rows.rows[box.row].append(box)
    for source, target in downward:
        chain = [by_name[source]]
        for row in range(by_name[source].row + 1, by_name[target].row):
            band = rows.rows[row][0].band
            passing = Box(f"{source}>{target}@{row}", band, LINE_ROOM, 0.0, row=row, is_placeholder=True)
            rows.rows[row].append(passing)
            chain.append(passing)
        chain.append(by_name[target])
        rows.chains[source, target] = chain
        for upper, lower in pairwise(chain):
            rows.down.setdefault(upper.name, []).append(lower)
            rows.up.setdefault(lower.name, []).append(upper)
    return rows


def _order(rows: _Rows) -> None:
    """Sort each row by the middle of its neighbours, up and down in turn, and keep the best found."""
    best, fewest = [list(row) for row in rows.rows], _crossings(rows)
    for sweep in range(_SWEEPS):
        goes_down = sweep % 2 == 0
        neighbours = rows.up if goes_down else rows.down
        for row in rows.rows if goes_down else reversed(rows.rows):
            position = {box.name: i for other in rows.rows for i, box in enumerate(other)}
            row.sort(
                key=lambda box: _middle(
                    [position[n.name] for n in neighbours.get(box.name, ())], position[box.name]
                )
            )
        crossings = _crossings(rows)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows.rows], crossings
    rows.rows = best


def _middle(positions: Sequence[float], otherwise: float) -> float:
    return median(positions) if positions else otherwise


def _crossings(rows: _Rows) -> int:
    count = 0
    for upper, lower in pairwise(rows.rows):
        place_below = {box.name: i for i, box in enumerate(lower)}
        ends = [
            (i, place_below[below.name])
            for i, box in enumerate(upper)
            for below in rows.down.get(box.name, ())
        ]
        count += sum(a < c and b > d for a, b in ends for c, d in ends)
    return count


def _settle(rows: _Rows) -> None:
    """Move every row towards its neighbours, keeping order and distance."""
    for row in rows.rows:
        _spread(row, [float(i) for i in range(len(row))])
    for turn in range(_SETTLING):
        goes_down = turn % 2 == 0
        neighbours = rows.up if goes_down else rows.down
        for row in rows.rows if goes_down else reversed(rows.rows):
            wished = [_middle([n.x for n in neighbours.get(box.name, ())], box.x) for box in row]
            _spread(row, wished)


def _spread(row: Sequence[Box], wished: Sequence[float]) -> None:
    """The positions closest to the wished ones, in least squares, that leave room between the boxes.

    Boxes that would overlap form a block that moves as one (pool adjacent violators).
    """
    offsets, offset = [], 0.0
    for i, box in enumerate(row):
        if i:
            offset += (row[i - 1].width + box.width) / 2 + BOX_GAP
        offsets.append(offset)
    blocks: list[tuple[float, float, int]] = []
    for box, wish, shift in zip(row, wished, offsets, strict=True):
        weight = 4.0 if box.is_placeholder else 1.0
        total, heft, size = (wish - shift) * weight, weight, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / heft:
            before = blocks.pop()
            total, heft, size = total + before[0], heft + before[1], size + before[2]
        blocks.append((total, heft, size))
    starts = [total / heft for total, heft, size in blocks for _ in range(size)]
    for box, start, shift in zip(row, starts, offsets, strict=True):
        box.x = start + shift


def _stack(rows: _Rows) -> tuple[dict[int, tuple[float, float]], float]:
    """Give every row its top; answers with each band's top and bottom and the whole height."""
    bands: dict[int, tuple[float, float]] = {}
    y = 0.0
    for row in rows.rows:
        band = row[0].band
        y += BAND_GAP if band not in bands else ROW_GAP
        tallest = max(box.height for box in row)
        for box in row:
            box.y = y + (tallest - box.height) / 2 if not box.is_placeholder else y
            if box.is_placeholder:
                box.height = tallest
        bands[band] = (bands.get(band, (y, y))[0], y + tallest)
        y += tallest
        if row is rows.rows[-1] or rows.rows[row[0].row + 1][0].band != band:
            y += BAND_GAP
    return bands, y


def _ports(rows: _Rows) -> dict[tuple[str, str], float]:
    """Where on a box's edge each line begins or ends, spread in the order of where it goes."""
    ports: dict[tuple[str, str], float] = {}
    for row in rows.rows:
        for box in row:
            for side in (rows.up, rows.down):
                others = sorted(side.get(box.name, ()), key=lambda other: other.x)
                step = 0.0 if box.is_placeholder else min(26.0, box.width * 0.7 / max(1, len(others)))
                for i, other in enumerate(others):
                    ports[box.name, other.name] = box.x + (i - (len(others) - 1) / 2) * step
    return ports


def _line(
    edge: tuple[str, str],
    order: Mapping[str, tuple[int, int]],
    rows: _Rows,
    ports: Mapping[tuple[str, str], float],
) -> Line:
    goes_back = order[edge[0]] > order[edge[1]]
    chain = rows.chains[(edge[1], edge[0]) if goes_back else edge]
    points: list[tuple[float, float]] = []
    for upper, lower in pairwise(chain):
        points.append((ports[upper.name, lower.name], upper.y + upper.height))
        points.append((ports[lower.name, upper.name], lower.y))
    return Line(*edge, goes_back, tuple(reversed(points) if goes_back else points))
