"""What may be registered, when a date reminds of itself, and what binds a region to a procurement.

Source: the 2014 proposal, "Marknad": patent expiries and biosimilars are watched for all regions; the
procurement plan says what is best done jointly and when; a region that has decided to take part in
a procurement "gör … ett åtagande", and it is not credible to break off afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from nt_process.kernel import typed
from nt_process.kernel.calendar import add_months
from nt_process.kernel.cells import read_atc, read_decimal, read_written_date
from nt_process.kernel.faults import BadInput, Fault

# Protections that end, then competitors that are expected.
PROTECTIONS = ("patent", "spc", "data_protection", "market_protection", "orphan_exclusivity")
COMPETITORS = ("biosimilar", "generic")
KINDS = (*PROTECTIONS, *COMPETITORS)
CERTAINTIES = ("stated", "expected")
SCOPES = ("joint", "regional")
STATUSES = ("wished", "planned", "decided", "under_way", "concluded", "cancelled")
# Where regions may sign up, and where nothing changes any more.
OPEN_STATUSES = frozenset({"planned", "decided", "under_way"})
ENDED_STATUSES = frozenset({"concluded", "cancelled"})
TOLD_ROLES = ("secretariat", "council_member", "region_representative", "management")

MAX_LINE, MAX_TEXT = 300, 5_000
MAX_RUNGS, LONGEST_AHEAD_MONTHS = 12, 120
VOLUME_DECIMALS = 3
# A commitment above so many times the estimate for all regions is a slip of the hand.
MOST_TIMES_ESTIMATE = 100


# --- reading what was typed -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """One date of one medicine: the last day of a protection, or the first of an expected competitor."""

    kind: str
    medicine: str
    substance: str
    atc: str
    company: str
    indication: str
    day: date
    certainty: str
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Procurement:
    """One line of the procurement plan. `volume` is a year's, in `unit`, as estimated for all who take part."""

    name: str
    substance: str
    atc: str
    scope: str
    status: str
    lead: str
    unit: str
    volume: Decimal | None
    sign_up_until: date | None
    advertised_on: date | None
    agreement_from: date | None
    agreement_to: date | None
    note: str


def read_entry(texts: Mapping[str, str]) -> Entry:
    """The fields of `Entry` by name, as typed. Raises BadInput with a fault for each field that is wrong."""
    return Entry(**typed.read(texts, _ENTRY_READERS))


def read_procurement(texts: Mapping[str, str]) -> Procurement:
    """The fields of `Procurement` by name, as typed. Raises BadInput, also agreement_ends_before_start,
    advertised_before_sign_up, volume_without_unit."""
    found = Procurement(**typed.read(texts, _PROCUREMENT_READERS))
    if found.sign_up_until and found.advertised_on and found.advertised_on <= found.sign_up_until:
        # What is advertised is what the regions have signed up for.
        raise BadInput(Fault("advertised_before_sign_up", column="advertised_on"))
    if found.agreement_from and found.agreement_to and found.agreement_to < found.agreement_from:
        raise BadInput(Fault("agreement_ends_before_start", column="agreement_to"))
    if found.volume is not None and not found.unit:
        raise BadInput(Fault("volume_without_unit", column="unit"))
    return found


def read_volume(text: str) -> Decimal:
    """A volume above zero with at most three decimals. Raises BadInput."""
    return Decimal(typed.read({"volume": text}, {"volume": _volume})["volume"])


def require_plausible(volume: Decimal, estimate: Decimal | None) -> None:
    """A region's volume against the estimate for all who take part. Raises BadInput volume_beyond_reason."""
    if estimate is not None and volume > estimate * MOST_TIMES_ESTIMATE:
        amounts = {"volume": f"{volume.normalize():f}", "estimate": f"{estimate.normalize():f}"}
        raise BadInput(Fault("volume_beyond_reason", column="volume", params=amounts))


def read_reason(text: str, *, required: bool) -> str:
    """Why something is done. Raises BadInput."""
    return str(
        typed.read({"reason": text}, {"reason": typed.required(_text) if required else _text})["reason"]
    )


