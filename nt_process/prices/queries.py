"""Reads of the price register. Every function takes the actor; who may not read gets nothing at all.

`on` is the day whose price is asked for, `known` the day as which the register is asked: what it knew when that day
ended. None is what it knows now.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row
from nt_process.kernel.calendar import ONE_DAY, STOCKHOLM
from nt_process.kernel.search import prefix_query
from nt_process.rights import PRICE_READERS, SECRETARIAT

PAGE_SIZE = 50
MAX_EXPORTED = 50_000
MAX_COMPARED = 200
_EVER = datetime(9999, 1, 1, tzinfo=UTC)

_COLUMNS = (
    "p.id, p.article_number, p.npl_id, p.product, p.substance, p.atc, p.strength, p.form, p.pack, p.units, p.unit, "
    "p.company, p.parallel_import, p.facts_from"
)
# Believed when `known` ended: from before it, and not superseded until after it.
_BELIEVED = "l.known_from < :known AND (l.known_to IS NULL OR l.known_to >= :known)"
_PRICE = f"""LATERAL (
    SELECT l.aip, l.aup, l.valid_from, l.source FROM list_price l
    WHERE l.package_id = p.id AND l.valid_from <= :on AND {_BELIEVED}
    ORDER BY l.valid_from DESC LIMIT 1
) n"""  # noqa: S608 - constants of this program
_BEFORE = f"""LATERAL (
    SELECT l.aip AS aip_before FROM list_price l
    WHERE l.package_id = p.id AND l.valid_from < n.valid_from AND l.aip IS NOT NULL AND {_BELIEVED}
    ORDER BY l.valid_from DESC LIMIT 1
) b"""  # noqa: S608 - constants of this program
_FOUND = f"SELECT {_COLUMNS}, n.aip, n.aup, n.valid_from, n.source"

_CONDITIONS: Mapping[str, str] = {
    "q": "p.search @@ to_tsquery('simple', :q)",
    "atc": "p.atc LIKE :atc",
    "parallel=yes": "p.parallel_import",
    "parallel=no": "NOT p.parallel_import",
    "priced": "n.aip IS NOT NULL",
}
SORTS: Mapping[str, str] = {
    "product": "sv_sort(p.product), p.strength, p.units, p.article_number",
    "substance": "sv_sort(p.substance), sv_sort(p.form), p.strength, n.aip / p.units, p.article_number",
    "unit": "n.aip / p.units NULLS LAST, p.article_number",
    "changed": "n.valid_from DESC NULLS LAST, sv_sort(p.product), p.article_number",
}
_PACKAGE = sa.text(f"SELECT {_COLUMNS} FROM price_package p WHERE p.article_number = :number AND :may_read")  # noqa: S608
_ROWS = sa.text("""
    SELECT l.id, l.valid_from, l.aip, l.aup, l.source, l.known_from, l.known_to, l.supersedes
    FROM list_price l WHERE l.package_id = :id AND :may_read ORDER BY l.valid_from, l.id
""")
_CHANGES = sa.text("""
    SELECT c.field, c.old, c.new, c.at FROM price_package_change c
    WHERE c.package_id = :id AND :may_read ORDER BY c.id DESC LIMIT 200
""")
_ONE = sa.text(f"""
    {_FOUND} FROM price_package p LEFT JOIN {_PRICE} ON true WHERE p.article_number = :number AND :may_read
""")
_COMPARED = sa.text(f"""
    {_FOUND} FROM price_package p JOIN {_PRICE} ON true
    WHERE :may_read AND n.aip IS NOT NULL AND lower(p.form) = lower(:form) AND lower(p.unit) = lower(:unit)
      AND (lower(p.substance) = lower(:substance) OR (length(:atc) = 7 AND p.atc = :atc))
    ORDER BY n.aip / p.units, p.article_number LIMIT {MAX_COMPARED}
