"""Reads of appeals. Each that a page shows takes the actor: the council's side reads all but what it has a conflict in, a
company what concerns its own case and its own appeals.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.appeals import rules
from nt_process.appeals.rules import Begun, Done, TrackState
from nt_process.engine.clock import Step, derive
from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row
from nt_process.recommendations.rules.appealing import LEGALITY, MERITS, PROCUREMENT

_MINE = """
    ((:internal AND conflict_of_interest(c.id, :person, acting_day()) IS NULL)
     OR c.company_id = ANY (CAST(:companies AS uuid[])))
"""
_LIST = sa.text(f"""
    SELECT p.recommendation_id AS id, p.slug, p.case_number, p.medicine, p.content -> 'label' AS label, p.published_at,
           (SELECT s.status FROM decision_status s WHERE s.recommendation_id = p.recommendation_id ORDER BY s.id DESC LIMIT 1)
               AS status,
           (SELECT count(*) FROM appeal a WHERE a.recommendation_id = p.recommendation_id) AS appeals
    FROM publication p JOIN cases c ON c.number = p.case_number
    WHERE p.content -> 'appeal' IS NOT NULL AND {_MINE} AND (:number = '' OR p.case_number = :number)
    ORDER BY p.published_at DESC, p.slug LIMIT 500
""")  # noqa: S608 - a constant of this program
_ONE = sa.text(f"""
    SELECT p.recommendation_id, p.slug, p.case_number, p.medicine, p.substance, p.content, p.published_at, p.signed_by,
           c.id AS case_id, c.company_id, c.state, o.name AS company, m.year AS meeting_year, m.number AS meeting_number,
           m.day AS meeting_day, a.closed_at, a.notice_up
    FROM publication p JOIN cases c ON c.number = p.case_number
    LEFT JOIN organisation o ON o.id = c.company_id
    LEFT JOIN recommendation r ON r.id = p.recommendation_id
    LEFT JOIN council_meeting m ON m.id = r.meeting_id
    LEFT JOIN council_agenda a ON a.meeting_id = r.meeting_id
    WHERE p.recommendation_id = :id AND p.content -> 'appeal' IS NOT NULL AND {_MINE}
""")  # noqa: S608 - a constant of this program
_NOTICES = sa.text("""
    SELECT n.*, d.down_on AS came_down FROM decision_notice n LEFT JOIN decision_notice_down d ON d.notice_id = n.id
    WHERE n.recommendation_id = :id ORDER BY n.up_on, n.at
""")
_DELIVERIES = sa.text("""
    SELECT d.*, o.name AS organisation, r.received_on, r.proof FROM decision_delivery d
    JOIN organisation o ON o.id = d.organisation_id LEFT JOIN decision_receipt r ON r.delivery_id = d.id
    WHERE d.recommendation_id = :id AND (:internal OR d.organisation_id = ANY (CAST(:companies AS uuid[])))
    ORDER BY d.sent_on, d.at
""")
_APPEALS = sa.text("""
    SELECT a.* FROM appeal a
    WHERE a.recommendation_id = :id AND (:internal OR a.organisation_id = ANY (CAST(:companies AS uuid[])))
    ORDER BY a.number
""")
_STEPS = sa.text("SELECT * FROM appeal_step WHERE appeal_id = ANY (:ids) ORDER BY appeal_id, seq")
_STATUSES = sa.text("SELECT * FROM decision_status WHERE recommendation_id = :id ORDER BY id")
_DELAYS = sa.text(f"""
    SELECT d.*, o.name AS organisation, w.granted, w.text AS answer, w.answered_on, c.medicine
    FROM delay_request d JOIN cases c ON c.id = d.case_id JOIN organisation o ON o.id = d.organisation_id
    LEFT JOIN delay_answer w ON w.request_id = d.id
    WHERE {_MINE} AND (:internal OR d.organisation_id = ANY (CAST(:companies AS uuid[])))
      AND (CAST(:request AS uuid) IS NULL OR d.id = :request)
    ORDER BY d.asked_on DESC, d.id LIMIT 200
""")  # noqa: S608 - a constant of this program
_DELAYED = sa.text(f"""
    SELECT c.number, c.medicine, c.opened_on, c.process, c.workflow_version, c.terminal, c.outcome FROM cases c
    WHERE c.number = :number AND c.company_id = ANY (CAST(:companies AS uuid[])) AND {_MINE}
