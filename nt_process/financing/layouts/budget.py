"""A shared cost divided by population laid out, and how far its rounded rows miss the total."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from nt_process.financing.budget import Method, divide_by_population
from nt_process.financing.layout import (
    HALF_UP,
    LARGEST_REMAINDER,
    REGION_COLUMNS,
    Column,
    Input,
    Layout,
    Note,
    region_cells,
)
from nt_process.kernel.messages import N_
from nt_process.kernel.money import ZERO, exact
from nt_process.kernel.regions import COUNTRY_CODE

HUNDREDTH, THOUSAND_SEK = Decimal("0.01"), Decimal(1)


@exact
def budget_layout(
    total_tsek: Decimal, populations: Mapping[str, int], method: Method, inputs: tuple[Input, ...]
) -> Layout:
    """`total_tsek` in thousands of SEK, a whole number when the method is largest remainder."""
    columns = (
        *REGION_COLUMNS,
        Column("population", N_("Population")),
        Column("share_pct", N_("Share, percent"), HUNDREDTH),
        Column(
            "cost_tsek",
            N_("Cost, thousand SEK"),
            THOUSAND_SEK,
            LARGEST_REMAINDER if method == "largest-remainder" else HALF_UP,
        ),
    )
    shares = divide_by_population(total_tsek, populations, method, THOUSAND_SEK)
    rows = tuple(
        {
            **region_cells(share.code),
            "population": Decimal(share.population),
            "share_pct": share.share_pct,
            "cost_tsek": share.unrounded,
            "cost_tsek_rounded": share.amount,
        }
        for share in shares
    )
    sum_of_rows = sum((share.amount for share in shares), ZERO)
    totals = {
        **region_cells(COUNTRY_CODE),
        "population": Decimal(sum(populations.values())),
        "share_pct": Decimal(100),
        "cost_tsek": total_tsek,
        "cost_tsek_rounded": sum_of_rows,
    }
    if sum_of_rows == total_tsek:
        note = Note(N_("The rounded rows add up to the total."))
    else:
        note = Note(
            N_(
                "The rows, rounded one by one, add up to %(sum)s of %(total)s thousand SEK. "
                "Largest remainder gives rows that add up."
            ),
            {"sum": sum_of_rows, "total": total_tsek},
        )
    return Layout("budget", inputs, columns, rows, totals, (note,))
