"""Documents of a case: stored by content hash, allow-listed types judged by their content, read by right."""

from __future__ import annotations

import unicodedata
import uuid
import zipfile
from datetime import datetime
from io import BytesIO
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.cases import service, store
from nt_process.cases.errors import CaseNotFound, Refused
from nt_process.cases.fields import Unusable, clean_text
from nt_process.cases.sight import SEEN, sight
from nt_process.engine.decide import unchanged
from nt_process.engine.definition import DOCUMENT_KINDS
from nt_process.engine.snapshot import Event
from nt_process.identity.actor import SignedIn
from nt_process.infra import files
from nt_process.infra.rows import Row
from nt_process.kernel.reasons import Reason

MAX_BYTES = 50 * 1024 * 1024

MAY_ADD = ("secretariat", "council_member", "region_representative", "tlv_assessor", "company_contact")

PDF = "application/pdf"
_OFFICE = {
    "word/document.xml": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xl/workbook.xml": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "ppt/presentation.xml": (
        "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
}
_SIGNATURES = (
    (b"%PDF-", ("pdf", PDF)),
    (b"\x89PNG\r\n\x1a\n", ("png", "image/png")),
    (b"\xff\xd8\xff", ("jpg", "image/jpeg")),
)
_TEXT = {"txt": "text/plain", "csv": "text/csv"}
_SAME = {"jpeg": "jpg"}

_INSERT = sa.text("""
    INSERT INTO document (id, case_id, kind, title, filename, sha256, visibility, added_by, added_at)
    VALUES (:id, :case_id, :kind, :title, :filename, :sha256, :visibility, :added_by, :at)
""")
_READABLE = f"""
    FROM document d JOIN cases c ON c.id = d.case_id JOIN file_content f ON f.sha256 = d.sha256
    WHERE c.number = :number AND conflict_of_interest(c.id, :person, acting_day()) IS NULL
      AND (:internal OR (d.visibility = 'regions' AND :region)
        OR (d.visibility = 'party' AND {SEEN}))
"""
_LIST = sa.text(
    "SELECT d.id, d.kind, d.title, d.filename, d.visibility, d.added_by, d.added_at, d.sha256, f.size, f.media_type"
    + _READABLE
    + " ORDER BY d.added_at, d.id"
)
_ONE = sa.text("SELECT d.filename, d.sha256, f.size, f.media_type" + _READABLE + " AND d.id = :id")


def add(
    engine: Engine,
    actor: SignedIn,
    number: str,
    kind: str,
    title: str,
    filename: str,
    content: bytes,
    at: datetime,
    *,
    party: bool = False,
) -> None:
    """Add a document to a case. Raises CaseNotFound, or Refused with every reason.

    A region's document is read by the council and the regions, TLV's and the company's by all parties;
    `party` opens the council's or a region's own to the parties as well.
    """
    faults: list[Reason] = []
    if kind not in DOCUMENT_KINDS:
        faults.append(Reason("document_kind_unknown"))
    try:
        title = " ".join(clean_text(title, 300).split())
    except Unusable:
        title = ""
    if not title:
        faults.append(Reason("document_title_missing"))
    media_type = judge(filename, content)
    if isinstance(media_type, Reason):
        faults.append(media_type)
    if faults or isinstance(media_type, Reason):
        raise Refused(tuple(faults))
    visibility = "party" if party else _readers(actor)

    def change(connection: Connection, loaded: store.Loaded) -> Event:
        role = next((role for role in MAY_ADD if role in loaded.actor.roles), None)
        if role is None:
            raise Refused((Reason("wrong_role", {"roles": MAY_ADD}),))
        sha256 = files.store(connection, content, media_type, at)
        document_id = uuid.uuid4()
        connection.execute(
            _INSERT,
            {
                "id": document_id,
                "case_id": loaded.id,
                "kind": kind,
                "title": title,
                "filename": safe_name(filename, media_type),
                "sha256": sha256,
                "visibility": visibility,
                "added_by": actor.name,
                "at": at,
            },
        )
        stated = {"document": str(document_id), "kind": kind, "sha256": sha256, "visibility": visibility}
        return unchanged(loaded.case, "document_added", loaded.actor, role, at, inputs=stated)

    service.record(engine, actor.id, number, at, change)


def _readers(actor: SignedIn) -> str:
    """Who reads what this person adds, when nothing else is said."""
    if actor.is_internal:
        return "internal"
    return "regions" if "region_representative" in actor.roles else "party"


def listed(connection: Connection, actor: SignedIn, number: str, as_of: datetime | None = None) -> list[Row]:
    """The case's documents that the actor may read, oldest first; with `as_of` those there were then."""
    found = connection.execute(_LIST, _parameters(actor, number)).mappings()
    return [row for row in found if as_of is None or row["added_at"] <= as_of]


def find(connection: Connection, actor: SignedIn, number: str, document_id: str) -> Row:
    """One document's name, hash, size and type. Raises CaseNotFound when the actor may not read it."""
    try:
        wanted = uuid.UUID(document_id)
    except ValueError:
        raise CaseNotFound(number) from None
    row = connection.execute(_ONE, {**_parameters(actor, number), "id": wanted}).mappings().first()
    if row is None:
        raise CaseNotFound(number)
    return row


def _parameters(actor: SignedIn, number: str) -> dict[str, Any]:
    return {
        "number": number,
        "person": actor.id,
        "internal": actor.is_internal,
        "region": "region_representative" in actor.roles,
        **sight(actor),
    }


def judge(filename: str, content: bytes) -> str | Reason:
    """The media type of an allowed file, by its content and in agreement with its name; else the reason."""
    if not content:
        return Reason("file_empty")
    if len(content) > MAX_BYTES:
        return Reason("file_too_large", {"limit_mb": MAX_BYTES // 1024 // 1024})
    extension = filename.rsplit(".", 1)[-1].lower() if "." in filename else ""
    extension = _SAME.get(extension, extension)
    found = _recognise(extension, content)
    if found is None:
        return Reason("file_type_not_allowed")
    if found[0] != extension:
        return Reason("file_type_differs", {"content": found[0].upper(), "extension": extension or "–"})
    return found[1]


def _recognise(extension: str, content: bytes) -> tuple[str, str] | None:
    for signature, kind in _SIGNATURES:
        if content.startswith(signature):
            return kind
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    if extension in _TEXT and b"\x00" not in content:
        try:
            content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return None
        return extension, _TEXT[extension]
    return None


def _office(content: bytes) -> tuple[str, str] | None:
    """An office document, by the names in its directory alone: nothing of it is unpacked here."""
    try:
        names = set(zipfile.ZipFile(BytesIO(content)).namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    if len(names) > 5000 or any("vbaProject" in name for name in names):
        return None
    return next(
        (kind for part, kind in _OFFICE.items() if part in names and "[Content_Types].xml" in names), None
    )


def safe_name(filename: str, media_type: str) -> str:
    """A name that is safe to offer at download: no path, no control or direction characters, 120 at most."""
    base = unicodedata.normalize("NFC", filename).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in base if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*;')
    stem, _dot, extension = kept.rpartition(".")
    stem = stem.strip(". ")[:110] or "dokument"
    return f"{stem}.{extension[:8]}"
