"""A small office to test in: one person for each role, two companies, and ways to act as each of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from flask.testing import FlaskClient
from sqlalchemy.engine import Engine

from nt_process.cases import documents, service
from nt_process.identity import service as identity
from nt_process.identity.actor import SignedIn, load_by_id

START = datetime(2026, 1, 7, 9, 0, tzinfo=UTC)
FIRST_DAY = START.date()
SINCE = date(2020, 1, 1)
PASSWORD = "sommar-och-vinter"
# The smallest document that a reader opens: one empty page.
PDF = (
    b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)

_ROLES = {
    "secretary": ("secretariat", "council", "Kansliet"),
    "colleague": ("secretariat", "council", "Kansliet"),
    "member": ("council_member", "council", "Kansliet"),
    "manager": ("management", "council", "Kansliet"),
    "auditor": ("auditor", "council", "Kansliet"),
    "administrator": ("administrator", "council", "Kansliet"),
    "tlv": ("tlv_assessor", "tlv", "TLV"),
    "region": ("region_representative", "region", "Region Skåne"),
    "company": ("company_contact", "company", "Älvdal Bio AB"),
    "rival": ("company_contact", "company", "Norrsken Pharma AB"),
}


@dataclass(frozen=True)
class Office:
    """The people by name, and the companies' ids. `password_hash` is one hash for all, made once."""

    engine: Engine
    people: dict[str, str]
    company_id: str
    rival_id: str

    def actor(self, name: str, day: date = FIRST_DAY) -> SignedIn:
        with self.engine.connect() as connection:
            found = load_by_id(connection, self.people[name], day)
        assert found is not None, name
        return found

    def open(self, process: str = "sarlakemedel", at: datetime = START, **fields: object) -> str:
        facts = {
            "medicine": "Provastin",
            "substance": "provastinum",
            "company_id": self.company_id,
            "orphan": True,
        }
        # Approved before the case was opened, whenever that was.
        approved = min(date(2025, 12, 1), at.date()).isoformat()
        facts |= {"atc": "A16AB01", "authorised_on": approved} | fields
        number = service.open_case(self.engine, self.people["secretary"], process, facts, at)
        service.assign(self.engine, self.people["secretary"], number, self.people["secretary"], at)
        return number

    def version(self, number: str) -> int:
        with self.engine.connect() as connection:
            row = connection.exec_driver_sql("SELECT version FROM cases WHERE number = %(n)s", {"n": number})
            return int(row.scalar_one())

    def act(
        self,
        name: str,
        number: str,
        action: str,
        at: datetime = START,
        *,
        day: date | None = None,
        **inputs: str,
    ) -> service.Done:
        """Take an action as one of the people, on the case's present version."""
        return service.take_action(
            self.engine, self.people[name], number, action, at,
            expected_version=self.version(number), inputs=inputs, day=day,
        )  # fmt: skip

    def add_document(
        self, name: str, number: str, kind: str, at: datetime = START, *, party: bool = False
    ) -> None:
        documents.add(
            self.engine, self.actor(name), number, kind, "Handling", "handling.pdf", PDF, at, party=party
        )


_hash: list[str] = []


def build(engine: Engine) -> Office:
    """Make the office in an empty database."""
    if not _hash:
        _hash.append(identity.hash_password(PASSWORD))
    people: dict[str, str] = {}
    organisations: dict[str, str] = {}
    with engine.begin() as connection:
        for name, (role, kind, organisation) in _ROLES.items():
            organisations[organisation] = identity.create_organisation(connection, kind, organisation)
            member = identity.Member(organisations[organisation], role, SINCE)
            people[name] = identity.create_person(
                connection, f"{name}@prov.example", name.title(), (member,), START
            )
        connection.exec_driver_sql("UPDATE person SET password_hash = %(hash)s", {"hash": _hash[0]})
    return Office(engine, people, organisations["Älvdal Bio AB"], organisations["Norrsken Pharma AB"])


def sign_in(client: FlaskClient, name: str) -> FlaskClient:
    """Sign in through the form, as the browser does."""
    answer = client.post("/sign-in", data={"email": f"{name}@prov.example", "password": PASSWORD})
    assert answer.status_code == 302, answer.status_code
    return client
