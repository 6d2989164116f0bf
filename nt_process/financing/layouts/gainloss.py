"""The gain and loss settlement laid out of one row, the whole country."""

from __future__ import annotations

from nt_process.financing.gainloss import Corridor, GainLoss
from nt_process.financing.layout import REGION_COLUMNS, Column, Input, Layout, Note, Row, region_cells
from nt_process.kernel.messages import N_
from nt_process.kernel.regions import COUNTRY_CODE

_COLUMNS = (
    *REGION_COLUMNS,
    Column("agreed_msek", N_("Agreed, million SEK")),
    Column("actual_msek", N_("Actual cost, million SEK")),
    Column("compared_msek", N_("Compared cost, million SEK")),
    Column("lower_edge_msek", N_("Lower edge, million SEK")),
    Column("upper_edge_msek", N_("Upper edge, million SEK")),
    Column("deviation_msek", N_("Deviation, million SEK")),
    Column("beyond_msek", N_("Beyond the corridor, million SEK")),
    Column("settlement_msek", N_("Settlement, million SEK")),
)


def gain_loss_layout(result: GainLoss, corridor: Corridor, inputs: tuple[Input, ...]) -> Layout:
    row: Row = {
        **region_cells(COUNTRY_CODE),
        "agreed_msek": result.agreed,
        "actual_msek": result.actual,
        "compared_msek": result.compared,
        "lower_edge_msek": result.lower_edge,
        "upper_edge_msek": result.upper_edge,
        "deviation_msek": result.deviation,
        "beyond_msek": result.beyond,
        "settlement_msek": result.settlement,
    }
    if result.settlement > 0:
        outcome = Note(
            N_("The state pays the regions %(amount)s million SEK."), {"amount": result.settlement}
        )
    elif result.settlement < 0:
        outcome = Note(
            N_("The regions repay the state %(amount)s million SEK."), {"amount": -result.settlement}
        )
    else:
        outcome = Note(N_("The cost lies within the corridor, so nothing is settled."))
    reading = Note(
        N_(
            "That a repayment also is half of what lies beyond the corridor is how “på motsvarande sätt” is "
            "read. Whether costs are before or after rebates is not stated: hand in the one that is meant."
        )
    )
    terms = (
        Input("corridor_pct", N_("Corridor, percent"), corridor.width_pct),
        Input("share_pct", N_("The state's share beyond it, percent"), corridor.share_pct),
    )
    return Layout("gainloss", (*inputs, *terms), _COLUMNS, (row,), row, (outcome, reading))
