"""Who acts, as the database is told: the second wall's only source.

Row-level security knows a person and a day (migration 0012). Workers, the scheduler and the command line act as
the system, which their connections say from the start. A web process acts as nobody until a request is
known to be somebody's; from then on every connection that the request takes from the pool is told so. A
connection remembers what it was told last, so that the next request of the same person tells it nothing.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from contextvars import ContextVar
from datetime import date
from typing import Any, cast

import psycopg
import sqlalchemy as sa
from psycopg.pq import Escaping, ExecStatus, TransactionStatus
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import ConnectionPoolEntry

SYSTEM = "system"
NOBODY = ""

# (person, day). None: nothing is known yet, and a connection acts as it did from the start.
_acting: ContextVar[tuple[str, str] | None] = ContextVar("acting", default=None)

_TELL = b"SET nt.person = %b; SET nt.day = %b"
_TOLD = "nt_acting"
_ACT = sa.text("SELECT set_config('nt.person', :person, true), set_config('nt.day', :day, true)")


def from_the_start(*, system: bool) -> str:
    """The setting that a connection is made with."""
    return f"-c nt.person={SYSTEM if system else NOBODY}"


def follow(engine: Engine, *, system: bool) -> None:
    """Tell each connection that is taken from this engine's pool who acts.

    One that is taken when nothing is known goes back to what its engine acts as from the start.
    """
    at_first = (SYSTEM if system else NOBODY, "")

    def taken(driver: psycopg.Connection, record: ConnectionPoolEntry, _proxy: object) -> None:
        wanted = _acting.get()
        if wanted is None and _TOLD in record.info:
            wanted = at_first
        _tell(driver, record.info, wanted)

    sa.event.listen(engine, "checkout", taken)


def become(person_id: str | None, today: date, held: Connection | None = None) -> None:
    """From now on this request acts as a person, or as nobody. `held` is a connection it has already taken."""
    _acting.set((person_id or NOBODY, today.isoformat()))
    if held is not None:
        _tell(cast("psycopg.Connection", held.connection.driver_connection), held.info, _acting.get())


def until_the_end(connection: Connection, person_id: str, day: date) -> None:
    """Act as a person until this connection's transaction ends; for a worker that reads for somebody."""
    connection.execute(_ACT, {"person": person_id, "day": day.isoformat()})


def person() -> str:
    """Who is known to act; empty for nobody and the system."""
    known = _acting.get()
    return "" if known is None or known[0] == SYSTEM else known[0]


def forget() -> None:
    """The request is over."""
    _acting.set(None)


def _tell(driver: psycopg.Connection, info: MutableMapping[Any, Any], wanted: tuple[str, str] | None) -> None:
    if wanted is None or info.get(_TOLD) == wanted:
        return
    # Outside any transaction, so that none that is undone takes it back. Straight through libpq: the driver
    # would set and reset its way with transactions around it, which takes longer than the statement. As plain
    # settings, which need no plan: in half the time of asking set_config().
    if driver.info.transaction_status is not TransactionStatus.IDLE:
        raise psycopg.ProgrammingError("whoever acts is told outside any transaction")
    quoted = tuple(Escaping(driver.pgconn).escape_literal(text.encode()) for text in wanted)
    answer = driver.pgconn.exec_(_TELL % quoted)
    if answer.status != ExecStatus.COMMAND_OK:
        raise psycopg.OperationalError(answer.get_error_message())
    info[_TOLD] = wanted
