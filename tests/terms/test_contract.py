"""Clauses one after the other, the split to regions and units, and what always holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nt_process.kernel.money import ORE, whole_shares
from nt_process.terms.clause import Clause
from nt_process.terms.contract import Contract, evaluate
from nt_process.terms.patients import FreeDoses
from nt_process.terms.prices import CoverageWithEvidence, FixedNetPrice, SimpleDiscount
from nt_process.terms.split import by_value, cascade
from nt_process.terms.values import Counts, Doses, SalesLine
from nt_process.terms.volumes import SpendCap, TieredVolume
from tests.terms.worlds import (
    APRIL,
    JANUARY,
    NOTHING,
    clauses,
    contract,
    contracts,
    counted,
    due,
    kr,
    ore,
    percentages,
    sale,
    sales,
    tiers,
)

FAR = date(2030, 12, 31)
cents = st.integers(min_value=0, max_value=5_000_000)
# A contract with its sales and counts is much to make up, and how long it takes says nothing.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_a_later_clause_on_what_is_left() -> None:
    """10 % of 1 000, then 50 % of the 900 that are left; on the list cost it would be 50 % of 1 000."""
    first = SimpleDiscount(rate_pct=kr(10))
    assert due(first, SimpleDiscount(rate_pct=kr(50), basis="remaining"), sales=[sale(1000)]).due == 550
    assert due(first, SimpleDiscount(rate_pct=kr(50)), sales=[sale(1000)]).due == 600


def test_a_later_clause_takes_no_more_than_is_left() -> None:
    result = due(SimpleDiscount(rate_pct=kr(70)), SimpleDiscount(rate_pct=kr(50)), sales=[sale(1000)])
    assert [clause.due for clause in result.clauses] == [700, 300]
    assert result.left == (0,)


def test_only_a_clause_that_says_so_exceeds_the_cost() -> None:
    counts = Counts(doses=(Doses("01", JANUARY, 4, 10), Doses("12", JANUARY, 4, 10)))
    bought = [sale(600, unit="A"), sale(200, unit="B")]
    bounded = FreeDoses(free=4, dose_price=kr(100))
    assert due(bounded, sales=bought, counts=counts).due == 800
    free = replace(bounded, beyond_cost=True)
    result = due(free, sales=bought, counts=counts)
    # Region 12 bought nothing and bore no cost; region 01's 4 000 kr go three to one.
    assert result.due_by(lambda line: line.unit) == {"A": 3000, "B": 1000}
    assert result.left == (0, 0)


def test_a_common_sum_goes_to_units_by_what_they_bore() -> None:
    """A cap of 1 000 on 1 300: 300 to share by 700, 400 and 200; to the öre by largest remainder."""
    bought = [sale(700, unit="A"), sale(400, unit="B"), sale(200, region="12", unit="C")]
    result = due(SpendCap(cap=kr(1000), share_pct=kr(100)), sales=bought)
    # Region 01 has 300 · 11/13 = 253.846…, region 12 46.153…; A has 253.85 · 7/11 = 161.540…
    assert result.due_by(lambda line: line.region) == {"01": kr("253.85"), "12": kr("46.15")}
    assert result.due_by(lambda line: line.unit) == {"A": kr("161.54"), "B": kr("92.31"), "C": kr("46.15")}


def test_a_common_sum_follows_what_each_line_still_costs() -> None:
    """Package Q was made free by its net price, so the cap's 200 go to P alone."""
    clauses = (
        FixedNetPrice(net_prices={"Q": kr(0)}),
        SpendCap(cap=kr(800), share_pct=kr(100), basis="remaining"),
    )
    result = due(*clauses, sales=[sale(1000), sale(500, package="Q")])
    assert result.due_by(lambda line: line.package) == {"P": 200, "Q": 500}


