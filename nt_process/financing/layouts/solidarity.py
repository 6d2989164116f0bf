"""The solidarity financing of a year laid out, with every step of the staircase."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from nt_process.financing.layout import (
    LARGEST_REMAINDER,
    REGION_COLUMNS,
    Column,
    Input,
    Layout,
    Note,
    Row,
    region_cells,
)
from nt_process.financing.solidarity import RegionSolidarity, Solidarity
from nt_process.kernel.messages import N_
from nt_process.kernel.money import KRONA, ZERO, exact
from nt_process.kernel.regions import COUNTRY_CODE

_COLUMNS = (
    *REGION_COLUMNS,
    Column("population", N_("Population")),
    Column("cost_sek_per_inh", N_("Cost, SEK per inhabitant"), KRONA),
    Column("excess_cost_level1_sek_per_inh", N_("Excess cost level 1, SEK per inhabitant"), KRONA),
    Column("excess_cost_level2_sek_per_inh", N_("Excess cost level 2, SEK per inhabitant"), KRONA),
    Column("compensation_level1_sek_per_inh", N_("Compensation level 1, SEK per inhabitant"), KRONA),
    Column("compensation_level2_sek_per_inh", N_("Compensation level 2, SEK per inhabitant"), KRONA),
    Column("financing_sek_per_inh", N_("Financing, SEK per inhabitant"), KRONA),
    Column("net_sek_per_inh", N_("Net, SEK per inhabitant"), KRONA),
    Column("compensation_sek", N_("Compensation, SEK"), KRONA),
    Column("financing_sek", N_("Financing, SEK"), KRONA, LARGEST_REMAINDER),
    Column("net_sek", N_("Net, SEK"), KRONA, LARGEST_REMAINDER),
)


@exact
def solidarity_layout(
    result: Solidarity, inputs: tuple[Input, ...], more_notes: tuple[Note, ...] = ()
) -> Layout:
    """Financing is shown with a minus sign, as in the printed table."""
    rows = tuple(_row(region) for region in result.regions)
    staircase = result.staircase
    thresholds = (
        Input("lower_threshold_sek_per_inh", N_("Lower threshold, SEK per inhabitant"), staircase.lower),
        Input("upper_threshold_sek_per_inh", N_("Upper threshold, SEK per inhabitant"), staircase.upper),
        Input("level1_pct", N_("Compensation level 1, percent"), staircase.lower_pct),
        Input("level2_pct", N_("Compensation level 2, percent"), staircase.upper_pct),
    )
    notes = (
        Note(
            N_("Regions above the lower threshold: %(count)s. The mean cost is %(mean)s SEK per inhabitant."),
            {"count": len(result.qualifying), "mean": result.mean_cost},
        ),
        Note(
            N_(
                "The nets, weighted by population, add up to zero before rounding; in whole SEK each "
                "compensation is rounded and the financing is shared out so that they still do."
            )
        ),
    )
    return Layout(
        "solidarity", (*inputs, *thresholds), _COLUMNS, rows, _totals(result), (*notes, *more_notes)
    )


def _row(region: RegionSolidarity) -> Row:
    return {
        **region_cells(region.code),
        "population": Decimal(region.population),
        "cost_sek_per_inh": region.cost,
        "excess_cost_level1_sek_per_inh": region.excess_lower,
        "excess_cost_level2_sek_per_inh": region.excess_upper,
        "compensation_level1_sek_per_inh": region.compensation_lower,
        "compensation_level2_sek_per_inh": region.compensation_upper,
        "financing_sek_per_inh": -region.financing,
        "net_sek_per_inh": region.net,
        "compensation_sek": region.compensation_sek,
        "compensation_sek_rounded": region.compensation_sek_rounded,
        "financing_sek": -region.financing_sek,
        "financing_sek_rounded": -region.financing_sek_rounded,
        "net_sek": region.net_sek,
        "net_sek_rounded": region.net_sek_rounded,
    }


def _totals(result: Solidarity) -> Row:
    """Per inhabitant the mean over all inhabitants, in SEK the sum over all regions."""

    def mean(per_inhabitant: Callable[[RegionSolidarity], Decimal]) -> Decimal:
        weighted = (per_inhabitant(region) * region.population for region in result.regions)
        return sum(weighted, ZERO) / result.population

    pool = sum((region.compensation_sek_rounded for region in result.regions), ZERO)
    return {
        **region_cells(COUNTRY_CODE),
        "population": Decimal(result.population),
        "cost_sek_per_inh": result.mean_cost,
        "excess_cost_level1_sek_per_inh": mean(lambda region: region.excess_lower),
        "excess_cost_level2_sek_per_inh": mean(lambda region: region.excess_upper),
        "compensation_level1_sek_per_inh": mean(lambda region: region.compensation_lower),
        "compensation_level2_sek_per_inh": mean(lambda region: region.compensation_upper),
        "financing_sek_per_inh": -result.financing,
        "net_sek_per_inh": ZERO,
        "compensation_sek": result.pool_sek,
        "compensation_sek_rounded": pool,
        "financing_sek": -result.pool_sek,
        "financing_sek_rounded": -pool,
        "net_sek": ZERO,
        "net_sek_rounded": ZERO,
    }
