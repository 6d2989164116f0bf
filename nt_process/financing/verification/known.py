"""The discrepancies of the printed tables that neither a formula nor rounding explains.

Each entry holds for one cell with one printed and one recomputed value; a table that prints anything
else is not covered by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from nt_process.kernel.messages import N_


@dataclass(frozen=True, slots=True)
class Known:
    """What is printed, what the printed inputs give, and what can be said about the difference."""

    printed: str
    computed: Decimal
    why: str


KNOWN_DISCREPANCIES = {
    ("state_grant_summary_2023", "Blekinge", "grant_sek_per_inh"): Known(
        "3634",
        Decimal(3635),
        N_(
            "577 351 900 / 158 853 = 3 634.504, which is 3 635 rounded; both inputs are whole numbers, so "
            "rounding does not explain it, and the document gives no cause"
        ),
    ),
    ("state_grant_summary_2023", "Blekinge", "grant_sek"): Known(
        "577351900",
        Decimal(577_271_802),
        N_(
            "the same discrepancy seen from the other side: the amount per inhabitant is printed one krona "
            "low"
        ),
    ),
    ("budget_2014_proposal", "NLT-gruppen", "total_2014_msek"): Known(
        "",
        Decimal("0.6"),
        N_("left blank in print, though the line has a figure and the column's sum includes it"),
    ),
    ("budget_2014_proposal", "Horizon scanning 4-län", "total_2014_msek"): Known(
        "-",
        Decimal("3.2"),
        N_("a dash in print, though the line has a figure and the column's sum includes it"),
    ),
}
