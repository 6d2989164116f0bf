"""The payments of a year's grant laid out: month by month, less the state's share of the rebate."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from nt_process.financing.layout import (
    LAST_TAKES_REST,
    REGION_COLUMNS,
    Column,
    Input,
    Layout,
    Note,
    Row,
    Value,
    columns_with_values,
    region_cells,
)
from nt_process.financing.payments import Payment, RebateReduction, year_payments
from nt_process.kernel.messages import N_
from nt_process.kernel.money import KRONA, ZERO, exact
from nt_process.kernel.regions import COUNTRY_CODE

_COLUMNS = (
    *REGION_COLUMNS,
    Column("month", N_("For month")),
    Column("paid_month", N_("Paid in")),
    Column("instalment_sek", N_("Instalment, SEK"), KRONA, LAST_TAKES_REST),
    Column("rebate_reduction_sek", N_("The state's share of the rebate, SEK")),
    Column("paid_sek", N_("Paid, SEK")),
)


@exact
def payments_layout(
    year: int,
    grants: Mapping[str, Decimal],
    reductions: Mapping[str, RebateReduction] | None,
    inputs: tuple[Input, ...],
    notes: tuple[Note, ...],
) -> Layout:
    """Every payment of the regions in `grants` (SEK). `inputs` and `notes` say where they come from."""
    payments = year_payments(year, grants, reductions)
    rows = tuple(_row(payment, with_reduction=reductions is not None) for payment in payments)
    totals: dict[str, Value] = {
        **region_cells(next(iter(grants)) if len(grants) == 1 else COUNTRY_CODE),
        "instalment_sek": sum(grants.values(), ZERO),
        "instalment_sek_rounded": sum((payment.instalment_sek for payment in payments), ZERO),
        "paid_sek": sum((payment.paid_sek for payment in payments), ZERO),
    }
    if reductions is not None:
        totals["rebate_reduction_sek"] = sum((payment.reduction_sek for payment in payments), ZERO)
    rule = Note(
        N_(
            "An instalment is a twelfth of the grant. How whole kronor are made of it is not stated; "
            "here the first eleven are rounded down and December's takes the rest."
        )
    )
    lag = Note(N_("Payments are made two months late: January's in March, December's in February."))
    return Layout("payments", inputs, columns_with_values(_COLUMNS, rows), rows, totals, (rule, lag, *notes))


def _row(payment: Payment, *, with_reduction: bool) -> Row:
    return {
        **region_cells(payment.code),
        "month": str(payment.earned) if payment.earned else None,
        "paid_month": str(payment.paid),
        "instalment_sek": payment.unrounded_sek,
        "instalment_sek_rounded": payment.instalment_sek,
        "rebate_reduction_sek": payment.reduction_sek if with_reduction else None,
        "paid_sek": payment.paid_sek,
    }
