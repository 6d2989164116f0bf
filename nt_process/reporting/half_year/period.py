"""The period of a report: whole months, most often half a year, and the two of the same length before it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from nt_process.kernel.calendar import ONE_DAY, add_months, read_day, why_no_day
from nt_process.kernel.faults import BadInput, Fault

HALF_YEAR = 6
MOST_MONTHS = 24
# So many periods of the same length stand side by side: the report's own, and those before it.
COMPARED = 3

_EARLIEST, _LATEST = 1990, 2199
_HALF = re.compile(r"(\d{4})-([12])", re.ASCII)
_MONTHS = re.compile(r"(\d{4})-(\d{2})\.\.(\d{4})-(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """`months` whole months from the first of one."""

    first: date
    months: int

    @property
    def last(self) -> date:
        return add_months(self.first, self.months) - ONE_DAY

    @property
    def name(self) -> str:
        """2026-1 for the first half of 2026; otherwise the first and the last month, 2026-02..2026-04."""
        if self.months == HALF_YEAR and self.first.month in (1, 7):
            return f"{self.first.year}-{1 if self.first.month == 1 else 2}"
        return f"{self.first:%Y-%m}..{self.last:%Y-%m}"

    @property
    def is_half_year(self) -> bool:
        return ".." not in self.name

    @property
    def years(self) -> tuple[int, ...]:
        """The calendar years that it lies in."""
        return tuple(range(self.first.year, self.last.year + 1))

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last

    def earlier(self, times: int) -> Period:
        """The period of the same length so many lengths earlier."""
        return Period(add_months(self.first, -self.months * times), self.months)

    def compared(self) -> tuple[Period, ...]:
        """This period and those it is compared with, the latest first."""
        return tuple(self.earlier(times) for times in range(COMPARED))


def read_period(text: str) -> Period:
    """2026-1, 2026-2, or whole months as 2026-02..2026-04. Raises BadInput (not_a_period, period_reversed,
    period_too_long, date_out_of_range), each about the column `period`.
    """
    written = text.strip()
    half, months = _HALF.fullmatch(written), _MONTHS.fullmatch(written)
    if half:
        first, count = _month(int(half[1]), 1 if half[2] == "1" else 7), HALF_YEAR
    elif months:
        first, last = _month(int(months[1]), int(months[2])), _month(int(months[3]), int(months[4]))
        count = (last.year - first.year) * 12 + last.month - first.month + 1
    else:
        raise _fault("not_a_period", value=written[:40])
    if count < 1:
        raise _fault("period_reversed")
    if count > MOST_MONTHS:
        raise _fault("period_too_long", most=MOST_MONTHS)
    return Period(first, count)


def ended_before(day: date) -> Period:
    """The latest half-year that had ended when `day` began."""
    first = date(day.year, 1 if day.month < 7 else 7, 1)
    return Period(first, HALF_YEAR).earlier(1)


def read_known_on(text: str, period: Period, today: date) -> date:
    """The day at whose end everything in the report was known: one that has ended, and not before the period began.

    Nothing typed is yesterday. Raises BadInput (not_a_day, no_such_day, day_not_over, known_too_early), each about the
    column `known_on`.
    """
    written = text.strip()
    found = read_day(written) if written else today - timedelta(days=1)
    if found is None:
        raise _fault(why_no_day(written), "known_on", value=written[:40])
    if found >= today:
        raise _fault("day_not_over", "known_on", value=found.isoformat())
    if found < period.first:
        raise _fault("known_too_early", "known_on", value=found.isoformat(), first=period.first.isoformat())
    return found


def _month(year: int, month: int) -> date:
    if not 1 <= month <= 12:
        raise _fault("no_such_month")
    if not _EARLIEST <= year <= _LATEST:
        raise _fault("date_out_of_range", value=str(year))
    return date(year, month, 1)


def _fault(code: str, column: str = "period", **params: object) -> BadInput:
    return BadInput(Fault(code, column=column, params=params))
