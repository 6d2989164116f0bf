"""Sharing gains and losses: what the state pays or gets back when costs leave a corridor.

Source: SKR, EkonomiNytt on the state grant 2023, "Vinst- och förlustdelningsmodell": when costs are
more than 3 percent above the agreed amount, the state finances 50 percent of the deviation beyond 3
percent; "på motsvarande sätt" a repayment when they are more than 3 percent below. For hepatitis C,
70 percent of the actual cost is compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from nt_process.kernel.money import ZERO, exact, percent


@dataclass(frozen=True, slots=True)
class Corridor:
    """How far costs may deviate (percent of the agreed amount), and the share settled beyond."""

    width_pct: Decimal
    share_pct: Decimal


@dataclass(frozen=True, slots=True)
class GainLoss:
    """The settlement and its steps, all in the unit of the agreed amount (million SEK).

    `beyond` is the deviation outside the corridor, negative below it. `settlement` is positive when
    the state pays the regions and negative when the regions repay.
    """

    agreed: Decimal
    actual: Decimal
    compared: Decimal
    lower_edge: Decimal
    upper_edge: Decimal
    deviation: Decimal
    beyond: Decimal
    settlement: Decimal


@exact
def gain_loss(
    agreed: Decimal, actual: Decimal, corridor: Corridor, cost_share_pct: Decimal = Decimal(100)
) -> GainLoss:
    """Settle a year's actual cost against the agreed amount.

    compared = cost_share * actual (70 percent for hepatitis C, otherwise all of it); edges =
    agreed * (1 - width) and agreed * (1 + width); settlement = share * (max(0, compared - upper) -
    max(0, lower - compared)), continuous at both edges. Nothing is rounded. That a repayment also
    is half is how "på motsvarande sätt" is read here; whether costs are before or after rebates is
    not stated, so the caller decides what to hand in.
    """
    width = percent(corridor.width_pct)
    compared = actual * percent(cost_share_pct)
    lower, upper = agreed * (1 - width), agreed * (1 + width)
    beyond = max(ZERO, compared - upper) - max(ZERO, lower - compared)
    return GainLoss(
        agreed=agreed,
        actual=actual,
        compared=compared,
        lower_edge=lower,
        upper_edge=upper,
        deviation=compared - agreed,
        beyond=beyond,
        settlement=beyond * percent(corridor.share_pct),
    )
