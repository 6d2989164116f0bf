"""The state grant of a year laid out, and what another total would give each region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from nt_process.financing.grant import GrantParts, RegionGrant, distribute, region_grants
from nt_process.financing.layout import (
    LARGEST_REMAINDER,
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
from nt_process.financing.parameters import GrantYear, solidarity_year
from nt_process.financing.solidarity import solidarity
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import N_
from nt_process.kernel.money import KRONA, ZERO, exact
from nt_process.kernel.regions import COUNTRY_CODE

TENTH, HUNDREDTH = Decimal("0.1"), Decimal("0.01")

_COLUMNS = (
    *REGION_COLUMNS,
    Column("grant_sek", N_("Grant, SEK")),
    Column("share_pct", N_("Share, percent"), HUNDREDTH),
    Column("population", N_("Population")),
    Column("grant_sek_per_inh", N_("Grant, SEK per inhabitant"), KRONA),
    Column("previous_grant_sek", N_("Grant the year before, SEK")),
    Column("change_sek", N_("Change, SEK")),
    Column("change_pct", N_("Change, percent"), TENTH),
    Column("needs_model_sek_per_inh", N_("Needs model, SEK per inhabitant")),
    Column("previous_needs_model_sek_per_inh", N_("Needs model the year before, SEK per inhabitant")),
    Column("needs_model_change_sek_per_inh", N_("Needs model, change in SEK per inhabitant")),
)


@exact
def grant_layout(year: GrantYear) -> Layout:
    """The published grant: parts as inputs, then per region amount, share, per inhabitant, change."""
    grants = region_grants(year.grants, year.populations, year.previous)
    rows = [_row(region, year) for region in grants]
    columns = columns_with_values(_COLUMNS, rows)
    notes = []
    if year.previous_needs:
        rounded = N_("The needs model is printed in whole SEK, so its difference may miss by one krona.")
        notes.append(Note(rounded))
    if year.parts is None:
        notes.append(Note(N_("The document gives no parts of the grant for this year.")))
    if year.populations is None and year.grants:
        notes.append(
            Note(N_("No population is given for this year, so amounts per inhabitant are left out."))
        )
    if not year.grants:
        notes = [Note(N_("The document gives a total only, no amounts per region."))]
    return Layout("grant", _inputs(year), columns, tuple(rows), _totals(year, rows), tuple(notes))


def _inputs(year: GrantYear) -> tuple[Input, ...]:
    inputs = [
        Input("year", N_("Year"), year.year),
        Input("total_msek", N_("Total, million SEK"), year.total_msek, year.source),
    ]
    if year.parts:
        inputs += [Input(key, title, value, year.source) for key, title, value in _part_inputs(year.parts)]
    if year.population_day:
        inputs.append(Input("population_day", N_("Population on"), year.population_day, year.source))
    return tuple(inputs)


def _part_inputs(parts: GrantParts) -> Sequence[tuple[str, str, Decimal]]:
    return (
        ("benefit_msek", N_("Pharmaceutical benefit, million SEK"), parts.benefit),
        ("other_msek", N_("Other, million SEK"), parts.other),
        ("hepatitis_c_msek", N_("Hepatitis C, million SEK"), parts.hepatitis_c),
        ("gross_msek", N_("Gross total, million SEK"), parts.gross),
        ("to_skr_msek", N_("Of which to SKR, million SEK"), parts.to_skr),
        ("to_regions_msek", N_("Of which to the regions, million SEK"), parts.to_regions),
    )


def _row(region: RegionGrant, year: GrantYear) -> Row:
    needs = year.needs[region.code] if year.needs else None
    before = year.previous_needs[region.code] if year.previous_needs else None
    return {
        **region_cells(region.code),
        "grant_sek": region.grant_sek,
        "share_pct": 100 * region.share,
        "population": _people(region.population),
        "grant_sek_per_inh": region.grant_sek_per_inh,
        "previous_grant_sek": region.previous_sek,
        "change_sek": region.change_sek,
        "change_pct": 100 * region.change_share if region.change_share is not None else None,
        "needs_model_sek_per_inh": needs,
        "previous_needs_model_sek_per_inh": before,
        "needs_model_change_sek_per_inh": needs - before
        if needs is not None and before is not None
        else None,
    }


def _people(population: int | None) -> Decimal | None:
    return None if population is None else Decimal(population)


def _totals(year: GrantYear, rows: Sequence[Row]) -> Row:
    totals: dict[str, Value] = {**region_cells(COUNTRY_CODE)}
    if not rows:
        return totals
    grant = sum(year.grants.values(), ZERO)
    totals |= {"grant_sek": grant, "share_pct": Decimal(100)}
    if year.populations:
        population = sum(year.populations.values())
        totals |= {"population": Decimal(population), "grant_sek_per_inh": grant / population}
    if year.previous:
        before = sum(year.previous.values(), ZERO)
        totals |= {
            "previous_grant_sek": before,
            "change_sek": grant - before,
            "change_pct": 100 * (grant - before) / before,
        }
    return totals


_SCENARIO_COLUMNS = (
    *REGION_COLUMNS,
    Column("population", N_("Population")),
    Column("needs_model_sek_per_inh", N_("Needs model, SEK per inhabitant")),
    Column("scaled_needs_sek_per_inh", N_("Needs model scaled to the total, SEK per inhabitant"), KRONA),
    Column("solidarity_net_sek_per_inh", N_("Solidarity financing net, SEK per inhabitant"), KRONA),
    Column("grant_sek_per_inh", N_("Grant, SEK per inhabitant"), KRONA),
    Column("grant_sek", N_("Grant, SEK"), KRONA, LARGEST_REMAINDER),
    Column("published_grant_sek", N_("Published grant, SEK")),
    Column("difference_sek", N_("Difference, SEK")),
)


@exact
def grant_scenario_layout(year: GrantYear, total_sek: Decimal) -> Layout:
    """What `total_sek` (whole SEK) would give each region under the year's models.

    Raises BadInput: no_needs_model for a year without them, not_whole_unit.
    """
    if year.needs is None or year.populations is None:
        raise BadInput(Fault("no_needs_model", params={"year": year.year}))
    if total_sek != total_sek.to_integral_value():
        raise BadInput(Fault("not_whole_unit", column="--total", params={"value": total_sek, "unit": "SEK"}))
    staircase = solidarity_year(year.year)
    net = {
        region.code: region.net
        for region in solidarity(staircase.costs, year.populations, staircase.staircase).regions
    }
    try:
        parts = distribute(total_sek, year.needs, year.populations, net)
    except ValueError:
        raise BadInput(Fault("total_too_small", column="--total")) from None
    rows = tuple(
        {
            **region_cells(part.code),
            "population": Decimal(year.populations[part.code]),
            "needs_model_sek_per_inh": part.needs_sek_per_inh,
            "scaled_needs_sek_per_inh": part.scaled_needs_sek_per_inh,
            "solidarity_net_sek_per_inh": part.solidarity_net_sek_per_inh,
            "grant_sek_per_inh": part.grant_sek_per_inh,
            "grant_sek": part.unrounded_sek,
            "grant_sek_rounded": part.grant_sek,
            "published_grant_sek": year.grants[part.code],
            "difference_sek": part.grant_sek - year.grants[part.code],
        }
        for part in parts
    )
    return Layout(
        "grant-scenario",
        (
            Input("year", N_("Year of the models"), year.year),
            Input("total_sek", N_("Total, SEK"), total_sek),
        ),
        _SCENARIO_COLUMNS,
        rows,
        _scenario_totals(total_sek, year.grants, year.populations),
        (
            Note(
                N_(
                    "The needs model is known only in whole SEK per inhabitant, so even the published total "
                    "gives amounts that differ from the published ones by the difference shown."
                )
            ),
        ),
    )


def _scenario_totals(
    total_sek: Decimal, published: Mapping[str, Decimal], populations: Mapping[str, int]
) -> Row:
    population, before = sum(populations.values()), sum(published.values(), ZERO)
    return {
        **region_cells(COUNTRY_CODE),
        "population": Decimal(population),
        "scaled_needs_sek_per_inh": total_sek / population,
        "solidarity_net_sek_per_inh": ZERO,
        "grant_sek_per_inh": total_sek / population,
        "grant_sek": total_sek,
        "grant_sek_rounded": total_sek,
        "published_grant_sek": before,
        "difference_sek": total_sek - before,
    }
