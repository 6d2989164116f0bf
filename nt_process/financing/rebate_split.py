"""How state and regions share the rebate of the joint agreements, and when it is settled.

Source: SKR, EkonomiNytt on the state grant 2023, "Reglering av återbäring": 60/40 originally, 70/30
for 2023 only, 60/40 again for 2024; a forecast in December, a deduction in the payment of February, a
final settlement in March, the rest at the latest in May. From 2024 the grant is a "nettostatsbidrag"
in which TLV's forecast is taken off in advance (Västra Götalandsregionen, Kostnadsansvar för läkemedel).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from nt_process.financing.payments import (
    REBATE_ADJUSTMENT_MONTH,
    REBATE_DEDUCTION_MONTH,
    Month,
)
from nt_process.kernel.money import ORE, exact, percent, round_half_up

FORECAST_MONTH = 12
FINAL_MONTH = 3

DEDUCTION = "deduction"
NET_GRANT = "net_grant"


@dataclass(frozen=True, slots=True)
class RebateRule:
    """The shares of a span of years (percent), and whether the state's is deducted or netted."""

    first_year: int
    last_year: int
    regions_pct: Decimal
    state_pct: Decimal
    method: str
    source: str

    def __post_init__(self) -> None:
        if self.regions_pct + self.state_pct != 100:
            raise ValueError("the shares of regions and state do not add up to 100 percent")


def rule_for(year: int, rules: Sequence[RebateRule]) -> RebateRule | None:
    """The rule in force for a year's rebate, or None where no document states one."""
    return next((rule for rule in rules if rule.first_year <= year <= rule.last_year), None)


@dataclass(frozen=True, slots=True)
class Shares:
    """A rebate in SEK and its two shares; `state_unrounded` before rounding to öre."""

    total: Decimal
    state_unrounded: Decimal
    state: Decimal
    regions: Decimal


@exact
def split_rebate(total_sek: Decimal, rule: RebateRule, step: Decimal = ORE) -> Shares:
    """Split a rebate of `total_sek` (a multiple of `step`) between state and regions.

    The state's share is rounded half up to `step`; the regions have the rest, so the two add up.
    """
    unrounded = total_sek * percent(rule.state_pct)
    state = round_half_up(unrounded, step)
    return Shares(total_sek, unrounded, state, total_sek - state)


@dataclass(frozen=True, slots=True)
class RebateCalendar:
    """The four months in which a year's rebate is forecast, deducted, settled and adjusted."""

    forecast: Month
    deduction: Month
    final: Month
    adjustment: Month


def rebate_calendar(year: int) -> RebateCalendar:
    """The calendar of a year's rebate, for the years in which the state's share is deducted."""
    return RebateCalendar(
        forecast=Month(year, FORECAST_MONTH),
        deduction=Month(year + 1, REBATE_DEDUCTION_MONTH),
        final=Month(year + 1, FINAL_MONTH),
        adjustment=Month(year + 1, REBATE_ADJUSTMENT_MONTH),
    )


@dataclass(frozen=True, slots=True)
class RebateSettlement:
    """A rebate from forecast to final, SEK. `adjustment` is what May takes beyond February (it is
    negative when the forecast was too high): deduction + adjustment = the state's final share."""

    final: Shares
    forecast: Shares
    deduction: Decimal
    adjustment: Decimal


@exact
def settle_rebate(
    forecast_sek: Decimal, final_sek: Decimal, rule: RebateRule, step: Decimal = ORE
) -> RebateSettlement:
    """The state's share by forecast, by outcome, and the difference that is settled in May."""
    forecast, final = split_rebate(forecast_sek, rule, step), split_rebate(final_sek, rule, step)
    return RebateSettlement(final, forecast, forecast.state, final.state - forecast.state)


@exact
def net_grant(gross_sek: Decimal, forecast_sek: Decimal, rule: RebateRule) -> Decimal:
    """The grant of a year with a net grant, SEK: gross less the state's share of the forecast.

    How the difference to the outcome is settled under this method is not stated in the sources.
    """
    return gross_sek - split_rebate(forecast_sek, rule).state
