"""How a decision becomes known: announced on the notice board, sent to the parties, received by them. Each starts a time."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from nt_process.appeals import rules
from nt_process.appeals.desk import Desk, as_id, decision, past_day, require_within
from nt_process.appeals.errors import AppealError
from nt_process.appeals.rules import Begun
from nt_process.identity.maker import Maker
from nt_process.identity.telling import tell_role
from nt_process.kernel import typed as fields
from nt_process.kernel.calendar import ONE_DAY, STOCKHOLM
from nt_process.recommendations.rules.appealing import LEGALITY, MERITS, PROCUREMENT

DECISION, AWARD = "decision", "award"
SENT_AS = (DECISION, AWARD)
SYSTEM, MAIL, POST = "system", "mail", "post"
WAYS = (SYSTEM, MAIL, POST)
MOST_PROOF = 500

_UP = sa.text("""
    SELECT n.id, n.up_on FROM decision_notice n WHERE n.recommendation_id = :id
      AND NOT EXISTS (SELECT FROM decision_notice_down d WHERE d.notice_id = n.id)
    ORDER BY n.up_on DESC LIMIT 1
""")
_ANNOUNCE = sa.text("""
    INSERT INTO decision_notice (id, recommendation_id, approved_on, up_on, down_on, person_id, person, at)
    VALUES (:notice, :id, :approved, :up, :down, :person, :name, :at)
""")
_DOWN = sa.text("""
    INSERT INTO decision_notice_down (notice_id, down_on, person_id, person, at)
    VALUES (:notice, :down, :person, :name, :at)
""")
_SEND = sa.text("""
    INSERT INTO decision_delivery (id, recommendation_id, organisation_id, what, way, sent_on, person_id, person, at)
    VALUES (:delivery, :id, :organisation, :what, :way, :sent, :person, :name, :at)
""")
_DELIVERY = sa.text("SELECT * FROM decision_delivery WHERE id = :delivery AND recommendation_id = :id")
_RECEIVE = sa.text("""
    INSERT INTO decision_receipt (delivery_id, received_on, proof, person_id, person, at)
    VALUES (:delivery, :received, :proof, :person, :name, :at) ON CONFLICT DO NOTHING
