"""Reads of horizon scanning. Every function takes the actor; who may not read gets nothing at all.

Companies may not read what the council watches. Everyone else with a role may, see `rights.READERS`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from nt_process.identity.actor import SignedIn
from nt_process.kernel.search import prefix_query
from nt_process.rights import READERS

PAGE_SIZE = 50
STATUSES = ("watched", "opened", "dismissed", "merged")
APPROVAL_TYPES = ("full", "conditional", "exceptional")
MAX_SIMILAR = 20
MAX_CHANGES = 500

_CONDITIONS: Mapping[str, str] = {
    "status": "i.status = :status",
    "orphan=yes": "i.orphan",
    "orphan=no": "NOT i.orphan",
    "oncology=yes": "i.oncology",
    # What is not known to be cancer is not left out of the lists of the rest.
    "oncology=no": "i.oncology IS NOT TRUE",
    "approval_type": "i.approval_type = :approval_type",
    "agency_status": "i.agency_status = :agency_status",
    "year": "i.expected_on >= make_date(:year, 1, 1) AND i.expected_on < make_date(:year + 1, 1, 1)",
    "coming": "i.expected_on >= :today",
    "q": "i.search @@ to_tsquery('simple', :q)",
}
SORTS: Mapping[str, str] = {
    "latest": "i.expected_on DESC NULLS LAST, i.id",
    "earliest": "i.expected_on ASC NULLS LAST, i.id",
    "medicine": "sv_sort(i.medicine), i.id",
    "changed": "i.changed_at DESC, i.expected_on DESC NULLS LAST, i.id",
}

_COLUMNS = (
    "i.id, i.status, i.status_at, i.medicine, i.substance, i.atc, i.company, i.agency_status, i.orphan, "
    "i.oncology, i.approval_type, i.opinion_on, i.authorised_on, i.expected_on, i.expected_by, i.changed_at, "
    "i.product_number, i.version"
)
_COUNTS = sa.text("""
    SELECT count(*) FILTER (WHERE status = 'watched' AND expected_on >= :today) AS coming,
           count(*) FILTER (WHERE status = 'watched' AND orphan AND oncology IS NOT TRUE) AS orphan,
           count(*) FILTER (WHERE status = 'opened') AS opened,
           count(*) FILTER (WHERE status = 'dismissed') AS dismissed
    FROM horizon_item WHERE :may_read
""")
_CHOICES = sa.text("""
    SELECT coalesce(array_agg(DISTINCT agency_status ORDER BY agency_status), '{}') AS agency_statuses,
           coalesce(array_agg(DISTINCT extract(year FROM expected_on)::int)
                    FILTER (WHERE expected_on IS NOT NULL), '{}') AS years
    FROM horizon_item WHERE :may_read
""")
_ITEM = sa.text(f"""
    SELECT {_COLUMNS}, i.merged_into, i.product_key, i.names, i.therapeutic_area, i.indication, i.source,
        i.seen_at, first.made_at AS first_made_at, into_item.medicine AS merged_into_medicine,
        last.id AS last_import, last.filename AS last_filename,
        (SELECT max(m.made_at) FROM horizon_import m WHERE m.imported_at IS NOT NULL) AS newest_made_at
    FROM horizon_item i
    JOIN horizon_import first ON first.id = i.first_import
    JOIN horizon_import last ON last.id = i.last_import
    LEFT JOIN horizon_item into_item ON into_item.id = i.merged_into
    WHERE i.id = :id AND :may_read
""")  # noqa: S608 - the columns are a constant of this program
_CHANGES = sa.text(f"""
    SELECT c.field, c.old, c.new, c.applied, m.id AS import_id, m.made_at, m.imported_at
    FROM horizon_change c JOIN horizon_import m ON m.id = c.import_id
    WHERE c.item_id = :id AND :may_read
    ORDER BY m.made_at DESC, m.imported_at DESC, c.field LIMIT {MAX_CHANGES}
""")  # noqa: S608 - the limit is a constant of this program
_DECISIONS = sa.text("""
    SELECT d.kind, d.reason, d.case_number, d.person, d.at, d.other_item, o.medicine AS other_medicine
    FROM horizon_decision d LEFT JOIN horizon_item o ON o.id = d.other_item
    WHERE d.item_id = :id AND :may_read ORDER BY d.id DESC
