"""Reads of cases. Every function takes the actor, and what the actor may not see is not in the answer.

The worklist's statements are built from a fixed set of conditions; each combination is built once and
kept. Sorting is by the next last day, which the action keeps on the case's row.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.audit.log import event_of
from nt_process.cases.sight import RESTRICTED, SEEN, sight
from nt_process.cases.store import CASE_COLUMNS, case_of, conflict_of, folded
from nt_process.engine.conditions import Conflict
from nt_process.engine.snapshot import Case, Event
from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row, fetch
from nt_process.kernel.search import prefix_query

PAGE_SIZE = 50
# So many cases with the words that are searched for are looked up one by one.
FEW = 500
COUNT_CAP = 1000
EXPORT_CAP = 50_000
SOON_DAYS = 7

_COLUMNS = (
    "c.id, c.number, c.process, c.workflow_version, c.state, c.phase, c.waits_for, c.terminal, c.state_since, "
    "c.opened_on, c.medicine, c.substance, c.company, c.owner, c.owner_id, c.next_due, c.version"
)
_CONDITIONS: Mapping[str, str] = {
    "process": "c.process = :process",
    "phase": "c.phase = :phase",
    "waits_for": "c.waits_for = :waits_for",
    "owner": "c.owner_id = :owner",
    "overdue": "c.next_due < :today",
    "soon": "c.next_due BETWEEN :today AND :soon",
    "unowned": "c.owner_id IS NULL",
    "waiting": "c.waits_for IN ('company', 'tlv', 'region', 'meeting', 'court')",
    "yours": "c.waits_for IN (:party, 'both')",
    # A rare word names the cases; a common one is met soon enough in the order that is asked for.
    "found": "c.id = ANY (:found)",
    "q": "c.search @@ (to_tsquery('simple', :q) || plainto_tsquery('swedish', :words))",
}

SORTS: Mapping[str, str] = {
    "due": "c.next_due ASC NULLS LAST, c.id",
    "number": "c.number DESC",
    "medicine": "sv_sort(c.medicine), c.id",
    "since": "c.state_since, c.id",
    # An ended case has no next last day: the latest ended comes first.
    "ended": "c.state_since DESC, c.id",
}


_WITH_WORDS = sa.text(f"SELECT cases_with_words(:q, :words, {FEW + 1}) AS id")


@dataclass(frozen=True, slots=True)
class Filter:
    """What a worklist is narrowed to. Empty values narrow nothing; `ended` None means open and ended both."""

    process: str = ""
    phase: str = ""
    waits_for: str = ""
    owner: str = ""
    q: str = ""
    only: str = ""
    ended: bool | None = False
    sort: str = "due"

    def conditions(self) -> tuple[str, ...]:
        names = [name for name in ("process", "phase", "waits_for", "owner") if getattr(self, name)]
        if prefix_query(self.q):
            names.append("q")
        if self.only in (*FIGURES, *FIGURES_OUTSIDE):
            names.append(self.only)
        return tuple(names)


@dataclass(frozen=True, slots=True)
class Worklist:
    """One page of cases. `total` is exact up to COUNT_CAP and None beyond it.

    `counts` says how many open cases each of the reader's figures holds, each capped at COUNT_CAP + 1.
    """

    rows: list[Row]
    total: int | None
    counts: Mapping[str, int]


@lru_cache(maxsize=512)
def _list_statement(
    conditions: tuple[str, ...], ended: bool | None, sort: str, restricted: bool
) -> sa.TextClause:
    return sa.text(
        f"SELECT {_COLUMNS} FROM cases c WHERE {_where(conditions, ended, restricted)} "  # noqa: S608 - constants only
        f"ORDER BY {SORTS['ended' if ended and sort == 'due' else sort]} LIMIT :limit OFFSET :offset"
    )


@lru_cache(maxsize=512)
def _exact_count_statement(
    conditions: tuple[str, ...], ended: bool | None, restricted: bool
) -> sa.TextClause:
    return sa.text(f"SELECT count(*) FROM cases c WHERE {_where(conditions, ended, restricted)}")  # noqa: S608 - constants


@lru_cache(maxsize=512)
def _files_statement(conditions: tuple[str, ...], ended: bool | None, restricted: bool) -> sa.TextClause:
    return sa.text(
        f"SELECT {CASE_COLUMNS}, (SELECT json_agg(k ORDER BY k.position) FROM clock k WHERE k.case_id = c.id) "  # noqa: S608
        f"AS clocks FROM cases c WHERE {_where(conditions, ended, restricted)} "
        f"ORDER BY {SORTS['due']} LIMIT :limit OFFSET :offset"
    )


def _where(conditions: tuple[str, ...], ended: bool | None, restricted: bool) -> str:
    parts = [] if ended is None else ["c.terminal" if ended else "NOT c.terminal"]
    parts += [_CONDITIONS[name] for name in conditions]
    if restricted:
        parts.append(RESTRICTED)
    return " AND ".join(parts) or "true"


# The figures above the list, for the council's own side and for everyone else.
FIGURES = ("overdue", "soon", "unowned", "waiting")
FIGURES_OUTSIDE = ("overdue", "soon", "yours")


@lru_cache(maxsize=512)
def _counts_statement(
    figures: tuple[str, ...], conditions: tuple[str, ...], ended: bool | None, restricted: bool
) -> sa.TextClause:
    counted = {name: _where((name,), False, restricted) for name in figures}
    counted["total"] = _where(conditions, ended, restricted)
    columns = ", ".join(
        f"(SELECT count(*) FROM (SELECT FROM cases c WHERE {where} LIMIT {COUNT_CAP + 1}) found) AS {name}"  # noqa: S608
        for name, where in counted.items()
    )
    return sa.text(f"SELECT {columns}")


def figures_for(actor: SignedIn) -> tuple[str, ...]:
    """Which figures stand above this reader's list; each is also a way to narrow it."""
    return FIGURES if actor.is_internal else FIGURES_OUTSIDE


