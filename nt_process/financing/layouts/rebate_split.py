"""The division of a year's rebate between state and regions laid out, with its calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from nt_process.financing.layout import (
    REGION_COLUMNS,
    REGIONS_TAKE_REST,
    Column,
    Input,
    Layout,
    Note,
    Row,
    Value,
    columns_with_values,
    region_cells,
)
from nt_process.financing.rebate_split import (
    DEDUCTION,
    NET_GRANT,
    RebateRule,
    net_grant,
    rebate_calendar,
    settle_rebate,
    split_rebate,
)
from nt_process.kernel.messages import N_
from nt_process.kernel.money import ORE, ZERO, exact
from nt_process.kernel.regions import COUNTRY_CODE


@dataclass(frozen=True, slots=True)
class RebateFigures:
    """A rebate in SEK, of one region or of the whole country: final, forecast, gross grant."""

    final: Decimal
    forecast: Decimal | None = None
    gross_grant: Decimal | None = None


_COLUMNS = (
    *REGION_COLUMNS,
    Column("rebate_sek", N_("Rebate, SEK")),
    Column("state_share_sek", N_("The state's share, SEK"), ORE),
    Column("regions_share_sek", N_("The regions' share, SEK"), ORE, REGIONS_TAKE_REST),
    Column("forecast_sek", N_("Forecast rebate, SEK")),
    Column("forecast_state_share_sek", N_("The state's share of the forecast, SEK"), ORE),
    Column("adjustment_sek", N_("Adjustment after the final settlement, SEK")),
    Column("gross_grant_sek", N_("Gross grant, SEK")),
    Column("net_grant_sek", N_("Net grant, SEK")),
)
_SUMMED = tuple(column.key for column in _COLUMNS[len(REGION_COLUMNS) :])


@exact
def rebate_split_layout(
    year: int, figures: Mapping[str, RebateFigures], rule: RebateRule, inputs: tuple[Input, ...]
) -> Layout:
    """One row per key of `figures`: region codes, or "00" alone for the whole country."""
    rows = tuple(_row(code, figure, rule) for code, figure in figures.items())
    columns = columns_with_values(_COLUMNS, rows)
    terms = (
        Input("regions_pct", N_("The regions' share, percent"), rule.regions_pct, rule.source),
        Input("state_pct", N_("The state's share, percent"), rule.state_pct, rule.source),
    )
    return Layout("rebate-split", (*inputs, *terms), columns, rows, _totals(rows), _notes(year, rule))


def _row(code: str, figures: RebateFigures, rule: RebateRule) -> Row:
    shares = split_rebate(figures.final, rule)
    row: dict[str, Value] = {
        **region_cells(code),
        "rebate_sek": figures.final,
        "state_share_sek": shares.state_unrounded,
        "state_share_sek_rounded": shares.state,
        "regions_share_sek": shares.total - shares.state_unrounded,
        "regions_share_sek_rounded": shares.regions,
    }
    if figures.forecast is not None:
        settlement = settle_rebate(figures.forecast, figures.final, rule)
        row |= {
            "forecast_sek": figures.forecast,
            "forecast_state_share_sek": settlement.forecast.state_unrounded,
            "forecast_state_share_sek_rounded": settlement.deduction,
        }
        if rule.method == DEDUCTION:
            row["adjustment_sek"] = settlement.adjustment
        elif figures.gross_grant is not None:
            row["gross_grant_sek"] = figures.gross_grant
            row["net_grant_sek"] = net_grant(figures.gross_grant, figures.forecast, rule)
    return row


def _totals(rows: tuple[Row, ...]) -> Row:
    keys = (*_SUMMED, *(column.rounded_key for column in _COLUMNS if column.step is not None))
    totals: dict[str, Value] = {**region_cells(COUNTRY_CODE)}
    for key in keys:
        found = [value for row in rows if isinstance(value := row.get(key), Decimal)]
        if found:
            totals[key] = sum(found, ZERO)
    return totals


def _notes(year: int, rule: RebateRule) -> tuple[Note, ...]:
    rounding = Note(N_("The state's share is rounded to öre and the regions have the rest, so they add up."))
    if rule.method == NET_GRANT:
        return (
            rounding,
            Note(
                N_(
                    "From 2024 the grant is a net grant: the state's share of the forecast is taken off in "
                    "advance. How a difference to the outcome is settled is not stated."
                )
            ),
        )
    calendar = rebate_calendar(year)
    return (
        rounding,
        Note(
            N_(
                "Forecast %(forecast)s, deducted in the payment of %(deduction)s, final settlement "
                "%(final)s, the rest at the latest in the payment of %(adjustment)s."
            ),
            {
                "forecast": str(calendar.forecast),
                "deduction": str(calendar.deduction),
                "final": str(calendar.final),
                "adjustment": str(calendar.adjustment),
            },
        ),
        *_first_year_note(rule),
    )


def _first_year_note(rule: RebateRule) -> tuple[Note, ...]:
    if rule.first_year == rule.last_year:
        return ()
    return (Note(N_("The document calls this division the original one and does not say when it began.")),)
