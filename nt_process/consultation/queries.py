"""Reads of rounds. Every function takes the actor; what the actor may not see is not in the answer.

The council's side reads every round. Whoever answers for an organisation that was asked reads an opened round,
and of the answers their own organisation's; what others wrote is in `compilation.py`. For everyone else a
round does not exist, but for what is public when it has been closed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.cases.store import conflict_of
from nt_process.consultation import rules
from nt_process.consultation.answers import questions_of
from nt_process.consultation.rounds import read_ledger
from nt_process.engine.clock import Ledger
from nt_process.engine.conditions import Conflict
from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row, fetch
from nt_process.kernel.regions import Region, find_region

# The organisations that the reader may answer for today.
MINE = """(
    SELECT m.organisation_id, bool_or(m.speaks) AS speaks FROM membership m
    WHERE m.person_id = :person AND m.role = ANY (:roles)
      AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
    GROUP BY m.organisation_id)"""

_ALL = sa.text("""
    SELECT c.id, c.title, c.case_number, c.opened_at, c.last_day, c.closed_at, c.told_at, n.asked, n.answered,
           d.comments, d.decided
    FROM consultation c
    CROSS JOIN LATERAL (
        SELECT count(*) AS asked, count(answer_id) AS answered FROM consultation_addressee
        WHERE consultation_id = c.id
    ) n
    CROSS JOIN LATERAL (
        SELECT count(*) AS comments, count(*) FILTER (WHERE EXISTS (
            SELECT FROM consultation_disposition d WHERE d.reply_id = r.id)) AS decided
        FROM consultation_reply r WHERE r.consultation_id = c.id AND r.stands AND r.text <> ''
    ) d
    WHERE :internal
    ORDER BY c.closed_at IS NOT NULL, c.opened_at IS NOT NULL, c.last_day, c.made_at DESC LIMIT 500
""")
_OWN = sa.text(f"""
    SELECT c.id, c.title, c.case_number, c.last_day, c.closed_at, c.told_at, o.name AS organisation,
           s.kind AS answer, s.late, s.at AS answered_at, t.at AS drafted_at
    FROM {MINE} mine
    JOIN consultation_addressee a ON a.organisation_id = mine.organisation_id AND a.invited_at IS NOT NULL
    JOIN consultation c ON c.id = a.consultation_id
    JOIN organisation o ON o.id = a.organisation_id
    LEFT JOIN consultation_answer s ON s.id = a.answer_id
    LEFT JOIN consultation_draft t ON t.consultation_id = c.id AND t.organisation_id = a.organisation_id
    ORDER BY c.closed_at IS NOT NULL, s.id IS NOT NULL, c.last_day, c.opened_at DESC, sv_sort(o.name) LIMIT 500
""")  # noqa: S608 - constants of this program
_ONE = sa.text("""
    SELECT * FROM consultation WHERE id = :id AND conflict_of_interest(case_id, CAST(:person AS uuid), :today) IS NULL
""")
_CONFLICTS = sa.text("""
    SELECT consultation_id, case_number, conflict FROM asked_in_rounds(CAST(:person AS uuid), :today)
    WHERE conflict IS NOT NULL AND (CAST(:id AS uuid) IS NULL OR consultation_id = :id) ORDER BY case_number
""")
_PLACES = sa.text(f"""
    SELECT a.organisation_id, o.name, mine.speaks, a.answer_id, c.opened_at, c.closed_at, c.last_day,
           s.kind AS answer, s.late, s.at AS answered_at, s.person AS answered_by, s.version AS answer_version,
           t.version AS draft_version, t.content, t.person AS drafted_by, t.at AS drafted_at
    FROM {MINE} mine
    JOIN consultation_addressee a ON a.organisation_id = mine.organisation_id AND a.invited_at IS NOT NULL
        AND a.consultation_id = :id
    JOIN consultation c ON c.id = a.consultation_id
    JOIN organisation o ON o.id = a.organisation_id
    LEFT JOIN consultation_answer s ON s.id = a.answer_id
    LEFT JOIN consultation_draft t ON t.consultation_id = a.consultation_id AND t.organisation_id = a.organisation_id
    ORDER BY sv_sort(o.name)
