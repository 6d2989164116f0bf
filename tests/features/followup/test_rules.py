"""The rules of follow-up against figures computed in another way, and what must hold whatever the counts are."""

from __future__ import annotations

import math
import random
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nt_process.followup.rules import alerts, quarters
from nt_process.followup.rules.alerts import Run, runs
from nt_process.followup.rules.figures import (
    ABOVE,
    BELOW,
    PER_CENT,
    PER_INHABITANTS,
    WITHIN,
    Counted,
    Expectation,
    Measure,
    expected_rate,
    figures,
)
from nt_process.followup.rules.intervals import EXACT_TO, poisson_interval, share_interval
from nt_process.followup.rules.spread import Group, spread
from nt_process.followup.rules.suppression import hide
from nt_process.kernel.cells import CellError
from nt_process.kernel.regions import REGIONS

CODES = [region.code for region in REGIONS]
counts = st.integers(0, 3000)
groups = st.lists(
    st.builds(lambda k, b: Group(Decimal(k), Decimal(b)), counts, st.integers(1000, 2_500_000)),
    min_size=2,
    max_size=21,
)
told = st.dictionaries(st.sampled_from(CODES), st.integers(0, 60), min_size=1)
MEASURE = Measure(PER_INHABITANTS, Decimal(1), 5)


def _close(found: Decimal, wanted: float, within: float = 1e-9) -> bool:
    return math.isclose(float(found), wanted, rel_tol=within, abs_tol=1e-9)


# --- quarters ---------------------------------------------------------------------------------------


@given(st.dates(date(2000, 1, 1), date(2150, 1, 1)), st.integers(-40, 40))
def test_a_quarter_is_found_by_its_name_and_by_counting(day: date, many: int) -> None:
    quarter = quarters.quarter_of(day)
    assert quarter <= day <= quarters.last_day(quarter)
    moved = quarters.after(quarter, many)
    assert quarters.between(quarter, moved) == many
    name = quarters.named(quarter)
    for text in (name, name.replace(" Q", "K"), name.lower().replace(" ", "-"), f"kv {name[-1]} {name[:4]}"):
        assert quarters.read(text) == quarter
    assert quarters.read(quarter.isoformat()) == quarter


@given(st.text(max_size=12))
@example("2026 Q5")
@example("2026-02-01")
@example("1850 Q1")
def test_what_is_no_quarter_is_refused(text: str) -> None:
    try:
        found = quarters.read(text)
    except CellError as refused:
        found = None
        code = refused.code
    else:
        code = ""
    assert (found is None) == (code == "not_a_quarter")
    assert found is None or found == quarters.quarter_of(found)


# --- intervals --------------------------------------------------------------------------------------


def _tail(count: int, mean: float) -> float:
    """The probability of at most `count`, summed in logarithms."""
    return math.fsum(math.exp(n * math.log(mean) - mean - math.lgamma(n + 1)) for n in range(count + 1))


@given(st.integers(0, 400))
@example(0)
@example(EXACT_TO)
@example(EXACT_TO + 1)
def test_a_count_s_interval_leaves_one_in_forty_on_each_side(count: int) -> None:
    low, high = map(float, poisson_interval(Decimal(count)))
    # Byar's bounds are that close.
    within = 1e-4 if count <= EXACT_TO else 4e-4
    assert math.isclose(_tail(count, high), 0.025, abs_tol=within)
    if count:
        assert math.isclose(1 - _tail(count - 1, low), 0.025, abs_tol=within)
    else:
        assert low == 0


def test_the_tables_of_textbooks_say_the_same() -> None:
    """Garwood's table: 95 percent limits for counts of 0, 1, 5, 10 and 50."""
    printed = {
        0: ("0", "3.69"),
        1: ("0.03", "5.57"),
        5: ("1.62", "11.67"),
        10: ("4.80", "18.39"),
        50: ("37.11", "65.92"),
    }
    for count, limits in printed.items():
        found = [one.quantize(Decimal("0.01")) for one in poisson_interval(Decimal(count))]
        assert found == [Decimal(one).quantize(Decimal("0.01")) for one in limits]


@given(st.decimals(0, 2000, places=3), st.decimals(0, 50, places=3))
def test_more_never_has_lower_bounds(count: Decimal, more: Decimal) -> None:
    low, high = poisson_interval(count)
    assert 0 <= low <= count <= high
    higher = poisson_interval(count + more)
    # Where the exact interval gives way to the approximation they differ by less than a thousandth.
    assert higher[0] >= low * Decimal("0.999")
    assert higher[1] >= high * Decimal("0.999")


