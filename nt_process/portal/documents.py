"""Documents of an application: added in their two versions with what is claimed secret, and removed until they are filed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.cases.documents import judge, safe_name
from nt_process.engine.definition import DOCUMENT_KINDS
from nt_process.infra import files
from nt_process.kernel.reasons import Reason
from nt_process.portal import rules
from nt_process.portal.errors import PortalError
from nt_process.portal.holding import Maker, hold, id_of, who
from nt_process.portal.rules import NotAnAnswer, Passage

_ADD_DOCUMENT = sa.text("""
    INSERT INTO application_document (id, application_id, request_seq, kind, title, public_sha256, public_name,
        secret_sha256, secret_name, added_by, added_at)
    VALUES (:document, :id, :request_seq, :kind, :title, :public_sha256, :public_name, :secret_sha256, :secret_name,
        :name, :at)
""")
_ADD_PASSAGE = sa.text("""
    INSERT INTO application_passage (id, document_id, place, provision, reason, secret_until)
    VALUES (:passage, :document, :place, :provision, :reason, :until)
""")
_REMOVE_DOCUMENT = sa.text("""
    UPDATE application_document SET removed_at = :at
    WHERE id = :document AND application_id = :id AND filing_id IS NULL AND removed_at IS NULL
""")

SUPPLEMENT_KINDS = ("supplement", "other")
APPLICATION_KINDS = ("application", "other")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent."""

    filename: str
    content: bytes


def add_document(
    engine: Engine,
    maker: Maker,
    application_id: str,
    texts: Mapping[str, str],
    public: Upload | None,
    secret: Upload | None,
    request_seq: int | None = None,
) -> dict[str, NotAnAnswer | Reason]:
    """Add a document: the version for everyone, and where it holds secrets also the other, with its passage.

    `texts` are kind, title and, with `secret`, the passage's place, provision, reason and until. Gives back what is
    wrong with each field; when there is nothing, the document is added. Raises PortalError not_found, not_draft.
    """
    faults: dict[str, NotAnAnswer | Reason] = {}
    title = ""
    kinds = APPLICATION_KINDS if request_seq is None else SUPPLEMENT_KINDS
    if texts.get("kind") not in kinds:
        faults["kind"] = NotAnAnswer("not_a_choice")
    try:
        title = rules.line(texts.get("title", ""))
        if not title:
            faults["title"] = NotAnAnswer("missing")
    except NotAnAnswer as fault:
        faults["title"] = fault
    passages: Sequence[Passage] = ()
    if secret is not None or any(texts.get(name, "").strip() for name in ("place", "reason", "until")):
        read = rules.read_passage(texts, maker.today)
        passages = (read,) if isinstance(read, Passage) else ()
        faults |= {} if isinstance(read, Passage) else read
        if secret is None:
            faults["secret_file"] = NotAnAnswer("file_missing")
    faults |= _judge_files(public, secret)
    if faults or public is None:
        return faults
    with engine.begin() as connection:
        held = hold(connection, maker, application_id)
        if held["status"] != ("draft" if request_seq is None else "submitted"):
            raise PortalError("not_draft")
        document = {
            "document": uuid.uuid4(),
            "id": held["id"],
            "request_seq": request_seq,
            "kind": texts["kind"],
            "title": title,
            **_stored(connection, "public", public, maker.at),
            **_stored(connection, "secret", secret, maker.at),
            **who(maker),
        }
        connection.execute(_ADD_DOCUMENT, document)
        for one in passages:
            connection.execute(
                _ADD_PASSAGE,
                {
                    "passage": uuid.uuid4(),
                    "document": document["document"],
                    "place": one.place,
                    "provision": one.provision,
                    "reason": one.reason,
                    "until": one.until,
                },
            )
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
