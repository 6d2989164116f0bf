"""Documents of a case: judged as any file from outside, stored by content hash, read by right.

A document whose file still waits to be examined is listed, but its file is given only to the one who added it; one
that was stopped or withdrawn stays in the list with the reason, and its file is given to nobody.
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
from nt_process.cases.fields import Unusable, clean_text, one_line
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
    "change_readers",
    "examine_waiting",
    "find",
    "judge",
    "kinds_for",
    "listed",
    "safe_name",
    "withdraw",
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

VISIBILITIES = ("internal", "regions", "party")
MAX_REASON = 2_000

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
    d.withdrawn_at IS NULL AND (coalesce(x.state, 'clean') = 'clean' OR (x.state = 'waiting' AND EXISTS (
        SELECT FROM handed_in h WHERE h.sha256 = d.sha256 AND h.person_id = :person))) AS given
"""
# The log names who added it.
_OWN = """
    EXISTS (SELECT FROM event e WHERE e.case_id = d.case_id AND e.kind = 'document_added'
        AND e.body -> 'inputs' ->> 'document' = d.id::text AND e.actor_id = :person) AS own
"""
_LIST = sa.text(
    "SELECT d.id, d.kind, d.title, d.filename, d.visibility, d.added_by, d.added_at, d.sha256, f.size, f.media_type,"
    " d.withdrawn_at, d.withdrawn_by, d.withdrawn_reason,"
    + _OWN
    + ","
    + _EXAMINED
    + _READABLE
    + " ORDER BY d.added_at, d.id"
)
_ONE = sa.text(
    "SELECT d.filename, d.sha256, f.size, f.media_type," + _EXAMINED + _READABLE + " AND d.id = :id"
)
_FOR_CHANGE = sa.text(f"""
    SELECT d.kind, d.visibility, d.withdrawn_at, {_OWN} FROM document d
    WHERE d.case_id = :case_id AND d.id = :id FOR UPDATE
""")  # noqa: S608 - a constant of this program
_WITHDRAW = sa.text("""
    UPDATE document SET withdrawn_at = :at, withdrawn_by = :by, withdrawn_reason = :reason WHERE id = :id
""")
_CHANGE_READERS = sa.text("UPDATE document SET visibility = :visibility WHERE id = :id")
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
        title = one_line(title)
        if not title:
            faults.append(Reason("document_title_missing"))
    except Unusable as refused:
        code = "characters" if refused.args[0] == "bad_characters" else "missing"
        faults.append(Reason(f"document_title_{code}"))
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


def withdraw(
    engine: Engine, actor: SignedIn, number: str, document_id: str, reason: str, at: datetime
) -> None:
    """Withdraw a document, by whoever added it or the secretariat: it stays in the list and in the log, its file is
    given to nobody any more, and no condition is met by it. Raises CaseNotFound, or Refused."""
    stated = _reason(reason)

    def change(connection: Connection, loaded: store.Loaded) -> Event:
        document = _held(connection, actor, loaded, number, document_id)
        role = next((role for role in MAY_ADD if role in loaded.actor.roles), None)
        if role is None or not (document["own"] or "secretariat" in loaded.actor.roles):
            raise Refused((Reason("document_not_yours"),))
        done = {"id": document["id"], "at": at, "by": actor.name, "reason": stated}
        connection.execute(_WITHDRAW, done)
        told = {name: document[name] for name in ("kind", "visibility")}
        inputs = {"document": str(document["id"]), **told, "reason": stated}
        return unchanged(loaded.case, "document_withdrawn", loaded.actor, role, at, inputs=inputs)

    service.record(engine, actor.id, number, at, change)


def change_readers(
    engine: Engine, actor: SignedIn, number: str, document_id: str, visibility: str, at: datetime
) -> None:
    """Change who may read a document, by the secretariat. Raises CaseNotFound, or Refused."""
    if visibility not in VISIBILITIES:
        raise Refused((Reason("document_readers_unknown"),))

    def change(connection: Connection, loaded: store.Loaded) -> Event | None:
        if "secretariat" not in loaded.actor.roles:
            raise Refused((Reason("wrong_role", {"roles": ("secretariat",)}),))
        document = _held(connection, actor, loaded, number, document_id)
        if document["visibility"] == visibility:
            return None
        connection.execute(_CHANGE_READERS, {"id": document["id"], "visibility": visibility})
        inputs = {
            "document": str(document["id"]),
            "kind": document["kind"],
            "before": document["visibility"],
            "visibility": visibility,
        }
        return unchanged(loaded.case, "document_readers", loaded.actor, "secretariat", at, inputs=inputs)

    service.record(engine, actor.id, number, at, change)


def _reason(text: str) -> str:
    try:
        stated = clean_text(text, MAX_REASON)
    except Unusable:
        stated = ""
    if not stated:
        raise Refused((Reason("document_reason_missing", {"limit": MAX_REASON}),))
    return stated


def _held(
    connection: Connection, actor: SignedIn, loaded: store.Loaded, number: str, document_id: str
) -> dict[str, Any]:
    """The document, held until the transaction ends. What the actor may not change does not exist for them."""
    try:
        wanted = {"id": uuid.UUID(document_id), "case_id": loaded.id, "person": actor.id}
    except ValueError:
        raise CaseNotFound(number) from None
    found = connection.execute(_FOR_CHANGE, wanted).mappings().first()
    if found is None:
        raise CaseNotFound(number)
    if found["withdrawn_at"] is not None:
        raise Refused((Reason("document_withdrawn"),))
    return {**{str(name): value for name, value in found.items()}, "id": wanted["id"]}


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