""")
# By the substance or the name of the medicine; by the code alone where neither is stated and it is a whole one.
_OF_SUBJECTS = sa.text(f"""
    SELECT s.ref, found.* FROM json_to_recordset(CAST(:subjects AS json)) AS s(ref text, substance text, product text, atc text)
    JOIN LATERAL (
        {_FOUND} FROM price_package p JOIN {_PRICE} ON true
        WHERE n.aip IS NOT NULL AND (
            (s.substance <> '' AND lower(p.substance) = lower(s.substance))
            OR (s.product <> '' AND lower(p.product) = lower(s.product))
            OR (s.substance = '' AND length(s.atc) = 7 AND p.atc = s.atc))
        LIMIT {MAX_COMPARED}
    ) found ON true
    WHERE :may_read
    ORDER BY s.ref, sv_sort(found.product), found.strength, found.units, found.article_number
""")  # noqa: S608 - constants of this program
_IMPORT_COLUMNS = (
    "m.id, m.filename, m.valid_from, m.sha256, m.uploaded_at, m.imported_at, m.created, m.updated, m.unchanged, "
    "m.rejected, coalesce(p.name, '') AS uploaded_by, coalesce(b.name, '') AS imported_by"
)
_IMPORTS = sa.text(f"""
    SELECT {_IMPORT_COLUMNS} FROM price_import m
    LEFT JOIN person p ON p.id = m.uploaded_by LEFT JOIN person b ON b.id = m.imported_by
    WHERE :may_read ORDER BY m.uploaded_at DESC, m.id LIMIT 50
""")  # noqa: S608 - constants of this program
_IMPORT = sa.text(f"""
    SELECT {_IMPORT_COLUMNS} FROM price_import m
    LEFT JOIN person p ON p.id = m.uploaded_by LEFT JOIN person b ON b.id = m.imported_by
    WHERE :may_read AND m.id = :id
""")  # noqa: S608 - constants of this program


@dataclass(frozen=True, slots=True)
class Filter:
    """What the register is narrowed to: words, the beginning of an ATC code, parallel imports (yes or no).

    `everything` also lists packages that have no list price on the day.
    """

    on: date
    known: date | None = None
    q: str = ""
    atc: str = ""
    parallel: str = ""
    everything: bool = False
    sort: str = "product"

    def conditions(self) -> tuple[str, ...]:
        named = [name for name in ("q", "atc") if getattr(self, name)]
        if self.parallel in ("yes", "no"):
            named.append(f"parallel={self.parallel}")
        return (*named, *(() if self.everything else ("priced",)))


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of packages, and how many there are in all."""

    rows: Sequence[Row]
    total: int


@dataclass(frozen=True, slots=True)
class PackageFile:
    """A package with every price that was ever believed, by first day, and what it was called before."""

    package: Row
    rows: Sequence[Row]
    changes: Sequence[Row]

    def believed(self, known: date | None) -> list[Row]:
        """The prices that were believed when the day ended; today's belief for None."""
        instant = _instant(known)
        return [
            row
            for row in self.rows
            if row["known_from"] < instant and (row["known_to"] is None or row["known_to"] >= instant)
        ]


@dataclass(frozen=True, slots=True)
class Subject:
    """What prices are asked for: an active substance, or a medicine by name, or a whole ATC code."""

    ref: str
    substance: str = ""
    product: str = ""
    atc: str = ""


@lru_cache(maxsize=256)
def _list_statement(conditions: tuple[str, ...], sort: str) -> sa.TextClause:
    return sa.text(f"""
        {_FOUND}, b.aip_before FROM price_package p
        LEFT JOIN {_PRICE} ON true LEFT JOIN {_BEFORE} ON true
        WHERE {_where(conditions)} ORDER BY {SORTS[sort]} LIMIT :limit OFFSET :offset
    """)


@lru_cache(maxsize=256)
def _count_statement(conditions: tuple[str, ...]) -> sa.TextClause:
    return sa.text(f"""
        SELECT count(*) FROM price_package p LEFT JOIN {_PRICE} ON true WHERE {_where(conditions)}
    """)  # noqa: S608 - constants of this program


def _where(conditions: tuple[str, ...]) -> str:
    return " AND ".join((":may_read", *(_CONDITIONS[name] for name in conditions)))


def packages(connection: Connection, actor: SignedIn, chosen: Filter, page: int) -> Listed:
    """One page of the packages that `chosen` leaves, with the price of its day and the one before."""
    window = {"limit": PAGE_SIZE, "offset": (max(page, 1) - 1) * PAGE_SIZE}
    found = _packages(connection, actor, chosen, window)
    if page == 1 and len(found) < PAGE_SIZE:
        return Listed(found, len(found))
    statement = _count_statement(chosen.conditions())
    return Listed(found, connection.execute(statement, _parameters(actor, chosen)).scalar_one())


