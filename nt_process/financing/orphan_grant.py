"""An earmarked state grant for orphan drugs: 90 percent of the cost, out of a pot of fixed size.

Source: "Snabbare och mer jämlikt införande av nya särläkemedel", proposal 1 (the grant covers 90
percent, the regions bear about 10; the size is guaranteed with a yearly indexation for the first
three years, then a base level for five years at a time) and proposal 2 (a joint federation receives
it, bears the cost during the ten years of market exclusivity, then phases the drug out to ordinary
financing, and may carry money between years). It is a proposal, not law. It names no amount, and it
does not say what happens when the pot is exceeded: the shortage rule is a choice here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from nt_process.kernel.calendar import add_months
from nt_process.kernel.money import ZERO, exact, percent

FIRST_PERIOD_YEARS = 3
BASE_PERIOD_YEARS = 5

ShortageRule = Literal["pro-rata", "carry-over", "deficit"]


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed about the grant. Amounts in million SEK, percentages in percent.

    `pot` is the first year's; `new_bases` gives another level for a year in which a period begins.
    """

    first_year: int
    pot: Decimal
    indexation_pct: Decimal
    state_pct: Decimal = Decimal(90)
    shortage: ShortageRule = "pro-rata"
    new_bases: Mapping[int, Decimal] = field(default_factory=dict)


def is_period_start(year: int, first_year: int) -> bool:
    """Whether a new base level may be set: after the first three years, then every fifth."""
    years_after_first_period = year - first_year - FIRST_PERIOD_YEARS
    return years_after_first_period >= 0 and years_after_first_period % BASE_PERIOD_YEARS == 0


@exact
def pot_in(year: int, terms: Terms) -> Decimal:
    """The pot of a year, million SEK: the last base level, indexed once for each year since.

    pot = base * (1 + indexation) ** years since the base was set. Without a new base the
    indexation simply goes on. Raises ValueError when a new base is set in a year in which no period
    begins, or for a year before the first.
    """
    if misplaced := [start for start in terms.new_bases if not is_period_start(start, terms.first_year)]:
        raise ValueError(f"no period begins in {misplaced[0]}")
    if year < terms.first_year:
        raise ValueError(f"the grant begins in {terms.first_year}")
    bases = {terms.first_year: terms.pot, **terms.new_bases}
    set_in = max(start for start in bases if start <= year)
    return bases[set_in] * (1 + percent(terms.indexation_pct)) ** (year - set_in)


@dataclass(frozen=True, slots=True)
class OrphanYear:
    """One year of the grant, million SEK. opening + pot = granted + closing, in every year.

    `entitled` is the state's percentage of the cost; `brought_forward` and `carried_forward` are
    entitlements that the pot could not meet; `regions_pay` is the cost less what was granted.
    """

    year: int
    cost: Decimal
    entitled: Decimal
    brought_forward: Decimal
    opening: Decimal
    pot: Decimal
    granted: Decimal
    shortage: Decimal
    carried_forward: Decimal
    closing: Decimal
    regions_pay: Decimal


@exact
def project(costs: Mapping[int, Decimal], terms: Terms) -> list[OrphanYear]:
    """Follow the grant over the years of `costs` (million SEK per year, consecutive years).

    Money left in the pot stays with the federation for the next year (proposal 2). When the pot and
    what was saved do not cover the state's percentage of the cost:

    * pro-rata: the pot is shared in proportion to cost, and the regions bear the rest for good;
    * carry-over: the rest is owed and has its share of the next years' pots;
    * deficit: the grant is paid in full, and the federation's balance turns negative.

    Raises ValueError as `pot_in`, or when a year is missing.
    """
    years = sorted(costs)
    if years != list(range(terms.first_year, terms.first_year + len(years))):
        raise ValueError("the years are not consecutive from the first")
    rows: list[OrphanYear] = []
    opening = brought_forward = ZERO
    for year in years:
        pot = pot_in(year, terms)
        entitled = costs[year] * percent(terms.state_pct)
        due = entitled + brought_forward
        available = opening + pot
        granted = due if terms.shortage == "deficit" else min(due, available)
        carried = due - granted if terms.shortage == "carry-over" else ZERO
        rows.append(
            OrphanYear(
                year=year,
                cost=costs[year],
                entitled=entitled,
                brought_forward=brought_forward,
                opening=opening,
                pot=pot,
                granted=granted,
                shortage=max(ZERO, due - available),
                carried_forward=carried,
                closing=available - granted,
                regions_pay=costs[year] - granted,
            )
        )
        opening, brought_forward = available - granted, carried
    return rows


@dataclass(frozen=True, slots=True)
class OrphanProduct:
    """A drug in the pot: yearly cost in million SEK, first day of use, end of exclusivity.

    The exclusivity is that of the indication and its actual end is what counts: ten years, six or
    twelve in some cases (Regulation (EC) 141/2000, article 8).
    """

    name: str
    yearly_cost: Decimal
    first_day: date
    exclusivity_end: date


@exact
def covered_cost(products: Iterable[OrphanProduct], year: int, glide_years: int = 0) -> Decimal:
    """The cost that the pot covers in a year, million SEK.

    Each product counts by days, from its first day until its exclusivity ends. "Fasas ut" has no
    ramp in the source: with `glide_years` 0 it leaves in one step; with n, the covered share falls
    by 1 / (n + 1) on the last day of exclusivity and on each of its n anniversaries.
    """
    whole_year = (date(year + 1, 1, 1) - date(year, 1, 1)).days * (glide_years + 1)
    weighted = (product.yearly_cost * _covered_days(product, year, glide_years) for product in products)
    return sum(weighted, ZERO) / whole_year


def _covered_days(product: OrphanProduct, year: int, glide_years: int) -> int:
    """Days of the year that the pot covers, each counted glide_years + 1 times before any step down."""
    year_start, year_end = date(year, 1, 1), date(year + 1, 1, 1)
    steps = [product.first_day]
    steps += [add_months(product.exclusivity_end, 12 * glided) for glided in range(glide_years + 1)]
    covered = 0
    for passed, (start, end) in enumerate(pairwise(steps)):
        days = (min(end, year_end) - max(start, year_start)).days
        covered += max(0, days) * (glide_years + 1 - passed)
    return covered
