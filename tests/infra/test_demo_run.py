"""`nt demo` as a person meets it: ready, killed, taken over, stopped; afterwards nothing runs."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nt_process.infra.embedded import stop_unused
from tests.requirements import ROOT, need

NT = Path(sys.executable).with_name("nt")
LAST_WORDS = "Ctrl-C"


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A data directory of this test's own; the embedded database, whatever the machine says."""
    need("postgresql")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NT_")}
    yield {**kept, "NT_DATA_DIR": str(tmp_path / "var"), "NT_LANG": "en"}
    subprocess.run([NT, "stop"], env={**kept, "NT_DATA_DIR": str(tmp_path / "var")}, check=False)


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def start(environment: dict[str, str], port: int) -> tuple[subprocess.Popen[str], str]:
    """The running demo and all it said until it was ready."""
    command = [NT, "demo", "--port", str(port)]
    demo = subprocess.Popen(command, env=environment, cwd="/", stdout=subprocess.PIPE, text=True)
    said = ""
    assert demo.stdout is not None
    for line in demo.stdout:
        said += line
        if LAST_WORDS in line:
            return demo, said
    pytest.fail(f"the demo ended with {demo.wait()} after saying:\n{said}")


def status(port: int, path: str) -> int | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def test_a_killed_demo_is_taken_over_and_a_stopped_one_leaves_nothing(
    environment: dict[str, str], port: int
) -> None:
    data_dir = Path(environment["NT_DATA_DIR"])
    demo, said = start(environment, port)
    assert f"http://127.0.0.1:{port}" in said
    assert status(port, "/healthz") == http.client.OK
    demo.kill()
    demo.communicate()

    demo, _said = start(environment, port)
    assert status(port, "/healthz") == http.client.OK
    # A command beside the running demo uses its database and does not stop it.
    subprocess.run([NT, "user", "list", "--json"], env=environment, cwd=ROOT, check=True, capture_output=True)
    assert status(port, "/healthz") == http.client.OK
    demo.send_signal(signal.SIGTERM)
    assert demo.wait(timeout=30) == 0
    demo.communicate()

    assert status(port, "/healthz") is None
    assert not (data_dir / "pg" / "data" / "postmaster.pid").exists()
    assert not stop_unused(data_dir)
    assert not (data_dir / "run" / "supervisor.json").exists()
