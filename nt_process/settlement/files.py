"""Files of sales and counts: kept, read in the background, shown, and taken in as a whole or not at all.

What a later file says of a package's sales in a region in a month replaces all that earlier ones said of it; the
earlier rows stay, and runs that were computed from them can be understood.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.identity.maker import Maker
from nt_process.infra import files, jobs
from nt_process.infra.rows import Row, fetch
from nt_process.infra.spreadsheet import CSV_TYPE, XLSX_TYPE
from nt_process.infra.tabular import MAX_FILE_BYTES
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.money import ZERO
from nt_process.settlement.errors import SettlementError, require_secretariat
from nt_process.settlement.sheets import COUNTS, SALES, Read, read_file
from nt_process.terms.values import Cohort, Counts, Doses, Outcome, SalesLine

READING, TAKING = "settlement_file", "settlement_taking"
MAX_BYTES = MAX_FILE_BYTES
MAX_FILENAME = 200
# Files are taken in one after the other, so that their numbers say which is later.
TAKING_LOCK = 0x4E54_0022
# Rows in one statement.
BULK = 5000

_ADD = sa.text("""
    INSERT INTO settlement_file (id, kind, agreement_id, filename, sha256, state, uploaded_by, uploaded_at)
    VALUES (:id, :kind, :agreement, :filename, :sha256, 'waiting', :person, :at)
""")
_AGREEMENT = sa.text("""
    SELECT b.agreement_id FROM agreement_binding b WHERE b.agreement_id = :id AND NOT isempty(b.days) LIMIT 1
""")
_LISTED = sa.text("""
    SELECT f.id, f.kind, f.filename, f.state, f.row_count, f.done_count, f.fault_count, f.faults, f.summary, f.sha256,
           f.agreement_id, f.uploaded_at, f.taken_at, f.taken_number, u.name AS uploader, t.name AS taker,
           c.medicine AS agreement
    FROM settlement_file f JOIN person u ON u.id = f.uploaded_by LEFT JOIN person t ON t.id = f.taken_by
    LEFT JOIN agreement a ON a.id = f.agreement_id LEFT JOIN cases c ON c.id = a.case_id
    WHERE CAST(:id AS uuid) IS NULL OR f.id = CAST(:id AS uuid) ORDER BY f.uploaded_at DESC, f.id LIMIT 100
""")
_PROGRESS = sa.text("UPDATE settlement_file SET done_count = :done, row_count = :all WHERE id = :id")
_READ = sa.text("""
    UPDATE settlement_file SET state = :state, row_count = :rows, done_count = :rows, fault_count = :fault_count,
        faults = CAST(:faults AS jsonb), summary = CAST(:summary AS jsonb)
    WHERE id = :id AND state = 'waiting'
""")
_BEGIN = sa.text("""
    UPDATE settlement_file SET state = 'taking', done_count = 0, taken_by = :person, taken_at = :at
    WHERE id = :id AND state = 'read'
""")
_LOCK = sa.text("SELECT pg_advisory_xact_lock(:key)")
_TAKEN = sa.text("""
    UPDATE settlement_file SET state = 'taken', done_count = row_count,
        taken_number = (SELECT coalesce(max(taken_number), 0) + 1 FROM settlement_file)
    WHERE id = :id AND state = 'taking' RETURNING taken_number
""")
_REPLACED = sa.text("""
    SELECT count(*) FROM (
        SELECT DISTINCT s.package, s.county_code, s.month FROM settlement_sale s
        WHERE (s.package, s.county_code, s.month) IN (
            SELECT * FROM unnest(CAST(:packages AS text[]), CAST(:regions AS text[]), CAST(:months AS date[])))) x
""")
_STORE_SALES = sa.text("""
    INSERT INTO settlement_sale (taken_number, package, county_code, unit, month, volume, amount)
    SELECT :number, x.* FROM unnest(CAST(:packages AS text[]), CAST(:regions AS text[]), CAST(:units AS text[]),
        CAST(:months AS date[]), CAST(:volumes AS numeric[]), CAST(:amounts AS numeric[])) x
""")
_COUNT_COLUMNS = ("kinds", "regions", "months", "measures", "statuses", "doses", "patients", "costs")
_STORE_COUNTS = sa.text("""
    INSERT INTO settlement_count (taken_number, agreement_id, kind, county_code, month, measure, status, doses,
        patients, cost)
    SELECT :number, :agreement, x.* FROM unnest(CAST(:kinds AS text[]), CAST(:regions AS text[]),
        CAST(:months AS date[]), CAST(:measures AS text[]), CAST(:statuses AS text[]), CAST(:doses AS int[]),
        CAST(:patients AS int[]), CAST(:costs AS numeric[])) x
