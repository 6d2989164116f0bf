"""Who pays inside Västra Götaland: the document's rules, their dates, and whole öre."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nt_process.financing.data.regional_vgr import RULES
from nt_process.financing.regional import (
    CENTRAL,
    COMMUNICABLE_DISEASE_UNIT,
    HOME_REGION,
    MIGRATION_AGENCY,
    PRESCRIBER_UNIT,
    Introduction,
    Purchase,
    return_rebate,
    who_pays,
)
from tests.requirements import need, shared_data_dir

DAY = date(2026, 3, 1)
PRICE = Decimal("1000.00")


ORDINARY = Purchase(day=DAY, channel="prescription", price=PRICE)


def paid(**chosen: Any) -> dict[str, Decimal]:
    """What each payer bears of an ordinary purchase that differs as chosen."""
    return {part.payer: part.amount for part in who_pays(replace(ORDINARY, **chosen), RULES).parts}


@pytest.mark.parametrize(
    ("chosen", "payers"),
    [
        ({}, {PRESCRIBER_UNIT: 1000}),
        ({"channel": "requisition"}, {PRESCRIBER_UNIT: 1000}),
        ({"patient_fee": Decimal(200)}, {PRESCRIBER_UNIT: 800}),
        ({"channel": "requisition", "patient_fee": Decimal(200)}, {PRESCRIBER_UNIT: 1000}),
        ({"prescriber": "other-region"}, {CENTRAL: 1000}),
        ({"prescriber": "without-responsibility"}, {CENTRAL: 1000}),
        ({"prescriber": "other-region", "channel": "requisition"}, {PRESCRIBER_UNIT: 1000}),
        ({"patient": "asylum-seeker"}, {MIGRATION_AGENCY: 1000}),
        ({"patient": "without-permit"}, {CENTRAL: 1000}),
        ({"patient": "other-region"}, {HOME_REGION: 1000}),
        ({"communicable": "other"}, {COMMUNICABLE_DISEASE_UNIT: 1000}),
        ({"communicable": "other", "patient_fee": Decimal(200)}, {COMMUNICABLE_DISEASE_UNIT: 1000}),
        ({"communicable": "hiv"}, {PRESCRIBER_UNIT: 1000}),
        ({"communicable": "hepatitis-c"}, {PRESCRIBER_UNIT: 1000}),
        ({"general_vaccination": True}, {CENTRAL: 1000}),
        ({"acute_store": True}, {CENTRAL: 1000}),
        ({"solidarity_listed": True}, {CENTRAL: 950, PRESCRIBER_UNIT: 50}),
    ],
)
def test_the_payer_of_each_situation(chosen, payers) -> None:
    assert paid(**chosen) == payers


@pytest.mark.parametrize("atc", ["B02BD02", "B02BD", "B02BX06"])
def test_haemophilia_moved_to_the_prescriber_in_2026(atc: str) -> None:
    assert paid(atc=atc, day=date(2025, 12, 31)) == {CENTRAL: 1000}
    assert paid(atc=atc, day=date(2026, 1, 1)) == {PRESCRIBER_UNIT: 1000}
    assert paid(atc=atc, day=date(2025, 12, 31), channel="requisition") == {PRESCRIBER_UNIT: 1000}
    assert paid(atc="B02BX05", day=date(2025, 12, 31)) == {PRESCRIBER_UNIT: 1000}


@pytest.mark.parametrize(
    ("day", "payers"),
    [
        (date(2024, 2, 28), {PRESCRIBER_UNIT: 1000}),
        (date(2024, 2, 29), {CENTRAL: 300, PRESCRIBER_UNIT: 700}),
        (date(2026, 2, 27), {CENTRAL: 300, PRESCRIBER_UNIT: 700}),
        (date(2026, 2, 28), {PRESCRIBER_UNIT: 1000}),
    ],
)
def test_introduction_financing_pays_the_extra_cost_for_two_years(day: date, payers) -> None:
    introduction = Introduction(date(2024, 2, 29), Decimal(300))
    assert paid(day=day, introduction=introduction) == payers


@given(
    st.integers(min_value=0, max_value=10**10).map(lambda ore: Decimal(ore).scaleb(-2)),
    st.fixed_dictionaries(
        {
            "solidarity_listed": st.booleans(),
            "prescriber": st.sampled_from(["own", "without-responsibility", "other-region"]),
            "patient": st.sampled_from(["resident", "other-region", "asylum-seeker", "without-permit"]),
            "channel": st.sampled_from(["prescription", "requisition"]),
            "day": st.dates(min_value=date(2024, 1, 1), max_value=date(2030, 1, 1)),
        }
    ),
)
def test_every_purchase_has_payers_who_bear_it_whole(price: Decimal, chosen: dict[str, Any]) -> None:
    parts = paid(price=price, **chosen)
    assert sum(parts.values()) == price
    assert all(amount >= 0 and amount % Decimal("0.01") == 0 for amount in parts.values())


def test_a_fee_or_extra_cost_beyond_the_price_is_an_error() -> None:
    with pytest.raises(ValueError, match="larger"):
        paid(patient_fee=Decimal(1001))
    with pytest.raises(ValueError, match="larger"):
        paid(introduction=Introduction(DAY, Decimal(1001)))


@given(
    st.integers(min_value=0, max_value=10**10).map(lambda ore: Decimal(ore).scaleb(-2)),
    st.dictionaries(
        st.text(min_size=1, max_size=5), st.decimals(1, 10**6, places=2), min_size=1, max_size=20
    ),
)
def test_a_rebate_goes_back_whole_to_the_units(rebate: Decimal, costs: dict[str, Decimal]) -> None:
    parts = return_rebate(rebate, costs)
    assert sum(parts.values()) == rebate
    everything = sum(costs.values())
    for unit, cost in costs.items():
        assert abs(parts[unit] - rebate * cost / everything) < Decimal("0.01000001")


def test_every_quotation_stands_in_the_document() -> None:
    need("shared_data")
    texts = list((shared_data_dir().parent / "seeds").glob("001_*.txt"))
    if not texts:
        pytest.skip("the document is not beside the data sets")
    document = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", texts[0].read_text(encoding="utf-8"))
    document = re.sub(r"\s+", " ", document)
    for rule in RULES:
        for part in re.split(r" … |(?<=\.) (?=Gäller|Subventionen)", rule.quotation):
            assert part.rstrip(".") in document, rule.code
