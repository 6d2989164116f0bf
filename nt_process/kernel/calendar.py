"""The Swedish legal calendar: which days count as holidays, and where a last day moves.

Sources: lag (1989:253) om allmänna helgdagar for the holidays; lag (1930:173) om beräkning
av lagstadgad tid, § 1 (same-named day) and § 2 (a last day that falls on a Saturday, Sunday,
public holiday, Midsummer Eve, Christmas Eve or New Year's Eve moves to the next working day).

Holidays are computed for any year and never listed, so the calendar cannot expire.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
ONE_DAY = timedelta(days=1)
SATURDAY, SUNDAY = 5, 6

_WRITTEN_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def read_day(text: str) -> date | None:
    """A day written as 2026-11-22, or None; other spellings of ISO 8601 are ambiguous to a reader."""
    if not _WRITTEN_DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def why_no_day(text: str) -> str:
    """Of a text that `read_day` does not take: no_such_day when it is written as a day, as 2026-02-30 is, else
    not_a_day."""
    return "no_such_day" if _WRITTEN_DAY.fullmatch(text) else "not_a_day"


def easter_sunday(year: int) -> date:
    """Easter Sunday of a Gregorian year, by the anonymous (Meeus/Jones/Butcher) computus."""
    golden = year % 19
    century, year_of_century = divmod(year, 100)
    leap_centuries, century_remainder = divmod(century, 4)
    moon_correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon_correction + 15) % 30
    leap_years, year_remainder = divmod(year_of_century, 4)
    weekday = (32 + 2 * century_remainder + 2 * leap_years - epact - year_remainder) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def _first_weekday_from(start: date, weekday: int) -> date:
    return start + timedelta(days=(weekday - start.weekday()) % 7)


@lru_cache(maxsize=512)
def holidays(year: int) -> dict[date, str]:
    """Public holidays and the three eves of one year, as {day: stable English key}.

    Sundays are not listed; they are holidays by their weekday. Source: 1989:253 § 1 and
    1930:173 § 2 second paragraph (the eves).
    """
    easter = easter_sunday(year)
    midsummer_day = _first_weekday_from(date(year, 6, 20), SATURDAY)
    return {
        date(year, 1, 1): "new_years_day",
        date(year, 1, 6): "epiphany",
        easter - 2 * ONE_DAY: "good_friday",
        easter: "easter_sunday",
        easter + ONE_DAY: "easter_monday",
        date(year, 5, 1): "may_day",
        easter + 39 * ONE_DAY: "ascension_day",
        easter + 49 * ONE_DAY: "whit_sunday",
        date(year, 6, 6): "national_day",
        midsummer_day - ONE_DAY: "midsummer_eve",
        midsummer_day: "midsummer_day",
        _first_weekday_from(date(year, 10, 31), SATURDAY): "all_saints_day",
        date(year, 12, 24): "christmas_eve",
        date(year, 12, 25): "christmas_day",
        date(year, 12, 26): "boxing_day",
        date(year, 12, 31): "new_years_eve",
    }


def non_working_reason(day: date) -> str | None:
    """Why a last day may not fall on `day` (1930:173 § 2), or None for a working day.

    The answer is a stable key: the holiday's, otherwise "saturday" or "sunday".
    """
    holiday = holidays(day.year).get(day)
    if holiday is not None:
        return holiday
    return {SATURDAY: "saturday", SUNDAY: "sunday"}.get(day.weekday())


def is_working_day(day: date) -> bool:
    return non_working_reason(day) is None


def next_working_day(day: date) -> date:
    """The first working day on or after `day` (1930:173 § 2)."""
    while not is_working_day(day):
        day += ONE_DAY
    return day


def add_months(day: date, months: int) -> date:
    """The same-named day `months` later, or the last of that month (1930:173 § 1)."""
    years, month_index = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month_index + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
