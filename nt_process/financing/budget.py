"""A shared cost divided over the regions by population.

Source: the 2014 proposal for a joint collaboration model, "Preliminär kostnad 2015 fördelad per
landsting efter antal invånare": 11 million SEK, thousands of SEK per region, half up. The printed
rows add up to 10 998 of the 11 000; largest remainder is the other choice, and adds up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from nt_process.kernel.money import ZERO, exact, largest_remainder, round_half_up

Method = Literal["half-up", "largest-remainder"]


@dataclass(frozen=True, slots=True)
class BudgetShare:
    """One region's part of the cost. `share_pct` in percent, amounts in the unit of the total."""

    code: str
    population: int
    share_pct: Decimal
    unrounded: Decimal
    amount: Decimal


@exact
def divide_by_population(
    total: Decimal, populations: Mapping[str, int], method: Method, step: Decimal = Decimal(1)
) -> list[BudgetShare]:
    """Divide `total` (a multiple of `step`) in proportion to population.

    share = population / sum(population); amount = total * share, in multiples of `step`: rounded
    half up one by one as the source does (the parts may miss the total by a few steps), or by
    largest remainder (they add up).
    """
    people = {code: Decimal(number) for code, number in populations.items()}
    everyone = sum(people.values(), ZERO)
    unrounded = {code: total * number / everyone for code, number in people.items()}
    if method == "largest-remainder":
        amounts = largest_remainder(total, people, step)
    else:
        amounts = {code: round_half_up(amount, step) for code, amount in unrounded.items()}
    return [
        BudgetShare(code, populations[code], 100 * people[code] / everyone, unrounded[code], amounts[code])
        for code in people
    ]
