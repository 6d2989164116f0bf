"""Who pays what inside a region: the rules on a day, one purchase, or a rebate to give back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from nt_process.financing.data import regional_vgr
from nt_process.financing.input_tables import column, read_rows
from nt_process.financing.layout import Layout
from nt_process.financing.layouts.regional import purchase_layout, returned_rebate_layout, rules_layout
from nt_process.financing.regional import (
    Channel,
    Disease,
    Introduction,
    Patient,
    Prescriber,
    Purchase,
    Rule,
)
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.regions import BY_CODE, find_region

# Every region whose rules a document describes; the others are added as theirs are published.
RULES_BY_REGION = {regional_vgr.REGION_CODE: regional_vgr.RULES}


def rules_scenario(region: str, day: date) -> Layout:
    code, rules = _rules_of(region)
    return rules_layout(code, day, rules)


def stated_purchase(
    day: date,
    price: Decimal,
    *,
    patient_fee: Decimal,
    channel: Channel,
    atc: str,
    prescriber: Prescriber,
    patient: Patient,
    communicable: Disease | None,
    vaccination: bool,
    acute_store: bool,
    solidarity_listed: bool,
    introduction_start: date | None,
    extra_cost: Decimal | None,
) -> Purchase:
    """A purchase (amounts in SEK). With a first day of introduction financing and no extra cost, the whole
    price is taken to be extra."""
    introduction = None
    if introduction_start is not None:
        introduction = Introduction(introduction_start, price if extra_cost is None else extra_cost)
    return Purchase(
        day=day,
        channel=channel,
        price=price,
        patient_fee=patient_fee,
        atc=atc.strip().upper(),
        prescriber=prescriber,
        patient=patient,
        communicable=communicable,
        general_vaccination=vaccination,
        acute_store=acute_store,
        solidarity_listed=solidarity_listed,
        introduction=introduction,
    )


def purchase_scenario(region: str, purchase: Purchase) -> Layout:
    code, rules = _rules_of(region)
    try:
        return purchase_layout(code, purchase, rules)
    except ValueError:
        raise BadInput(Fault("part_exceeds_whole")) from None


def returned_rebate_scenario(region: str, rebate_sek: Decimal, file: bytes) -> Layout:
    """A quarter's rebate (whole öre) to the units of a file with the columns unit and cost_sek."""
    code, _ = _rules_of(region)
    rows = read_rows(file, [column("unit", "text", "enhet"), column("cost_sek", "amount", "kostnad_kr")])
    costs: dict[str, Decimal] = {}
    for row in rows:
        if row.text("unit") in costs:
            raise BadInput(Fault("duplicate_name", row.number, "unit", {"name": row.text("unit")[:80]}))
        costs[row.text("unit")] = row.amount("cost_sek")
    if not sum(costs.values()):
        raise BadInput(Fault("nothing_to_divide_by", column="cost_sek"))
    return returned_rebate_layout(code, rebate_sek, costs)


def _rules_of(text: str) -> tuple[str, Sequence[Rule]]:
    region = find_region(text)
    if region is None:
        raise BadInput(Fault("unknown_region", column="--region", params={"value": text[:80]}))
    if region.code not in RULES_BY_REGION:
        known = ", ".join(BY_CODE[code].name for code in RULES_BY_REGION)
        params = {"region": region.name, "known": known}
        raise BadInput(Fault("no_regional_rules", column="--region", params=params))
    return region.code, RULES_BY_REGION[region.code]
