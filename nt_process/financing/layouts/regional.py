"""Who pays what inside a region laid out: all rules on a day, one purchase, or a returned rebate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from nt_process.financing.data.documents import VGR_COST_RESPONSIBILITY
from nt_process.financing.data.regional_vgr import PAYER_NAMES
from nt_process.financing.layout import (
    LAST_TAKES_REST,
    REGION_COLUMNS,
    Column,
    Input,
    Layout,
    Note,
    Row,
    region_cells,
)
from nt_process.financing.regional import Purchase, Rule, return_rebate, who_pays
from nt_process.kernel.messages import N_
from nt_process.kernel.money import ORE, ZERO, exact

_RULE_COLUMNS = (
    *REGION_COLUMNS,
    Column("situation", N_("Situation")),
    Column("title", N_("Description")),
    Column("payer", N_("Payer")),
    Column("payer_name", N_("Payer's name")),
    Column("share_pct", N_("Share, percent")),
    Column("share_of", N_("Share of")),
    Column("valid_from", N_("Valid from")),
    Column("valid_to", N_("Valid to")),
)
_PURCHASE_COLUMNS = (
    *_RULE_COLUMNS[:-2],
    Column("amount_sek", N_("Amount, SEK"), ORE, LAST_TAKES_REST),
)
_REBATE_COLUMNS = (
    *REGION_COLUMNS,
    Column("unit", N_("Unit")),
    Column("cost_sek", N_("Cost, SEK")),
    Column("rebate_sek", N_("Returned rebate, SEK")),
)
_ORDER_NOTE = Note(
    N_("The document does not rank its exceptions; the first in this order that applies decides.")
)
_NOT_COVERED_NOTE = Note(
    N_(
        "Not part of the calculation: the service of dose dispensing, subsidised contraceptives for young "
        "women and special decisions on transfer between levels of care."
    )
)


def rules_layout(region_code: str, day: date, rules: Sequence[Rule]) -> Layout:
    """The rules in force on a day, in the order in which they are tried."""
    rows: list[Row] = []
    for rule in rules:
        if rule.in_force(day):
            rows += _rule_rows(region_code, rule)
    inputs = (Input("date", N_("Date"), day, VGR_COST_RESPONSIBILITY),)
    return Layout("regional", inputs, _RULE_COLUMNS, tuple(rows), {}, (_ORDER_NOTE, _NOT_COVERED_NOTE))


def _rule_rows(region_code: str, rule: Rule) -> list[Row]:
    shares = [
        (payer, share, "remaining_cost" if rule.extra_cost_payer else "cost") for payer, share in rule.shares
    ]
    if rule.extra_cost_payer:
        shares.insert(0, (rule.extra_cost_payer, Decimal(100), "extra_cost"))
    return [
        {
            **region_cells(region_code),
            "situation": rule.code,
            "title": Note(rule.title),
            "payer": payer,
            "payer_name": Note(PAYER_NAMES[payer]),
            "share_pct": share,
            "share_of": share_of,
            "valid_from": rule.valid_from,
            "valid_to": rule.valid_to,
        }
        for payer, share, share_of in shares
    ]


@exact
def purchase_layout(region_code: str, purchase: Purchase, rules: Sequence[Rule]) -> Layout:
    """What each payer bears of one purchase. Raises ValueError as `who_pays`."""
    decided = who_pays(purchase, rules)
    rows = tuple(
        {
            **row,
            "amount_sek": part.unrounded,
            "amount_sek_rounded": part.amount,
        }
        for row, part in zip(_rule_rows(region_code, decided.rule), decided.parts, strict=True)
    )
    totals = {
        **region_cells(region_code),
        "amount_sek": sum((part.unrounded for part in decided.parts), ZERO),
        "amount_sek_rounded": sum((part.amount for part in decided.parts), ZERO),
    }
    inputs = (
        Input("date", N_("Date"), purchase.day),
        Input("channel", N_("Channel"), purchase.channel),
        Input("price_sek", N_("Price, SEK"), purchase.price),
        Input("patient_fee_sek", N_("Patient's own fee, SEK"), purchase.patient_fee),
        Input("atc", N_("ATC code"), purchase.atc or None),
        Input("cost_sek", N_("Cost, SEK"), purchase.cost),
        Input("rule", N_("Deciding rule"), decided.rule.quotation, VGR_COST_RESPONSIBILITY),
    )
    return Layout("regional", inputs, _PURCHASE_COLUMNS, rows, totals, (_ORDER_NOTE, _NOT_COVERED_NOTE))


@exact
def returned_rebate_layout(region_code: str, rebate_sek: Decimal, costs: Mapping[str, Decimal]) -> Layout:
    """A quarter's rebate (SEK, whole öre) back to the units that bore the cost (SEK per unit)."""
    parts = return_rebate(rebate_sek, costs)
    rows = tuple(
        {**region_cells(region_code), "unit": unit, "cost_sek": cost, "rebate_sek": parts[unit]}
        for unit, cost in costs.items()
    )
    totals = {**region_cells(region_code), "cost_sek": sum(costs.values(), ZERO), "rebate_sek": rebate_sek}
    inputs = (Input("rebate_sek", N_("Rebate, SEK"), rebate_sek),)
    reading = Note(
        N_("The rebate goes back quarterly to the units that bore the cost, in proportion to it, to the öre.")
    )
    return Layout("regional-rebate", inputs, _REBATE_COLUMNS, rows, totals, (reading,))
