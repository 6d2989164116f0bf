"""Taking in an export of the agency: a file is kept, read and shown first, then imported in one transaction.

The file itself is kept by its hash, so that every field of every item can be traced to its source.
Importing the same file again changes nothing. An older export adds items that no later one holds,
and otherwise history only: it never overwrites what a later export states.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.horizon.ema import read_export
from nt_process.horizon.errors import HorizonError, require_editor
from nt_process.horizon.export import Export
from nt_process.horizon.matching import Known, Plan, Readable, Update, plan_import, readable_rows
from nt_process.horizon.rules import Medicine
from nt_process.identity.actor import SignedIn
from nt_process.infra import files, uploads
from nt_process.infra.uploads import Judged, quarantine
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.reasons import Reason

# One import at a time: two files matched against the same items would make the same item twice.
IMPORT_LOCK = 0x4E54_0002
MAX_FILENAME = 200

_COLUMNS = {
    "product_key": "text",
    "names": "text[]",
    "medicine": "text",
    "product_number": "text",
    "substance": "text",
    "atc": "text",
    "therapeutic_area": "text",
    "indication": "text",
    "company": "text",
    "agency_status": "text",
    "orphan": "boolean",
    "oncology": "boolean",
    "approval_type": "text",
    "opinion_on": "date",
    "authorised_on": "date",
    "expected_on": "date",
    "expected_by": "text",
    "source": "jsonb",
}
_NAMES = ", ".join(_COLUMNS)
_TYPES = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())

_ADD_IMPORT = sa.text("""
    INSERT INTO horizon_import (id, filename, sha256, made_at, uploaded_by, uploaded_at)
    VALUES (:id, :filename, :sha256, :made_at, :person, :at)
""")
_GET_IMPORT = sa.text("SELECT id, sha256, made_at, imported_at FROM horizon_import WHERE id = :id")
_FINISH_IMPORT = sa.text("""
    UPDATE horizon_import SET imported_by = :person, imported_at = :at, created = :created,
        updated = :updated, unchanged = :unchanged, rejected = CAST(:rejected AS jsonb)
    WHERE id = :id
""")
_LOCK = sa.text("SELECT pg_advisory_xact_lock(:key)")
_KNOWN = sa.text("""
    SELECT i.id, i.product_key, i.names, i.source, i.seen_at, earlier.stated
    FROM horizon_item i
    LEFT JOIN LATERAL (
        SELECT json_agg(json_build_array(m.made_at, c.field, c.new)) AS stated
        FROM horizon_change c JOIN horizon_import m ON m.id = c.import_id
        WHERE c.item_id = i.id AND NOT c.applied
    ) earlier ON true
    WHERE i.product_key = ANY(:keys) OR i.names && CAST(:names AS text[])
""")
_ADD_ITEMS = sa.text(f"""
    INSERT INTO horizon_item (id, status_at, first_import, last_import, seen_at, changed_at, {_NAMES})
    SELECT gen_random_uuid(), :at, :import, :import, :made_at, :at, {_NAMES}
    FROM json_to_recordset(CAST(:rows AS json)) AS n({_TYPES})
""")  # noqa: S608 - the columns are constants of this program
_UPDATE_ITEMS = sa.text(f"""
    UPDATE horizon_item i SET version = i.version + 1, last_import = :import, seen_at = :made_at,
        changed_at = :at, {", ".join(f"{name} = n.{name}" for name in _COLUMNS)}
    FROM json_to_recordset(CAST(:rows AS json)) AS n(id uuid, {_TYPES}) WHERE i.id = n.id
""")  # noqa: S608 - the columns are constants of this program
_ADD_CHANGES = sa.text("""
    INSERT INTO horizon_change (item_id, import_id, field, old, new, applied)
    SELECT item_id, :import, field, old, new, applied
    FROM json_to_recordset(CAST(:rows AS json))
        AS n(item_id uuid, field text, old text, new text, applied boolean)
""")
# That a later export still holds the item is remembered, also when nothing in it differs.
_SEEN = sa.text("""
    UPDATE horizon_item SET last_import = :import, seen_at = :made_at
    WHERE id = ANY(:ids) AND seen_at < :made_at
""")


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file that was handed in, and the export that was read from it."""

    filename: str
    content: bytes
    export: Export
    judged: Judged


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did, row by row of the file; `rejected` gives the faults of each row left out."""

    import_id: str
    created: int
    updated: int
    unchanged: int
    rejected: Mapping[int, tuple[Fault, ...]]


def read_file(filename: str, content: bytes) -> HandedIn:
    """A file that can be read as an export, and is in order as any file. Raises BadInput."""
    export = read_export(content)
    is_workbook = content.startswith(b"PK")
    # What the file is called does not matter to an import; its content has been read as what it is.
    judged = uploads.judge("export.xlsx" if is_workbook else "export.csv", content)
    if isinstance(judged, Reason):
        raise BadInput(Fault("unsafe_file"))
    return HandedIn(shown_filename(filename), content, export, judged)


def shown_filename(filename: str) -> str:
    """The file's own name without a path and without signs that cannot be printed."""
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in name if sign.isprintable())[:MAX_FILENAME] or "export"


def import_export(engine: Engine, file: HandedIn, at: datetime, actor: SignedIn | None = None) -> Report:
    """Keep the file and import it at once. `actor` is None for the operator's command."""
    require_editor(actor)
    readable = readable_rows(file.export)
    with engine.begin() as connection:
        kept = _keep(connection, file, _By(actor, at))
        return _carry_out(connection, kept, readable, _By(actor, at))


