"""A council of four with a meeting, and ways to hold it by the real commands."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from nt_process.companies import meetings
from nt_process.companies.errors import Maker as CompanyMaker
from nt_process.council import agenda, minutes, queries, sitting
from nt_process.council.queries import MeetingFile
from nt_process.identity import service as identity
from nt_process.identity.actor import Session
from nt_process.identity.maker import Maker
from nt_process.interests import service as interests
from nt_process.interests.service import Decision
from nt_process.kernel.calendar import STOCKHOLM
from tests.world import SINCE, START, Office

DAY = date(2026, 3, 19)
MEETING = {"day": DAY.isoformat(), "lead_days": "10", "capacity": "4", "place": "Stockholm", "notes": ""}
LATER = MEETING | {"day": "2026-04-16"}
MEMBERS = ("astrid", "bertil", "cecilia")
HELD = datetime.combine(DAY, time(15), STOCKHOLM).astimezone(UTC)


def add_members(office: Office) -> None:
    """Three more members of the council than the office has."""
    with office.engine.begin() as connection:
        council = connection.execute(
            sa.text("SELECT organisation_id FROM membership WHERE person_id = :id"),
            {"id": office.people["member"]},
        ).scalar_one()
        for name in MEMBERS:
            member = identity.Member(str(council), "council_member", SINCE)
            office.people[name] = identity.create_person(
                connection, f"{name}@prov.example", name.title(), (member,), START
            )
        connection.exec_driver_sql(
            "UPDATE person SET password_hash = (SELECT password_hash FROM person WHERE password_hash IS NOT NULL LIMIT 1) "
            "WHERE password_hash IS NULL"
        )


@dataclass
class Council:
    """A meeting, with commands that take names instead of ids."""

    office: Office
    id: str = ""
    items: dict[str, str] = field(default_factory=dict)

    def plan(self, texts: dict[str, str] | None = None) -> Council:
        maker = CompanyMaker(self.office.actor("secretary"), START)
        return Council(self.office, meetings.plan(self.office.engine, maker, texts or MEETING))

    def maker(self, name: str = "secretary", at: datetime = START) -> Maker:
        return Maker(self.office.actor(name, at.date()), at)

    def proved(self, name: str, at: datetime, ago: timedelta = timedelta(minutes=1)) -> Maker:
        """Somebody who has proved who they are `ago`, with a second factor."""
        session = Session("s", at, at - ago, strong=True)
        return Maker(replace(self.office.actor(name, at.date()), session=session), at)

    @property
    def version(self) -> int:
        return int(self.one("SELECT version FROM council_agenda WHERE meeting_id = :id", id=self.id))

    def one(self, statement: str, **given: Any) -> Any:
        with self.office.engine.connect() as connection:
            return connection.execute(sa.text(statement), given).scalar_one()

    def rows(self, statement: str, **given: Any) -> list[Any]:
        with self.office.engine.connect() as connection:
            return list(connection.execute(sa.text(statement), {"id": self.id, **given}))

    def add(self, number: str, kind: str = "decision", at: datetime = START) -> str:
        self.items[number] = agenda.add_case(self.office.engine, self.maker(at=at), self.id, number, kind)
        return self.items[number]

    def add_other(self, title: str, at: datetime = START, **more: str) -> str:
        texts = {"title": title, "kind": "information", "minutes": "15", "is_public": "y"} | more
        self.items[title] = agenda.add_by_hand(self.office.engine, self.maker(at=at), self.id, texts)
        return self.items[title]

    def publish(self, at: datetime = START) -> Council:
        agenda.publish(self.office.engine, self.maker(at=at), self.id, self.version)
        return self

    def conflict(self, name: str, number: str, at: datetime = START) -> None:
        """The secretariat finds that somebody has a conflict of interest in a case."""
        decision = Decision(self.office.people[name], True, "Släkt med företagets ägare.", 0)
        interests.decide(self.office.engine, self.maker(at=at), number, decision)

    def attend(self, at: datetime = HELD, **rows: dict[str, str]) -> Council:
        """Who was there, by name; `began` 09:00."""
        people = [self.office.people[name] for name in rows]
        typed = [{"came": "09:00", "left_at": "", "adjusts": ""} | row for row in rows.values()]
        texts = {"began": "09:00", "ended": "12:00", "guests": ""}
        sitting.attend(self.office.engine, self.maker(at=at), self.id, self.version, texts, people, typed)
        return self

    def everybody(self, at: datetime = HELD) -> Council:
        return self.attend(
            at,
            astrid={"role": "chair"},
            bertil={"role": "member", "adjusts": "y"},
            cecilia={"role": "member"},
            member={"role": "member"},
            secretary={"role": "secretary"},
        )

    def decide(
        self, item: str, at: datetime = HELD, *, said: dict[str, dict[str, str]] | None = None, **texts: str
    ) -> None:
        typed = {
            "outcome": "Kan användas.",
            "reasons": "Effekten är visad.",
            "taken_at": "09:20",
            "way": "unanimous",
        }
        said = said or {}
        people = [self.office.people[name] for name in said]
        rows = [{"left": "", "back": "", "vote": "", "reservation": ""} | row for row in said.values()]
        sitting.decide(
            self.office.engine, self.maker(at=at), self.id, self.items.get(item, item), self.version, typed | texts,
            people, rows,
        )  # fmt: skip

    def postpone(self, item: str, later: Council, at: datetime = HELD) -> str:
        typed = {"meeting": later.id, "reasons": ""}
        return sitting.postpone(
            self.office.engine, self.maker(at=at), self.id, self.items.get(item, item), self.version, typed
        )

    def draft(self, at: datetime = HELD) -> str:
        """Draft the minutes; returns their hash."""
        minutes.draft(self.office.engine, self.maker(at=at), self.id, self.version)
        return self.sha256

    @property
    def sha256(self) -> str:
        latest = "SELECT sha256 FROM council_minutes WHERE meeting_id = :id ORDER BY version DESC LIMIT 1"
        return str(self.one(latest, id=self.id))

    def approve(self, name: str, capacity: str, at: datetime = HELD, seen: str | None = None) -> None:
        minutes.approve(self.office.engine, self.proved(name, at), self.id, capacity, seen or self.sha256)

    def file(self, name: str = "secretary", at: datetime = START) -> MeetingFile | None:
        today = at.astimezone(STOCKHOLM).date()
        with self.office.engine.connect() as connection:
            return queries.meeting_file(connection, self.office.actor(name, today), self.id, today)


def in_council(office: Office, process: str = "klinik", **fields: Any) -> str:
    """A case that waits for the council's decision on collaboration."""
    number = office.open(process, **fields)
    office.act("secretary", number, "nominate", reason="Stort behov.")
    office.act("secretary", number, "refer_collaboration")
    return number


