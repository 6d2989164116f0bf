"""The commands of those who are asked: save the organisation's draft, attach a file, send, say "no comment"."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.cases.documents import safe_name
from nt_process.cases.store import conflict_of
from nt_process.consultation import rules
from nt_process.consultation.errors import ConsultationError
from nt_process.consultation.rounds import usable_type
from nt_process.identity.maker import Maker
from nt_process.infra import files
from nt_process.infra.rows import Row
from nt_process.kernel.faults import BadInput, Fault

MAX_ATTACHMENTS = 20

# An organisation that was asked, for somebody who is in it today in a role that answers; with the round.
_PLACE = sa.text("""
    SELECT a.consultation_id, a.organisation_id, a.answer_id, c.opened_at, c.closed_at, c.last_day,
           held.speaks, conflict_of_interest(c.case_id, CAST(:person AS uuid), :today) AS conflict
    FROM consultation_addressee a JOIN consultation c ON c.id = a.consultation_id
    CROSS JOIN LATERAL (
        SELECT bool_or(m.speaks) AS speaks FROM membership m
        WHERE m.organisation_id = a.organisation_id AND m.person_id = :person AND m.role = ANY (:roles)
          AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
    ) held
    WHERE a.consultation_id = :id AND a.organisation_id = :organisation AND a.invited_at IS NOT NULL
      AND held.speaks IS NOT NULL
""")
_LOCK = sa.text("""
    SELECT FROM consultation_addressee WHERE consultation_id = :id AND organisation_id = :organisation FOR UPDATE
""")
_QUESTIONS = sa.text("""
    SELECT id, kind, text, choices, required FROM consultation_question
    WHERE consultation_id = :id ORDER BY position
""")
_DRAFT = sa.text("""
    SELECT version, person, at FROM consultation_draft
    WHERE consultation_id = :id AND organisation_id = :organisation FOR UPDATE
""")
_SAVE = sa.text("""
    INSERT INTO consultation_draft (consultation_id, organisation_id, version, content, person, at)
    VALUES (:id, :organisation, 1, CAST(:content AS jsonb), :person, :at)
    ON CONFLICT (consultation_id, organisation_id) DO UPDATE
        SET version = consultation_draft.version + 1, content = excluded.content, person = excluded.person,
            at = excluded.at
    RETURNING version
""")
_LAST_VERSION = sa.text("""
    SELECT coalesce(max(version), 0) FROM consultation_answer
    WHERE consultation_id = :id AND organisation_id = :organisation
""")
_ANSWER = sa.text("""
    INSERT INTO consultation_answer
        (id, consultation_id, organisation_id, version, kind, late, person_id, person, at)
    VALUES (:answer, :id, :organisation, :version, :kind, :late, :person_id, :person, :at)
""")
_SUPERSEDE = sa.text("""
    UPDATE consultation_reply SET stands = false
    WHERE consultation_id = :id AND organisation_id = :organisation AND stands
""")
_REPLY = sa.text("""
    INSERT INTO consultation_reply
        (id, answer_id, consultation_id, organisation_id, question_id, choice, text, tier)
    VALUES (gen_random_uuid(), :answer, :id, :organisation, :question, :choice, :text, :tier)
""")
_SEND_ATTACHMENTS = sa.text("""
    UPDATE consultation_attachment SET stands = :with_files AND removed_at IS NULL,
        sent = sent OR (:with_files AND removed_at IS NULL)
    WHERE consultation_id = :id AND organisation_id = :organisation
""")
_STANDS = sa.text("""
    UPDATE consultation_addressee SET answer_id = :answer
    WHERE consultation_id = :id AND organisation_id = :organisation
""")
_COUNT_ATTACHMENTS = sa.text("""
    SELECT count(*) FROM consultation_attachment
    WHERE consultation_id = :id AND organisation_id = :organisation AND removed_at IS NULL
""")
_ATTACH = sa.text("""
    INSERT INTO consultation_attachment
        (id, consultation_id, organisation_id, filename, sha256, tier, added_by, added_at)
    VALUES (gen_random_uuid(), :id, :organisation, :filename, :sha256, :tier, :person, :at)
""")
_DETACH = sa.text("""
    UPDATE consultation_attachment SET removed_at = :at
    WHERE id = :attachment AND consultation_id = :id AND organisation_id = :organisation AND removed_at IS NULL