""")  # noqa: S608 - constants of this program
_ADDRESSEES = sa.text("""
    SELECT a.organisation_id, o.name, o.kind, o.county_code, a.reminded_on, s.kind AS answer, s.late,
           s.at AS answered_at, s.person AS answered_by, s.version AS answer_version
    FROM consultation_addressee a JOIN organisation o ON o.id = a.organisation_id
    LEFT JOIN consultation_answer s ON s.id = a.answer_id
    WHERE a.consultation_id = :id AND :internal
    ORDER BY array_position(ARRAY['region', 'expert_group', 'patient_organisation', 'tlv'], o.kind), sv_sort(o.name)
""")
_DOCUMENTS = sa.text("""
    SELECT d.id, d.title, d.filename, d.sha256, d.added_by, f.size, f.media_type
    FROM consultation_document d JOIN file_content f ON f.sha256 = d.sha256
    WHERE d.consultation_id = :id ORDER BY d.added_at, d.id
""")
_EXTENSIONS = sa.text("SELECT * FROM consultation_extension WHERE consultation_id = :id ORDER BY at")
_SENT = sa.text(f"""
    SELECT r.organisation_id, r.question_id, r.choice, r.text, r.tier, d.verdict, d.reason
    FROM {MINE} mine
    JOIN consultation_reply r ON r.organisation_id = mine.organisation_id AND r.consultation_id = :id AND r.stands
    JOIN consultation c ON c.id = r.consultation_id
    LEFT JOIN LATERAL (
        SELECT verdict, reason FROM consultation_disposition
        WHERE reply_id = r.id AND at <= c.told_at ORDER BY id DESC LIMIT 1
    ) d ON true
""")  # noqa: S608 - constants of this program
_OWN_ATTACHMENTS = sa.text("""
    SELECT a.id, a.filename, a.tier, a.added_by, a.removed_at, a.stands, f.size FROM consultation_attachment a
    JOIN file_content f ON f.sha256 = a.sha256
    WHERE a.consultation_id = :id AND a.organisation_id = :organisation AND (a.removed_at IS NULL OR a.stands)
    ORDER BY a.added_at, a.id
""")
_ORGANISATIONS = sa.text("""
    SELECT id, kind, name, county_code FROM organisation WHERE kind = ANY (:kinds)
    ORDER BY array_position(ARRAY['region', 'expert_group', 'patient_organisation', 'tlv'], kind), sv_sort(name)
""")
_EARLIER = sa.text("""
    SELECT c.id, c.title, c.case_number FROM consultation c
    WHERE :internal AND EXISTS (SELECT FROM consultation_question q WHERE q.consultation_id = c.id)
    ORDER BY c.made_at DESC LIMIT 50
""")
# `follows`: the reader may open the round; for others a closed one is there with what is public of it.
_OF_CASE = sa.text(f"""
    SELECT c.id, c.title, c.opened_at, c.last_day, c.closed_at, f.follows, n.asked, n.answered
    FROM consultation c
    CROSS JOIN LATERAL (
        SELECT :internal OR EXISTS (
            SELECT FROM {MINE} mine JOIN consultation_addressee a ON a.organisation_id = mine.organisation_id
            WHERE a.consultation_id = c.id AND a.invited_at IS NOT NULL) AS follows
    ) f
    CROSS JOIN LATERAL (
        SELECT count(*) AS asked, count(answer_id) AS answered FROM consultation_addressee
        WHERE consultation_id = c.id AND :internal
    ) n
    WHERE c.case_number = :number AND (f.follows OR (c.closed_at IS NOT NULL AND c.has_public))
    ORDER BY c.made_at
