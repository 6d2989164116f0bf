"""A case that is told in advance: which actions are taken, and how many days before the present.

What is overdue, due soon or just decided stays so whenever the demo is started. What the clocks themselves
do (a limit passes, a decision gains legal force) is not told: it happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from nt_process.demo.work import CaseWork, Steps, last_working_day, working_hour

COMPANY, SECRETARIAT, ASSESSOR = "company_contact", "secretariat", "tlv_assessor"


@dataclass(frozen=True, slots=True)
class Step:
    """An action taken `days_ago`, by a role or by whoever usually takes it; `times` in as many regions."""

    days_ago: int
    action: str
    by: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    times: int = 1


@dataclass(frozen=True, slots=True)
class Script:
    """A case of `process`, opened `days_ago`. Without `owned` nobody has taken it yet."""

    process: str
    days_ago: int
    steps: tuple[Step, ...] = ()
    owned: bool = True


def told(work: CaseWork, script: Script, today: date) -> Steps:
    """The life of a case as `script` has it, counted back from `today`."""
    at = working_hour(last_working_day(today - timedelta(days=script.days_ago)), work.chance)
    yield at
    work.open(at)
    if script.owned:
        at += timedelta(hours=1)
        yield at
        work.assign(at)
    for step in script.steps:
        day = last_working_day(today - timedelta(days=step.days_ago))
        for _region in range(step.times):
            at = max(working_hour(day, work.chance), at + timedelta(minutes=5))
            yield at
            at = yield from work.act(at, step.action, by=step.by, given=step.given)
        if work.chance.random() < 0.2:
            at += timedelta(minutes=9)
            yield at
            work.note(at)
    return at


def to_selection(days_ago: int) -> tuple[Step, ...]:
    """Nominated and taken up for national collaboration `days_ago`."""
    return (
        Step(days_ago + 50, "nominate"),
        Step(days_ago + 32, "refer_collaboration"),
        Step(days_ago, "select"),
    )