def test_fractions_of_an_ore_are_rounded_once_for_all() -> None:
    """Three lines of 1 öre at 50 %: 1.5 öre is 2, not three times half an öre rounded up."""
    bought = [sale("0.01", unit=unit) for unit in "ABC"]
    half = SimpleDiscount(rate_pct=kr(50))
    assert due(half, sales=bought).due == kr("0.02")
    assert evaluate(contract(half, rounding="down"), bought, NOTHING, FAR).due == kr("0.01")


def test_a_tier_reached_later_counts_for_what_was_bought_before() -> None:
    """Due in the first quarter and to the second: what the second adds is the difference, unit by unit."""
    clause = TieredVolume(mode="all_units", tiers=((kr(0), kr(0)), (kr(100), kr(10))))
    bought = [sale(60000, 60, unit="A"), sale(50000, 50, unit="B", month=APRIL)]
    assert due(clause, sales=bought, until=date(2026, 3, 31)).due == 0
    assert due(clause, sales=bought, until=date(2026, 6, 30)).due_by(lambda line: line.unit) == {
        "A": 6000,
        "B": 5000,
    }


# --- what always holds ----------------------------------------------------------------------------


@patient
@given(contracts, sales, counted)
def test_never_negative_never_above_cost_and_the_parts_add_up(
    terms: Contract, bought: list[SalesLine], counts: Counts
) -> None:
    result = evaluate(terms, bought, counts, FAR)
    owed: dict[SalesLine, Decimal] = {}
    for portion in result.portions():
        assert portion.due >= 0
        assert portion.due % ORE == 0
        owed[portion.line] = owed.get(portion.line, Decimal(0)) + portion.due
    assert all(amount <= line.amount for line, amount in owed.items())
    assert sum(owed.values(), Decimal(0)) == result.due == sum(clause.due for clause in result.clauses)
    assert result.due + sum(result.left) == result.cost
    for name in ("region", "unit", "package", "month"):
        assert sum(result.due_by(lambda line, of=name: str(getattr(line, of))).values()) == result.due
    for clause in result.clauses:
        assert sum(group.due for group in clause.groups) == clause.due
        for group in clause.groups:
            assert group.due <= group.unrounded.quantize(ORE, rounding=ROUND_CEILING)


@patient
@given(contracts, sales, counted, st.randoms(use_true_random=False))
def test_the_order_of_what_is_read_makes_no_difference(
    terms: Contract, bought: list[SalesLine], counts: Counts, random: Random
) -> None:
    shuffled = list(bought)
    random.shuffle(shuffled)
    turned = Counts(counts.cohorts[::-1], counts.doses[::-1], counts.outcomes[::-1])
    assert list(evaluate(terms, bought, counts, FAR).portions()) == list(
        evaluate(terms, shuffled, turned, FAR).portions()
    )


@patient
@given(contracts, sales, counted)
def test_a_line_in_two_pieces_is_the_same_line(
    terms: Contract, bought: list[SalesLine], counts: Counts
) -> None:
    pieces = []
    for line in bought:
        part = (line.amount / 3).quantize(ORE, rounding=ROUND_FLOOR)
        pieces += [line._replace(amount=part), line._replace(amount=line.amount - part, volume=Decimal(0))]
    assert list(evaluate(terms, bought, counts, FAR).portions()) == list(
        evaluate(terms, pieces, counts, FAR).portions()
    )


@patient
@given(clauses, sales, counted)
def test_what_is_due_never_falls_with_time_within_a_contract(
    clause: Clause, bought: list[SalesLine], counts: Counts
) -> None:
    """Later sales add and never take back, except where a later patient improves the outcome of all."""
    if clause.kind == "population_outcome":
        return
    dues = [
        evaluate(contract(clause), bought, counts, until).due
        for until in (date(2026, 1, 31), date(2026, 4, 30), date(2026, 7, 31), FAR)
    ]
    # A purchase at a lower price than the mean moves a marginal tier's price, by design.
    if getattr(clause, "mode", "") != "marginal":
        assert dues == sorted(dues)


