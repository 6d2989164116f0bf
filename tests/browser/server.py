"""The real application behind a real port, with a clock that a test can turn."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from time import sleep
from typing import Any, cast

from flask import Flask
from pydantic import PrivateAttr
from sqlalchemy.engine import Engine
from sqlalchemy.pool import QueuePool
from werkzeug.serving import WSGIRequestHandler, make_server

from nt_process.app import create_app
from nt_process.cases.published import keep_published
from nt_process.infra.database import app_engine
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.settings import Settings

MORNING = time(9, 30)


class Clock:
    """The time that the server under test believes it is."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    @property
    def today(self) -> date:
        return self.instant.astimezone(STOCKHOLM).date()

    def turn_to(self, day: date, at: time = MORNING) -> None:
        """Let it be `at` (Stockholm time) on `day`."""
        self.instant = datetime.combine(day, at, STOCKHOLM).astimezone(UTC)


class ClockedSettings(Settings):
    """Settings whose time is read from a clock at every request, instead of being fixed for a process."""

    _clock: Clock = PrivateAttr()

    def with_clock(self, clock: Clock) -> ClockedSettings:
        self._clock = clock
        return self

    def now(self) -> datetime:
        return self._clock.instant


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing of a request; what goes wrong is still said."""


class LiveServer:
    """Where the application answers, the application itself, and its clock."""

    def __init__(self, app: Flask, address: str, clock: Clock, engine: Engine) -> None:
        self.app = app
        self.address = address
        self.clock = clock
        self.engine = engine


@contextlib.contextmanager
def serve(
    engine: Engine, data_dir: Path, start: datetime, host: str = "127.0.0.1", **more: Any
) -> Iterator[LiveServer]:
    """Serve the application on a free port of this machine until the block ends, beginning at `start`.

    `host` is what the browser calls this machine; `more` are settings of the application.
    """
    clock = Clock(start)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # Tests turn the clock by months while people stay at the keyboard; how sessions end has tests of its own.
    years = 24 * 365 * 20
    settings = ClockedSettings(
        data_dir=data_dir,
        NT_SECRET_KEY="test",  # type: ignore[call-arg]
        session_idle_minutes=60 * years,
        session_hours=years,
        base_url=f"http://{host}:{port}",
        **more,
    ).with_clock(clock)
    keep_published(engine, start)
    web_engine = app_engine(engine.url, system=False)
    app = create_app(settings, web_engine)
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield LiveServer(app, settings.base_url, clock, engine)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        _wait_for_answers(web_engine)
        web_engine.dispose()


def _wait_for_answers(engine: Engine) -> None:
    """A browser that was closed may have asked for one more page: its connection comes back first."""
    pool = cast("QueuePool", engine.pool)
    for _moment in range(100):
        if pool.checkedout() == 0:
            return
        sleep(0.1)
    raise AssertionError("a request has kept its connection to the database")
