"""Reads of a meeting. The secretariat reads all of it, the council a published agenda, the regions what is public of it, a
company the time of its own case, TLV what it presents; what became of an item is not read by whoever has a conflict in it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.cases.sight import sight
from nt_process.council import rules
from nt_process.council.desk import as_id, order_of
from nt_process.council.sitting import attendants
from nt_process.council.wording import Dealt, Sitting
from nt_process.engine.loader import load_published
from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row
from nt_process.rights import COUNCIL_READERS, SECRETARIAT

MOST_READY = 200

_MEETING = sa.text("""
    SELECT m.id, m.year, m.number, m.day, m.place, m.cancelled_at, a.version, a.starts, a.published_at, a.told_at, a.quorum,
        a.began, a.ended, CASE WHEN :reads THEN a.guests ELSE '' END AS guests, a.closed_at, a.closed_version, a.notice_up,
        a.notice_down
    FROM council_meeting m LEFT JOIN council_agenda a ON a.meeting_id = m.id
    WHERE m.id = :id AND (:manages OR a.published_at IS NOT NULL)
""")
_VISIBLE = """
    (:manages OR (a.published_at IS NOT NULL AND (:reads OR (i.removed_at IS NULL AND (
        (:region AND i.is_public) OR c.company_id = ANY (:companies)
        OR (:tlv AND i.kind = 'presentation' AND c.id IS NOT NULL AND concerns_tlv(c.id, c.process)))))))
"""
# `conflict`: of the reader, on this day; null when they may take part.
_ITEMS = sa.text(f"""
    SELECT i.id, i.position, i.kind, i.case_id, i.title, i.minutes, i.begins, i.is_public, i.origin, i.changed_at,
        i.added_at, i.removed_at, c.number, c.medicine, c.substance, c.indication, c.company, c.process, c.state,
        c.workflow_version, a.published_at,
        i.case_id IS NOT NULL AND conflict_of_interest(i.case_id, :person, :today) IS NOT NULL AS conflicted,
        i.case_id IS NOT NULL AND EXISTS (
            SELECT FROM declaration d WHERE d.case_id = i.case_id AND d.person_id = :person) AS declared,
        d.status, d.outcome, d.reasons, d.way, d.taken_at, d.next_item, s.action,
        (SELECT m.number || '/' || m.year FROM council_item n JOIN council_meeting m ON m.id = n.meeting_id
         WHERE n.id = d.next_item) AS postponed_to
    FROM council_item i JOIN council_agenda a ON a.meeting_id = i.meeting_id
    LEFT JOIN cases c ON c.id = i.case_id
    LEFT JOIN council_decision d ON d.item_id = i.id AND :reads
    LEFT JOIN council_step s ON s.item_id = i.id AND :reads
    WHERE i.meeting_id = :id AND {_VISIBLE}
    ORDER BY i.removed_at IS NOT NULL, i.position, i.begins, i.id
""")  # noqa: S608 - a constant of this program
_OF_CASE = sa.text(f"""
    SELECT i.meeting_id, i.kind, i.begins, m.day, m.number, m.year FROM council_item i
    JOIN council_agenda a ON a.meeting_id = i.meeting_id JOIN council_meeting m ON m.id = i.meeting_id
    JOIN cases c ON c.id = i.case_id
    WHERE c.number = :number AND a.published_at IS NOT NULL AND m.cancelled_at IS NULL AND i.removed_at IS NULL AND {_VISIBLE}
    ORDER BY m.day DESC LIMIT 5
