"""Files of a quarter's counts: kept, read in the background, shown, and taken in as a whole or not at all.

What a file without faults holds is stored when it has been read; it counts from when the file is taken in, which gives it
its number. What a later file says of a recommendation's measure in a region in a quarter replaces what earlier ones said
of it; the earlier rows stay, so that what was known at any time can be asked for.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.followup import figuring, sources
from nt_process.followup.errors import FollowupError, require_secretariat
from nt_process.followup.rules import quarters
from nt_process.followup.sheets import Count, Place, Read, places_of, read_file
from nt_process.identity.maker import Maker
from nt_process.infra import files, jobs
from nt_process.infra.collecting import collected_later
from nt_process.infra.rows import Row, fetch
from nt_process.infra.spreadsheet import CSV_TYPE, XLSX_TYPE
from nt_process.infra.tabular import MAX_FILE_BYTES, comparable
from nt_process.kernel import typed as fields
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.faults import BadInput, Fault

READING = "followup_file"
MAX_BYTES = MAX_FILE_BYTES
MAX_FILENAME, MAX_BASIS = 200, 500
# As it is written where no person has handed in a file.
COMMAND_LINE = "nt import quarter"
# Files are taken in one after the other, so that their numbers say which is later.
TAKING_LOCK = 0x4E54_0042

_KNOWN = sa.text("""
    SELECT p.recommendation_id, p.slug, p.case_number FROM publication p
    WHERE p.kind = 'final' ORDER BY p.published_at, p.slug
""")
_ADD = sa.text("""
    INSERT INTO followup_file (id, source, legal_basis, filename, sha256, state, uploaded_by, uploader, uploaded_at)
    VALUES (:id, :source, :basis, :filename, :sha256, 'waiting', :person, :name, :at)
""")
_LISTED = sa.text("""
    SELECT * FROM followup_file WHERE CAST(:id AS uuid) IS NULL OR id = CAST(:id AS uuid)
    ORDER BY uploaded_at DESC, id LIMIT 100
""")
_READ = sa.text("""
    UPDATE followup_file SET state = :state, row_count = :rows, fault_count = :fault_count,
        faults = CAST(:faults AS jsonb), summary = CAST(:summary AS jsonb)
    WHERE id = :id AND state = 'waiting'
""")
_STORE = sa.text("""
    INSERT INTO followup_count (file_id, recommendation_id, quarter, measure, county_code, quantity, base)
    SELECT :file, x.* FROM unnest(CAST(:recommendations AS uuid[]), CAST(:quarters AS date[]), CAST(:measures AS text[]),
        CAST(:regions AS text[]), CAST(:quantities AS numeric[]), CAST(:bases AS numeric[])) x
""")
_LOCK = sa.text("SELECT pg_advisory_xact_lock(:key)")
_TAKE = sa.text("""
    UPDATE followup_file SET state = 'taken', taken_by = :person, taker = :name, taken_at = :at,
        taken_number = (SELECT coalesce(max(taken_number), 0) + 1 FROM followup_file)
    WHERE id = :id AND state = 'read'
""")
_STANDING = sa.text("""
    SELECT DISTINCT ON (c.recommendation_id, c.quarter, c.measure, c.county_code)
        c.recommendation_id, c.quarter, c.measure, c.county_code, c.quantity, c.base
    FROM followup_count c JOIN followup_file f ON f.id = c.file_id AND f.taken_number IS NOT NULL
    WHERE c.recommendation_id = ANY (:recommendations) AND c.quarter = ANY (:quarters)
    ORDER BY c.recommendation_id, c.quarter, c.measure, c.county_code, f.taken_number DESC