def worklist(
    connection: Connection,
    actor: SignedIn,
    chosen: Filter,
    page: int,
    today: date,
    *,
    page_size: int = PAGE_SIZE,
) -> Worklist:
    """One page of the cases the actor may see, narrowed by `chosen`, with the counts above the list."""
    restricted = not actor.sees_all_cases
    parameters = _parameters(actor, chosen, today)
    conditions = _searched(connection, chosen.conditions(), parameters)
    sort = chosen.sort if chosen.sort in SORTS else "due"
    window = {"limit": page_size, "offset": (max(page, 1) - 1) * page_size}
    found = fetch(
        connection, _list_statement(conditions, chosen.ended, sort, restricted), {**parameters, **window}
    )
    counting = _counts_statement(figures_for(actor), conditions, chosen.ended, restricted)
    counts = dict(fetch(connection, counting, parameters)[0])
    total = counts.pop("total")
    return Worklist(found, total if total <= COUNT_CAP else None, counts)


def case_files(
    connection: Connection, actor: SignedIn, chosen: Filter, page: int, today: date, *, page_size: int
) -> tuple[list[Case], int]:
    """One page of whole cases with their clocks, and how many there are in all, exactly."""
    restricted = not actor.sees_all_cases
    parameters = _parameters(actor, chosen, today)
    conditions = _searched(connection, chosen.conditions(), parameters)
    window = {"limit": page_size, "offset": (page - 1) * page_size}
    rows = connection.execute(
        _files_statement(conditions, chosen.ended, restricted), {**parameters, **window}
    ).mappings()
    found = [case_of(row) for row in rows]
    counting = _exact_count_statement(conditions, chosen.ended, restricted)
    return found, connection.execute(counting, parameters).scalar_one()