""")  # noqa: S608 - a constant of this program
# Open cases that are to be decided on, or lead there, that are not on the agenda.
_READY = sa.text("""
    SELECT c.id, c.number, c.medicine, c.company, c.process, c.workflow_version, c.state, c.next_due,
        s.meeting_id IS NOT NULL AS booked
    FROM cases c LEFT JOIN meeting_slot s ON s.case_id = c.id AND s.meeting_id = :id
    WHERE :manages AND NOT c.terminal
      AND (s.meeting_id IS NOT NULL OR (c.process, c.workflow_version, c.state) IN (
          SELECT * FROM unnest(CAST(:processes AS text[]), CAST(:versions AS int[]), CAST(:states AS text[]))))
      AND NOT EXISTS (SELECT FROM council_item i WHERE i.case_id = c.id AND i.removed_at IS NULL AND (
          i.meeting_id = :id OR NOT EXISTS (SELECT FROM council_decision d WHERE d.item_id = i.id)
              AND EXISTS (SELECT FROM council_meeting m WHERE m.id = i.meeting_id AND m.cancelled_at IS NULL
                  AND m.day >= :today)))
    ORDER BY s.meeting_id IS NULL, c.next_due NULLS LAST, c.number LIMIT :most
""")
# What stands against the last days of the back-planning: open rounds, TLV's limits, documents.
_PREPARED = sa.text("""
    SELECT c.id,
        (SELECT max(coalesce(r.last_day, r.wanted_day)) FROM consultation r WHERE r.case_id = c.id AND r.closed_at IS NULL)
            AS consultation,
        (SELECT max(k.due) FROM clock k WHERE k.case_id = c.id AND k.stopped_on IS NULL AND 'tlv_assessor' = ANY (k.notify))
            AS assessment,
        (SELECT max(d.added_at) FROM document d WHERE d.case_id = c.id AND d.withdrawn_at IS NULL) AS material
    FROM cases c WHERE :reads AND c.id = ANY (:cases)
""")
_COUNCIL = sa.text("""
    SELECT p.id, p.name, CASE WHEN bool_or(m.role = 'council_member') THEN 'council_member' ELSE 'secretariat' END AS role,
        a.role AS attends, a.came, a.left_at, coalesce(a.adjusts, false) AS adjusts
    FROM person p JOIN membership m ON m.person_id = p.id
    LEFT JOIN council_attendance a ON a.person_id = p.id AND a.meeting_id = :id
    WHERE :manages AND (a.person_id IS NOT NULL OR (p.disabled_at IS NULL AND m.role IN ('council_member', 'secretariat')
        AND m.valid_from <= :day AND (m.valid_to IS NULL OR m.valid_to >= :day)))
    GROUP BY p.id, p.name, a.role, a.came, a.left_at, a.adjusts
    ORDER BY bool_or(m.role = 'council_member') DESC, sv_sort(p.name), p.id
""")
_ATTENDANCE = sa.text("""
    SELECT person_id, person, role, came, left_at, adjusts FROM council_attendance WHERE :reads AND meeting_id = :id
    ORDER BY array_position(ARRAY['chair', 'vice_chair', 'member', 'secretary'], role), sv_sort(person), person_id
""")
# Of every member and every item about a case: what was declared for it, and whether they may take part. It says that there
# is a conflict and never what it is.
_INTERESTS = sa.text("""
    SELECT p.id AS person_id, p.name, i.id AS item_id, conflict_of_interest(i.case_id, p.id, :day) AS conflict,
        (SELECT d.nothing FROM declaration d WHERE d.person_id = p.id AND d.case_id = i.case_id ORDER BY d.id DESC LIMIT 1)
            AS nothing
    FROM council_item i CROSS JOIN person p
    WHERE :manages AND i.meeting_id = :id AND i.removed_at IS NULL AND i.case_id IS NOT NULL AND p.disabled_at IS NULL
      AND EXISTS (SELECT FROM membership m WHERE m.person_id = p.id AND m.role IN ('council_member', 'secretariat')
          AND m.valid_from <= :day AND (m.valid_to IS NULL OR m.valid_to >= :day))
    ORDER BY sv_sort(p.name), p.id, i.position
""")
_OUTSIDE = sa.text("""
    SELECT o.* FROM council_outside o JOIN council_item i ON i.id = o.item_id
    WHERE :reads AND i.meeting_id = :id ORDER BY o.left_at, sv_sort(o.person), o.person_id
