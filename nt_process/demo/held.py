"""Many commands as one transaction.

The demo world takes thousands of commands, each of which commits by itself. Half a world would be worse
than none: the next start could neither go on nor begin anew, because the log cannot be deleted from. So
the demo's commands share one connection to the database, which leaves every commit for the end.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import Engine


class _HeldConnection(psycopg.Connection[Any]):
    """A connection whose transaction goes on, whatever its users ask for, until `finish`."""

    def commit(self) -> None:
        """Leave it for the end."""

    def rollback(self) -> None:
        """Leave it for the end; after an error, the end is that nothing was done."""

    def set_autocommit(self, value: bool) -> None:
        """Every statement belongs to the one transaction, also that of a command of one statement."""

    def set_isolation_level(self, value: psycopg.IsolationLevel | int | None) -> None:
        """It stays as it was when the transaction began: that of the server, READ COMMITTED."""

    def finish(self) -> None:
        """Make everything since the connection was opened happen."""
        super().commit()


@contextlib.contextmanager
def held(engine: Engine) -> Iterator[Engine]:
    """An engine like `engine` for one thread, all of whose work is one transaction.

    It happens when the block ends well, and not at all when an exception leaves the block.
    """
    arguments, options = engine.dialect.create_connect_args(engine.url)
    connection = _HeldConnection.connect(*arguments, **options)
    alike = sa.create_engine(
        engine.url, creator=lambda: connection, poolclass=sa.pool.StaticPool, hide_parameters=True
    )
    try:
        yield alike
        connection.finish()
    finally:
        alike.dispose()
        connection.close()
