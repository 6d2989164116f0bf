"""The periods and the pot as tables that leave the system, and the pot as a chart."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal

from flask_babel import format_decimal
from flask_babel import gettext as _
from markupsafe import Markup

from nt_process.financing.bars import Bar, bar_chart
from nt_process.infra.rows import Row
from nt_process.infra.spreadsheet import Cell, Sheet
from nt_process.introduction_financing import texts
from nt_process.introduction_financing.pot_queries import Pot
from nt_process.introduction_financing.rules.period import Economy
from nt_process.kernel.money import ORE, round_half_up
from nt_process.kernel.regions import BY_CODE


def periods_sheet(rows: Sequence[Row], money: Mapping[uuid.UUID, Economy]) -> Sheet:
    """One row for each period; the amounts (SEK) where the reader sees them."""
    header = [
        _("Region"), _("Medicine"), _("ATC code"), _("Indication"), _("Case number"), _("First day"), _("Months"),
        _("The cost moves on"), _("Budget"), _("Spent"), _("Remaining"), _("Forecast"), _("Moves a year"),
    ]  # fmt: skip
    return Sheet(_("Introduction financing"), header, [[*_facts(row), *_amounts(row, money)] for row in rows])


def _facts(row: Row) -> list[Cell]:
    return [
        BY_CODE[row["county_code"]].official_name, row["medicine"], row["atc"], row["indication"],
        row["case_number"] or "", row["start_on"], row["months"], row["moves_on"],
    ]  # fmt: skip


def _amounts(row: Row, money: Mapping[uuid.UUID, Economy]) -> list[Cell]:
    one = money.get(row["id"])
    if one is None:
        return [None] * 5
    return [one.budget, one.spent, one.remaining, one.forecast, one.yearly]


def years_sheet(pot: Pot) -> Sheet:
    """The pot year by year, million SEK."""
    header = [
        _("Year"), _("Basis"), _("Cost"), _("The state's 90 percent"), _("Brought forward"), _("Saved before"),
        _("The pot"), _("Granted"), _("Missing"), _("Carried forward"), _("Saved after"), _("The regions pay"),
        _("The pot suffices"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            one.row.year, _("outcome") if one.outcome else _("forecast"),
            *(_rounded(getattr(one.row, name)) for name in (
                "cost", "entitled", "brought_forward", "opening", "pot", "granted", "shortage", "carried_forward",
                "closing", "regions_pay")),
            str(texts.LEVEL_NAMES[one.level]),
        ]
        for one in pot.years
    ]  # fmt: skip
    return Sheet(_("The pot, MSEK"), header, rows)


def medicines_sheet(pot: Pot) -> Sheet:
    """One row for each medicine with joint liability."""
    header = [
        _("Medicine"), _("ATC code"), _("Indication"), _("Case number"), _("Exclusivity from"), _("Ends"),
        _("Expected cost a year, MSEK"), _("Reason"), _("Source"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            row["medicine"], row["atc"], row["indication"], row["case_number"] or "", row["start_on"], row["ends_on"],
            row["yearly_cost"], row["reason"], row["origin"],
        ]
        for row in pot.medicines
    ]  # fmt: skip
    return Sheet(_("Joint liability"), header, rows)


def own_sheet(pot: Pot) -> Sheet:
    """What orphan drugs cost the reader's own region, SEK."""
    header = [_("Region"), _("Year"), _("Cost, kronor"), _("State grant, kronor"), _("Own part, kronor")]
    rows: list[list[Cell]] = [
        [
            BY_CODE[one.code].official_name, one.row["year"], one.row["amount"],
            one.share.granted if one.share else None, one.share.own if one.share else None,
        ]
        for one in pot.own
    ]  # fmt: skip
    return Sheet(_("Own region"), header, rows)


def pot_chart(pot: Pot) -> Markup | None:
    """What is due and what there is, year by year; the same figures stand in the table."""
    if not pot.years:
        return None
    bars = []
    for one in pot.years:
        due, available = one.row.entitled + one.row.brought_forward, one.row.opening + one.row.pot
        printed = tuple(str(format_decimal(value, "#,##0.0")) for value in (due, available))
        bars.append(Bar(str(one.row.year), (due, available), printed))
    title = _("What is due to the regions and what there is in the pot, million SEK a year")
    return Markup(bar_chart(title, bars))  # noqa: S704 - the chart escapes every text it holds


def _rounded(amount: Decimal) -> Decimal:
    return round_half_up(amount, ORE)