""")
_VOICES = sa.text("""
    SELECT v.* FROM council_voice v JOIN council_item i ON i.id = v.item_id
    WHERE :reads AND i.meeting_id = :id ORDER BY sv_sort(v.person), v.person_id
""")
_LATER = sa.text("""
    SELECT id, number, year, day FROM council_meeting
    WHERE :manages AND cancelled_at IS NULL AND day > :day ORDER BY day LIMIT 12
""")
_MINUTES = sa.text("""
    SELECT version, sha256, person, at FROM council_minutes WHERE :reads AND meeting_id = :id ORDER BY version DESC
""")
_SECTIONS = sa.text("""
    SELECT position, item_id, heading, body FROM council_section
    WHERE :reads AND meeting_id = :id AND version = :version
      AND (item_id IS NULL OR NOT item_id = ANY (CAST(:hidden AS uuid[]))) ORDER BY position
""")
_APPROVALS = sa.text("""
    SELECT version, role AS capacity, person_id, person, sha256, second_factor, at FROM council_approval
    WHERE :reads AND meeting_id = :id ORDER BY version DESC, at
""")
_COMING = sa.text("""
    SELECT m.id, m.number, m.year, m.day, m.place, m.cancelled_at, a.starts,
        (SELECT sum(i.minutes) FROM council_item i WHERE i.meeting_id = m.id AND i.removed_at IS NULL) AS minutes
    FROM council_meeting m LEFT JOIN council_agenda a ON a.meeting_id = m.id AND a.published_at IS NOT NULL
    WHERE m.day >= :since ORDER BY m.day LIMIT 60
""")


@dataclass(frozen=True, slots=True)
class MeetingFile:
    """A meeting with the items that its reader may see."""

    row: Row
    items: Sequence[Row]
    actor: SignedIn
    today: date
    order: rules.Order

    @property
    def id(self) -> str:
        return str(self.row["id"])

    @property
    def name(self) -> str:
        return f"{self.row['number']}/{self.row['year']}"

    @property
    def manages(self) -> bool:
        return SECRETARIAT.allows(self.actor.roles)

    @property
    def reads(self) -> bool:
        """Whether the reader is of the council's own: material, meeting and minutes are for them."""
        return COUNCIL_READERS.allows(self.actor.roles)

    @property
    def on_agenda(self) -> list[Row]:
        return [one for one in self.items if one["removed_at"] is None]

    @property
    def hidden(self) -> list[uuid.UUID]:
        """Items whose content is not for this reader, who has a conflict of interest in them."""
        if self.row["closed_at"] is not None:
            return []
        return [one["id"] for one in self.items if one["conflicted"]]

    def item(self, item_id: str) -> Row | None:
        return next((one for one in self.on_agenda if str(one["id"]) == item_id), None)


def meeting_file(connection: Connection, actor: SignedIn, meeting_id: str, today: date) -> MeetingFile | None:
    """The meeting, or None for who may not know of its agenda."""
    given = {**_reader(actor), "id": as_id(meeting_id), "today": today}
    row = connection.execute(_MEETING, given).mappings().first()
    if row is None:
        return None
    items = connection.execute(_ITEMS, given).mappings().all()
    return MeetingFile(row, items, actor, today, order_of(connection))


def of_case(connection: Connection, actor: SignedIn, number: str) -> list[Row]:
    """When the case is or was on a published agenda, the latest first."""
    return list(connection.execute(_OF_CASE, {**_reader(actor), "number": number}).mappings())


def has_agenda(connection: Connection, actor: SignedIn, meeting_id: str) -> bool:
    """Whether there is an agenda for the actor to read."""
    given = {**_reader(actor), "id": as_id(meeting_id)}
    return connection.execute(_MEETING, given).first() is not None


