"""Clauses on the price: simple discount, fixed net price, coverage with evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import ClassVar

from nt_process.kernel.messages import N_
from nt_process.kernel.money import ZERO, exact, inner, percent
from nt_process.terms.clause import Answer, Clause, Group, Mistake, PerLine, Spec, Step
from nt_process.terms.values import SalesLine


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
        due = inner(simple_discount)
        values = [due(base, self.rate_pct) for base in group.base]
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
        prices, due = self.net_prices, inner(fixed_net_price)
        return PerLine(
            [
                due(base, line.volume, prices[line.package]) if line.package in prices else ZERO
                for line, base in zip(group.lines, group.base, strict=True)
            ]
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
            return PerLine([ZERO] * len(group.lines), (Step("before_review", ZERO),))
        return PerLine([self._due(line) for line in group.lines])

    def _due(self, line: SalesLine) -> Decimal:
        provisional = self.provisional_prices.get(line.package)
        if provisional is None or line.month >= self.review:
            return ZERO
        return coverage_with_evidence(line.volume, provisional, self.final_prices.get(line.package))

    def mistakes(self) -> Iterator[Mistake]:
        yield from Clause.mistakes(self)
        for package in self.final_prices:
            if package not in self.provisional_prices:
                yield "final_prices", "no_provisional_price", {"package": package}
