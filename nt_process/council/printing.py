"""Material and minutes as printed documents, made in the background and read as whoever asked for them.

The material is one document for each reader: the agenda, what each item is about, and behind it the documents that this
reader may read. The minutes are an official document, and in Swedish.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection, Engine

from nt_process.cases import documents
from nt_process.council import queries, rules, texts, wording
from nt_process.council.queries import MeetingFile
from nt_process.engine.definition import DOCUMENT_KINDS
from nt_process.engine.loader import load_published
from nt_process.identity.actor import load_by_id
from nt_process.infra import acting, files, jobs, pdf
from nt_process.infra.operation import OperationError
from nt_process.infra.pdf_join import Part, render_joined_in_child
from nt_process.infra.rows import Row
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.messages import N_, translator

MATERIAL, MINUTES = "council_material_pdf", "council_minutes_pdf"
# Of all documents of a meeting together; what does not fit is opened in the system.
MOST_BYTES = 64 * 1024 * 1024
_GONE = N_("The meeting is not there any more.")


@dataclass(frozen=True, slots=True)
class Order:
    """A job for a worker, see `infra/jobs.py`. Its key begins with whom it is for."""

    kind: str
    key: str
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Chapter:
    """An item with what its reader may know: nothing but its name when they have a conflict of interest in it."""

    item: Row
    heading: str
    kind: str
    state: str
    documents: Sequence[Row]
    included: frozenset[str]
    hidden: bool


def material(file: MeetingFile, connection: Connection, language: str, at: datetime) -> Order:
    """The job for the material as its reader may read it. The same key: everything that is printed is the same."""
    listed = [_documents(connection, file, one) for one in file.on_agenda]
    printed = [
        dict(file.row),
        [dict(one) for one in file.on_agenda],
        [[dict(d) for d in one] for one in listed],
    ]
    return _order(MATERIAL, file, at, language, printed)


def minutes(file: MeetingFile, connection: Connection, version: int, at: datetime) -> Order:
    """The job for a version of the minutes as its reader may read it."""
    printed = [
        [dict(one) for one in queries.sections(connection, file, version)],
        [dict(one) for one in queries.approvals(connection, file)],
        [dict(file.row)],
    ]
    return _order(MINUTES, file, at, wording.LANGUAGE, printed, version=str(version))


def _order(
    kind: str, file: MeetingFile, at: datetime, language: str, printed: Sequence[object], **more: str
) -> Order:
    digest = hashlib.sha256(json.dumps(printed, default=str, sort_keys=True).encode()).hexdigest()
    key = f"{file.actor.id}:{file.id}:{language}:{digest}"
    params = {"person": file.actor.id, "meeting": file.id, "language": language, "at": at.isoformat()}
    return Order(kind, key, {**params, **more})


def _documents(connection: Connection, file: MeetingFile, item: Row) -> list[Row]:
    """The documents of an item's case that the reader may open, and nothing where they have a conflict of interest."""
    if item["number"] is None or item["id"] in file.hidden or item["conflicted"]:
        return []
    found = documents.listed(connection, file.actor, item["number"])
    # One that waits to be examined is given to whoever handed it in, and put into nobody's material.
    return [one for one in found if one["given"] and one["examined"] == "clean"]


def make_material(engine: Engine, params: Mapping[str, Any]) -> bytes:
    """The worker's part: read the meeting as whoever asked, lay it out, and add the documents behind it."""
    at, language = datetime.fromisoformat(params["at"]), str(params["language"])
    with engine.connect() as connection:
        file = _file(connection, params, at)
        chapters, parts = _chapters(connection, file, language)
    html = material_html(file, chapters, language, at)
    made, unread = render_joined_in_child(html, parts, made_at=at)
    if unread:
        # What cannot be read as a PDF is said to be outside, as everything else that is no PDF.
        left = [part for place, part in enumerate(parts) if place not in unread]
        lost = {(parts[place].under, parts[place].title) for place in unread}
        chapters = [_without(chapter, number, lost) for number, chapter in enumerate(chapters, 1)]
        made, _none = render_joined_in_child(material_html(file, chapters, language, at), left, made_at=at)
    return made