def ready(connection: Connection, actor: SignedIn, meeting_id: str, today: date) -> Mapping[str, list[Row]]:
    """Cases for the agenda that are on none: `decided` are to be decided on, `on_the_way` lead there, `booked` have a
    place without being at either."""
    states = {"decided": _states(rules.deciding_states), "on_the_way": _states(rules.states_before)}
    every = sorted(states["decided"] | states["on_the_way"])
    given = {**_reader(actor), "id": as_id(meeting_id), "today": today, "most": MOST_READY}
    columns = {"processes": [], "versions": [], "states": []} if not every else {
        name: [one[place] for one in every] for place, name in enumerate(("processes", "versions", "states"))
    }  # fmt: skip
    found: dict[str, list[Row]] = {"decided": [], "on_the_way": [], "booked": []}
    for row in connection.execute(_READY, {**given, **columns}).mappings():
        place = (row["process"], row["workflow_version"], row["state"])
        kind = next((name for name, known in states.items() if place in known), "booked")
        found[kind].append(row)
    return found


def _states(of: Any) -> frozenset[tuple[str, int, str]]:
    return frozenset(
        (process, version, state)
        for (process, version), workflow in load_published().items()
        for state in of(workflow)
    )


def prepared(connection: Connection, actor: SignedIn, cases: Sequence[object]) -> Mapping[object, Row]:
    """By case's id what its preparation waits for: last day of a round, of TLV's limit, and its latest document."""
    given = {**_reader(actor), "cases": list(cases)}
    return {row["id"]: row for row in connection.execute(_PREPARED, given).mappings()}


def people(connection: Connection, file: MeetingFile) -> list[Row]:
    """Who can be at the meeting, with what is recorded of each."""
    return list(connection.execute(_COUNCIL, {**_of(file), "day": file.row["day"]}).mappings())


def attendance(connection: Connection, file: MeetingFile) -> list[Row]:
    return list(connection.execute(_ATTENDANCE, _of(file)).mappings())


def interests(connection: Connection, file: MeetingFile) -> list[tuple[str, Mapping[object, str]]]:
    """For each person by name, by item: conflict, possible, nothing (to declare), undeclared."""
    found: dict[object, tuple[str, dict[object, str]]] = {}
    for row in connection.execute(_INTERESTS, {**_of(file), "day": file.row["day"]}).mappings():
        _name, items = found.setdefault(row["person_id"], (row["name"], {}))
        items[row["item_id"]] = _standing(row)
    return list(found.values())


def _standing(row: Row) -> str:
    if row["conflict"]:
        return "conflict"
    if row["conflict"] is not None:
        return "possible"
    if row["nothing"] is None:
        return "undeclared"
    return "nothing" if row["nothing"] else "no_conflict"


def outside(connection: Connection, file: MeetingFile) -> Mapping[object, list[Row]]:
    """By item who was out of the room."""
    return _by_item(connection, _OUTSIDE, file)


def voices(connection: Connection, file: MeetingFile) -> Mapping[object, list[Row]]:
    """By item votes and reservations."""
    return _by_item(connection, _VOICES, file)


def _by_item(
    connection: Connection, statement: sa.TextClause, file: MeetingFile
) -> Mapping[object, list[Row]]:
    found: dict[object, list[Row]] = {}
    for row in connection.execute(statement, _of(file)).mappings():
        if row["item_id"] not in file.hidden:
            found.setdefault(row["item_id"], []).append(row)
    return found


def later_meetings(connection: Connection, file: MeetingFile) -> list[Row]:
    return list(connection.execute(_LATER, {**_of(file), "day": file.row["day"]}).mappings())


def versions(connection: Connection, file: MeetingFile) -> list[Row]:
    """The versions of the minutes, the latest first."""
    return list(connection.execute(_MINUTES, _of(file)).mappings())


def sections(connection: Connection, file: MeetingFile, version: int) -> list[Row]:
    """A version's sections, without those of items in which the reader has a conflict while the minutes are open."""
    given = {**_of(file), "version": version, "hidden": file.hidden}
    return list(connection.execute(_SECTIONS, given).mappings())


def approvals(connection: Connection, file: MeetingFile) -> list[Row]:
    return list(connection.execute(_APPROVALS, _of(file)).mappings())


