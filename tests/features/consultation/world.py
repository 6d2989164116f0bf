"""Rounds to test with, made by the commands, and the people who are asked in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from nt_process.consultation import answers, dispositions, rounds
from nt_process.consultation.answers import Place
from nt_process.identity import service as identity
from nt_process.identity.maker import Maker
from nt_process.kernel.calendar import STOCKHOLM
from tests.world import FIRST_DAY, PDF, SINCE, START, Office

LAST_DAY = date(2026, 2, 2)
QUESTIONS = (
    {"kind": "text", "text": "Hur påverkas vården hos er?", "required": "1"},
    {"kind": "yes_no", "text": "Bör läkemedlet införas ordnat?"},
    {"kind": "choice", "text": "När kan det införas?", "choices": "Genast\nInom ett år\nSenare"},
    {"kind": "scale", "text": "Hur väl är patientgruppen avgränsad?"},
)
PEOPLE = {
    "uppsala": ("region_representative", "region", "Region Uppsala"),
    "halland": ("region_representative", "region", "Region Halland"),
    "gotland": ("region_representative", "region", "Region Gotland"),
    "dalarna": ("region_representative", "region", "Region Dalarna"),
    "kalmar": ("region_representative", "region", "Region Kalmar län"),
    "neighbour": ("region_representative", "region", "Region Skåne"),
    "expert": ("expert", "expert_group", "Expertgruppen för sällsynta tillstånd"),
    "patient": ("patient_representative", "patient_organisation", "Patientföreningen Åsnan"),
}


def noon(day: date) -> datetime:
    """Twelve o'clock in Stockholm, as an instant in UTC."""
    return datetime.combine(day, time(12), STOCKHOLM).astimezone(UTC)


