"""What differs between two reports of the same period, and why: pure, of two reports and of what was recorded since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from nt_process.reporting.half_year.figures import Cell, Figures, Place

# What can change the figures of a part afterwards: what was recorded since of the cases, the meetings or the budget.
CAUSES: Mapping[str, tuple[str, ...]] = {
    "cases": ("steps",),
    "decisions": ("steps",),
    "time": ("steps",),
    "workload": ("steps", "minutes"),
    "budget": ("entries",),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that was `before` and is `now`; None where there is none. `part` is the part it stands in."""

    part: str
    place: Place
    unit: str
    before: Cell
    now: Cell


def differences(before: Figures, now: Figures) -> list[Difference]:
    """Every figure that is not the same in both, in the order of the reports; rows that one alone has count too."""
    parts = {table.code: table.part for report in (now, before) for table in report.tables}
    old = {place: (cell, unit) for place, cell, unit in before.cells()}
    new = {place: (cell, unit) for place, cell, unit in now.cells()}
    nothing: tuple[Cell, str] = (None, "")
    found = []
    for place in dict.fromkeys((*old, *new)):
        was, is_ = old.get(place, nothing), new.get(place, nothing)
        if was[0] != is_[0]:
            found.append(Difference(parts[place.table], place, was[1] or is_[1], was[0], is_[0]))
    return found


def to_json(found: Sequence[Difference]) -> list[dict[str, Any]]:
    """The differences as plain values."""
    return [
        {
            "part": one.part,
            **asdict(one.place),
            "unit": one.unit,
            "before": _plain(one.before),
            "now": _plain(one.now),
        }
        for one in found
    ]


def from_json(content: Sequence[Mapping[str, Any]]) -> list[Difference]:
    """The other way."""
    return [
        Difference(
            one["part"],
            Place(one["table"], one["group"], one["row"], one["column"]),
            one["unit"],
            _cell(one["before"], one["unit"]),
            _cell(one["now"], one["unit"]),
        )
        for one in content
    ]


def _plain(cell: Cell) -> int | str | None:
    return format(cell, "f") if isinstance(cell, Decimal) else cell


def _cell(cell: int | str | None, unit: str) -> Cell:
    return Decimal(cell) if isinstance(cell, str) and unit != "text" else cell
