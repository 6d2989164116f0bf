"""Commands on the minutes: drafted from what was recorded, edited in versions, approved by two, closed for ever."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from nt_process.council import queries, rules
from nt_process.council.desk import Desk, held, locked
from nt_process.council.errors import CouncilError
from nt_process.council.rules import Section
from nt_process.council.wording import drafted
from nt_process.identity.maker import Maker
from nt_process.identity.telling import tell_people
from nt_process.kernel import typed as fields
from nt_process.kernel.cells import read_written_date
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.reasons import ProofNeeded
from nt_process.rights import SECRETARIAT

PROVED_WITHIN = timedelta(minutes=10)
CAPACITIES = ("chair", "adjuster")

_LATEST = sa.text("""
    SELECT version, sha256 FROM council_minutes WHERE meeting_id = :id ORDER BY version DESC LIMIT 1
""")
_SECTIONS = sa.text("""
    SELECT heading, body, item_id FROM council_section WHERE meeting_id = :id AND version = :version ORDER BY position
""")
_ADD = sa.text("""
    INSERT INTO council_minutes (meeting_id, version, sha256, person, at) VALUES (:id, :version, :sha256, :person, :at)
""")
_ADD_SECTION = sa.text("""
    INSERT INTO council_section (meeting_id, version, position, item_id, heading, body)
    VALUES (:id, :version, :position, :item, :heading, :body)
""")
_CONFLICTED = sa.text("""
    SELECT EXISTS (SELECT FROM council_item i WHERE i.meeting_id = :id AND i.removed_at IS NULL AND i.case_id IS NOT NULL
        AND conflict_of_interest(i.case_id, :person, :today) IS NOT NULL)
""")
_OWN = sa.text("SELECT role, adjusts FROM council_attendance WHERE meeting_id = :id AND person_id = :person")
_APPROVALS = sa.text(
    "SELECT role AS capacity, person_id FROM council_approval WHERE meeting_id = :id AND version = :version"
)
_APPROVE = sa.text("""
    INSERT INTO council_approval (meeting_id, version, role, person_id, person, sha256, proved_at, second_factor, at)
    VALUES (:id, :version, :capacity, :person, :name, :sha256, :proved, :strong, :at)
""")
_APPROVERS = sa.text("""
    SELECT a.person_id::text FROM council_attendance a
    WHERE a.meeting_id = :id AND (a.role IN ('chair', 'vice_chair') OR a.adjusts)
      AND NOT EXISTS (SELECT FROM council_approval p WHERE p.meeting_id = a.meeting_id AND p.version = :version
          AND p.person_id = a.person_id)
