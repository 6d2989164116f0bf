"""Taking in a price list: a file is kept, read and shown first, then taken in as a whole, in one transaction.

What a row says holds afterwards; what holds already is left as it is, so the same list again changes nothing. A row
that cannot be used is left out with its reason. A price that was wrong is superseded, never overwritten.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.identity.actor import SignedIn
from nt_process.infra import files, uploads
from nt_process.infra.uploads import Judged, quarantine
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.reasons import Reason
from nt_process.prices.errors import PriceError, require_editor
from nt_process.prices.matching import Known, PackagePlan, Plan, Price, plan
from nt_process.prices.price_list import PriceList, read_list
from nt_process.prices.rules import FACTS

# One import at a time: two lists matched against the same packages would make the same package twice.
IMPORT_LOCK = 0x4E54_0020
MAX_FILENAME = 200

_ADD_IMPORT = sa.text("""
    INSERT INTO price_import (id, filename, sha256, valid_from, uploaded_by, uploaded_at)
    VALUES (:id, :filename, :sha256, :valid_from, :person, :at)
""")
_GET_IMPORT = sa.text("SELECT id, sha256, valid_from, filename, imported_at FROM price_import WHERE id = :id")
_FINISH_IMPORT = sa.text("""
    UPDATE price_import SET imported_by = :person, imported_at = :at, created = :created, updated = :changed,
        unchanged = :unchanged, rejected = CAST(:rejected AS jsonb)
    WHERE id = :id
""")
_LOCK = sa.text("SELECT pg_advisory_xact_lock(:key)")
# A clock that was set back does not make the register believe two things at once.
_NOT_BEFORE = sa.text("SELECT greatest(CAST(:at AS timestamptz), max(imported_at)) FROM price_import")
_KNOWN = sa.text(f"""
    SELECT p.id, p.article_number, p.facts_from, {", ".join(f"p.{name}" for name in FACTS)}, l.prices
    FROM price_package p
    LEFT JOIN LATERAL (
        SELECT json_agg(json_build_array(l.valid_from, l.aip::text, l.aup::text, l.id)) AS prices
        FROM list_price l WHERE l.package_id = p.id AND l.known_to IS NULL
    ) l ON true
    WHERE p.article_number = ANY(:numbers)
""")  # noqa: S608 - the columns are constants of this program
_NPL_IDS = sa.text("SELECT npl_id, article_number FROM price_package WHERE npl_id = ANY(:ids)")
_FACT_TYPES = "units numeric, parallel_import boolean, " + ", ".join(
    f"{name} text" for name in FACTS if name not in ("units", "parallel_import")
)
_ORGANISATION = """(
    SELECT o.id FROM organisation o WHERE o.kind = 'company' AND lower(o.name) = lower(n.company) ORDER BY o.id LIMIT 1
)"""
_ADD_PACKAGES = sa.text(f"""
    INSERT INTO price_package (article_number, facts_from, organisation_id, {", ".join(FACTS)})
    SELECT n.article_number, n.facts_from, {_ORGANISATION}, {", ".join(f"n.{name}" for name in FACTS)}
    FROM json_to_recordset(CAST(:rows AS json)) AS n(article_number text, facts_from date, {_FACT_TYPES})
    RETURNING article_number, id
""")  # noqa: S608 - the columns are constants of this program
_UPDATE_PACKAGES = sa.text(f"""
    UPDATE price_package p SET facts_from = n.facts_from, organisation_id = {_ORGANISATION},
        {", ".join(f"{name} = n.{name}" for name in FACTS)}
    FROM json_to_recordset(CAST(:rows AS json)) AS n(id bigint, facts_from date, {_FACT_TYPES}) WHERE p.id = n.id
""")  # noqa: S608 - the columns are constants of this program
_ADD_CHANGES = sa.text("""
    INSERT INTO price_package_change (package_id, import_id, field, old, new, at)
    SELECT package_id, :import, field, old, new, :at
    FROM json_to_recordset(CAST(:rows AS json)) AS n(package_id bigint, field text, old text, new text)
