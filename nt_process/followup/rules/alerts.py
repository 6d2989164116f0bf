"""When a region's use is so far from what is expected that somebody is to look at it.

A single quarter says little. A region stands out when in two quarters in a row what is expected lies outside the interval
of its rate, on the same side: with equal use chance does that about once in 1 600 pairs of quarters on each side. A run of
such quarters is told once, at its second.

What counts as standing out follows from the recommendation: what should be used can be used too little and too much; what
can be used is each region's to judge, and what should not be used has no too little.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from nt_process.followup.rules import quarters
from nt_process.followup.rules.figures import ABOVE, BELOW

OVER, UNDER = "over", "under"
IN_A_ROW = 2
_DIRECTIONS = {ABOVE: OVER, BELOW: UNDER}
_OF_OUTCOME: Mapping[str, frozenset[str]] = {
    "should": frozenset({OVER, UNDER}),
    "can": frozenset({OVER}),
    "should_not": frozenset({OVER}),
    "wait": frozenset({OVER}),
}


@dataclass(frozen=True, slots=True)
class Run:
    """Quarters in a row on the same side: the direction, the first of them, the one that made it an alert, and the last."""

    direction: str
    began: date
    quarter: date
    last: date


def runs(places: Mapping[date, str | None], outcome: str) -> list[Run]:
    """The alerts of one region, from where it stood in each quarter; a quarter that is missing ends a run."""
    heeded = _OF_OUTCOME.get(outcome, frozenset())
    found: list[Run] = []
    began, direction, before = date.min, "", date.min
    for quarter in sorted(places):
        now = _DIRECTIONS.get(places[quarter] or "", "")
        if not now or now != direction or before != quarters.after(quarter, -1):
            began, direction = quarter, now
        elif direction in heeded:
            alerted = quarters.after(began, IN_A_ROW - 1)
            if quarter > alerted:
                found.pop()
            found.append(Run(direction, began, alerted, quarter))
        before = quarter
    return found
