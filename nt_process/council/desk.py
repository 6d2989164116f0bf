"""A meeting held for a command: its row of the agenda locked until the transaction ends, and its version counted up."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import time

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.cases.filing import Held
from nt_process.council import rules
from nt_process.council.errors import CouncilError
from nt_process.identity.maker import Maker
from nt_process.infra.rows import Row
from nt_process.rights import SECRETARIAT

_BEGIN = sa.text("""
    INSERT INTO council_agenda (meeting_id, starts)
    SELECT id, :starts FROM council_meeting WHERE id = :id ON CONFLICT DO NOTHING
""")
_LOOK = """
    SELECT a.*, m.day, m.number, m.year, m.place, m.cancelled_at
    FROM council_agenda a JOIN council_meeting m ON m.id = a.meeting_id
    WHERE a.meeting_id = :id
"""
_READ, _LOCK = sa.text(_LOOK), sa.text(f"{_LOOK} FOR UPDATE OF a")
_COUNT_UP = sa.text("UPDATE council_agenda SET version = version + 1 WHERE meeting_id = :id")
_ITEMS = sa.text("""
    SELECT i.*, c.number, c.medicine, c.process, c.terminal FROM council_item i LEFT JOIN cases c ON c.id = i.case_id
    WHERE i.meeting_id = :id AND i.removed_at IS NULL ORDER BY i.position, i.id
""")
_PLACE = sa.text("""
    UPDATE council_item SET position = :position, begins = :begins,
        changed_at = CASE WHEN begins = :begins THEN changed_at ELSE :at END
    WHERE id = :id
""")
_ORDER = sa.text("""
    SELECT quorum, consultation_days, assessment_days, material_days FROM council_rule ORDER BY id DESC LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class Desk:
    """A meeting that a command works on, in its transaction."""

    connection: Connection
    maker: Maker
    row: Row

    @property
    def id(self) -> str:
        return str(self.row["meeting_id"])

    @property
    def name(self) -> str:
        return f"{self.row['number']}/{self.row['year']}"

    def items(self) -> Sequence[Row]:
        """What is on the agenda, in its order."""
        return self.connection.execute(_ITEMS, {"id": self.row["meeting_id"]}).mappings().all()

    def item(self, item_id: str) -> Row:
        """An item of the agenda. Raises CouncilError not_found."""
        found = next((one for one in self.items() if str(one["id"]) == item_id), None)
        if found is None:
            raise CouncilError("not_found")
        return found

    def case(self, number: str) -> Held:
        """The case of an item, held as well. Raises CaseNotFound, and Refused for a conflict of interest."""
        return Held(self.connection, self.maker.actor.id, number, self.maker.at)

    def note(self, number: str, kind: str) -> None:
        """Put into a case's log what the meeting did; nothing of what was said. Raises as `case`."""
        told = {"meeting": self.name, "day": self.row["day"].isoformat()}
        self.case(number).record(kind, "secretariat", told)


@contextmanager
def held(engine: Engine, maker: Maker, meeting_id: str, version: int | None = None) -> Iterator[Desk]:
    """The meeting, for a command of the secretariat. With `version` only if it is still the one that was seen.

    Raises CouncilError not_allowed, not_found, cancelled, closed, changed.
    """
    if not SECRETARIAT.allows(maker.actor.roles):
        raise CouncilError("not_allowed")
    with engine.begin() as connection:
        yield locked(connection, maker, meeting_id, version)


def locked(
    connection: Connection, maker: Maker, meeting_id: str, version: int | None = None, *, closed: bool = False
) -> Desk:
    """The same in a transaction of the caller's; with `closed` also when its minutes are."""
    given = {"id": as_id(meeting_id), "starts": rules.USUAL_START}
    # Whoever approves changes nothing of the meeting, and may not: the database closes it (migration 0036).
    manages = SECRETARIAT.allows(maker.actor.roles)
    if manages:
        connection.execute(_BEGIN, given)
    row = connection.execute(_LOCK if manages else _READ, given).mappings().first()
    if row is None:
        raise CouncilError("not_found")
    if row["cancelled_at"] is not None:
        raise CouncilError("cancelled")
    if row["closed_at"] is not None and not closed:
        raise CouncilError("closed")
    if version is not None and row["version"] != version:
        raise CouncilError("changed", version=row["version"])
    if manages:
        connection.execute(_COUNT_UP, given)
    return Desk(connection, maker, row)


def place(desk: Desk, order: Sequence[Row], starts: time | None = None) -> None:
    """Number the items in this order, and give each its time. Raises BadInput past_midnight."""
    begins = rules.schedule(starts or desk.row["starts"], [one["minutes"] for one in order])
    for position, (one, at) in enumerate(zip(order, begins, strict=True), 1):
        if (one["position"], one["begins"]) != (position, at):
            given = {"id": one["id"], "position": position, "begins": at, "at": desk.maker.at}
            desk.connection.execute(_PLACE, given)


def order_of(connection: Connection) -> rules.Order:
    """The council's own order as it is now."""
    row = connection.execute(_ORDER).first()
    return rules.Order() if row is None else rules.Order(*row)


def as_id(text: str) -> uuid.UUID:
    """Raises CouncilError not_found for what is no id."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise CouncilError("not_found") from None