""")  # noqa: S608 - constants of this program


@dataclass(frozen=True, slots=True)
class RoundFile:
    """A round as one reader sees it. `places`: the organisations they may answer for; `addressees`: everyone
    who is asked, for the council's side alone."""

    round: Row
    questions: Mapping[str, rules.Question]
    documents: Sequence[Row]
    extensions: Sequence[Row]
    places: Sequence[Row]
    addressees: Sequence[Row]
    ledger: Ledger | None

    @property
    def is_open(self) -> bool:
        return self.round["opened_at"] is not None and self.round["closed_at"] is None

    @property
    def waiting(self) -> list[Row]:
        return [one for one in self.addressees if one["answer"] is None]

    def place(self, organisation: str) -> Row | None:
        """The reader's place for an organisation (id); the first one for no organisation."""
        return next((one for one in self.places if organisation in ("", str(one["organisation_id"]))), None)


def reads_all(actor: SignedIn | None) -> bool:
    """Whether the reader is of the council's side. None is the system, which prints for it."""
    return actor is None or actor.is_internal


def reader(actor: SignedIn | None, today: date) -> dict[str, Any]:
    """The parameters that say who reads."""
    return {
        "person": None if actor is None else actor.id,
        "internal": reads_all(actor),
        "roles": list(rules.ANSWERING),
        "today": today,
    }


def all_rounds(connection: Connection, actor: SignedIn, today: date) -> list[Row]:
    """Every round, for the council's side: what is open first, with how many have answered."""
    return fetch(connection, _ALL, reader(actor, today))


def own_rounds(connection: Connection, actor: SignedIn, today: date) -> list[Row]:
    """The rounds that the reader's organisations are asked in, one row for each organisation."""
    return fetch(connection, _OWN, reader(actor, today))


def round_file(
    connection: Connection, actor: SignedIn | None, round_id: object, today: date
) -> RoundFile | None:
    """The round, for whoever follows it; None for everyone else, and for who has a conflict of interest in its case."""
    parameters = {**reader(actor, today), "id": str(round_id)}
    found = connection.execute(_ONE, parameters).mappings().first()
    if found is None:
        return None
    places = fetch(connection, _PLACES, parameters)
    if not (reads_all(actor) or places):
        return None
    return RoundFile(
        found,
        questions_of(connection, str(round_id)),
        fetch(connection, _DOCUMENTS, parameters),
        fetch(connection, _EXTENSIONS, parameters),
        places,
        fetch(connection, _ADDRESSEES, parameters),
        read_ledger(connection, found) if found["opened_at"] is not None else None,
    )


def conflicts(
    connection: Connection, actor: SignedIn, today: date, round_id: object = None
) -> list[tuple[str, Conflict]]:
    """The cases (numbers) of the rounds that the reader is asked in and may not answer, with why; or of one round."""
    parameters = {**reader(actor, today), "id": None if round_id is None else str(round_id)}
    return [
        (row["case_number"], conflict)
        for row in fetch(connection, _CONFLICTS, parameters)
        if (conflict := conflict_of(row["conflict"])) is not None
    ]


def sent_replies(connection: Connection, actor: SignedIn, round_id: object, today: date) -> list[Row]:
    """What the reader's organisations have sent, each with what became of it when that has been told."""
    return fetch(connection, _SENT, {**reader(actor, today), "id": str(round_id)})


def own_attachments(connection: Connection, place: Row, round_id: object) -> list[Row]:
    """The files of an organisation's answer, as it stands and as it is being written."""
    parameters = {"id": str(round_id), "organisation": place["organisation_id"]}
    return fetch(connection, _OWN_ATTACHMENTS, parameters)


def organisations(connection: Connection) -> list[Row]:
    """Everyone who can be asked."""
    return fetch(connection, _ORGANISATIONS, {"kinds": list(rules.ASKED_KINDS)})


def earlier_rounds(connection: Connection, actor: SignedIn, today: date) -> list[Row]:
    """Rounds whose questions can be used again, the latest first."""
    return fetch(connection, _EARLIER, reader(actor, today))


def rounds_of_case(connection: Connection, actor: SignedIn, number: str, today: date) -> list[Row]:
    """The rounds of a case for its page: those that the reader follows, and those with something public."""
    return fetch(connection, _OF_CASE, {**reader(actor, today), "number": number})


def region_of(organisation: Row) -> Region | None:
    """The region that an organisation is."""
    if organisation["kind"] != "region":
        return None
    return find_region(organisation["county_code"] or organisation["name"])
