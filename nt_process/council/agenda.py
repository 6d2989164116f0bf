"""Commands on a meeting's agenda. Each is one transaction, by the secretariat."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from nt_process.council import rules
from nt_process.council.desk import Desk, as_id, held, order_of, place
from nt_process.council.errors import CouncilError
from nt_process.identity.maker import Maker
from nt_process.identity.telling import tell_people
from nt_process.infra.rows import Row
from nt_process.kernel import typed as fields
from nt_process.kernel.faults import BadInput, Fault
from nt_process.rights import SECRETARIAT

_CASE = sa.text("SELECT id, number, terminal FROM cases WHERE number = :number")
_BOOKED = sa.text(
    "SELECT EXISTS (SELECT FROM meeting_slot WHERE meeting_id = :meeting AND case_id = :case_id)"
)
_ADD = sa.text("""
    INSERT INTO council_item (id, meeting_id, position, kind, case_id, title, minutes, begins, is_public, origin, added_at,
        changed_at)
    VALUES (:id, :meeting, :position, :kind, :case_id, :title, :minutes, :begins, :is_public, :origin, :at, :at)
""")
_CHANGE = sa.text("""
    UPDATE council_item SET kind = :kind, title = :title, minutes = :minutes, is_public = :is_public, changed_at = :at
    WHERE id = :id
""")
_REMOVE = sa.text("UPDATE council_item SET removed_at = :at, changed_at = :at WHERE id = :id")
_STARTS = sa.text("UPDATE council_agenda SET starts = :starts WHERE meeting_id = :id")
_PUBLISH = sa.text("""
    UPDATE council_agenda SET published_at = coalesce(published_at, :at), told_at = :at WHERE meeting_id = :id
""")
_DEALT_WITH = sa.text("SELECT EXISTS (SELECT FROM council_decision WHERE item_id = :id)")
_COUNCIL = sa.text("""
    SELECT DISTINCT r.person_id::text FROM recipients('{council_member}', NULL, NULL, :today) r WHERE r.person_id <> :me
""")
# The company of a case whose item is new or changed since they were told; and TLV for what it presents.
_PARTIES = sa.text("""
    SELECT i.case_id, r.person_id::text AS person FROM council_item i JOIN cases c ON c.id = i.case_id
    CROSS JOIN LATERAL recipients(
        CASE WHEN i.kind = 'presentation' AND concerns_tlv(c.id, c.process)
            THEN CAST('{company_contact,tlv_assessor}' AS text[]) ELSE '{company_contact}' END,
        NULL, c.company_id, :today) r
    WHERE i.meeting_id = :id AND (CAST(:since AS timestamptz) IS NULL OR i.changed_at > :since)
""")
_ORDER = sa.text("""
    INSERT INTO council_rule (quorum, consultation_days, assessment_days, material_days, person, at)
    VALUES (:quorum, :consultation_days, :assessment_days, :material_days, :person, :at)
""")


def add_case(engine: Engine, maker: Maker, meeting_id: str, number: str, kind: str = "decision") -> str:
    """Put a case on the agenda as its last item; returns the item's id.

    Raises BadInput (unknown_case, not_a_choice, past_midnight), CouncilError there, ended, …, Refused for a conflict.
    """
    if kind not in rules.KINDS:
        raise BadInput(Fault("not_a_choice", column="kind"))
    try:
        with held(engine, maker, meeting_id) as desk:
            case = desk.connection.execute(_CASE, {"number": number}).mappings().first()
            if case is None:
                raise BadInput(Fault("unknown_case", column="number", params={"value": number[:40]}))
            if case["terminal"]:
                raise CouncilError("ended")
            booked = desk.connection.scalar(
                _BOOKED, {"meeting": desk.row["meeting_id"], "case_id": case["id"]}
            )
            given = {"kind": kind, "title": "", "minutes": rules.USUAL_MINUTES[kind], "is_public": True}
            item = add(desk, {**given, "case_id": case["id"], "origin": "booked" if booked else "ready"})
            desk.note(number, "council_agenda")
            return item
    except IntegrityError as error:
        if "council_item_case" not in str(error.orig):
            raise
        raise CouncilError("there") from None


def add_by_hand(engine: Engine, maker: Maker, meeting_id: str, texts: Mapping[str, str]) -> str:
    """Put something on the agenda that is no case. Raises BadInput, CouncilError."""
    found = rules.read_item(texts, of_case=False)
    with held(engine, maker, meeting_id) as desk:
        return add(desk, {**found, "case_id": None, "origin": "hand"})


def add(desk: Desk, values: Mapping[str, Any]) -> str:
    """Put an item last on the agenda of a meeting that is held; returns its id. Raises BadInput past_midnight."""
    items, item = desk.items(), str(uuid.uuid4())
    if len(items) >= rules.MOST_ITEMS:
        raise BadInput(Fault("past_midnight", column="minutes"))
    begins = rules.schedule(desk.row["starts"], [*(one["minutes"] for one in items), values["minutes"]])
    place_of = {
        "id": item,
        "meeting": desk.row["meeting_id"],
        "position": len(items) + 1,
        "begins": begins[-1],
    }
    desk.connection.execute(_ADD, {**values, **place_of, "at": desk.maker.at})
    return item


def change_item(
    engine: Engine, maker: Maker, meeting_id: str, item_id: str, version: int, texts: Mapping[str, str]
) -> None:
    """Change an item's kind, minutes, title and whether the regions read it. Raises BadInput, CouncilError."""
    with held(engine, maker, meeting_id, version) as desk:
        item = _open_item(desk, item_id)
        found = rules.read_item(texts, of_case=item["case_id"] is not None)
        if all(item[name] == value for name, value in found.items()):
            return
        desk.connection.execute(_CHANGE, {**found, "id": item["id"], "at": maker.at})
        place(desk, desk.items())


