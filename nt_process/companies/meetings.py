"""Commands on the council's meetings and the places at them. Each is one transaction.

The database counts the places (migration 0017), so that two who take the last one at once cannot both have it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from nt_process.cases import service, store
from nt_process.companies.errors import CompanyError, Maker, require_secretariat
from nt_process.companies.messages import company_people
from nt_process.companies.rules import meetings as rules
from nt_process.engine.decide import unchanged
from nt_process.engine.snapshot import Event
from nt_process.identity.telling import tell_people
from nt_process.infra.rows import Row
from nt_process.kernel.faults import BadInput, Fault

# Who may take a place for a case: its company, and the secretariat on its behalf.
MAY_BOOK = ("company_contact", "secretariat")

_YEAR_LOCK = sa.text("SELECT pg_advisory_xact_lock(:key, :year)")
_LOCK_KEY = 0x4E54_17
_ADD = sa.text("""
    INSERT INTO council_meeting (id, year, number, day, place, notes, lead_days, file_by, capacity)
    VALUES (:id, :year, 1 + coalesce((SELECT max(number) FROM council_meeting WHERE year = :year), 0), :day, :place,
            :notes, :lead_days, :file_by, :capacity)
""")
_LOCK = sa.text("SELECT * FROM council_meeting WHERE id = :id FOR UPDATE")
_FIND = sa.text("SELECT * FROM council_meeting WHERE id = :id")
_DAY_TAKEN = sa.text("SELECT EXISTS (SELECT FROM council_meeting WHERE day = :day AND id <> :id)")
_CHANGE = sa.text("""
    UPDATE council_meeting SET day = :day, place = :place, notes = :notes, lead_days = :lead_days, file_by = :file_by,
        capacity = :capacity, version = version + 1
    WHERE id = :id
""")
_CANCEL = sa.text("UPDATE council_meeting SET cancelled_at = :at, version = version + 1 WHERE id = :id")
_SLOTS = sa.text("""
    SELECT s.case_id, c.company_id FROM meeting_slot s JOIN cases c ON c.id = s.case_id WHERE s.meeting_id = :id
""")
# Who has been sent a published agenda, or a time on it.
_AGENDA_READERS = sa.text("""
    SELECT r.person_id::text FROM recipients('{council_member}', NULL, NULL, :today) r
    WHERE EXISTS (SELECT FROM council_agenda a WHERE a.meeting_id = :id AND a.published_at IS NOT NULL)
    UNION
    SELECT r.person_id::text FROM council_agenda a
    JOIN council_item i ON i.meeting_id = a.meeting_id AND i.removed_at IS NULL JOIN cases c ON c.id = i.case_id
    CROSS JOIN LATERAL recipients(
        CASE WHEN i.kind = 'presentation' AND concerns_tlv(c.id, c.process)
            THEN CAST('{company_contact,tlv_assessor}' AS text[]) ELSE '{company_contact}' END,
        NULL, c.company_id, :today) r
    WHERE a.meeting_id = :id AND a.published_at IS NOT NULL
""")
_REMIND_MEETING = sa.text("""
    UPDATE meeting_slot SET remind_days = :rung, remind_on = :remind_on WHERE meeting_id = :id
""")
# The place that a case has at a meeting that is still to come; there is at most one.
_HELD = sa.text("""
    SELECT s.meeting_id, m.day FROM meeting_slot s JOIN council_meeting m ON m.id = s.meeting_id
    WHERE s.case_id = :case AND m.day >= :today AND m.cancelled_at IS NULL
""")
# In one order for everybody, so that two who change places with each other do not wait for one another.
_LOCK_BOTH = sa.text("SELECT id FROM council_meeting WHERE id = ANY (:ids) ORDER BY id FOR UPDATE")
_BOOK = sa.text("""
    INSERT INTO meeting_slot (case_id, meeting_id, person, at, remind_days, remind_on)
    VALUES (:case, :id, :person, :at, :rung, :remind_on)
