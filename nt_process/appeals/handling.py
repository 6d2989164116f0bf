"""An appeal from its arrival to its end, and what that does to the case and to how the decision stands."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.appeals import queries, rules
from nt_process.appeals.desk import Desk, as_id, decision, desk, past_day, require_secretariat, require_within
from nt_process.appeals.errors import AppealError
from nt_process.appeals.rules import Done
from nt_process.identity.maker import Maker
from nt_process.identity.telling import tell_role
from nt_process.infra.rows import Row
from nt_process.kernel import typed as fields
from nt_process.kernel.faults import BadInput, Fault
from nt_process.recommendations.rules.appealing import (
    ANNULLED,
    BODY,
    COURT,
    DISMISSED,
    GRANTED,
    REJECTED,
    REMITTED,
    TRACKS,
)

MOST_NAME, MOST_TEXT = 200, 12_000
RULINGS = (DISMISSED, REJECTED, GRANTED, ANNULLED, REMITTED)
# The kinds of parties that are companies of the register, which then read their appeal.
OF_COMPANIES = (rules.COMPANY, rules.SUPPLIER)
# The step of the case's process that a ruling means; it goes on from where the step leads.
_LEADS: Mapping[str, str] = {
    ANNULLED: "record_annulment",
    GRANTED: "record_remittal",
    REMITTED: "record_remittal",
}
_STATUS: Mapping[str, str] = {ANNULLED: "annulled", GRANTED: "changed", REMITTED: "remitted"}

_REGISTER = sa.text("""
    INSERT INTO appeal (id, recommendation_id, case_id, number, track, party_class, organisation_id, appellant, grounds,
        received_on, received_by, last_day, in_time, because, person_id, person, at)
    SELECT :appeal, :id, :case, coalesce(max(number), 0) + 1, :track, :party_class, :organisation, :appellant, :grounds,
           :received_on, :received_by, :last, :in_time, :because, :person, :name, :at
    FROM appeal WHERE case_id = :case RETURNING number
""")
_APPEAL = sa.text("SELECT * FROM appeal WHERE id = :appeal")
_STEPS = sa.text("SELECT * FROM appeal_step WHERE appeal_id = :appeal ORDER BY seq")
_STEP = sa.text("""
    INSERT INTO appeal_step (appeal_id, seq, kind, day, due, ruling, final_on, court_number, text, person_id, person, at)
    VALUES (:appeal, :seq, :kind, :day, :due, :ruling, :final_on, :court_number, :text, :person, :name, :at)
""")
# Other appeals of the same decision that have not ended.
_OPEN = sa.text("""
    SELECT count(*) FROM appeal a WHERE a.recommendation_id = :id AND a.id <> :appeal
      AND NOT EXISTS (SELECT FROM appeal_step s WHERE s.appeal_id = a.id AND s.kind = ANY (:ends))