""")


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file did, or would do: counts that are new, that replace another, and that are known already."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: Mapping[int, tuple[Fault, ...]] = field(default_factory=dict)


def upload(engine: Engine, maker: Maker, typed: Mapping[str, str], filename: str, content: bytes) -> str:
    """Keep a file and have it read; returns its id. `typed`: its source and, where it is another, the legal basis.

    Raises BadInput (column file, source or legal_basis), FollowupError not_allowed.
    """
    require_secretariat(maker)
    source, basis = source_of(typed)
    require_usable(content)
    with engine.begin() as connection:
        made = _add(
            connection, source, basis, filename, content, maker.at, (maker.actor.id, maker.actor.name)
        )
        jobs.ask(connection, READING, made, {"file": made, "at": maker.at.isoformat()}, maker.at)
    return made


def source_of(typed: Mapping[str, str]) -> tuple[str, str]:
    """The code of a known source and the legal basis: the one typed, or else the source's own. Raises BadInput."""
    found = fields.read(
        {"source": typed.get("source", ""), "legal_basis": typed.get("legal_basis", "")},
        {
            "source": fields.one_of(sources.known()),
            "legal_basis": lambda text: fields.paragraph(text, MAX_BASIS),
        },
    )
    return found["source"], found["legal_basis"] or sources.known()[found["source"]].basis