""")  # noqa: S608 - a constant of this program


def _reader(actor: SignedIn) -> dict[str, object]:
    return {"internal": actor.is_internal, "person": actor.id, "companies": list(actor.company_ids)}


@dataclass(frozen=True, slots=True)
class Track:
    """A track of a decision: how far it has come, and the derivation of each last day."""

    state: TrackState
    words: Mapping[str, Mapping[str, str]]
    derivations: Sequence[Sequence[Step]]

    @property
    def name(self) -> str:
        return self.state.track


@dataclass(frozen=True, slots=True)
class Appeal:
    row: Row
    steps: Sequence[Row]

    @property
    def done(self) -> list[Done]:
        return [Done(one["kind"], one["day"]) for one in self.steps]

    @property
    def ended(self) -> bool:
        return any(one["kind"] in rules.ENDS for one in self.steps)

    def may(self, today: date) -> list[str]:
        """The kinds of steps that it can take today."""
        row = self.row
        return rules.next_steps(row["track"], row["in_time"], self.done, today, row["received_on"])


@dataclass(frozen=True, slots=True)
class DecisionFile:
    """A decision as its reader may know it."""

    row: Row
    notices: Sequence[Row]
    deliveries: Sequence[Row]
    appeals: Sequence[Appeal]
    statuses: Sequence[Row]
    tracks: Sequence[Track]

    @property
    def id(self) -> str:
        return str(self.row["recommendation_id"])

    @property
    def status(self) -> Row | None:
        return self.statuses[-1] if self.statuses else None

    @property
    def notice(self) -> Row | None:
        """The notice that is on the board."""
        return next((one for one in reversed(self.notices) if one["came_down"] is None), None)


def decisions(connection: Connection, actor: SignedIn, number: str = "") -> list[Row]:
    """The decisions that the reader may know of, the newest first; with `number` those of one case."""
    return list(connection.execute(_LIST, {**_reader(actor), "number": number}).mappings())


def decision_file(
    connection: Connection, actor: SignedIn, recommendation_id: uuid.UUID, today: date
) -> DecisionFile | None:
    """One decision, or None when there is none for this reader."""
    given = {**_reader(actor), "id": recommendation_id}
    row = connection.execute(_ONE, given).mappings().first()
    if row is None:
        return None
    appeals = connection.execute(_APPEALS, given).mappings().all()
    steps = connection.execute(_STEPS, {"ids": [one["id"] for one in appeals]}).mappings().all()
    return DecisionFile(
        row,
        connection.execute(_NOTICES, given).mappings().all(),
        connection.execute(_DELIVERIES, given).mappings().all(),
        [Appeal(one, [each for each in steps if each["appeal_id"] == one["id"]]) for one in appeals],
        statuses(connection, recommendation_id),
        tracks(connection, row, today),
    )


def statuses(connection: Connection, recommendation_id: object) -> Sequence[Row]:
    """What anybody may know of how a decision stands, the oldest first."""
    return connection.execute(_STATUSES, {"id": recommendation_id}).mappings().all()


def begun(connection: Connection, row: Row) -> dict[str, list[Begun]]:
    """What has started each track of a decision (recommendation_id), as far as whoever asks may know of it."""
    given = {"id": row["recommendation_id"], "internal": True, "companies": []}
    notices = connection.execute(_NOTICES, given).mappings()
    sent = connection.execute(_DELIVERIES, given).mappings().all()
    received = [one for one in sent if one["what"] == "decision" and one["received_on"] is not None]
    return {
        LEGALITY: [Begun(one["up_on"], ended=one["came_down"]) for one in notices],
        MERITS: [Begun(one["received_on"]) for one in received],
        PROCUREMENT: [Begun(one["sent_on"], one["way"] != "post") for one in sent if one["what"] == "award"],
    }


def tracks(connection: Connection, row: Row, today: date) -> list[Track]:
    """The tracks of a decision (recommendation_id, company_id, content), in the order in which it tells of them."""
    starts = begun(connection, row)
    # An announcement always; a receipt where there is a party; an award only when one has been sent.
    expected = {LEGALITY: 1, MERITS: 0 if row["company_id"] is None else 1, PROCUREMENT: 0}
    return [
        Track(
            rules.track_state(told["track"], expected[told["track"]], starts[told["track"]], today),
            told,
            [derive(rules.ledger(told["track"], one)) for one in starts[told["track"]]],
        )
        for told in row["content"]["appeal"]["tracks"]
    ]


def track_states(connection: Connection, row: Row, today: date) -> list[TrackState]:
    return [one.state for one in tracks(connection, row, today)]


def delays(connection: Connection, actor: SignedIn, request_id: uuid.UUID | None = None) -> list[Row]:
    """The requests that a case be decided, the newest first; with an id that one."""
    return list(connection.execute(_DELAYS, {**_reader(actor), "request": request_id}).mappings())


def delayed_case(connection: Connection, actor: SignedIn, number: str) -> Row | None:
    """The company's own case, or None."""
    return connection.execute(_DELAYED, {**_reader(actor), "number": number}).mappings().first()
