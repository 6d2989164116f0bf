"""What is typed in a field is read, or refused with a code and what can be shown of it."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nt_process.kernel import typed
from nt_process.kernel.faults import BadInput
from nt_process.kernel.typed import Reader, Unusable

READERS: dict[str, Reader] = {
    "day": typed.day,
    "clock": typed.clock,
    "number": typed.number(Decimal(10)),
    "identifier": typed.identifier,
    "line": typed.line,
    "paragraph": typed.paragraph,
    "whole": typed.whole(0, 9),
}


@given(st.sampled_from(sorted(READERS)), st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused_with_what_can_be_shown(name: str, text: str) -> None:
    refused: tuple[object, ...] = ()
    try:
        typed.read({name: text}, READERS)
    except BadInput as refusal:
        refused = tuple(fault.params["value"] for fault in refusal.faults)
    assert all(str(value).isprintable() for value in refused)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.times())
def test_days_and_times_are_read_as_they_are_written(day: date, clock: time) -> None:
    assert typed.day(f" {day.isoformat()} ") == day
    assert typed.clock(f"{clock:%H:%M}") == time(clock.hour, clock.minute)
    assert typed.clock(f"{clock:%H.%M}") == time(clock.hour, clock.minute)


@given(st.decimals(0, 10**9, places=2))
def test_a_number_is_read_with_comma_or_point_and_spaces_between_thousands(number: Decimal) -> None:
    read = typed.number(Decimal(10**9))
    for text in (
        f"{number}",
        f"{number:,}".replace(",", "\u00a0"),
        f"{number:,}".replace(",", " ").replace(".", ","),
    ):
        assert read(text) == number


@pytest.mark.parametrize(
    ("reader", "text", "code"),
    [
        (typed.day, "", "missing"), (typed.day, "igår", "not_a_day"), (typed.day, "1899-12-31", "not_a_day"),
        (typed.day, "2200-01-01", "not_a_day"), (typed.clock, "24:00", "not_a_time"), (typed.clock, "9:00", "not_a_time"),
        (typed.number(Decimal(100)), "100,01", "too_large"), (typed.number(Decimal(100)), "1,234", "too_many_decimals"),
        (typed.number(Decimal(100)), "-1", "not_a_number"), (typed.number(Decimal(100)), "1e1", "not_a_number"),
        (typed.number(Decimal(100)), "٣", "not_a_number"), (typed.identifier, "x", "not_a_choice"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_by_its_code(reader: Reader, text: str, code: str) -> None:
    with pytest.raises(Unusable) as refusal:
        reader(text)
    assert str(refusal.value) == code


def test_a_last_day_before_the_first_is_refused() -> None:
    first, last = date(2026, 3, 1), date(2026, 2, 28)
    typed.in_order({"valid_from": first, "valid_to": None})
    typed.in_order({"valid_from": first, "valid_to": first})
    with pytest.raises(BadInput) as refusal:
        typed.in_order({"valid_from": first, "valid_to": last})
    assert [(fault.code, fault.column) for fault in refusal.value.faults] == [
        ("ends_before_start", "valid_to")
    ]