def furnish(office: Office) -> dict[str, Any]:
    """A meeting with a decision, votes and minutes that one has approved, and a presentation that is still to be held."""
    with office.engine.connect() as connection:
        statement = (
            "SELECT number FROM cases WHERE company_id = :company AND NOT terminal ORDER BY number LIMIT 1"
        )
        number = str(connection.execute(sa.text(statement), {"company": office.company_id}).scalar_one())
    council, at = Council(office).plan(MEETING | {"day": "2025-12-11"}), START - timedelta(hours=1)
    typed = {"quorum": "1", "consultation_days": "10", "assessment_days": "15", "material_days": "5"}
    agenda.set_order(office.engine, council.maker(at=at), typed)
    item = council.add(number, at=at)
    gone = council.add_other("Utgår", at)
    council.add_other("Sluten fråga", at, is_public="")
    council.publish(at)
    agenda.remove_item(office.engine, council.maker(at=at), council.id, gone, council.version)
    council.attend(
        at,
        member={"role": "chair", "adjusts": "y"},
        colleague={"role": "secretary"},
        secretary={"role": "secretary"},
    )
    votes = {
        "member": {"vote": "for", "reservation": "Dyrt."},
        "colleague": {"left": "09:00", "back": "09:30"},
    }
    council.decide(item, at, said=votes, way="votes")
    council.decide("Sluten fråga", at)
    council.draft(at)
    council.approve("member", "chair", at)
    return {"meeting_id": council.id, "item_id": item, "version": 1}
