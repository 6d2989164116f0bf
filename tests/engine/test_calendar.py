"""The legal calendar against the law's text, a published holiday library and known dates."""

from __future__ import annotations

from datetime import date, timedelta

import holidays as published
import pytest

from nt_process.kernel.calendar import (
    add_months,
    easter_sunday,
    holidays,
    is_working_day,
    next_working_day,
    non_working_reason,
)

FIRST_YEAR, LAST_YEAR = 2005, 2060


def test_every_day_of_56_years_agrees_with_the_published_holidays() -> None:
    sweden = published.country_holidays(
        "SE", years=range(FIRST_YEAR, LAST_YEAR + 1), categories=("public", "de_facto")
    )
    day = date(FIRST_YEAR, 1, 1)
    disagreeing = []
    while day.year <= LAST_YEAR:
        free = day in sweden or day.weekday() >= 5
        if is_working_day(day) is free:
            disagreeing.append(day)
        day += timedelta(days=1)
    assert disagreeing == []


def test_each_year_has_the_thirteen_holidays_and_the_three_eves_by_name() -> None:
    sweden = published.country_holidays(
        "SE", years=range(FIRST_YEAR, LAST_YEAR + 1), categories=("public", "de_facto"), language="sv"
    )
    swedish = {
        "new_years_day": "Nyårsdagen",
        "epiphany": "Trettondedag jul",
        "good_friday": "Långfredagen",
        "easter_sunday": "Påskdagen",
        "easter_monday": "Annandag påsk",
        "may_day": "Första maj",
        "ascension_day": "Kristi himmelsfärdsdag",
        "whit_sunday": "Pingstdagen",
        "national_day": "Nationaldagen",
        "midsummer_eve": "Midsommarafton",
        "midsummer_day": "Midsommardagen",
        "all_saints_day": "Alla helgons dag",
        "christmas_eve": "Julafton",
        "christmas_day": "Juldagen",
        "boxing_day": "Annandag jul",
        "new_years_eve": "Nyårsafton",
    }
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        ours = {(day, swedish[key]) for day, key in holidays(year).items()}
        theirs = {
            (day, name)
            for day, names in sweden.items()
            if day.year == year
            for name in names.split("; ")
            if name != "Söndag"
        }
        # Two holidays on one day (Ascension Day on 1 May 2008) keep one name, and the day is as free.
        assert ours <= theirs
        assert {day for day, _ in ours} == {day for day, _ in theirs}


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (1818, date(1818, 3, 22)),  # The earliest Easter of the Gregorian calendar.
        (1943, date(1943, 4, 25)),  # The latest.
        (1954, date(1954, 4, 18)),
        (1981, date(1981, 4, 19)),
        (2000, date(2000, 4, 23)),
        (2008, date(2008, 3, 23)),
        (2026, date(2026, 4, 5)),
        (2038, date(2038, 4, 25)),
        (2049, date(2049, 4, 18)),
        (2076, date(2076, 4, 19)),
    ],
)
def test_easter_sunday_on_known_dates(year: int, day: date) -> None:
    assert easter_sunday(year) == day


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2026, 4, 3), "good_friday"),
        (date(2026, 6, 19), "midsummer_eve"),
        (date(2026, 6, 20), "midsummer_day"),  # A Saturday, and the holiday is the better reason.
        (date(2026, 6, 21), "sunday"),
        (date(2026, 2, 21), "saturday"),
        (date(2026, 10, 31), "all_saints_day"),
        (date(2026, 12, 24), "christmas_eve"),
        (date(2026, 12, 31), "new_years_eve"),
        (date(2026, 4, 4), "saturday"),  # Easter Eve, Whitsun Eve and Twelfth Night are not in the law.
        (date(2026, 4, 2), None),  # Maundy Thursday.
        (date(2026, 4, 30), None),
        (date(2026, 1, 5), None),
        (date(2026, 5, 15), None),  # The squeezed Friday after Ascension Day.
        (date(2026, 5, 25), None),  # Whit Monday, a holiday until 2004.
    ],
)
def test_why_a_last_day_moves(day: date, reason: str | None) -> None:
    assert non_working_reason(day) == reason


def test_next_working_day_passes_christmas_and_the_weekend_behind_it() -> None:
    assert next_working_day(date(2025, 12, 24)) == date(2025, 12, 29)
    assert next_working_day(date(2025, 12, 29)) == date(2025, 12, 29)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 2, 28), 1, date(2026, 3, 28)),  # The same-named day, not the last of the month.
        (date(2026, 8, 31), 24, date(2028, 8, 31)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 5, 5), 0, date(2026, 5, 5)),
    ],
)
def test_months_end_on_the_same_named_day_or_the_last_of_the_month(
    day: date, months: int, expected: date
) -> None:
    assert add_months(day, months) == expected


def test_a_year_that_is_a_century_is_no_leap_year() -> None:
    assert add_months(date(2096, 2, 29), 48) == date(2100, 2, 28)
