"""The state grant with another total, and its payments with other grants or rebates."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from nt_process.financing import parameters
from nt_process.financing.data.documents import REBATE_SETTLEMENT_2023
from nt_process.financing.input_tables import InputRow, amounts, column, has_column, read_regions
from nt_process.financing.layout import Input, Layout, Note
from nt_process.financing.layouts.grant import grant_layout, grant_scenario_layout
from nt_process.financing.layouts.payments import payments_layout
from nt_process.financing.payments import RebateReduction, reductions_by_grant
from nt_process.financing.rebate_split import DEDUCTION, RebateRule, settle_rebate
from nt_process.financing.scenarios import OWN_FILE
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import N_
from nt_process.kernel.money import KRONA, MILLION
from nt_process.kernel.regions import find_region


def grant_scenario(year: int, total_sek: Decimal | None) -> Layout:
    """The published grant of a year, or with `total_sek` what that total would give each region."""
    published = parameters.grant_year(year)
    return grant_layout(published) if total_sek is None else grant_scenario_layout(published, total_sek)


def payments_scenario(
    year: int,
    region: str | None = None,
    file: bytes | None = None,
    forecast_msek: Decimal | None = None,
    final_msek: Decimal | None = None,
) -> Layout:
    """The payments of a year's grant, of all regions or of one.

    The file gives other grants (region, grant_sek), and may give each region's own rebate
    (rebate_forecast_sek and rebate_sek). Otherwise the country's rebate, published or given in
    million SEK, is divided over the regions by their grants.
    """
    rows = _rows_of(file)
    if rows is None:
        published = parameters.grant_year(year)
        if not published.grants:
            raise BadInput(Fault("no_distribution", params={"year": year}))
        grants, source = dict(published.grants), published.source
    else:
        grants, source = amounts(rows, "grant_sek"), OWN_FILE
    inputs = (Input("year", N_("Year"), year), Input("grants", N_("Grants per region"), None, source))
    rule = parameters.rebate_rule_or_none(year)
    if rule is None or rule.method != DEDUCTION:
        reductions, rebate_inputs = None, ()
        note = Note(N_("No rebate is deducted from the payments of this year's grant."))
    elif rows is not None and has_column(rows, "rebate_sek"):
        reductions, rebate_inputs = _own_reductions(rows, rule), ()
        note = Note(N_("The state's share of each region's own rebate is deducted."))
    else:
        reductions, rebate_inputs, note = _shared_reductions(year, rule, grants, forecast_msek, final_msek)
    if region is not None:
        found = find_region(region)
        if found is None:
            raise BadInput(Fault("unknown_region", column="--region", params={"value": region[:80]}))
        grants = {found.code: grants[found.code]}
    return payments_layout(year, grants, reductions, (*inputs, *rebate_inputs), (note,))


def _rows_of(file: bytes | None) -> dict[str, InputRow] | None:
    if file is None:
        return None
    columns = [
        column("grant_sek", "amount"),
        column("rebate_forecast_sek", "ore", required=False),
        column("rebate_sek", "ore", required=False),
    ]
    rows = read_regions(file, columns)
    if has_column(rows, "rebate_sek") != has_column(rows, "rebate_forecast_sek"):
        raise BadInput(Fault("rebate_columns_go_together", column="rebate_sek"))
    return rows


def _own_reductions(rows: Mapping[str, InputRow], rule: RebateRule) -> dict[str, RebateReduction]:
    reductions = {}
    for code, row in rows.items():
        settled = settle_rebate(row.amount("rebate_forecast_sek"), row.amount("rebate_sek"), rule)
        reductions[code] = RebateReduction(settled.deduction, settled.adjustment)
    return reductions


def _shared_reductions(
    year: int,
    rule: RebateRule,
    grants: Mapping[str, Decimal],
    forecast_msek: Decimal | None,
    final_msek: Decimal | None,
) -> tuple[dict[str, RebateReduction] | None, tuple[Input, ...], Note]:
    published = parameters.REBATE_OUTCOMES.get(year)
    forecast = published.forecast_sek if published and forecast_msek is None else _sek(forecast_msek)
    final = published.final_sek if published and final_msek is None else _sek(final_msek)
    if forecast is None:
        return (
            None,
            (),
            Note(N_("TLV's forecast of the rebate is not published here, so nothing is deducted.")),
        )
    settled = settle_rebate(forecast, forecast if final is None else final, rule, KRONA)
    inputs = (
        Input(
            "rebate_forecast_msek",
            N_("Forecast rebate, million SEK"),
            forecast / MILLION,
            REBATE_SETTLEMENT_2023 if forecast_msek is None else None,
        ),
        Input(
            "rebate_final_msek",
            N_("Final rebate, million SEK"),
            None if final is None else final / MILLION,
            REBATE_SETTLEMENT_2023 if final_msek is None else None,
        ),
        Input("state_pct", N_("The state's share, percent"), rule.state_pct, rule.source),
    )
    note = Note(
        N_(
            "The state's share of the rebate is divided over the regions by their grants, an assumption: "
            "the settlement rests on each region's own outcome, which is not public."
        )
    )
    return reductions_by_grant(settled.deduction, settled.adjustment, grants), inputs, note


def _sek(msek: Decimal | None) -> Decimal | None:
    return None if msek is None else msek * MILLION