@given(st.integers(1, 500), st.data())
def test_a_share_s_interval_holds_it_and_stays_a_share(of: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, of))
    low, high = share_interval(Decimal(count), Decimal(of))
    assert 0 <= low <= Decimal(count) / of <= high <= 1


# --- spread -----------------------------------------------------------------------------------------


@given(groups)
def test_spread_is_what_other_formulas_give(found: list[Group]) -> None:
    made = spread(found)
    total = sum(int(one.patients) for one in found)
    if not total:
        assert made is None
        return
    assert made is not None
    everyone = sum(int(one.base) for one in found)
    weights = [Fraction(int(one.base), everyone) for one in found]
    rates = [Fraction(int(one.patients), int(one.base)) for one in found]
    mean = Fraction(total, everyone)
    # The Gini coefficient as half the relative mean absolute difference, over all pairs.
    pairs = sum(
        w * v * abs(r - q)
        for w, r in zip(weights, rates, strict=True)
        for v, q in zip(weights, rates, strict=True)
    )
    assert _close(made.gini.value, float(pairs / (2 * mean)))
    # The variance as the mean of squares less the square of the mean.
    variance = sum(w * r * r for w, r in zip(weights, rates, strict=True)) - mean**2
    assert _close(made.variation.value, math.sqrt(variance) / float(mean), 1e-6)
    lowest, highest = min(rates), max(rates)
    assert (made.ratio is None) == (lowest == 0)
    if made.ratio is not None:
        assert _close(made.ratio.value, float(highest / lowest))
    # With K patients, K times the variation's square is the chi-squared statistic for equal rates.
    statistic = sum(
        (Fraction(int(one.patients)) - mean * int(one.base)) ** 2 / (mean * int(one.base)) for one in found
    )
    assert _close(made.variation.value**2 * total, float(statistic), 1e-6)


@given(groups, st.randoms(use_true_random=False), st.integers(2, 9))
def test_spread_knows_neither_the_order_nor_the_unit(
    found: list[Group], chance: random.Random, times: int
) -> None:
    made = spread(found)
    turned = [*found]
    chance.shuffle(turned)
    again = spread(turned)
    if made is None or again is None:
        assert made is again
        return
    assert abs(made.gini.value - again.gini.value) < Decimal("1e-30")
    assert abs(made.variation.high - again.variation.high) < Decimal("1e-20")
    wider = spread([Group(one.patients, one.base * times) for one in found])
    assert wider is not None
    assert abs(wider.gini.value - made.gini.value) < Decimal("1e-30")
    for measured in (made.variation, made.gini, *([made.ratio] if made.ratio else [])):
        assert 0 <= measured.low <= measured.value <= measured.high
    assert made.gini.high <= 1


@given(groups, st.integers(1, 20))
def test_moving_a_patient_from_the_highest_to_the_lowest_is_more_equal(found: list[Group], many: int) -> None:
    ordered = sorted(found, key=lambda one: one.rate)
    low, high = ordered[0], ordered[-1]
    moved = [*ordered[1:-1], Group(low.patients + many, low.base), Group(high.patients - many, high.base)]
    before = spread(found)
    if before is None or moved[-2].rate > moved[-1].rate or low is high or high.patients < many:
        return
    after = spread(moved)
    assert after is not None
    assert after.gini.value <= before.gini.value
    assert after.variation.value <= before.variation.value


def test_equal_regions_have_no_spread_and_everything_in_one_has_all() -> None:
    equal = spread([Group(Decimal(10 * n), Decimal(1000 * n)) for n in (1, 2, 3)])
    assert equal is not None
    assert (equal.gini.value, equal.variation.value) == (0, 0)
    assert equal.ratio is not None
    assert equal.ratio.value == 1
    one = spread([Group(Decimal(20), Decimal(1)), *(Group(Decimal(0), Decimal(1)) for _ in range(19))])
    assert one is not None
    assert one.gini.value == Decimal("0.95")
    assert one.ratio is None


def _poisson(chance: random.Random, mean: float) -> int:
    """A draw by multiplying uniform numbers (Knuth); of a large mean in parts, which add up."""
    if mean > 100:
        return _poisson(chance, mean / 2) + _poisson(chance, mean / 2)
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count


