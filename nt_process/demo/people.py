"""Who works in the demo world: invented people at the council, TLV, the 21 regions and six invented companies.

Every surname is a Swedish tree, bird or stone and most first names share its letter, so that nobody
takes them for somebody. The password is the same for all, and hashed once.
"""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity.actor import SignedIn
from nt_process.identity.service import Member, create_organisation, create_person, hash_password
from nt_process.kernel.messages import N_, translator
from nt_process.kernel.regions import REGIONS

PASSWORD = "demo"  # noqa: S105 - of invented people in an invented world
COUNCIL = "NT-rådet"
TLV = "Tandvårds- och läkemedelsförmånsverket"

_COUNCIL_SIDE = (
    ("Anna Ask", "kansliet", "secretariat"),
    ("Bo Bok", "kansliet", "secretariat"),
    ("Elsa Ek", "kansliet", "secretariat"),
    ("Gunnar Gran", "kansliet", "secretariat"),
    ("Lina Lind", "kansliet", "secretariat"),
    ("Hedda Hägg", "radet", "council_member"),
    ("Rolf Rönn", "radet", "council_member"),
    ("Sara Sälg", "radet", "council_member"),
    ("Tore Tall", "radet", "council_member"),
    ("Frida Falk", "ledningen", "management"),
    ("Örjan Örn", "ledningen", "management"),
    ("Ulla Uv", "revisionen", "auditor"),
    ("Kim Kvarts", "driften", "administrator"),
)
_TLV_SIDE = ("Disa Diabas", "Mats Malm", "Siv Sten")

# One for each region, in the order of the county codes.
_REPRESENTATIVES = (
    "Sixten Siska", "Ulrika Uggla", "Solveig Sparv", "Östen Orre", "Jan Järpe", "Kajsa Kaja", "Karin Korp",
    "Göran Gök", "Birgit Björk", "Signe Svala", "Hanna Hassel", "Viktor Vide", "Vera Vaktel", "Åke Ärla",
    "Viola Vipa", "Dan Duva", "Gerda Gnejs", "Valter Vråk", "Jonna Jaspis", "Tyra Trana", "Nils Nötskrika",
)  # fmt: skip

# Company, domain, and its contacts: name and language.
_COMPANIES = (
    ("Trollskogen Läkemedel AB", "trollskogen", (("Alva Al", "sv"), ("Isak Idegran", "sv"))),
    ("Näckrosen Bioterapi AB", "nackrosen", (("Nora Näktergal", "sv"),)),
    ("Storlommen Pharma AB", "storlommen", (("Love Lom", "sv"), ("Pearl Pebble", "en"))),
    ("Tomtebo Medicin AB", "tomtebo", (("Tilde Tärna", "sv"),)),
    ("Älvdansen Genterapi AB", "alvdansen", (("Ella En", "sv"), ("Otto Oxel", "sv"))),
    ("Skrattmåsen Life Science AB", "skrattmasen", (("Mira Mes", "sv"),)),
)

# Kind, organisation, domain, role, and its members.
_CONSULTED = (
    ("expert_group", "Expertgruppen för sällsynta tillstånd", "sallsynta", "expert", ("Ebba Enbär", "Runar Ripa")),
    ("expert_group", "Expertgruppen för cancerläkemedel", "cancergruppen", "expert", ("Cilla Citronfjäril",)),
    ("patient_organisation", "Patientföreningen Blåsippan", "blasippan", "patient_representative",
     ("Petra Pil", "Bertil Blåmes")),
    ("patient_organisation", "Patientförbundet Vitklövern", "vitklovern", "patient_representative",
     ("Klara Klöver",)),
)  # fmt: skip

# They draft their organisation's answers, and a colleague sends them.
_DRAFTERS = ("Runar Ripa", "Bertil Blåmes")

_TITLES = {
    "secretariat": N_("the secretariat"),
    "council_member": N_("a member of the council"),
    "region_representative": N_("a regional representative"),
    "company_contact": N_("the company"),
    "company_administrator": N_("who keeps a company's people"),
    "tlv_assessor": N_("TLV"),
    "expert": N_("an expert group"),
    "patient_representative": N_("a patient organisation"),
    "management": N_("the management"),
    "auditor": N_("an auditor"),
    "administrator": N_("an administrator"),
}

_CONSULTED_ROLES = ("expert", "patient_representative")

_SOMEONE_IS_HERE = sa.text("SELECT EXISTS (SELECT FROM person)")
_GIVE_PASSWORD = sa.text("UPDATE person SET password_hash = :hash WHERE id = ANY(:ids)")


@dataclass(frozen=True, slots=True)
class Company:
    """One of the invented companies, with those who act for it."""

    id: str
    name: str
    contacts: tuple[SignedIn, ...]


