"""How an amount is shared between regions, their units and the lines of these, exact in öre.

An amount goes first to the regions, then each region's part to its units, then each unit's part to its lines.
At every level the parts add up to the whole, and each part is its exact share rounded up or down to an öre.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from operator import sub
from typing import Any

from nt_process.kernel.money import exact
from nt_process.terms.values import SalesLine, place_of_unit

Split = Callable[[int, Sequence[Any]], Sequence[int]]
"""`by_value` or `whole_shares`; where two have the same claim to an öre the first is served."""


@exact
def by_value(total: int, values: Sequence[Decimal]) -> list[int]:
    """The exact `values`, öre, as whole öre that add up to `total`, which is their sum rounded either way.

    Each is rounded down; the öre left over go to the largest fractions, equal ones in order.
    So a value of whole öre is never moved, which a split in proportion could do.

    >>> by_value(3, [Decimal(1), Decimal("0.5"), Decimal(1)])
    [1, 1, 1]
    """
    down = list(map(int, values))
    left_over = total - sum(down)
    if left_over:
        negative_fractions = list(map(sub, map(Decimal, down), values))
        for place in sorted(range(len(down)), key=negative_fractions.__getitem__)[:left_over]:
            down[place] += 1
    return down


@exact
def cascade(
    total: int, lines: Sequence[SalesLine], parts: Sequence[int] | Sequence[Decimal], split: Split
) -> list[int]:
    """`total` öre shared to `lines` by way of their regions and units; `parts` are the lines' weights or values."""
    regions: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for index, (region, unit) in enumerate(map(place_of_unit, lines)):
        regions[region][unit].append(index)
    found = [0] * len(lines)
    within = [
        [(own, sum([parts[index] for index in own])) for _, own in sorted(regions[region].items())]
        for region in sorted(regions)
    ]
    of_regions = split(total, [sum([part for _, part in units]) for units in within])
    for amount, units in zip(of_regions, within, strict=True):
        of_units = split(amount, [part for _, part in units])
        for of_unit, (own, _) in zip(of_units, units, strict=True):
            # Whoever stands alone has all of it.
            shares = [of_unit] if len(own) == 1 else split(of_unit, [parts[index] for index in own])
            for index, share in zip(own, shares, strict=True):
                found[index] = share
    return found