def read_ladder(text: str) -> tuple[int, ...]:
    """Months before a date, "36, 24, 12", as whole numbers from far to near. Empty for no reminders.

    Raises BadInput: not_months, too_many_rungs.
    """
    written = [part for part in re.split(r"[\s,;]+", text.strip()) if part]
    if any(not (part.isascii() and part.isdigit() and len(part) <= 3) for part in written):
        raise BadInput(Fault("not_months", column="months", params={"value": text[:80]}))
    months = sorted({int(part) for part in written}, reverse=True)
    if months and months[0] > LONGEST_AHEAD_MONTHS:
        raise BadInput(Fault("not_months", column="months", params={"value": text[:80]}))
    if len(months) > MAX_RUNGS:
        raise BadInput(Fault("too_many_rungs", column="months", params={"limit": MAX_RUNGS}))
    return tuple(months)


def _line(text: str) -> str:
    return typed.line(text, MAX_LINE)


def _text(text: str) -> str:
    return typed.paragraph(text, MAX_TEXT)


def _atc(text: str) -> str:
    code = _line(text)
    return read_atc(code) if code else ""


def _volume(text: str) -> Decimal:
    amount = read_decimal(text, decimal_comma=True)
    if amount <= 0:
        raise typed.Unusable("not_positive")
    if -int(amount.as_tuple().exponent) > VOLUME_DECIMALS:
        raise typed.Unusable("too_many_decimals", limit=VOLUME_DECIMALS)
    return amount


_ENTRY_READERS: Mapping[str, typed.Reader] = {
    "kind": typed.one_of(KINDS),
    "medicine": typed.required(_line),
    "substance": _line,
    "atc": _atc,
    "company": _line,
    "indication": _text,
    "day": read_written_date,
    "certainty": typed.one_of(CERTAINTIES),
    "source": _line,
    "note": _text,
}
_PROCUREMENT_READERS: Mapping[str, typed.Reader] = {
    "name": typed.required(_line),
    "substance": _line,
    "atc": _atc,
    "scope": typed.one_of(SCOPES),
    "status": typed.one_of(STATUSES),
    "lead": _line,
    "unit": _line,
    "volume": typed.optional(_volume),
    "sign_up_until": typed.optional(read_written_date),
    "advertised_on": typed.optional(read_written_date),
    "agreement_from": typed.optional(read_written_date),
    "agreement_to": typed.optional(read_written_date),
    "note": _text,
}


# --- reminders ------------------------------------------------------------------------------------


def next_reminder(months: Sequence[int], day: date, today: date) -> tuple[int, date] | None:
    """The rung that fires next for a date that is registered or moved today, as (months before, day it fires).

    Of the rungs whose day has come already, only the nearest to the date fires, at once: whoever
    registers a date late is to have it told, and not three times. None when the date has passed or
    the ladder is empty. The sweep then steps down the ladder in SQL (`sweep.py`).
    """
    if day < today or not months:
        return None
    passed = [rung for rung in months if add_months(day, -rung) <= today]
    if passed:
        return min(passed), today
    rung = max(months)
    return rung, add_months(day, -rung)


# --- commitments ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SignUp:
    """What decides whether a region may sign up, change its volume or withdraw."""

    scope: str
    status: str
    sign_up_until: date | None

    def is_binding(self, today: date) -> bool:
        """After the last day to sign up, which itself still counts."""
        return self.sign_up_until is not None and today > self.sign_up_until

    def refuses_commitment(self, today: date) -> str | None:
        """Why a region may not commit or change its volume: not_joint, not_open, ended, sign_up_over."""
        if self.scope != "joint":
            return "not_joint"
        if self.status in ENDED_STATUSES:
            return "ended"
        if self.status not in OPEN_STATUSES:
            return "not_open"
        return "sign_up_over" if self.is_binding(today) else None

    def refuses_withdrawal(self) -> str | None:
        """Why a region may not withdraw. A late withdrawal is possible, with its reason on record."""
        return "ended" if self.status in ENDED_STATUSES else None
