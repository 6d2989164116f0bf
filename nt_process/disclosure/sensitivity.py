"""Whether a sum may be told at all: how many have part in it, and how much of it a few of them have.

Source: the threshold, the p-percent rule and the dominance rules of statistical disclosure control, counted on
groups of companies under one owner. Which of them a cell fails is said nowhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal

from nt_process.disclosure.contributions import Contribution
from nt_process.kernel.money import MILLION, ZERO, exact, percent


@dataclass(frozen=True, slots=True)
class Parameters:
    """The rules' numbers. Shares and margins are percent, the step of rounding millions of SEK.

    `min_groups`: groups with part in a cell; `change_groups`: groups that differ between a cell and an earlier release
    of it, or of a part of it; `p_percent`: how exactly the second largest may know the largest; `dominance_one`,
    `dominance_two`: the most that the largest, and the two largest, may have of a cell; `min_months`: the shortest
    period; `margin`: how far from the truth, on both sides, each contribution must remain possible to every reader.
    """

    min_groups: int = 3
    change_groups: int = 3
    p_percent: int = 10
    dominance_one: int = 75
    dominance_two: int = 85
    min_months: int = 12
    margin: int = 10
    step_msek: int = 1

    @property
    def step(self) -> Decimal:
        """The step of rounding in SEK."""
        return self.step_msek * MILLION


# What each may be set to: never less careful than the first release was (security brief: differencing).
LIMITS: Mapping[str, tuple[int, int]] = {
    "min_groups": (3, 20),
    "change_groups": (3, 20),
    "p_percent": (10, 50),
    "dominance_one": (30, 75),
    "dominance_two": (40, 85),
    "min_months": (12, 36),
    "margin": (10, 50),
    "step_msek": (1, 100),
}
NAMES = tuple(one.name for one in fields(Parameters))


def by_company(contributions: Iterable[Contribution]) -> dict[str, Decimal]:
    """What each group has of a cell, SEK."""
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for one in contributions:
        sums[one.company] += one.amount
    return dict(sums)


@exact
def is_unsafe(contributions: Collection[Contribution], parameters: Parameters) -> bool:
    """Whether the sum of these contributions may not be told, whatever has been told before.

    Unsafe: fewer groups than `min_groups` (so also nothing, and one alone), a single negotiation; the rest after the
    two largest below `p_percent` of the largest; the largest above `dominance_one`, or the two largest above
    `dominance_two`, of the sum.
    """
    amounts = sorted((one for one in by_company(contributions).values() if one > 0), reverse=True)
    if len(amounts) < parameters.min_groups:
        return True
    if len({one.negotiation for one in contributions if one.amount > 0}) < 2:
        return True
    whole, largest, two = sum(amounts), amounts[0], amounts[0] + amounts[1]
    return (
        whole - two < percent(Decimal(parameters.p_percent)) * largest
        or largest > percent(Decimal(parameters.dominance_one)) * whole
        or two > percent(Decimal(parameters.dominance_two)) * whole
    )


def changes_too_little(
    now: Iterable[Contribution], before: Iterable[Contribution], parameters: Parameters
) -> bool:
    """Whether the difference of two sums tells of fewer than `change_groups` groups, and is not nothing."""
    changed = {one.company for one in set(now) ^ set(before)}
    return 0 < len(changed) < parameters.change_groups
