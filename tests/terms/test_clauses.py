"""Every kind of clause against figures worked out by hand, with its boundaries."""

from __future__ import annotations

import doctest
import importlib
from datetime import date
from decimal import Decimal

import pytest

from nt_process.terms.clause import Clause
from nt_process.terms.outcomes import IndividualOutcome, Instalments, PopulationOutcome
from nt_process.terms.patients import DoseCap, FreeDoses, PatientCap
from nt_process.terms.prices import CoverageWithEvidence, FixedNetPrice, SimpleDiscount
from nt_process.terms.values import Cohort, Counts, Doses, Outcome, SalesLine
from nt_process.terms.volumes import SpendCap, Subscription, TieredVolume
from tests.terms.worlds import APRIL, FEBRUARY, JANUARY, NOTHING, due, kr, sale


@pytest.mark.parametrize("name", ["prices", "volumes", "patients", "outcomes", "split"])
def test_the_worked_examples_in_the_text_hold(name: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(f"nt_process.terms.{name}"))
    assert tried
    assert not failed


def amount(
    clause: Clause, *lines: SalesLine, counts: Counts = NOTHING, until: date = date(2026, 12, 31)
) -> Decimal:
    return due(clause, sales=lines, counts=counts, until=until).due


# --- the price ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        ("0", "0"),
        ("12.5", "10000"),  # 80 000 · 0.125
        ("100", "80000"),
        ("0.00001", "0.01"),  # 0.008 kr, to the nearest öre
    ],
)
def test_simple_discount(rate: str, expected: str) -> None:
    assert amount(SimpleDiscount(rate_pct=kr(rate)), sale(80000, 100)) == kr(expected)


@pytest.mark.parametrize(
    ("net", "expected"),
    [
        ("900", "3000"),  # 12 000 - 10 · 900
        ("1200", "0"),  # exactly what was paid
        ("1199.99", "0.10"),  # 10 · 0.01
        ("1300", "0"),  # dearer than what was paid gives nothing back
        ("0", "12000"),
    ],
)
def test_fixed_net_price(net: str, expected: str) -> None:
    assert amount(FixedNetPrice(net_prices={"P": kr(net)}), sale(12000, 10)) == kr(expected)


def test_a_package_without_a_net_price_is_not_touched() -> None:
    assert amount(FixedNetPrice(net_prices={"P": kr(0)}), sale(500, package="Q")) == 0


@pytest.mark.parametrize(
    ("until", "final", "expected"),
    [
        # 40 packages in January, 10 in April; review in April: only what was bought before it is adjusted.
        (date(2026, 3, 31), {"P": kr(1100)}, "0"),  # the review has not been
        (date(2026, 4, 1), {"P": kr(1100)}, "16000"),  # 40 · (1 500 - 1 100)
        (date(2026, 12, 31), {}, "0"),  # no final price yet
        (date(2026, 12, 31), {"P": kr(1500)}, "0"),
        (date(2026, 12, 31), {"P": kr(1600)}, "0"),  # a dearer final price is not owed by the buyers
    ],
)
def test_coverage_with_evidence(until: date, final: dict[str, Decimal], expected: str) -> None:
    clause = CoverageWithEvidence(provisional_prices={"P": kr(1500)}, review=APRIL, final_prices=final)
    assert amount(clause, sale(60000, 40), sale(15000, 10, month=APRIL), until=until) == kr(expected)


# --- sums -----------------------------------------------------------------------------------------

TIERS = ((kr(0), kr(10)), (kr(100), kr(20)), (kr(200), kr(50)))


@pytest.mark.parametrize(
    ("mode", "volume", "expected"),
    [
        # 1 000 kr a package. Marginal: 10 % of the first 100, 20 % of the next, 50 % beyond 200.
        ("marginal", 0, "0"),
        ("marginal", 99, "9900"),
        ("marginal", 100, "10000"),
        ("marginal", 101, "10200"),
        ("marginal", 250, "55000"),  # 10 000 + 20 000 + 25 000
        # All units: the rate jumps for everything.
        ("all_units", 99, "9900"),
        ("all_units", 100, "20000"),
        ("all_units", 199, "39800"),
        ("all_units", 200, "100000"),
    ],
)
def test_tiered_volume(mode: str, volume: int, expected: str) -> None:
    clause = TieredVolume(mode=mode, tiers=TIERS)
    assert amount(clause, sale(volume * 1000, volume)) == kr(expected)