""")
_NEWEST = sa.text("SELECT coalesce(max(taken_number), 0) FROM settlement_file")


def upload(
    engine: Engine, maker: Maker, kind: str, filename: str, content: bytes, agreement_id: str = ""
) -> str:
    """Keep a file and have it read; returns its id. Raises BadInput (column file or agreement), SettlementError."""
    require_secretariat(maker)
    if kind not in (SALES, COUNTS):
        raise BadInput(Fault("unknown_word", column="kind", params={"value": kind[:60]}))
    if len(content) > MAX_BYTES:
        limit = {"limit_mb": MAX_BYTES // 1024**2}
        raise BadInput(Fault("file_too_large", column="file", params=limit))
    if not content:
        raise BadInput(Fault("empty_file", column="file"))
    made = str(uuid.uuid4())
    with engine.begin() as connection:
        agreement = _agreement(connection, agreement_id) if kind == COUNTS else None
        media_type = XLSX_TYPE if content.startswith(b"PK") else CSV_TYPE
        sha256 = files.store(connection, content, media_type, maker.at)
        row = {
            "id": made,
            "kind": kind,
            "agreement": agreement,
            "filename": _shown(filename),
            "sha256": sha256,
        }
        connection.execute(_ADD, {**row, "person": maker.actor.id, "at": maker.at})
        jobs.ask(connection, READING, made, {"file": made}, maker.at)
    return made


def _agreement(connection: Connection, agreement_id: str) -> object:
    try:
        found = connection.scalar(_AGREEMENT, {"id": uuid.UUID(agreement_id)})
    except ValueError:
        found = None
    if found is None:
        raise BadInput(Fault("missing", column="agreement"))
    return found


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
    """Have a file that was read without faults taken in. Raises SettlementError not_found, changed."""
    require_secretariat(maker)
    with engine.begin() as connection:
        if found(connection, file_id) is None:
            raise SettlementError("not_found")
        begun = connection.execute(_BEGIN, {"id": file_id, "person": maker.actor.id, "at": maker.at})
        if begun.rowcount == 0:
            raise SettlementError("changed")
        jobs.ask(connection, TAKING, file_id, {"file": file_id}, maker.at)


# --- the worker's part ----------------------------------------------------------------------------


def read_waiting(engine: Engine, params: Mapping[str, Any]) -> bytes:
    """Read a file and keep what it holds or what is wrong with it. A file that is read already is left."""
    file_id = str(params["file"])
    row, content = _content(engine, file_id)
    if row["state"] != "waiting":
        return b""
    read = read_file(row["kind"], content, lambda done, of: _told(engine, file_id, done, of))
    with engine.begin() as connection:
        connection.execute(
            _READ,
            {
                "id": file_id,
                "state": "faulty" if read.fault_count or not read.rows else "read",
                "rows": read.rows,
                "fault_count": read.fault_count or (0 if read.rows else 1),
                "faults": json.dumps([_stored(fault) for fault in read.faults or _nothing(read)]),
                "summary": json.dumps(_summary(connection, read)),
            },
        )
    return b""


def _nothing(read: Read) -> tuple[Fault, ...]:
    return () if read.rows else (Fault("empty_file"),)


def take_in(engine: Engine, params: Mapping[str, Any]) -> bytes:
    """Take a file in, in one transaction; done again after a stop it finds nothing to do."""
    file_id = str(params["file"])
    row, content = _content(engine, file_id)
    if row["state"] != "taking":
        return b""
    read = read_file(row["kind"], content, lambda done, of: _told(engine, file_id, done // 2, of))
    if read.fault_count:
        raise RuntimeError("a file that was read without faults has some now")
    with engine.begin() as connection:
        connection.execute(_LOCK, {"key": TAKING_LOCK})
        number = connection.scalar(_TAKEN, {"id": file_id})
        if number is None:
            return b""
        _store_sales(connection, number, read.sales)
        _store_counts(connection, number, row["agreement_id"], read.counts)
    return b""


HANDLERS: Mapping[str, jobs.Handler] = {READING: read_waiting, TAKING: take_in}


def _content(engine: Engine, file_id: str) -> tuple[Row, bytes]:
    with engine.connect() as connection:
        row = found(connection, file_id)
        if row is None:
            raise RuntimeError(f"there is no file {file_id}")
        return row, b"".join(files.open_parts(connection, row["sha256"]))


def _told(engine: Engine, file_id: str, done: int, of: int) -> None:
    """In a transaction of its own, so that whoever waits sees it at once."""
    with engine.begin() as connection:
        connection.execute(_PROGRESS, {"id": file_id, "done": done, "all": of})


def _store_sales(connection: Connection, number: int, sales: Sequence[SalesLine]) -> None:
    """In bulk; COPY is not for tables with policies."""
    for start in range(0, len(sales), BULK):
        part = sales[start : start + BULK]
        connection.execute(
            _STORE_SALES,
            {
                "number": number,
                "packages": [line.package for line in part],
                "regions": [line.region for line in part],
                "units": [line.unit for line in part],
                "months": [line.month for line in part],
                "volumes": [line.volume for line in part],
                "amounts": [line.amount for line in part],
            },
        )


def _store_counts(connection: Connection, number: int, agreement: object, counts: Counts) -> None:
    rows = [_count_values(row) for row in (*counts.cohorts, *counts.doses, *counts.outcomes)]
    for start in range(0, len(rows), BULK):
        columns = list(zip(*rows[start : start + BULK], strict=True))
        values = {name: list(column) for name, column in zip(_COUNT_COLUMNS, columns, strict=True)}
        connection.execute(_STORE_COUNTS, {**values, "number": number, "agreement": agreement})


def _count_values(row: Cohort | Doses | Outcome) -> tuple[object, ...]:
    if isinstance(row, Cohort):
        return ("cohort", row.region, row.month, "", "", 0, row.patients, row.cost)
    if isinstance(row, Doses):
        return ("doses", row.region, row.month, "", "", row.doses, row.patients, ZERO)
    return ("outcome", row.region, row.month, row.measure, row.status, 0, row.patients, row.cost)


def _stored(fault: Fault) -> dict[str, object]:
    params = {name: str(value) for name, value in fault.params.items()}
    return {"code": fault.code, "row": fault.row, "column": fault.column, "params": params}


def stored_faults(row: Row) -> list[Fault]:
    """The faults of a file as they were found."""
    return [Fault(one["code"], one["row"], one["column"], one["params"]) for one in row["faults"]]


def _summary(connection: Connection, read: Read) -> dict[str, object]:
    """What a file holds, for whoever decides about it; nothing of it for a file with faults."""
    if read.fault_count or not read.rows:
        return {}
    if not read.sales:
        kinds = Counter(
            type(row).__name__.lower()
            for row in (*read.counts.cohorts, *read.counts.doses, *read.counts.outcomes)
        )
        return {"kinds": dict(kinds)}
    months = [line.month for line in read.sales]
    cells = sorted({(line.package, line.region, line.month) for line in read.sales})
    packages, regions, days = zip(*cells, strict=True)
    named = {"packages": list(packages), "regions": list(regions), "months": list(days)}
    return {
        "packages": sorted({line.package for line in read.sales})[:50],
        "regions": len({line.region for line in read.sales}),
        "units": len({(line.region, line.unit) for line in read.sales}),
        "first": min(months).isoformat(),
        "last": max(months).isoformat(),
        "volume": str(sum((line.volume for line in read.sales), ZERO)),
        "amount": str(sum((line.amount for line in read.sales), ZERO)),
        "replaced": connection.scalar(_REPLACED, named),
        "told": len(cells),
    }


# --- what is known now ----------------------------------------------------------------------------

_SALES = sa.text("""
    SELECT package, county_code, unit, month, volume, amount FROM (
        SELECT s.*, max(taken_number) OVER (PARTITION BY package, county_code, month) AS newest FROM settlement_sale s
        WHERE package = ANY (:packages) AND month <= :until AND taken_number <= :known) x
    WHERE taken_number = newest
