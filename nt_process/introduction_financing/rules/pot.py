"""The earmarked state grant for orphan drugs, as it is proposed: joint liability, its end, and the pot against the forecast.

Source: "Snabbare och mer jämlikt införande av nya särläkemedel", proposals 1 and 2 (domain §3), and Regulation (EC)
141/2000, article 8, for market exclusivity. It is a proposal. The arithmetic of the pot is
`nt_process.financing.orphan_grant`; here is what a register of medicines adds to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from nt_process.financing.orphan_grant import OrphanProduct, OrphanYear, Terms, covered_cost, project
from nt_process.kernel.calendar import add_months
from nt_process.kernel.money import MILLION, ORE, ZERO, exact, largest_remainder

USUAL_YEARS, REDUCED_YEARS, LONGEST_YEARS = 10, 6, 12
# Months before the end of joint liability on which the regions are warned.
LADDER = (36, 24, 12)
YEARS_SHOWN = 10
# From this share of what there is, a year without a shortage is shown as close to one.
CLOSE = Decimal(95)


def usual_end(start: date) -> date:
    """The day on which ten years of market exclusivity have passed: the first without joint liability."""
    return add_months(start, 12 * USUAL_YEARS)


def why_not_an_end(start: date, end: date) -> str | None:
    """Why a day cannot be the actual end: exclusivity_too_short (six years, the reduced time, have not passed) or
    exclusivity_too_long (twelve, the longest there is, have); None when it can."""
    if end < add_months(start, 12 * REDUCED_YEARS):
        return "exclusivity_too_short"
    return "exclusivity_too_long" if end > add_months(start, 12 * LONGEST_YEARS) else None


@dataclass(frozen=True, slots=True)
class PotYear:
    """A year of the pot. `outcome`: its cost is what the regions have stated, and no forecast. `level`: shortage, close
    or enough. Amounts are million SEK."""

    row: OrphanYear
    outcome: bool
    level: str

    @property
    def used_pct(self) -> Decimal:
        return used_pct(self.row)


@exact
def used_pct(row: OrphanYear) -> Decimal:
    """What is due of what there is, in percent."""
    available = row.opening + row.pot
    due = row.entitled + row.brought_forward
    return due * 100 / available if available > 0 else Decimal(100 if due else 0)


def forecast(
    products: Sequence[OrphanProduct], outcomes: Mapping[int, Decimal], terms: Terms, today: date
) -> list[PotYear]:
    """The pot year by year from its first, at least YEARS_SHOWN years from `today`.

    `outcomes`: what the regions have stated of past years, million SEK; it takes the place of the forecast. The forecast
    of a year is each medicine's yearly cost for the days of joint liability. Raises as `orphan_grant.project`.
    """
    last = max(terms.first_year, today.year) + YEARS_SHOWN - 1
    told = {year: cost for year, cost in outcomes.items() if terms.first_year <= year < today.year}
    costs = {year: told.get(year, covered_cost(products, year)) for year in range(terms.first_year, last + 1)}
    return [PotYear(row, row.year in told, _level(row)) for row in project(costs, terms)]


def _level(row: OrphanYear) -> str:
    if row.shortage > 0:
        return "shortage"
    return "close" if row.cost and used_pct(row) >= CLOSE else "enough"


def first_shortage(years: Sequence[PotYear]) -> PotYear | None:
    """The first year in which the forecast is more than there is."""
    return next((one for one in years if one.level == "shortage"), None)


@dataclass(frozen=True, slots=True)
class OwnShare:
    """What a region has of the grant for a year and bears itself, SEK; together its cost."""

    cost: Decimal
    granted: Decimal
    own: Decimal


@exact
def share_of(cost: Decimal, year: OrphanYear) -> OwnShare:
    """A region's part of a year's grant, by its cost (SEK) of the cost of all, rounded down to öre so that all parts
    together are never more than the grant; the rest it bears itself. What one region may be told, who knows no other's
    cost; `shares_of_all` divides the öre that are left over too."""
    if not year.cost:
        return OwnShare(cost, ZERO, cost)
    granted = (cost * year.granted / year.cost).quantize(ORE, rounding=ROUND_FLOOR)
    return OwnShare(cost, granted, cost - granted)


@exact
def shares_of_all(costs: Mapping[str, Decimal], granted: Decimal) -> dict[str, OwnShare]:
    """A grant (SEK in öre) divided on all regions by their costs (SEK), exactly. Raises as `largest_remainder`."""
    parts = largest_remainder(granted, costs, ORE)
    return {code: OwnShare(cost, parts[code], cost - parts[code]) for code, cost in costs.items()}


@exact
def in_millions(amount: Decimal) -> Decimal:
    return amount / MILLION