""")
_CASES = sa.text("""
    SELECT c.number, c.medicine, c.opened_on, c.terminal FROM cases c
    WHERE c.horizon_item_id = :id AND :may_read ORDER BY c.number
""")
_SIMILAR = sa.text(f"""
    SELECT {_COLUMNS}, i.merged_into FROM horizon_item i
    WHERE i.id <> :id AND :may_read AND (i.names && CAST(:names AS text[]) OR i.merged_into = :id)
    ORDER BY i.expected_on DESC NULLS LAST, i.id LIMIT {MAX_SIMILAR}
""")  # noqa: S608 - the columns are a constant of this program
_TARGETS = sa.text(f"""
    SELECT {_COLUMNS} FROM horizon_item i
    WHERE i.id <> :id AND :may_read AND i.status IN ('watched', 'opened')
      AND i.search @@ to_tsquery('simple', :q)
    ORDER BY i.names && CAST(:names AS text[]) DESC, i.expected_on DESC NULLS LAST, i.id LIMIT {MAX_SIMILAR}
""")  # noqa: S608 - the columns are a constant of this program
_IMPORT_COLUMNS = (
    "m.id, m.filename, m.made_at, m.uploaded_at, m.imported_at, m.created, m.updated, m.unchanged, "
    "coalesce(p.name, '') AS uploaded_by, coalesce(b.name, '') AS imported_by"
)
_IMPORTS = sa.text(f"""
    SELECT {_IMPORT_COLUMNS}, jsonb_array_length(m.rejected) AS rejected
    FROM horizon_import m
    LEFT JOIN person p ON p.id = m.uploaded_by LEFT JOIN person b ON b.id = m.imported_by
    WHERE :may_read ORDER BY m.uploaded_at DESC LIMIT 50
""")  # noqa: S608 - the columns are a constant of this program
_IMPORT = sa.text(f"""
    SELECT {_IMPORT_COLUMNS}, m.rejected, m.sha256
    FROM horizon_import m
    LEFT JOIN person p ON p.id = m.uploaded_by LEFT JOIN person b ON b.id = m.imported_by
    WHERE m.id = :id AND :may_read
""")  # noqa: S608 - the columns are a constant of this program
_IMPORT_CHANGES = sa.text(f"""
    SELECT i.id, i.medicine, c.field, c.old, c.new, c.applied
    FROM horizon_change c JOIN horizon_item i ON i.id = c.item_id
    WHERE c.import_id = :id AND :may_read ORDER BY sv_sort(i.medicine), i.id, c.field LIMIT {MAX_CHANGES}
