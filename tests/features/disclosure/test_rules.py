"""The rules of what may be told, each against its definition; and the way of contributions into and out of text."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from nt_process.disclosure import basis
from nt_process.disclosure.contributions import Contribution, commitment
from nt_process.disclosure.judge import Table
from nt_process.disclosure.layouts import LAYOUTS, MAIN_GROUPS, SUBGROUPS, Cell, Request, amount_of, share
from nt_process.disclosure.rules import Setting, parameters_of
from nt_process.disclosure.sensitivity import LIMITS, NAMES, Parameters, changes_too_little, is_unsafe
from nt_process.kernel.money import ZERO

RULES = Parameters()
MONTH = date(2024, 1, 1)


def of(*amounts: int, product: str = "L01", region: str = "01") -> list[Contribution]:
    """Each amount (MSEK) is a company's and a negotiation's of its own."""
    return [
        Contribution(
            f"N{place}", f"K{place}", product, region, MONTH, Decimal(amount) * 1_000_000, Decimal(10**9)
        )
        for place, amount in enumerate(amounts)
    ]


def test_a_figure_needs_three_groups_none_of_which_has_nearly_all() -> None:
    """The bounds themselves are safe: 75 % for the largest, 85 % for two, the rest a tenth of the largest."""
    assert not is_unsafe(of(40, 30, 30), RULES)
    for unsafe in ((), (0, 0, 0), (50,), (50, 50), (50, 50, 0), (76, 12, 12), (45, 41, 14), (70, 20, 6)):
        assert is_unsafe(of(*unsafe), RULES), unsafe
    assert not is_unsafe(of(75, 10, 8, 7), RULES)
    assert is_unsafe(of(76, 9, 8, 7), RULES)
    assert not is_unsafe(of(45, 40, 15), RULES)


def test_a_single_negotiation_is_never_told_whoever_shares_it() -> None:
    shared = [
        Contribution("N1", one.company, one.product, one.region, one.month, one.amount, one.sales)
        for one in of(40, 30, 30)
    ]
    assert is_unsafe(shared, RULES)


AMOUNTS = st.lists(st.integers(0, 100), max_size=8)


@given(AMOUNTS)
def test_the_rules_are_those_of_their_definitions(amounts: list[int]) -> None:
    some = sorted((one for one in amounts if one), reverse=True)
    whole = sum(some)
    safe = (
        len(some) >= 3
        and 100 * some[0] <= 75 * whole
        and 100 * (some[0] + some[1]) <= 85 * whole
        and 10 * (whole - some[0] - some[1]) >= some[0]
    )
    assert is_unsafe(of(*amounts), RULES) is not safe


@given(AMOUNTS, st.sampled_from(NAMES), st.data())
def test_a_stricter_number_never_makes_an_unsafe_figure_safe(
    amounts: list[int], name: str, data: st.DataObject
) -> None:
    stricter = Parameters(**{name: data.draw(st.integers(*LIMITS[name]))})
    assert not is_unsafe(of(*amounts), RULES) or is_unsafe(of(*amounts), stricter)


@given(AMOUNTS, st.integers(0, 8))
def test_a_difference_tells_of_at_least_three_groups_or_of_none(amounts: list[int], changed: int) -> None:
    now = of(*amounts)
    before = [
        Contribution(
            one.negotiation,
            one.company,
            one.product,
            one.region,
            one.month,
            one.amount + (place < changed),
            one.sales,
        )
        for place, one in enumerate(now)
    ]
    differs = min(changed, len(now))
    assert changes_too_little(now, before, RULES) == (0 < differs < 3)


@given(st.lists(st.lists(st.integers(0, 60), min_size=4, max_size=6), min_size=2, max_size=6))
def test_what_is_left_out_cannot_be_told_by_subtraction(regions: list[list[int]]) -> None:
    """Total less the parts that are shown is nothing, or a sum that may be told."""
    codes = ("01", "03", "04", "05", "06", "07")
    known = [one for code, amounts in zip(codes, regions, strict=False) for one in of(*amounts, region=code)]
    request = Request("region", "", MONTH, 12, "total")
    table = Table(request, "now", {"now": known}, RULES)
    table.close()
    rest = [one for cell in request.parts if cell not in table.shown for one in table.parts[cell]]
    assert not any(is_unsafe(table.parts[cell], RULES) for cell in table.shown)
    if table.tells_something and request.total in table.shown:
        assert not rest or not is_unsafe(rest, RULES)
    if table.tells_something and request.total not in table.shown:
        assert any(cell not in table.shown for cell in request.parts)


def test_each_layout_divides_its_total_into_parts_that_do_not_overlap() -> None:
    for layout in LAYOUTS:
        request = Request(layout, "L" if layout == "subgroup" else "", MONTH, 12, "total")
        assert len(set(request.cells)) == len(request.cells)
        if layout != "national":
            assert request.cells[-1] == request.total
            assert not any(
                one != other and one.product.startswith(other.product) and one.region == other.region
                for one in request.parts
                for other in request.parts
            )
    assert all(code.startswith(group) for group in MAIN_GROUPS for code in SUBGROUPS[group])
    assert Request("subgroup", "L", MONTH, 12, "total").total == Cell("L", "")


def test_regions_and_state_have_all_of_a_rebate_between_them() -> None:
    for year in range(2015, 2025):
        assert (share("state", year) or ZERO) + (share("regions", year) or ZERO) == 1
    assert (share("state", 2022), share("state", 2023)) == (Decimal("0.40"), Decimal("0.30"))
    assert share("state", 2030) is None
    assert amount_of("state", of(100)) == 40_000_000


SETTINGS = st.lists(
    st.builds(
        Setting,
        name=st.sampled_from(NAMES),
        value=st.integers(1, 99),
        from_day=st.dates(date(2026, 1, 1), date(2026, 1, 9)),
        reason=st.just("skäl"),
    ),
    max_size=12,
)


@given(SETTINGS, st.dates(date(2025, 12, 30), date(2026, 1, 12)))
def test_of_the_days_that_have_come_the_latest_holds_and_of_one_day_the_last(
    settings: list[Setting], today: date
) -> None:
    held = parameters_of(settings, today)
    for name in NAMES:
        come = [
            (one.from_day, place)
            for place, one in enumerate(settings)
            if one.name == name and one.from_day <= today
        ]
        expected = settings[max(come)[1]].value if come else getattr(RULES, name)
        assert getattr(held, name) == expected


CONTRIBUTIONS = st.lists(
    st.builds(
        Contribution,
        negotiation=st.text(min_size=1, max_size=5),
        company=st.text(min_size=1, max_size=5),
        product=st.sampled_from(("L01", "A16AB01")),
        region=st.sampled_from(("01", "25")),
        month=st.integers(0, 40).map(lambda months: date(2022 + months // 12, months % 12 + 1, 1)),
        amount=st.decimals(0, 10**9, places=2),
        sales=st.decimals(0, 10**9, places=2),
    ),
    min_size=1,
    max_size=6,
)


@given(CONTRIBUTIONS)
def test_contributions_come_back_as_they_were_and_keep_their_commitment(known: list[Contribution]) -> None:
    back = basis.from_rows(basis.rows_of(known))
    assert back == known
    assert commitment(b"key", reversed(back)) == commitment(b"key", known)
    moved = [*back[:-1], replace(back[-1], month=back[-1].month + timedelta(days=31))]
    assert commitment(b"key", moved) != commitment(b"key", known)
    assert commitment(b"another", known) != commitment(b"key", known)
