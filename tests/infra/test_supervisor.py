"""Programs are kept running together, and whatever happens nothing of them stays behind."""

from __future__ import annotations

import contextlib
import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.policy import SMTPUTF8
from pathlib import Path

import pytest

from nt_process.infra import supervisor
from nt_process.infra.supervisor import Program
from tests.requirements import ROOT

SUPERVISE = """
import pathlib, sys, os
from nt_process.infra.supervisor import AlreadyRunningError, Program, StopRequested, supervise
directory = pathlib.Path(sys.argv[1])
try:
    with supervise(directory, "http://here:1", patience=0.5) as supervisor:
        programs = [Program(str(n), [sys.executable, "-c", code]) for n, code in enumerate(sys.argv[2:])]
        supervisor.start(programs, os.environ)
        print("ready", flush=True)
        supervisor.run()
except StopRequested:
    print("stopped", flush=True)
except AlreadyRunningError as error:
    print("already", error.address, flush=True)
"""
# Each writes its number to a file and then stays; the second has a child of its own, the third is stubborn.
STAY = "import os, time; open(f'pids/{os.getpid()}', 'w'); time.sleep(600)"
WITH_CHILD = "import os, time; os.fork(); open(f'pids/{os.getpid()}', 'w'); time.sleep(600)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + STAY
SHORT = "import os; open(f'pids/{os.getpid()}', 'w')"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "pids").mkdir()
    yield tmp_path
    for pid in pids(tmp_path):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def start(place: Path, *codes: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", SUPERVISE, "run", *codes]
    return subprocess.Popen(command, cwd=place, env=environment, stdout=subprocess.PIPE, text=True)


def started(place: Path, *codes: str, processes: int) -> subprocess.Popen[str]:
    process = start(place, *codes)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    wait_until(lambda: len(pids(place)) >= processes)
    return process


def pids(place: Path) -> list[int]:
    """Every process that any of the programs ever was."""
    return [int(path.name) for path in (place / "pids").iterdir()]


def running(place: Path) -> list[int]:
    return [pid for pid in pids(place) if supervisor._start_time(pid) is not None]


def wait_until(condition: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything(place: Path, number: signal.Signals) -> None:
    process = started(place, STAY, WITH_CHILD, processes=3)
    process.send_signal(number)
    assert process.communicate(timeout=15)[0] == "stopped\n"
    assert running(place) == []
    assert not (place / "run" / "supervisor.json").exists()


def test_a_program_that_does_not_listen_is_forced(place: Path) -> None:
    process = started(place, STUBBORN, processes=1)
    process.terminate()
    assert process.communicate(timeout=15)[0] == "stopped\n"
    assert running(place) == []


def test_programs_end_when_their_supervisor_is_killed(place: Path) -> None:
    process = started(place, STAY, STAY, processes=2)
    process.kill()
    process.communicate()
    wait_until(lambda: running(place) == [])


def test_the_next_start_takes_over_what_a_killed_one_left(place: Path) -> None:
    process = started(place, STUBBORN, processes=1)
    process.kill()
    process.communicate()
    left = running(place)
    assert len(left) == 1
    process = started(place, STAY, processes=2)
    assert len(running(place)) == 1
    assert running(place) != left
    process.terminate()
    process.communicate()


def test_a_stranger_with_a_noted_number_is_spared(place: Path) -> None:
    stranger = subprocess.Popen(["sleep", "60"], start_new_session=True)
    (place / "run").mkdir()
    noted = f'{{"pid": {stranger.pid}, "started": "long ago"}}'
    (place / "run" / "supervisor.json").write_text(
        f'{{"address": "", "supervisor": {noted}, "children": [{noted}]}}'
    )
    assert not supervisor.stop(place / "run")
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_program_that_ends_is_started_again_after_a_pause(place: Path) -> None:
    process = started(place, SHORT, STAY, processes=4)
    process.terminate()
    process.communicate()
    assert running(place) == []


def test_a_second_one_is_told_where_the_first_serves(place: Path) -> None:
    process = started(place, STAY, processes=1)
    second = start(place, STAY)
    assert second.communicate(timeout=15)[0] == "already http://here:1\n"
    assert len(running(place)) == 1
    process.terminate()
    process.communicate()


def test_stop_ends_a_running_one_and_what_a_killed_one_left(place: Path) -> None:
    process = started(place, STAY, processes=1)
    assert supervisor.stop(place / "run")
    assert process.communicate()[0] == "stopped\n"
    process = started(place, STUBBORN, processes=2)
    process.kill()
    process.communicate()
    assert supervisor.stop(place / "run", patience=0.5)
    assert running(place) == []
    assert not supervisor.stop(place / "run")


@pytest.mark.skipif(
    sys.platform != "linux", reason="runs the other systems' way of watching beside Linux's own"
)
def test_where_the_system_does_not_tell_the_tether_watches_the_parent(place: Path) -> None:
    watch = "import sys; sys.platform = 'other'; from nt_process.infra import tether; sys.exit(tether.main())"
    parent = (
        "import os, subprocess, sys, time; "
        f"watch, stay = {watch!r}, {STAY!r}; "
        "subprocess.Popen([sys.executable, '-c', watch, str(os.getpid()), sys.executable, '-c', stay]); "
        "time.sleep(600)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-c", parent], cwd=place, env=environment)
    wait_until(lambda: len(running(place)) == 1)
    process.kill()
    process.wait()
    wait_until(lambda: running(place) == [])


def test_a_listening_socket_outlives_the_program_that_serves_it(tmp_path: Path) -> None:
    """The mail server is killed and restarted: the port stays the same and no mail is refused."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        supervisor.supervise(tmp_path / "run", "") as running_set,
    ):
        command = [
            sys.executable,
            "-m",
            "nt_process.infra.mail_sink",
            str(tmp_path / "mail"),
            str(listener.fileno()),
        ]
        running_set.start([Program("mail", command, [listener.fileno()])], os.environ)
        port = listener.getsockname()[1]
        send(port, "Påminnelse: 7 dagar kvar")
        child = running_set.children[0].process
        assert child is not None
        child.kill()
        child.wait()
        running_set.tend()
        running_set.children[0].start_again_at = 0
        running_set.tend()
        send(port, "Påminnelse: 1 dag kvar")
    kept = sorted((tmp_path / "mail").iterdir())
    assert [path.suffix for path in kept] == [".eml", ".eml"]
    assert "Påminnelse: 7 dagar kvar" in kept[0].read_text()
    assert (tmp_path / "mail").stat().st_mode & 0o077 == 0


def send(port: int, subject: str) -> None:
    message = EmailMessage(policy=SMTPUTF8)
    message["From"], message["To"], message["Subject"] = "nt@example.org", "åsa@exempel.se", subject
    message.set_content("Se ärendet.")
    with smtplib.SMTP("127.0.0.1", port, timeout=15) as client:
        client.send_message(message, mail_options=["SMTPUTF8"])
