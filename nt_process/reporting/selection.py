"""Reading what a reader asks a report for, from text: the page, the command and the API ask alike."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import date

from nt_process.infra.fault_texts import READING_FAULTS
from nt_process.kernel.calendar import read_day, why_no_day
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import N_
from nt_process.reporting.report import Selection

# What may be asked for, by the names that addresses and the command use.
NAMES = ("as_of", "process", "from", "to", "owner")

FAULT_TEXTS = {
    "not_a_date": READING_FAULTS["not_a_date"],
    "no_such_day": READING_FAULTS["no_such_day"],
    "date_out_of_range": READING_FAULTS["date_out_of_range"],
    "day_not_come": N_("%(value)s has not come yet. Choose today or an earlier day."),
    "period_reversed": N_("The period ends before it begins. Exchange the two days."),
    "unknown_process": N_("There is no process “%(value)s”. Choose one of: %(known)s."),
    "unknown_owner": N_("“%(value)s” is not known as a case officer."),
}

_EARLIEST, _LATEST = date(1900, 1, 1), date(2199, 12, 31)


def read_selection(given: Mapping[str, str], today: date, processes: Collection[str]) -> Selection:
    """The selection that was asked for; a blank value narrows nothing, a blank `as_of` is today.

    `owner` is a person's id. Raises BadInput with every fault, each with the name it is about.
    """
    faults: list[Fault] = []
    days = {name: _day(given.get(name, ""), name, faults) for name in ("as_of", "from", "to")}
    as_of, since, until = (days[name] for name in ("as_of", "from", "to"))
    if as_of is not None and as_of > today:
        faults.append(Fault("day_not_come", column="as_of", params={"value": as_of.isoformat()}))
    if since is not None and until is not None and until < since:
        faults.append(Fault("period_reversed", column="to"))
    process = given.get("process", "").strip()
    if process and process not in processes:
        known = ", ".join(sorted(processes))
        faults.append(Fault("unknown_process", column="process", params={"value": process, "known": known}))
    owner = given.get("owner", "").strip()
    if owner and not _is_id(owner):
        faults.append(Fault("unknown_owner", column="owner", params={"value": owner}))
    if faults:
        raise BadInput(*faults)
    return Selection(as_of or today, process, since, until, owner)


def written(selection: Selection) -> dict[str, str]:
    """The selection as text, without what narrows nothing; `read_selection` reads it back."""
    values = {
        "as_of": selection.as_of.isoformat(),
        "process": selection.process,
        "from": selection.since.isoformat() if selection.since else "",
        "to": selection.until.isoformat() if selection.until else "",
        "owner": selection.owner_id,
    }
    return {name: value for name, value in values.items() if value}


def _day(text: str, name: str, faults: list[Fault]) -> date | None:
    text = text.strip()
    if not text:
        return None
    day = read_day(text)
    if day is None:
        code = "no_such_day" if why_no_day(text) == "no_such_day" else "not_a_date"
        faults.append(Fault(code, column=name, params={"value": text[:40]}))
    elif not _EARLIEST <= day <= _LATEST:
        faults.append(Fault("date_out_of_range", column=name, params={"value": text}))
        return None
    return day


def _is_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
