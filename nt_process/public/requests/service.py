"""Commands of the secretariat on requests: who decides, what is handed out, and the answer. Each is one transaction.

Each holds the request's row first, so that nothing changes beside an answer. The log says who did what, and about which
file, and nothing of what is asked or answered.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.identity.maker import Maker
from nt_process.infra import files, uploads
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.reasons import Reason
from nt_process.public.requests import rules
from nt_process.public.requests.errors import RequestError
from nt_process.public.requests.rules import HandedOut

_HOLD = sa.text("SELECT answered_at FROM document_request WHERE id = CAST(:id AS uuid) FOR UPDATE")
_PERSON = sa.text("""
    SELECT p.name FROM person p JOIN membership m ON m.person_id = p.id
    WHERE p.id::text = :person AND p.disabled_at IS NULL AND m.role = 'secretariat'
      AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today) LIMIT 1
""")
_ASSIGN = sa.text("UPDATE document_request SET decider_id = :person, decider = :name WHERE id = :id")
_ADD_FILE = sa.text("""
    INSERT INTO document_request_file (id, request_id, filename, sha256, masked, added_by, added_at)
    VALUES (:file, :id, :filename, :sha256, :masked, :by, :at)
""")
_FILES = sa.text("""
    SELECT f.masked, (SELECT count(*) FROM document_request_mask m WHERE m.file_id = f.id) AS passages
    FROM document_request_file f WHERE f.request_id = :id
""")
_KNOWN_MASKED = sa.text("SELECT EXISTS (SELECT FROM document_request_file WHERE sha256 = :sha256 AND masked)")
_REMOVE_FILE = sa.text("""
    DELETE FROM document_request_file WHERE id = CAST(:file AS uuid) AND request_id = :id RETURNING filename
""")
_MASKED_FILE = sa.text("""
    SELECT filename FROM document_request_file WHERE id = CAST(:file AS uuid) AND request_id = :id AND masked
""")
_ADD_MASK = sa.text("""
    INSERT INTO document_request_mask (id, file_id, passage, ground, provision, added_at)
    VALUES (:mask, CAST(:file AS uuid), :passage, :ground, :provision, :at)
""")
_REMOVE_MASK = sa.text("""
    DELETE FROM document_request_mask m USING document_request_file f
    WHERE m.id = CAST(:mask AS uuid) AND f.id = m.file_id AND f.request_id = :id RETURNING f.filename
""")
_ANSWER = sa.text("""
    INSERT INTO document_request_answer (request_id, outcome, reasons, person_id, person, at)
    VALUES (:id, :outcome, :reasons, :person_id, :person, :at)
""")
_ANSWERED = sa.text("""
    UPDATE document_request SET answered_at = :at, remind_rung = NULL, remind_at = NULL,
        mail_after = CASE WHEN email <> '' THEN CAST(:at AS timestamptz) END WHERE id = :id
""")
_LOG = sa.text("""
    INSERT INTO document_request_log (request_id, what, person_id, person, detail, at)
    VALUES (:id, :what, :person_id, :person, :detail, :at)
""")


# Seconds that the secretariat waits until a file has been examined: none is handed out that has not been.
_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was handed in."""

    filename: str
    content: bytes


def assign(engine: Engine, maker: Maker, request_id: str, person_id: str) -> None:
    """Say who of the secretariat decides. Raises BadInput (column `person`), RequestError."""
    with _held(engine, maker, request_id) as connection:
        name = connection.scalar(
            _PERSON, {"person": person_id[:40].replace("\x00", ""), "today": maker.today}
        )
        if name is None:
            raise BadInput(Fault("unknown_person", column="person"))
        connection.execute(_ASSIGN, {"id": request_id, "person": person_id, "name": name})
        _log(connection, maker, request_id, "assigned", name)


def add_file(engine: Engine, maker: Maker, request_id: str, upload: Upload | None, *, masked: bool) -> None:
    """Add what is to be handed out. A file that something was taken out of is a new one, and a PDF with nothing beneath.

    Raises BadInput (columns `file`), RequestError.
    """
    media_type = _judged(upload, masked=masked)
    if upload is None:
        raise BadInput(Fault("no_file", column="file"))
    with _held(engine, maker, request_id) as connection:
        if len(connection.execute(_FILES, {"id": request_id}).all()) >= rules.MOST_FILES:
            raise BadInput(Fault("too_many_files", column="file", params={"limit": rules.MOST_FILES}))
        sha256, new = files.store_if_new(connection, upload.content, media_type, maker.at)
        if masked and not new and not connection.scalar(_KNOWN_MASKED, {"sha256": sha256}):
            raise BadInput(Fault("not_new", column="file"))
        name = uploads.safe_name(upload.filename, media_type)
        given = {"file": uuid.uuid4(), "id": request_id, "filename": name, "sha256": sha256, "masked": masked}
        connection.execute(_ADD_FILE, {**given, "by": maker.actor.name, "at": maker.at})
        _log(connection, maker, request_id, "file_added", name)