@dataclass
class Consultation:
    """Commands that take names and days instead of actors and instants."""

    office: Office
    questions: dict[str, list[str]] = field(default_factory=dict)

    def maker(self, name: str = "secretary", on: date = FIRST_DAY) -> Maker:
        return Maker(self.office.actor(name, on), noon(on))

    def prepare(
        self,
        case: str,
        asked: Sequence[str] = ("Region Skåne",),
        *,
        title: str = "Remiss om Provastin",
        day: date = LAST_DAY,
        questions: Sequence[dict[str, str]] = QUESTIONS,
        on: date = FIRST_DAY,
    ) -> str:
        maker = self.maker(on=on)
        made = rounds.make(self.office.engine, maker, case, title)
        texts = {"title": title, "intro": "Vi ber om era synpunkter.", "last_day": day.isoformat()}
        rounds.prepare(
            self.office.engine, maker, made, 1, texts, questions, [self.organisation(name) for name in asked]
        )
        return made

    def open(self, case: str, asked: Sequence[str] = ("Region Skåne",), **more: Any) -> str:
        made = self.prepare(case, asked, **more)
        rounds.open_round(self.office.engine, self.maker(on=more.get("on", FIRST_DAY)), made)
        return made

    def answer(
        self, round_id: str, name: str, *texts: str, on: date = FIRST_DAY, tier: str = "participants",
        choices: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """Send an answer: a text for each question in order, and what is chosen in it ("" for nothing)."""
        keys = self.question_ids(round_id)
        typed = {f"tier_{key}": tier for key in keys}
        typed |= {f"text_{key}": text for key, text in zip(keys, texts, strict=False)}
        typed |= {f"choice_{key}": one for key, one in zip(keys, choices, strict=False)}
        place = self.place(round_id, name)
        answers.submit(self.office.engine, self.maker(name, on), place, self.draft_version(place), typed)

    def draft(self, round_id: str, name: str, text: str, on: date = FIRST_DAY) -> None:
        place = self.place(round_id, name)
        typed = {f"text_{self.question_ids(round_id)[0]}": text}
        answers.save_draft(self.office.engine, self.maker(name, on), place, self.draft_version(place), typed)

    def no_comment(self, round_id: str, name: str, on: date = FIRST_DAY) -> None:
        answers.no_comment(self.office.engine, self.maker(name, on), self.place(round_id, name))

    def close(self, round_id: str, on: date = FIRST_DAY) -> None:
        rounds.close(self.office.engine, self.maker(on=on), round_id)

    def decide_all(self, round_id: str, on: date = FIRST_DAY, verdict: str = "followed") -> int:
        typed = {
            str(row.id): dispositions.Typed(verdict, "Det framgår av underlaget.")
            for row in self.rows(
                "SELECT id FROM consultation_reply WHERE consultation_id = :id AND stands AND text <> ''",
                id=round_id,
            )
        }
        return dispositions.decide(self.office.engine, self.maker(on=on), round_id, typed)

    def tell(self, round_id: str, on: date = FIRST_DAY) -> int:
        return dispositions.tell_commenters(self.office.engine, self.maker(on=on), round_id)

    def place(self, round_id: str, name: str) -> Place:
        return Place(round_id, self.organisation_of(name))

    def draft_version(self, place: Place) -> int:
        found = self.rows(
            "SELECT version FROM consultation_draft WHERE consultation_id = :id AND organisation_id = :organisation",
            **place.parameters,
        )
        return found[0].version if found else 0

    def question_ids(self, round_id: str) -> list[str]:
        found = self.rows(
            "SELECT id FROM consultation_question WHERE consultation_id = :id ORDER BY position", id=round_id
        )
        return [str(row.id) for row in found]

    def organisation(self, name: str) -> str:
        return str(self.rows("SELECT id FROM organisation WHERE name = :name", name=name)[0].id)

    def organisation_of(self, person: str) -> str:
        statement = "SELECT organisation_id FROM membership WHERE person_id = :person"
        return str(self.rows(statement, person=self.office.people[person])[0].organisation_id)

    def rows(self, statement: str, **parameters: object) -> list[sa.Row]:
        with self.office.engine.connect() as connection:
            return list(connection.execute(sa.text(statement), parameters))

    def told(self, kind: str = "consultation_reminder") -> list[tuple[str, int | None, date | None, bool]]:
        """Every notice of a kind in the order it was made: (who, rung, last day, late)."""
        found = self.rows("SELECT * FROM notice WHERE kind = :kind ORDER BY id", kind=kind)
        names = {person_id: name for name, person_id in self.office.people.items()}
        return [(names[str(row.person_id)], row.rung, row.due, row.late) for row in found]


def move_in(office: Office) -> None:
    """Let those who are asked move into the office, with the password that everyone there has."""
    with office.engine.begin() as connection:
        for name, (role, kind, organisation) in PEOPLE.items():
            where = identity.create_organisation(connection, kind, organisation)
            member = identity.Member(where, role, SINCE)
            office.people[name] = identity.create_person(
                connection, f"{name}@prov.example", name.title(), (member,), START
            )
        connection.exec_driver_sql("""
            UPDATE person SET password_hash = (SELECT password_hash FROM person WHERE email = 'secretary@prov.example')
        """)
        connection.exec_driver_sql(
            "UPDATE membership SET speaks = false WHERE person_id = %(id)s",
            {"id": office.people["neighbour"]},
        )


def furnish(office: Office) -> dict[str, Any]:
    """A round in each stage on the company's case: prepared, open, and closed with what became of everything."""
    consultation = Consultation(office)
    case = str(
        consultation.rows("SELECT min(number) AS number FROM cases WHERE medicine = 'Provastin'")[0].number
    )
    asked = ("Region Skåne", "TLV")
    prepared = consultation.prepare(case, asked, title="Remiss som förbereds")
    opened = consultation.prepare(case, asked, title="Remiss som är öppen")
    rounds.add_document(office.engine, consultation.maker(), opened, "Underlag", "underlag.pdf", PDF)
    rounds.open_round(office.engine, consultation.maker(), opened)
    rounds.extend(office.engine, consultation.maker(), opened, "2026-02-16", "Sportlov")
    consultation.draft(opened, "region", "Ett utkast")
    answers.attach(
        office.engine, consultation.maker("region"), consultation.place(opened, "region"), "utkast.pdf", PDF, "council"
    )  # fmt: skip
    closed = consultation.open(case, asked, title="Remiss som är stängd", on=FIRST_DAY - timedelta(days=30))
    for name in ("region", "tlv"):
        answers.attach(
            office.engine, consultation.maker(name), consultation.place(closed, name), "bilaga.pdf",
            PDF, "public",
        )  # fmt: skip
        consultation.answer(
            closed, name, f"Svar från {name}", "Ja, absolut", tier="public", choices=("", "yes", "Senare")
        )
    consultation.close(closed)
    consultation.decide_all(closed)
    consultation.tell(closed)
    papers = consultation.rows("SELECT id FROM consultation_document WHERE consultation_id = :id", id=opened)
    files = consultation.rows("SELECT id FROM consultation_attachment WHERE consultation_id = :id", id=closed)
    return {
        "draft_id": prepared,
        "unwanted_id": consultation.prepare(case, asked, title="Remiss som kastas"),
        "round_id": opened,
        "closed_id": closed,
        "paper_id": str(papers[0].id),
        "attachment_id": str(files[0].id),
        "case_number": case,
        "part": "xlsx",
    }
