"""Reads of requests for the secretariat and the auditor. Every function takes the actor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row, fetch
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.public.requests.rules import waited

PAGE = 100

_COLUMNS = """
    r.id, 'B ' || r.year || '-' || lpad(r.number::text, 4, '0') AS name, r.made_at, r.wanted, r.designation,
    r.email <> '' AS has_address, r.decider_id, r.decider, r.answered_at, r.mailed_at, a.outcome, a.reasons, a.person AS answerer
"""
_LIST = sa.text(f"""
    SELECT {_COLUMNS} FROM document_request r LEFT JOIN document_request_answer a ON a.request_id = r.id
    WHERE :reads AND (:answered = (r.answered_at IS NOT NULL))
    ORDER BY CASE WHEN r.answered_at IS NULL THEN r.made_at END, r.answered_at DESC, r.id LIMIT {PAGE}
""")  # noqa: S608 - constants of this program
_ONE = sa.text(f"""
    SELECT {_COLUMNS} FROM document_request r LEFT JOIN document_request_answer a ON a.request_id = r.id
    WHERE :reads AND r.id = CAST(:id AS uuid)
""")  # noqa: S608 - constants of this program
_FILES = sa.text("""
    SELECT f.id, f.filename, f.masked, f.added_by, f.added_at, x.size FROM document_request_file f
    JOIN file_content x ON x.sha256 = f.sha256 WHERE f.request_id = CAST(:id AS uuid) ORDER BY f.added_at, f.id
""")
_MASKS = sa.text("""
    SELECT m.id, m.file_id, m.passage, m.ground, m.provision FROM document_request_mask m
    JOIN document_request_file f ON f.id = m.file_id WHERE f.request_id = CAST(:id AS uuid) ORDER BY m.added_at, m.id
""")
_LOG = sa.text("""
    SELECT what, person, detail, at FROM document_request_log WHERE request_id = CAST(:id AS uuid) ORDER BY id DESC
""")
_FILE = sa.text("""
    SELECT f.filename, f.sha256, x.size, x.media_type FROM document_request_file f
    JOIN file_content x ON x.sha256 = f.sha256
    WHERE :reads AND f.id = CAST(:file AS uuid) AND f.request_id = CAST(:id AS uuid)
""")
_SECRETARIAT = sa.text("""
    SELECT DISTINCT p.id::text AS id, p.name FROM person p JOIN membership m ON m.person_id = p.id
    WHERE p.disabled_at IS NULL AND m.role = 'secretariat' AND m.valid_from <= :today
      AND (m.valid_to IS NULL OR m.valid_to >= :today) ORDER BY p.name
""")


@dataclass(frozen=True, slots=True)
class Requested:
    """A request with how many days it has waited, or waited until it was answered."""

    row: Row
    days: int


@dataclass(frozen=True, slots=True)
class RequestFile:
    """A request with what is prepared for its answer, the passages by file, and its log, the newest first."""

    request: Requested
    files: Sequence[Row]
    masks: Sequence[Row]
    log: Sequence[Row]

    def masks_of(self, file_id: object) -> list[Row]:
        return [one for one in self.masks if one["file_id"] == file_id]


def _reads(actor: SignedIn) -> bool:
    return bool(actor.roles & {"secretariat", "auditor"})


def waiting(connection: Connection, actor: SignedIn, today: date) -> list[Requested]:
    """The requests that wait, the longest first."""
    rows = fetch(connection, _LIST, {"reads": _reads(actor), "answered": False})
    return [_requested(row, today) for row in rows]


def answered(connection: Connection, actor: SignedIn, today: date) -> list[Requested]:
    """The latest that were answered."""
    rows = fetch(connection, _LIST, {"reads": _reads(actor), "answered": True})
    return [_requested(row, today) for row in rows]


def request_file(connection: Connection, actor: SignedIn, request_id: str, today: date) -> RequestFile | None:
    rows = fetch(connection, _ONE, {"reads": _reads(actor), "id": request_id})
    if not rows:
        return None
    files, masks, log = (fetch(connection, one, {"id": request_id}) for one in (_FILES, _MASKS, _LOG))
    return RequestFile(_requested(rows[0], today), files, masks, log)


def file(connection: Connection, actor: SignedIn, request_id: str, file_id: str) -> Row | None:
    """A file's name, hash, size and type."""
    given = {"reads": _reads(actor), "id": request_id, "file": file_id}
    return next(iter(fetch(connection, _FILE, given)), None)


def secretariat(connection: Connection, today: date) -> list[Row]:
    """Those who can decide."""
    return fetch(connection, _SECRETARIAT, {"today": today})


def _requested(row: Row, today: date) -> Requested:
    until = row["answered_at"].astimezone(STOCKHOLM).date() if row["answered_at"] is not None else today
    return Requested(row, waited(row["made_at"].astimezone(STOCKHOLM).date(), until))