def all_packages(connection: Connection, actor: SignedIn, chosen: Filter) -> list[Row]:
    """Every package that `chosen` leaves, at most MAX_EXPORTED."""
    return _packages(connection, actor, chosen, {"limit": MAX_EXPORTED, "offset": 0})


def _packages(
    connection: Connection, actor: SignedIn, chosen: Filter, window: Mapping[str, int]
) -> list[Row]:
    statement = _list_statement(chosen.conditions(), chosen.sort if chosen.sort in SORTS else "product")
    return list(connection.execute(statement, {**_parameters(actor, chosen), **window}).mappings())


def _parameters(actor: SignedIn, chosen: Filter) -> dict[str, Any]:
    return {
        **_reader(actor),
        "on": chosen.on,
        "known": _instant(chosen.known),
        "q": prefix_query(chosen.q),
        # Letters and digits alone: nothing that LIKE reads as a pattern.
        "atc": "".join(sign for sign in chosen.atc.upper() if sign.isalnum()) + "%",
    }


def package_file(connection: Connection, actor: SignedIn, article_number: str) -> PackageFile | None:
    """A package with its prices and what it was called; None when there is none for this person."""
    found = connection.execute(_PACKAGE, {**_reader(actor), "number": article_number}).mappings().first()
    if found is None:
        return None
    parameters = {**_reader(actor), "id": found["id"]}
    rows = list(connection.execute(_ROWS, parameters).mappings())
    return PackageFile(found, rows, list(connection.execute(_CHANGES, parameters).mappings()))


def price_on(
    connection: Connection, actor: SignedIn, article_number: str, on: date, known: date | None
) -> Row | None:
    """A package with its price on a day, whose amounts are None where it has none; None without the package."""
    parameters = {**_reader(actor), "number": article_number, "on": on, "known": _instant(known)}
    return connection.execute(_ONE, parameters).mappings().first()


def compared(
    connection: Connection, actor: SignedIn, package: Row, on: date, known: date | None = None
) -> list[Row]:
    """Packages of the same form and unit with the same substance or whole ATC code that have a price on the day.

    The package itself is among them; the cheapest unit comes first.
    """
    about = {name: package[name] for name in ("form", "unit", "substance", "atc")}
    parameters = {**_reader(actor), **about, "on": on, "known": _instant(known)}
    return list(connection.execute(_COMPARED, parameters).mappings())


def of_subjects(
    connection: Connection, actor: SignedIn, subjects: Iterable[Subject], on: date
) -> dict[str, list[Row]]:
    """The packages of each subject that have a price on the day, by the subject's `ref`."""
    asked = [
        {"ref": one.ref, "substance": one.substance, "product": one.product, "atc": one.atc}
        for one in subjects
    ]
    found: dict[str, list[Row]] = {one["ref"]: [] for one in asked}
    if asked:
        parameters = {**_reader(actor), "subjects": json.dumps(asked), "on": on, "known": _EVER}
        for row in connection.execute(_OF_SUBJECTS, parameters).mappings():
            found[row["ref"]].append(row)
    return found


def imports(connection: Connection, actor: SignedIn) -> list[Row]:
    """The latest fifty price lists handed in, the last first; for the secretariat alone."""
    return list(connection.execute(_IMPORTS, {"may_read": SECRETARIAT.allows(actor.roles)}).mappings())


def import_file(connection: Connection, actor: SignedIn, import_id: str) -> Row | None:
    """One price list with the rows it left out; for the secretariat alone."""
    parameters = {"may_read": SECRETARIAT.allows(actor.roles), "id": import_id}
    return connection.execute(_IMPORT, parameters).mappings().first()


def _instant(known: date | None) -> datetime:
    """When the day ended in Stockholm, as an instant in UTC."""
    if known is None or known.year >= _EVER.year:
        return _EVER
    return datetime.combine(known + ONE_DAY, time(), STOCKHOLM).astimezone(UTC)


def _reader(actor: SignedIn) -> dict[str, Any]:
    return {"may_read": PRICE_READERS.allows(actor.roles)}
