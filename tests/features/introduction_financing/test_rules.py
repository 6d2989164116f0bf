"""Who pays on a day, what is left of a period, and what the pot gives: rules of values, by hand and for all values."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nt_process.financing.data.regional_vgr import RULES as DOCUMENT
from nt_process.financing.orphan_grant import OrphanProduct, OrphanYear, Terms
from nt_process.financing.regional import CENTRAL, PRESCRIBER_UNIT, Introduction, Purchase, who_pays
from nt_process.introduction_financing import rule_texts
from nt_process.introduction_financing.book_file import PATH, shipped
from nt_process.introduction_financing.rules import pot
from nt_process.introduction_financing.rules.book import (
    Circumstances,
    CostRule,
    Source,
    When,
    deciding,
    introduction_rule,
    next_change,
    split,
)
from nt_process.introduction_financing.rules.period import Period, economy, move
from nt_process.introduction_financing.rules.reader import read
from nt_process.kernel.calendar import ONE_DAY, add_months
from nt_process.kernel.regions import REGIONS

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
ORE = st.decimals(0, 10_000_000, places=2)
ATCS = st.sampled_from(["B02BD02", "B02BX06", "B02BX05", "L01XC02", "A16AB01", "J05AP55"])
VGR = shipped().of("14")


def own(**changes: object) -> CostRule:
    """A region's own rule: 80 percent of A16 centrally during 2026 and 2027."""
    usual = CostRule(
        "own_share", "03", {"sv": "Andel", "en": "Share"}, When(atc=("A16",)),
        ((CENTRAL, Decimal(80)), (PRESCRIBER_UNIT, Decimal(20))), Source("Beslut"),
        valid_from=date(2026, 1, 1), valid_to=date(2027, 12, 31), own_id="x",
    )  # fmt: skip
    return replace(usual, **changes)  # type: ignore[arg-type]


uses = st.builds(
    Circumstances,
    ATCS,
    channel=st.sampled_from(["prescription", "requisition"]),
    disease=st.sampled_from([None, "hiv", "hepatitis-c", "other"]),
    patient=st.sampled_from(["resident", "other-region", "asylum-seeker", "without-permit"]),
    prescriber=st.sampled_from(["own", "without-responsibility", "other-region"]),
    vaccination=st.booleans(),
    acute_store=st.booleans(),
    listed=st.frozensets(st.integers(2024, 2030), max_size=3),
    introductions=st.lists(
        st.builds(Introduction, DAYS, st.just(Decimal(0)), st.integers(1, 48)), max_size=2
    ).map(tuple),
)


# --- who pays ---------------------------------------------------------------------------------------


@given(uses, DAYS, ORE)
def test_the_file_says_what_the_document_of_vastra_gotaland_says(
    use: Circumstances, day: date, price: Decimal
) -> None:
    """The calculation from the document, which is checked against its sentences, is the oracle."""
    purchase = use.purchase(day, price)
    assert deciding(VGR, use, day).code == who_pays(purchase, DOCUMENT).rule.code
    assert split(VGR, use, day, price) == who_pays(purchase, DOCUMENT).parts


@given(st.sampled_from(REGIONS), uses, DAYS, ORE, st.data())
def test_every_day_has_one_rule_and_its_shares_add_up_to_the_cost_in_ore(
    region: object, use: Circumstances, day: date, cost: Decimal, data: st.DataObject
) -> None:
    rules = shipped().of(region.code, (own(),))  # type: ignore[attr-defined]
    extra = data.draw(st.decimals(0, cost, places=2))
    parts = split(rules, use, day, cost, extra)
    assert sum(part.amount for part in parts) == cost
    assert all(part.amount >= 0 and part.amount == round(part.amount, 2) for part in parts)
    assert sum(share for _payer, share in deciding(rules, use, day).shares) == 100


@given(uses, DAYS, st.integers(1, 60))
def test_a_day_before_the_start_and_from_the_end_on_the_introduction_changes_nothing(
    use: Circumstances, start: date, months: int
) -> None:
    with_it = replace(use, introductions=(Introduction(start, Decimal(0), months),))
    without = replace(use, introductions=())
    for day in (start - ONE_DAY, start - timedelta(days=400), add_months(start, months)):
        assert deciding(VGR, with_it, day) == deciding(VGR, without, day)


@given(uses, DAYS)
def test_between_two_changes_the_same_rule_decides_on_every_day(use: Circumstances, day: date) -> None:
    now = deciding(VGR, use, day)
    found = next_change(VGR, use, day)
    until = found[0] if found else day + timedelta(days=800)
    assert all(
        deciding(VGR, use, day + timedelta(days=passed)) == now
        for passed in range(0, min((until - day).days, 800), 13)
    )
    assert found is None or (deciding(VGR, use, until - ONE_DAY), deciding(VGR, use, until)) == (
        now,
        found[1],
    )


