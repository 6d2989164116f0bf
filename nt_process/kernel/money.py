"""Exact amounts: one arithmetic for every sum of money, one way to round it, one way to split it.

Amounts are `Decimal` with fifty significant digits, so that sums and products of printed figures
are exact and only a division can leave a remainder. Rounding is half up (away from zero), as the
public tables of the state grant are printed; it happens where a figure is shown or paid and never
in between.

Source: the printed tables of SKR's EkonomiNytt on the state grant 2023, which are computed from
unrounded values (the columns add up only before rounding).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from decimal import (
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    FloatOperation,
    InvalidOperation,
    Overflow,
    getcontext,
    localcontext,
)
from functools import wraps
from typing import ParamSpec, TypeVar

ONE = Decimal(1)
KRONA = ONE
ORE = Decimal("0.01")
MILLION = Decimal(1_000_000)
ZERO = Decimal(0)

# A float that slips into a calculation is a programming error, so mixing one in raises.
EXACT = Context(
    prec=50, rounding=ROUND_HALF_UP, traps=[InvalidOperation, DivisionByZero, Overflow, FloatOperation]
)

# The context that the outermost exact calculation of this thread or task has made.
_within: ContextVar[Context | None] = ContextVar("exact", default=None)

P = ParamSpec("P")
R = TypeVar("R")
Key = TypeVar("Key", str, int, tuple[str, str])


def exact(calculation: Callable[P, R]) -> Callable[P, R]:
    """Run a calculation in the arithmetic of this module, whatever the caller's own context is.

    One that is called by another finds the arithmetic there and changes nothing.
    """

    @wraps(calculation)
    def in_exact_context(*args: P.args, **kwargs: P.kwargs) -> R:
        if getcontext() is _within.get():
            return calculation(*args, **kwargs)
        with localcontext(EXACT) as own:
            before = _within.set(own)
            try:
                return calculation(*args, **kwargs)
            finally:
                _within.reset(before)

    return in_exact_context


def inner(calculation: Callable[P, R]) -> Callable[P, R]:
    """An exact calculation without the way into its arithmetic, for another one that does it once for each line."""
    found: Callable[P, R] = calculation.__wrapped__  # type: ignore[attr-defined]
    return found


def round_half_up(amount: Decimal, step: Decimal = KRONA) -> Decimal:
    """`amount` at the nearest multiple of `step`; a half goes away from zero.

    3634.5 becomes 3635 and -6.5 becomes -7. The result never is a negative zero.
    """
    units = EXACT.divide(amount, step).quantize(ONE, rounding=ROUND_HALF_UP, context=EXACT)
    return EXACT.add(EXACT.multiply(units, step), ZERO)


def percent(share: Decimal) -> Decimal:
    """A percentage as a factor: 85 becomes 0.85."""
    return share.scaleb(-2, context=EXACT)


def _as_units(amount: Decimal, step: Decimal) -> int:
    units = EXACT.divide(amount, step)
    if units != units.to_integral_value():
        raise ValueError(f"{amount} is not a whole number of {step}")
    return int(units)


def _as_integers(weights: Mapping[Key, Decimal]) -> dict[Key, int]:
    """The weights on a common power of ten, so that their proportions are kept exactly."""
    exponents = [int(weight.as_tuple().exponent) for weight in weights.values()]
    shift = -min(exponents, default=0)
    return {key: int(weight.scaleb(shift, context=EXACT)) for key, weight in weights.items()}


def largest_remainder(total: Decimal, weights: Mapping[Key, Decimal], step: Decimal) -> dict[Key, Decimal]:
    """Split `total` in proportion to `weights` into whole multiples of `step` that add up to it.

    Every part is its exact share rounded down (towards zero); the units left over go one each to
    the parts with the largest remainders (Hamilton's method). Equal remainders are served in
    ascending order of key, so the order in which the weights come makes no difference. The
    remainders are compared as whole numbers, without any rounding. A negative total is split as
    its positive counterpart.

    Raises ValueError when `total` is not a multiple of `step`, a weight is negative, or the
    weights add up to nothing while there is something to split.
    """
    units = _as_units(total, step)
    whole_weights = _as_integers(weights)
    keys = sorted(weights)
    shares = dict(zip(keys, whole_shares(abs(units), [whole_weights[key] for key in keys]), strict=True))
    sign = -1 if units < 0 else 1
    return {key: EXACT.multiply(Decimal(sign * shares[key]), step) for key in weights}


def whole_shares(units: int, weights: Sequence[int]) -> list[int]:
    """`largest_remainder` of a whole number of units, none of them negative, by whole weights in ascending order of key."""
    whole = sum(weights)
    if min(weights, default=0) < 0:
        raise ValueError("a weight is negative")
    if whole == 0:
        if units:
            raise ValueError("nothing to split by: every weight is zero")
        return [0] * len(weights)
    products = [units * weight for weight in weights]
    parts = [product // whole for product in products]
    left_over = units - sum(parts)
    if left_over:
        remainders = [-(product % whole) for product in products]
        for place in sorted(range(len(parts)), key=remainders.__getitem__)[:left_over]:
            parts[place] += 1
    return parts