""")
_SUPERSEDE = sa.text("UPDATE list_price SET known_to = :at WHERE id = ANY(:ids) AND known_to IS NULL")
_ADD_PRICES = sa.text("""
    INSERT INTO list_price (package_id, valid_from, aip, aup, source, import_id, supersedes, known_from)
    SELECT package_id, valid_from, aip, aup, coalesce(nullif(source, ''), :filename), :import, supersedes, :at
    FROM json_to_recordset(CAST(:rows AS json))
        AS n(package_id bigint, valid_from date, aip numeric, aup numeric, source text, supersedes bigint)
    ORDER BY package_id, valid_from
""")


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file that was handed in and can be read, with the first day of prices whose rows state none."""

    filename: str
    content: bytes
    valid_from: date | None
    found: PriceList
    judged: Judged


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did; `rejected` gives the faults of each row left out."""

    import_id: str
    created: int
    updated: int
    unchanged: int
    rejected: Mapping[int, tuple[Fault, ...]]


def read_file(filename: str, content: bytes, valid_from: date | None) -> HandedIn:
    """A file that can be read as a price list, and is in order as any file. Raises BadInput."""
    found = read_list(content, valid_from)
    judged = uploads.judge(_stored_name(content), content)
    if isinstance(judged, Reason):
        raise BadInput(Fault("unsafe_file"))
    return HandedIn(shown_filename(filename), content, valid_from, found, judged)


def shown_filename(filename: str) -> str:
    """The file's own name without a path and without signs that cannot be printed."""
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in name if sign.isprintable())[:MAX_FILENAME] or "prislista"


def _stored_name(content: bytes) -> str:
    # What the file is called does not matter to an import; its content is read as what it is.
    return "prislista.xlsx" if content.startswith(b"PK") else "prislista.csv"


def import_list(engine: Engine, file: HandedIn, at: datetime, actor: SignedIn | None = None) -> Report:
    """Keep the file and take it in at once. `actor` is None for the operator's command. Raises PriceError."""
    require_editor(actor)
    with engine.begin() as connection:
        kept = _keep(connection, file, at, actor)
        return _carry_out(connection, kept, file.found, at, actor)


def upload(engine: Engine, file: HandedIn, at: datetime, actor: SignedIn) -> str:
    """Keep the file, to be shown and then taken in; returns the id of its import. Raises PriceError."""
    require_editor(actor)
    with engine.begin() as connection:
        return _keep(connection, file, at, actor).id


def preview(connection: Connection, import_id: str) -> Plan:
    """What taking in an uploaded file would do now. Nothing is changed. Raises PriceError."""
    kept = _kept(connection, import_id)
    return _plan(connection, read_list(_content(connection, kept.sha256), kept.valid_from))


