"""What state and regions share: the gain and loss settlement, and the rebate of joint agreements."""

from __future__ import annotations

from decimal import Decimal

from nt_process.financing import parameters
from nt_process.financing.gainloss import Corridor, gain_loss
from nt_process.financing.input_tables import column, has_column, read_regions
from nt_process.financing.layout import Input, Layout
from nt_process.financing.layouts.gainloss import gain_loss_layout
from nt_process.financing.layouts.rebate_split import RebateFigures, rebate_split_layout
from nt_process.financing.scenarios import OWN_FILE
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import N_
from nt_process.kernel.money import MILLION, ORE, ZERO
from nt_process.kernel.regions import COUNTRY_CODE


def gain_loss_scenario(
    year: int,
    part: str,
    agreed_msek: Decimal | None,
    actual_msek: Decimal,
    *,
    width_pct: Decimal | None = None,
    share_pct: Decimal | None = None,
) -> Layout:
    """The settlement of the pharmaceutical benefit ("benefit") or of hepatitis C ("hepatitis-c")."""
    published = parameters.gain_loss_year(year)
    hepatitis = part == "hepatitis-c"
    cost_share = published.hepatitis_c_state_pct if hepatitis else Decimal(100)
    published_amount = published.hepatitis_c if hepatitis else published.benefit
    agreed = published_amount if agreed_msek is None else agreed_msek
    corridor = Corridor(
        published.corridor.width_pct if width_pct is None else width_pct,
        published.corridor.share_pct if share_pct is None else share_pct,
    )
    inputs = (
        Input("year", N_("Year"), year),
        Input("part", N_("Part of the agreement"), part),
        Input(
            "agreed_msek",
            N_("Agreed, million SEK"),
            agreed,
            published.source if agreed_msek is None else None,
        ),
        Input("actual_msek", N_("Actual cost, million SEK"), actual_msek),
        Input(
            "cost_share_pct",
            N_("Compared share of the cost, percent"),
            cost_share,
            published.source if hepatitis else None,
        ),
    )
    return gain_loss_layout(gain_loss(agreed, actual_msek, corridor, cost_share), corridor, inputs)


def rebate_split_scenario(
    year: int,
    total_msek: Decimal | None,
    forecast_msek: Decimal | None = None,
    gross_grant_msek: Decimal | None = None,
    file: bytes | None = None,
) -> Layout:
    """The division of a year's rebate: of the country's, or region by region from a file.

    The file gives region and rebate_sek, and may give rebate_forecast_sek and gross_grant_sek.
    Without a total and a file the published outcome of the year is divided.
    """
    rule = parameters.rebate_rule(year)
    inputs = [Input("year", N_("Year"), year)]
    if file is not None:
        if total_msek is not None or forecast_msek is not None or gross_grant_msek is not None:
            raise BadInput(Fault("file_and_total"))
        inputs.append(Input("rebates", N_("Rebates per region"), None, OWN_FILE))
        return rebate_split_layout(year, _rebates_of(file), rule, tuple(inputs))
    source = None
    final = _in_ore(total_msek, "--total")
    forecast = _in_ore(forecast_msek, "--forecast")
    if final is None:
        outcome = parameters.rebate_outcome(year)
        final, source = outcome.final_sek, outcome.source
        forecast = outcome.forecast_sek if forecast is None else forecast
    inputs.append(Input("total_msek", N_("Rebate, million SEK"), final / MILLION, source))
    if forecast is not None:
        inputs.append(Input("forecast_msek", N_("Forecast rebate, million SEK"), forecast / MILLION, source))
    figures = RebateFigures(final, forecast, _in_ore(gross_grant_msek, "--gross-grant"))
    return rebate_split_layout(year, {COUNTRY_CODE: figures}, rule, tuple(inputs))


def _in_ore(msek: Decimal | None, option: str) -> Decimal | None:
    """Million SEK as SEK. Raises BadInput not_whole_unit for fractions of an öre."""
    if msek is None:
        return None
    sek = msek * MILLION
    if sek % ORE != ZERO:
        raise BadInput(Fault("not_whole_unit", column=option, params={"value": msek, "unit": "öre"}))
    return sek


def _rebates_of(file: bytes) -> dict[str, RebateFigures]:
    optional = {
        name: column(name, "ore", required=False) for name in ("rebate_forecast_sek", "gross_grant_sek")
    }
    rows = read_regions(file, [column("rebate_sek", "ore"), *optional.values()])
    given = {name for name in optional if has_column(rows, name)}
    return {
        code: RebateFigures(
            row.amount("rebate_sek"),
            row.amount("rebate_forecast_sek") if "rebate_forecast_sek" in given else None,
            row.amount("gross_grant_sek") if "gross_grant_sek" in given else None,
        )
        for code, row in rows.items()
    }