@patient
@given(sales, percentages, percentages)
def test_a_higher_discount_gives_no_less(bought: list[SalesLine], one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    assert (
        due(SimpleDiscount(rate_pct=low), sales=bought).due
        <= due(SimpleDiscount(rate_pct=high), sales=bought).due
    )


@patient
@given(sales, ore, ore, percentages)
def test_a_lower_cap_or_price_gives_no_less(
    bought: list[SalesLine], one: Decimal, other: Decimal, share: Decimal
) -> None:
    low, high = sorted((one, other))
    for make in (
        lambda amount: SpendCap(cap=amount, share_pct=share),
        lambda amount: FixedNetPrice(net_prices={"P": amount}),
        lambda amount: CoverageWithEvidence(
            provisional_prices={"P": kr(10**6)}, review=APRIL, final_prices={"P": amount}
        ),
    ):
        assert due(make(low), sales=bought).due >= due(make(high), sales=bought).due


@given(tiers(), st.integers(min_value=0, max_value=300), st.integers(min_value=0, max_value=300))
def test_more_volume_at_the_same_price_gives_no_less(steps: tuple, one: int, other: int) -> None:
    low, high = sorted((one, other))
    for mode in ("marginal", "all_units"):
        clause = TieredVolume(mode=mode, tiers=steps)
        fewer, more = (due(clause, sales=[sale(volume * 100, volume)]).due for volume in (low, high))
        assert fewer <= more


@given(tiers(), st.integers(min_value=1, max_value=300))
def test_all_units_give_no_less_than_marginal(steps: tuple, volume: int) -> None:
    bought = [sale(volume * 100, volume)]
    marginal, jumping = (
        due(TieredVolume(mode=mode, tiers=steps), sales=bought).due for mode in ("marginal", "all_units")
    )
    assert marginal <= jumping


@patient
@given(sales, ore, percentages, st.integers(min_value=1, max_value=50))
def test_a_hundred_times_the_money_gives_a_hundred_times_the_rebate(
    bought: list[SalesLine], cap: Decimal, share: Decimal, factor: int
) -> None:
    """Cost and cap in another unit: the unrounded sum is multiplied, and each öre with it but for rounding."""
    scaled = [line._replace(amount=line.amount * factor) for line in bought]
    small = due(SpendCap(cap=cap, share_pct=share), sales=bought).clauses[0].groups
    large = due(SpendCap(cap=cap * factor, share_pct=share), sales=scaled).clauses[0].groups
    assert [group.unrounded * factor for group in small] == [group.unrounded for group in large]


@given(st.lists(st.decimals(0, 100, places=4), min_size=1, max_size=9), st.booleans())
def test_values_in_whole_ore_are_each_rounded_up_or_down(values: list[Decimal], up: bool) -> None:
    total = int(sum(values, Decimal(0)).to_integral_value(ROUND_CEILING if up else ROUND_FLOOR))
    parts = by_value(total, values)
    assert sum(parts) == total
    assert all(abs(part - value) < 1 for part, value in zip(parts, values, strict=True))


@given(
    st.lists(st.tuples(st.sampled_from("RS"), st.sampled_from("ABC"), cents), min_size=1, max_size=12), cents
)
def test_every_level_of_a_split_adds_up_and_is_fair(rows: list[tuple[str, str, int]], total: int) -> None:
    lines = [sale(1, region=region, unit=unit) for region, unit, _ in rows]
    weights = [weight for _, _, weight in rows]
    whole = sum(weights)
    if not whole:
        return
    parts = cascade(total, lines, weights, whole_shares)
    assert sum(parts) == total
    for region in {line.region for line in lines}:
        inside = [index for index, line in enumerate(lines) if line.region == region]
        share = Fraction(total * sum(weights[index] for index in inside), whole)
        assert abs(sum(parts[index] for index in inside) - share) < 1
