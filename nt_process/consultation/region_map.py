"""The 21 regions as tiles that lie to each other roughly as the regions do. Every tile says in words what its
colour says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nt_process.consultation.compilation import RegionAnswer
from nt_process.consultation.rules import Question

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


@dataclass(frozen=True, slots=True)
class Tile:
    """A region on the map. `tone`: its standing, or which alternative it chose ("choice-2")."""

    answer: RegionAnswer
    tone: str

    @property
    def name(self) -> str:
        """The region's name, with a place to divide it where it is long."""
        return _DIVIDED.get(self.answer.region.code, self.answer.region.name)


def tiles(answers: Sequence[RegionAnswer], question: Question | None) -> list[Tile | None]:
    """The map row by row; None where there is no region."""
    columns, rows = SIZE
    cells: list[Tile | None] = [None] * (columns * rows)
    for one in answers:
        column, row = _PLACES[one.region.code]
        cells[row * columns + column] = Tile(one, _tone(one, question))
    return cells


def _tone(answer: RegionAnswer, question: Question | None) -> str:
    if question is None or answer.choice not in question.alternatives:
        return answer.standing if question is None else "none"
    return f"choice-{question.alternatives.index(answer.choice) % 6 + 1}"