""")
_GIVE_UP = sa.text("DELETE FROM meeting_slot WHERE case_id = :case AND meeting_id = :id")


def plan(engine: Engine, maker: Maker, texts: Mapping[str, str]) -> str:
    """Take a meeting into the plan, numbered within its year; returns its id. Raises BadInput, CompanyError."""
    require_secretariat(maker.actor)
    planned, meeting_id = rules.read_plan(texts), uuid.uuid4()
    with engine.begin() as connection:
        connection.execute(_YEAR_LOCK, {"key": _LOCK_KEY, "year": planned.day.year})
        _require_free_day(connection, planned, meeting_id)
        given = {**_values(planned), "id": meeting_id, "year": planned.day.year}
        connection.execute(_ADD, given)
    return str(meeting_id)


def change(engine: Engine, maker: Maker, meeting_id: str, version: int, texts: Mapping[str, str]) -> None:
    """Change a meeting. Another last day to file reminds anew, and whoever has a place is told.

    Raises BadInput (day_taken, other_year, too_few_places), CompanyError changed, meeting_cancelled, …
    """
    require_secretariat(maker.actor)
    planned = rules.read_plan(texts)
    with engine.begin() as connection:
        connection.execute(_YEAR_LOCK, {"key": _LOCK_KEY, "year": planned.day.year})
        before = _lock(connection, meeting_id, version)
        _require_free_day(connection, planned, meeting_id)
        if planned.day.year != before["year"]:
            raise BadInput(Fault("other_year", column="day", params={"year": before["year"]}))
        if planned.capacity < before["booked"]:
            raise BadInput(Fault("too_few_places", column="capacity", params={"booked": before["booked"]}))
        connection.execute(_CHANGE, {**_values(planned), "id": meeting_id})
        if (planned.day, planned.file_by) != (before["day"], before["file_by"]):
            reminder = _reminder(planned.file_by, maker)
            connection.execute(_REMIND_MEETING, {**reminder, "id": meeting_id})
            booked = _tell_booked(connection, maker, meeting_id, "meeting_changed", planned.file_by)
            if planned.day != before["day"]:
                _tell_readers(connection, maker, meeting_id, "council_meeting_changed", booked, planned.day)


def cancel(engine: Engine, maker: Maker, meeting_id: str, version: int) -> None:
    """Cancel a meeting; whoever has a place is told, and can choose another meeting. Raises CompanyError."""
    require_secretariat(maker.actor)
    with engine.begin() as connection:
        _lock(connection, meeting_id, version)
        connection.execute(_CANCEL, {"id": meeting_id, "at": maker.at})
        connection.execute(_REMIND_MEETING, {"id": meeting_id, "rung": None, "remind_on": None})
        booked = _tell_booked(connection, maker, meeting_id, "meeting_cancelled", None)
        _tell_readers(connection, maker, meeting_id, "council_meeting_cancelled", booked, None)


def book(engine: Engine, maker: Maker, meeting_id: str, number: str) -> None:
    """Take a place at a meeting for a case. A place at another meeting to come is given up for it.

    Raises CompanyError meeting_full, meeting_cancelled, filing_over, case_ended, past_council, not_found, not_allowed, and
    CaseNotFound.
    """

    def take(connection: Connection, loaded: store.Loaded) -> Event | None:
        role = _role(loaded)
        if loaded.case.terminal:
            raise CompanyError("case_ended")
        if loaded.case.phase not in rules.HEARD_PHASES:
            raise CompanyError("past_council")
        held = connection.execute(_HELD, {"case": loaded.id, "today": maker.today}).first()
        ids = [uuid.UUID(meeting_id), *([held.meeting_id] if held is not None else [])]
        connection.execute(_LOCK_BOTH, {"ids": ids})
        meeting = _find(connection, meeting_id)
        if held is not None and str(held.meeting_id) == meeting_id:
            return None
        _require_open(_judged(meeting).refuses_booking(maker.today), meeting)
        # The place that is left goes first: whoever moves from one meeting to another needs one place, not two.
        if held is not None:
            connection.execute(_GIVE_UP, {"case": loaded.id, "id": held.meeting_id})
        slot = {"case": loaded.id, "id": meeting_id, "person": maker.actor.name, "at": maker.at}
        connection.execute(_BOOK, {**slot, **_reminder(meeting["file_by"], maker)})
        kind = "meeting_booked" if held is None else "meeting_moved"
        return unchanged(loaded.case, kind, loaded.actor, role, maker.at, inputs=_named(meeting))

    try:
        service.record(engine, maker.actor.id, number, maker.at, take)
    except IntegrityError as error:
        if "council_meeting_places" not in str(error.orig):
            raise
        raise CompanyError("meeting_full") from None


def give_up(engine: Engine, maker: Maker, meeting_id: str, number: str) -> None:
    """Leave the place that a case has at a meeting. Raises CompanyError not_booked, meeting_held, …, CaseNotFound."""

    def leave(connection: Connection, loaded: store.Loaded) -> Event:
        role = _role(loaded)
        meeting = _find(connection, meeting_id)
        _require_open(_judged(meeting).refuses_giving_up(maker.today), meeting)
        if connection.execute(_GIVE_UP, {"case": loaded.id, "id": meeting_id}).rowcount != 1:
            raise CompanyError("not_booked")
        stated = _named(meeting)
        return unchanged(loaded.case, "meeting_given_up", loaded.actor, role, maker.at, inputs=stated)

    service.record(engine, maker.actor.id, number, maker.at, leave)


def _role(loaded: store.Loaded) -> str:
    role = next((role for role in MAY_BOOK if role in loaded.actor.roles), None)
    if role is None:
        raise CompanyError("not_allowed")
    return role


def _find(connection: Connection, meeting_id: str) -> Row:
    found = connection.execute(_FIND, {"id": meeting_id}).mappings().first()
    if found is None:
        raise CompanyError("not_found")
    return found


def _lock(connection: Connection, meeting_id: str, version: int) -> Row:
    found = connection.execute(_LOCK, {"id": meeting_id}).mappings().first()
    if found is None:
        raise CompanyError("not_found")
    if found["cancelled_at"] is not None:
        raise CompanyError("meeting_cancelled")
    if found["version"] != version:
        raise CompanyError("changed", version=found["version"])
    return found


def _judged(meeting: Row) -> rules.Meeting:
    return rules.Meeting(
        meeting["day"],
        meeting["file_by"],
        meeting["capacity"],
        meeting["booked"],
        meeting["cancelled_at"] is not None,
    )


def _require_open(refused: str | None, meeting: Row) -> None:
    if refused:
        raise CompanyError(refused, day=meeting["file_by"])


def _require_free_day(connection: Connection, planned: rules.Plan, meeting_id: object) -> None:
    if connection.scalar(_DAY_TAKEN, {"day": planned.day, "id": meeting_id}):
        raise BadInput(Fault("day_taken", column="day"))


def _values(planned: rules.Plan) -> dict[str, Any]:
    return {
        "day": planned.day,
        "place": planned.place,
        "notes": planned.notes,
        "lead_days": planned.lead_days,
        "file_by": planned.file_by,
        "capacity": planned.capacity,
    }


def _reminder(file_by: Any, maker: Maker) -> dict[str, Any]:
    rung, day = rules.next_reminder(rules.REMIND_DAYS, file_by, maker.today) or (None, None)
    return {"rung": rung, "remind_on": day}


def _named(meeting: Row) -> dict[str, object]:
    """The meeting as a case's log keeps it."""
    return {"meeting": f"{meeting['number']}/{meeting['year']}", "day": meeting["day"].isoformat()}


def _tell_booked(connection: Connection, maker: Maker, meeting_id: str, kind: str, due: object) -> set[str]:
    """Tell whoever has a place; who that is."""
    told: set[str] = set()
    for slot in connection.execute(_SLOTS, {"id": meeting_id}).all():
        people = company_people(connection, slot.case_id, slot.company_id, maker.today)
        tell_people(connection, kind, meeting_id, people, maker.at, case_id=slot.case_id, due=due)
        told |= {str(one) for one in people}
    return told


def _tell_readers(
    connection: Connection, maker: Maker, meeting_id: str, kind: str, told: set[str], due: object
) -> None:
    """Tell, once, whoever has been sent the agenda and has not been told for their place."""
    readers = set(connection.scalars(_AGENDA_READERS, {"id": meeting_id, "today": maker.today}))
    people = sorted(readers - told - {maker.actor.id})
    tell_people(connection, kind, meeting_id, people, maker.at, due=due)
