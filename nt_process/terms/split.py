"""How an amount is shared between regions, their units and the lines of these, exact in öre.

An amount goes first to the regions, then each region's part to its units, then each unit's part to its lines.
At every level the parts add up to the whole, and each part is its exact share rounded up or down to an öre.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Any, TypeVar

from nt_process.kernel.money import ORE, ZERO, exact
from nt_process.terms.values import SalesLine, place_of_unit

Key = TypeVar("Key", str, int)
Amount = TypeVar("Amount", Decimal, int)
Split = Callable[[Any, Mapping[Any, Any]], dict[Any, Any]]
"""`by_value` of amounts in SEK, or `whole_shares` of öre."""


@exact
def by_value(total: Decimal, values: Mapping[Key, Decimal]) -> dict[Key, Decimal]:
    """The exact `values` in whole öre that add up to `total`, which is their sum rounded either way.

    Each is rounded down; the öre left over go to the largest fractions, equal ones in order of key.
    So a value of whole öre is never moved, which a split in proportion could do.

    >>> by_value(Decimal("0.03"), {"a": Decimal("0.01"), "b": Decimal("0.005"), "c": Decimal("0.01")})
    {'a': Decimal('0.01'), 'b': Decimal('0.01'), 'c': Decimal('0.01')}
    """
    down = {key: value.quantize(ORE, ROUND_FLOOR) for key, value in values.items()}
    left_over = int((total - sum(down.values(), ZERO)) / ORE)
    if left_over:
        for key in sorted(values, key=lambda key: (down[key] - values[key], key))[:left_over]:
            down[key] += ORE
    return down


@exact
def cascade(total: Amount, lines: Sequence[SalesLine], parts: Sequence[Amount], split: Split) -> list[Amount]:
    """`total` shared to `lines` by way of their regions and units; `parts` are the weights or values of the lines."""
    units: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for index, place in enumerate(map(place_of_unit, lines)):
        units[place].append(index)
    sums: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for (region, unit), own in units.items():
        sums[region][unit] = sum([parts[index] for index in own])
    found = list(parts)
    for region, amount in split(total, {region: sum(of.values()) for region, of in sums.items()}).items():
        for unit, of_unit in split(amount, sums[region]).items():
            own = units[region, unit]
            # Whoever stands alone has all of it.
            shares = {own[0]: of_unit} if len(own) == 1 else split(of_unit, {i: parts[i] for i in own})
            for index, share in shares.items():
                found[index] = share
    return found
