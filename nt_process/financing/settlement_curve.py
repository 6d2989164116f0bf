"""The settlement of the gain and loss model at other outcomes than the stated one.

One settlement is a single number and says little about a model that is flat within its corridor;
the same terms at outcomes from a tenth below to a tenth above the agreed amount show its shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from nt_process.financing.comparison import ComparedRow, Comparison
from nt_process.financing.forms import GainLossForm
from nt_process.financing.layout import Column
from nt_process.kernel.messages import N_
from nt_process.kernel.money import exact

DEVIATIONS_PCT = range(-10, 11, 2)

_OUTCOME = Column("outcome_pct", N_("Compared cost, percent of the agreed amount"))
_SETTLEMENT = Column("settlement_msek", N_("Settlement, million SEK"))


@exact
def settlement_curve(forms: Sequence[GainLossForm]) -> Comparison:
    """The settlement, million SEK, of each form's terms, at 90 to 110 percent of its agreed amount."""
    rows = []
    for deviation in DEVIATIONS_PCT:
        values = tuple(_settlement(form, Decimal(100 + deviation)) for form in forms)
        rows.append(ComparedRow((100 + deviation,), values))
    return Comparison((_OUTCOME,), _SETTLEMENT, tuple(rows), None)


def _settlement(form: GainLossForm, outcome_pct: Decimal) -> Decimal | None:
    inputs = {given.key: given.value for given in form.layout().inputs}
    agreed, compared_pct = inputs["agreed_msek"], inputs["cost_share_pct"]
    if not isinstance(agreed, Decimal) or not isinstance(compared_pct, Decimal):
        raise TypeError("the settlement has no agreed amount")
    settled = form.layout_at(agreed * outcome_pct / compared_pct).rows[0]["settlement_msek"]
    return settled if isinstance(settled, Decimal) else None