def _searched(
    connection: Connection, conditions: tuple[str, ...], parameters: dict[str, Any]
) -> tuple[str, ...]:
    """The conditions, with the words replaced by the cases that have them where those are few.

    The index of words cannot serve a statement that row-level security binds, so it is asked first.
    """
    if "q" not in conditions:
        return conditions
    found = [row["id"] for row in fetch(connection, _WITH_WORDS, parameters)]
    if len(found) > FEW:
        return conditions
    parameters["found"] = found
    return tuple("found" if name == "q" else name for name in conditions)


def _parameters(actor: SignedIn, chosen: Filter, today: date) -> dict[str, Any]:
    return {
        **sight(actor),
        "process": chosen.process,
        "phase": chosen.phase,
        "waits_for": chosen.waits_for,
        "party": actor.party,
        "owner": _uuid_or_nobody(actor.id if chosen.owner == "me" else chosen.owner),
        "q": prefix_query(chosen.q),
        "words": chosen.q.replace("\x00", " "),
        "today": today,
        "soon": today + timedelta(days=SOON_DAYS),
    }


def _uuid_or_nobody(text: str) -> uuid.UUID:
    """A malformed id in an address narrows to nobody's cases, not to an error."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case as one reader sees it, now or as of a past instant, with its log and the reader's conflict of interest
    today."""

    id: str
    case: Case
    events: list[Event]
    document_kinds: frozenset[str]
    hashes: list[str]
    conflict: Conflict | None = None


_CASE = sa.text(f"""
    SELECT {CASE_COLUMNS},
           (SELECT json_agg(k ORDER BY k.position) FROM clock k WHERE k.case_id = c.id) AS clocks,
           document_kinds(c.id) AS document_kinds,
           conflict_of_interest(c.id, :person, acting_day()) AS conflict
    FROM cases c WHERE c.number = :number AND {SEEN}
""")  # noqa: S608 - the columns are a constant of this program
_EVENTS = sa.text("""
    SELECT * FROM event WHERE case_id = :case_id AND NOT (kind = 'note' AND :conflicted) ORDER BY seq
""")


def case_file(
    connection: Connection, actor: SignedIn, number: str, as_of: datetime | None = None
) -> CaseFile | None:
    """The case and its log, or None when it does not exist for this actor (or did not yet at `as_of`).

    With `as_of` the case is folded from the events recorded up to that instant.
    """
    parameters = {"number": number, "person": actor.id, **sight(actor)}
    row = connection.execute(_CASE, parameters).mappings().first()
    if row is None:
        return None
    conflict = conflict_of(row["conflict"])
    wanted = {"case_id": row["id"], "conflicted": conflict is not None}
    rows = list(connection.execute(_EVENTS, wanted).mappings())
    if as_of is not None:
        rows = [one for one in rows if one["at"] <= as_of]
        if not rows:
            return None
    events = [event_of(one) for one in rows]
    case = case_of(row) if as_of is None else folded(events)
    hashes = [bytes(one["hash"]).hex() for one in rows]
    return CaseFile(str(row["id"]), case, events, frozenset(row["document_kinds"] or ()), hashes, conflict)


_OWNERS = sa.text("""
    SELECT p.id, p.name FROM person p
    WHERE p.disabled_at IS NULL AND EXISTS (
        SELECT FROM membership m WHERE m.person_id = p.id AND m.role IN ('secretariat', 'council_member')
          AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today))
    ORDER BY sv_sort(p.name)
""")
_COMPANIES = sa.text("SELECT id, name FROM organisation WHERE kind = 'company' ORDER BY sv_sort(name)")
_VIEWS = sa.text("SELECT id, name, query FROM saved_view WHERE person_id = :person ORDER BY sv_sort(name)")


def possible_owners(connection: Connection, today: date) -> list[tuple[str, str]]:
    """(id, name) of everyone who may hold a case."""
    return [(str(row["id"]), row["name"]) for row in fetch(connection, _OWNERS, {"today": today})]


def companies(connection: Connection) -> list[tuple[str, str]]:
    return [(str(row.id), row.name) for row in connection.execute(_COMPANIES)]


def saved_views(connection: Connection, actor: SignedIn) -> list[Row]:
    return fetch(connection, _VIEWS, {"person": actor.id})
