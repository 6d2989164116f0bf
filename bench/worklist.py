"""The worklist: 50 rows of 60,000 open cases (100,000 in all), with total, counts, filters and choices.

Both the application and the bare function run behind a gunicorn of one worker, on a Unix socket, and are
asked by one reader over one connection that stays open. The reader opens the list as it is, filtered by
stage, by own cases, and by a word.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import measure
from bench.measure import FLOOR, Finding, Round, Unmeasured
from bench.world import AT, World, copy_case, new_world, settle, signed_in

LIMIT = 2.0
ROOT = Path(__file__).parents[1]
START_SECONDS = 60
READER = "secretary"
ADDRESSES = ("/", "/?phase=negotiation", "/?owner=me&sort=due", "/?q=provastin")
_OPEN_STATES = (
    ("horizon", "horizon", "council"),
    ("registration", "assessment", "council"),
    ("assessment", "assessment", "tlv"),
    ("negotiation", "negotiation", "both"),
    ("recommendation", "recommendation", "meeting"),
    ("introduction", "introduction", "region"),
)


def run(*, quick: bool) -> Iterator[Finding | Unmeasured]:
    """The page against the bare function. `quick` has a tenth of the cases."""
    rounds, requests = (3, 40) if quick else (9, 60)
    with new_world() as world, tempfile.TemporaryDirectory() as home:
        fill(world, cases=10_000 if quick else 100_000)
        token = signed_in(world, READER)
        with (
            served("bench.bare:application", world, Path(home), token) as bare,
            served("wsgi:app", world, Path(home), token) as ours,
        ):
            contestants = {
                FLOOR: timed(Reader(bare, token), requests),
                "worklist": timed(Reader(ours, token), requests),
            }
            seconds = measure.take_turns(contestants, rounds)
    yield from measure.compare("worklist", seconds, {"worklist": LIMIT})


def fill(world: World, cases: int) -> None:
    """Open and ended cases in the proportion 6 to 4, last days from three weeks ago to a year ahead."""
    number = world.office.open(at=AT)

    def chosen(place: int) -> str:
        names = ", ".join(f"'{state[place]}'" for state in _OPEN_STATES)
        return f"(ARRAY[{names}])[1 + copy.n % {len(_OPEN_STATES)}]"

    spread = {
        "medicine": "'Provastin ' || copy.n",
        "state": chosen(0),
        "phase": chosen(1),
        "waits_for": chosen(2),
        "terminal": "copy.n % 10 >= 6",
        "next_due": f"CASE WHEN copy.n % 10 < 6 THEN '{AT.date()}'::date - 20 + copy.n * 37 % 385 END",
        "owner_id": "CASE WHEN copy.n % 7 < 5 THEN c.owner_id END",
        "owner": "CASE WHEN copy.n % 7 < 5 THEN c.owner ELSE '' END",
    }
    copy_case(world, number, cases, "W", spread)
    settle(world)


@contextlib.contextmanager
def served(application: str, world: World, home: Path, token: str) -> Iterator[Path]:
    """A gunicorn with this application, on the Unix socket that is given; ended with the block."""
    path = home / f"{application.partition(':')[0]}.sock"
    url = world.urls.app_url
    environment = {
        **os.environ,
        "NT_DATABASE_URL": f"postgresql://{url.username}@/{url.database}?host={url.query['host']}",
        "NT_DATA_DIR": str(home),
        "NT_NOW": AT.isoformat(),
        "NT_BENCH_ADDRESSES": " ".join(ADDRESSES),
        "NT_BENCH_TOKEN": token,
        "NT_REQUESTS_PER_MINUTE": "0",
    }
    command = [
        sys.executable, "-m", "gunicorn", "--bind", f"unix:{path}", "--workers", "1", "--threads", "4",
        "--worker-class", "gthread", "--preload", "--no-control-socket", "--keep-alive", "60",
        "--log-level", "warning", application,
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(path):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"gunicorn did not start with {application}")
            time.sleep(0.1)
        yield path
    finally:
        process.terminate()
        process.wait()


def _answers(path: Path) -> bool:
    with contextlib.suppress(OSError), contextlib.closing(_UnixConnection(path)) as connection:
        connection.connect()
        return True
    return False


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


class Reader:
    """A browser of the plainest kind: one connection, and the cookie of a sign-in."""

    def __init__(self, path: Path, token: str) -> None:
        self.connection = _UnixConnection(path)
        self.headers = {"Cookie": f"nt={token}"}

    def ask(self, address: str) -> tuple[int, str]:
        self.connection.request("GET", address, headers=self.headers)
        answer = self.connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            self.headers["Cookie"] += f"; {cookie.partition(';')[0]}"
        return answer.status, answer.read().decode()


def timed(reader: Reader, requests: int) -> Round:
    """The median answer of a round."""

    def one_round() -> float:
        seconds = []
        for address in itertools.islice(itertools.cycle(ADDRESSES), requests):
            began = time.perf_counter()
            status, page = reader.ask(address)
            seconds.append(time.perf_counter() - began)
            assert status == http.client.OK, (status, address)
            assert page.count("<tr") >= 50, address
        return statistics.median(seconds)

    return one_round