def test_the_intervals_hold_what_is_true_as_often_as_they_say() -> None:
    """Quarters are drawn from known rates; a parametric bootstrap of the same counts gives the same widths."""
    chance = random.Random(42)  # noqa: S311 - the same draws every time
    bases = [200_000 * n for n in range(1, 9)]
    rates = [0.00005 * (1 + n % 4) for n in range(8)]
    truth = spread([Group(Decimal(str(r * b)), Decimal(b)) for r, b in zip(rates, bases, strict=True)])
    assert truth is not None
    draws = [
        spread(
            [Group(Decimal(_poisson(chance, r * b)), Decimal(b)) for r, b in zip(rates, bases, strict=True)]
        )
        for _ in range(300)
    ]
    for name in ("variation", "gini"):
        wanted = getattr(truth, name)
        measured = [getattr(one, name) for one in draws if one is not None]
        held = sum(1 for one in measured if one.low <= wanted.value <= one.high)
        assert held >= 0.9 * len(measured)
        values = sorted(float(one.value) for one in measured)
        drawn = values[int(0.975 * len(values))] - values[int(0.025 * len(values))]
        assert float(wanted.high - wanted.low) == pytest.approx(drawn, rel=0.25)


def test_equal_use_varies_less_than_chance_gives_in_nineteen_quarters_of_twenty() -> None:
    chance = random.Random(7)  # noqa: S311 - the same draws every time
    bases = [100_000 * n for n in range(1, 22)]
    below = 0
    for _ in range(200):
        drawn = spread([Group(Decimal(_poisson(chance, base * 0.0002)), Decimal(base)) for base in bases])
        assert drawn is not None
        below += drawn.variation.value <= drawn.by_chance
    assert 0.9 <= below / 200 <= 0.99


# --- small numbers ----------------------------------------------------------------------------------


@given(told, st.integers(2, 12))
def test_nobody_can_work_out_a_small_number(found: dict[str, int], below: int) -> None:
    patients = {region: Decimal(number) for region, number in found.items()}
    hidden = hide(patients, below)
    assert {region for region, number in found.items() if 0 < number < below} <= hidden.regions
    assert all(found[region] for region in hidden.regions), "a zero is shown"
    if hidden.total or not hidden.regions:
        return
    together = sum(found[region] for region in hidden.regions)
    for insider in hidden.regions:
        # Whoever knows the total and its own number is left with several regions that are no small number together.
        assert len(hidden.regions) - 1 >= 2
        assert together - found[insider] >= below


@given(told)
def test_what_is_shown_says_no_more_of_hidden_numbers_than_their_sum(found: dict[str, int]) -> None:
    """Two quarters that differ only in how a sum lies on the hidden regions are told the same."""
    base = {region: Decimal(100_000) for region in found}
    first = figures({one: Counted(Decimal(n), base[one]) for one, n in found.items()}, MEASURE, Expectation())
    hidden = sorted(first.hidden, key=lambda region: (found[region], region))
    small = [region for region in hidden if found[region] < 5]
    if len(small) < 2 or found[small[0]] == 1 or found[small[1]] == 4 or first.total is None:
        return
    other = {**found, small[0]: found[small[0]] - 1, small[1]: found[small[1]] + 1}
    second = figures(
        {one: Counted(Decimal(n), base[one]) for one, n in other.items()}, MEASURE, Expectation()
    )
    if second.hidden != first.hidden:
        return
    assert second.total == first.total
    assert second.spread == first.spread
    assert {r: one for r, one in second.regions.items() if r not in second.hidden} == {
        r: one for r, one in first.regions.items() if r not in first.hidden
    }


@given(told, st.integers(1, 30))
def test_an_indicator_hides_small_rests_as_well(found: dict[str, int], rest: int) -> None:
    measure = Measure(PER_CENT, Decimal(1), 5)
    counted = {one: Counted(Decimal(n), Decimal(n + rest)) for one, n in found.items()}
    made = figures(counted, measure, Expectation())
    shown = {region: one for region, one in made.regions.items() if region not in made.hidden}
    if rest < 5:
        assert not any(one.quantity for one in shown.values() if one.base - one.quantity in range(1, 5))
    assert all(one.rate.high <= 100 for one in made.regions.values())


# --- figures and alerts -----------------------------------------------------------------------------


