"""Files of sales and counts: kept, read in the background, shown, and taken in as a whole or not at all.

What a file without faults holds is stored when it has been read; it counts from when the file is taken in, which gives
it its number. What a later file says of a package's sales in a region in a month replaces all that earlier ones said of
it; the earlier rows stay, and runs that were computed from them can be understood.
"""

from __future__ import annotations

import json
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import repeat
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.identity.maker import Maker
from nt_process.infra import files, jobs
from nt_process.infra.collecting import collected_later
from nt_process.infra.database import driver_of
from nt_process.infra.rows import Row, fetch
from nt_process.infra.spreadsheet import CSV_TYPE, XLSX_TYPE
from nt_process.infra.tabular import MAX_FILE_BYTES
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.money import ZERO
from nt_process.settlement.errors import SettlementError, require_secretariat
from nt_process.settlement.sheets import COUNTS, SALES, Progress, Read, Remembered, Sold, read_file
from nt_process.terms.values import (
    Cohort,
    Counts,
    Doses,
    Outcome,
    SalesLine,
    amount_of,
    place_of_unit,
    sales_lines,
    volume_of,
)

READING = "settlement_file"
MAX_BYTES = MAX_FILE_BYTES
MAX_FILENAME = 200
# Files are taken in one after the other, so that their numbers say which is later.
TAKING_LOCK = 0x4E54_0022
# Seconds until somebody who waits is told again how far it has come.
TELL_EVERY = 0.5

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
_LOCK = sa.text("SELECT pg_advisory_xact_lock(:key)")
_TAKE = sa.text("""
    UPDATE settlement_file SET state = 'taken', taken_by = :person, taken_at = :at,
        taken_number = (SELECT coalesce(max(taken_number), 0) + 1 FROM settlement_file)
    WHERE id = :id AND state = 'read'
""")
_REPLACED = sa.text("""
    SELECT count(*) FROM (
        SELECT DISTINCT s.package, s.county_code, s.month
        FROM settlement_sale s JOIN settlement_file f ON f.id = s.file_id AND f.taken_number IS NOT NULL
        WHERE (s.package, s.county_code, s.month) IN (
            SELECT * FROM unnest(CAST(:packages AS text[]), CAST(:regions AS text[]), CAST(:months AS date[])))) x
""")
# COPY is not for tables with policies. In binary form the driver looks for no signs to escape in some megabytes.
_STORE_SALES = """
    INSERT INTO settlement_sale (file_id, package, county_code, month, units, volumes, amounts)
    SELECT %(file)s, x.* FROM unnest(%(packages)b::text[], %(regions)b::text[], %(months)b::date[], %(units)b::text[],
        %(volumes)b::text[], %(amounts)b::text[]) AS x (p, r, m, u, v, a)
"""
_COUNT_COLUMNS = ("kinds", "regions", "months", "measures", "statuses", "doses", "patients", "costs")
_STORE_COUNTS = sa.text("""
    INSERT INTO settlement_count (file_id, agreement_id, kind, county_code, month, measure, status, doses, patients,
        cost)
    SELECT :file, :agreement, x.* FROM unnest(CAST(:kinds AS text[]), CAST(:regions AS text[]),
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
    """Take in a file that was read without faults. Raises SettlementError not_found, changed."""
    require_secretariat(maker)
    with engine.begin() as connection:
        if found(connection, file_id) is None:
            raise SettlementError("not_found")
        connection.execute(_LOCK, {"key": TAKING_LOCK})
        given = {"id": file_id, "person": maker.actor.id, "at": maker.at}
        if connection.execute(_TAKE, given).rowcount == 0:
            raise SettlementError("changed")


# --- the worker's part ----------------------------------------------------------------------------


def read_waiting(engine: Engine, params: Mapping[str, Any]) -> bytes:
    """Read a file and keep what it holds or what is wrong with it. A file that is read already is left."""
    file_id = str(params["file"])
    row, content = _content(engine, file_id)
    if row["state"] != "waiting":
        return b""
    with collected_later():
        _keep(engine, row, read_file(row["kind"], content, telling(engine, file_id)))
    return b""


def _keep(engine: Engine, row: Row, read: Read) -> None:
    is_good = read.rows > 0 and not read.fault_count
    with engine.begin() as connection:
        is_first = connection.execute(
            _READ,
            {
                "id": row["id"],
                "state": "read" if is_good else "faulty",
                "rows": read.rows,
                "fault_count": read.fault_count or (0 if is_good else 1),
                "faults": json.dumps([_told(fault) for fault in read.faults or _nothing(read)]),
                "summary": json.dumps(_summary(connection, read) if is_good else {}),
            },
        )
        if is_good and is_first.rowcount:
            _store_sales(connection, row["id"], read.sold)
            _store_counts(connection, row["id"], row["agreement_id"], read.counts)


def _nothing(read: Read) -> tuple[Fault, ...]:
    return () if read.rows else (Fault("empty_file"),)


HANDLERS: Mapping[str, jobs.Handler] = {READING: read_waiting}


def _content(engine: Engine, file_id: str) -> tuple[Row, bytes]:
    with engine.connect() as connection:
        row = found(connection, file_id)
        if row is None:
            raise RuntimeError(f"there is no file {file_id}")
        return row, b"".join(files.open_parts(connection, row["sha256"]))


def telling(engine: Engine, file_id: str, every: float = TELL_EVERY) -> Progress:
    """Tell how far it has come, `every` so many seconds, in a transaction of its own: whoever waits sees it at once."""
    told = time.monotonic()

    def tell(done: int, of: int) -> None:
        nonlocal told
        if time.monotonic() - told >= every:
            with engine.begin() as connection:
                connection.execute(_PROGRESS, {"id": file_id, "done": done, "all": of})
            told = time.monotonic()

    return tell


def _store_sales(connection: Connection, file_id: object, sold: Sold) -> None:
    if sold:
        parts = dict(zip(_PARTS, map(list, zip(*map(_stored, sold.values()), strict=True)), strict=True))
        driver_of(connection).execute(_STORE_SALES, {"file": file_id, **_named(sold), **parts})


_PARTS = ("units", "volumes", "amounts")


def _stored(lines: Sequence[SalesLine]) -> tuple[str, str, str]:
    """The columns that a place's lines have of their own; no unit's name holds a break."""
    _, _, units, _, volumes, amounts = zip(*lines, strict=True)
    return "\n".join(units), " ".join(map(str, volumes)), " ".join(map(str, amounts))


def _named(sold: Sold) -> dict[str, list[object]]:
    packages, regions, months = zip(*sold, strict=True)
    return {"packages": list(packages), "regions": list(regions), "months": list(months)}


def _store_counts(connection: Connection, file_id: object, agreement: object, counts: Counts) -> None:
    rows = [_count_values(row) for row in (*counts.cohorts, *counts.doses, *counts.outcomes)]
    if rows:
        columns = dict(zip(_COUNT_COLUMNS, map(list, zip(*rows, strict=True)), strict=True))
        connection.execute(_STORE_COUNTS, {**columns, "file": file_id, "agreement": agreement})


def _count_values(row: Cohort | Doses | Outcome) -> tuple[object, ...]:
    if isinstance(row, Cohort):
        return ("cohort", row.region, row.month, "", "", 0, row.patients, row.cost)
    if isinstance(row, Doses):
        return ("doses", row.region, row.month, "", "", row.doses, row.patients, ZERO)
    return ("outcome", row.region, row.month, row.measure, row.status, 0, row.patients, row.cost)


def _told(fault: Fault) -> dict[str, object]:
    params = {name: str(value) for name, value in fault.params.items()}
    return {"code": fault.code, "row": fault.row, "column": fault.column, "params": params}


def stored_faults(row: Row) -> list[Fault]:
    """The faults of a file as they were found."""
    return [Fault(one["code"], one["row"], one["column"], one["params"]) for one in row["faults"]]


def _summary(connection: Connection, read: Read) -> dict[str, object]:
    """What a file without faults holds, for whoever decides about it."""
    if not read.sold:
        kinds = Counter(
            type(row).__name__.lower()
            for row in (*read.counts.cohorts, *read.counts.doses, *read.counts.outcomes)
        )
        return {"kinds": dict(kinds)}
    packages, regions, months = map(set, zip(*read.sold, strict=True))
    lines = read.sales
    return {
        "packages": sorted(packages)[:50],
        "regions": len(regions),
        "units": len(set(map(place_of_unit, lines))),
        "first": min(months).isoformat(),
        "last": max(months).isoformat(),
        "volume": str(sum(map(volume_of, lines), ZERO)),
        "amount": str(sum(map(amount_of, lines), ZERO)),
        "replaced": connection.scalar(_REPLACED, _named(read.sold)),
        "told": len(read.sold),
    }


# --- what is known now ----------------------------------------------------------------------------

_SALES = sa.text("""
    SELECT DISTINCT ON (s.package COLLATE "C", s.county_code COLLATE "C", s.month)
        s.package, s.county_code, s.month, s.units, s.volumes, s.amounts
    FROM settlement_sale s JOIN settlement_file f ON f.id = s.file_id
    WHERE s.package = ANY (:packages) AND s.month <= :until AND f.taken_number <= :known
    ORDER BY s.package COLLATE "C", s.county_code COLLATE "C", s.month, f.taken_number DESC
""")
_COUNTS = sa.text("""
    SELECT kind, county_code, month, measure, status, doses, patients, cost FROM (
        SELECT c.*, f.taken_number, max(f.taken_number) OVER (PARTITION BY c.kind, county_code, month, measure) AS newest
        FROM settlement_count c JOIN settlement_file f ON f.id = c.file_id
        WHERE c.agreement_id = :agreement AND month <= :until AND f.taken_number <= :known) x
    WHERE taken_number = newest
""")


def newest(connection: Connection) -> int:
    """The number of the file that was taken in last; 0 before the first."""
    return int(connection.scalar(_NEWEST) or 0)


def sales(
    connection: Connection,
    packages: Iterable[str],
    until: date,
    known: int,
) -> list[SalesLine]:
    """What the files up to number `known` say was sold of the packages to a day, in the order of packages, regions, months
    and units.
    """
    given = {"packages": list(packages), "until": until, "known": known}
    lines: list[SalesLine] = []
    # The same units buy a handful of packages month after month.
    unit, volume = Remembered(str), Remembered(Decimal)
    for package, region, month, units, volumes, amounts in connection.execute(_SALES, given):
        lines += sales_lines(
            repeat(package),
            repeat(region),
            map(unit.__getitem__, units.split("\n")),
            repeat(month),
            map(volume.__getitem__, volumes.split(" ")),
            map(Decimal, amounts.split(" ")),
        )
    return lines


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