def upload(engine: Engine, file: HandedIn, at: datetime, actor: SignedIn) -> str:
    """Keep the file, to be shown and then imported; returns the id of its import."""
    require_editor(actor)
    with engine.begin() as connection:
        return _keep(connection, file, _By(actor, at)).id


def preview(connection: Connection, import_id: str) -> Plan:
    """What importing an uploaded file would do now. Raises HorizonError."""
    kept = _kept(connection, import_id)
    readable = readable_rows(read_export(_content(connection, kept.sha256)))
    return plan_import(readable, _known(connection, readable), kept.made_at)


def carry_out(engine: Engine, import_id: str, at: datetime, actor: SignedIn) -> Report | None:
    """Import an uploaded file. None when it has been imported already. Raises HorizonError."""
    require_editor(actor)
    with engine.begin() as connection:
        connection.execute(_LOCK, {"key": IMPORT_LOCK})
        kept = _kept(connection, import_id)
        if kept.imported_at is not None:
            return None
        readable = readable_rows(read_export(_content(connection, kept.sha256)))
        return _carry_out(connection, kept, readable, _By(actor, at))


@dataclass(frozen=True, slots=True)
class _By:
    """Who does it, and at which instant; nobody is the operator."""

    actor: SignedIn | None
    at: datetime

    @property
    def person(self) -> str | None:
        return None if self.actor is None else self.actor.id


@dataclass(frozen=True, slots=True)
class _Kept:
    """A file that is stored: which import it is, and when the export in it was made."""

    id: str
    sha256: str
    made_at: datetime
    imported_at: datetime | None = None


def _keep(connection: Connection, file: HandedIn, by: _By) -> _Kept:
    extension = "export.xlsx" if file.content.startswith(b"PK") else "export.csv"
    sha256 = quarantine.keep(connection, file.judged, extension, file.content, by.at, person_id=by.person)
    # A wrong date in the future would make every later export look older than this one.
    kept = _Kept(str(uuid.uuid4()), sha256, min(file.export.made_at or by.at, by.at))
    parameters = {
        "id": kept.id,
        "filename": file.filename,
        "sha256": sha256,
        "made_at": kept.made_at,
        "person": by.person,
        "at": by.at,
    }
    connection.execute(_ADD_IMPORT, parameters)
    return kept


def _carry_out(connection: Connection, kept: _Kept, readable: Readable, by: _By) -> Report:
    connection.execute(_LOCK, {"key": IMPORT_LOCK})
    plan = plan_import(readable, _known(connection, readable), kept.made_at)
    _write(connection, kept.id, plan, by.at)
    report = Report(kept.id, len(plan.new), len(plan.updates), plan.unchanged, plan.rejected)
    parameters = {
        "id": kept.id,
        "person": by.person,
        "at": by.at,
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "rejected": _json([{"row": row, "faults": faults} for row, faults in report.rejected.items()]),
    }
    connection.execute(_FINISH_IMPORT, parameters)
    return report


def _write(connection: Connection, import_id: str, plan: Plan, at: datetime) -> None:
    """Four statements at most, however many rows the export has."""
    context = {"import": import_id, "made_at": plan.made_at, "at": at}
    if plan.new:
        rows = [_row(new.medicine, new.source) for new in plan.new]
        connection.execute(_ADD_ITEMS, {**context, "rows": _json(rows)})
    applied = [update for update in plan.updates if update.applies]
    if applied:
        rows = [{"id": update.item_id, **_row(update.medicine, update.source)} for update in applied]
        connection.execute(_UPDATE_ITEMS, {**context, "rows": _json(rows)})
    if plan.updates:
        connection.execute(_ADD_CHANGES, {"import": import_id, "rows": _json(_changes(plan.updates))})
    if plan.seen:
        connection.execute(_SEEN, {"import": import_id, "made_at": plan.made_at, "ids": list(plan.seen)})


def _row(medicine: Medicine, source: Mapping[str, str]) -> dict[str, object]:
    return {**asdict(medicine), "source": source}


def _changes(updates: Sequence[Update]) -> list[dict[str, object]]:
    return [
        {"item_id": update.item_id, **asdict(change), "applied": update.applies}
        for update in updates
        for change in update.changes
    ]


def _known(connection: Connection, readable: Readable) -> list[Known]:
    """The items that any of the rows may be about."""
    parameters = {
        "keys": [medicine.product_key for _row, medicine in readable.rows if medicine.product_key],
        "names": [name for _row, medicine in readable.rows for name in medicine.names],
    }
    return [
        Known(
            str(row.id),
            row.product_key,
            tuple(row.names),
            row.source,
            row.seen_at,
            {(datetime.fromisoformat(made_at), field, text) for made_at, field, text in row.stated or ()},
        )
        for row in connection.execute(_KNOWN, parameters)
    ]


def _kept(connection: Connection, import_id: str) -> _Kept:
    row = connection.execute(_GET_IMPORT, {"id": import_id}).first()
    if row is None:
        raise HorizonError("not_found")
    return _Kept(str(row.id), row.sha256, row.made_at, row.imported_at)


def _content(connection: Connection, sha256: str) -> bytes:
    return b"".join(files.open_parts(connection, sha256))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    """How a date and a fault are written in JSON."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fault):
        return {"code": value.code, "column": value.column, "params": dict(value.params)}
    raise TypeError(f"{type(value)} has no form in JSON here")
