"""The 21 regions as tiles that lie to each other roughly as the regions do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from nt_process.kernel.regions import Region

# (columns, rows), and where each region stands in them, by its county code.
SIZE = (4, 8)
_PLACES: Mapping[str, tuple[int, int]] = {
    "25": (2, 0),
    "24": (2, 1),
    "23": (1, 2), "22": (2, 2),
    "20": (1, 3), "21": (2, 3),
    "17": (0, 4), "18": (1, 4), "19": (2, 4), "03": (3, 4),
    "14": (0, 5), "05": (1, 5), "04": (2, 5), "01": (3, 5),
    "13": (0, 6), "06": (1, 6), "08": (2, 6), "09": (3, 6),
    "12": (0, 7), "07": (1, 7), "10": (2, 7),
}  # fmt: skip
_DIVIDED: Mapping[str, str] = {
    "05": "Öster\u00adgötland",
    "19": "Väst\u00admanland",
    "22": "Väster\u00adnorrland",
    "24": "Väster\u00adbotten",
}

Shown = TypeVar("Shown")


def name_on_tile(region: Region) -> str:
    """The region's name, with a place to divide it where it is long."""
    return _DIVIDED.get(region.code, region.name)


def grid(by_code: Mapping[str, Shown]) -> list[Shown | None]:
    """The map row by row, of what is shown for each county code; None where there is no region."""
    columns, rows = SIZE
    cells: list[Shown | None] = [None] * (columns * rows)
    for code, shown in by_code.items():
        column, row = _PLACES[code]
        cells[row * columns + column] = shown
    return cells
