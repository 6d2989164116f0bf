"""Numbers and days as people write them, and refusal of what could mean two things."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nt_process.kernel.cells import CellError, read_date, read_decimal, read_whole


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234.5", "1234.5"),
        ("1 234 567,8", "1234567.8"),
        ("2\u00a0432\u00a0579", "2432579"),
        ("17,579", "17.579"),
        ("\N{MINUS SIGN}18", "-18"),
        (" +7 ", "7"),
        ("000000000000000000012", "12"),
    ],
)
def test_swedish_numbers(text: str, value: str) -> None:
    assert read_decimal(text, decimal_comma=True) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "decimal_comma", "code"),
    [
        ("", True, "empty_number"),
        ("  ", True, "empty_number"),
        ("217,5", False, "decimal_comma"),
        ("2 432 579", False, "thousand_separator"),
        ("1 23", True, "not_a_number"),
        ("12 3456", True, "not_a_number"),
        ("1,234.5", True, "not_a_number"),
        ("1.234.567", True, "not_a_number"),
        ("1e9", True, "not_a_number"),
        ("nan", True, "not_a_number"),
        ("Infinity", False, "not_a_number"),
        ("0x10", True, "not_a_number"),
        ("١٢٣", True, "not_a_number"),
        ("--1", True, "not_a_number"),
        ("=1+1", True, "not_a_number"),
        ("1" * 16, True, "number_too_long"),
        ("0." + "1" * 13, True, "number_too_long"),
    ],
)
def test_unreadable_numbers_say_why(text: str, decimal_comma: bool, code: str) -> None:
    with pytest.raises(CellError) as refused:
        read_decimal(text, decimal_comma=decimal_comma)
    assert refused.value.code == code


@given(st.decimals(min_value=-(10**14), max_value=10**14, places=6))
def test_a_number_written_in_either_way_is_the_same(number: Decimal) -> None:
    assert read_decimal(format(number, "f"), decimal_comma=False) == number
    swedish = format(number, ",f").replace(",", "\u00a0").replace(".", ",")
    assert read_decimal(swedish, decimal_comma=True) == number


def test_a_whole_number_has_no_decimals() -> None:
    assert read_whole("1 600 447", decimal_comma=True) == 1_600_447
    with pytest.raises(CellError) as refused:
        read_whole("10,5", decimal_comma=True)
    assert refused.value.code == "not_whole"


@given(st.dates(min_value=date(1900, 3, 1), max_value=date(2199, 12, 31)))
def test_a_day_is_the_same_in_every_spelling(day: date) -> None:
    spellings = [day.isoformat(), f"{day:%Y%m%d}", f"{day:%d/%m/%Y}"]
    serial = (day - date(1899, 12, 30)) // timedelta(days=1)
    if 10_000 <= serial <= 99_999:
        spellings.append(str(serial))
    assert {read_date(spelling) for spelling in spellings} == {day}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty_date"),
        ("2024-02-30", "not_a_date"),
        ("31/04/2024", "not_a_date"),
        ("00/00/0000", "not_a_date"),
        ("2024-13-01", "not_a_date"),
        ("2023-02-29", "not_a_date"),
        ("24-1-5", "not_a_date"),
        ("i går", "not_a_date"),
        ("9999-12-31", "date_out_of_range"),
        ("1899-12-31", "date_out_of_range"),
    ],
)
def test_days_that_do_not_exist_say_why(text: str, code: str) -> None:
    with pytest.raises(CellError) as refused:
        read_date(text)
    assert refused.value.code == code