""")


@dataclass(frozen=True, slots=True)
class Place:
    """For which organisation somebody answers in which round (ids)."""

    round_id: str
    organisation_id: str

    @property
    def parameters(self) -> dict[str, str]:
        return {"id": self.round_id, "organisation": self.organisation_id}


def save_draft(engine: Engine, maker: Maker, place: Place, version: int, texts: Mapping[str, str]) -> int:
    """Keep what has been written so far for everyone in the organisation; the draft's new version.

    `version` is that of the draft that was open, 0 for none. Raises BadInput, ConsultationError (changed, with
    whose, and what refuses an answer).
    """
    with engine.begin() as connection:
        _open_place(connection, maker, place)
        return _save(connection, maker, place, version, texts, complete=False)[0]


def submit(engine: Engine, maker: Maker, place: Place, version: int, texts: Mapping[str, str]) -> None:
    """Send what is written as the organisation's answer, in place of an earlier one.

    Raises BadInput, ConsultationError (may_not_speak, changed, and what refuses an answer).
    """
    with engine.begin() as connection:
        found = _open_place(connection, maker, place, speaks=True)
        _version, replies = _save(connection, maker, place, version, texts, complete=True)
        answer = _answer(connection, maker, place, found, "submitted")
        written = [
            {**place.parameters, "answer": answer, "question": key, **asdict(reply)}
            for key, reply in replies.items()
            if not reply.is_empty
        ]
        connection.execute(_REPLY, written)


def no_comment(engine: Engine, maker: Maker, place: Place) -> None:
    """Answer that the organisation refrains. Raises ConsultationError as `submit`."""
    with engine.begin() as connection:
        found = _open_place(connection, maker, place, speaks=True)
        _answer(connection, maker, place, found, "no_comment")


def attach(engine: Engine, maker: Maker, place: Place, filename: str, content: bytes, tier: str) -> None:
    """Add a file to what the organisation will send. Raises BadInput, ConsultationError."""
    media_type = usable_type(filename, content)
    if tier not in rules.TIERS:
        raise BadInput(Fault("not_a_choice", column="file_tier"))
    with engine.begin() as connection:
        _open_place(connection, maker, place)
        if connection.scalar(_COUNT_ATTACHMENTS, place.parameters) >= MAX_ATTACHMENTS:
            raise BadInput(Fault("too_many_files", column="file", params={"limit": MAX_ATTACHMENTS}))
        sha256 = files.store(connection, content, media_type, maker.at)
        values = {"filename": safe_name(filename, media_type), "sha256": sha256, "tier": tier}
        connection.execute(
            _ATTACH, {**place.parameters, **values, "person": maker.actor.name, "at": maker.at}
        )


def detach(engine: Engine, maker: Maker, place: Place, attachment: str) -> None:
    """Leave a file out of what will be sent; of what has been sent it stays a part."""
    with engine.begin() as connection:
        _open_place(connection, maker, place)
        connection.execute(_DETACH, {**place.parameters, "attachment": attachment, "at": maker.at})


def questions_of(connection: Connection, round_id: str) -> dict[str, rules.Question]:
    """A round's questions in their order, by id."""
    return {
        str(row.id): rules.Question(row.kind, row.text, tuple(row.choices), row.required)
        for row in connection.execute(_QUESTIONS, {"id": round_id})
    }


def _open_place(connection: Connection, maker: Maker, place: Place, *, speaks: bool = False) -> Row:
    """The organisation's place in the round, held against closing. Raises ConsultationError."""
    connection.execute(_LOCK, place.parameters)
    parameters = {
        **place.parameters,
        "person": maker.actor.id,
        "today": maker.today,
        "roles": list(rules.ANSWERING),
    }
    found = connection.execute(_PLACE, parameters).mappings().first()
    if found is None:
        raise ConsultationError("not_found")
    conflict = conflict_of(found["conflict"])
    if conflict is not None:
        raise ConsultationError(conflict.reason.code, **conflict.reason.params)
    refused = standing_of(found).refuses_answer(maker.today)
    if refused:
        raise ConsultationError(refused, day=found["last_day"])
    if speaks and not found["speaks"]:
        raise ConsultationError("may_not_speak")
    return found


def standing_of(row: Row) -> rules.Standing:
    """From a row with opened_at, closed_at, last_day and answer_id."""
    return rules.Standing(
        row["opened_at"] is not None,
        row["closed_at"] is not None,
        row["last_day"],
        row["answer_id"] is not None,
    )


def _save(
    connection: Connection,
    maker: Maker,
    place: Place,
    version: int,
    texts: Mapping[str, str],
    *,
    complete: bool,
) -> tuple[int, dict[str, rules.Reply]]:
    replies = rules.read_replies(questions_of(connection, place.round_id), texts, complete=complete)
    before = connection.execute(_DRAFT, place.parameters).first()
    if (before.version if before else 0) != version:
        # None: somebody has a draft open that was never kept.
        raise ConsultationError(
            "changed",
            person=before.person if before else "",
            at=before.at if before else maker.at,
            version=before.version if before else 0,
        )
    content = json.dumps({key: asdict(reply) for key, reply in replies.items()})
    values = {**place.parameters, "content": content, "person": maker.actor.name, "at": maker.at}
    return int(connection.scalar(_SAVE, values)), replies


def _answer(connection: Connection, maker: Maker, place: Place, found: Row, kind: str) -> uuid.UUID:
    """Record an answer in place of an earlier one. The replies are the caller's to add."""
    answer = uuid.uuid4()
    version = connection.scalar(_LAST_VERSION, place.parameters) + 1
    values = {
        "answer": answer,
        "version": version,
        "kind": kind,
        "late": standing_of(found).is_late(maker.today),
        "person_id": maker.actor.id,
        "person": maker.actor.name,
        "at": maker.at,
    }
    connection.execute(_ANSWER, {**place.parameters, **values})
    connection.execute(_SUPERSEDE, place.parameters)
    connection.execute(_SEND_ATTACHMENTS, {**place.parameters, "with_files": kind == "submitted"})
    connection.execute(_STANDS, {**place.parameters, "answer": answer})
    return answer
