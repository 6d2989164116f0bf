"""What terms come to in an invented first year, so that whoever offers them sees the figures before they bind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from nt_process.kernel.calendar import add_months
from nt_process.kernel.money import ORE, ZERO, exact, percent, round_half_up
from nt_process.terms.clause import last_of_month
from nt_process.terms.contract import Contract, Result, evaluate
from nt_process.terms.prices import CoverageWithEvidence
from nt_process.terms.values import FAILED, MET, Cohort, Counts, Doses, Outcome, SalesLine

MONTHS = 12
# One region with one unit buys everything; no region is meant.
_REGION, _UNIT = "00", "-"


@dataclass(frozen=True, slots=True)
class Year:
    """What is assumed: packages of each kind a month, the list price of a package in SEK, how many patients begin in the
    first month, how many doses each has, and for how many of them, in per cent, each outcome is reached."""

    volume: Decimal
    price: Decimal
    patients: int = 0
    doses: int = 0
    met: Decimal = ZERO


@exact
def worked(contract: Contract, year: Year) -> Result:
    """What is due for the contract's first twelve months, or for as many as it has.

    Evidence that is weighed later is taken as weighed, so that its difference is seen too.
    """
    months = [add_months(contract.starts, number) for number in range(MONTHS)]
    months = [month for month in months if contract.within(month)]
    amount = round_half_up(year.volume * year.price, ORE)
    sales = [
        SalesLine(package, _REGION, _UNIT, month, year.volume, amount)
        for package in contract.packages
        for month in months
    ]
    return evaluate(contract, sales, _counts(contract, year, amount * len(sales)), _until(contract, months))


def _until(contract: Contract, months: Iterable[date]) -> date:
    reviews = [clause.review for clause in contract.clauses if isinstance(clause, CoverageWithEvidence)]
    return max([last_of_month(month) for month in months] + reviews)


def _counts(contract: Contract, year: Year, cost: Decimal) -> Counts:
    """The patients and what comes of them; what was bought was bought for them."""
    if not year.patients:
        return Counts()
    first, each = contract.starts, cost / year.patients
    met = int((percent(year.met) * year.patients).to_integral_value(rounding=ROUND_FLOOR))
    reached = ((MET, met), (FAILED, year.patients - met))
    measures = sorted({measure for clause in contract.clauses for measure in clause.measures})
    return Counts(
        (Cohort(_REGION, first, year.patients, cost),),
        (Doses(_REGION, first, year.doses, year.patients),),
        tuple(
            Outcome(_REGION, first, measure, status, patients, each * patients)
            for measure in measures
            for status, patients in reached
        ),
    )
