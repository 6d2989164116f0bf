"""A row as it is read: names to values, from the database or made by hand; and reading without a detour.

SQLAlchemy holds the statements and the pool. Describing each result costs it more than a short statement
takes, so what every page reads is asked of the driver itself, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, LiteralString, cast

import sqlalchemy as sa
from psycopg.rows import dict_row
from sqlalchemy.dialects.postgresql.psycopg import dialect
from sqlalchemy.engine import Connection, RowMapping

from nt_process.infra.database import driver_of, noticing_loss

Row = Mapping[str, Any] | RowMapping


def fetch(connection: Connection, statement: sa.TextClause, parameters: Mapping[str, Any]) -> list[Row]:
    """Every row that a statement gives. `parameters` may hold more than it names."""
    driver = driver_of(connection)
    with noticing_loss(connection.engine, driver), driver.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_driver_text(statement), parameters).fetchall()
    return cast("list[Row]", rows)


@lru_cache(maxsize=2048)
def _driver_text(statement: sa.TextClause) -> LiteralString:
    """The statement as the driver writes it, with %(name)s for :name."""
    return cast("LiteralString", str(statement.compile(dialect=dialect())))
