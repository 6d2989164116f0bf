"""A small council with two companies, and cases brought to where their clocks run, by the real commands."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from nt_process.cases.service import assign, open_case, take_action
from nt_process.identity.service import Member, create_organisation, create_person
from nt_process.kernel.calendar import STOCKHOLM

SINCE = date(2020, 1, 1)
FOUNDED = datetime(2025, 12, 1, 8, tzinfo=UTC)

# name: (role, organisation kind, organisation, language)
PEOPLE = {
    "sara": ("secretariat", "council", "NT-rådet", "sv"),
    "sven": ("secretariat", "council", "NT-rådet", "sv"),
    "mona": ("management", "council", "NT-rådet", "sv"),
    "tove": ("tlv_assessor", "tlv", "TLV", "sv"),
    "rut": ("region_representative", "region", "Region Norr", "sv"),
    "alice": ("company_contact", "company", "Alfa Pharma", "en"),
    "bo": ("company_contact", "company", "Beta Pharma", "sv"),
}


def noon(day: date) -> datetime:
    """Twelve o'clock in Stockholm, as an instant in UTC."""
    return datetime.combine(day, time(12), STOCKHOLM).astimezone(UTC)


class World:
    """The people by name (their ids), and commands that take names and days instead of ids and instants."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.people: dict[str, str] = {}
        with engine.begin() as connection:
            for name, (role, kind, organisation, language) in PEOPLE.items():
                organisation_id = create_organisation(connection, kind, organisation)
                self.people[name] = create_person(
                    connection,
                    f"{name}@example.test",
                    name.capitalize(),
                    (Member(organisation_id, role, SINCE),),
                    FOUNDED,
                    language=language,
                )

    def name_of(self, person_id: object) -> str:
        return next(name for name, known in self.people.items() if known == str(person_id))

    def execute(self, statement: str, **parameters: object) -> sa.CursorResult:
        """One statement in a transaction of its own."""
        with self.engine.begin() as connection:
            return connection.execute(sa.text(statement), parameters)

    def rows(self, statement: str, **parameters: object) -> list[sa.Row]:
        with self.engine.connect() as connection:
            return list(connection.execute(sa.text(statement), parameters))

    def open(self, day: date, *, owner: str | None = "sara", company: str = "Alfa Pharma") -> str:
        """A case of the orphan process, opened on `day`; returns its register number."""
        fields = {"medicine": "Testamab", "company": company, "orphan": True, "authorised_on": "2025-06-01"}
        number = open_case(self.engine, self.people["sara"], "sarlakemedel", fields, noon(day))
        if owner is not None:
            assign(self.engine, self.people["sara"], number, self.people[owner], noon(day))
        return number

    def act(self, name: str, number: str, action: str, day: date, **inputs: str) -> None:
        [(version,)] = self.rows("SELECT version FROM cases WHERE number = :n", n=number)
        person = self.people[name]
        take_action(self.engine, person, number, action, noon(day), expected_version=version, inputs=inputs)

    def add_document(self, number: str, kind: str) -> None:
        self.execute(
            """
            INSERT INTO file_content (sha256, size, media_type, stored_at)
            VALUES ('content', 1, 'application/pdf', :at) ON CONFLICT DO NOTHING
            """,
            at=FOUNDED,
        )
        self.execute(
            """
            INSERT INTO document (case_id, kind, title, filename, sha256, visibility, added_by, added_at)
            SELECT id, :kind, :kind, 'a.pdf', 'content', 'party', '', :at FROM cases WHERE number = :number
            """,
            kind=kind,
            number=number,
            at=FOUNDED,
        )

    def negotiating(self, day: date, *, owner: str | None = "sara", company: str = "Alfa Pharma") -> str:
        """A case whose negotiation limit of 150 days was activated by the company on `day`."""
        contact = "alice" if company == "Alfa Pharma" else "bo"
        before = day - timedelta(days=1)
        number = self.open(before, owner="sara", company=company)
        self.add_document(number, "application")
        self.add_document(number, "assessment_report")
        self.act(contact, number, "submit_application", before)
        self.act("sara", number, "order_assessment", before)
        self.act("tove", number, "deliver_assessment", day)
        self.act(contact, number, "activate_limit", day)
        if owner != "sara":
            self.give(number, owner, day)
        return number

    def give(self, number: str, owner: str | None, day: date) -> None:
        assign(self.engine, self.people["sara"], number, self.people[owner] if owner else None, noon(day))

    def reminders(self) -> list[tuple[str, str, int, date, str, bool]]:
        """Every reminder in the order it was made: (number, clock, rung, last day, who, late)."""
        found = self.rows("""
            SELECT c.number, n.clock, n.rung, n.due, n.person_id, n.late
            FROM notice n JOIN cases c ON c.id = n.case_id WHERE n.kind = 'reminder' ORDER BY n.id
        """)
        return [(r.number, r.clock, r.rung, r.due, self.name_of(r.person_id), r.late) for r in found]
