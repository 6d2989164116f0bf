"""Commands on a meeting as it is held: who is there, what becomes of each item, the step that follows in the case.

Whoever has a conflict of interest in an item is out of the room for it, with times, and takes no part; it is asked anew
for the day of the meeting whenever an item is recorded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.council import rules
from nt_process.council.agenda import add
from nt_process.council.desk import Desk, as_id, held, locked, order_of
from nt_process.council.errors import CouncilError
from nt_process.identity.maker import Maker
from nt_process.infra.rows import Row
from nt_process.kernel import typed as fields
from nt_process.kernel.faults import BadInput, Fault

_CLEAR_ATTENDANCE = sa.text(
    "DELETE FROM council_attendance WHERE meeting_id = :id AND NOT person_id = ANY (CAST(:people AS uuid[]))"
)
_ATTEND = sa.text("""
    INSERT INTO council_attendance (meeting_id, person_id, person, role, came, left_at, adjusts)
    SELECT :id, p.id, p.name, :role, :came, :left_at, :adjusts FROM person p WHERE p.id = :person
    ON CONFLICT (meeting_id, person_id) DO UPDATE SET role = excluded.role, came = excluded.came,
        left_at = excluded.left_at, adjusts = excluded.adjusts
""")
_NO_CHAIR = sa.text("UPDATE council_attendance SET role = 'member' WHERE meeting_id = :id AND role = 'chair'")
_HELD = sa.text("""
    UPDATE council_agenda SET quorum = coalesce(quorum, :quorum), began = :began, ended = :ended, guests = :guests
    WHERE meeting_id = :id
""")
_MEMBERS = sa.text("""
    SELECT m.person_id::text FROM membership m WHERE m.role = 'council_member' AND m.person_id = ANY (CAST(:people AS uuid[]))
      AND m.valid_from <= :day AND (m.valid_to IS NULL OR m.valid_to >= :day)
""")
_ATTENDANTS = sa.text("""
    SELECT a.person_id, a.person, a.role, a.came, a.left_at,
        CAST(:case_id AS uuid) IS NOT NULL AND conflict_of_interest(:case_id, a.person_id, :day) IS NOT NULL AS conflicted
    FROM council_attendance a WHERE a.meeting_id = :id
    ORDER BY array_position(ARRAY['chair', 'vice_chair', 'member', 'secretary'], a.role), sv_sort(a.person), a.person_id
""")
_RECORD = sa.text("""
    INSERT INTO council_decision (item_id, status, outcome, reasons, way, taken_at, next_item, person, at)
    VALUES (:item, :status, :outcome, :reasons, :way, :taken_at, :next_item, :person, :at)
    ON CONFLICT (item_id) DO UPDATE SET status = excluded.status, outcome = excluded.outcome, reasons = excluded.reasons,
        way = excluded.way, taken_at = excluded.taken_at, person = excluded.person, at = excluded.at
""")
_BEFORE = sa.text("SELECT status FROM council_decision WHERE item_id = :item")
_CLEAR = (
    sa.text("DELETE FROM council_outside WHERE item_id = :item"),
    sa.text("DELETE FROM council_voice WHERE item_id = :item"),
)
_OUTSIDE = sa.text("""
    INSERT INTO council_outside (item_id, person_id, person, because, left_at, back_at)
    VALUES (:item, :person_id, :person, :because, :left, :back)
""")
_VOICE = sa.text("""
    INSERT INTO council_voice (item_id, person_id, person, vote, reservation)
    VALUES (:item, :person_id, :person, :vote, :reservation)