@given(told, st.integers(1, 40), st.integers(1, 30))
def test_rates_are_counts_for_so_many_and_amounts_become_patients(
    found: dict[str, int], per_patient: int, expected: int
) -> None:
    inhabitants = {region: Decimal(60_000 + 7919 * n) for n, region in enumerate(found)}
    measure = Measure(PER_INHABITANTS, Decimal(per_patient), 5)
    wanted = Expectation(Decimal(expected), 500, int(sum(inhabitants.values())))
    made = figures(
        {region: Counted(Decimal(n * per_patient), inhabitants[region]) for region, n in found.items()},
        measure,
        wanted,
    )
    of_patients = figures(
        {region: Counted(Decimal(n), inhabitants[region]) for region, n in found.items()}, MEASURE, wanted
    )
    assert made.hidden == of_patients.hidden
    for region, one in made.regions.items():
        assert _close(one.rate.value, found[region] * per_patient * 100_000 / float(inhabitants[region]))
        assert one.rate.low <= one.rate.value <= one.rate.high
        assert one.of_expected == of_patients.regions[region].of_expected
        assert (one.place == BELOW) == (one.rate.high < expected)
        assert (one.place == ABOVE) == (one.rate.low > expected)
    if made.total is not None:
        assert made.total.quantity == sum(found.values()) * per_patient
        # What is expected of the regions adds up to what is expected of the country.
        assert made.total.of_expected is not None
        assert _close(made.total.of_expected, 100 * sum(found.values()) / 500)


@given(st.lists(st.decimals(0, 50, places=2), max_size=6), st.integers(-4, 12))
def test_the_last_step_of_a_path_holds_on(path: list[Decimal], step: int) -> None:
    first = date(2025, 1, 1)
    found = expected_rate(first, path, quarters.after(first, step))
    if step < 0 or not path:
        assert found is None
    else:
        assert found == (path[step] if step < len(path) else path[-1])


FIRST = date(2024, 1, 1)
stands = st.lists(st.sampled_from([BELOW, WITHIN, ABOVE, None]), max_size=12)


def _by_quarter(standing: list[str | None]) -> dict[date, str | None]:
    return {quarters.after(FIRST, n): one for n, one in enumerate(standing)}


@given(stands, st.sampled_from(["should", "can", "should_not"]))
def test_an_alert_is_a_run_of_two_or_more_and_told_once(standing: list[str | None], outcome: str) -> None:
    found = runs(_by_quarter(standing), outcome)
    for run in found:
        assert run.quarter == quarters.after(run.began)
        assert run.last >= run.quarter
        assert run.direction == alerts.OVER or outcome == "should"
    # Counted in another way: the places where a pair of equals begins a run.
    wanted = {ABOVE, BELOW} if outcome == "should" else {ABOVE}
    begun = sum(
        1
        for n in range(len(standing) - 1)
        if standing[n] in wanted
        and standing[n] == standing[n + 1]
        and (n == 0 or standing[n - 1] != standing[n])
    )
    assert len(found) == begun


@given(stands)
def test_a_quarter_that_is_missing_ends_a_run(standing: list[str | None]) -> None:
    every_other = {quarters.after(FIRST, 2 * n): one for n, one in enumerate(standing)}
    assert runs(every_other, "should") == []


@given(stands, st.sampled_from(["should", "can"]))
def test_later_quarters_take_no_alert_back(standing: list[str | None], outcome: str) -> None:
    def known(found: list[Run]) -> list[tuple[str, date, date]]:
        return [(run.direction, run.began, run.quarter) for run in found]

    whole = known(runs(_by_quarter(standing), outcome))
    for many in range(len(standing)):
        assert (
            known(runs(_by_quarter(standing[:many]), outcome))
            == whole[: len(known(runs(_by_quarter(standing[:many]), outcome)))]
        )


@settings(max_examples=10)
@given(st.integers(0, 10_000))
def test_noise_does_not_alarm(seed: int) -> None:
    """Of regions in which use is as expected hardly any stands out in two years."""
    chance = random.Random(seed)  # noqa: S311 - the same draws every time
    expected = 4.0
    raised = 0
    for inhabitants in (60_000, 250_000, 1_400_000):
        places = {}
        for n in range(8):
            count = _poisson(chance, inhabitants * expected / 100_000)
            counted = {"12": Counted(Decimal(count), Decimal(inhabitants))}
            made = figures(counted, MEASURE, Expectation(Decimal(4)))
            places[quarters.after(FIRST, n)] = made.regions["12"].place
        raised += len(runs(places, "should"))
    assert raised <= 1
