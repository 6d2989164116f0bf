"""What an administrator may change, and how what they type is read. Pure.

Two things nobody does for themselves: give themselves a role, and take away their own last right to administer.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from nt_process.consultation.rules import ANSWERING
from nt_process.kernel import typed
from nt_process.kernel.calendar import read_day, why_no_day
from nt_process.kernel.faults import BadInput, Fault

ORGANISATION_KINDS = ("council", "region", "company", "tlv", "expert_group", "patient_organisation")
# In which kinds of organisation each role can be held. Members of the council come from the regions.
KINDS_OF_ROLE: Mapping[str, tuple[str, ...]] = {
    "secretariat": ("council",),
    "council_member": ("council", "region"),
    "region_representative": ("region",),
    "company_contact": ("company",),
    "company_administrator": ("company",),
    "tlv_assessor": ("tlv",),
    "expert": ("expert_group", "region"),
    "patient_representative": ("patient_organisation",),
    "management": ("council",),
    "auditor": ("council",),
    "administrator": ("council",),
}
T = TypeVar("T")

LANGUAGES = ("sv", "en")
# A mandate that ends within this time is to be renewed or let go.
ENDING_DAYS = 60
EARLIEST, LATEST = date(2000, 1, 1), date(2150, 12, 31)
LONGEST_NAME = 200
TICKED = "yes"


@dataclass(frozen=True, slots=True)
class Days:
    """From when to when a mandate holds, both days included."""

    valid_from: date
    valid_to: date | None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def within(self, other: Days) -> bool:
        """Whether this holds on no day on which the other does not."""
        if self.valid_from < other.valid_from:
            return False
        return other.valid_to is None or (self.valid_to is not None and self.valid_to <= other.valid_to)


def refuses_role(actor_id: str, person_id: str) -> str | None:
    """Why the actor may not give this person a role, as a code."""
    return "own_role" if actor_id == person_id else None


def refuses_days(
    actor_id: str, person_id: str, role: str, before: Days, after: Days, other_administration: bool
) -> str | None:
    """Why the actor may not change a mandate's days so. `other_administration`: the person administers by another
    mandate that has no last day."""
    if actor_id != person_id:
        return None
    if not after.within(before):
        return "own_role"
    return "own_last_administration" if role == "administrator" and not other_administration else None


def refuses_speaking(actor_id: str, person_id: str, before: bool, after: bool) -> str | None:
    """Why the actor may not say whether this person speaks for the organisation. Nobody gives themselves that."""
    return "own_role" if actor_id == person_id and after and not before else None


def may_speak(role: str, wanted: bool) -> bool:
    """Whether a mandate speaks for its organisation in a consultation: as wanted, where the role answers there at
    all. In other roles it says nothing, and stays as every mandate is made."""
    return wanted or role not in ANSWERING


def refuses_ending(before: Days, last_day: date) -> str | None:
    """Why a mandate is not ended on this day. Ending one only takes days away, see `refuses_extending`."""
    if last_day < before.valid_from:
        return "begins_later"
    if before.valid_to is None or last_day < before.valid_to:
        return None
    return "nothing_to_do" if last_day == before.valid_to else "ends_sooner"


def refuses_extending(before: Days, last_day: date) -> str | None:
    """Why a mandate is not extended to this day. Extending one only adds days."""
    if before.valid_to is None:
        return "no_last_day"
    if last_day > before.valid_to:
        return None
    return "nothing_to_do" if last_day == before.valid_to else "ends_later"


def refuses_silence(role: str, before: bool, after: bool) -> str | None:
    """Why it is not said of a mandate that its holder speaks, or does not, in a consultation."""
    if role not in ANSWERING:
        return "does_not_answer"
    return "nothing_to_do" if before == after else None


def refuses_disabling(actor_id: str, person_id: str) -> str | None:
    return "own_account" if actor_id == person_id else None


def refuses_reset(actor_id: str, person_id: str) -> str | None:
    """One's own second factor is changed where one proves it first, see the account's own page."""
    return "own_second_factor" if actor_id == person_id else None


@dataclass(frozen=True, slots=True)
class PersonInput:
    email: str
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class MandateInput:
    role: str
    organisation_id: str
    days: Days
    speaks: bool


@dataclass(frozen=True, slots=True)
class OrganisationInput:
    kind: str
    name: str
    identifier: str


def read_person(texts: Mapping[str, str]) -> PersonInput:
    """Raises BadInput with every fault, each at its field."""
    read = _Reader(texts)
    email, name = read.line("email"), read.line("name")
    if email and not _is_mail(email):
        read.fault("bad_email", "email")
    language = texts["language"] if texts.get("language") in LANGUAGES else "sv"
    return read.done(PersonInput(email, name, language))


def _is_mail(text: str) -> bool:
    try:
        return bool(typed.mail_address(text))
    except typed.Unusable:
        return False


def read_mandate(texts: Mapping[str, str], kind_of: Mapping[str, str], today: date) -> MandateInput:
    """`kind_of`: the kind of each organisation, by id. No first day means today, and nothing said
    of speaking that the person does. Raises BadInput."""
    read = _Reader(texts)
    role, organisation = texts.get("role", ""), texts.get("organisation", "")
    if role not in KINDS_OF_ROLE:
        read.fault("role_missing", "role")
    if organisation not in kind_of:
        read.fault("organisation_missing", "organisation")
    elif role in KINDS_OF_ROLE and kind_of[organisation] not in KINDS_OF_ROLE[role]:
        read.fault("role_not_there", "role")
    days = read.days(today)
    speaks = may_speak(role, read_tick(texts, "speaks", True))
    return read.done(MandateInput(role, organisation, days, speaks))


def read_tick(texts: Mapping[str, str], name: str, before: bool) -> bool:
    """Whether a box was ticked; where the form had none it is as before."""
    return texts[name] == TICKED if name in texts else before


def read_days(texts: Mapping[str, str], today: date) -> Days:
    """Raises BadInput."""
    read = _Reader(texts)
    return read.done(read.days(today))


def read_last_day(text: str) -> date:
    """The last day of several mandates, which has to be stated. Raises BadInput at `last_day`."""
    day = read_day(text.strip())
    if day is None or not EARLIEST <= day <= LATEST:
        raise BadInput(Fault("not_a_day" if day else why_no_day(text.strip()), column="last_day"))
    return day


def read_organisation(texts: Mapping[str, str]) -> OrganisationInput:
    """Raises BadInput."""
    read = _Reader(texts)
    name, identifier = read.line("name"), read.line("identifier", required=False)
    if texts.get("kind") not in ORGANISATION_KINDS:
        read.fault("kind_missing", "kind")
    return read.done(OrganisationInput(texts.get("kind", ""), name, identifier))


class _Reader:
    """Reads fields and keeps what is wrong with them, so that all of it is told at once."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._faults: list[Fault] = []

    def fault(self, code: str, column: str, **params: object) -> None:
        self._faults.append(Fault(code, column=column, params=params))

    def line(self, name: str, *, required: bool = True) -> str:
        text = " ".join(unicodedata.normalize("NFC", self._texts.get(name, "")).split())
        if not usable(text):
            self.fault("bad_characters", name)
            return ""
        if len(text) > LONGEST_NAME:
            self.fault("too_long", name, limit=LONGEST_NAME)
            return ""
        if required and not text:
            self.fault("missing", name)
        return text

    def days(self, today: date) -> Days:
        valid_from, valid_to = self._day("valid_from") or today, self._day("valid_to")
        if valid_to is not None and valid_to < valid_from:
            self.fault("ends_before", "valid_to")
        return Days(valid_from, valid_to)

    def _day(self, name: str) -> date | None:
        text = self._texts.get(name, "").strip()
        if not text:
            return None
        day = read_day(text)
        if day is None or not EARLIEST <= day <= LATEST:
            self.fault("not_a_day" if day else why_no_day(text), name)
            return None
        return day

    def done(self, value: T) -> T:
        if self._faults:
            raise BadInput(*self._faults)
        return value


def usable(text: str) -> bool:
    """Whether the text holds only what can be stored, and no control characters."""
    return not any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text)
