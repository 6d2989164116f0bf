"""The register as it is read by commands and by the audit: settings, releases and their cells."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.disclosure.layouts import Cell, Release, Request
from nt_process.disclosure.rules import Setting, parameters_of
from nt_process.disclosure.sensitivity import Parameters
from nt_process.infra.rows import Row
from nt_process.kernel.money import MILLION

_SETTINGS = sa.text("SELECT name, value, from_day, reason FROM disclosure_parameter ORDER BY id")
_PUBLISHED = sa.text("SELECT * FROM disclosure_release WHERE state = 'published' ORDER BY number")
_CELLS = sa.text("""
    SELECT product, region, amount FROM disclosure_cell WHERE release_id = :id AND round = :round ORDER BY position
""")
_COUNT = sa.text("SELECT count(*) FROM disclosure_release WHERE state = 'published'")


def parameters(connection: Connection, today: date) -> Parameters:
    """The rules' numbers on a day."""
    return parameters_of((Setting(*row) for row in connection.execute(_SETTINGS)), today)


def request_of(row: Row) -> Request:
    return Request(row["layout"], row["scope"], row["first_month"], row["months"], row["measure"])


def cells_of(connection: Connection, row: Row) -> dict[Cell, Decimal | None]:
    """The cells of a release's last audit in the table's order, in millions of SEK."""
    found = connection.execute(_CELLS, {"id": row["id"], "round": row["round"]})
    return {Cell(one.product, one.region): one.amount for one in found}


def published(connection: Connection) -> list[Release]:
    """Everything that has been released, in the order of its numbers."""
    return [
        Release(
            row["number"],
            request_of(row),
            str(row["basis_id"]),
            row["step_msek"] * MILLION,
            {
                cell: None if amount is None else amount * MILLION
                for cell, amount in cells_of(connection, row).items()
            },
        )
        for row in connection.execute(_PUBLISHED).mappings().all()
    ]


def count_published(connection: Connection) -> int:
    return int(connection.scalar(_COUNT) or 0)


def fingerprint(row: Row, cells: Mapping[Cell, Decimal | None]) -> str:
    """The hash (SHA-256, hex) of what is released: number, title, what was asked for, step and every cell."""
    content: Sequence[object] = [
        row["number"],
        row["title"],
        row["layout"],
        row["scope"],
        row["first_month"].isoformat(),
        row["months"],
        row["measure"],
        row["step_msek"],
        [[*cell, None if amount is None else int(amount)] for cell, amount in cells.items()],
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