""")  # noqa: S608 - the limit is a constant of this program
_NAMES = sa.text("SELECT id, medicine FROM horizon_item WHERE id = ANY(CAST(:ids AS uuid[])) AND :may_read")
_NEWEST = sa.text("SELECT max(made_at) FROM horizon_import WHERE imported_at IS NOT NULL")


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to. Empty values narrow nothing; `status` is watched unless stated."""

    q: str = ""
    status: str = "watched"
    orphan: str = ""
    oncology: str = ""
    approval_type: str = ""
    agency_status: str = ""
    year: int | None = None
    coming: bool = False
    sort: str = "latest"

    def conditions(self) -> tuple[str, ...]:
        """The names of the conditions that narrow, in a fixed order."""
        chosen = [
            name
            for name in ("status", "approval_type", "agency_status", "year", "coming")
            if getattr(self, name)
        ]
        chosen += [f"{name}={getattr(self, name)}" for name in ("orphan", "oncology") if getattr(self, name)]
        if prefix_query(self.q):
            chosen.append("q")
        return tuple(chosen)


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of items and how many there are on all pages."""

    rows: list[RowMapping]
    total: int


@dataclass(frozen=True, slots=True)
class ItemFile:
    """An item with everything its page shows."""

    item: RowMapping
    changes: list[RowMapping]
    decisions: list[RowMapping]
    cases: list[RowMapping]
    similar: list[RowMapping]


@lru_cache(maxsize=512)
def _list_statement(conditions: tuple[str, ...], sort: str) -> sa.TextClause:
    return sa.text(
        f"SELECT {_COLUMNS} FROM horizon_item i WHERE {_where(conditions)} "  # noqa: S608 - constants only
        f"ORDER BY {SORTS[sort]} LIMIT :limit OFFSET :offset"
    )


@lru_cache(maxsize=512)
def _count_statement(conditions: tuple[str, ...]) -> sa.TextClause:
    return sa.text(f"SELECT count(*) FROM horizon_item i WHERE {_where(conditions)}")  # noqa: S608 - constants only


def _where(conditions: tuple[str, ...]) -> str:
    return " AND ".join((":may_read", *(_CONDITIONS[name] for name in conditions)))


def items(connection: Connection, actor: SignedIn, chosen: Filter, page: int, today: date) -> Listed:
    """One page of the items that `chosen` leaves, in its order."""
    parameters = {
        **_reader(actor),
        "status": chosen.status,
        "approval_type": chosen.approval_type,
        "agency_status": chosen.agency_status,
        "year": chosen.year,
        "today": today,
        "q": prefix_query(chosen.q),
    }
    conditions = chosen.conditions()
    sort = chosen.sort if chosen.sort in SORTS else "latest"
    window = {"limit": PAGE_SIZE, "offset": (max(page, 1) - 1) * PAGE_SIZE}
    found = list(connection.execute(_list_statement(conditions, sort), {**parameters, **window}).mappings())
    if page == 1 and len(found) < PAGE_SIZE:
        return Listed(found, len(found))
    return Listed(found, connection.execute(_count_statement(conditions), parameters).scalar_one())


def counts(connection: Connection, actor: SignedIn, today: date) -> Mapping[str, int]:
    """How many items are coming, orphan outside cancer care, opened, dismissed."""
    return dict(connection.execute(_COUNTS, {**_reader(actor), "today": today}).mappings().one())


def choices(connection: Connection, actor: SignedIn) -> Mapping[str, list[Any]]:
    """The agency's statuses and the years that occur, for the filters: `agency_statuses` and `years`."""
    return dict(connection.execute(_CHOICES, _reader(actor)).mappings().one())


def item_file(connection: Connection, actor: SignedIn, item_id: str) -> ItemFile | None:
    """The item with its history, cases and namesakes; None when there is none for this person."""
    parameters = {**_reader(actor), "id": item_id}
    item = connection.execute(_ITEM, parameters).mappings().first()
    if item is None:
        return None
    return ItemFile(
        item,
        list(connection.execute(_CHANGES, parameters).mappings()),
        list(connection.execute(_DECISIONS, parameters).mappings()),
        list(connection.execute(_CASES, parameters).mappings()),
        list(connection.execute(_SIMILAR, {**parameters, "names": item["names"]}).mappings()),
    )


def merge_targets(connection: Connection, actor: SignedIn, item: RowMapping, text: str) -> list[RowMapping]:
    """Items that this one may be merged into and that hold the words of `text`, namesakes first."""
    parameters = {**_reader(actor), "id": item["id"], "names": item["names"], "q": prefix_query(text)}
    return list(connection.execute(_TARGETS, parameters).mappings())


def imports(connection: Connection, actor: SignedIn) -> list[RowMapping]:
    """The latest fifty files handed in, the last first; those not imported have no imported_at."""
    return list(connection.execute(_IMPORTS, _reader(actor)).mappings())


def import_file(connection: Connection, actor: SignedIn, import_id: str) -> RowMapping | None:
    """One import with the rows it left out: `rejected` is [{"row", "faults": [{code, column, params}]}]."""
    return connection.execute(_IMPORT, {**_reader(actor), "id": import_id}).mappings().first()


def import_changes(connection: Connection, actor: SignedIn, import_id: str) -> list[RowMapping]:
    """The fields that an import changed, by medicine; at most MAX_CHANGES."""
    return list(connection.execute(_IMPORT_CHANGES, {**_reader(actor), "id": import_id}).mappings())


def medicine_names(connection: Connection, actor: SignedIn, ids: Sequence[str]) -> dict[str, str]:
    """The names of items by their id."""
    rows = connection.execute(_NAMES, {**_reader(actor), "ids": list(ids)})
    return {str(row.id): row.medicine for row in rows}


def newest_made_at(connection: Connection) -> datetime | None:
    """When the newest imported export was made."""
    return connection.scalar(_NEWEST)


def _reader(actor: SignedIn) -> dict[str, Any]:
    return {"may_read": READERS.allows(actor.roles)}
