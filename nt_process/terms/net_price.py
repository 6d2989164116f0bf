"""What one package costs under a contract, as far as its clauses say so by the package.

A discount and a net price hold for every package that is bought. Caps, tiers, counts of patients and outcomes hold for
sums, and give no price of a package before the sums are known; they are named, and nothing is made of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from nt_process.kernel.money import exact
from nt_process.terms.clause import REMAINING, Clause
from nt_process.terms.contract import Contract, evaluate
from nt_process.terms.prices import CoverageWithEvidence, FixedNetPrice, SimpleDiscount
from nt_process.terms.values import Counts, SalesLine


@dataclass(frozen=True, slots=True)
class Stated:
    """What a clause, by its number in the contract, says of a package: a discount in per cent, or a price in SEK."""

    number: int
    kind: str
    rate_pct: Decimal | None = None
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PackagePrice:
    """What a contract says of a package. `stated`: by the package. `unstated`: (number, kind) of the clauses that hold for
    it without giving a price of it. `net`: SEK to the öre; None where no clause states one or there is no list price.
    """

    stated: tuple[Stated, ...]
    unstated: tuple[tuple[int, str], ...]
    net: Decimal | None


@exact
def package_price(contract: Contract, package: str, list_price: Decimal | None, day: date) -> PackagePrice:
    """The price of `package` on a day under the contract; `list_price` is what the clauses count from, SEK.

    A discount of 12.5 % and after it a net price of 900 kr, of a package that costs 1 200 kr: the discount
    leaves 1 050 kr, and the net price 900 kr; so the package costs 750 kr where both count from the list, and
    900 kr where the net price counts from what remains:

    >>> clauses = (
    ...     SimpleDiscount(rate_pct=Decimal("12.5")),
    ...     FixedNetPrice(net_prices={"A": Decimal(900)}, basis=REMAINING),
    ... )
    >>> contract = Contract(date(2026, 1, 1), None, ("A",), clauses)
    >>> package_price(contract, "A", Decimal(1200), date(2026, 5, 20)).net
    Decimal('900.00')
    """
    line = SalesLine(package, "", "", day.replace(day=1), Decimal(1), list_price or Decimal(0))
    held = [(number, one) for number, one in enumerate(contract.clauses, 1) if _holds(one, contract, line)]
    sums_before = False
    stated: list[Stated] = []
    unstated: list[tuple[int, str]] = []
    priced: list[Clause] = []
    for number, clause in held:
        found = None if sums_before and clause.basis == REMAINING else _said(number, clause, package)
        if found is not None:
            stated.append(found)
            priced.append(clause)
        else:
            unstated.append((number, clause.kind))
            sums_before = True
    net = None
    if priced and list_price is not None:
        alone = replace(contract, clauses=tuple(priced))
        net = evaluate(alone, [line], Counts(), day).left[0]
    return PackagePrice(tuple(stated), tuple(unstated), net)


def _holds(clause: Clause, contract: Contract, line: SalesLine) -> bool:
    if line.package not in contract.packages or not contract.within(line.month) or not clause.covers(line):
        return False
    if isinstance(clause, FixedNetPrice):
        return line.package in clause.net_prices
    if isinstance(clause, CoverageWithEvidence):
        return line.package in clause.provisional_prices
    return True


def _said(number: int, clause: Clause, package: str) -> Stated | None:
    if isinstance(clause, SimpleDiscount):
        return Stated(number, clause.kind, rate_pct=clause.rate_pct)
    if isinstance(clause, FixedNetPrice):
        return Stated(number, clause.kind, price=clause.net_prices[package])
    return None
