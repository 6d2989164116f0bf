"""What may be registered, when a date reminds of itself, what binds a region, where a mark is drawn."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nt_process.kernel.faults import BadInput
from nt_process.market.rules import (
    OPEN_STATUSES,
    STATUSES,
    SignUp,
    next_reminder,
    read_entry,
    read_ladder,
    read_procurement,
    read_reason,
    read_volume,
    require_plausible,
)
from nt_process.market.timeline import Bar, Mark, draw, lanes_by_label
from tests.features.market.world import ENTRY, PROCUREMENT

days = st.dates(date(2020, 1, 1), date(2060, 12, 31))
ladders = st.lists(st.integers(0, 120), unique=True, max_size=12)


def months_before(day: date, months: int) -> date:
    """The same-named day so many months earlier, found by walking from the day, or the last of its month."""
    month = day.replace(day=1)
    for _ in range(months):
        month = (month - timedelta(days=1)).replace(day=1)
    found = month
    while found.day < day.day and (found + timedelta(days=1)).month == month.month:
        found += timedelta(days=1)
    return found


@given(ladders, days, days)
def test_the_next_reminder_is_the_nearest_rung_that_has_come_or_else_the_farthest(
    months: list[int], day: date, today: date
) -> None:
    found = next_reminder(months, day, today)
    come = [rung for rung in months if months_before(day, rung) <= today]
    if day < today or not months:
        assert found is None
    elif come:
        assert found == (min(come), today)
    else:
        assert found == (max(months), months_before(day, max(months)))


def faults(read: object, *arguments: object) -> list[tuple[str, str | None]]:
    with pytest.raises(BadInput) as refused:
        read(*arguments)  # type: ignore[operator]
    return [(fault.code, fault.column) for fault in refused.value.faults]


def test_every_faulty_field_of_a_date_is_named() -> None:
    wrong = {"kind": "x", "medicine": " ", "atc": "??", "day": "i dag", "certainty": "", "source": "a\x00b"}
    assert faults(read_entry, ENTRY | wrong) == [
        ("not_a_choice", "kind"),
        ("missing", "medicine"),
        ("not_atc", "atc"),
        ("not_a_date", "day"),
        ("not_a_choice", "certainty"),
        ("bad_characters", "source"),
    ]
    assert faults(read_entry, {}) == [
        ("not_a_choice", "kind"), ("missing", "medicine"), ("empty_date", "day"), ("not_a_choice", "certainty"),
    ]  # fmt: skip
    assert faults(read_entry, ENTRY | {"company": "x" * 301}) == [("too_long", "company")]


def test_a_date_is_kept_as_it_is_meant() -> None:
    found = read_entry(
        ENTRY | {"medicine": "  Vinter\u00a0 gro\u0308nt ", "atc": "n07 xx27", "day": " 2029-03-14 "}
    )
    assert (found.medicine, found.atc, found.day) == ("Vinter grönt", "N07XX27", date(2029, 3, 14))


def test_a_procurement_needs_a_unit_for_its_volume_and_an_agreement_that_ends_after_it_begins() -> None:
    assert read_procurement(PROCUREMENT | {"volume": "1 200,5"}).volume == Decimal("1200.5")
    assert read_procurement({"name": "x", "scope": "joint", "status": "wished"}).sign_up_until is None
    assert faults(read_procurement, PROCUREMENT | {"unit": ""}) == [("volume_without_unit", "unit")]
    assert faults(read_procurement, PROCUREMENT | {"agreement_to": "2026-12-31"}) == [
        ("agreement_ends_before_start", "agreement_to")
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "empty_number"), ("0", "not_positive"), ("-3", "not_positive"), ("1,2345", "too_many_decimals"),
     ("x", "not_a_number"), ("9" * 16, "number_too_long")],
)  # fmt: skip
def test_a_volume_is_above_zero(text: str, code: str) -> None:
    assert faults(read_volume, text) == [(code, "volume")]


def test_a_ladder_is_written_in_any_order_and_read_from_far_to_near() -> None:
    assert read_ladder("12, 36;24 12") == (36, 24, 12)
    assert read_ladder("  ") == ()
    for text in ("x", "-1", "12.5", "121", "1000", "٣"):
        assert faults(read_ladder, text) == [("not_months", "months")]
    assert faults(read_ladder, " ".join(map(str, range(13)))) == [("too_many_rungs", "months")]


def test_a_reason_is_asked_for_only_where_it_must_be_stated() -> None:
    assert read_reason("", required=False) == ""
    with pytest.raises(BadInput):
        read_reason("  ", required=True)


@given(st.sampled_from(STATUSES), days, st.integers(-400, 400))
def test_the_last_day_to_sign_up_still_counts_and_then_the_commitment_binds(
    status: str, last: date, later: int
) -> None:
    today = last + timedelta(days=later)
    sign_up = SignUp("joint", status, last)
    assert sign_up.is_binding(today) == (later > 0)
    assert (sign_up.refuses_commitment(today) is None) == (status in OPEN_STATUSES and later <= 0)
    assert SignUp("regional", status, last).refuses_commitment(today) == "not_joint"
    assert (sign_up.refuses_withdrawal() is None) == (status not in ("concluded", "cancelled"))
    assert not SignUp("joint", status, None).is_binding(today)


@given(st.lists(st.tuples(st.sampled_from("Aaå"), days), min_size=1, max_size=20), days, st.integers(1, 15))
def test_a_mark_is_drawn_where_its_day_is(marks: list[tuple[str, date]], today: date, years: int) -> None:
    start, end = date(2025, 1, 1), date(2025 + years, 1, 1)
    lanes = lanes_by_label((label, Mark(day, "protection", "<&>")) for label, day in marks)
    assert len(lanes) == len({label.casefold() for label, _day in marks})
    assert [lane.first_day for lane in lanes] == sorted(lane.first_day for lane in lanes)
    drawn = draw("T", lanes, start, end, today)
    assert "<&>" not in drawn
    places = [Decimal(text) for text in re.findall(r'<svg x="([\d.]+)%"', drawn)]
    inside = [mark.day for lane in lanes for mark in lane.marks if start <= mark.day < end]
    expected = [Decimal((day - start).days * 100) / (end - start).days for day in inside]
    assert len(places) == len(expected)
    assert all(abs(place - wanted) <= Decimal("0.01") for place, wanted in zip(places, expected, strict=True))
    assert ("timeline-today" in drawn) == (start <= today < end)


@given(days, days)
def test_a_bar_stays_within_the_years_shown(one: date, other: date) -> None:
    start, end = date(2030, 1, 1), date(2035, 1, 1)
    bar = Bar(min(one, other), max(one, other), "agreement", "x")
    drawn = draw("T", lanes_by_label([("A", bar)]), start, end, start)
    left, width = map(Decimal, re.findall(r'x="([\d.]+)%" y="\d+" width="([\d.]+)%"', drawn)[0])
    if bar.start < end and bar.end >= start:
        assert 0 <= left <= 100
        assert left + width <= Decimal("100.5")


def test_what_cannot_be_is_refused() -> None:
    early = PROCUREMENT | {"sign_up_until": "2026-06-01", "advertised_on": "2026-05-01"}
    assert faults(read_procurement, early) == [("advertised_before_sign_up", "advertised_on")]
    assert faults(read_entry, ENTRY | {"day": "2026-11-31"}) == [("no_such_day", "day")]
    assert faults(read_entry, ENTRY | {"day": "31/12/2050"}) == [("not_a_date", "day")]
    require_plausible(Decimal(1000), Decimal(10))
    require_plausible(Decimal(10**9), None)
    with pytest.raises(BadInput) as refused:
        require_plausible(Decimal("1000.001"), Decimal(10))
    assert refused.value.faults[0].params == {"volume": "1000.001", "estimate": "10"}