""")
_COMPANY = sa.text("SELECT name FROM organisation WHERE id = :id AND kind = 'company'")


def register(engine: Engine, maker: Maker, recommendation_id: str, typed: Mapping[str, str]) -> str:
    """Take up an appeal that has come in, judged for its time, and give its id.

    `received_by` says whether it was the federation (body) or the court that got it; `misinformed` (yes) that it is late
    because the federation told wrongly how to appeal; `of_case` (yes) that the company of the case appeals, which then
    reads it. Raises BadInput, AppealError (not_found, no_party).
    """
    with decision(engine, maker, recommendation_id) as at:
        tracks = [one["track"] for one in at.row["content"]["appeal"]["tracks"]]
        found = fields.read(
            typed,
            {
                "track": fields.one_of(tracks),
                "party_class": fields.one_of(rules.PARTY_CLASSES),
                "appellant": fields.required(lambda text: fields.line(text, MOST_NAME)),
                "grounds": lambda text: fields.paragraph(text, MOST_TEXT),
                "received_on": past_day,
                "received_by": fields.one_of((BODY, COURT)),
                "of_case": fields.one_of(("", "yes")),
                "misinformed": fields.one_of(("", "yes")),
            },
        )
        first = at.row["meeting_day"] or date(2000, 1, 1)
        require_within(found["received_on"], first, maker.today, "received_on")
        organisation = None
        if found["of_case"]:
            if found["party_class"] not in OF_COMPANIES:
                raise BadInput(Fault("not_a_company", column="of_case"))
            organisation = at.row["company_id"]
            if organisation is None:
                raise AppealError("no_party")
        appeal, judged = uuid.uuid4(), _judged(at, found)
        given = {
            "appeal": appeal,
            "id": at.id,
            "case": at.row["case_id"],
            "organisation": organisation,
            **_by(maker),
        }
        given |= {"last": judged.last, "in_time": judged.in_time, "because": judged.because}
        number = at.connection.scalar(_REGISTER, {**found, **given})
        told = {"number": number, "track": found["track"], "in_time": judged.in_time}
        at.note("appeal_registered", told)
        # What comes too late opens nothing anew; it is rejected, or the court says so.
        if judged.in_time:
            at.status("appealed", found["received_on"], found["track"], found["party_class"])
            if at.held.case.state != "appealed":
                at.take("record_appeal", {})
        tell_role(
            at.connection,
            "council_member",
            "appeal_registered",
            str(at.id),
            maker.at,
            case_id=at.row["case_id"],
        )
    return str(appeal)


def _judged(at: Desk, found: Mapping[str, Any]) -> rules.Timeliness:
    state = next(
        (
            one
            for one in queries.track_states(at.connection, at.row, at.maker.today)
            if one.track == found["track"]
        ),
        None,
    )
    last = None if state is None or state.state in (rules.NOT_BEGUN, rules.BROKEN) else state.last
    return rules.timeliness(
        found["track"], last, found["received_on"], found["received_by"], bool(found["misinformed"])
    )


def step(engine: Engine, maker: Maker, appeal_id: str, seen: int, typed: Mapping[str, str]) -> None:
    """Record what has happened to an appeal; `seen` is how many steps there were when the page was shown.

    Raises BadInput, AppealError (not_found, changed, and those of `rules.why_not`).
    """
    require_secretariat(maker)
    with engine.begin() as connection:
        row = connection.execute(_APPEAL, {"appeal": as_id(appeal_id)}).mappings().first()
        if row is None:
            raise AppealError("not_found")
        at = desk(connection, maker, str(row["recommendation_id"]))
        steps = connection.execute(_STEPS, {"appeal": row["id"]}).mappings().all()
        if len(steps) != seen:
            raise AppealError("changed")
        found = _read(typed, TRACKS[row["track"]].rulings)
        kind, day = found["kind"], found["day"]
        require_within(day, date(2000, 1, 1), maker.today, "day")
        done = [Done(one["kind"], one["day"]) for one in steps]
        refused = rules.why_not(kind, row["track"], row["in_time"], done, day, row["received_on"])
        if refused == "before_last":
            first = max([row["received_on"], *(one.day for one in done)])
            raise BadInput(Fault("too_early", column="day", params={"first": first.isoformat()}))
        if refused is not None:
            raise AppealError(refused)
        given = {"appeal": row["id"], "seq": seen + 1, **_by(maker)}
        connection.execute(_STEP, {"due": None, "ruling": None, "final_on": None, **found, **given})
        at.note("appeal_step", {"number": row["number"], "step": kind, "ruling": found.get("ruling") or ""})
        _follow(at, row, found, steps)


def _read(typed: Mapping[str, str], rulings: Sequence[str]) -> dict[str, Any]:
    """The fields that the kind of step asks for."""
    kind = typed.get("kind", "")
    readers: dict[str, fields.Reader] = {
        "kind": fields.one_of(rules.STEPS),
        "day": past_day,
        "court_number": lambda text: fields.line(text, MOST_NAME),
        "text": lambda text: fields.paragraph(text, MOST_TEXT),
    }
    # A decision in writing has reasons; what was handed over is listed.
    if kind in (rules.RECONSIDERED, rules.CHANGED, rules.REJECTED_LATE, rules.HANDED_OVER, rules.RULED):
        readers["text"] = fields.required(readers["text"])
    if kind == rules.ASKED:
        readers["due"] = fields.day
    if kind == rules.RULED:
        readers |= {"ruling": fields.one_of(rulings), "final_on": past_day}
    found = fields.read(typed, readers)
    for name in ("due", "final_on"):
        if name in found and found[name] < found["day"]:
            first = found["day"].isoformat()
            raise BadInput(Fault("too_early", column=name, params={"first": first}))
    return found


def _follow(at: Desk, row: Row, found: Mapping[str, Any], steps: Sequence[Row]) -> None:
    """What a step leads to: clocks, how the decision stands, and where the case goes on."""
    kind, day, text = found["kind"], found["day"], found["text"]
    if kind == rules.ASKED:
        at.start_clock("statement", found["due"], row["id"])
    if kind == rules.STATED or kind in rules.ENDS:
        at.end_clock("statement", row["id"])
    if kind not in rules.ENDS:
        return
    undone = (
        kind == rules.CHANGED or found["ruling"] in rules.UNDOING
        if kind == rules.RULED
        else kind == rules.CHANGED
    )
    if undone:
        status = "changed" if kind == rules.CHANGED else _STATUS[found["ruling"]]
        at.status(status, found.get("final_on") or day, row["track"])
        action = "change_decision" if kind == rules.CHANGED else _LEADS[found["ruling"]]
        if at.held.case.state != "appealed" and at.held.case.state == "announced":
            at.take("record_appeal", {})
        at.take(action, {"reason": text})
    elif row["in_time"]:
        at.status("stands", found.get("final_on") or day, row["track"])
        others = at.connection.scalar(_OPEN, {"id": at.id, "appeal": row["id"], "ends": list(rules.ENDS)})
        if not others and at.held.case.state == "appealed":
            at.take("record_appeal_dismissed", {"note": text} if text else {})
    if row["organisation_id"] is not None:
        tell_role(
            at.connection, "company_contact", "appeal_ended", str(at.id), at.maker.at,
            case_id=at.row["case_id"], organisation=row["organisation_id"],
        )  # fmt: skip


def appeal_row(connection: Connection, appeal_id: uuid.UUID) -> Row | None:
    """The appeal, as far as the reader may know of it."""
    return connection.execute(_APPEAL, {"appeal": appeal_id}).mappings().first()


def _by(maker: Maker) -> dict[str, Any]:
    return {"person": maker.actor.id, "name": maker.actor.name, "at": maker.at}
