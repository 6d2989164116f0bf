"""The proposed grant for orphan drugs laid out: year by year, and per region when costs are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from nt_process.financing.data.documents import ORPHAN_PROPOSALS
from nt_process.financing.layout import (
    REGION_COLUMNS,
    Column,
    Input,
    Layout,
    Note,
    Row,
    region_cells,
)
from nt_process.financing.orphan_grant import OrphanYear, Terms, project
from nt_process.kernel.messages import N_
from nt_process.kernel.money import KRONA, MILLION, ZERO, exact, largest_remainder, round_half_up
from nt_process.kernel.regions import COUNTRY_CODE

# Million SEK to two decimals are tens of thousands of kronor, fine enough for a forecast.
FORECAST_STEP = Decimal("0.01")

_COLUMNS = (
    *REGION_COLUMNS,
    Column("year", N_("Year")),
    Column("cost_msek", N_("Cost, million SEK"), FORECAST_STEP),
    Column("entitled_msek", N_("The state's part of the cost, million SEK"), FORECAST_STEP),
    Column("brought_forward_msek", N_("Owed from earlier years, million SEK"), FORECAST_STEP),
    Column("opening_msek", N_("Saved from earlier years, million SEK"), FORECAST_STEP),
    Column("pot_msek", N_("Pot, million SEK"), FORECAST_STEP),
    Column("granted_msek", N_("Granted, million SEK"), FORECAST_STEP),
    Column("shortage_msek", N_("Shortage, million SEK"), FORECAST_STEP),
    Column("carried_forward_msek", N_("Owed to later years, million SEK"), FORECAST_STEP),
    Column("closing_msek", N_("Balance at the end of the year, million SEK"), FORECAST_STEP),
    Column("regions_pay_msek", N_("The regions pay, million SEK"), FORECAST_STEP),
)
_REGION_COLUMNS = (
    *REGION_COLUMNS,
    Column("year", N_("Year")),
    Column("cost_sek", N_("Cost, SEK")),
    Column("granted_sek", N_("Granted, SEK")),
    Column("region_pays_sek", N_("The region pays, SEK")),
)


@exact
def orphan_grant_layout(
    costs: Mapping[int, Decimal], terms: Terms, inputs: tuple[Input, ...], notes: tuple[Note, ...]
) -> Layout:
    """National costs in million SEK per year. Raises ValueError as `project`."""
    years = project(costs, terms)
    rows = tuple(_row(year) for year in years)
    totals = {
        **region_cells(COUNTRY_CODE),
        "cost_msek": sum((year.cost for year in years), ZERO),
        "entitled_msek": sum((year.entitled for year in years), ZERO),
        "pot_msek": sum((year.pot for year in years), ZERO),
        "granted_msek": sum((year.granted for year in years), ZERO),
        "closing_msek": years[-1].closing,
        "regions_pay_msek": sum((year.regions_pay for year in years), ZERO),
    }
    return Layout("orphan-grant", (*_terms(terms), *inputs), _COLUMNS, rows, totals, (*_notes(years), *notes))


@exact
def orphan_grant_by_region_layout(
    costs: Mapping[int, Mapping[str, Decimal]], terms: Terms, inputs: tuple[Input, ...]
) -> Layout:
    """Costs in whole SEK per year and region. A year's grant, rounded to whole SEK, is divided in
    proportion to cost by largest remainder: the parts add up to it."""
    national = {year: sum(by_region.values(), ZERO) / MILLION for year, by_region in costs.items()}
    years = project(national, terms)
    rows: list[Row] = []
    for year in years:
        granted = round_half_up(year.granted * MILLION)
        parts = largest_remainder(granted, costs[year.year], KRONA)
        rows += [
            {
                **region_cells(code),
                "year": year.year,
                "cost_sek": cost,
                "granted_sek": parts[code],
                "region_pays_sek": cost - parts[code],
            }
            for code, cost in costs[year.year].items()
        ]
    cost = sum((sum(by_region.values(), ZERO) for by_region in costs.values()), ZERO)
    granted_all = sum((round_half_up(year.granted * MILLION) for year in years), ZERO)
    totals = {
        **region_cells(COUNTRY_CODE),
        "cost_sek": cost,
        "granted_sek": granted_all,
        "region_pays_sek": cost - granted_all,
    }
    division = Note(N_("A year's grant is divided in proportion to cost, in whole SEK by largest remainder."))
    return Layout(
        "orphan-grant",
        (*_terms(terms), *inputs),
        _REGION_COLUMNS,
        tuple(rows),
        totals,
        (*_notes(years), division),
    )


def _row(year: OrphanYear) -> Row:
    return {
        **region_cells(COUNTRY_CODE),
        "year": year.year,
        "cost_msek": year.cost,
        "entitled_msek": year.entitled,
        "brought_forward_msek": year.brought_forward,
        "opening_msek": year.opening,
        "pot_msek": year.pot,
        "granted_msek": year.granted,
        "shortage_msek": year.shortage,
        "carried_forward_msek": year.carried_forward,
        "closing_msek": year.closing,
        "regions_pay_msek": year.regions_pay,
    }


def _terms(terms: Terms) -> tuple[Input, ...]:
    bases = tuple(
        Input(f"base_{year}_msek", N_("New base level, million SEK"), amount)
        for year, amount in sorted(terms.new_bases.items())
    )
    return (
        Input("first_year", N_("First year"), terms.first_year),
        Input("pot_msek", N_("Pot in the first year, million SEK"), terms.pot),
        Input("indexation_pct", N_("Indexation per year, percent"), terms.indexation_pct),
        Input("state_pct", N_("The state's part, percent"), terms.state_pct, ORPHAN_PROPOSALS),
        Input("shortage_rule", N_("Rule for a shortage"), terms.shortage),
        *bases,
    )


def _notes(years: Sequence[OrphanYear]) -> tuple[Note, ...]:
    proposal = Note(N_("This is a proposal, not law. It does not say what happens when the pot is exceeded."))
    short = next((year for year in years if year.shortage > 0), None)
    if short is None:
        return (proposal, Note(N_("The pot covers the state's part in every year.")))
    alarm = Note(
        N_("The pot does not cover the state's part in %(year)s: %(amount)s million SEK are missing."),
        {"year": short.year, "amount": short.shortage},
    )
    return (proposal, alarm)
