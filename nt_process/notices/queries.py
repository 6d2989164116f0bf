"""Reads of a person's own notices. What is about a case that the reader may no longer see is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.cases.sight import SEEN, sight
from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import fetch
from nt_process.notices.notice import COLUMNS, JOINS, Notice

PAGE_SIZE = 50
# The header says “99+” from here on, so nothing beyond needs counting.
UNREAD_CAP = 100

# A digest is only a mail; what it gathers is in the list already.
_VISIBLE = f"n.person_id = :person AND n.kind <> 'digest' AND (n.case_id IS NULL OR {SEEN})"
_LIST = sa.text(f"""
    SELECT {COLUMNS}, c.medicine FROM notice n {JOINS}
    WHERE {_VISIBLE} AND (NOT :unread_only OR n.read_at IS NULL)
    ORDER BY n.id DESC LIMIT :limit OFFSET :offset
""")  # noqa: S608 - constants of this program
_UNREAD = sa.text(f"""
    SELECT count(*) FROM (
        SELECT FROM notice n LEFT JOIN cases c ON c.id = n.case_id
        WHERE {_VISIBLE} AND n.read_at IS NULL LIMIT {UNREAD_CAP}
    ) AS seen
""")  # noqa: S608 - constants of this program


@dataclass(frozen=True, slots=True)
class Page:
    """One page of notices, the newest first, each with the medicine of its case; `more`: there is another."""

    notices: list[tuple[Notice, str | None]]
    more: bool


def notices(connection: Connection, actor: SignedIn, page: int, *, unread_only: bool = False) -> Page:
    """The reader's notices, PAGE_SIZE a page; the first page is 1."""
    window = {"limit": PAGE_SIZE + 1, "offset": (page - 1) * PAGE_SIZE, "unread_only": unread_only}
    rows = connection.execute(_LIST, {**_own(actor), **window}).mappings().all()
    listed = [(Notice.of(row), row["medicine"]) for row in rows[:PAGE_SIZE]]
    return Page(listed, len(rows) > PAGE_SIZE)


def unread(connection: Connection, actor: SignedIn) -> int:
    """How many notices the reader has not read, at most UNREAD_CAP."""
    return int(fetch(connection, _UNREAD, _own(actor))[0]["count"])


def _own(actor: SignedIn) -> Mapping[str, Any]:
    return {
        "person": actor.id,
        **sight(actor),
    }
