"""Two who want the same at the same moment, on connections of their own."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

T = TypeVar("T")
_SOMEONE_WAITS = sa.text("""
    SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
                   WHERE NOT l.granted AND a.datname = current_database())
""")


def while_first_is_at_it(engine: Engine, first: Callable[[Connection], object], second: Callable[[], T]) -> T:
    """What the second is answered, who comes when the first has done it and not yet committed."""
    with ThreadPoolExecutor(1) as pool:
        with engine.begin() as connection:
            first(connection)
            answer = pool.submit(second)
            _until_it_waits(engine, answer)
        return answer.result(timeout=60)


def _until_it_waits(engine: Engine, answer: Future[T]) -> None:
    """Until the second waits for the first; who is answered without waiting has not asked the same."""
    while not answer.done():
        with engine.connect() as connection:
            if connection.scalar(_SOMEONE_WAITS):
                return
        time.sleep(0.01)
    answer.result()
    raise AssertionError("the second did not have to wait")


def at_once(*commands: Callable[[], T]) -> list[T]:
    """What each is answered when all begin together."""
    start = Barrier(len(commands))

    def run(command: Callable[[], T]) -> T:
        start.wait()
        return command()

    with ThreadPoolExecutor(len(commands)) as pool:
        return list(pool.map(run, commands))
