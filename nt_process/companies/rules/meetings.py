"""The council's meetings: which day an application must be in by, when a place can be taken, what reminds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nt_process.kernel.calendar import ONE_DAY, non_working_reason
from nt_process.kernel.cells import read_written_date
from nt_process.kernel.typed import Reader, Unusable, line, paragraph, read, whole

USUAL_LEAD_DAYS = 30
MAX_LEAD_DAYS = 250
MAX_PLACES = 100
# The phases of a case before its recommendation stands; after them the council has nothing more to hear.
HEARD_PHASES = ("horizon", "decision", "assessment", "negotiation", "recommendation")
# Days before the last day to file, from far to near.
REMIND_DAYS = (30, 14, 7, 1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """A meeting as the secretariat plans it; `lead_days` are working days."""

    day: date
    place: str
    notes: str
    lead_days: int
    capacity: int

    @property
    def file_by(self) -> date:
        return last_day_to_file(self.day, self.lead_days)


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a last day was arrived at: days between it and the meeting that do not count, and those that do."""

    file_by: date
    day: date
    working: int
    weekend: int
    holidays: tuple[tuple[date, str], ...]


def read_plan(texts: Mapping[str, str]) -> Plan:
    """The fields of `Plan` as typed. Raises BadInput."""
    return Plan(**read(texts, _PLAN))


def last_day_to_file(day: date, lead_days: int) -> date:
    """The working day that lies `lead_days` working days before the meeting's day, which is not counted."""
    left = lead_days
    while left:
        day -= ONE_DAY
        left -= non_working_reason(day) is None
    return day


def derive(day: date, lead_days: int) -> Derivation:
    """`last_day_to_file` with every day that lies between explained."""
    file_by = last_day_to_file(day, lead_days)
    between = [file_by + timedelta(days=number) for number in range((day - file_by).days)]
    free = [one for one in between if non_working_reason(one) is not None]
    # A holiday on a Saturday or Sunday takes no day that would have counted.
    holidays = tuple((one, str(non_working_reason(one))) for one in free if one.weekday() < _SATURDAY)
    return Derivation(file_by, day, len(between) - len(free), len(free) - len(holidays), holidays)


@dataclass(frozen=True, slots=True)
class Meeting:
    """What decides whether a place at a meeting can be taken or given up."""

    day: date
    file_by: date
    capacity: int
    booked: int
    cancelled: bool

    @property
    def free(self) -> int:
        return max(self.capacity - self.booked, 0)

    def refuses_booking(self, today: date) -> str | None:
        """Why no place can be taken: meeting_cancelled, filing_over, meeting_full."""
        if self.cancelled:
            return "meeting_cancelled"
        if today > self.file_by:
            return "filing_over"
        return None if self.free else "meeting_full"

    def refuses_giving_up(self, today: date) -> str | None:
        """Why a place cannot be given up any more: meeting_held."""
        return "meeting_held" if today > self.day else None


def next_reminder(rungs: Sequence[int], file_by: date, today: date) -> tuple[int, date] | None:
    """The rung that fires next for a place taken today, as (days before, day it fires); None when none is left.

    Rungs whose day has come already are left out: whoever books knows the day as of now.
    """
    ahead = [rung for rung in rungs if file_by - timedelta(days=rung) > today]
    return (max(ahead), file_by - timedelta(days=max(ahead))) if ahead else None


def _meeting_day(text: str) -> date:
    day = read_written_date(text)
    because = non_working_reason(day)
    if because is not None:
        raise Unusable("not_working_day", because=because)
    return day


_PLAN: Mapping[str, Reader] = {
    "day": _meeting_day,
    "place": line,
    "notes": paragraph,
    "lead_days": whole(1, MAX_LEAD_DAYS),
    "capacity": whole(1, MAX_PLACES),
}