def test_below_the_first_tier_nothing_is_due() -> None:
    for mode in ("marginal", "all_units"):
        clause = TieredVolume(mode=mode, tiers=((kr(50), kr(10)),))
        assert amount(clause, sale(49000, 49)) == 0
    assert amount(TieredVolume(mode="marginal", tiers=((kr(50), kr(10)),)), sale(60000, 60)) == 1000


def test_tiers_of_the_country_and_of_each_region_differ() -> None:
    bought = (sale(60000, 60), sale(60000, 60, region="12"))
    # Together 120 packages: 20 % of 120 000. Each by itself 60: 10 %.
    assert amount(TieredVolume(mode="all_units", tiers=TIERS), *bought) == 24000
    assert amount(TieredVolume(mode="all_units", tiers=TIERS, pool="region"), *bought) == 12000


def test_a_new_span_begins_from_nothing() -> None:
    bought = (sale(60000, 60), sale(60000, 60, month=APRIL), sale(60000, 60, month=date(2027, 1, 1)))
    expected = {"quarter": 18000, "year": 24000 + 6000, "term": 36000}
    for span, sum_due in expected.items():
        clause = TieredVolume(mode="all_units", tiers=TIERS, span=span)
        assert amount(clause, *bought, until=date(2027, 12, 31)) == sum_due


@pytest.mark.parametrize(
    ("cost", "share", "expected"),
    [
        ("1000000", "75", "0"),
        ("1000000.02", "75", "0.02"),  # 0.015 kr, half an öre up
        ("1200000", "75", "150000"),
        ("1200000", "100", "200000"),
        ("999999.99", "100", "0"),
    ],
)
def test_spend_cap(cost: str, share: str, expected: str) -> None:
    clause = SpendCap(cap=kr(1000000), share_pct=kr(share))
    assert amount(clause, sale(cost, 100)) == kr(expected)


def test_subscription_and_what_is_lacking_to_its_fee() -> None:
    clause = Subscription(fee=kr(500000))
    assert amount(clause, sale(620000)) == 120000
    assert amount(clause, sale(500000)) == 0
    lacking = due(clause, sales=[sale(450000)])
    assert lacking.due == 0
    steps = {step.code: step.value for step in lacking.clauses[0].groups[0].steps}
    assert steps == {"cost": 450000, "fee": 500000, "below_fee": 50000}


# --- patients and doses ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cap", "expected"),
    [
        (12, {}),
        (11, {"01": "100", "12": "75"}),  # one of February's four: 1/4 of 400 and of 300
        (10, {"01": "200", "12": "150"}),
        (8, {"01": "400", "12": "300"}),
        (7, {"01": "500", "12": "300"}),  # and one of January's eight, at 100
        (0, {"01": "1200", "12": "300"}),
    ],
)
def test_patient_cap_in_the_order_of_first_dispensing(cap: int, expected: dict[str, str]) -> None:
    counts = Counts(
        cohorts=(
            Cohort("12", FEBRUARY, 1, kr(300)),
            Cohort("01", JANUARY, 8, kr(800)),
            Cohort("01", FEBRUARY, 3, kr(400)),
        )
    )
    result = due(PatientCap(cap=cap), sales=[sale(1200), sale(300, region="12")], counts=counts)
    owed = {region: amount for region, amount in result.due_by(lambda line: line.region).items() if amount}
    assert owed == {region: kr(amount) for region, amount in expected.items()}


DOSES = Counts(doses=(Doses("01", JANUARY, 1, 2), Doses("01", JANUARY, 5, 3), Doses("12", FEBRUARY, 2, 1)))


@pytest.mark.parametrize(
    ("free", "share", "expected"),
    [
        (0, 100, 0),
        (1, 100, 6000),  # six patients, one dose each
        (2, 100, 10000),  # 2 · 1 + 3 · 2 + 2
        (2, 50, 5000),
        (9, 100, 19000),  # every dose: 2 + 15 + 2
    ],
)
def test_free_doses(free: int, share: int, expected: int) -> None:
    clause = FreeDoses(free=free, dose_price=kr(1000), share_pct=kr(share))
    assert amount(clause, sale(90000), sale(90000, region="12"), counts=DOSES) == expected