""")
_NOTICE = sa.text("UPDATE council_agenda SET notice_up = :up, notice_down = :down WHERE meeting_id = :id")


def draft(engine: Engine, maker: Maker, meeting_id: str, version: int) -> None:
    """Write the minutes from what was recorded, as a new version. Raises CouncilError not_begun, items_left, conflicted, …"""
    with held(engine, maker, meeting_id, version) as desk:
        _require_no_conflict(desk)
        sitting = queries.sitting(desk.connection, desk.id)
        if sitting is None:
            raise CouncilError("not_begun")
        left = len(desk.items()) - len(sitting.dealt)
        if left:
            raise CouncilError("items_left", items=left)
        _store(desk, drafted(sitting))


def edit(engine: Engine, maker: Maker, meeting_id: str, version: int, texts: Mapping[str, str]) -> None:
    """Store the minutes with other texts (`body_1`, …) as a new version; what holds stays as it was drafted.

    Raises BadInput, CouncilError no_minutes, conflicted, …
    """
    with held(engine, maker, meeting_id, version) as desk:
        _require_no_conflict(desk)
        row = _latest(desk.connection, desk)
        before = _sections(desk.connection, desk, row["version"])
        names = [f"body_{place}" for place in range(1, len(before) + 1)]
        found = fields.read(texts, {name: fields.required(_body) for name in names})
        after = [Section(one.heading, found[name], one.item) for one, name in zip(before, names, strict=True)]
        if after != before:
            _store(desk, after)


def send(engine: Engine, maker: Maker, meeting_id: str, version: int) -> None:
    """Ask those who chaired and adjust to approve the minutes. Raises CouncilError no_minutes, …"""
    with held(engine, maker, meeting_id, version) as desk:
        row = _latest(desk.connection, desk)
        given = {"id": desk.row["meeting_id"], "version": row["version"]}
        people = desk.connection.scalars(_APPROVERS, given).all()
        tell_people(desk.connection, "council_minutes", desk.id, people, maker.at)


def approve(engine: Engine, maker: Maker, meeting_id: str, capacity: str, seen: str) -> None:
    """Approve the latest version as chair or adjuster; `seen`: the hash of the text that was shown.

    The second approval of the same text closes the minutes for ever. Raises ProofNeeded, CouncilError not_yours, approved,
    changed_text, conflicted, no_minutes, closed, …
    """
    session = maker.actor.session
    if session is None or maker.at - session.confirmed_at > PROVED_WITHIN:
        raise ProofNeeded
    try:
        with engine.begin() as connection:
            desk = locked(connection, maker, meeting_id)
            given = {"id": desk.row["meeting_id"], "person": maker.actor.id}
            own = connection.execute(_OWN, given).first()
            if own is None or not _stands(capacity, own.role, own.adjusts):
                raise CouncilError("not_yours")
            _require_no_conflict(desk)
            row = _latest(connection, desk)
            given |= {"version": row["version"]}
            before = connection.execute(_APPROVALS, given).all()
            if any(one.capacity == capacity or str(one.person_id) == maker.actor.id for one in before):
                raise CouncilError("approved")
            text = _sections(connection, desk, row["version"])
            if not rules.fingerprint(desk.id, text) == row["sha256"] == seen:
                raise CouncilError("changed_text")
            proof = {"proved": session.confirmed_at, "strong": session.strong}
            named = {"capacity": capacity, "name": maker.actor.name, "sha256": seen}
            connection.execute(_APPROVE, {**given, **proof, **named, "at": maker.at})
    except IntegrityError as error:
        if "council_latest" in str(error.orig) or "there is a later version" in str(error.orig):
            raise CouncilError("changed_text") from None
        # Two who approve in the same capacity at once: the other one has.
        if "council_approval" not in str(error.orig):
            raise
        raise CouncilError("approved") from None


def note_notice(engine: Engine, maker: Maker, meeting_id: str, texts: Mapping[str, str]) -> None:
    """Record when the notice of the approved minutes was put up, and (`notice_down`) taken down.

    Raises BadInput (notice_up, notice_down), CouncilError not_closed, …
    """
    if not SECRETARIAT.allows(maker.actor.roles):
        raise CouncilError("not_allowed")
    found = fields.read(
        texts, {"notice_up": read_written_date, "notice_down": fields.optional(read_written_date)}
    )
    up, down = found["notice_up"], found["notice_down"]
    with engine.begin() as connection:
        desk = locked(connection, maker, meeting_id, closed=True)
        if desk.row["closed_at"] is None:
            raise CouncilError("not_closed")
        if up < desk.row["day"] or up > maker.today:
            raise BadInput(Fault("notice_day", column="notice_up"))
        if down is not None and (down < rules.may_come_down(up) or down > maker.today):
            first = rules.may_come_down(up)
            raise BadInput(
                Fault("notice_too_short", column="notice_down", params={"first": first.isoformat()})
            )
        connection.execute(_NOTICE, {"id": desk.row["meeting_id"], "up": up, "down": down})


def _stands(capacity: str, role: str, adjusts: bool) -> bool:
    if capacity == "adjuster":
        return adjusts
    return capacity == "chair" and role in ("chair", "vice_chair")


def _require_no_conflict(desk: Desk) -> None:
    given: dict[str, Any] = {"id": desk.row["meeting_id"], "person": desk.maker.actor.id}
    if desk.connection.scalar(_CONFLICTED, {**given, "today": desk.maker.today}):
        raise CouncilError("conflicted")


def _latest(connection: Connection, desk: Desk) -> Any:
    row = connection.execute(_LATEST, {"id": desk.row["meeting_id"]}).mappings().first()
    if row is None:
        raise CouncilError("no_minutes")
    return row


def _sections(connection: Connection, desk: Desk, version: int) -> list[Section]:
    rows = connection.execute(_SECTIONS, {"id": desk.row["meeting_id"], "version": version})
    return [Section(row.heading, row.body, str(row.item_id) if row.item_id else None) for row in rows]


def _store(desk: Desk, sections: Sequence[Section]) -> None:
    items = [str(one["id"]) for one in desk.items()]
    if not rules.holds_each_once(sections, items):
        raise CouncilError("items_left", items=len(items))
    row = desk.connection.execute(_LATEST, {"id": desk.row["meeting_id"]}).mappings().first()
    given = {"id": desk.row["meeting_id"], "version": 1 if row is None else row["version"] + 1}
    made = {
        "sha256": rules.fingerprint(desk.id, sections),
        "person": desk.maker.actor.name,
        "at": desk.maker.at,
    }
    desk.connection.execute(_ADD, {**given, **made})
    for position, one in enumerate(sections, 1):
        place = {"position": position, "item": one.item, "heading": one.heading, "body": one.body}
        desk.connection.execute(_ADD_SECTION, {**given, **place})


def _body(text: str) -> str:
    return fields.paragraph(text, rules.MOST_SECTION)
