"""When the state grant is paid: twelve monthly instalments, two months late, less the rebate.

Source: SKR, EkonomiNytt on the state grant 2023, "Utbetalningen per månad sker med 1/12 av årets
bidrag … med 2 månaders eftersläpning, det vill säga beloppet för januari betalas ut i mars", and
"Reglering av återbäring": a reduction in February and the last adjustment at the latest in May.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from nt_process.kernel.money import EXACT, KRONA, ZERO, exact, largest_remainder

INSTALMENTS_PER_YEAR = 12
PAYMENT_LAG_MONTHS = 2
REBATE_DEDUCTION_MONTH = 2
REBATE_ADJUSTMENT_MONTH = 5


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month, written 2024-02."""

    year: int
    month: int

    def later(self, months: int) -> Month:
        years, index = divmod(self.month - 1 + months, 12)
        return Month(self.year + years, index + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


@dataclass(frozen=True, slots=True)
class Instalment:
    """One twelfth of a year's grant: for which month, paid in which, SEK unrounded and as paid."""

    earned: Month
    paid: Month
    unrounded_sek: Decimal
    amount_sek: Decimal


@exact
def instalments(year: int, grant_sek: Decimal, step: Decimal = KRONA) -> list[Instalment]:
    """The twelve instalments of a year's grant, which add up to it.

    An instalment is grant / 12. The source does not say how whole kronor are made of it; here the
    first eleven are rounded down to `step` and the twelfth takes what is left. Raises ValueError
    for a negative grant.
    """
    if grant_sek < 0:
        raise ValueError("a grant is not negative")
    twelfth = grant_sek / INSTALMENTS_PER_YEAR
    even = twelfth.quantize(step, rounding=ROUND_DOWN, context=EXACT)
    last = grant_sek - even * (INSTALMENTS_PER_YEAR - 1)
    months = [Month(year, 1).later(index) for index in range(INSTALMENTS_PER_YEAR)]
    return [
        Instalment(month, month.later(PAYMENT_LAG_MONTHS), twelfth, last if month is months[-1] else even)
        for month in months
    ]


@dataclass(frozen=True, slots=True)
class RebateReduction:
    """How much of a region's grant the state's share of the rebate takes, SEK.

    `in_february` follows the December forecast; `in_may` is the difference to the final settlement
    and negative when the forecast was too high.
    """

    in_february: Decimal
    in_may: Decimal


@exact
def reductions_by_grant(
    in_february: Decimal, in_may: Decimal, grants: Mapping[str, Decimal]
) -> dict[str, RebateReduction]:
    """Divide national reductions (whole SEK) over the regions in proportion to their grants.

    An assumption for want of published figures: the settlement rests on each region's own outcome
    (TLV, 2022-05-02), which is not public. Largest remainder, so the parts add up.
    """
    february = largest_remainder(in_february, grants, KRONA)
    may = largest_remainder(in_may, grants, KRONA)
    return {code: RebateReduction(february[code], may[code]) for code in grants}


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment to a region. `earned` is None for the adjustment in May, which has no instalment
    of this year's grant (the instalment paid then belongs to the next year's)."""

    code: str
    earned: Month | None
    paid: Month
    unrounded_sek: Decimal
    instalment_sek: Decimal
    reduction_sek: Decimal
    paid_sek: Decimal


@exact
def year_payments(
    year: int,
    grants: Mapping[str, Decimal],
    reductions: Mapping[str, RebateReduction] | None = None,
) -> list[Payment]:
    """Every payment of a year's grant, region by region, March to February and then May.

    `grants` in SEK per region code; `reductions`, if the year has a rebate deduction, per region.
    The deduction is made from the payment of February the next year, which carries December's
    instalment; the adjustment in May the next year stands alone.
    """
    february = Month(year + 1, REBATE_DEDUCTION_MONTH)
    may = Month(year + 1, REBATE_ADJUSTMENT_MONTH)
    payments = []
    for code, grant in grants.items():
        reduction = reductions[code] if reductions else None
        for part in instalments(year, grant):
            taken = reduction.in_february if reduction and part.paid == february else ZERO
            payments.append(
                Payment(
                    code,
                    part.earned,
                    part.paid,
                    part.unrounded_sek,
                    part.amount_sek,
                    taken,
                    part.amount_sek - taken,
                )
            )
        if reduction:
            payments.append(Payment(code, None, may, ZERO, ZERO, reduction.in_may, -reduction.in_may))
    return payments
