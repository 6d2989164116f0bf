"""Documents of a case: judged as any file from outside, stored by content hash, read by right.

A document whose file still waits to be examined is listed, but its file is given only to the one who added it; one
that was stopped stays in the list with the reason, and its file is given to nobody.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.cases import service, store
from nt_process.cases.errors import CaseNotFound, Refused
from nt_process.cases.fields import Unusable, clean_text
from nt_process.cases.sight import SEEN, sight
from nt_process.engine.decide import unchanged
from nt_process.engine.definition import DOCUMENT_KINDS
from nt_process.engine.snapshot import Event, evolve
from nt_process.identity.actor import SignedIn
from nt_process.infra import uploads
from nt_process.infra.database import driver_of
from nt_process.infra.rows import Row
from nt_process.infra.uploads import MAX_BYTES, Judged, quarantine, safe_name
from nt_process.kernel.reasons import Reason

__all__ = [
    "MAX_BYTES",
    "MAY_ADD",
    "add",
    "examine_waiting",
    "find",
    "judge",
    "kinds_for",
    "listed",
    "safe_name",
]

MAY_ADD = ("secretariat", "council_member", "region_representative", "tlv_assessor", "company_contact")
# A kind says whose word a document is, and an action may rest on it: who adds what. Early reports come out of the
# regions' horizon scanning, assessments of TLV; what is decided and agreed is added by the council alone.
_KINDS = {
    "region_representative": (
        "nomination",
        "early_report",
        "follow_up_protocol",
        "follow_up_report",
        "other",
    ),
    "tlv_assessor": ("assessment_report", "jca_report", "other"),
    "company_contact": ("application", "supplement", "withdrawal", "other"),
}

_INSERT = sa.text("""
    INSERT INTO document (id, case_id, kind, title, filename, sha256, visibility, added_by, added_at)
    VALUES (:id, :case_id, :kind, :title, :filename, :sha256, :visibility, :added_by, :at)
""")
_READABLE = f"""
    FROM document d JOIN cases c ON c.id = d.case_id JOIN file_content f ON f.sha256 = d.sha256
    LEFT JOIN examination x ON x.sha256 = d.sha256
    WHERE c.number = :number AND conflict_of_interest(c.id, :person, acting_day()) IS NULL
      AND (:internal OR (d.visibility = 'regions' AND :region)
        OR (d.visibility = 'party' AND {SEEN}))
"""
# Whether the file is given out: clean, waiting or quarantined; one that waits is given to who handed it in.
_EXAMINED = """
    coalesce(x.state, 'clean') AS examined, x.fault, x.params,
    coalesce(x.state, 'clean') = 'clean' OR (x.state = 'waiting' AND EXISTS (
        SELECT FROM handed_in h WHERE h.sha256 = d.sha256 AND h.person_id = :person)) AS given
"""
_LIST = sa.text(
    "SELECT d.id, d.kind, d.title, d.filename, d.visibility, d.added_by, d.added_at, d.sha256, f.size, f.media_type,"
    + _EXAMINED
    + _READABLE
    + " ORDER BY d.added_at, d.id"
)
_ONE = sa.text(
    "SELECT d.filename, d.sha256, f.size, f.media_type," + _EXAMINED + _READABLE + " AND d.id = :id"
)
_WITH_FILE = sa.text("SELECT id, case_id FROM document WHERE sha256 = :sha256 ORDER BY case_id, id")
_LOCK = sa.text("SELECT FROM cases WHERE id = :case_id FOR UPDATE")


def kinds_for(roles: Collection[str]) -> tuple[str, ...]:
    """The kinds of documents that somebody with these roles may add, in the order they are named everywhere."""
    allowed = {kind for role in roles if role in MAY_ADD for kind in _KINDS.get(role, DOCUMENT_KINDS)}
    return tuple(kind for kind in DOCUMENT_KINDS if kind in allowed)


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
    judged: Judged | None = None,
) -> bool:
    """Add a document to a case: whether its file has been examined. Raises CaseNotFound, or Refused.

    A region's document is read by the council and the regions, TLV's and the company's by all parties;
    `party` opens the council's or a region's own to the parties as well. `judged` is for files of our own making.
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
    found = judged or uploads.judge(filename, content)
    if isinstance(found, Reason):
        faults.append(found)
    if faults or isinstance(found, Reason):
        raise Refused(tuple(faults))
    visibility = "party" if party else _readers(actor)

    def change(connection: Connection, loaded: store.Loaded) -> Event:
        role = next((role for role in MAY_ADD if role in loaded.actor.roles), None)
        if role is None:
            raise Refused((Reason("wrong_role", {"roles": MAY_ADD}),))
        if kind not in kinds_for(loaded.actor.roles):
            raise Refused((Reason("document_kind_not_yours"),))
        sha256 = quarantine.keep(
            connection, found, filename, content, at, person_id=actor.id, case_id=loaded.id
        )
        document_id = uuid.uuid4()
        connection.execute(
            _INSERT,
            {
                "id": document_id,
                "case_id": loaded.id,
                "kind": kind,
                "title": title,
                "filename": safe_name(filename),
                "sha256": sha256,
                "visibility": visibility,
                "added_by": actor.name,
                "at": at,
            },
        )
        stated = {"document": str(document_id), "kind": kind, "sha256": sha256, "visibility": visibility}
        return unchanged(loaded.case, "document_added", loaded.actor, role, at, inputs=stated)

    service.record(engine, actor.id, number, at, change)
    return found.examined


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
    """One document's name, hash, size and type, and whether its file is given out; else CaseNotFound."""
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
    """The media type of a file that has been examined and is in order; else the reason.

    For a feature that keeps its files itself and has no place for one that waits: it is asked for again.
    """
    found = uploads.judge(filename, content)
    if isinstance(found, Reason):
        return found
    return found.media_type if found.examined else Reason("file_not_examined")


def examine_waiting(engine: Engine, now: Callable[[], datetime]) -> bool:
    """The worker's duty: examine one file that waits, and note on its cases when it is stopped."""
    return quarantine.examine_next(engine, now(), now, _note_stopped)


def _note_stopped(connection: Connection, sha256: str, reason: str, at: datetime) -> None:
    driver = driver_of(connection)
    for document in connection.execute(_WITH_FILE, {"sha256": sha256}).all():
        connection.execute(_LOCK, {"case_id": document.case_id})
        loaded = store.load_as_system(driver, str(document.case_id))
        if loaded is None:
            continue
        stated = {"document": str(document.id), "sha256": sha256, "reason": reason}
        event = unchanged(loaded.case, "document_stopped", loaded.actor, "system", at, inputs=stated)
        store.write(driver, service.workflow_of(loaded.case), loaded, evolve(loaded.case, event), event)
