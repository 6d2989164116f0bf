"""The proposed grant for orphan drugs under other costs, pots and rules.

No document states a cost or a pot, so a run without figures of one's own is an example and says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from nt_process.financing.amounts import ANY_AMOUNT
from nt_process.financing.input_tables import REGION, InputColumn, InputRow, column, read_rows
from nt_process.financing.layout import Input, Layout, Note
from nt_process.financing.layouts.orphan_grant import orphan_grant_by_region_layout, orphan_grant_layout
from nt_process.financing.orphan_grant import (
    OrphanProduct,
    ShortageRule,
    Terms,
    covered_cost,
    is_period_start,
)
from nt_process.financing.scenarios import OWN_FILE
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import N_
from nt_process.kernel.money import MILLION, exact, percent
from nt_process.kernel.regions import REGIONS, find_region

MAX_YEARS = 50
FIRST_YEARS = (2000, 2150)
EXAMPLE_FIRST_YEAR = 2026
EXAMPLE_YEARS = 10
EXAMPLE_COST_MSEK = Decimal(1_000)
EXAMPLE_GROWTH_PCT = Decimal(10)
EXAMPLE_POT_MSEK = Decimal(950)
EXAMPLE_INDEXATION_PCT = Decimal(3)


@dataclass(frozen=True, slots=True)
class PotChoice:
    """What is chosen about the pot; None means the example's figure."""

    first_year: int
    pot_msek: Decimal | None = None
    indexation_pct: Decimal | None = None
    shortage: ShortageRule = "pro-rata"
    new_bases: Mapping[int, Decimal] | None = None


def read_base_level(text: str, column: str | None) -> tuple[int, Decimal]:
    """A new base level written as 2029=1200: the year, and million SEK. Raises BadInput about `column`."""
    year, _, amount = text.partition("=")
    if not (year.isascii() and year.isdigit() and len(year) == 4):
        raise BadInput(Fault("not_a_base_level", column=column, params={"value": text[:80]}))
    return int(year), ANY_AMOUNT.read(amount, column)


def growing_cost_scenario(
    choice: PotChoice, years: int, cost_msek: Decimal | None, growth_pct: Decimal | None
) -> Layout:
    """A first year's cost that grows by a percentage each year."""
    cost = EXAMPLE_COST_MSEK if cost_msek is None else cost_msek
    growth = EXAMPLE_GROWTH_PCT if growth_pct is None else growth_pct
    costs = _growing(choice.first_year, years, cost, growth)
    inputs = (
        Input("years", N_("Number of years"), years),
        Input("cost_msek", N_("Cost in the first year, million SEK"), cost),
        Input("growth_pct", N_("Growth of the cost per year, percent"), growth),
    )
    own = None not in (cost_msek, growth_pct, choice.pot_msek, choice.indexation_pct)
    example = Note(N_("No document states the cost or the size of the pot: figures not given are examples."))
    return orphan_grant_layout(costs, _terms(choice, years), inputs, () if own else (example,))


@exact
def _growing(first_year: int, years: int, cost: Decimal, growth_pct: Decimal) -> dict[int, Decimal]:
    return {first_year + passed: cost * (1 + percent(growth_pct)) ** passed for passed in range(years)}


def cost_file_scenario(choice: PotChoice, file: bytes) -> Layout:
    """Costs from a file: year and cost_msek, and region for costs of all 21 regions every year."""
    columns = [
        column("year", "positive_whole", "år"),
        column("cost_msek", "amount", "kostnad_mkr"),
        InputColumn(REGION, "text"),
    ]
    rows = read_rows(file, columns)
    source = (Input("costs", N_("Costs"), None, OWN_FILE),)
    if "region" in rows[0].values:
        by_region = _costs_by_region(rows)
        _check_years(by_region, choice.first_year)
        return orphan_grant_by_region_layout(by_region, _terms(choice, len(by_region)), source)
    by_year: dict[int, InputRow] = {}
    for row in rows:
        year = row.whole("year")
        if year in by_year:
            params = {"year": year, "first": by_year[year].number}
            raise BadInput(Fault("duplicate_year", row.number, "year", params))
        by_year[year] = row
    _check_years(by_year, choice.first_year)
    costs = {year: row.amount("cost_msek") for year, row in by_year.items()}
    return orphan_grant_layout(costs, _terms(choice, len(costs)), source, ())