@dataclass(frozen=True, slots=True)
class People:
    """Everyone in the demo world, by what they do."""

    secretaries: tuple[SignedIn, ...]
    council: tuple[SignedIn, ...]
    assessors: tuple[SignedIn, ...]
    representatives: tuple[SignedIn, ...]
    companies: tuple[Company, ...]
    # Of expert groups and patient organisations: the first member of each.
    consulted: tuple[SignedIn, ...]


@dataclass(frozen=True, slots=True)
class _Newcomer:
    name: str
    domain: str
    role: str
    language: str = "sv"


def anyone_is_here(connection: Connection) -> bool:
    """Whether the database has people already: the demo's own, or real ones."""
    return bool(connection.scalar(_SOMEONE_IS_HERE))


def address(name: str, domain: str) -> str:
    """A mail address that can exist nowhere, as `anna.ask@kansliet.example`."""
    return f"{_plain(name).replace(' ', '.')}@{domain}.example"


def everyone() -> Iterator[tuple[str, str, str]]:
    """(name, mail address, role) of every person, those of the council first."""
    for kind, _organisation, _code, newcomers in _organisations():
        for one in newcomers:
            yield one.name, address(one.name, one.domain), one.role
        if kind == "company":
            # One of the contacts is made administrator, see `demo/companies.py`.
            keeper = newcomers[-1]
            yield keeper.name, address(keeper.name, keeper.domain), "company_administrator"


def move_in(connection: Connection, since: date, at: datetime) -> People:
    """Make everyone, with memberships from `since` on, recorded at the instant `at`."""
    found: dict[str, list[SignedIn]] = {}
    companies: list[Company] = []
    for kind, organisation, code, newcomers in _organisations():
        organisation_id = create_organisation(connection, kind, organisation, code)
        members = [_create(connection, one, organisation_id, organisation, since, at) for one in newcomers]
        for one, member in zip(newcomers, members, strict=True):
            found.setdefault(one.role, []).append(member)
        if kind == "company":
            companies.append(Company(organisation_id, organisation, tuple(members)))
    consulted = {one.organisation: one for role in _CONSULTED_ROLES for one in reversed(found[role])}
    ids = [uuid.UUID(one.id) for members in found.values() for one in members]
    connection.execute(_GIVE_PASSWORD, {"hash": hash_password(PASSWORD), "ids": ids})
    return People(
        secretaries=tuple(found["secretariat"]),
        council=tuple(found["council_member"]),
        assessors=tuple(found["tlv_assessor"]),
        representatives=tuple(found["region_representative"]),
        companies=tuple(companies),
        consulted=tuple(consulted.values()),
    )


def users_text(language: str) -> str:
    """For the terminal: one person of each role, and the password."""
    say = translator(language)
    first_of_role = {role: (name, email) for name, email, role in reversed(list(everyone()))}
    width = max(len(email) for _name, email in first_of_role.values())
    lines = [
        f"  {first_of_role[role][1]:<{width}}  {first_of_role[role][0]}, {say(title)}"
        for role, title in _TITLES.items()
    ]
    return "\n".join([say(N_("Sign in as one of these; the password is “demo” for all:")), *lines])


def _organisations() -> Iterator[tuple[str, str, str | None, list[_Newcomer]]]:
    """Each organisation as (kind, name, county code, members)."""
    yield "council", COUNCIL, None, [_Newcomer(*one) for one in _COUNCIL_SIDE]
    yield "tlv", TLV, None, [_Newcomer(name, "tlv", "tlv_assessor") for name in _TLV_SIDE]
    for name, domain, contacts in _COMPANIES:
        members = [_Newcomer(who, domain, "company_contact", language) for who, language in contacts]
        yield "company", name, None, members
    for region, who in zip(REGIONS, _REPRESENTATIVES, strict=True):
        domain = f"{_plain(region.name).replace(' ', '-')}"
        yield "region", region.official_name, region.code, [_Newcomer(who, domain, "region_representative")]
    for kind, name, domain, role, members in _CONSULTED:
        yield kind, name, None, [_Newcomer(who, domain, role) for who in members]


def _create(
    connection: Connection, one: _Newcomer, organisation_id: str, organisation: str, since: date, at: datetime
) -> SignedIn:
    membership = Member(organisation_id, one.role, since, speaks=one.name not in _DRAFTERS)
    email = address(one.name, one.domain)
    person_id = create_person(connection, email, one.name, (membership,), at, language=one.language)
    companies = (organisation_id,) if one.role == "company_contact" else ()
    return SignedIn(person_id, one.name, email, one.language, organisation, frozenset({one.role}), companies)


def _plain(text: str) -> str:
    """Small letters without accents, for addresses."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
