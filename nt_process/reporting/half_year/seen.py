"""The cases as they stood at the end of each period that is compared, as known at the end of one and the same day.

A case's log as known then, without what happened after the period, is folded as the deadline report folds it: so a
half-year that is over is judged at its own last day, and what was recorded late about it counts all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from nt_process.engine.snapshot import Event
from nt_process.reporting.half_year.period import Period
from nt_process.reporting.history import History, Workflows, history_of
from nt_process.reporting.report import Report, Selection, compile_report


@dataclass(frozen=True, slots=True)
class Step:
    """An action that was taken in a case: on which day, in which process, as what."""

    day: date
    process: str
    case: str
    action: str
    role: str


@dataclass(frozen=True, slots=True)
class Seen:
    """One period: its cases as of its last day (or as of the day of knowledge, if that is earlier), and its steps."""

    period: Period
    report: Report
    steps: tuple[Step, ...]

    @property
    def day(self) -> date:
        """The day as of which the cases are judged."""
        return self.report.selection.as_of


def see(
    cases: Iterable[Sequence[Event]], workflows: Workflows, periods: Sequence[Period], known_on: date
) -> list[Seen]:
    """Each period with the cases that were there in it or before it.

    `cases` are logs as known at the end of `known_on`, in any order; each is read once, and let go.
    """
    days = [min(period.last, known_on) for period in periods]
    histories: list[list[History]] = [[] for _ in periods]
    steps: list[list[Step]] = [[] for _ in periods]
    for log in cases:
        for number, (period, day) in enumerate(zip(periods, days, strict=True)):
            if _concerns(log, period, day):
                until = (event for event in log if event.day <= day)
                histories[number].append(history_of(until, workflows, day))
                steps[number] += _steps(log, period, day)
    return [
        Seen(
            period,
            compile_report(there, workflows, Selection(as_of=day, since=period.first, until=day)),
            tuple(own),
        )
        for period, day, there, own in zip(periods, days, histories, steps, strict=True)
    ]


def _concerns(log: Sequence[Event], period: Period, day: date) -> bool:
    """Opened by the day, and not ended before the period."""
    return log[0].day <= day and not any(event.terminal and event.day < period.first for event in log)


def _steps(log: Sequence[Event], period: Period, day: date) -> Iterator[Step]:
    opening = log[0].inputs
    number, process = str(opening["number"]), str(opening["process"])
    for event in log:
        if event.action is not None and period.first <= event.day <= day:
            yield Step(event.day, process, number, event.action, event.role)
