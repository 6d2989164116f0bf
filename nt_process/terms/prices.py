"""Clauses on the price: simple discount, fixed net price, coverage with evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import ClassVar

from nt_process.kernel.messages import N_
from nt_process.kernel.money import ZERO, exact, percent
from nt_process.terms.clause import Answer, Clause, Group, Mistake, PerLine, Spec, Step


@exact
def simple_discount(cost: Decimal, rate_pct: Decimal) -> Decimal:
    """R = d · S, SEK: a share of the cost.

    12.5 % of 80 000 kr:

    >>> int(simple_discount(Decimal(80000), Decimal("12.5")))
    10000
    """
    return cost * percent(rate_pct)


@exact
def fixed_net_price(cost: Decimal, volume: Decimal, net_price: Decimal) -> Decimal:
    """R = max(0, S − q · n), SEK: what `volume` packages cost beyond `net_price` kr each.

    Ten packages bought for 12 000 kr at a net price of 900 kr; a dearer net price gives nothing back:

    >>> fixed_net_price(Decimal(12000), Decimal(10), Decimal(900))
    Decimal('3000')
    >>> fixed_net_price(Decimal(12000), Decimal(10), Decimal(1300))
    Decimal('0')
    """
    return max(ZERO, cost - volume * net_price)


@exact
def coverage_with_evidence(volume: Decimal, provisional: Decimal, final: Decimal | None) -> Decimal:
    """R = q · max(0, p_prov − p_final), SEK: the provisional price less the one that the evidence bore out.

    40 packages, 1 500 kr until the review and 1 100 kr after it; before a final price stands nothing is due:

    >>> coverage_with_evidence(Decimal(40), Decimal(1500), Decimal(1100))
    Decimal('16000')
    >>> coverage_with_evidence(Decimal(40), Decimal(1500), None)
    Decimal('0')
    """
    return volume * max(ZERO, provisional - final) if final is not None else ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class SimpleDiscount(Clause):
    """A percentage of what each line costs."""

    kind: ClassVar[str] = "simple_discount"
    name: ClassVar[str] = N_("Simple discount")
    own: ClassVar[tuple[Spec, ...]] = (Spec("rate_pct", "percent", N_("Discount, percent")),)
    pooled: ClassVar[bool] = False

    rate_pct: Decimal

    def answer(self, group: Group) -> Answer:
        values = {index: simple_discount(base, self.rate_pct) for index, base in group.base.items()}
        return PerLine(values, (Step("rate", self.rate_pct, "percent"),))


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedNetPrice(Clause):
    """A net price for each package, SEK; a package without one is not touched."""

    kind: ClassVar[str] = "fixed_net_price"
    name: ClassVar[str] = N_("Fixed net price")
    own: ClassVar[tuple[Spec, ...]] = (Spec("net_prices", "prices", N_("Net price for each package, SEK")),)
    pooled: ClassVar[bool] = False

    net_prices: Mapping[str, Decimal]

    def answer(self, group: Group) -> Answer:
        base, prices = group.base, self.net_prices
        return PerLine(
            {
                index: fixed_net_price(base[index], line.volume, prices[line.package])
                for index, line in group.lines.items()
                if line.package in prices
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageWithEvidence(Clause):
    """Paid at a provisional price until the day `review`; the difference to the final price is given back.

    The final prices are written in by an amendment when the evidence has been weighed.
    """

    kind: ClassVar[str] = "coverage_with_evidence"
    name: ClassVar[str] = N_("Coverage with evidence")
    own: ClassVar[tuple[Spec, ...]] = (
        Spec("provisional_prices", "prices", N_("Provisional price for each package, SEK")),
        Spec("review", "day", N_("Day of the review")),
        Spec("final_prices", "prices", N_("Final price for each package, SEK"), required=False),
    )
    pooled: ClassVar[bool] = False

    provisional_prices: Mapping[str, Decimal]
    review: date
    final_prices: Mapping[str, Decimal] = field(default_factory=dict)

    def answer(self, group: Group) -> Answer:
        if group.until < self.review:
            return PerLine({}, (Step("before_review", ZERO),))
        values = {}
        for index, line in group.lines.items():
            provisional = self.provisional_prices.get(line.package)
            if provisional is not None and line.month < self.review:
                final = self.final_prices.get(line.package)
                values[index] = coverage_with_evidence(line.volume, provisional, final)
        return PerLine(values)

    def mistakes(self) -> Iterator[Mistake]:
        yield from Clause.mistakes(self)
        for package in self.final_prices:
            if package not in self.provisional_prices:
                yield "final_prices", "no_provisional_price", {"package": package}
