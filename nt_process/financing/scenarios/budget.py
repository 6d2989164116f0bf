"""A shared cost divided over the regions, with another total, method or population."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from nt_process.financing import parameters
from nt_process.financing.budget import Method
from nt_process.financing.data import populations
from nt_process.financing.input_tables import POPULATION_SPELLINGS, column, read_regions
from nt_process.financing.layout import Input, Layout
from nt_process.financing.layouts.budget import budget_layout
from nt_process.financing.scenarios import OWN_FILE
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import N_


def budget_scenario(
    year: int,
    total_tsek: Decimal | None,
    method: Method,
    population_day: date | None = None,
    file: bytes | None = None,
) -> Layout:
    """A shared cost by population: the year's, that of another day, or that of a file (region,
    population)."""
    published = parameters.budget_year(year)
    total = published.total_tsek if total_tsek is None else total_tsek
    if method == "largest-remainder" and total != total.to_integral_value():
        raise BadInput(Fault("not_whole_unit", column="--total", params={"value": total, "unit": "kSEK"}))
    if file is not None:
        columns = [column("population", "positive_whole", *POPULATION_SPELLINGS)]
        people = {code: row.whole("population") for code, row in read_regions(file, columns).items()}
        population = Input("population", N_("Population"), None, OWN_FILE)
    else:
        day = published.population_day if population_day is None else population_day
        people = parameters.population_on(day)
        population = Input("population_day", N_("Population on"), day, populations.SOURCES[day])
    inputs = (
        Input("year", N_("Year"), year),
        Input(
            "total_tsek", N_("Total, thousand SEK"), total, published.source if total_tsek is None else None
        ),
        Input("method", N_("Method"), method),
        population,
    )
    return budget_layout(total, people, method, inputs)
