"""The last day of any limit: what a person typed, read into a ledger, and the answer with its derivation.

The calculator asks nothing of the database; it is the clock arithmetic of every case, for a limit
that belongs to no case. Dates lie within 2005–2199: since 2005 the holidays are those of 1989:253
as it now stands (6 June one of them, Whit Monday not), so an earlier last day would be wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from nt_process.engine.clock import BASES, MAX_DAYS, Extension, Ledger, Step, Suspension, derive, due
from nt_process.kernel.calendar import read_day, why_no_day
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import N_

FIRST_DAY, LAST_DAY = date(2005, 1, 1), date(2199, 12, 31)
MAX_ROWS = 20

FAULT_TEXTS = {
    "day_missing": N_("State a day, as YYYY-MM-DD."),
    "no_such_day": N_("There is no day “%(value)s”. Check the month and the day."),
    "day_unreadable": N_("“%(value)s” is not a day. Write it as YYYY-MM-DD."),
    "day_out_of_range": N_("%(value)s lies outside the years 2005 to 2199."),
    "days_missing": N_("State a number of days."),
    "days_unreadable": N_("“%(value)s” is not a whole number of days, 1 or more."),
    "days_too_many": N_(
        "%(value)s days are more than any limit here, which is at most %(limit)s days in all."
    ),
    "basis_unknown": N_("“%(value)s” is not a legal basis. Choose one of %(known)s."),
    "statute_rolls": N_("A statutory limit always moves to the next working day (1930:173 § 2)."),
    "suspension_unreadable": N_("“%(value)s” is not a suspension. Write it as FROM..TO, both YYYY-MM-DD."),
    "suspension_reversed": N_("The suspension ends on %(until)s, before it begins on %(since)s."),
    "suspension_overlaps": N_("The suspension from %(since)s overlaps the one that lasts to %(until)s."),
    "too_many_rows": N_("State at most %(limit)s of these."),
}

_WHOLE_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Question:
    """What was typed, as text. A suspension is "FROM..TO", both days inclusive.

    `rolls` overrides whether a last day moves to a working day; None leaves it to the basis.
    """

    start: str
    days: str
    basis: str = "statute"
    suspensions: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    rolls: bool | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The last day and its derivation, in order."""

    due: date
    steps: tuple[Step, ...]


def answer(question: Question) -> Answer:
    """The last day that follows. Raises BadInput with every fault that can be found."""
    ledger = ledger_of(question)
    last = due(ledger)
    if last is None:
        raise AssertionError("every suspension here has an end, so there is a last day")
    start, *rest = derive(ledger)
    return Answer(last, (start, *_without_effect(ledger, last), *rest))


def ledger_of(question: Question) -> Ledger:
    """The ledger that the question describes.

    A fault names its `column` (start, days, basis, roll, since, until, extend) and, where several can
    be stated, its `row` (the first is 1). Raises BadInput with every fault that can be found.
    """
    faults: list[Fault] = []
    start = _read_day(question.start, "start", None, faults)
    limit = _read_days(question.days, "days", None, faults)
    suspensions = _read_suspensions(question.suspensions, faults)
    extensions = _read_extensions(question.extensions, limit, faults)
    if question.basis not in BASES:
        faults.append(
            Fault(
                "basis_unknown", None, "basis", {"value": _shown(question.basis), "known": ", ".join(BASES)}
            )
        )
    if question.basis == "statute" and question.rolls is False:
        faults.append(Fault("statute_rolls", None, "roll"))
    if faults or start is None or limit is None:
        raise BadInput(*faults)
    rolls = question.basis == "statute" if question.rolls is None else question.rolls
    return Ledger(
        start,
        limit,
        rolls,
        suspensions=suspensions,
        extensions=tuple(Extension(days, decided_on=start) for days in extensions),
    )


def _without_effect(ledger: Ledger, last: date) -> list[Step]:
    """A suspension that touches no day of the limit is shown, so that a mistyped year is seen."""
    return [
        Step(suspension.until, 0, "no_effect", (("since", suspension.since),))
        for suspension in ledger.suspensions
        if suspension.until is not None and (suspension.until <= ledger.started_on or suspension.since > last)
    ]


def _read_day(text: str, column: str, row: int | None, faults: list[Fault]) -> date | None:
    text = text.strip()
    day = read_day(text)
    if not text:
        faults.append(Fault("day_missing", row, column))
    elif day is None:
        code = "no_such_day" if why_no_day(text) == "no_such_day" else "day_unreadable"
        faults.append(Fault(code, row, column, {"value": _shown(text)}))
    elif not FIRST_DAY <= day <= LAST_DAY:
        faults.append(Fault("day_out_of_range", row, column, {"value": text}))
        day = None
    return day


def _read_days(text: str, column: str, row: int | None, faults: list[Fault]) -> int | None:
    text = text.strip()
    days = int(text) if _WHOLE_NUMBER.fullmatch(text) else None
    if not text:
        faults.append(Fault("days_missing", row, column))
    elif days is None or days == 0:
        faults.append(Fault("days_unreadable", row, column, {"value": _shown(text)}))
        days = None
    elif days > MAX_DAYS:
        faults.append(Fault("days_too_many", row, column, {"value": days, "limit": MAX_DAYS}))
        days = None
    return days


def _read_suspensions(texts: tuple[str, ...], faults: list[Fault]) -> tuple[Suspension, ...]:
    """The suspensions in order of their first day; one that ends first or overlaps another is a fault."""
    if len(texts) > MAX_ROWS:
        faults.append(Fault("too_many_rows", None, "since", {"limit": MAX_ROWS}))
        return ()
    read: list[tuple[date, date, int]] = []
    for row, text in enumerate(texts, start=1):
        since_text, dots, until_text = text.partition("..")
        if not dots:
            faults.append(Fault("suspension_unreadable", row, "since", {"value": _shown(text)}))
            continue
        since = _read_day(since_text, "since", row, faults)
        until = _read_day(until_text, "until", row, faults)
        if since is None or until is None:
            continue
        if until < since:
            faults.append(Fault("suspension_reversed", row, "until", {"since": since, "until": until}))
        else:
            read.append((since, until, row))
    read.sort()
    for (_, until, _), (since, _, row) in pairwise(read):
        if since <= until:
            faults.append(Fault("suspension_overlaps", row, "since", {"since": since, "until": until}))
    return tuple(Suspension(since, until) for since, until, _ in read)


def _read_extensions(texts: tuple[str, ...], limit: int | None, faults: list[Fault]) -> tuple[int, ...]:
    if len(texts) > MAX_ROWS:
        faults.append(Fault("too_many_rows", None, "extend", {"limit": MAX_ROWS}))
        return ()
    read = [_read_days(text, "extend", row, faults) for row, text in enumerate(texts, start=1)]
    extensions = tuple(days for days in read if days is not None)
    total = (limit or 0) + sum(extensions)
    if extensions and total > MAX_DAYS:
        faults.append(Fault("days_too_many", None, "extend", {"value": total, "limit": MAX_DAYS}))
    return extensions


def _shown(text: str) -> str:
    """What was typed, short enough for a sentence and without bytes that no terminal can print."""
    return text[:40].encode(errors="replace").decode()