def move_item(engine: Engine, maker: Maker, meeting_id: str, item_id: str, version: int, step: int) -> None:
    """Move an item a step up (-1) or down (1). Raises CouncilError."""
    with held(engine, maker, meeting_id, version) as desk:
        _open_item(desk, item_id)
        items = {str(one["id"]): one for one in desk.items()}
        place(desk, [items[one] for one in rules.moved(list(items), item_id, step)])


def remove_item(engine: Engine, maker: Maker, meeting_id: str, item_id: str, version: int) -> None:
    """Take an item off the agenda; where it was published it is shown as taken off. Raises CouncilError dealt_with, …"""
    with held(engine, maker, meeting_id, version) as desk:
        item = _open_item(desk, item_id)
        desk.connection.execute(_REMOVE, {"id": item["id"], "at": maker.at})
        place(desk, desk.items())
        if item["number"] is not None:
            desk.note(item["number"], "council_agenda_left")


def start_at(engine: Engine, maker: Maker, meeting_id: str, version: int, texts: Mapping[str, str]) -> None:
    """Say when the meeting begins. Raises BadInput (starts), CouncilError."""
    starts = fields.read(texts, {"starts": rules.clock_time})["starts"]
    with held(engine, maker, meeting_id, version) as desk:
        place(desk, desk.items(), starts)
        desk.connection.execute(_STARTS, {"id": desk.row["meeting_id"], "starts": starts})


def publish(engine: Engine, maker: Maker, meeting_id: str, version: int) -> None:
    """Show the agenda to its readers and tell them; again: tell them of what has changed. Raises CouncilError empty."""
    with held(engine, maker, meeting_id, version) as desk:
        if not desk.items():
            raise CouncilError("empty")
        connection, row = desk.connection, desk.row
        given = {"id": row["meeting_id"], "today": maker.today, "me": maker.actor.id, "at": maker.at}
        members = connection.scalars(_COUNCIL, given).all()
        tell_people(connection, "council_agenda", desk.id, members, maker.at, due=row["day"])
        concerned: dict[object, set[str]] = {}
        for one in connection.execute(_PARTIES, {**given, "since": row["told_at"]}):
            concerned.setdefault(one.case_id, set()).add(one.person)
        for case_id, people in concerned.items():
            told = sorted(people)
            tell_people(connection, "council_item", desk.id, told, maker.at, case_id=case_id, due=row["day"])
        connection.execute(_PUBLISH, given)


def set_order(engine: Engine, maker: Maker, texts: Mapping[str, str]) -> None:
    """Change the council's own order. Raises BadInput, CouncilError not_allowed."""
    if not SECRETARIAT.allows(maker.actor.roles):
        raise CouncilError("not_allowed")
    order = rules.read_order(texts)
    with engine.begin() as connection:
        if order == order_of(connection):
            return
        given = {name: getattr(order, name) for name in rules.Order.__dataclass_fields__}
        connection.execute(_ORDER, {**given, "person": maker.actor.name, "at": maker.at})


def _open_item(desk: Desk, item_id: str) -> Row:
    """An item that has not been dealt with. Raises CouncilError not_found, dealt_with."""
    item = desk.item(item_id)
    if desk.connection.scalar(_DEALT_WITH, {"id": as_id(item_id)}):
        raise CouncilError("dealt_with")
    return item