""")


def _by(desk: Desk) -> dict[str, Any]:
    actor = desk.maker.actor
    return {"id": desk.id, "person": actor.id, "name": actor.name, "at": desk.maker.at}


def announce(engine: Engine, maker: Maker, recommendation_id: str, typed: Mapping[str, str]) -> date:
    """Put up the notice that the minutes are approved, and give the last day to ask for legality review.

    `up_on` is its day; `approved_on` when the minutes were approved, which for a decision of a meeting is known from its
    minutes. Raises BadInput, AppealError (not_approved, still_up).
    """
    with decision(engine, maker, recommendation_id) as desk:
        readers: dict[str, fields.Reader] = {"up_on": past_day}
        if desk.row["meeting_day"] is None:
            readers["approved_on"] = past_day
        found = fields.read(typed, readers)
        approved = found.get("approved_on") or _approved(desk)
        require_within(approved, date(2000, 1, 1), maker.today, "approved_on")
        require_within(found["up_on"], approved, maker.today, "up_on")
        if desk.connection.execute(_UP, {"id": desk.id}).first() is not None:
            raise AppealError("still_up")
        last = rules.last_day(LEGALITY, Begun(found["up_on"]))
        given = {"notice": uuid.uuid4(), "approved": approved, "up": found["up_on"], "down": last + ONE_DAY}
        desk.connection.execute(_ANNOUNCE, {**_by(desk), **given})
        desk.status("announced", found["up_on"], LEGALITY)
        desk.end_clock(LEGALITY)
        desk.start_clock(LEGALITY, last)
        desk.note("decision_announced", {"up_on": str(found["up_on"]), "last_day": str(last)})
        # An announcement put up anew runs beside a clock of the case that has begun: legal force waits for both.
        if desk.held.case.open_clock("announcement") is not None:
            desk.take("announce_minutes", {}, found["up_on"])
    return last


def _approved(desk: Desk) -> date:
    closed = desk.row["closed_at"]
    if closed is None:
        raise AppealError("not_approved")
    day: date = closed.astimezone(STOCKHOLM).date()
    return day


def take_down(engine: Engine, maker: Maker, recommendation_id: str, typed: Mapping[str, str]) -> None:
    """Record when the notice came down. Too early, the time does not run out, and it has to be put up anew.

    Raises BadInput (down_on), AppealError not_up.
    """
    with decision(engine, maker, recommendation_id) as desk:
        found = fields.read(typed, {"down_on": past_day})
        notice = desk.connection.execute(_UP, {"id": desk.id}).first()
        if notice is None:
            raise AppealError("not_up")
        require_within(found["down_on"], notice.up_on, maker.today, "down_on")
        given = {**_by(desk), "notice": notice.id, "down": found["down_on"]}
        desk.connection.execute(_DOWN, given)
        desk.note("decision_notice_down", {"down_on": str(found["down_on"])})


def send(engine: Engine, maker: Maker, recommendation_id: str, typed: Mapping[str, str]) -> None:
    """Record that the decision or the notification of an award was sent to the company of the case.

    Sent through the system, its contacts are told and confirm that they have received it. Raises BadInput, AppealError
    no_party.
    """
    with decision(engine, maker, recommendation_id) as desk:
        readers: dict[str, fields.Reader] = {"what": fields.one_of(SENT_AS), "way": fields.one_of(WAYS)}
        if typed.get("way") != SYSTEM:
            readers["sent_on"] = past_day
        found = fields.read(typed, readers)
        sent = found.get("sent_on") or maker.today
        if desk.row["company_id"] is None:
            raise AppealError("no_party")
        first = desk.row["published_at"].astimezone(STOCKHOLM).date()
        require_within(sent, first, maker.today, "sent_on")
        given = {"delivery": uuid.uuid4(), "organisation": desk.row["company_id"], "sent": sent}
        desk.connection.execute(_SEND, {**_by(desk), **given, "what": found["what"], "way": found["way"]})
        if found["what"] == AWARD:
            last = rules.last_day(PROCUREMENT, Begun(sent, found["way"] != POST))
            desk.start_clock(PROCUREMENT, last)
        desk.note("decision_sent", {"what": found["what"], "way": found["way"]})
        if found["way"] == SYSTEM:
            tell_role(
                desk.connection, "company_contact", "decision_sent", str(desk.id), maker.at,
                case_id=desk.row["case_id"], organisation=desk.row["company_id"],
            )  # fmt: skip


def receive(
    engine: Engine, maker: Maker, recommendation_id: str, delivery_id: str, typed: Mapping[str, str]
) -> None:
    """Record, for the secretariat, the day on which a party received what was sent, and how that is known.

    Raises BadInput, AppealError (not_found, received).
    """
    with decision(engine, maker, recommendation_id) as desk:
        readers: dict[str, fields.Reader] = {
            "received_on": past_day,
            "proof": fields.required(lambda text: fields.line(text, MOST_PROOF)),
        }
        found = fields.read(typed, readers)
        _receive(desk, delivery_id, found["received_on"], found["proof"])


def confirm(engine: Engine, maker: Maker, recommendation_id: str, delivery_id: str) -> None:
    """The company confirms that it has received what was sent. Raises AppealError (not_found, not_allowed, received)."""
    if "company_contact" not in maker.actor.roles:
        raise AppealError("not_allowed")
    with decision(engine, maker, recommendation_id, secretariat=False) as desk:
        delivery = desk.connection.execute(_DELIVERY, {"delivery": as_id(delivery_id), "id": desk.id}).first()
        if delivery is None or desk.row["company_id"] != delivery.organisation_id:
            raise AppealError("not_found")
        _receive(desk, delivery_id, maker.today, "")


def _receive(desk: Desk, delivery_id: str, day: date, proof: str) -> None:
    row = desk.connection.execute(_DELIVERY, {"delivery": as_id(delivery_id), "id": desk.id}).first()
    if row is None:
        raise AppealError("not_found")
    require_within(day, row.sent_on, desk.maker.today, "received_on")
    given = {**_by(desk), "delivery": row.id, "received": day, "proof": proof}
    if not desk.connection.execute(_RECEIVE, given).rowcount:
        raise AppealError("received")
    tracks = {one["track"] for one in desk.row["content"]["appeal"]["tracks"]}
    if row.what == DECISION and MERITS in tracks:
        desk.start_clock(MERITS, rules.last_day(MERITS, Begun(day)))
    desk.note("decision_received", {"received_on": str(day)})
