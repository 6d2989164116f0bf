"""The council's meetings in the demo world: the last one with approved minutes, and the next one with its agenda."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from nt_process.cases.errors import CaseNotFound, Refused
from nt_process.council import agenda, minutes, queries, sitting
from nt_process.council.errors import CouncilError
from nt_process.demo.companies import meeting_days
from nt_process.demo.work import Office, last_working_day, working_hour
from nt_process.identity.actor import Session, SignedIn
from nt_process.identity.maker import Maker
from nt_process.interests import service as interests
from nt_process.interests.service import Decision

_ON_DAY = sa.text("SELECT id FROM council_meeting WHERE day = :day AND cancelled_at IS NULL")
_FACTS = sa.text("""
    SELECT a.version, (SELECT sha256 FROM council_minutes m WHERE m.meeting_id = a.meeting_id ORDER BY version DESC LIMIT 1)
        AS sha256
    FROM council_agenda a WHERE a.meeting_id = :id
""")
_ITEMS = sa.text(
    "SELECT id, kind FROM council_item WHERE meeting_id = :id AND removed_at IS NULL ORDER BY position"
)
_MOST_CASES = 3
_OTHERS = (
    {"title": "Rapport från förhandlingarna", "kind": "information", "minutes": "20", "is_public": "y"},
    {"title": "Kansliets budget för nästa år", "kind": "information", "minutes": "15", "is_public": ""},
)
_DECIDED = {
    "outcome": "Rådet ställer sig bakom kansliets förslag.",
    "reasons": "Behovet är stort, effekten är visad och kostnaden är rimlig.",
    "way": "unanimous",
}
_NOTED = {"outcome": "", "reasons": ""}


@dataclass
class _Meeting:
    day: date
    id: str = ""
    cases: list[str] = field(default_factory=list)


def council_life(office: Office, first: date, today: date, chance: random.Random) -> Iterator[datetime]:
    """Everything that is done with the two meetings, each thing when the world has come so far."""
    world = _Council(office)
    latest = datetime.min.replace(tzinfo=UTC)
    for day, do in sorted(world.steps(first, today), key=lambda step: step[0]):
        latest = max(latest, working_hour(last_working_day(day), chance))
        yield latest
        # Where no case waits for the council there is nothing to decide.
        with contextlib.suppress(CouncilError, Refused, CaseNotFound):
            do(latest)


class _Council:
    def __init__(self, office: Office) -> None:
        self.office, self.secretary = office, office.people.secretaries[0]
        # One chairs, one adjusts; one of the others is out of the room for the first item.
        self.chair, self.adjuster, *self.others = office.people.council

    def steps(self, first: date, today: date) -> Iterator[tuple[date, Callable[[datetime], object]]]:
        days = list(meeting_days(first, today + timedelta(days=90)))
        past = [day for day in days if first + timedelta(days=30) < day < today - timedelta(days=9)]
        for meeting in [_Meeting(day) for day in past[-1:]]:
            yield meeting.day - timedelta(days=9), lambda at, m=meeting: self._build(m, at)  # type: ignore[misc]
            yield meeting.day - timedelta(days=6), lambda at, m=meeting: self._declare(m, at)  # type: ignore[misc]
            yield meeting.day, lambda at, m=meeting: self._hold(m, at)  # type: ignore[misc]
            yield meeting.day + timedelta(days=4), lambda at, m=meeting: self._approve(m, at)  # type: ignore[misc]
            yield meeting.day + timedelta(days=5), lambda at, m=meeting: self._put_up(m, at)  # type: ignore[misc]
        for meeting in [_Meeting(day) for day in days if day > today][:1]:
            yield today - timedelta(days=4), lambda at, m=meeting: self._build(m, at)  # type: ignore[misc]

    def _build(self, meeting: _Meeting, at: datetime) -> None:
        engine, maker = self.office.engine, Maker(self.secretary, at)
        with engine.connect() as connection:
            meeting.id = str(connection.scalar(_ON_DAY, {"day": meeting.day}) or "")
            if not meeting.id:
                return
            found = queries.ready(connection, self.secretary, meeting.id, maker.today)
        for row in [*found["booked"], *found["decided"]][:_MOST_CASES]:
            with contextlib.suppress(CouncilError, Refused):
                agenda.add_case(engine, maker, meeting.id, row["number"])
                meeting.cases.append(row["number"])
        for texts in _OTHERS:
            agenda.add_by_hand(engine, maker, meeting.id, texts)
        agenda.publish(engine, maker, meeting.id, self._version(meeting))

    def _declare(self, meeting: _Meeting, at: datetime) -> None:
        """All but one say that they have nothing to declare; of that one the secretariat finds a conflict of interest."""
        out = self.others[0]
        for number in meeting.cases:
            for person in self.office.people.council:
                if person is not out:
                    interests.file_declaration(self.office.engine, Maker(person, at), "nothing", [], number)
        for number in meeting.cases[:1]:
            decision = Decision(out.id, True, "Har forskat tillsammans med företaget.", 0)
            interests.decide(self.office.engine, Maker(self.secretary, at), number, decision)

    def _hold(self, meeting: _Meeting, at: datetime) -> None:
        if not meeting.id:
            return
        engine, maker = self.office.engine, Maker(self.secretary, at)
        rows = {
            self.chair.id: ("chair", ""),
            self.adjuster.id: ("member", "y"),
            self.secretary.id: ("secretary", ""),
        }
        rows |= {one.id: ("member", "") for one in self.others}
        typed = [
            {"role": role, "came": "09:00", "left_at": "", "adjusts": adjusts}
            for role, adjusts in rows.values()
        ]
        texts = {"began": "09:00", "ended": "11:30", "guests": ""}
        sitting.attend(engine, maker, meeting.id, self._version(meeting), texts, list(rows), typed)
        with engine.connect() as connection:
            items = connection.execute(_ITEMS, {"id": meeting.id}).all()
        for place, item in enumerate(items):
            minute = f"{9 + (place * 30 + 25) // 60:02}:{(place * 30 + 25) % 60:02}"
            said = (_DECIDED if item.kind == "decision" else _NOTED) | {"taken_at": minute}
            out = [self.others[0].id] if place == 0 and meeting.cases else []
            gone = [{"left": "09:00", "back": "09:30", "vote": "", "reservation": ""} for _one in out]
            sitting.decide(engine, maker, meeting.id, str(item.id), self._version(meeting), said, out, gone)
        minutes.draft(engine, maker, meeting.id, self._version(meeting))
        minutes.send(engine, maker, meeting.id, self._version(meeting))

    def _approve(self, meeting: _Meeting, at: datetime) -> None:
        for person, capacity in ((self.chair, "chair"), (self.adjuster, "adjuster")):
            proved = Maker(self._proved(person, at), at)
            minutes.approve(self.office.engine, proved, meeting.id, capacity, self._facts(meeting).sha256)

    def _put_up(self, meeting: _Meeting, at: datetime) -> None:
        maker = Maker(self.secretary, at)
        typed = {"notice_up": maker.today.isoformat(), "notice_down": ""}
        minutes.note_notice(self.office.engine, maker, meeting.id, typed)

    def _version(self, meeting: _Meeting) -> int:
        return int(self._facts(meeting).version)

    def _facts(self, meeting: _Meeting) -> sa.Row:
        with self.office.engine.connect() as connection:
            found = connection.execute(_FACTS, {"id": meeting.id or None}).first()
        if found is None:
            raise CouncilError("not_found")
        return found

    def _proved(self, person: SignedIn, at: datetime) -> SignedIn:
        """The person, who has just proved who they are."""
        return replace(person, session=Session("", at, at, strong=True))
