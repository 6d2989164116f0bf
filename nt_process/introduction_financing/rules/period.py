"""A period of introduction financing: when it ends, what is left of its budget, and what moves to whom when it ends.

Amounts are SEK in öre, as Decimal. Days are Swedish days; a period runs from its first day until the day before the
cost moves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from nt_process.kernel.calendar import ONE_DAY, add_months
from nt_process.kernel.money import ORE, ZERO, exact, round_half_up
from nt_process.market.rules import next_reminder

# Months before the cost moves on which people are reminded; 0 is the day itself.
LADDER = (6, 3, 0)
# So many of the newest months say what a month costs now: use grows, and the first months say too little.
RECENT = 3


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` the extra cost is paid by the introduction's payer, from `moves_on` by whoever pays in the ordinary."""

    start: date
    months: int

    @property
    def moves_on(self) -> date:
        return add_months(self.start, self.months)

    @property
    def last_day(self) -> date:
        return self.moves_on - ONE_DAY

    @property
    def calendar_months(self) -> tuple[date, ...]:
        """The first day of each calendar month of which some day is in the period."""
        first, found = self.start.replace(day=1), []
        while first < self.moves_on:
            found.append(first)
            first = add_months(first, 1)
        return tuple(found)

    def days_in(self, month: date) -> int:
        """How many of the days of a calendar month (its first day) are in the period."""
        return max(0, (min(self.moves_on, add_months(month, 1)) - max(self.start, month)).days)

    def standing(self, today: date) -> str:
        """coming, running or ended."""
        if today < self.start:
            return "coming"
        return "running" if today < self.moves_on else "ended"

    def reminder(self, today: date) -> tuple[int, date] | None:
        """The rung that is next for a period that is entered or moved today, and its day; see `next_reminder`."""
        return next_reminder(LADDER, self.moves_on, today)


@dataclass(frozen=True, slots=True)
class Economy:
    """How a period stands. `forecast` is what it will have cost at its end, `over` how far that is above the budget,
    and `yearly` what moves a year when it ends; None where nothing is known to compute it from."""

    budget: Decimal | None
    spent: Decimal
    remaining: Decimal | None
    known_months: int
    all_months: int
    forecast: Decimal | None
    over: Decimal | None
    yearly: Decimal | None


@exact
def economy(period: Period, budget: Decimal | None, actuals: Mapping[date, Decimal]) -> Economy:
    """How a period stands by the amounts of its months (by the month's first day).

    The days of the period that no month tells of cost as much each as those of the newest RECENT months that do:
    forecast = spent + (days not told of) * (cost of the newest months / their days). What moves is that cost for the
    days of the first year after. A month outside the period counts for nothing.
    """
    known = {month: actuals[month] for month in period.calendar_months if month in actuals}
    spent = sum(known.values(), ZERO)
    newest = sorted(known)[-RECENT:]
    days = sum(period.days_in(month) for month in newest)
    forecast = yearly = None
    if days:
        cost = sum((known[month] for month in newest), ZERO)
        untold = (period.moves_on - period.start).days - sum(period.days_in(month) for month in known)
        year = (add_months(period.moves_on, 12) - period.moves_on).days
        forecast = round_half_up(spent + cost * untold / days, ORE)
        yearly = round_half_up(cost * year / days, ORE)
    return Economy(
        budget=budget,
        spent=spent,
        remaining=None if budget is None else budget - spent,
        known_months=len(known),
        all_months=len(period.calendar_months),
        forecast=forecast,
        over=None if budget is None or forecast is None else max(ZERO, forecast - budget),
        yearly=yearly,
    )


@dataclass(frozen=True, slots=True)
class Move:
    """What moves a year when a period ends: from one payer to others, with what each then bears (SEK)."""

    payer_before: str
    parts: Sequence[tuple[str, Decimal]]


@exact
def move(payer_before: str, shares: Sequence[tuple[str, Decimal]], yearly: Decimal) -> Move:
    """`yearly` divided on the shares (percent, adding up to 100) of whoever pays then; the last has the rest, in öre."""
    parts, left = [], yearly
    for place, (payer, share) in enumerate(shares, 1):
        amount = left if place == len(shares) else round_half_up(yearly * share.scaleb(-2), ORE)
        parts.append((payer, amount))
        left -= amount
    return Move(payer_before, tuple(parts))
