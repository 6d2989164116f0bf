"""Declarations of interest: what is declared, what it touches, and who decides. Pure.

Förvaltningslagen (2017:900) 16 §: who takes part in preparing or deciding a matter may have no interest in its
outcome, be close to whom it concerns, or otherwise be open to doubt. 17 §: who has a conflict takes no part.
18 §: who knows of one says so at once, and the authority decides; nobody decides about themselves.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from nt_process.kernel.calendar import read_day, why_no_day
from nt_process.kernel.faults import BadInput, Fault

KINDS = ("employment", "ownership", "assignment", "research", "relation", "other")
FIELDS = ("kind", "company", "substance", "since", "until", "description")
LONGEST = {"company": 200, "substance": 200, "description": 2000}
LONGEST_REASON = 2000
MOST_INTERESTS = 40
EARLIEST, LATEST = date(1950, 1, 1), date(2150, 12, 31)

# As company_key and substance_keys of migration 0015, which the database matches by.
_FOLDED = str.maketrans("åäöæøéèüáàíóúñç/-_", "aaoaoeeuaaiounc   ")
_LEGAL_FORMS = re.compile(
    "( (ab|publ|aktiebolag|as|a s|asa|aps|oy|oyj|ltd|limited|plc|inc|incorporated|corp|corporation|co|company|llc"
    "|lp|gmbh|ag|kg|kgaa|se|sa|s a|sas|sarl|srl|spa|s p a|bv|b v|nv|n v|sverige|sweden|nordic|nordics|norden"
    "|scandinavia|europe|international))+$"
)


# Words that many companies' names have, as company_words of migration 0027.
_COMMON = """
    and och the for pharma pharmaceutical pharmaceuticals farma lakemedel medical medicin medicine medicines med health
    healthcare care bio biotech biopharma biologics life science sciences therapeutics laboratories labs lab group holding
    holdings global research products sverige sweden swedish svenska nordic nordics norden scandinavia europe european
    international publ aktiebolag limited ltd inc corporation company gmbh
"""
_COMMON_WORDS = frozenset(_COMMON.split())


@dataclass(frozen=True, slots=True)
class Interest:
    """One thing declared: a tie to a company, a substance or both, for a time or until further notice."""

    kind: str
    company: str = ""
    substance: str = ""
    since: date | None = None
    until: date | None = None
    description: str = ""
    company_id: str | None = None

    def holds_on(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Concerned:
    """What a case is about, as far as an interest can touch it."""

    company: str = ""
    substance: str = ""
    company_id: str | None = None


def company_key(name: str) -> str:
    """A company's name as it is compared: without accents, signs, legal form and country."""
    return _LEGAL_FORMS.sub("", _plain(name))


def company_words(name: str) -> frozenset[str]:
    """The words of a company's name that tell it from others."""
    return frozenset(word for word in company_key(name).split() if len(word) > 2) - _COMMON_WORDS


def may_be_same_company(one: str, other: str) -> bool:
    """Whether two names may be one company's: equal, or the telling words of the one all among the other's.

    "Storlommen" may be Storlommen Pharma AB, which the secretariat decides; Nordic Pharma tells nothing of others.
    """
    if company_key(one) and company_key(one) == company_key(other):
        return True
    mine, theirs = company_words(one), company_words(other)
    return bool(mine and theirs) and (mine <= theirs or theirs <= mine)


def substance_keys(names: str) -> frozenset[str]:
    """The substances that are named, as they are compared: of a combination each part, and the whole."""
    parts = [*re.split("[,;/+]", names), re.sub("[,;/+]", " ", names)]
    return frozenset(key for part in parts if (key := _plain(part).removesuffix("um")))


def _plain(text: str) -> str:
    return re.sub("[^a-z0-9]+", " ", text.lower().translate(_FOLDED)).strip()


def touches(interest: Interest, case: Concerned, day: date) -> bool:
    """Whether what was declared for the year may be a conflict of interest in the case on that day."""
    if not interest.holds_on(day):
        return False
    if interest.company_id is not None and interest.company_id == case.company_id:
        return True
    return may_be_same_company(interest.company, case.company) or not substance_keys(
        interest.substance
    ).isdisjoint(substance_keys(case.substance))


def refuses_decision(decider_id: str, decider_roles: frozenset[str], person_id: str) -> str | None:
    """Why this person may not decide about the other, as a code; None when they may."""
    if "secretariat" not in decider_roles:
        return "not_allowed"
    return "own_conflict" if decider_id == person_id else None


def read_declaration(
    answer: str, rows: Sequence[Mapping[str, str]], *, for_case: bool
) -> tuple[Interest, ...]:
    """What a person declares: nothing at all, or a row for each interest. Blank rows count as none.

    Raises BadInput; `row` of a fault is the row's place, from 0, and `column` its field.
    """
    filled = [(place, row) for place, row in enumerate(rows) if any(row[name].strip() for name in FIELDS)]
    if answer not in ("nothing", "something"):
        raise BadInput(Fault("answer_missing", column="answer"))
    if answer == "nothing":
        if filled:
            raise BadInput(Fault("nothing_with_rows", column="answer"))
        return ()
    if not filled:
        raise BadInput(Fault("something_without_rows", column="answer"))
    faults: list[Fault] = []
    read = tuple(_read_row(place, row, faults, for_case=for_case) for place, row in filled)
    if faults:
        raise BadInput(*faults)
    return read


def _read_row(place: int, row: Mapping[str, str], faults: list[Fault], *, for_case: bool) -> Interest:
    found: dict[str, Any] = {}
    for name, limit in LONGEST.items():
        try:
            found[name] = read_text(row[name], limit)
        except BadInput as refused:
            faults += [Fault(one.code, place, name, one.params) for one in refused.faults]
            found[name] = ""
    for name in ("since", "until"):
        found[name] = _read_day(place, name, row[name].strip(), faults)
    if row["kind"] not in KINDS:
        faults.append(Fault("kind_missing", place, "kind"))
    # Said of a case, it is about that case's company and substance anyway.
    if not for_case and not company_key(row["company"]) and not substance_keys(row["substance"]):
        faults.append(Fault("nothing_named", place, "company"))
    if not row["description"].strip():
        faults.append(Fault("description_missing", place, "description"))
    if found["since"] and found["until"] and found["until"] < found["since"]:
        faults.append(Fault("ends_before", place, "until"))
    return Interest(kind=row["kind"], **found)


def _read_day(place: int, name: str, text: str, faults: list[Fault]) -> date | None:
    if not text:
        return None
    day = read_day(text)
    if day is None or not EARLIEST <= day <= LATEST:
        faults.append(Fault("not_a_day" if day else why_no_day(text), place, name))
        return None
    return day


def read_text(text: str, limit: int) -> str:
    """Text as it is stored. Raises BadInput (bad_characters, too_long)."""
    composed = unicodedata.normalize("NFC", text).strip()
    if "\x00" in composed or any(0xD800 <= ord(sign) <= 0xDFFF for sign in composed):
        raise BadInput(Fault("bad_characters"))
    if len(composed) > limit:
        raise BadInput(Fault("too_long", params={"limit": limit}))
    return composed


def read_reason(text: str) -> str:
    """Why a conflict is or is not there. Raises BadInput."""
    try:
        reason = read_text(text, LONGEST_REASON)
    except BadInput as refused:
        raise BadInput(
            *(Fault(one.code, column="reason", params=one.params) for one in refused.faults)
        ) from None
    if not reason:
        raise BadInput(Fault("reason_missing", column="reason"))
    return reason
