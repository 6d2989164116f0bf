"""The solidarity financing with other costs, populations or thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from nt_process.financing.input_tables import (
    POPULATION_SPELLINGS,
    amounts,
    column,
    has_column,
    read_regions,
)
from nt_process.financing.layout import Input, Layout, Note
from nt_process.financing.layouts.solidarity import solidarity_layout
from nt_process.financing.parameters import SolidarityYear, solidarity_year
from nt_process.financing.scenarios import OWN_FILE
from nt_process.financing.solidarity import Staircase, mean_cost, solidarity, staircase_for_mean
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import N_


def solidarity_scenario(
    year: int,
    file: bytes | None = None,
    *,
    lower: Decimal | None = None,
    upper: Decimal | None = None,
    compute_thresholds: bool = False,
) -> Layout:
    """The solidarity financing of a year. The file gives other costs (region, cost_sek_per_inh) and
    may give other populations (population). Thresholds are the year's, given, or computed."""
    published = solidarity_year(year)
    costs, populations, source = _solidarity_figures(published, file)
    if compute_thresholds:
        if lower is not None or upper is not None:
            raise BadInput(Fault("thresholds_given_and_computed"))
        staircase = staircase_for_mean(mean_cost(costs, populations), published.staircase)
    else:
        staircase = _given_staircase(published.staircase, lower, upper)
    inputs = (
        Input("year", N_("Year"), year),
        Input("costs", N_("Costs per region"), None, source),
        Input("population_day", N_("Population on"), published.population_day, published.source),
    )
    as_published = file is None and staircase == published.staircase
    printed = Note(
        N_(
            "The document computes from unrounded costs and prints one krona differently in two cells: "
            "Uppsala's compensation (8) and Västerbotten's net (23)."
        )
    )
    outcome = solidarity(costs, populations, staircase)
    return solidarity_layout(outcome, inputs, (printed,) if as_published else ())


def _solidarity_figures(
    published: SolidarityYear, file: bytes | None
) -> tuple[Mapping[str, Decimal], Mapping[str, int], str]:
    if file is None:
        return published.costs, published.populations, published.source
    spellings = ("cost", "kostnad", "kostnad_kr_per_inv", f"outcome_{published.year}_sek_per_inh")
    rows = read_regions(
        file,
        [
            column("cost_sek_per_inh", "amount", *spellings),
            column("population", "positive_whole", *POPULATION_SPELLINGS, required=False),
        ],
    )
    populations = published.populations
    if has_column(rows, "population"):
        populations = {code: row.whole("population") for code, row in rows.items()}
    return amounts(rows, "cost_sek_per_inh"), populations, OWN_FILE


def _given_staircase(published: Staircase, lower: Decimal | None, upper: Decimal | None) -> Staircase:
    chosen_lower = published.lower if lower is None else lower
    chosen_upper = published.upper if upper is None else upper
    if chosen_upper < chosen_lower:
        raise BadInput(
            Fault("thresholds_out_of_order", params={"lower": chosen_lower, "upper": chosen_upper})
        )
    return Staircase(chosen_lower, chosen_upper, published.lower_pct, published.upper_pct)