@pytest.mark.parametrize(
    ("use", "day", "payers"),
    [
        # Haemophilia on prescription: centrally to the last day of 2025, then the unit.
        (Circumstances("B02BD02"), date(2025, 12, 31), {CENTRAL: 100}),
        (Circumstances("B02BD02"), date(2026, 1, 1), {PRESCRIBER_UNIT: 100}),
        (Circumstances("B02BX06"), date(2025, 12, 31), {CENTRAL: 100}),
        (Circumstances("B02BX05"), date(2025, 12, 31), {PRESCRIBER_UNIT: 100}),
        (Circumstances("B02BD02", channel="requisition"), date(2025, 12, 31), {PRESCRIBER_UNIT: 100}),
        # Communicable diseases, except HIV and hepatitis C.
        (Circumstances("J05AP55", disease="hepatitis-c"), date(2026, 5, 1), {PRESCRIBER_UNIT: 100}),
        (Circumstances("J05AR20", disease="hiv"), date(2026, 5, 1), {PRESCRIBER_UNIT: 100}),
        (Circumstances("J04AK", disease="other"), date(2026, 5, 1), {"communicable_disease_unit": 100}),
        # The yearly list, for its year alone.
        (Circumstances("L01XX", listed=frozenset({2026})), date(2026, 12, 31), {CENTRAL: 95, PRESCRIBER_UNIT: 5}),
        (Circumstances("L01XX", listed=frozenset({2026})), date(2027, 1, 1), {PRESCRIBER_UNIT: 100}),
    ],
)  # fmt: skip
def test_the_exceptions_of_vastra_gotaland_by_day(
    use: Circumstances, day: date, payers: dict[str, int]
) -> None:
    assert {payer: int(share) for payer, share in deciding(VGR, use, day).shares} == payers


def test_two_years_of_extra_cost_from_a_leap_day() -> None:
    """From 29 February 2024 two years pass on 28 February 2026. Of 1 000.01, 600.00 is extra: centrally; the unit has
    the rest, 400.01."""
    use = Circumstances("L01XC02", introductions=(Introduction(date(2024, 2, 29), Decimal(0)),))
    cost, extra = Decimal("1000.01"), Decimal("600.00")
    parts = split(VGR, use, date(2026, 2, 27), cost, extra)
    assert {part.payer: part.amount for part in parts} == {CENTRAL: extra, PRESCRIBER_UNIT: Decimal("400.01")}
    after = split(VGR, use, date(2026, 2, 28), cost)
    assert {part.payer: part.amount for part in after} == {PRESCRIBER_UNIT: cost}
    assert split(VGR, use, date(2024, 2, 28), cost) == after


def test_solidarity_of_an_odd_sum() -> None:
    """95 percent of 33.33 is 31.6635, that is 31.66; the unit has the rest, 1.67."""
    parts = split(VGR, Circumstances("L01", listed=frozenset({2026})), date(2026, 3, 1), Decimal("33.33"))
    assert {part.payer: part.amount for part in parts} == {
        CENTRAL: Decimal("31.66"), PRESCRIBER_UNIT: Decimal("1.67"),
    }  # fmt: skip


def test_a_regions_own_rule_goes_before_the_files_and_only_on_its_days() -> None:
    rules, use = shipped().of("03", (own(),)), Circumstances("A16AB01")
    decided = [
        deciding(rules, use, day).code for day in (date(2025, 12, 31), date(2026, 1, 1), date(2028, 1, 1))
    ]
    assert decided == ["unit_pays", "own_share", "unit_pays"]
    assert next_change(rules, use, date(2025, 1, 1)) == (date(2026, 1, 1), rules[0])
    assert deciding(rules, Circumstances("A17"), date(2026, 1, 1)).code == "unit_pays"


def test_only_a_region_with_a_rule_finances_introductions() -> None:
    assert introduction_rule(shipped().of("03"), "L01", date(2026, 1, 1)) is None
    found = introduction_rule(VGR, "L01", date(2026, 1, 1))
    assert found is not None
    assert found.months == 24


@given(uses, DAYS)
def test_a_purchase_as_it_is_asked_of_the_rules(use: Circumstances, day: date) -> None:
    purchase = use.purchase(day)
    assert isinstance(purchase, Purchase)
    running = [one for one in use.introductions if one.start <= day < one.end]
    assert (purchase.introduction is not None) == bool(running)


# --- the file ---------------------------------------------------------------------------------------

