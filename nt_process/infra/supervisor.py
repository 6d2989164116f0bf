"""Keep a set of programs running together, and leave none of them behind.

The supervisor starts each program, starts it again when it ends, and stops them all on Ctrl-C, SIGTERM
and SIGHUP. A program ends by itself when the supervisor was killed (see `tether`). What is running is
written to `supervisor.json` with the time each process began: the next start, and `stop`, end what is
left of their own and never a stranger who was given the same process number.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO, TypedDict

import structlog

POLL_SECONDS = 0.2
GRACE_SECONDS = 10
LONGEST_DELAY_SECONDS = 30
STEADY_SECONDS = 60

log = structlog.get_logger()


class _Noted(TypedDict):
    """A process as it is written down."""

    pid: int
    started: str


class AlreadyRunningError(Exception):
    """Another supervisor has this directory; `address` is what it serves."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class StopRequested(BaseException):
    """The first of SIGINT, SIGTERM and SIGHUP: unwinds whatever the supervisor was doing.

    No exception of the ordinary kind, so that no `except Exception` on the way can hold it up.
    """


@dataclass(frozen=True)
class Program:
    """One program to keep running. `sockets` are listening sockets' descriptors that it inherits."""

    name: str
    command: Sequence[str]
    sockets: Sequence[int] = ()


@dataclass
class _Child:
    program: Program
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    start_again_at: float = 0.0
    delay: float = 0.0
    ends: int = 0


@dataclass
class Supervisor:
    """The programs of one directory. Use `supervise`, which holds the lock and cleans up."""

    directory: Path
    address: str
    patience: float = GRACE_SECONDS
    children: list[_Child] = field(default_factory=list)
    environment: Mapping[str, str] = field(default_factory=dict)

    def start(self, programs: Sequence[Program], environment: Mapping[str, str]) -> None:
        """Start all programs, each with `environment` as its whole environment."""
        self.environment = environment
        self.children += [_Child(program) for program in programs]
        self.tend()

    def tend(self) -> None:
        """Start what is not running; what ends soon after each start waits longer before the next."""
        now, changed = time.monotonic(), False
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                lasted, child.ends = now - child.started, child.ends + 1
                child.delay = (
                    1.0 if lasted > STEADY_SECONDS else min(child.delay * 2 or 1.0, LONGEST_DELAY_SECONDS)
                )
                status, child.process, child.start_again_at = (
                    child.process.returncode,
                    None,
                    now + child.delay,
                )
                log.warning("child_ended", child=child.program.name, status=status, delay_seconds=child.delay)
            if child.process is None and now >= child.start_again_at:
                child.process, child.started, changed = self._spawn(child.program), now, True
        if changed:
            self.write_down()

    def run(self) -> None:
        """Tend the programs until a signal raises StopRequested."""
        while True:
            time.sleep(POLL_SECONDS)
            self.tend()

    def stop(self) -> None:
        """End all programs: first asked, after `patience` seconds forced, with everything they started."""
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + self.patience
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
        for process in running:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.children.clear()

    def ends(self, name: str) -> int:
        """How often the program of this name has ended by itself."""
        return sum(child.ends for child in self.children if child.program.name == name)

    def log_file(self, name: str) -> Path:
        return self.directory / f"{name}.log"

    def _spawn(self, program: Program) -> subprocess.Popen[bytes]:
        tether = [sys.executable, "-m", "nt_process.infra.tether", str(os.getpid())]
        # A session of its own keeps the terminal's Ctrl-C away: the supervisor decides the order.
        with open(self.log_file(program.name), "ab") as output:
            return subprocess.Popen(
                [*tether, *program.command],
                env=self.environment,
                pass_fds=program.sockets,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def write_down(self) -> None:
        """Note who runs, for the next start and for `stop`."""
        pids = [child.process.pid for child in self.children if child.process is not None]
        text = json.dumps(
            {
                "address": self.address,
                "supervisor": _identity(os.getpid()),
                "children": [_identity(pid) for pid in pids],
            }
        )
        unfinished = self.directory / "supervisor.json.part"
        unfinished.write_text(text)
        unfinished.rename(self.directory / "supervisor.json")


@contextlib.contextmanager
def supervise(directory: Path, address: str, patience: float = GRACE_SECONDS) -> Iterator[Supervisor]:
    """A supervisor for `directory`, which first ends what a killed one left there.

    Raises AlreadyRunningError. Within the block the first signal raises StopRequested, and later ones
    are ignored, so that stopping is never interrupted.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _lock(directory) as locked:
        if not locked:
            raise AlreadyRunningError(_noted(directory).get("address", ""))
        _end_left_behind(directory, patience)
        supervisor = Supervisor(directory, address, patience)
        with _signals():
            try:
                supervisor.write_down()
                yield supervisor
            finally:
                supervisor.stop()
                (directory / "supervisor.json").unlink(missing_ok=True)


def stop(directory: Path, patience: float = GRACE_SECONDS) -> bool:
    """Stop the supervisor of `directory` and all its programs, or what a killed one left behind.

    True when something was running. Returns when it has ended.
    """
    if not directory.is_dir():
        return False
    with _lock(directory) as locked:
        if locked:
            return _end_left_behind(directory, patience)
    supervisor = _noted(directory).get("supervisor")
    if supervisor and _is_same(supervisor):
        os.kill(supervisor["pid"], signal.SIGTERM)
    while True:
        with _lock(directory) as locked:
            if locked:
                return True
        time.sleep(POLL_SECONDS)


def _end_left_behind(directory: Path, patience: float) -> bool:
    """End the programs of a supervisor that was killed. True when there were any."""
    left: list[_Noted] = [noted for noted in _noted(directory).get("children", []) if _is_same(noted)]
    for number in (signal.SIGTERM, signal.SIGKILL):
        for noted in filter(_is_same, left):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(noted["pid"], number)
        deadline = time.monotonic() + patience
        while any(map(_is_same, left)) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
    (directory / "supervisor.json").unlink(missing_ok=True)
    return bool(left)


def _noted(directory: Path) -> dict:
    try:
        return json.loads((directory / "supervisor.json").read_text())
    except (FileNotFoundError, ValueError):
        return {}


@contextlib.contextmanager
def _lock(directory: Path) -> Iterator[bool]:
    """Whether this process now holds the directory; the kernel gives it back when the process ends."""
    with open(directory / "supervisor.lock", "a") as file:
        yield _try_lock(file)


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def _signals() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def request(_number: int, _frame: FrameType | None) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        raise StopRequested

    # Started with nohup, the hang-up is to stay ignored.
    heard = [
        number for number in numbers if signal.getsignal(number) != signal.SIG_IGN or number != signal.SIGHUP
    ]
    before = {number: signal.signal(number, request) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _identity(pid: int) -> _Noted:
    return {"pid": pid, "started": _start_time(pid) or ""}


def _is_same(noted: _Noted) -> bool:
    """Whether the process noted earlier still runs: the same number, begun at the same time."""
    started = _start_time(noted["pid"])
    return started is not None and started == noted["started"]


def _start_time(pid: int) -> str | None:
    """When a process began, in the system's own terms; None when there is none, or only its remains."""
    if Path("/proc/self").exists():
        try:
            # The name in brackets may hold anything, so the fields are counted from its end.
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return None if fields[0] == "Z" else f"{boot}:{fields[19]}"
    found = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or None
