"""Who registers and who is invited: identifiers, corporate mail addresses, and who may be ended or joined."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from nt_process.kernel.typed import Reader, Unusable, domain, line, mail_address, paragraph, read, required

ADMINISTRATOR, CONTACT = "company_administrator", "company_contact"
COMPANY_ROLES = (ADMINISTRATOR, CONTACT)

_SEPARATORS = re.compile(r"[\s-]+")


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who wants in, for which company. The address is in small letters, its domain as mail servers know it."""

    company: str
    identifier: str
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Colleague:
    email: str
    name: str


def read_applicant(texts: Mapping[str, str]) -> Applicant:
    """The fields of `Applicant` as typed. Raises BadInput, also free_mail."""
    return Applicant(**read(texts, _APPLICANT))


def read_colleague(texts: Mapping[str, str]) -> Colleague:
    """The fields of `Colleague` as typed. Raises BadInput, also free_mail."""
    return Colleague(**read(texts, _COLLEAGUE))


def read_reason(text: str, *, asked: bool = True) -> str:
    """Why something is done. Raises BadInput."""
    reader = required(paragraph) if asked else paragraph
    return str(read({"reason": text}, {"reason": reader})["reason"])


def read_domain(text: str) -> str:
    """A domain that a company's people have mail at. Raises BadInput, also free_mail."""
    return str(read({"domain": text}, {"domain": _corporate_domain})["domain"])


def domain_of(email: str) -> str:
    return email.rpartition("@")[2].lower()


def is_own(email: str, domains: Collection[str]) -> bool:
    """Whether the address is at one of the company's own domains, or below one."""
    found = domain_of(email)
    return any(found == domain or found.endswith(f".{domain}") for domain in domains)


def is_free_mail(domain: str) -> bool:
    """Whether anybody can have an address there, so that it says nothing of where they work."""
    labels = domain.split(".")
    return any(".".join(labels[start:]) in free_mail() for start in range(len(labels) - 1))


@lru_cache(maxsize=1)
def free_mail() -> frozenset[str]:
    """The domains of `data/free_mail.txt`."""
    text = files("nt_process.companies").joinpath("data/free_mail.txt").read_text(encoding="utf-8")
    lines = (entry.partition("#")[0].strip() for entry in text.splitlines())
    return frozenset(entry for entry in lines if entry)


def refuses_end(administrators: Collection[str], person_id: str) -> str | None:
    """Why somebody's part in a company cannot end: last_administrator. A company is never left without one."""
    return "last_administrator" if set(administrators) == {person_id} else None


def refuses_part(kinds: Collection[str], *, disabled: bool) -> str | None:
    """Why whoever has this account cannot act for a company: account_disabled, other_side.

    Nobody is on a company's side and on the council's, a region's or an authority's at once.
    """
    if disabled:
        return "account_disabled"
    return "other_side" if set(kinds) - {"company"} else None


def is_organisation_number(digits: str) -> bool:
    """The check digit of a Swedish organisation number (10 digits, the Luhn algorithm)."""
    total = 0
    for place, character in enumerate(digits):
        doubled = int(character) * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return total % 10 == 0


def _identifier(text: str) -> str:
    """An organisation number as 556000-0000, or a foreign identifier in capitals without spaces at its ends."""
    found = required(line)(text).upper()
    if len(found) > 50:
        raise Unusable("too_long", limit=50)
    digits = _SEPARATORS.sub("", found)
    if not (digits.isascii() and digits.isdigit() and len(digits) in (10, 12)):
        return found
    if len(digits) == 12 and digits.startswith("16"):
        digits = digits[2:]
    if len(digits) != 10 or not is_organisation_number(digits):
        raise Unusable("not_organisation_number")
    return f"{digits[:6]}-{digits[6:]}"


def _email(text: str) -> str:
    """A corporate mail address in small letters."""
    found = mail_address(required(line)(text))
    _require_corporate(domain_of(found))
    return found


def _corporate_domain(text: str) -> str:
    found = domain(required(line)(text))
    _require_corporate(found)
    return found


def _require_corporate(found: str) -> None:
    if is_free_mail(found):
        raise Unusable("free_mail", domain=found)


_COLLEAGUE: Mapping[str, Reader] = {"email": _email, "name": required(line)}
_APPLICANT: Mapping[str, Reader] = {"company": required(line), "identifier": _identifier, **_COLLEAGUE}