_TEXT = PATH.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "code", "at"),
    [
        ("central: 95,", "central: 96,", "shares_not_whole", "central: 96"),
        ("pays: {migration_agency: 100}", "pays: {nobody: 100}", "unknown_payer", "nobody"),
        ("central: 95,", "central: lots,", "not_a_share", "lots"),
        ('region: "14"\n', 'region: "99"\n', "unknown_region", '"99"'),
        ("when: {patient: [asylum-seeker]}", "when: {patient: [tourist]}", "unknown_value", "tourist"),
        ("when: {patient: [asylum-seeker]}", "when: {colour: [red]}", "unknown_key", "colour"),
        ("when: {listed: true}", "when: {listed: yes}", "only_true", "listed: yes"),
        ("to: 2025-12-31", "to: 2025-02-30", "not_a_day", "2025-02-30"),
        ("to: 2025-12-31", "from: 2026-01-01\n    to: 2025-12-31", "ends_before_start", "to: 2025-12-31"),
        ("code: home_region", "code: asylum_seeker", "rule_twice", "code: asylum_seeker"),
        ("    when: {patient: [asylum-seeker]}\n", "", "never_tried", "code: home_region"),
        ("region: every", 'region: "01"', "no_rule_for_the_rest", "format"),
        ("months: 24", "months: 0", "not_within", "months: 0"),
        ("when: {vaccination: true}", "months: 12\n    when: {vaccination: true}", "not_an_introduction", "months: 12"),
        ("source: starting_point", "source: hearsay", "unknown_source", "hearsay"),
        ("format: 1", "format: 2", "unknown_format", "format: 2"),
        ("version: 1", "version: none", "not_within", "version: none"),
        ("    en: Medicines for asylum seekers\n", "", "missing_key", "code: asylum_seeker"),
        ("    sv: Läkemedel till asylsökande", "    sv: [a, b]", "not_a_text", "sv: [a, b]"),
        ("when: {patient: [asylum-seeker]}", "when: {patient: asylum-seeker}", "not_a_list", "patient: asylum"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_file_is_told_with_its_line(old: str, new: str, code: str, at: str) -> None:
    broken = _TEXT.replace(old, new, 1)
    assert broken != _TEXT
    found = read("rules.yaml", broken.encode())
    assert found.book is None
    lines = [fault.line for fault in found.faults if fault.code == code]
    assert any(at in broken.splitlines()[line - 1] for line in lines), found.faults
    assert all(rule_texts.line_of(fault).startswith(f"rules.yaml:{fault.line}: ") for fault in found.faults)


@given(st.text(max_size=300))
def test_no_text_brings_the_reader_down(text: str) -> None:
    found = read("x.yaml", text.encode("utf-8", "surrogatepass"))
    assert found.book is None
    assert found.faults


# --- a period ---------------------------------------------------------------------------------------


@given(DAYS, st.integers(1, 120))
def test_a_periods_days_are_those_of_its_months(start: date, months: int) -> None:
    period = Period(start, months)
    assert sum(map(period.days_in, period.calendar_months)) == (period.moves_on - start).days
    assert all(period.days_in(month) > 0 for month in period.calendar_months)
    assert [period.standing(day) for day in (start - ONE_DAY, start, period.last_day, period.moves_on)] == [
        "coming", "running", "running", "ended",
    ]  # fmt: skip


def test_an_economy_by_hand() -> None:
    """January to December 2026. Of the year October to December are known: 31 000, 30 000 and 31 000, 92 days and
    1 000 a day; 273 days are not told of. Forecast 365 000; the year after has 365 days."""
    period = Period(date(2026, 1, 1), 12)
    known = {
        date(2026, 10, 1): Decimal(31000),
        date(2026, 11, 1): Decimal(30000),
        date(2026, 12, 1): Decimal(31000),
    }
    found = economy(period, Decimal(300000), known)
    assert (found.spent, found.remaining, found.known_months) == (Decimal(92000), Decimal(208000), 3)
    assert found.forecast == Decimal(365000)
    assert found.over == Decimal(65000)
    assert found.yearly == Decimal(365000)


def test_only_the_newest_three_months_say_what_a_day_costs() -> None:
    """January 2026 cost 3 100, then 2 800, 3 100 and 3 000: the last three are 8 900 over 89 days, 100 a day."""
    costs = {1: 310_000, 2: 2800, 3: 3100, 4: 3000}
    known = {date(2026, month, 1): Decimal(cost) for month, cost in costs.items()}
    found = economy(Period(date(2026, 1, 1), 12), None, known)
    assert found.forecast == Decimal(318_900 + 245 * 100)
    assert (found.remaining, found.over) == (None, None)


@given(DAYS, st.integers(1, 48), st.dictionaries(st.integers(0, 47), ORE, max_size=48), st.none() | ORE)
def test_an_economy_of_any_values(
    start: date, months: int, costs: dict[int, Decimal], budget: Decimal | None
) -> None:
    period = Period(start, months)
    known = {add_months(start.replace(day=1), passed): cost for passed, cost in costs.items()}
    found = economy(period, budget, known)
    inside = [cost for month, cost in known.items() if month in period.calendar_months]
    assert found.spent == sum(inside)
    assert found.known_months == len(inside)
    assert (found.forecast is None) == (not inside)
    assert found.forecast is None or found.forecast >= found.spent
    if len(inside) == len(period.calendar_months):
        assert found.forecast == found.spent
    if budget is not None:
        assert found.remaining is not None
        assert found.remaining + found.spent == budget


@given(ORE, st.integers(1, 99))
def test_what_moves_adds_up(yearly: Decimal, share: int) -> None:
    shares = ((PRESCRIBER_UNIT, Decimal(share)), (CENTRAL, Decimal(100 - share)))
    parts = move(CENTRAL, shares, yearly).parts
    assert sum(amount for _payer, amount in parts) == yearly


# --- the pot ----------------------------------------------------------------------------------------

TERMS = Terms(2026, Decimal(100), Decimal(0))


def product(cost: int, end: date, start: date = date(2020, 1, 1)) -> OrphanProduct:
    return OrphanProduct("x", Decimal(cost), start, end)


def test_the_pot_alarms_in_the_first_year_that_it_does_not_suffice() -> None:
    """90 percent of 100 is 90 of 100; with 20 more from 2027 it is 108 of 110 with the 10 that were saved; in 2028
    108 of 102: 6 are missing."""
    products = [product(100, date(2040, 1, 1)), product(20, date(2040, 1, 1), date(2027, 1, 1))]
    years = pot.forecast(products, {}, TERMS, date(2026, 6, 1))
    assert len(years) == pot.YEARS_SHOWN
    assert [one.level for one in years[:3]] == ["enough", "close", "shortage"]
    assert round(years[1].used_pct, 4) == Decimal("98.1818")
    short = pot.first_shortage(years)
    assert short is not None
    assert (short.row.year, short.row.shortage) == (2028, Decimal(6))


@pytest.mark.parametrize(
    ("way", "granted", "carried", "closing"),
    [("pro-rata", 100, 0, 0), ("carry-over", 100, 80, 0), ("deficit", 180, 0, -80)],
)
def test_what_is_done_when_the_pot_does_not_suffice(
    way: str, granted: int, carried: int, closing: int
) -> None:
    terms = Terms(2026, Decimal(100), Decimal(0), shortage=way)  # type: ignore[arg-type]
    [first, *_rest] = pot.forecast([product(200, date(2040, 1, 1))], {}, terms, date(2026, 6, 1))
    row = first.row
    assert (row.granted, row.carried_forward, row.closing) == (granted, carried, closing)
    assert row.granted + row.regions_pay == row.cost


def test_an_outcome_takes_the_place_of_a_past_years_forecast_alone() -> None:
    products = [product(100, date(2040, 1, 1))]
    years = pot.forecast(products, {2026: Decimal(50), 2027: Decimal(1)}, TERMS, date(2027, 6, 1))
    assert [(one.row.cost, one.outcome) for one in years[:2]] == [(Decimal(50), True), (Decimal(100), False)]


def test_joint_liability_ends_in_the_middle_of_a_year_that_has_a_leap_day() -> None:
    """Until 1 July 2028: 182 of 366 days of 366 million are 182."""
    years = pot.forecast([product(366, date(2028, 7, 1))], {}, TERMS, date(2026, 6, 1))
    assert [one.row.cost for one in years[2:4]] == [Decimal(182), Decimal(0)]


@pytest.mark.parametrize(
    ("end", "why"),
    [
        (date(2026, 2, 27), "exclusivity_too_short"),
        (date(2026, 2, 28), None),
        (date(2032, 2, 29), None),
        (date(2032, 3, 1), "exclusivity_too_long"),
    ],
)
def test_exclusivity_from_a_leap_day_lasts_from_six_to_twelve_years(end: date, why: str | None) -> None:
    assert pot.why_not_an_end(date(2020, 2, 29), end) == why


@given(
    st.dictionaries(st.sampled_from([one.code for one in REGIONS]), ORE.filter(bool), min_size=1),
    st.integers(0, 100),
)
def test_the_grant_divides_exactly_on_the_regions(costs: dict[str, Decimal], pct: int) -> None:
    total = sum(costs.values(), Decimal(0))
    granted = (total * pct / 100).quantize(Decimal("0.01"))
    shares = pot.shares_of_all(costs, granted)
    assert sum(one.granted for one in shares.values()) == granted
    zero = Decimal(0)
    year = OrphanYear(2026, total, zero, zero, zero, zero, granted, zero, zero, zero, total - granted)
    for code, one in shares.items():
        assert one.granted + one.own == one.cost == costs[code]
        alone = pot.share_of(costs[code], year)
        # What a region is told by itself is the same to the öre.
        assert Decimal(0) <= one.granted - alone.granted <= Decimal("0.01")
        assert alone.granted + alone.own == costs[code]
