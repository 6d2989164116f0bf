"""The secretariat's commands on a round: prepare, open, extend, remind, close. Each is one transaction.

What happens on an open round is also an event in the case's log, without a word of what is asked or answered.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.cases import service as cases
from nt_process.cases.documents import judge, safe_name
from nt_process.cases.errors import CaseNotFound
from nt_process.cases.store import Loaded
from nt_process.consultation import rules
from nt_process.consultation.errors import ConsultationError, require_secretariat
from nt_process.consultation.telling import tell
from nt_process.engine.clock import Extension, Ledger
from nt_process.engine.decide import unchanged
from nt_process.engine.snapshot import Event
from nt_process.identity.maker import Maker
from nt_process.infra import files
from nt_process.infra.rows import Row
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.reasons import Reason

_CASE = sa.text("SELECT id FROM cases WHERE number = :number")
_MAKE = sa.text("""
    INSERT INTO consultation (id, case_id, case_number, title, made_by, made_at)
    VALUES (:id, :case_id, :number, :title, :person, :at)
""")
_COPY = sa.text("""
    INSERT INTO consultation_question (id, consultation_id, position, kind, text, choices, required)
    SELECT gen_random_uuid(), :id, position, kind, text, choices, required
    FROM consultation_question WHERE consultation_id = :earlier
""")
_COPY_INTRO = sa.text("""
    UPDATE consultation SET intro = e.intro FROM consultation e WHERE consultation.id = :id AND e.id = :earlier
""")
_LOCK = sa.text("SELECT * FROM consultation WHERE id = :id FOR UPDATE")
_PREPARE = sa.text("""
    UPDATE consultation SET title = :title, intro = :intro, wanted_day = :day, version = version + 1
    WHERE id = :id
""")
_CLEAR_QUESTIONS = sa.text("DELETE FROM consultation_question WHERE consultation_id = :id")
_CLEAR_ADDRESSEES = sa.text("DELETE FROM consultation_addressee WHERE consultation_id = :id")
_ASK = sa.text("""
    INSERT INTO consultation_question (id, consultation_id, position, kind, text, choices, required)
    VALUES (:id, :consultation_id, :position, :kind, :text, :choices, :required)
""")
_ADDRESS = sa.text("""
    INSERT INTO consultation_addressee (consultation_id, organisation_id)
    SELECT :id, o.id FROM organisation o WHERE o.kind = ANY (:kinds) AND o.id = ANY (:organisations)
""")
_DISCARD = sa.text("DELETE FROM consultation WHERE id = :id")
_ADD_DOCUMENT = sa.text("""
    INSERT INTO consultation_document (id, consultation_id, title, filename, sha256, added_by, added_at)
    VALUES (gen_random_uuid(), :id, :title, :filename, :sha256, :person, :at)
""")
_TAKE_DOCUMENTS = sa.text("""
    INSERT INTO consultation_document (id, consultation_id, title, filename, sha256, added_by, added_at)
    SELECT gen_random_uuid(), c.id, d.title, d.filename, d.sha256, :person, :at
    FROM document d JOIN consultation c ON c.case_id = d.case_id AND c.id = :id
    WHERE d.withdrawn_at IS NULL AND d.id = ANY (:documents) AND NOT EXISTS (
        SELECT FROM consultation_document t WHERE t.consultation_id = c.id AND t.sha256 = d.sha256)
""")
_REMOVE_DOCUMENT = sa.text("DELETE FROM consultation_document WHERE id = :document AND consultation_id = :id")
_COUNTS = sa.text("""
    SELECT (SELECT count(*) FROM consultation_question WHERE consultation_id = :id) AS questions,
           (SELECT count(*) FROM consultation_addressee WHERE consultation_id = :id) AS addressees
""")
_OPEN = sa.text("""
    UPDATE consultation SET opened_at = :at, started_on = :today, limit_days = :limit, last_day = :day,
        remind_rung = :rung, remind_on = :on, version = version + 1
    WHERE id = :id
