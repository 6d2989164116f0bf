"""What every command on a decision of the federation begins with: the decision, its case, and both held until the end."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.appeals import rules
from nt_process.appeals.errors import AppealError
from nt_process.cases.errors import CaseNotFound, Refused
from nt_process.cases.filing import Held
from nt_process.deadlines.rungs import next_rung
from nt_process.identity.maker import Maker
from nt_process.identity.telling import tell_role
from nt_process.infra.rows import Row
from nt_process.kernel import typed as fields
from nt_process.kernel.faults import BadInput, Fault
from nt_process.rights import SECRETARIAT

# A decision is a published recommendation that says how it is appealed.
_DECISION = sa.text("""
    SELECT p.recommendation_id, p.slug, p.case_number, p.content, p.published_at, c.id AS case_id, c.company_id,
           m.day AS meeting_day, a.closed_at
    FROM publication p JOIN cases c ON c.number = p.case_number
    LEFT JOIN recommendation r ON r.id = p.recommendation_id
    LEFT JOIN council_meeting m ON m.id = r.meeting_id
    LEFT JOIN council_agenda a ON a.meeting_id = r.meeting_id
    WHERE p.recommendation_id = :id AND p.content -> 'appeal' IS NOT NULL
""")
_STATUS = sa.text("""
    INSERT INTO decision_status (recommendation_id, status, day, track, party_class, at)
    VALUES (:id, :status, :day, :track, :party_class, :at)
""")
_CLOCK = sa.text("""
    INSERT INTO appeal_clock (case_id, subject, kind, appeal_id, due, remind_rung, remind_on)
    VALUES (:case_id, :subject, :kind, :appeal, :due, :rung, :on)
""")
_END_CLOCK = sa.text("""
    UPDATE appeal_clock SET ended_at = :at, remind_rung = NULL, remind_on = NULL
    WHERE subject = :subject AND kind = :kind AND ended_at IS NULL
      AND (CAST(:appeal AS uuid) IS NULL OR appeal_id = :appeal)
""")


@dataclass
class Desk:
    """A decision whose case the command's transaction holds."""

    connection: Connection
    maker: Maker
    row: Row
    held: Held

    @property
    def id(self) -> uuid.UUID:
        found: uuid.UUID = self.row["recommendation_id"]
        return found

    def note(self, kind: str, stated: Mapping[str, object]) -> None:
        """Say it in the case's log."""
        role = "secretariat" if SECRETARIAT.allows(self.maker.actor.roles) else "company_contact"
        self.held.record(kind, role, {"decision": self.row["slug"], **stated})

    def status(
        self, status: str, day: date, track: str | None = None, party_class: str | None = None
    ) -> None:
        """Say to everybody how the decision stands."""
        given = {"id": self.id, "status": status, "day": day, "track": track, "party_class": party_class}
        self.connection.execute(_STATUS, {**given, "at": self.maker.at})

    def start_clock(self, kind: str, last: date, appeal: uuid.UUID | None = None) -> None:
        start_clock(self.connection, self.maker, self.row["case_id"], str(self.id), kind, last, appeal)

    def end_clock(self, kind: str, appeal: uuid.UUID | None = None) -> None:
        end_clock(self.connection, self.maker, str(self.id), kind, appeal)

    def take(self, action: str, inputs: Mapping[str, str], day: date | None = None) -> bool:
        """Take a step of the case's process. Refused, it is seen: an event, and a task for the secretariat."""
        backdated = day if day is not None and self.held.case.last_day <= day < self.maker.today else None
        try:
            self.held.take(action, inputs, backdated)
        except Refused as refusal:
            codes = ", ".join(one.code for one in refusal.reasons)
            self.note("publication_step_refused", {"action": action, "reasons": codes})
            tell_role(
                self.connection, "secretariat", "publication_step_refused", str(self.id), self.maker.at,
                case_id=self.row["case_id"],
            )  # fmt: skip
            return False
        return True


@contextmanager
def decision(
    engine: Engine, maker: Maker, recommendation_id: str, *, secretariat: bool = True
) -> Iterator[Desk]:
    """A decision in a transaction that holds its case. Raises AppealError not_found, not_allowed."""
    if secretariat:
        require_secretariat(maker)
    with engine.begin() as connection:
        yield desk(connection, maker, recommendation_id)


def desk(connection: Connection, maker: Maker, recommendation_id: str) -> Desk:
    """The same in a transaction of the caller's."""
    row = found(connection, recommendation_id)
    held = hold(connection, maker, row["case_number"])
    return Desk(connection, maker, found(connection, recommendation_id), held)


def found(connection: Connection, recommendation_id: str) -> Row:
    """Raises AppealError not_found."""
    row = connection.execute(_DECISION, {"id": as_id(recommendation_id)}).mappings().first()
    if row is None:
        raise AppealError("not_found")
    return row


def hold(connection: Connection, maker: Maker, number: str) -> Held:
    """Raises AppealError not_found, Refused for a conflict of interest."""
    try:
        return Held(connection, maker.actor.id, number, maker.at)
    except CaseNotFound:
        raise AppealError("not_found") from None


def start_clock(
    connection: Connection, maker: Maker, case_id: object, subject: str, kind: str, last: date,
    appeal: uuid.UUID | None = None,
) -> None:  # fmt: skip
    """Have the secretariat reminded of a last day."""
    rung = next_rung(rules.LADDER, last, maker.today)
    given = {"case_id": case_id, "subject": subject, "kind": kind, "appeal": appeal, "due": last}
    connection.execute(
        _CLOCK, {**given, "rung": None if rung is None else rung[0], "on": None if rung is None else rung[1]}
    )


def end_clock(
    connection: Connection, maker: Maker, subject: str, kind: str, appeal: uuid.UUID | None = None
) -> None:
    connection.execute(_END_CLOCK, {"subject": subject, "kind": kind, "appeal": appeal, "at": maker.at})


def require_secretariat(maker: Maker) -> None:
    """Raises AppealError not_allowed."""
    if not SECRETARIAT.allows(maker.actor.roles):
        raise AppealError("not_allowed")


def as_id(text: str) -> uuid.UUID:
    """Raises AppealError not_found for what is no id."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise AppealError("not_found") from None


def past_day(text: str) -> date:
    """A day from 2000 on. Raises Unusable."""
    day = fields.day(text)
    if day.year < 2000:
        raise fields.Unusable("not_a_day")
    return day


def require_within(day: date, first: date, today: date, column: str) -> None:
    """Raises BadInput for a day that lies before `first` or has not come."""
    if day > today:
        raise BadInput(Fault("in_the_future", column=column))
    if day < first:
        raise BadInput(Fault("too_early", column=column, params={"first": first.isoformat()}))
