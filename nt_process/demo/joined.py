"""Many commands as one transaction.

The demo world takes thousands of commands, each of which commits by itself. Half a world would be worse
than none: the next start could neither go on nor begin anew, because the log cannot be deleted from. So
all commands of the demo are given one connection whose transaction is the caller's.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import cast

from sqlalchemy.engine import Connection, Engine


class _Joined:
    """What the commands ask an engine for, always answered with the same connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @contextlib.contextmanager
    def connect(self) -> Iterator[Connection]:
        yield self._connection

    begin = connect

    def execution_options(self, **_options: object) -> _Joined:
        return self


def joined(connection: Connection) -> Engine:
    """An engine for commands, all of which then belong to the transaction of `connection`."""
    return cast("Engine", _Joined(connection))
