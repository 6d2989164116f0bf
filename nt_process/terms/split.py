"""How an amount is shared between regions, their units and the lines of these, exact in öre.

An amount goes first to the regions, then each region's part to its units, then each unit's part to its lines.
At every level the parts add up to the whole, and each part is its exact share rounded up or down to an öre.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import TypeVar

from nt_process.kernel.money import ORE, ZERO, exact, largest_remainder
from nt_process.terms.values import SalesLine

Key = TypeVar("Key", str, int)
Split = Callable[[Decimal, Mapping[Key, Decimal]], dict[Key, Decimal]]


def by_weight(total: Decimal, weights: Mapping[Key, Decimal]) -> dict[Key, Decimal]:
    """`total` in proportion to `weights`, by largest remainder."""
    return largest_remainder(total, weights, ORE)


@exact
def by_value(total: Decimal, values: Mapping[Key, Decimal]) -> dict[Key, Decimal]:
    """The exact `values` in whole öre that add up to `total`, which is their sum rounded either way.

    Each is rounded down; the öre left over go to the largest fractions, equal ones in order of key.
    So a value of whole öre is never moved, which a split in proportion could do.

    >>> by_value(Decimal("0.03"), {"a": Decimal("0.01"), "b": Decimal("0.005"), "c": Decimal("0.01")})
    {'a': Decimal('0.01'), 'b': Decimal('0.01'), 'c': Decimal('0.01')}
    """
    down = {key: value.quantize(ORE, rounding=ROUND_FLOOR) for key, value in values.items()}
    left_over = int((total - sum(down.values(), ZERO)) / ORE)
    served = sorted(values, key=lambda key: (down[key] - values[key], key))[:left_over]
    return down | {key: down[key] + ORE for key in served}


@exact
def cascade(
    total: Decimal, lines: Sequence[SalesLine], parts: Mapping[int, Decimal], split: Split
) -> dict[int, Decimal]:
    """`total` shared to `lines` (by index) by way of their regions and units, with `parts` as weights or values."""
    found: dict[int, Decimal] = {}
    regions = _grouped(parts, lambda index: lines[index].region)
    for region, amount in split(total, _sums(regions)).items():
        units = _grouped(regions[region], lambda index: lines[index].unit)
        for unit, of_unit in split(amount, _sums(units)).items():
            found |= split(of_unit, units[unit])
    return found


def _grouped(parts: Mapping[int, Decimal], name: Callable[[int], str]) -> dict[str, dict[int, Decimal]]:
    groups: dict[str, dict[int, Decimal]] = {}
    for index, part in parts.items():
        groups.setdefault(name(index), {})[index] = part
    return groups


def _sums(groups: Mapping[str, Mapping[int, Decimal]]) -> dict[str, Decimal]:
    return {name: sum(parts.values(), ZERO) for name, parts in groups.items()}
