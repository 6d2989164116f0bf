"""Decisions of the federation to test with: published, announced, sent and appealed by the commands."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from nt_process.appeals import announcing, delay, handling, queries, sweep
from nt_process.appeals.queries import DecisionFile
from nt_process.cases.service import expire_clock
from nt_process.deadlines import sweep as deadlines
from nt_process.kernel.calendar import STOCKHOLM
from tests.features.recommendations.world import Draft, at_meeting, maker, publish
from tests.world import START, Office

DAY = timedelta(days=1)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), STOCKHOLM).astimezone(UTC)


@dataclass
class Decided:
    """A decision, with commands that take names and days."""

    office: Office
    number: str
    id: str

    def announce(
        self, up_on: date, name: str = "secretary", at: datetime | None = None, **typed: str
    ) -> date:
        given = {"approved_on": up_on.isoformat(), "up_on": up_on.isoformat()} | typed
        return announcing.announce(
            self.office.engine, maker(self.office, name, at or noon(up_on)), self.id, given
        )

    def take_down(self, day: date) -> None:
        who = maker(self.office, "secretary", noon(day))
        announcing.take_down(self.office.engine, who, self.id, {"down_on": day.isoformat()})

    def send(self, day: date, what: str = "decision", way: str = "mail", name: str = "secretary") -> str:
        typed = {"what": what, "way": way, "sent_on": day.isoformat()}
        announcing.send(self.office.engine, maker(self.office, name, noon(day)), self.id, typed)
        return str(self.file(day).deliveries[-1]["id"])

    def receive(self, delivery: str, day: date) -> None:
        typed = {"received_on": day.isoformat(), "proof": "Delgivningskvitto."}
        announcing.receive(
            self.office.engine, maker(self.office, "secretary", noon(day)), self.id, delivery, typed
        )

    def confirm(self, delivery: str, day: date, name: str = "company") -> None:
        announcing.confirm(self.office.engine, maker(self.office, name, noon(day)), self.id, delivery)

    def appeal(self, received_on: date, at: date | None = None, name: str = "secretary", **typed: str) -> str:
        given = {
            "track": "legality", "party_class": "member", "appellant": "Prov Klagande, Provgatan 1", "grounds": "Fel.",
            "received_on": received_on.isoformat(), "received_by": "court",
        } | typed  # fmt: skip
        who = maker(self.office, name, noon(at or received_on))
        return handling.register(self.office.engine, who, self.id, given)

    def step(self, appeal: str, kind: str, day: date, seen: int | None = None, **typed: str) -> None:
        if seen is None:
            seen = len(next(one for one in self.file(day).appeals if str(one.row["id"]) == appeal).steps)
        given = {"kind": kind, "day": day.isoformat(), "text": "Skäl."} | typed
        handling.step(self.office.engine, maker(self.office, "secretary", noon(day)), appeal, seen, given)

    def file(self, day: date, name: str = "secretary") -> DecisionFile:
        found = self.seen_by(name, day)
        assert found is not None
        return found

    def seen_by(self, name: str, day: date) -> DecisionFile | None:
        actor = self.office.actor(name, day)
        with self.office.engine.connect() as connection:
            return queries.decision_file(connection, actor, uuid.UUID(self.id), day)

    def statuses(self, day: date) -> list[tuple[str, date]]:
        return [(one["status"], one["day"]) for one in self.file(day).statuses]

    @property
    def state(self) -> str:
        return str(value(self.office, "SELECT state FROM cases WHERE number = :n", n=self.number))


def decided(office: Office, **fields: Any) -> Decided:
    """A final position that is public since START, under the federation."""
    draft = Draft(office, at_meeting(office, **fields))
    draft.signed()
    publish(office)
    return Decided(office, draft.number, draft.id)


def morning(office: Office, day: date) -> int:
    """What the scheduler does in the morning, as far as it concerns decisions; how many gained legal force."""
    at = noon(day)
    deadlines.expire(
        office.engine, at, lambda case_id, clock, when: expire_clock(office.engine, case_id, clock, when)
    )
    return sweep.settle_legal_force(office.engine, at)


def ask(office: Office, number: str, at: datetime, name: str = "company") -> str:
    return delay.ask(office.engine, maker(office, name, at), number, {"text": "Ärendet har väntat länge."})


def value(office: Office, statement: str, **given: Any) -> Any:
    with office.engine.connect() as connection:
        return connection.execute(sa.text(statement), given).scalar()


def furnish(office: Office) -> dict[str, Any]:
    """A decision that is announced, sent and appealed by its company, and a request of the company in another case."""
    one = decided(office, medicine="Beslutin", substance="beslutinum")
    day = START.date()
    one.announce(day)
    sent = one.send(day)
    award = one.send(day, "award")
    one.receive(award, day)
    appeal = one.appeal(day, party_class="company", of_case="yes", received_by="body")
    one.step(appeal, "handed_over", day, court_number="1-26")
    slow = office.open(at=START - timedelta(days=200), medicine="Senfärdin", substance="senfardinum")
    request = ask(office, slow, START)
    answered = office.open(at=START - timedelta(days=220), medicine="Besvarin", substance="besvarinum")
    delay.answer(
        office.engine,
        maker(office, "secretary"),
        ask(office, answered, START),
        {"granted": "no", "text": "Underlag saknas."},
    )
    waiting = office.open(at=START - timedelta(days=210), medicine="Väntin", substance="vantinum")
    return {
        "recommendation_id": one.id,
        "appeal_id": appeal,
        "delivery_id": sent,
        "request_id": request,
        "number": waiting,
        "cases": [one.number, slow, waiting, answered],
    }