def _chapters(connection: Connection, file: MeetingFile, language: str) -> tuple[list[Chapter], list[Part]]:
    translate = translator(language)
    workflows, chapters, parts, size = load_published(), [], [], 0
    for number, item in enumerate(file.on_agenda, 1):
        found, included = _documents(connection, file, item), set()
        for one in found:
            if one["media_type"] == pdf.PDF_TYPE and size + one["size"] <= MOST_BYTES:
                size += one["size"]
                included.add(str(one["id"]))
                data = b"".join(files.open_parts(connection, one["sha256"]))
                parts.append(Part(one["title"], data, number))
        workflow = workflows.get((item["process"], item["workflow_version"]))
        state = workflow.states[item["state"]].labels["secretariat"] if workflow is not None else None
        chapters.append(
            Chapter(
                item,
                queries.heading_of(item),
                translate(texts.KIND_MESSAGES[item["kind"]]),
                state.in_language(language) if state else "",
                found,
                frozenset(included),
                item["conflicted"],
            )
        )
    return chapters, parts


def _without(chapter: Chapter, number: int, lost: set[tuple[int, str]]) -> Chapter:
    kept = frozenset(
        str(one["id"])
        for one in chapter.documents
        if str(one["id"]) in chapter.included and (number, one["title"]) not in lost
    )
    return Chapter(
        chapter.item, chapter.heading, chapter.kind, chapter.state, chapter.documents, kept, chapter.hidden
    )


def material_html(file: MeetingFile, chapters: Sequence[Chapter], language: str, at: datetime) -> str:
    """The HTML of the material, without the documents behind it."""
    return pdf.html_of(
        "council_material.html",
        language,
        made_at=_made_at(at),
        name=file.name,
        m=file.row,
        reader=file.actor.name,
        chapters=chapters,
        clock=lambda instant: instant.strftime("%H:%M"),
        ends=rules.end_of(file.row["starts"], [one["minutes"] for one in file.on_agenda]),
        document_kind=lambda kind: DOCUMENT_KINDS[kind].in_language(language),
    )


def make_minutes(engine: Engine, params: Mapping[str, Any]) -> bytes:
    """The worker's part for the minutes: the version as whoever asked may read it."""
    at = datetime.fromisoformat(params["at"])
    version = int(params["version"])
    with engine.connect() as connection:
        file = _file(connection, params, at)
        found = next((one for one in queries.versions(connection, file) if one["version"] == version), None)
        if found is None:
            raise OperationError(_GONE)
        sections = queries.sections(connection, file, version)
        approvals = [one for one in queries.approvals(connection, file) if one["version"] == version]
    return pdf.render_in_child(minutes_html(file, found, sections, approvals, at), made_at=at)


def minutes_html(
    file: MeetingFile, version: Row, sections: Sequence[Row], approvals: Sequence[Row], at: datetime
) -> str:
    """The HTML of a version of the minutes."""
    _ = translator(wording.LANGUAGE)
    return pdf.html_of(
        "council_minutes.html",
        wording.LANGUAGE,
        made_at=_made_at(at),
        name=file.name,
        m=file.row,
        version=version,
        sections=sections,
        approvals=approvals,
        is_closed=file.row["closed_version"] == version["version"],
        capacity=lambda name: _(texts.CAPACITY_MESSAGES[name]),
        instant=lambda found: found.astimezone(STOCKHOLM).strftime("%Y-%m-%d %H:%M"),
    )


def _file(connection: Connection, params: Mapping[str, Any], at: datetime) -> MeetingFile:
    """The meeting as whoever asked saw it on the day that they asked."""
    today = at.astimezone(STOCKHOLM).date()
    actor = load_by_id(connection, str(params["person"]), today)
    if actor is None:
        raise OperationError(_GONE)
    acting.until_the_end(connection, actor.id, today)
    file = queries.meeting_file(connection, actor, str(params["meeting"]), today)
    if file is None or not file.reads or file.row["starts"] is None:
        raise OperationError(_GONE)
    return file


def _made_at(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


HANDLERS: Mapping[str, jobs.Handler] = {MATERIAL: make_material, MINUTES: make_minutes}
