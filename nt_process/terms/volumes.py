"""Clauses on sums: tiered volume, spend cap, subscription."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import ClassVar

from nt_process.kernel.messages import N_
from nt_process.kernel.money import ZERO, exact, percent
from nt_process.terms.clause import Answer, Group, Mistake, Pooled, PooledClause, Spec, Step

MARGINAL, ALL_UNITS = "marginal", "all_units"
Tier = tuple[Decimal, Decimal]
"""From which volume (packages), and the rate there (percent). A tier ends where the next one begins."""


@exact
def marginal_tiers(cost: Decimal, volume: Decimal, tiers: Sequence[Tier]) -> Decimal:
    """R = Σ d_k · p · max(0, min(Q, U_k) − L_k), SEK, with p = S / Q: each rate on its own slice alone.

    150 packages for 150 000 kr, 10 % from the first and 20 % from the 100th: 100 at 100 kr and 50 at 200 kr.

    >>> tiers = [(Decimal(0), Decimal(10)), (Decimal(100), Decimal(20))]
    >>> int(marginal_tiers(Decimal(150000), Decimal(150), tiers))
    20000
    """
    if not volume:
        return ZERO
    ends = [*(begins for begins, _ in tiers[1:]), volume]
    weighted = sum(
        (
            percent(rate) * max(ZERO, min(volume, end) - begins)
            for (begins, rate), end in zip(tiers, ends, strict=True)
        ),
        ZERO,
    )
    return cost * weighted / volume


@exact
def all_units_tiers(cost: Decimal, volume: Decimal, tiers: Sequence[Tier]) -> Decimal:
    """R = d_k(Q) · S, SEK: the rate of the highest tier that is reached, on everything.

    The same tiers: 99 packages for 99 000 kr have 10 % on all, 100 packages for 100 000 kr have 20 % on all.

    >>> tiers = [(Decimal(0), Decimal(10)), (Decimal(100), Decimal(20))]
    >>> [int(all_units_tiers(Decimal(n * 1000), Decimal(n), tiers)) for n in (99, 100)]
    [9900, 20000]
    """
    reached = [rate for begins, rate in tiers if begins <= volume]
    return cost * percent(reached[-1]) if reached else ZERO


@exact
def spend_cap(cost: Decimal, cap: Decimal, share_pct: Decimal) -> Decimal:
    """R = s · max(0, S − C), SEK: the company pays back a share of what is spent beyond the cap.

    1 200 000 kr against a cap of 1 000 000 kr, three quarters paid back:

    >>> [int(spend_cap(Decimal(cost), Decimal(1000000), Decimal(75))) for cost in (1200000, 1000000)]
    [150000, 0]
    """
    return percent(share_pct) * max(ZERO, cost - cap)


@exact
def subscription(cost: Decimal, fee: Decimal) -> tuple[Decimal, Decimal]:
    """R = max(0, S − A), SEK, and what the buyers lack to the fee A, max(0, A − S).

    For a fee of 500 000 kr, 620 000 kr is bought in one span and 450 000 kr in another:

    >>> subscription(Decimal(620000), Decimal(500000)), subscription(Decimal(450000), Decimal(500000))
    ((Decimal('120000'), Decimal('0')), (Decimal('0'), Decimal('50000')))
    """
    return max(ZERO, cost - fee), max(ZERO, fee - cost)


@dataclass(frozen=True, slots=True, kw_only=True)
class TieredVolume(PooledClause):
    """A rate that grows with the volume, `marginal` (each slice its own rate) or `all_units`."""

    kind: ClassVar[str] = "tiered_volume"
    name: ClassVar[str] = N_("Tiered volume discount")
    own: ClassVar[tuple[Spec, ...]] = (
        Spec("mode", "choice", N_("The rate applies to"), choices=(MARGINAL, ALL_UNITS)),
        Spec("tiers", "tiers", N_("Tiers: from which volume, and the discount, percent")),
    )

    mode: str
    tiers: tuple[Tier, ...]

    def answer(self, group: Group) -> Answer:
        formula = marginal_tiers if self.mode == MARGINAL else all_units_tiers
        total = formula(group.cost, group.volume, self.tiers)
        reached = [begins for begins, _ in self.tiers if begins <= group.volume]
        return Pooled(
            total,
            (
                Step("cost", group.cost),
                Step("volume", group.volume, "packages"),
                *(Step("tier_reached", begins, "packages") for begins in reached[-1:]),
            ),
        )

    def mistakes(self) -> Iterator[Mistake]:
        yield from PooledClause.mistakes(self)
        if any(later <= earlier for (earlier, _), (later, _) in pairwise(self.tiers)):
            yield "tiers", "tiers_out_of_order", {}
        # A rate that fell would take back what has been earned, which no reader of a tier expects.
        if any(later < earlier for (_, earlier), (_, later) in pairwise(self.tiers)):
            yield "tiers", "rates_fall", {}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendCap(PooledClause):
    """A share of what is spent beyond a cap is paid back."""

    kind: ClassVar[str] = "spend_cap"
    name: ClassVar[str] = N_("Spend cap")
    own: ClassVar[tuple[Spec, ...]] = (
        Spec("cap", "money", N_("Cap, SEK")),
        Spec("share_pct", "percent", N_("Share paid back beyond the cap, percent")),
    )

    cap: Decimal
    share_pct: Decimal

    def answer(self, group: Group) -> Answer:
        cost = group.cost
        steps = (
            Step("cost", cost),
            Step("cap", self.cap),
            Step("beyond_cap", max(ZERO, cost - self.cap)),
            Step("share", self.share_pct, "percent"),
        )
        return Pooled(spend_cap(cost, self.cap, self.share_pct), steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription(PooledClause):
    """A fee for as much as is needed; what is bought beyond it is paid back.

    What the buyers lack to the fee is told as a step of its own. It is their debt and never a negative rebate.
    """

    kind: ClassVar[str] = "subscription"
    name: ClassVar[str] = N_("Subscription")
    own: ClassVar[tuple[Spec, ...]] = (Spec("fee", "money", N_("Fee, SEK")),)

    fee: Decimal

    def answer(self, group: Group) -> Answer:
        due, lacking = subscription(group.cost, self.fee)
        return Pooled(due, (Step("cost", group.cost), Step("fee", self.fee), Step("below_fee", lacking)))