def carry_out(engine: Engine, import_id: str, at: datetime, actor: SignedIn) -> Report | None:
    """Take in an uploaded file, all of it or nothing. None when that has been done already. Raises PriceError."""
    require_editor(actor)
    with engine.begin() as connection:
        connection.execute(_LOCK, {"key": IMPORT_LOCK})
        kept = _kept(connection, import_id)
        if kept.imported:
            return None
        found = read_list(_content(connection, kept.sha256), kept.valid_from)
        return _carry_out(connection, kept, found, at, actor)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A file that is stored."""

    id: str
    sha256: str
    filename: str
    valid_from: date | None
    imported: bool = False


def _keep(connection: Connection, file: HandedIn, at: datetime, actor: SignedIn | None) -> _Kept:
    person = None if actor is None else actor.id
    name = _stored_name(file.content)
    sha256 = quarantine.keep(connection, file.judged, name, file.content, at, person_id=person)
    kept = _Kept(str(uuid.uuid4()), sha256, file.filename, file.valid_from)
    values = {"id": kept.id, "filename": kept.filename, "sha256": sha256, "valid_from": kept.valid_from}
    connection.execute(_ADD_IMPORT, {**values, "person": person, "at": at})
    return kept


def _kept(connection: Connection, import_id: str) -> _Kept:
    row = connection.execute(_GET_IMPORT, {"id": import_id}).first()
    if row is None:
        raise PriceError("not_found")
    return _Kept(str(row.id), row.sha256, row.filename, row.valid_from, row.imported_at is not None)


def _content(connection: Connection, sha256: str) -> bytes:
    content = b"".join(files.open_parts(connection, sha256))
    if not content:
        raise PriceError("not_examined")
    return content


def _carry_out(
    connection: Connection, kept: _Kept, found: PriceList, at: datetime, actor: SignedIn | None
) -> Report:
    connection.execute(_LOCK, {"key": IMPORT_LOCK})
    at = connection.execute(_NOT_BEFORE, {"at": at}).scalar_one()
    done = _plan(connection, found)
    _write(connection, kept, done.packages, at)
    rejected = {step.row: step.faults for step in done.steps if step.outcome == "rejected"}
    counts = done.counts
    values = {
        "id": kept.id,
        "person": None if actor is None else actor.id,
        "at": at,
        **{name: counts[name] for name in ("created", "changed", "unchanged")},
        "rejected": _json([{"row": row, "faults": faults} for row, faults in rejected.items()]),
    }
    connection.execute(_FINISH_IMPORT, values)
    return Report(kept.id, counts["created"], counts["changed"], counts["unchanged"], rejected)


def _plan(connection: Connection, found: PriceList) -> Plan:
    numbers = sorted({line.article_number for line in found.lines})
    known = {
        row["article_number"]: Known(
            row["id"],
            {name: row[name] for name in FACTS},
            row["facts_from"],
            {date.fromisoformat(day): _price(aip, aup, key) for day, aip, aup, key in row["prices"] or ()},
        )
        for row in connection.execute(_KNOWN, {"numbers": numbers}).mappings()
    }
    ids = sorted({line.facts["npl_id"] for line in found.lines if line.facts.get("npl_id")})
    npl_ids = {row.npl_id: row.article_number for row in connection.execute(_NPL_IDS, {"ids": ids})}
    return plan(found.lines, known, npl_ids, found.headings, found.rejected)


def _price(aip: str | None, aup: str | None, key: int) -> Price:
    return Price(None if aip is None else Decimal(aip), None if aup is None else Decimal(aup), key)


def _write(connection: Connection, kept: _Kept, packages: Sequence[PackagePlan], at: datetime) -> None:
    """Five statements at most, however many rows the list has."""
    ids = {one.article_number: one.id for one in packages if one.id is not None}
    new = [_package(one) | {"article_number": one.article_number} for one in packages if one.id is None]
    if new:
        added = connection.execute(_ADD_PACKAGES, {"rows": _json(new)})
        ids |= {row.article_number: row.id for row in added}
    changed = [one for one in packages if one.changes or one.confirmed]
    if changed:
        rows = [_package(one) | {"id": one.id} for one in changed]
        connection.execute(_UPDATE_PACKAGES, {"rows": _json(rows)})
        told = [
            {"package_id": one.id, "field": change.field, "old": _said(change.old), "new": _said(change.new)}
            for one in changed
            for change in one.changes
        ]
        if told:
            connection.execute(_ADD_CHANGES, {"import": kept.id, "at": at, "rows": _json(told)})
    prices = [(ids[one.article_number], row) for one in packages for row in one.written.values()]
    superseded = [row.supersedes for _package_id, row in prices if row.supersedes is not None]
    if superseded:
        connection.execute(_SUPERSEDE, {"ids": superseded, "at": at})
    if prices:
        rows = [
            {
                "package_id": package_id,
                "valid_from": row.valid_from,
                "aip": row.aip,
                "aup": row.aup,
                "source": row.source,
                "supersedes": row.supersedes,
            }
            for package_id, row in prices
        ]
        context = {"import": kept.id, "filename": kept.filename, "at": at}
        connection.execute(_ADD_PRICES, {**context, "rows": _json(rows)})


def _package(one: PackagePlan) -> dict[str, Any]:
    return {**one.facts, "facts_from": one.facts_from}


def _said(value: Any) -> str:
    """A fact as the log keeps it: plain decimals, yes or no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    """How a day, an amount and a fault are written in JSON."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Fault):
        return {"code": value.code, "column": value.column, "params": dict(value.params)}
    raise TypeError(f"{type(value)} has no form in JSON here")