""")
_INVITE = sa.text("UPDATE consultation_addressee SET invited_at = :at WHERE consultation_id = :id")
_EXTENSIONS = sa.text("SELECT * FROM consultation_extension WHERE consultation_id = :id ORDER BY at")
_EXTEND = sa.text("""
    INSERT INTO consultation_extension (consultation_id, days, decided_on, new_day, reason, person, at)
    -- Two at the same instant keep their order.
    VALUES (:id, :days, :today, :new_day, :reason, :person, greatest(CAST(:at AS timestamptz),
            (SELECT max(at) + interval '1 microsecond' FROM consultation_extension WHERE consultation_id = :id)))
""")
_MOVE = sa.text("""
    UPDATE consultation SET last_day = :day, remind_rung = :rung, remind_on = :on, version = version + 1
    WHERE id = :id
""")
# An answer that is being sent holds its addressee's row: closing waits for it, and the next one finds it closed.
_LOCK_ADDRESSEES = sa.text("SELECT FROM consultation_addressee WHERE consultation_id = :id FOR UPDATE")
_CLOSE = sa.text("""
    UPDATE consultation SET closed_at = :at, remind_rung = NULL, remind_on = NULL, version = version + 1,
        has_public = EXISTS (SELECT FROM consultation_reply r WHERE r.consultation_id = :id AND r.stands
                             AND r.tier = 'public')
    WHERE id = :id
""")
_REMIND = sa.text("""
    UPDATE consultation_addressee SET reminded_on = :today
    WHERE consultation_id = :id AND answer_id IS NULL AND reminded_on IS DISTINCT FROM :today
    RETURNING organisation_id