def _judged(upload: Upload | None, *, masked: bool) -> str:
    """The media type. Raises BadInput (column `file`)."""
    if upload is None:
        raise BadInput(Fault("no_file", column="file"))
    found = uploads.judge(upload.filename, upload.content, seconds=_PATIENCE)
    if isinstance(found, Reason):
        raise BadInput(Fault(found.code, column="file", params=found.params))
    if not found.examined:
        raise BadInput(Fault("file_not_examined", column="file"))
    if masked:
        if found.media_type != "application/pdf":
            raise BadInput(Fault("not_pdf", column="file"))
        problem = uploads.judge_masked(upload.content, seconds=_PATIENCE)
        if problem is not None:
            raise BadInput(Fault(problem.code, column="file", params=problem.params))
    return found.media_type


def remove_file(engine: Engine, maker: Maker, request_id: str, file_id: str) -> None:
    """Take back a file that was added, with the passages that were noted of it. Raises RequestError."""
    with _held(engine, maker, request_id) as connection:
        name = connection.scalar(_REMOVE_FILE, {"id": request_id, "file": file_id})
        if name is None:
            raise RequestError("not_found")
        _log(connection, maker, request_id, "file_removed", name)


def add_mask(engine: Engine, maker: Maker, request_id: str, file_id: str, texts: Mapping[str, str]) -> None:
    """Note a passage that was taken out of a file, why, and by which provision. Raises BadInput, RequestError."""
    found = rules.read_mask(texts)
    with _held(engine, maker, request_id) as connection:
        name = connection.scalar(_MASKED_FILE, {"id": request_id, "file": file_id})
        if name is None:
            raise RequestError("not_found")
        connection.execute(_ADD_MASK, {**found, "mask": uuid.uuid4(), "file": file_id, "at": maker.at})
        _log(connection, maker, request_id, "mask_added", name)


def remove_mask(engine: Engine, maker: Maker, request_id: str, mask_id: str) -> None:
    """Take back a passage that was noted. Raises RequestError."""
    with _held(engine, maker, request_id) as connection:
        name = connection.scalar(_REMOVE_MASK, {"id": request_id, "mask": mask_id})
        if name is None:
            raise RequestError("not_found")
        _log(connection, maker, request_id, "mask_removed", name)


def decide(engine: Engine, maker: Maker, request_id: str, texts: Mapping[str, str], *, gone: bool) -> None:
    """Answer. Who asked is mailed that there is an answer, when they have stated an address. Raises BadInput, RequestError."""
    with _held(engine, maker, request_id) as connection:
        prepared = [
            HandedOut(row.masked, row.passages) for row in connection.execute(_FILES, {"id": request_id})
        ]
        found = rules.read_answer(texts, prepared, gone=gone)
        by = {"person_id": maker.actor.id, "person": maker.actor.name, "at": maker.at}
        connection.execute(_ANSWER, {**found, **by, "id": request_id})
        _log(connection, maker, request_id, "answered", "")
        connection.execute(_ANSWERED, {"id": request_id, "at": maker.at})


@contextmanager
def _held(engine: Engine, maker: Maker, request_id: str) -> Iterator[Connection]:
    """A transaction that holds a request which waits for its answer. Raises RequestError not_found, answered."""
    if "secretariat" not in maker.actor.roles:
        raise RequestError("not_found")
    with engine.begin() as connection:
        row = connection.execute(_HOLD, {"id": request_id}).first()
        if row is None:
            raise RequestError("not_found")
        if row.answered_at is not None:
            raise RequestError("answered")
        yield connection


def _log(connection: Connection, maker: Maker, request_id: str, what: str, detail: str) -> None:
    given = {"id": request_id, "what": what, "detail": detail, "at": maker.at}
    connection.execute(_LOG, {**given, "person_id": maker.actor.id, "person": maker.actor.name})
