"""How far a count may be from what it is a sign of: intervals for a Poisson count.

A number of patients in a region and quarter is a count of rare, independent events. Up to EXACT_TO the interval is
Garwood's exact one: between the mean under which as many or more would be seen in 2.5 of 100 quarters, and the one under
which as few or fewer would (F. Garwood, Biometrika 28, 1936). Above it is Byar's approximation, which there differs by
less than a thousandth (N. E. Breslow, N. E. Day, IARC Scientific Publications 82, 1987, p. 69).
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache

from nt_process.kernel.money import EXACT, ONE, ZERO, exact

# The 97.5th percentile of the normal distribution.
NORMAL = Decimal("1.959963984540054")
TAIL = Decimal("0.025")
EXACT_TO = 60
# Halvings of the interval that holds a bound: to less than a ten-thousandth.
_HALVINGS = 24

# The 95th percentiles of the chi-squared distribution by degrees of freedom, 1 to 20, as every textbook prints them.
CHI_SQUARED_95 = tuple(Decimal(thousandths).scaleb(-3) for thousandths in (
    3841, 5991, 7815, 9488, 11070, 12592, 14067, 15507, 16919, 18307,
    19675, 21026, 22362, 23685, 24996, 26296, 27587, 28869, 30144, 31410,
))  # fmt: skip


@exact
def poisson_interval(count: Decimal) -> tuple[Decimal, Decimal]:
    """The 95 percent interval for the mean that a count is of.

    A count that is not whole, such as packages divided by how many a patient uses, gets the lower bound of the whole number
    below it and the upper bound of the one above, so that the interval is never too short.
    """
    lower, upper = int(count.to_integral_value(ROUND_FLOOR)), int(count.to_integral_value(ROUND_CEILING))
    return _low(lower), _high(upper)


@lru_cache(maxsize=4096)
def _low(count: int) -> Decimal:
    if count == 0:
        return ZERO
    if count > EXACT_TO:
        return _byar(Decimal(count), -NORMAL)
    # As many or more: one less the probability of at most count - 1.
    return _mean_where(count - 1, ONE - TAIL, ZERO, Decimal(count))


@lru_cache(maxsize=4096)
def _high(count: int) -> Decimal:
    if count > EXACT_TO:
        return _byar(Decimal(count + 1), NORMAL)
    return _mean_where(count, TAIL, Decimal(count), Decimal(2 * count + 10))


def _byar(count: Decimal, distance: Decimal) -> Decimal:
    root = EXACT.sqrt(count)
    inner = ONE - ONE / (9 * count) + distance / (3 * root)
    return count * inner**3


def _mean_where(most: int, probability: Decimal, low: Decimal, high: Decimal) -> Decimal:
    """The mean under which at most `most` are seen with a probability. The larger the mean, the less probable."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _at_most(most, middle) > probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _at_most(most: int, mean: Decimal) -> Decimal:
    term = total = ONE
    for number in range(1, most + 1):
        term = term * mean / number
        total += term
    return total * EXACT.exp(-mean)


@exact
def share_interval(count: Decimal, of: Decimal) -> tuple[Decimal, Decimal]:
    """Wilson's 95 percent interval for a share, `count` of `of` (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927)."""
    square = NORMAL**2
    share, whole = count / of, ONE + square / of
    middle = share + square / (2 * of)
    distance = NORMAL * EXACT.sqrt(share * (ONE - share) / of + square / (4 * of**2))
    # At the ends rounding would put the bound beside what was found.
    return min(max((middle - distance) / whole, ZERO), share), max(
        min((middle + distance) / whole, ONE), share
    )