@pytest.mark.parametrize(("most", "expected"), [(5, 0), (4, 1500), (2, 4500), (1, 6000 + 500), (0, 9500)])
def test_cap_on_doses_or_duration(most: int, expected: int) -> None:
    clause = DoseCap(most=most, dose_price=kr(500))
    assert amount(clause, sale(90000), sale(90000, region="12"), counts=DOSES) == expected


# --- outcomes -------------------------------------------------------------------------------------


def outcomes(met: int, failed: int, missing: int, measure: str = "response", cost: int = 1000) -> Counts:
    numbers = {"met": met, "failed": failed, "missing": missing}
    return Counts(
        outcomes=tuple(
            Outcome("01", JANUARY, measure, status, number, kr(number * cost))
            for status, number in numbers.items()
        )
    )


@pytest.mark.parametrize(
    ("share", "missing_as", "expected"),
    [
        (50, "left_out", 5000),  # sharing the risk: half of ten non-responders' cost
        (100, "left_out", 10000),  # paying by result
        (100, "failed", 14000),
        (100, "met", 10000),
        (0, "failed", 0),
    ],
)
def test_individual_outcome(share: int, missing_as: str, expected: int) -> None:
    clause = IndividualOutcome(measure="response", share_pct=kr(share), missing_as=missing_as)
    assert amount(clause, sale(90000), counts=outcomes(30, 10, 4)) == expected


@pytest.mark.parametrize(
    ("met", "failed", "missing", "missing_as", "expected"),
    [
        (80, 20, 0, "left_out", "0"),  # exactly the target
        (79, 21, 0, "left_out", "12500"),  # (80 - 79) / 80 of a million
        (60, 40, 0, "left_out", "250000"),
        (0, 100, 0, "left_out", "1000000"),
        (60, 15, 25, "left_out", "0"),  # 60 of 75 known are 80 %
        (60, 15, 25, "failed", "250000"),  # 60 of 100
        (60, 15, 25, "met", "0"),  # 85 of 100
        (5, 4, 0, "left_out", "0"),  # nine are too few to say anything
        (5, 5, 0, "left_out", "375000"),  # ten are enough: (80 - 50) / 80
        (0, 0, 0, "left_out", "0"),
    ],
)
def test_population_outcome(met: int, failed: int, missing: int, missing_as: str, expected: str) -> None:
    clause = PopulationOutcome(measure="response", target_pct=kr(80), least=10, missing_as=missing_as)
    assert amount(clause, sale(1000000, 50), counts=outcomes(met, failed, missing)) == kr(expected)


@pytest.mark.parametrize(("met", "expected"), [(59, 250000), (60, 100000), (79, 100000), (80, 0), (100, 0)])
def test_population_outcome_in_steps(met: int, expected: int) -> None:
    steps = ((kr(60), kr(25)), (kr(80), kr(10)))
    clause = PopulationOutcome(measure="response", target_pct=kr(80), steps=steps)
    assert amount(clause, sale(1000000, 50), counts=outcomes(met, 100 - met, 0)) == expected


def test_instalments_fall_due_while_the_outcome_holds() -> None:
    """300 000 kr a patient in three parts, ten patients: failed for 2 at six months, for 3 at twelve."""
    clause = Instalments(instalments=(("0", kr(100000)), ("6", kr(100000)), ("12", kr(100000))))
    counts = Counts(
        outcomes=(
            *outcomes(8, 2, 0, "6").outcomes,
            *outcomes(6, 3, 1, "12").outcomes,
            *outcomes(0, 9, 0, "other").outcomes,
        )
    )
    assert amount(clause, sale(3000000, 10), counts=counts) == 500000
    strict = Instalments(instalments=clause.instalments, missing_as="failed")
    assert amount(strict, sale(3000000, 10), counts=counts) == 600000


# --- what a clause covers -------------------------------------------------------------------------


def test_a_clause_has_its_own_days_and_packages() -> None:
    clause = SimpleDiscount(rate_pct=kr(10), starts=FEBRUARY, ends=date(2026, 3, 31), packages=("P",))
    bought = [
        sale(1000),
        sale(2000, month=FEBRUARY),
        sale(4000, month=FEBRUARY, package="Q"),
        sale(8000, month=APRIL),
    ]
    assert amount(clause, *bought) == 200


def test_what_lies_after_the_day_is_not_counted() -> None:
    bought = [sale(1000), sale(2000, month=APRIL)]
    assert amount(SimpleDiscount(rate_pct=kr(10)), *bought, until=date(2026, 3, 31)) == 100