def require_usable(content: bytes) -> None:
    """Raises BadInput (column file) for a file that is empty or too large."""
    if len(content) > MAX_BYTES:
        raise BadInput(Fault("file_too_large", column="file", params={"limit_mb": MAX_BYTES // 1024**2}))
    if not content:
        raise BadInput(Fault("empty_file", column="file"))


def _add(
    connection: Connection,
    source: str,
    basis: str,
    filename: str,
    content: bytes,
    at: datetime,
    by: tuple[str | None, str],
) -> str:
    made = str(uuid.uuid4())
    sha256 = files.store(connection, content, XLSX_TYPE if content.startswith(b"PK") else CSV_TYPE, at)
    row = {"id": made, "source": source, "basis": basis, "filename": _shown(filename), "sha256": sha256}
    connection.execute(_ADD, {**row, "person": by[0], "name": by[1], "at": at})
    return made


def _shown(filename: str) -> str:
    """The file's own name without a path and without signs that cannot be printed."""
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in name if sign.isprintable())[:MAX_FILENAME] or "fil"


def listed(connection: Connection) -> list[Row]:
    """The files of last, newest first; row-level security leaves them to the council's side."""
    return fetch(connection, _LISTED, {"id": None})


def found(connection: Connection, file_id: str) -> Row | None:
    return next(iter(fetch(connection, _LISTED, {"id": file_id})), None)


def take(engine: Engine, maker: Maker, file_id: str) -> None:
    """Take in a file that was read without faults. Raises FollowupError not_found, not_allowed, changed."""
    require_secretariat(maker)
    with engine.begin() as connection:
        if found(connection, file_id) is None:
            raise FollowupError("not_found")
        _take(connection, file_id, maker.at, (maker.actor.id, maker.actor.name))


def _take(connection: Connection, file_id: str, at: datetime, by: tuple[str | None, str]) -> None:
    connection.execute(_LOCK, {"key": TAKING_LOCK})
    given = {"id": file_id, "person": by[0], "name": by[1], "at": at}
    if connection.execute(_TAKE, given).rowcount == 0:
        raise FollowupError("changed")
    figuring.ask_for_file(connection, file_id, at)


def import_quarter(
    engine: Engine, source: tuple[str, str], filename: str, content: bytes, at: datetime, *, only_try: bool
) -> Imported:
    """Take in a file as the command line does: whole, or not at all; with `only_try` nothing is kept.

    A file that says nothing new changes nothing. Raises BadInput with every fault.
    """
    with engine.begin() as connection:
        read = _read(connection, content, at)
        if read.fault_count:
            raise BadInput(*read.faults)
        done = _compared(connection, read.counts)
        if only_try or not (done.created or done.updated):
            return done
        by = (None, COMMAND_LINE)
        made = _add(connection, *source, filename, content, at, by)
        _keep(connection, made, read)
        _take(connection, made, at, by)
    return done


# --- the worker's part ----------------------------------------------------------------------------


def read_waiting(engine: Engine, params: Mapping[str, Any]) -> bytes:
    """Read a file and keep what it holds or what is wrong with it. A file that is read already is left."""
    file_id, at = str(params["file"]), datetime.fromisoformat(params["at"])
    with collected_later(), engine.begin() as connection:
        row = found(connection, file_id)
        if row is None:
            raise RuntimeError(f"there is no file {file_id}")
        if row["state"] == "waiting":
            _keep(
                connection,
                file_id,
                _read(connection, b"".join(files.open_parts(connection, row["sha256"])), at),
            )
    return b""


HANDLERS: Mapping[str, jobs.Handler] = {READING: read_waiting}


def _read(connection: Connection, content: bytes, at: datetime) -> Read:
    return read_file(content, recommendations(connection), at.astimezone(STOCKHOLM).date())


def recommendations(connection: Connection) -> dict[str, uuid.UUID]:
    """The published recommendations by what a file may call them: their own name, or their case for its latest one."""
    names: dict[str, uuid.UUID] = {}
    for row in fetch(connection, _KNOWN, {}):
        names[comparable(row["slug"])] = names[comparable(row["case_number"])] = row["recommendation_id"]
    return names


def _keep(connection: Connection, file_id: str, read: Read) -> None:
    summary = {} if read.fault_count else _summary(connection, read)
    given = {
        "id": file_id,
        "state": "faulty" if read.fault_count else "read",
        "rows": read.rows,
        "fault_count": read.fault_count,
        "faults": json.dumps([_told(fault) for fault in read.faults]),
        "summary": json.dumps(summary),
    }
    if connection.execute(_READ, given).rowcount and read.counts:
        _store(connection, file_id, read.counts)


def _store(connection: Connection, file_id: str, counts: Mapping[Place, Count]) -> None:
    places, told = list(counts), list(counts.values())
    columns = {
        "recommendations": [place.recommendation for place in places],
        "quarters": [place.quarter for place in places],
        "measures": [place.measure for place in places],
        "regions": [place.region for place in places],
        "quantities": [one.quantity for one in told],
        "bases": [one.base for one in told],
    }
    connection.execute(_STORE, {"file": file_id, **columns})


def _told(fault: Fault) -> dict[str, object]:
    params = {name: str(value) for name, value in fault.params.items()}
    return {"code": fault.code, "row": fault.row, "column": fault.column, "params": params}


def stored_faults(row: Row) -> list[Fault]:
    """The faults of a file as they were found."""
    return [Fault(one["code"], one["row"], one["column"], one["params"]) for one in row["faults"]]


def _summary(connection: Connection, read: Read) -> dict[str, object]:
    """What a file without faults holds, for whoever decides about it; no count of any region."""
    done = _compared(connection, read.counts)
    of = places_of(read.counts)
    return {
        "recommendations": sorted({str(one) for one, _, _ in of}),
        "quarters": sorted({quarters.named(quarter) for _, quarter, _ in of}),
        "measures": sorted({measure for _, _, measure in of}),
        "regions": len({place.region for place in read.counts}),
        "new": done.created,
        "replaced": done.updated,
        "same": done.unchanged,
    }


def _compared(connection: Connection, counts: Mapping[Place, Count]) -> Imported:
    """How the counts differ from what is known now."""
    asked = {
        "recommendations": list({place.recommendation for place in counts}),
        "quarters": list({place.quarter for place in counts}),
    }
    known = {
        Place(row["recommendation_id"], row["quarter"], row["measure"], row["county_code"]): Count(
            row["quantity"], row["base"]
        )
        for row in fetch(connection, _STANDING, asked)
    }
    new = sum(1 for place in counts if place not in known)
    same = sum(1 for place, count in counts.items() if known.get(place) == count)
    return Imported(new, len(counts) - new - same, same)
