"""A meeting whose agenda is published is moved or cancelled: whoever has been sent the agenda is told, once."""

from __future__ import annotations

from nt_process.companies import meetings
from nt_process.companies.errors import Maker
from tests.features.council.world import MEETING, Council, in_council
from tests.world import START

TOLD = "SELECT p.email, n.kind FROM notice n JOIN person p ON p.id = n.person_id WHERE n.subject = :id AND n.kind LIKE :like"


def told(council: Council, like: str) -> list[tuple[str, str]]:
    return sorted((row.email.partition("@")[0], row.kind) for row in council.rows(TOLD, like=like))


def version(council: Council) -> int:
    return int(council.one("SELECT version FROM council_meeting WHERE id = :id", id=council.id))


def move(council: Council, day: str) -> None:
    maker = Maker(council.office.actor("secretary"), START)
    meetings.change(council.office.engine, maker, council.id, version(council), MEETING | {"day": day})


def test_nobody_is_told_of_a_meeting_whose_agenda_nobody_has_been_sent(council: Council) -> None:
    council.add(in_council(council.office))
    move(council, "2026-03-26")
    assert told(council, "council_meeting%") == []


def test_readers_of_the_agenda_are_told_once_when_it_is_moved_and_when_it_is_cancelled(
    council: Council,
) -> None:
    council.add(in_council(council.office))
    council.publish()
    move(council, "2026-03-26")
    readers = ["astrid", "bertil", "cecilia", "company", "member"]
    assert told(council, "council_meeting%") == [(name, "council_meeting_changed") for name in readers]
    # Another place is no other day.
    maker = Maker(council.office.actor("secretary"), START)
    given = MEETING | {"day": "2026-03-26", "place": "Uppsala"}
    meetings.change(council.office.engine, maker, council.id, version(council), given)
    assert len(told(council, "council_meeting%")) == len(readers)
    meetings.cancel(council.office.engine, maker, council.id, version(council))
    assert told(council, "council_meeting_cancelled") == [
        (name, "council_meeting_cancelled") for name in readers
    ]


def test_whoever_has_a_place_is_told_of_the_place_and_not_twice(council: Council) -> None:
    number = in_council(council.office)
    meetings.book(council.office.engine, Maker(council.office.actor("secretary"), START), council.id, number)
    council.add(number)
    council.publish()
    move(council, "2026-03-26")
    assert ("company", "meeting_changed") in told(council, "meeting_changed")
    assert "company" not in {name for name, _kind in told(council, "council_meeting%")}
