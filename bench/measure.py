"""Taking turns, and what came of it.

Contestants run in short rounds, one after the other, and each round begins with another of them. What is
compared is the ratio to the floor of the same round, so that a machine that is busy for a while slows both.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

FLOOR = "floor"

# Runs one round and returns the seconds that one unit of work took in it.
Round = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table. `floor` and `ours` are in `unit`; `limit` None is a peer, which promises nothing.

    `low` and `high` are the smallest and the largest ratio of any round.
    """

    promise: str
    what: str
    unit: str
    floor: float
    ours: float
    ratio: float
    low: float
    high: float
    limit: float | None

    @property
    def kept(self) -> bool:
        return self.limit is None or self.ratio <= self.limit


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """What could not be measured here, and why."""

    promise: str
    what: str
    reason: str


def take_turns(contestants: Mapping[str, Round], rounds: int) -> dict[str, list[float]]:
    """Seconds per unit of each contestant in each round. One round before the first warms all of them up."""
    names = list(contestants)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(-1, rounds):
        for place in range(len(names)):
            name = names[(turn + place) % len(names)]
            taken = contestants[name]()
            if turn >= 0:
                seconds[name].append(taken)
    return seconds


def compare(
    promise: str, seconds: Mapping[str, list[float]], limits: Mapping[str, float | None]
) -> Iterable[Finding]:
    """A finding for each contestant named in `limits`, against the floor of the same rounds."""
    floors = seconds[FLOOR]
    for name, limit in limits.items():
        ratios = [ours / floor for ours, floor in zip(seconds[name], floors, strict=True)]
        yield Finding(
            promise,
            name,
            "ms",
            statistics.median(floors) * 1000,
            statistics.median(seconds[name]) * 1000,
            statistics.median(ratios),
            min(ratios),
            max(ratios),
            limit,
        )
