"""The regions' answers on the map. Every tile says in words what its colour says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nt_process.consultation.compilation import RegionAnswer
from nt_process.consultation.rules import Question
from nt_process.web import region_map


@dataclass(frozen=True, slots=True)
class Tile:
    """A region on the map. `tone`: its standing, or which alternative it chose ("choice-2")."""

    answer: RegionAnswer
    tone: str

    @property
    def name(self) -> str:
        return region_map.name_on_tile(self.answer.region)


def tiles(answers: Sequence[RegionAnswer], question: Question | None) -> list[Tile | None]:
    """The map row by row; None where there is no region."""
    return region_map.grid({one.region.code: Tile(one, _tone(one, question)) for one in answers})


def _tone(answer: RegionAnswer, question: Question | None) -> str:
    if question is None or answer.choice not in question.alternatives:
        return answer.standing if question is None else "none"
    return f"choice-{question.alternatives.index(answer.choice) % 6 + 1}"
