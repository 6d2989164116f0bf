"""The embedded server: started by the first, shared by all, stopped by the last, however they end."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from nt_process.infra import embedded
from nt_process.infra.embedded import (
    EmbeddedPostgres,
    EmbeddedPostgresError,
    embedded_postgres,
    stop_unused,
)
from tests.conftest import MEMORY
from tests.requirements import ROOT, need

USER = """
import pathlib, sys
from nt_process.infra.embedded import embedded_postgres
with embedded_postgres(pathlib.Path(sys.argv[1]), ephemeral=len(sys.argv) > 2):
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _postgresql() -> None:
    need("postgresql")


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A deep directory whose name needs care, closed to everyone else by its parents."""
    directory = tmp_path / ("deep-" + "x" * 120) / "it's a “place” with $HOME" / "var"
    yield directory
    stop_unused(directory)


class User:
    """Another process that uses the server until it is told to leave, or killed."""

    def __init__(self, data_dir: Path, *arguments: str) -> None:
        command = [sys.executable, "-c", USER, str(data_dir), *arguments]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )

    def wait_ready(self) -> User:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"
        return self

    def leave(self, how: signal.Signals | None = None) -> None:
        if how is not None:
            self.process.send_signal(how)
        self.process.communicate()


def server_pid(data_dir: Path) -> int:
    return int((data_dir / "pg" / "data" / "postmaster.pid").read_text().splitlines()[0])


def is_running(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return not Path("/proc/self").exists() or "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False


def answer(server: EmbeddedPostgres, question: str, role: str = "nt_owner") -> object:
    with psycopg.connect(host=str(server.socket_dir), user=role, dbname="nt") as connection:
        row = connection.execute(question.encode()).fetchone()
        return row[0] if row else None


def test_rows_outlive_the_server_and_nothing_keeps_running(data_dir: Path) -> None:
    with embedded_postgres(data_dir) as server:
        with psycopg.connect(host=str(server.socket_dir), user="nt_owner", dbname="nt") as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        pid, socket_dir = server_pid(data_dir), server.socket_dir
    assert not is_running(pid)
    assert not socket_dir.exists()
    with embedded_postgres(data_dir) as server:
        assert answer(server, "SELECT number FROM kept") == 7


def test_the_server_is_private_and_alike_on_every_machine(data_dir: Path) -> None:
    with embedded_postgres(data_dir, ephemeral=True) as server:
        assert answer(server, "SHOW listen_addresses") == ""
        assert server.socket_dir.stat().st_mode & 0o077 == 0
        assert (data_dir / "pg").stat().st_mode & 0o077 == 0
        powers = "rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole"
        question = f"SELECT {powers} FROM pg_roles WHERE rolname = current_user"
        assert answer(server, question, "nt_app") is False
        assert answer(server, "SHOW server_encoding") == "UTF8"
        assert answer(server, "SELECT lower('ÅÄÖ')") == "åäö"
        assert answer(server, "SELECT datlocale FROM pg_database WHERE datname = 'nt'") == "C.UTF-8"
        assert answer(server, "SHOW data_checksums") == "on"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server runs as somebody else")
def test_programs_in_a_directory_closed_to_others_are_run(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkout of root's in a private directory, as `mktemp -d` makes: its mode stays as it is."""
    installed = embedded._binaries().parents[1]
    with tempfile.TemporaryDirectory(dir=MEMORY) as closed:
        copy = Path(closed) / "site-packages" / installed.name
        shutil.copytree(installed / "pginstall18", copy / "pginstall18", symlinks=True)
        libraries = installed.with_name(f"{installed.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copy.with_name(libraries.name))
        monkeypatch.setattr(embedded, "_binaries", lambda: copy / "pginstall18" / "bin")
        with embedded_postgres(data_dir, ephemeral=True) as server:
            assert answer(server, "SELECT 1") == 1
        assert Path(closed).stat().st_mode & 0o777 == 0o700


def test_the_last_user_stops_the_server_and_no_one_before(data_dir: Path) -> None:
    first, second = User(data_dir), User(data_dir)
    first.wait_ready()
    second.wait_ready()
    pid = server_pid(data_dir)
    first.leave()
    assert is_running(pid)
    with embedded_postgres(data_dir) as server:
        assert answer(server, "SELECT 1") == 1
    assert not stop_unused(data_dir)
    assert is_running(pid)
    second.leave()
    assert not is_running(pid)


def test_a_killed_user_is_not_counted(data_dir: Path) -> None:
    User(data_dir).wait_ready().leave(signal.SIGKILL)
    pid = server_pid(data_dir)
    assert is_running(pid)
    with embedded_postgres(data_dir) as server:
        assert answer(server, "SELECT 1") == 1
        assert server_pid(data_dir) == pid
    assert not is_running(pid)


def test_a_killed_server_is_started_again(data_dir: Path) -> None:
    user = User(data_dir).wait_ready()
    os.kill(server_pid(data_dir), signal.SIGKILL)
    with embedded_postgres(data_dir) as server:
        assert answer(server, "SELECT 1") == 1
        user.leave()


def test_a_pid_file_that_names_a_stranger_stops_nothing(data_dir: Path) -> None:
    with embedded_postgres(data_dir):
        pid_file = data_dir / "pg" / "data" / "postmaster.pid"
        left = pid_file.read_text()
    stranger = subprocess.Popen(["sleep", "60"])
    pid_file.write_text(left.replace(left.splitlines()[0], str(stranger.pid), 1))
    with embedded_postgres(data_dir) as server:
        assert answer(server, "SELECT 1") == 1
    assert stranger.poll() is None
    stranger.terminate()
    stranger.wait()


def test_a_half_made_cluster_is_made_anew(data_dir: Path) -> None:
    starter = User(data_dir)
    deadline = time.monotonic() + 20
    while not list(data_dir.glob("pg/new-*")) and time.monotonic() < deadline:
        time.sleep(0.005)
    starter.leave(signal.SIGKILL)
    with embedded_postgres(data_dir) as server:
        assert answer(server, "SELECT 1") == 1


def test_a_server_whose_socket_was_swept_away_is_reached_again(data_dir: Path) -> None:
    user = User(data_dir).wait_ready()
    with embedded_postgres(data_dir) as server:
        for file in server.socket_dir.iterdir():
            file.unlink()
    with embedded_postgres(data_dir) as server:
        assert answer(server, "SELECT 1") == 1
    user.leave()


def test_a_socket_directory_put_there_by_another_is_refused(data_dir: Path) -> None:
    with embedded_postgres(data_dir) as server:
        socket_dir = server.socket_dir
    socket_dir.mkdir(mode=0o777)
    socket_dir.chmod(0o777)
    with pytest.raises(EmbeddedPostgresError, match="private"), embedded_postgres(data_dir):
        pass
    assert not socket_dir.exists() or not any(socket_dir.iterdir())


def test_many_who_come_and_go_at_once_all_get_a_server(data_dir: Path) -> None:
    users = [User(data_dir, "ephemeral") for _ in range(4)]
    for user in users:
        user.wait_ready()
        user.leave()
    assert not data_dir.exists()


def test_what_a_killed_test_run_left_in_memory_is_removed() -> None:
    data_dir = MEMORY / f"nt-left-{os.getpid()}"
    User(data_dir, "ephemeral").wait_ready().leave(signal.SIGKILL)
    pid = server_pid(data_dir)
    assert stop_unused(data_dir, ephemeral=True)
    assert not is_running(pid)
    assert not data_dir.exists()
