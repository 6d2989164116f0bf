"""The board of 21 regions: who has decided what, and how many inhabitants that concerns. Its counts always make 21."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from nt_process.introduction.rules.deciding import DECISIONS, FOLLOW, LIMITS
from nt_process.kernel.regions import REGIONS

NONE = "none"
STANDINGS = (*DECISIONS, NONE)


@dataclass(frozen=True, slots=True)
class Summary:
    """`counts` and `inhabitants` by standing (a decision, or none); `waiting` the codes without a decision, in order."""

    counts: Mapping[str, int]
    inhabitants: Mapping[str, int]
    waiting: tuple[str, ...]

    @property
    def answered(self) -> int:
        return sum(self.counts.values()) - self.counts[NONE]

    @property
    def deviating(self) -> int:
        return self.answered - self.counts[FOLLOW]

    @property
    def everybody(self) -> int:
        return sum(self.inhabitants.values())

    @property
    def covered(self) -> int:
        """Inhabitants of the regions that follow, in full or with limits."""
        return self.inhabitants[FOLLOW] + self.inhabitants[LIMITS]


def summary(decisions: Mapping[str, str], populations: Mapping[str, int]) -> Summary:
    """Of the decisions by county code. A region without one counts as none; a code that is no region is left out."""
    counts, inhabitants = dict.fromkeys(STANDINGS, 0), dict.fromkeys(STANDINGS, 0)
    for region in REGIONS:
        standing = decisions.get(region.code, NONE)
        counts[standing] += 1
        inhabitants[standing] += populations.get(region.code, 0)
    waiting = tuple(region.code for region in REGIONS if region.code not in decisions)
    return Summary(counts, inhabitants, waiting)


def population_day(days: Mapping[date, object], day: date) -> date:
    """The day of the latest figures that there are on a day; before the first, the first."""
    return max((one for one in days if one <= day), default=min(days))
