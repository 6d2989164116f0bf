"""Memory of web, worker and scheduler together, in the demo as it is started by `make demo`.

Counted is the proportional set size of all their processes: each page of memory once, shared out among
those who share it. It is looked at while pages are opened by several readers at once and while the worker
makes the deadline report as PDF, and the largest sum of any moment is what is judged.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bench.measure import Finding, Unmeasured
from nt_process.identity import sessions
from nt_process.identity.sessions import Visitor
from nt_process.infra import jobs
from nt_process.infra.database import app_engine
from nt_process.infra.embedded import APP_ROLE, embedded_postgres
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.reporting import pdf_job
from nt_process.reporting.report import Selection

LIMIT_MB = 500.0
READY_SECONDS = 240
READERS = 4
PAGES = ("/", "/?q=a", "/horizon", "/reports/deadlines", "/notices", "/processes/")
_READER = sa.text("""
    SELECT p.id FROM person p JOIN membership m ON m.person_id = p.id WHERE m.role = 'secretariat' ORDER BY p.email LIMIT 1
""")
_NUMBERS = sa.text("SELECT number FROM cases ORDER BY number LIMIT 40")


def run(*, quick: bool) -> Iterator[Finding | Unmeasured]:
    """The largest sum in megabytes; the floor is the limit itself, so that the ratio is the share of it."""
    if not Path("/proc/self/smaps_rollup").exists():
        yield Unmeasured("memory", "demo", "this system does not tell how much memory its processes share")
        return
    with _demo() as (supervisor, port, data_dir):
        rest = _megabytes(supervisor)
        largest, stop = [rest], threading.Event()
        watcher = threading.Thread(target=_watch, args=(supervisor, largest, stop))
        watcher.start()
        try:
            _use(port, data_dir, rounds=1 if quick else 5)
        finally:
            stop.set()
            watcher.join()
    for what, measured in (("at rest", rest), ("in use", max(largest))):
        share = measured / LIMIT_MB
        yield Finding("memory", what, "MB", LIMIT_MB, measured, share, share, share, 1.0)


@contextlib.contextmanager
def _demo() -> Iterator[tuple[int, int, Path]]:
    """The demo, ready: its supervisor's process, its port and its directory; ended and removed afterwards."""
    data_dir = Path(tempfile.mkdtemp(prefix="nt-bench-"))
    data_dir.chmod(0o711)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("nt")), "demo", "--port", str(port)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NT_")}
    # Four readers in one name ask faster than any person.
    environment["NT_REQUESTS_PER_MINUTE"] = "0"
    try:
        with subprocess.Popen(
            command, env={**environment, "NT_DATA_DIR": str(data_dir)}, stdout=subprocess.DEVNULL
        ) as supervisor:
            try:
                deadline = time.monotonic() + READY_SECONDS
                while _answer(port, "/healthz", "") != http.client.OK:
                    if supervisor.poll() is not None or time.monotonic() > deadline:
                        raise RuntimeError("the demo did not get ready")
                    time.sleep(0.5)
                yield supervisor.pid, port, data_dir
            finally:
                supervisor.send_signal(signal.SIGTERM)
    finally:
        shutil.rmtree(data_dir, ignore_errors=True)


def _use(port: int, data_dir: Path, rounds: int) -> None:
    """Several readers open every kind of page, while the worker makes a report."""
    with embedded_postgres(data_dir) as server:
        engine = app_engine(server.url(APP_ROLE))
        now = datetime.now(UTC)
        with engine.begin() as connection:
            person = str(connection.scalar(_READER))
            token = sessions.begin(connection, person, now, Visitor("bench", "127.0.0.1"), strong=True)
            numbers = connection.scalars(_NUMBERS).all()
        key = _ask_for_report(engine, now)
        pages = [*PAGES, *(f"/cases/{number}" for number in numbers)] * rounds
        with ThreadPoolExecutor(READERS) as readers:
            list(readers.map(_read, [port] * READERS, [token] * READERS, [pages] * READERS))
        _wait_for_report(engine, key)
        engine.dispose()


def _read(port: int, token: str, pages: list[str]) -> None:
    for page in pages:
        status = _answer(port, page, token)
        assert status == http.client.OK, (status, page)


def _answer(port: int, page: str, token: str) -> int | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(connection), contextlib.suppress(OSError):
        connection.request("GET", page, headers={"Cookie": f"nt={token}"})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    return None


def _ask_for_report(engine: Engine, now: datetime) -> str:
    selection = Selection(as_of=now.astimezone(STOCKHOLM).date())
    with engine.begin() as connection:
        key = pdf_job.key_of(connection, selection, "sv", selection.as_of)
        jobs.ask(connection, pdf_job.KIND, key, pdf_job.params(selection, "sv"), now)
    return key


def _wait_for_report(engine: Engine, key: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        with engine.connect() as connection:
            if jobs.result(connection, pdf_job.KIND, key) is not None:
                return
        time.sleep(0.2)
    raise RuntimeError("the worker did not make the report")


def _watch(supervisor: int, largest: list[float], stop: threading.Event) -> None:
    while not stop.wait(0.1):
        largest.append(_megabytes(supervisor))


def _megabytes(supervisor: int) -> float:
    """The proportional set size of everything that the supervisor has started, but for the mail sink."""
    parents: dict[int, list[int]] = {}
    for directory in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((directory / "stat").read_text().rpartition(")")[2].split()[1])
            parents.setdefault(parent, []).append(int(directory.name))
    started = [child for child in parents.get(supervisor, []) if "mail_sink" not in _command(child)]
    total, waiting = 0, [child for child in started if "postgres" not in _command(child)]
    while waiting:
        process = waiting.pop()
        waiting += parents.get(process, [])
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def _command(process: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""
