"""Documents of an application: added in their two versions with what is claimed secret, and removed until they are filed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.cases.documents import judge, safe_name
from nt_process.engine.definition import DOCUMENT_KINDS
from nt_process.identity.maker import Maker
from nt_process.infra import files
from nt_process.kernel.reasons import Reason
from nt_process.portal import rules
from nt_process.portal.errors import PortalError
from nt_process.portal.holding import hold, id_of, who
from nt_process.portal.rules import NotAnAnswer

_ADD_DOCUMENT = sa.text("""
    INSERT INTO application_document (id, application_id, request_seq, kind, title, public_sha256, public_name,
        secret_sha256, secret_name, added_by, added_at)
    VALUES (:document, :id, :request_seq, :kind, :title, :public_sha256, :public_name, :secret_sha256, :secret_name,
        :name, :at)
""")
_ADD_PASSAGE = sa.text("""
    INSERT INTO application_passage (id, document_id, number, place, provision, reason, secret_until)
    VALUES (:passage, :document, :number, :place, :provision, :reason, :until)
""")
_REMOVE_DOCUMENT = sa.text("""
    UPDATE application_document SET removed_at = :at
    WHERE id = :document AND application_id = :id AND filing_id IS NULL AND removed_at IS NULL
""")

# Also what was taken away again counts: it is kept.
_TAKEN = sa.text("""
    SELECT count(*) AS documents, coalesce(sum(u.size), 0) + coalesce(sum(v.size), 0) AS bytes
    FROM application_document d JOIN file_content u ON u.sha256 = d.public_sha256
    LEFT JOIN file_content v ON v.sha256 = d.secret_sha256 WHERE d.application_id = :id
""")

MOST_DOCUMENTS = 300
MOST_BYTES = 2000 * 1024 * 1024
SUPPLEMENT_KINDS = ("supplement", "other")
APPLICATION_KINDS = ("application", "other")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent."""

    filename: str
    content: bytes


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document as it was sent: `claims` are the texts of each claim of secrecy (see `rules.read_passages`)."""

    kind: str
    title: str
    claims: Sequence[Mapping[str, str]]
    public: Upload | None
    secret: Upload | None


def add_document(
    engine: Engine,
    maker: Maker,
    application_id: str,
    sent: NewDocument,
    request_seq: int | None = None,
) -> dict[str, NotAnAnswer | Reason]:
    """Add a document: the version for everyone, and where it holds secrets also the other, with what is claimed.

    Gives back what is wrong with each field; when there is nothing, the document is added. A field of a claim is
    called by its name and the claim's number, as in `place-2`. Raises PortalError not_found, not_draft.
    """
    faults: dict[str, NotAnAnswer | Reason] = {}
    title = ""
    if sent.kind not in (APPLICATION_KINDS if request_seq is None else SUPPLEMENT_KINDS):
        faults["kind"] = NotAnAnswer("not_a_choice")
    try:
        title = rules.line(sent.title)
        if not title:
            faults["title"] = NotAnAnswer("missing")
    except NotAnAnswer as fault:
        faults["title"] = fault
    passages, wrong = rules.read_passages(sent.claims, maker.today, required=sent.secret is not None)
    faults |= wrong
    if sent.secret is None and (passages or wrong):
        faults["secret_file"] = NotAnAnswer("file_missing")
    faults |= _require_room(engine, maker, application_id, sent) or _judge_files(sent.public, sent.secret)
    if faults or sent.public is None:
        return faults
    with engine.begin() as connection:
        held = hold(connection, maker, application_id)
        if held["status"] != ("draft" if request_seq is None else "submitted"):
            raise PortalError("not_draft")
        document = {
            "document": uuid.uuid4(),
            "id": held["id"],
            "request_seq": request_seq,
            "kind": sent.kind,
            "title": title,
            **_stored(connection, "public", sent.public, maker.at),
            **_stored(connection, "secret", sent.secret, maker.at),
            **who(maker),
        }
        connection.execute(_ADD_DOCUMENT, document)
        if passages:
            claimed = [
                {**asdict(one), "passage": uuid.uuid4(), "document": document["document"], "number": number}
                for number, one in enumerate(passages, start=1)
            ]
            connection.execute(_ADD_PASSAGE, claimed)
    return {}


def _require_room(
    engine: Engine, maker: Maker, application_id: str, sent: NewDocument
) -> dict[str, NotAnAnswer | Reason]:
    """What an application may hold, asked before anything is examined. Raises PortalError not_found."""
    with engine.begin() as connection:
        held = hold(connection, maker, application_id)
        taken = connection.execute(_TAKEN, {"id": held["id"]}).one()
    if taken.documents >= MOST_DOCUMENTS:
        return {"public_file": Reason("too_many_documents", {"limit": MOST_DOCUMENTS})}
    coming = sum(len(one.content) for one in (sent.public, sent.secret) if one is not None)
    if taken.bytes + coming > MOST_BYTES:
        return {"public_file": Reason("too_many_bytes", {"limit": MOST_BYTES // 1024 // 1024})}
    return {}


def _judge_files(public: Upload | None, secret: Upload | None) -> dict[str, NotAnAnswer | Reason]:
    faults: dict[str, NotAnAnswer | Reason] = {}
    if public is None:
        faults["public_file"] = NotAnAnswer("file_missing" if secret is None else "public_missing")
    for name, upload in (("public_file", public), ("secret_file", secret)):
        media_type = "" if upload is None else judge(upload.filename, upload.content)
        if isinstance(media_type, Reason):
            faults[name] = media_type
    if public and secret and public.content == secret.content and not faults:
        faults["public_file"] = NotAnAnswer("same_file")
    return faults


def _stored(connection: Connection, name: str, upload: Upload | None, at: datetime) -> dict[str, str | None]:
    media_type = None if upload is None else judge(upload.filename, upload.content)
    if upload is None or not isinstance(media_type, str):
        return {f"{name}_sha256": None, f"{name}_name": None}
    sha256 = files.store(connection, upload.content, media_type, at)
    return {f"{name}_sha256": sha256, f"{name}_name": safe_name(upload.filename, media_type)}


def remove_document(engine: Engine, maker: Maker, application_id: str, document_id: str) -> None:
    """Take away a document that has not been filed. Raises PortalError not_found."""
    with engine.begin() as connection:
        held = hold(connection, maker, application_id)
        place = {"id": held["id"], "document": id_of(document_id), "at": maker.at}
        if connection.execute(_REMOVE_DOCUMENT, place).rowcount == 0:
            raise PortalError("not_found")


def kind_names(kinds: Sequence[str], language: str) -> list[tuple[str, str]]:
    return [(kind, DOCUMENT_KINDS[kind].in_language(language)) for kind in kinds]
