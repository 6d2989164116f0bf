"""Reads of the register. Nobody is known; a case whose present state is not told to the public is in no answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.engine.loader import load_published
from nt_process.infra.rows import Row, fetch
from nt_process.public.register.rules import After, untold

PAGE = 50
MOST_ROWS = 5000

_YEARS = sa.text("""
    SELECT extract(year FROM min(day))::int AS first, extract(year FROM max(day))::int AS last FROM register_entry
""")


@dataclass(frozen=True, slots=True)
class Sought:
    """What a reader asks for; an empty text or None is all."""

    q: str = ""
    kind: str = ""
    case: str = ""
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Entries:
    """A page of the register, the newest first; `after` where the next page goes on, None on the last."""

    rows: Sequence[Row]
    after: After | None


def entries(connection: Connection, sought: Sought, after: After | None, size: int = PAGE) -> Entries:
    """A page of `size` entries. It costs what is on it: the index gives the entries in their order."""
    words = [f"%{_literal(word)}%" for word in sought.q.casefold().split()]
    given = {
        "kind": sought.kind,
        "case": sought.case,
        "first": f"{sought.year or 2000:04d}-01-01",
        "last": f"{sought.year or 2199:04d}-12-31",
        "untold": untold(load_published().values()),
        "size": size + 1,
        **{f"word{place}": word for place, word in enumerate(words)},
    }
    if after is not None:
        given |= {"day": after.day, "id": after.id}
    found = fetch(connection, _statement(sought, len(words), goes_on=after is not None), given)
    shown = found[:size]
    more = len(found) > size
    return Entries(shown, After(shown[-1]["day"], shown[-1]["id"]) if more else None)


def years(connection: Connection) -> list[int]:
    """The years that there are entries of, the newest first."""
    row = fetch(connection, _YEARS, {})[0]
    return [] if row["first"] is None else list(range(row["last"], row["first"] - 1, -1))


def _statement(sought: Sought, words: int, *, goes_on: bool) -> sa.TextClause:
    return _built(bool(sought.kind), bool(sought.case), sought.year is not None, words, goes_on)


@lru_cache(maxsize=256)
def _built(by_kind: bool, by_case: bool, by_year: bool, words: int, goes_on: bool) -> sa.TextClause:
    names = "lower(concat_ws(' ', e.place, e.medicine, e.substance, e.atc))"
    conditions = [
        "(e.case_number IS NULL OR NOT e.process || ' ' || e.workflow_version || ' ' || e.state = ANY (:untold))",
        *(["e.kind = :kind"] if by_kind else []),
        *(["e.case_number = :case"] if by_case else []),
        *(["e.day BETWEEN CAST(:first AS date) AND CAST(:last AS date)"] if by_year else []),
        *(["(e.day, e.id) < (CAST(:day AS date), :id)"] if goes_on else []),
        *(f"{names} LIKE :word{place}" for place in range(words)),
    ]
    return sa.text(f"""
        SELECT e.id, e.kind, e.place, e.serial, e.day, e.case_number, e.medicine, e.substance, e.atc
        FROM public_register e WHERE {" AND ".join(conditions)} ORDER BY e.day DESC, e.id DESC LIMIT :size
    """)  # noqa: S608 - constants of this program


def _literal(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