def _costs_by_region(rows: Sequence[InputRow]) -> dict[int, dict[str, Decimal]]:
    """Cost in whole SEK per year and region code, all 21 regions in every year."""
    seen: dict[tuple[int, str], int] = {}
    costs: dict[int, dict[str, Decimal]] = {}
    faults = []
    for row in rows:
        year, region = row.whole("year"), find_region(row.text("region"))
        if region is None:
            faults.append(Fault("unknown_region", row.number, "region", {"value": row.text("region")[:80]}))
        elif (year, region.code) in seen:
            params = {"region": f"{region.name} {year}", "first": seen[year, region.code]}
            faults.append(Fault("duplicate_region", row.number, "region", params))
        else:
            seen[year, region.code] = row.number
            costs.setdefault(year, {})[region.code] = row.amount("cost_msek") * MILLION
            if costs[year][region.code] % 1:
                params = {"value": row.amount("cost_msek"), "unit": "SEK"}
                faults.append(Fault("not_whole_unit", row.number, "cost_msek", params))
    for year, by_region in costs.items():
        missing = [f"{region.name} {year}" for region in REGIONS if region.code not in by_region]
        if missing and not faults:
            faults.append(Fault("missing_region", column="region", params={"regions": ", ".join(missing)}))
        if not sum(by_region.values()):
            faults.append(Fault("nothing_to_divide_by", column="cost_msek"))
    if faults:
        raise BadInput(*faults)
    return costs


def product_file_scenario(choice: PotChoice, years: int, file: bytes, glide_years: int) -> Layout:
    """Costs from the products in the pot: product, cost_msek a year, first_day, exclusivity_end."""
    columns = [
        column("product", "text", "läkemedel"),
        column("cost_msek", "amount", "kostnad_mkr"),
        column("first_day", "date", "första dag"),
        column("exclusivity_end", "date", "exklusivitet till"),
    ]
    products: dict[str, OrphanProduct] = {}
    faults = []
    rows = read_rows(file, columns)
    for row in rows:
        product = OrphanProduct(
            row.text("product"), row.amount("cost_msek"), row.day("first_day"), row.day("exclusivity_end")
        )
        if product.exclusivity_end < product.first_day:
            faults.append(Fault("exclusivity_ends_before_start", row.number, "exclusivity_end"))
        if product.name in products:
            faults.append(Fault("duplicate_name", row.number, "product", {"name": product.name[:80]}))
        products[product.name] = product
    if faults:
        raise BadInput(*faults)
    costs = {
        year: covered_cost(products.values(), year, glide_years)
        for year in range(choice.first_year, choice.first_year + years)
    }
    inputs = (
        Input("products", N_("Products"), len(products), OWN_FILE),
        Input("glide_years", N_("Years of phasing out after exclusivity"), glide_years),
    )
    note = Note(N_("A product counts by days until its exclusivity ends; the source gives no ramp after it."))
    return orphan_grant_layout(costs, _terms(choice, years), inputs, (note,))


def _check_years(years: Collection[int], first_year: int) -> None:
    expected = list(range(first_year, first_year + len(years)))
    if sorted(years) != expected:
        shown = ", ".join(str(year) for year in sorted(years)[:MAX_YEARS])
        raise BadInput(
            Fault("years_not_consecutive", column="year", params={"years": shown, "first": first_year})
        )


def _terms(choice: PotChoice, years: int) -> Terms:
    if years > MAX_YEARS:
        raise BadInput(Fault("too_many_years", params={"limit": MAX_YEARS}))
    new_bases = choice.new_bases or {}
    starts = [
        year
        for year in range(choice.first_year, choice.first_year + years)
        if is_period_start(year, choice.first_year)
    ]
    for year in new_bases:
        if year not in starts:
            known = ", ".join(str(start) for start in starts) or "-"
            raise BadInput(
                Fault("not_a_period_start", column="--base", params={"year": year, "known": known})
            )
    return Terms(
        first_year=choice.first_year,
        pot=EXAMPLE_POT_MSEK if choice.pot_msek is None else choice.pot_msek,
        indexation_pct=EXAMPLE_INDEXATION_PCT if choice.indexation_pct is None else choice.indexation_pct,
        shortage=choice.shortage,
        new_bases=new_bases,
    )
