"""Who pays for a drug inside a region: the prescriber's unit, a central account, or someone else.

Source: Västra Götalandsregionen, "Kostnadsansvar för läkemedel" (2026-02-09). The rules and their
quotations are in `data/regional_vgr.py`; the document does not rank its exceptions, so the order
there, the first that applies, is a choice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from nt_process.kernel.calendar import add_months
from nt_process.kernel.money import ORE, ZERO, exact, largest_remainder, percent, round_half_up

PRESCRIBER_UNIT = "prescriber_unit"
CENTRAL = "central"
COMMUNICABLE_DISEASE_UNIT = "communicable_disease_unit"
MIGRATION_AGENCY = "migration_agency"
HOME_REGION = "home_region"

INTRODUCTION_MONTHS = 24

Channel = Literal["prescription", "requisition"]
Prescriber = Literal["own", "without-responsibility", "other-region"]
Patient = Literal["resident", "other-region", "asylum-seeker", "without-permit"]
Disease = Literal["hiv", "hepatitis-c", "other"]


@dataclass(frozen=True, slots=True)
class Introduction:
    """Introduction financing: its first day, the extra drug cost that it covers, SEK, and for how many months; usually
    two years."""

    start: date
    extra_cost: Decimal
    months: int = INTRODUCTION_MONTHS

    @property
    def end(self) -> date:
        """The first day after the period."""
        return add_months(self.start, self.months)


@dataclass(frozen=True, slots=True)
class Purchase:
    """One purchase of a drug. `price` in SEK: pharmacy retail price (AUP) on prescription, purchase
    or contract price (AIP) on requisition. `communicable` is the disease when the drug is
    prescribed under the Communicable Diseases Act (benefit type S)."""

    day: date
    channel: Channel
    price: Decimal
    patient_fee: Decimal = ZERO
    atc: str = ""
    prescriber: Prescriber = "own"
    patient: Patient = "resident"
    communicable: Disease | None = None
    general_vaccination: bool = False
    acute_store: bool = False
    solidarity_listed: bool = False
    introduction: Introduction | None = None

    @property
    def cost(self) -> Decimal:
        """What is to be paid, SEK: the price less the patient's own fee, which only prescriptions
        outside the Communicable Diseases Act have."""
        has_fee = self.channel == "prescription" and self.communicable is None
        return self.price - self.patient_fee if has_fee else self.price


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of cost responsibility: when it applies, who pays which percentage, since when.

    `valid_from` and `valid_to` are inclusive days; None means that the document gives none. Where
    the extra cost of an introduction is paid, `shares` says who pays the rest.
    """

    code: str
    title: str
    shares: tuple[tuple[str, Decimal], ...]
    applies: Callable[[Purchase], bool]
    quotation: str
    valid_from: date | None = None
    valid_to: date | None = None
    extra_cost_payer: str | None = None

    def in_force(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class Part:
    """What one payer bears, SEK: `share_pct` of the amount the share is taken from."""

    payer: str
    share_pct: Decimal
    unrounded: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Responsibility:
    """The rule that decides a purchase and what each payer bears; the parts add up to the cost."""

    rule: Rule
    parts: tuple[Part, ...]


@exact
def who_pays(purchase: Purchase, rules: Sequence[Rule]) -> Responsibility:
    """The first rule in force that applies, and its parts in öre.

    Each payer but the last has its percentage rounded half up to öre; the last has the rest, so the
    parts add up. The extra cost of an introduction goes whole to the payer of the rule, and the
    percentages are taken of what remains. Raises LookupError when no rule applies, and ValueError
    when the fee exceeds the price or the extra cost the cost.
    """
    rule = next((rule for rule in rules if rule.in_force(purchase.day) and rule.applies(purchase)), None)
    if rule is None:
        raise LookupError("no rule applies")
    extra = purchase.introduction.extra_cost if rule.extra_cost_payer and purchase.introduction else ZERO
    remaining = purchase.cost - extra
    if remaining < 0 or purchase.cost < 0:
        raise ValueError("the fee or the extra cost is larger than what it is part of")
    parts = [Part(rule.extra_cost_payer, Decimal(100), extra, extra)] if rule.extra_cost_payer else []
    left = remaining
    for place, (payer, share) in enumerate(rule.shares, 1):
        unrounded = remaining * percent(share)
        amount = left if place == len(rule.shares) else round_half_up(unrounded, ORE)
        parts.append(Part(payer, share, unrounded, amount))
        left -= amount
    return Responsibility(rule, tuple(parts))


def return_rebate(rebate_sek: Decimal, cost_by_unit: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """A quarter's rebate back to the units that bore the cost, in öre, adding up to the rebate.

    unit's part = rebate * unit's cost / sum of costs, by largest remainder. Source: "återbäringen
    återförs till den verksamhet som haft kostnaden för läkemedlet. Återbäringen fördelas ut
    kvartalsvis"; in proportion to cost is how it is read here. Raises ValueError when the rebate
    has fractions of an öre, or no unit has a cost.
    """
    return largest_remainder(rebate_sek, cost_by_unit, ORE)
