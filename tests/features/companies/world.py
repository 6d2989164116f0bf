"""A company with an administrator and a contact, and ways to register others, by the real commands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from nt_process.companies import meetings, membership, messages, queries, registrations
from nt_process.companies import people as company_people
from nt_process.companies.errors import Maker
from nt_process.companies.messages import Attachment
from nt_process.companies.rules.people import Colleague
from nt_process.identity import links
from nt_process.identity.actor import SignedIn, load_by_id
from nt_process.identity.service import hash_password
from tests.world import FIRST_DAY, PASSWORD, PDF, START, Office

SECRET = "test"
APPLICANT = {
    "company": "Havsörnen Pharma AB",
    "identifier": "5560000001",
    "name": "Harriet Havsörn",
    "email": "harriet.havsorn@havsornen.example",
}


@dataclass(frozen=True)
class Companies:
    """Commands that take names instead of actors."""

    office: Office

    def maker(self, name: str = "secretary", at: datetime = START) -> Maker:
        return Maker(self.actor(name, at.date()), at)

    def actor(self, name: str, day: date = FIRST_DAY) -> SignedIn:
        """One of the office's people, or whoever has the address `name`@prov.example."""
        with self.office.engine.connect() as connection:
            found = load_by_id(connection, self.id_of(f"{name}@prov.example"), day)
        assert found is not None, name
        return found

    def id_of(self, email: str) -> str:
        return str(self.value("SELECT id FROM person WHERE lower(email) = lower(:email)", email=email))

    def employ(self, name: str, roles: Sequence[str], company: str = "", at: datetime = START) -> str:
        """Let `name`@prov.example act for the company, with a password; returns their id."""
        colleague = Colleague(f"{name}@prov.example", name.title())
        with self.office.engine.begin() as connection:
            organisation = company or self.office.company_id
            membership.take_in(connection, self.maker(), organisation, colleague, roles, "sv", SECRET)
            connection.execute(
                sa.text("UPDATE person SET password_hash = :hash WHERE email = :email"),
                {"hash": _password(), "email": colleague.email},
            )
        return self.id_of(colleague.email)

    def register(self, at: datetime = START, **fields: str) -> str:
        """Send in a registration; returns the token of its link."""
        registrations.register(self.office.engine, SECRET, APPLICANT | fields, "sv", at)
        return self.token()

    def token(self) -> str:
        latest = self.value("SELECT id FROM registration ORDER BY made_at DESC LIMIT 1")
        return links.token_of(SECRET, f"registration {latest}")

    def waiting(self, minute: int = 0, **fields: str) -> str:
        """A registration, sent in so many minutes after START, that is confirmed; returns its id."""
        at = START + timedelta(minutes=minute)
        token = self.register(at, **fields)
        assert registrations.confirm(self.office.engine, token, at + timedelta(minutes=1))
        return str(
            self.value("SELECT id FROM registration WHERE state = 'waiting' ORDER BY made_at DESC LIMIT 1")
        )

    def members(self, company: str = "", day: date = FIRST_DAY) -> dict[str, frozenset[str]]:
        """Roles by mail address."""
        with self.office.engine.connect() as connection:
            held = membership.held(connection, company or self.office.company_id, day)
        return {one.email: one.roles for one in held.values()}

    def own(self, name: str) -> list[str]:
        with self.office.engine.connect() as connection:
            return [row["name"] for row in queries.own_companies(connection, self.actor(name), FIRST_DAY)]

    def value(self, statement: str, **parameters: object) -> Any:
        with self.office.engine.connect() as connection:
            return connection.execute(sa.text(statement), parameters).scalar_one()

    def rows(self, statement: str, **parameters: object) -> list[sa.Row]:
        with self.office.engine.connect() as connection:
            return list(connection.execute(sa.text(statement), parameters))

    def invited(self, email: str) -> list[str]:
        """What the links that were made for this address are for."""
        statement = """
            SELECT l.purpose FROM one_time_link l JOIN person p ON p.id = l.person_id WHERE p.email = :email
        """
        return [row.purpose for row in self.rows(statement, email=email)]

    def told(self, kind: str) -> list[str]:
        """Who was told of something of this kind, by mail address."""
        statement = """
            SELECT p.email FROM notice n JOIN person p ON p.id = n.person_id WHERE n.kind = :kind ORDER BY p.email
        """
        return [row.email for row in self.rows(statement, kind=kind)]


_hash: list[str] = []


def _password() -> str:
    if not _hash:
        _hash.append(hash_password(PASSWORD))
    return _hash[0]


def furnish(office: Office) -> dict[str, dict[str, Any]]:
    """Something in each of the rooms of companies, and which routes lead to it."""
    companies = Companies(office)
    registration = companies.waiting()
    with office.engine.begin() as connection:
        request = connection.execute(_ASK, {"organisation": office.company_id, "at": START}).scalar_one()
    company_people.add_domain(office.engine, companies.maker(), office.company_id, "prov.example")
    people = {
        "organisation_id": office.company_id,
        "person_id": office.people["company"],
        "request_id": str(request),
    }
    number = _one(
        office, "SELECT min(number) FROM cases WHERE company_id = :company", company=office.company_id
    )
    contact = office.people["company"]
    company_people.choose_contact(office.engine, companies.maker(), office.company_id, number, contact)
    attached = [Attachment("svar.pdf", PDF)]
    messages.send(office.engine, office.actor("company"), number, "Vi återkommer på måndag.", attached, START)
    messages.send(office.engine, office.actor("secretary"), number, "Tack.", [], START)
    plan = {"day": "2026-06-11", "lead_days": "30", "capacity": "4", "place": "Stockholm", "notes": "Heldag."}
    meeting = meetings.plan(office.engine, companies.maker(), plan)
    meetings.book(office.engine, companies.maker("company"), meeting, number)
    meetings.plan(office.engine, companies.maker(), plan | {"day": "2026-09-10"})
    return {
        "registration": {"registration_id": registration},
        "people": people,
        "messages": {"file_id": _one(office, "SELECT id FROM case_message_file"), "number": number},
        "meetings": {"meeting_id": meeting},
    }


def _one(office: Office, statement: str, **parameters: object) -> str:
    with office.engine.connect() as connection:
        return str(connection.execute(sa.text(statement), parameters).scalar_one())


_ASK = sa.text("""
    INSERT INTO company_request (id, organisation_id, email, name, language, asked_by, asked_at)
    VALUES (gen_random_uuid(), :organisation, 'kim@konsult.example', 'Kim Konsult', 'sv', 'Company', :at) RETURNING id
""")
