"""The state's share of a year's rebate as it is settled with the state: forecast, deducted, final, and the rest. Pure.

Source: SKR, EkonomiNytt on the state grant 2023, "Reglering av återbäring": a forecast in December, the state's share of it
taken off the payment of February, a final settlement in March, and the difference at the latest in May. From 2024 the
state's share of the forecast is taken off the grant in advance, and no document states how the difference is settled.

The documents leave the forecast to whoever makes it. Here it is what has been settled of the year by the end of December,
and for the months that no run has reached the same as for those one has: settled / months settled * months bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from nt_process.financing.payments import Month
from nt_process.financing.rebate_split import DEDUCTION, RebateRule, rebate_calendar, split_rebate
from nt_process.kernel.calendar import add_months
from nt_process.kernel.money import ORE, ZERO, exact, round_half_up


@dataclass(frozen=True, slots=True)
class Run:
    """An approved run: on which day, to the end of which quarter, and what it added of one region's year, SEK."""

    approved: date
    until: date
    added: Decimal


@dataclass(frozen=True, slots=True)
class Rebate:
    """A region's rebate of a year under one agreement, SEK: as it was forecast (None: nothing had been settled), as it was
    known for the final settlement, and as it is known now. While a day has not come, what is known now stands for it.
    """

    forecast: Decimal | None
    final: Decimal
    now: Decimal


@dataclass(frozen=True, slots=True)
class Days:
    """When each step of a year's share is taken."""

    forecast: date
    deducted: date
    final: date
    rest: date


@dataclass(frozen=True, slots=True)
class Share:
    """What of a year's rebate is the state's, SEK, step by step. `rest` is final less deducted; what was found later is
    `later`. deducted + rest + later is the state's share of all that is known now. `rest` and `later` are None where no
    document states how the difference is settled, and all of them where none states the shares.
    """

    rebate: Rebate
    forecast: Decimal | None
    deducted: Decimal | None
    final: Decimal | None
    rest: Decimal | None
    later: Decimal | None


def days_of(year: int) -> Days:
    """The last day of each of the four months."""
    calendar = rebate_calendar(year)
    return Days(
        *(_last(one) for one in (calendar.forecast, calendar.deduction, calendar.final, calendar.adjustment))
    )


def _last(month: Month) -> date:
    return add_months(date(month.year, month.month, 1), 1) - timedelta(days=1)


@exact
def rebate_of(runs: Sequence[Run], bound: Iterable[date], year: int) -> Rebate:
    """`bound` are the first days of the year's months in which the region is bound; its runs are all of the agreement."""
    days = days_of(year)
    by_december = [run for run in runs if run.approved <= days.forecast]
    until = max((run.until for run in by_december), default=date.min)
    months = sorted(bound)
    settled = sum(month <= until for month in months)
    known = sum((run.added for run in by_december), ZERO)
    forecast = round_half_up(known * len(months) / settled, ORE) if settled else None
    final = sum((run.added for run in runs if run.approved <= days.final), ZERO)
    return Rebate(forecast, final, sum((run.added for run in runs), ZERO))


def together(rebates: Iterable[Rebate]) -> Rebate:
    """The rebates of one region from one company's agreements as one."""
    forecast, final, now = None, ZERO, ZERO
    for one in rebates:
        if one.forecast is not None:
            forecast = one.forecast + (forecast or ZERO)
        final += one.final
        now += one.now
    return Rebate(forecast, final, now)


def share_of(rebate: Rebate, rule: RebateRule | None) -> Share:
    """The state's share of a rebate, by the rule of its year."""
    if rule is None:
        return Share(rebate, None, None, None, None, None)
    forecast = None if rebate.forecast is None else split_rebate(rebate.forecast, rule).state
    final, now = split_rebate(rebate.final, rule).state, split_rebate(rebate.now, rule).state
    deducted = forecast or ZERO
    if rule.method != DEDUCTION:
        return Share(rebate, forecast, deducted, final, None, None)
    return Share(rebate, forecast, deducted, final, final - deducted, now - final)


def summed(shares: Sequence[Share]) -> Share:
    """The sums of a column each; a column that some row has no figure for adds up those that have one."""

    def column(name: str) -> Decimal | None:
        figures = [figure for one in shares if (figure := getattr(one, name)) is not None]
        return sum(figures, ZERO) if figures else None

    names = ("forecast", "deducted", "final", "rest", "later")
    return Share(together(one.rebate for one in shares), *(column(name) for name in names))