""")


def make(engine: Engine, maker: Maker, case_number: str, title: str, earlier: str | None = None) -> str:
    """Begin to prepare a round on a case, with the questions of an `earlier` one when that is given; its id.

    Raises BadInput, ConsultationError not_found (no such case).
    """
    require_secretariat(maker.actor)
    named, round_id = rules.read_title(title), uuid.uuid4()
    with engine.begin() as connection:
        case_id = connection.scalar(_CASE, {"number": case_number})
        if case_id is None:
            raise ConsultationError("not_found")
        connection.execute(
            _MAKE,
            {
                "id": round_id,
                "case_id": case_id,
                "number": case_number,
                "title": named,
                "person": maker.actor.name,
                "at": maker.at,
            },
        )
        if earlier:
            connection.execute(_COPY, {"id": round_id, "earlier": earlier})
            connection.execute(_COPY_INTRO, {"id": round_id, "earlier": earlier})
    return str(round_id)


def prepare(
    engine: Engine,
    maker: Maker,
    round_id: str,
    version: int,
    texts: Mapping[str, str],
    rows: Sequence[Mapping[str, str]],
    organisations: Sequence[str],
) -> None:
    """Say what is asked, of whom and until when. Raises BadInput, ConsultationError (opened, changed)."""
    require_secretariat(maker.actor)
    wanted = rules.read_round(texts, rows)
    with engine.begin() as connection:
        _lock_prepared(connection, round_id, version)
        connection.execute(
            _PREPARE,
            {"id": round_id, "title": wanted.title, "intro": wanted.intro, "day": wanted.day},
        )
        connection.execute(_CLEAR_QUESTIONS, {"id": round_id})
        asked = [_question(round_id, position, one) for position, one in enumerate(wanted.questions, start=1)]
        if asked:
            connection.execute(_ASK, asked)
        connection.execute(_CLEAR_ADDRESSEES, {"id": round_id})
        connection.execute(
            _ADDRESS,
            {"id": round_id, "kinds": list(rules.ASKED_KINDS), "organisations": _ids(organisations)},
        )


def _ids(texts: Sequence[str]) -> list[uuid.UUID]:
    """Those that can be ids; what a page did not offer is not there."""
    found = []
    for text in texts:
        with contextlib.suppress(ValueError):
            found.append(uuid.UUID(text))
    return found


def _question(round_id: str, position: int, one: rules.Question) -> dict[str, Any]:
    return {
        "id": uuid.uuid4(),
        "consultation_id": round_id,
        "position": position,
        "kind": one.kind,
        "text": one.text,
        "choices": list(one.choices),
        "required": one.required,
    }


def discard(engine: Engine, maker: Maker, round_id: str) -> None:
    """Throw away a round that has not been opened. Raises ConsultationError."""
    require_secretariat(maker.actor)
    with engine.begin() as connection:
        _lock_prepared(connection, round_id)
        connection.execute(_DISCARD, {"id": round_id})


def add_document(
    engine: Engine, maker: Maker, round_id: str, title: str, filename: str, content: bytes
) -> None:
    """Send a document along with the round. Raises BadInput, ConsultationError."""
    require_secretariat(maker.actor)
    named = rules.read_title(title or filename.rpartition(".")[0])
    media_type = usable_type(filename, content)
    with engine.begin() as connection:
        _lock_prepared(connection, round_id)
        sha256 = files.store(connection, content, media_type, maker.at)
        values = {
            "id": round_id,
            "title": named,
            "filename": safe_name(filename, media_type),
            "sha256": sha256,
            "person": maker.actor.name,
            "at": maker.at,
        }
        connection.execute(_ADD_DOCUMENT, values)


def usable_type(filename: str, content: bytes) -> str:
    """The media type of a file that may be kept. Raises BadInput with the reason, at `file`."""
    judged = judge(filename, content)
    if isinstance(judged, Reason):
        raise BadInput(Fault(judged.code, column="file", params=judged.params))
    return judged


def take_documents(engine: Engine, maker: Maker, round_id: str, documents: Sequence[str]) -> None:
    """Send documents of the case along with the round; those who are asked then read them."""
    require_secretariat(maker.actor)
    with engine.begin() as connection:
        _lock_prepared(connection, round_id)
        values = {"id": round_id, "documents": _ids(documents), "person": maker.actor.name, "at": maker.at}
        connection.execute(_TAKE_DOCUMENTS, values)


def remove_document(engine: Engine, maker: Maker, round_id: str, document_id: str) -> None:
    require_secretariat(maker.actor)
    with engine.begin() as connection:
        _lock_prepared(connection, round_id)
        connection.execute(_REMOVE_DOCUMENT, {"id": round_id, "document": document_id})


def open_round(engine: Engine, maker: Maker, round_id: str) -> date:
    """Open a prepared round and tell those who are asked; its last day.

    Raises BadInput about the day, ConsultationError (opened, no_questions, nobody_asked).
    """

    def change(connection: Connection, before: Row) -> dict[str, object]:
        _require_prepared(before)
        counts = connection.execute(_COUNTS, {"id": round_id}).one()
        refused = rules.refuses_opening(counts.questions, counts.addressees)
        if refused:
            raise ConsultationError(refused)
        limit = rules.read_limit(before["wanted_day"], maker.today)
        day = rules.last_day(rules.ledger_of(maker.today, limit))
        values = {**_next(day, maker.today), "at": maker.at, "today": maker.today, "limit": limit, "day": day}
        connection.execute(_OPEN, {"id": round_id, **values})
        connection.execute(_INVITE, {"id": round_id, "at": maker.at})
        tell(connection, "consultation_opened", before, maker.at, maker.today, due=day)
        return {"last_day": day.isoformat()}

    return date.fromisoformat(
        str(_record(engine, maker, round_id, "consultation_opened", change)["last_day"])
    )


def extend(engine: Engine, maker: Maker, round_id: str, new_day: str, reason: str) -> date:
    """Move the last day of an open round forward, with a reason, and tell those who are asked.

    Raises BadInput, ConsultationError (not_open, closed).
    """

    def change(connection: Connection, before: Row) -> dict[str, object]:
        _require_open(before)
        ledger = read_ledger(connection, before)
        day, days = rules.read_extension(new_day, ledger, maker.today)
        stated = rules.read_reason("extension_reason", reason)
        values = {"id": round_id, "days": days, "today": maker.today, "new_day": day, "reason": stated}
        connection.execute(_EXTEND, {**values, "person": maker.actor.name, "at": maker.at})
        last = rules.last_day(read_ledger(connection, before))
        connection.execute(_MOVE, {"id": round_id, "day": last, **_next(last, maker.today)})
        tell(connection, "consultation_moved", before, maker.at, maker.today, due=last)
        return {"last_day": last.isoformat()}

    return date.fromisoformat(
        str(_record(engine, maker, round_id, "consultation_extended", change)["last_day"])
    )


def close(engine: Engine, maker: Maker, round_id: str) -> None:
    """End a round: nothing more can be answered, and what is not for the council alone is shown.

    Raises ConsultationError (not_open, closed).
    """

    def change(connection: Connection, before: Row) -> dict[str, object]:
        _require_open(before)
        connection.execute(_LOCK_ADDRESSEES, {"id": round_id})
        connection.execute(_CLOSE, {"id": round_id, "at": maker.at})
        return {}

    _record(engine, maker, round_id, "consultation_closed", change)


def remind(engine: Engine, maker: Maker, round_id: str) -> int:
    """Remind those who have not answered, once a day at most; how many organisations.

    Raises ConsultationError (not_open, closed, reminded).
    """
    require_secretariat(maker.actor)
    with engine.begin() as connection:
        before = _lock(connection, round_id)
        _require_open(before)
        reminded = list(connection.scalars(_REMIND, {"id": round_id, "today": maker.today}))
        if not reminded:
            raise ConsultationError("reminded")
        tell(
            connection, "consultation_reminder", before, maker.at, maker.today,
            due=before["last_day"], organisations=reminded,
        )  # fmt: skip
    return len(reminded)


def read_ledger(connection: Connection, consultation: Row) -> Ledger:
    """The clock of a round that has been opened."""
    extensions = [
        Extension(row.days, row.decided_on, row.new_day, row.reason)
        for row in connection.execute(_EXTENSIONS, {"id": consultation["id"]})
    ]
    return rules.ledger_of(consultation["started_on"], consultation["limit_days"], extensions)


def _next(day: date, today: date) -> dict[str, object]:
    rung, on = rules.next_reminder(day, today) or (None, None)
    return {"rung": rung, "on": on}


Change = Callable[[Connection, Row], dict[str, object]]


def _record(engine: Engine, maker: Maker, round_id: str, kind: str, change: Change) -> dict[str, object]:
    """Carry out a change of a round together with its event in the case's log."""
    require_secretariat(maker.actor)
    with engine.connect() as connection:
        found = connection.execute(
            sa.text("SELECT case_number FROM consultation WHERE id = :id"), {"id": round_id}
        )
        number = found.scalar()
    if number is None:
        raise ConsultationError("not_found")
    said: dict[str, object] = {}

    def event(connection: Connection, loaded: Loaded) -> Event:
        said.update(change(connection, _lock(connection, round_id)))
        inputs = {"consultation": round_id, **said}
        return unchanged(loaded.case, kind, loaded.actor, "secretariat", maker.at, inputs=inputs)

    try:
        cases.record(engine, maker.actor.id, number, maker.at, event)
    except CaseNotFound:
        raise ConsultationError("not_found") from None
    return said


def _lock(connection: Connection, round_id: str) -> Row:
    found = connection.execute(_LOCK, {"id": round_id}).mappings().first()
    if found is None:
        raise ConsultationError("not_found")
    return found


def _lock_prepared(connection: Connection, round_id: str, version: int | None = None) -> Row:
    found = _lock(connection, round_id)
    _require_prepared(found)
    if version is not None and found["version"] != version:
        raise ConsultationError("changed", version=found["version"])
    return found


def _require_prepared(row: Row) -> None:
    if row["opened_at"] is not None:
        raise ConsultationError("opened")


def _require_open(row: Row) -> None:
    if row["opened_at"] is None:
        raise ConsultationError("not_open")
    if row["closed_at"] is not None:
        raise ConsultationError("closed")