""")
_COUNTS = sa.text("""
    SELECT kind, county_code, month, measure, status, doses, patients, cost FROM (
        SELECT c.*, max(taken_number) OVER (PARTITION BY kind, county_code, month, measure) AS newest
        FROM settlement_count c WHERE agreement_id = :agreement AND month <= :until AND taken_number <= :known) x
    WHERE taken_number = newest
""")


def newest(connection: Connection) -> int:
    """The number of the file that was taken in last; 0 before the first."""
    return int(connection.scalar(_NEWEST) or 0)


def sales(connection: Connection, packages: Iterable[str], until: date, known: int) -> list[SalesLine]:
    """What the files up to number `known` say was sold of the packages to a day."""
    given = {"packages": list(packages), "until": until, "known": known}
    return [SalesLine(*row) for row in connection.execute(_SALES, given)]


def counts(connection: Connection, agreement_id: object, until: date, known: int) -> Counts:
    rows = fetch(connection, _COUNTS, {"agreement": agreement_id, "until": until, "known": known})
    place = {kind: [row for row in rows if row["kind"] == kind] for kind in ("cohort", "doses", "outcome")}
    return Counts(
        tuple(Cohort(r["county_code"], r["month"], r["patients"], r["cost"]) for r in place["cohort"]),
        tuple(Doses(r["county_code"], r["month"], r["doses"], r["patients"]) for r in place["doses"]),
        tuple(
            Outcome(r["county_code"], r["month"], r["measure"], r["status"], r["patients"], r["cost"])
            for r in place["outcome"]
        ),
    )
