"""The worked example: by hand for clauses on sums and on counts, and what holds for every contract."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nt_process.terms.clause import Clause
from nt_process.terms.contract import Contract
from nt_process.terms.example import Year, worked
from nt_process.terms.outcomes import IndividualOutcome, Instalments, PopulationOutcome
from nt_process.terms.patients import DoseCap, FreeDoses, PatientCap
from nt_process.terms.prices import CoverageWithEvidence, FixedNetPrice, SimpleDiscount
from nt_process.terms.volumes import SpendCap, Subscription, TieredVolume
from tests.terms.worlds import contracts, kr

# Ten packages a month at 1 000 kr in twelve months: 120 packages for 120 000 kr. Twenty patients, six doses each, and the
# outcome is reached for three in four: it fails for five, whose medicine costs 6 000 kr each.
ASSUMED = Year(kr(10), kr(1000), patients=20, doses=6, met=kr(75))


@pytest.mark.parametrize(
    ("clause", "due"),
    [
        (SimpleDiscount(rate_pct=kr(10)), "12000"),
        (FixedNetPrice(net_prices={"P": kr(900)}), "12000"),
        (TieredVolume(mode="marginal", tiers=((kr(0), kr(10)), (kr(100), kr(20)))), "14000"),
        (TieredVolume(mode="all_units", tiers=((kr(0), kr(10)), (kr(100), kr(20)))), "24000"),
        (SpendCap(cap=kr(100000), share_pct=kr(50)), "10000"),
        (Subscription(fee=kr(110000)), "10000"),
        (PatientCap(cap=15), "30000"),
        (FreeDoses(free=2, dose_price=kr(500)), "20000"),
        (DoseCap(most=5, dose_price=kr(500)), "10000"),
        (IndividualOutcome(measure="Svar", share_pct=kr(50)), "15000"),
        (PopulationOutcome(measure="Svar", target_pct=kr(100)), "30000"),
        (Instalments(instalments=(("Svar", kr(1000)),)), "5000"),
        # Weighed after the year is over, and yet seen.
        (CoverageWithEvidence(provisional_prices={"P": kr(1000)}, final_prices={"P": kr(800)}, review=date(2028, 1, 1)),
         "24000"),
    ],
)  # fmt: skip
def test_what_a_clause_comes_to(clause: Clause, due: str) -> None:
    contract = Contract(date(2026, 1, 1), None, ("P",), (clause,))
    found = worked(contract, ASSUMED)
    assert (found.cost, found.due) == (kr(120000), kr(due))


def test_a_shorter_agreement_has_fewer_months() -> None:
    contract = Contract(date(2026, 1, 1), date(2026, 3, 31), ("P", "Q"), (SimpleDiscount(rate_pct=kr(10)),))
    assert worked(contract, ASSUMED).cost == kr(60000)


@given(contracts, st.integers(0, 1000), st.integers(0, 10**6), st.integers(0, 50), st.integers(0, 100))
def test_nothing_is_given_back_beyond_the_cost(
    contract: Contract, volume: int, ore: int, patients: int, met: int
) -> None:
    year = Year(Decimal(volume), Decimal(ore) / 100, patients, patients, Decimal(met))
    found = worked(contract, year)
    assert 0 <= found.due <= found.cost
