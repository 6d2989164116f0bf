"""Why a region does not follow, or follows with limits: a short list, as data, so that reasons can be counted.

A code is never reused or removed; one that is no longer offered gets a last day, and what was stated with it stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from nt_process.kernel.messages import N_


@dataclass(frozen=True, slots=True)
class ReasonCode:
    """A reason that may be stated from `since` to and including `until` (None: until further notice)."""

    code: str
    message: str
    since: date
    until: date | None = None


_BEGINNING = date(2010, 1, 1)
CODES = (
    ReasonCode("cost", N_("The cost does not fit the budget"), _BEGINNING),
    ReasonCode("competence", N_("Staff or competence is missing"), _BEGINNING),
    ReasonCode("capacity", N_("Premises, equipment or care places are missing"), _BEGINNING),
    ReasonCode("no_patients", N_("There are no patients in the region"), _BEGINNING),
    ReasonCode("elsewhere", N_("Patients are treated in another region"), _BEGINNING),
    ReasonCode("alternative", N_("Another treatment is chosen first"), _BEGINNING),
    ReasonCode("evidence", N_("The evidence is judged otherwise"), _BEGINNING),
    ReasonCode("patient_need", N_("Single patients have a need that nothing else meets"), _BEGINNING),
    ReasonCode("other", N_("Another reason"), _BEGINNING),
)
MESSAGES = {one.code: one.message for one in CODES}


def offered(day: date) -> tuple[str, ...]:
    """The codes that may be stated on a day, in the order of the list."""
    return tuple(one.code for one in CODES if one.since <= day and (one.until is None or day <= one.until))