""")
_NEXT = sa.text("SELECT day FROM council_meeting WHERE id = :id AND cancelled_at IS NULL AND day > :day")
_STEP = sa.text(
    "INSERT INTO council_step (item_id, action, person, at) VALUES (:item, :action, :person, :at)"
)
_HAS_STEP = sa.text("SELECT EXISTS (SELECT FROM council_step WHERE item_id = :item)")


def attendants(
    connection: Connection, meeting_id: str, day: date, case_id: object = None
) -> list[rules.Attendant]:
    """Who was at the meeting; with `case_id` also who of them has a conflict of interest in it on `day`."""
    given = {"id": as_id(meeting_id), "day": day, "case_id": case_id}
    return [
        rules.Attendant(str(row.person_id), row.person, row.role, row.came, row.left_at, row.conflicted)
        for row in connection.execute(_ATTENDANTS, given)
    ]


def attend(
    engine: Engine,
    maker: Maker,
    meeting_id: str,
    version: int,
    texts: Mapping[str, str],
    people: Sequence[str],
    rows: Sequence[Mapping[str, str]],
) -> None:
    """Record who was there: for each of `people` (ids) a row of role, came, left_at and adjusts; no role: was not.

    `texts`: began, ended, guests. The rule of a quorum is the one of the day on which this is recorded first.
    Raises BadInput (with rows), CouncilError not_published, not_yet, changed, …
    """
    about = fields.read(
        texts,
        {
            "began": rules.clock_time,
            "ended": fields.optional(rules.clock_time),
            "guests": lambda text: fields.paragraph(text, rules.MOST_OUTCOME),
        },
    )
    if about["ended"] is not None and about["ended"] <= about["began"]:
        raise BadInput(Fault("left_before", column="ended"))
    read = rules.read_attendance(rows)
    with held(engine, maker, meeting_id, version) as desk:
        if desk.row["published_at"] is None:
            raise CouncilError("not_published")
        if maker.today < desk.row["day"]:
            raise CouncilError("not_yet")
        there = {person: one for person, one in zip(people, read, strict=True) if one is not None}
        given = {"id": desk.row["meeting_id"]}
        asked = {"people": list(there), "day": desk.row["day"]}
        members = set(desk.connection.scalars(_MEMBERS, asked))
        faults = [
            Fault("not_a_member", row=row, column="role")
            for row, person in enumerate(people)
            if person in there and there[person]["role"] in rules.VOTING and person not in members
        ]
        if faults:
            raise BadInput(*faults)
        desk.connection.execute(_CLEAR_ATTENDANCE, {**given, "people": list(there)})
        # Whoever chaired before is chair no more, before somebody else becomes it.
        desk.connection.execute(_NO_CHAIR, given)
        for person, one in there.items():
            desk.connection.execute(_ATTEND, {**given, **one, "person": person})
        order = order_of(desk.connection)
        desk.connection.execute(_HELD, {**given, **about, "quorum": order.quorum})


def decide(
    engine: Engine,
    maker: Maker,
    meeting_id: str,
    item_id: str,
    version: int,
    texts: Mapping[str, str],
    people: Sequence[str],
    rows: Sequence[Mapping[str, str]],
) -> None:
    """Record what became of an item: outcome, reasons, way and taken_at; for each of `people` (ids, those who attend) a
    row of left, back, vote and reservation.

    Raises BadInput (with rows), CouncilError not_begun, no_quorum, is_postponed, changed, …, Refused for a conflict.
    """
    with held(engine, maker, meeting_id, version) as desk:
        item = desk.item(item_id)
        deciding = item["kind"] == "decision"
        found = rules.read_decision(texts, deciding=deciding)
        there = _there(desk, item)
        read = dict(zip(people, rules.read_said(rows), strict=True))
        said = {one.person: read.get(one.person, rules.Said()) for one in there}
        faults = rules.judge(there, said, found["taken_at"], found["way"])
        if faults:
            raise BadInput(*faults)
        taken_at = found["taken_at"]
        have = len(rules.entitled(there, taken_at, rules.out_at(said, taken_at)))
        if deciding and have < desk.row["quorum"]:
            raise CouncilError("no_quorum", have=have, needed=desk.row["quorum"])
        _record(desk, item, {**found, "status": "decided" if deciding else "noted", "next_item": None})
        for one in there:
            _state(desk, item, one, said[one.person])


def postpone(
    engine: Engine, maker: Maker, meeting_id: str, item_id: str, version: int, texts: Mapping[str, str]
) -> str:
    """Let an item go to a later meeting (`meeting`, its id), with `reasons`; returns the id of the item there.

    Raises BadInput (meeting, reasons), CouncilError dealt_with, there, …
    """
    reasons = fields.read(texts, {"reasons": lambda text: fields.paragraph(text, rules.MOST_REASONS)})
    with held(engine, maker, meeting_id, version) as desk:
        item = desk.item(item_id)
        if desk.connection.scalar(_BEFORE, {"item": item["id"]}) is not None:
            raise CouncilError("dealt_with")
        try:
            wanted = {"id": as_id(texts.get("meeting", "")), "day": desk.row["day"]}
        except CouncilError:
            raise BadInput(Fault("not_a_choice", column="meeting")) from None
        if desk.connection.scalar(_NEXT, wanted) is None:
            raise BadInput(Fault("not_a_choice", column="meeting"))
        later = locked(desk.connection, maker, str(wanted["id"]))
        there = [one for one in later.items() if item["case_id"] and one["case_id"] == item["case_id"]]
        kept = {name: item[name] for name in ("kind", "case_id", "title", "minutes", "is_public")}
        moved = str(there[0]["id"]) if there else add(later, {**kept, "origin": "postponed"})
        empty = {"outcome": "", "way": None, "taken_at": None}
        _record(desk, item, {**empty, **reasons, "status": "postponed", "next_item": moved})
        return moved


def take(
    engine: Engine, maker: Maker, meeting_id: str, item_id: str, action: str, inputs: Mapping[str, str]
) -> None:
    """Take the step in the case's workflow that carries the decision out, once; also after the minutes are closed.

    Raises CouncilError undecided, dealt_with (taken before), …, Refused with every reason.
    """
    with engine.begin() as connection:
        if "secretariat" not in maker.actor.roles:
            raise CouncilError("not_allowed")
        desk = locked(connection, maker, meeting_id, closed=True)
        item = desk.item(item_id)
        if item["number"] is None or connection.scalar(_BEFORE, {"item": item["id"]}) != "decided":
            raise CouncilError("undecided")
        if connection.scalar(_HAS_STEP, {"item": item["id"]}):
            raise CouncilError("dealt_with")
        desk.case(item["number"]).take(action, inputs)
        given = {"item": item["id"], "action": action, "person": maker.actor.name, "at": maker.at}
        connection.execute(_STEP, given)


def _there(desk: Desk, item: Row) -> list[rules.Attendant]:
    found = attendants(desk.connection, desk.id, desk.row["day"], item["case_id"])
    if not found:
        raise CouncilError("not_begun")
    return found


def _record(desk: Desk, item: Row, values: Mapping[str, Any]) -> None:
    """Store what became of an item, in place of what was recorded before."""
    given = {"item": item["id"]}
    before = desk.connection.scalar(_BEFORE, given)
    if before == "postponed":
        raise CouncilError("is_postponed")
    made = {"person": desk.maker.actor.name, "at": desk.maker.at}
    desk.connection.execute(_RECORD, {**values, **given, **made})
    for statement in _CLEAR:
        desk.connection.execute(statement, given)
    if item["number"] is not None:
        # Whoever has a conflict in the case is refused here, each time.
        kind = {"decided": "council_decided", "noted": "council_heard", "postponed": "council_postponed"}
        if before is None:
            desk.note(item["number"], kind[values["status"]])
        else:
            desk.case(item["number"])


def _state(desk: Desk, item: Row, who: rules.Attendant, one: rules.Said) -> None:
    given = {"item": item["id"], "person_id": who.person, "person": who.name}
    if one.left is not None:
        because = "conflict" if who.conflicted else "other"
        desk.connection.execute(_OUTSIDE, {**given, "because": because, "left": one.left, "back": one.back})
    if one.vote is not None or one.reservation:
        desk.connection.execute(_VOICE, {**given, "vote": one.vote, "reservation": one.reservation})