def coming(connection: Connection, since: date) -> list[Row]:
    """Meetings for a calendar; `starts` and `minutes` are known once the agenda is published."""
    return list(connection.execute(_COMING, {"since": since}).mappings())


_FACTS = sa.text("""
    SELECT m.number, m.year, m.day, m.place, a.began, a.ended, a.guests, a.quorum
    FROM council_meeting m JOIN council_agenda a ON a.meeting_id = m.id WHERE m.id = :id AND a.began IS NOT NULL
""")
_DEALT = sa.text("""
    SELECT i.id, coalesce(c.number, '') AS number, coalesce(c.medicine, '') AS medicine, i.title, d.status, d.outcome,
        d.reasons, d.way, d.taken_at,
        (SELECT m.number || '/' || m.year FROM council_item n JOIN council_meeting m ON m.id = n.meeting_id
         WHERE n.id = d.next_item) AS postponed_to
    FROM council_item i JOIN council_decision d ON d.item_id = i.id LEFT JOIN cases c ON c.id = i.case_id
    WHERE i.meeting_id = :id AND i.removed_at IS NULL ORDER BY i.position
""")
_ALL_OUTSIDE = sa.text("""
    SELECT o.item_id, o.person, o.left_at, o.back_at, o.because = 'conflict' AS conflict FROM council_outside o
    JOIN council_item i ON i.id = o.item_id WHERE i.meeting_id = :id ORDER BY o.left_at, sv_sort(o.person)
""")
_ALL_VOICES = sa.text("""
    SELECT v.item_id, v.person, v.vote, v.reservation FROM council_voice v
    JOIN council_item i ON i.id = v.item_id WHERE i.meeting_id = :id ORDER BY sv_sort(v.person)
""")
_ADJUSTERS = sa.text("""
    SELECT person FROM council_attendance WHERE meeting_id = :id AND adjusts ORDER BY sv_sort(person)
""")


def sitting(connection: Connection, meeting_id: str) -> Sitting | None:
    """The meeting with all that was recorded of it, for its minutes; None before it has begun."""
    given = {"id": as_id(meeting_id)}
    row = connection.execute(_FACTS, given).mappings().first()
    if row is None:
        return None
    out = connection.execute(_ALL_OUTSIDE, given).all()
    said = connection.execute(_ALL_VOICES, given).all()
    dealt = [
        Dealt(
            str(one["id"]),
            heading_of(one),
            one["status"],
            one["outcome"],
            one["reasons"],
            one["way"],
            one["taken_at"],
            one["postponed_to"] or "",
            [(o.person, o.left_at, o.back_at, o.conflict) for o in out if o.item_id == one["id"]],
            [(v.person, v.vote) for v in said if v.item_id == one["id"] and v.vote],
            [(v.person, v.reservation) for v in said if v.item_id == one["id"] and v.reservation],
        )
        for one in connection.execute(_DEALT, given).mappings()
    ]
    return Sitting(
        f"{row['number']}/{row['year']}",
        row["day"],
        row["place"],
        row["began"],
        row["ended"],
        row["guests"],
        row["quorum"],
        attendants(connection, meeting_id, row["day"]),
        connection.scalars(_ADJUSTERS, given).all(),
        dealt,
    )


def heading_of(item: Row) -> str:
    """What an item is called: the case's number and medicine, then what it is called besides."""
    case = " ".join(part for part in (item["number"], item["medicine"]) if part)
    return ": ".join(part for part in (case, item["title"]) if part)


def _reader(actor: SignedIn) -> dict[str, Any]:
    return {
        "manages": SECRETARIAT.allows(actor.roles),
        "reads": COUNCIL_READERS.allows(actor.roles),
        "region": "region_representative" in actor.roles,
        "person": actor.id,
        **sight(actor),
        "today": None,
    }


def _of(file: MeetingFile) -> dict[str, Any]:
    return {**_reader(file.actor), "id": file.row["id"]}
