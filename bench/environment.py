"""The environment of the other programs that the promises are measured against, made once in `bench/.peers`.

They are installed from `bench/peers.txt`, every file by its hash, and never into the application's own
environment. Where they cannot be installed the promise is measured without them.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
HOME = Path(__file__).parent / ".peers"
PINS = Path(__file__).parent / "peers.txt"
PYTHON = HOME / "bin" / "python"
UV = ROOT / ".tools" / "bin" / "uv"


class NotInstallable(Exception):
    """The other programs cannot be installed here; the message says what the installer said last."""


@cache
def python() -> Path:
    """The interpreter of that environment, which is made when it is missing or its pins have changed."""
    done = HOME / "installed.txt"
    if not (done.exists() and done.read_text() == PINS.read_text()):
        commands = [
            [UV, "venv", "-q", "--clear", "--python", sys.executable, HOME],
            [UV, "pip", "sync", "-q", "--python", PYTHON, "--require-hashes", PINS],
        ]
        for command in commands:
            try:
                ended = subprocess.run(
                    command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                raise NotInstallable(type(error).__name__) from None
            if ended.returncode != 0:
                raise NotInstallable((ended.stderr.strip().splitlines() or ["it ended without a word"])[-1])
        done.write_text(PINS.read_text())
    return PYTHON


class Peer:
    """A program of that environment that acts when it is asked to."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def ask(self, message: object) -> str:
        """Send one line and return the line that answers it."""
        outgoing, incoming = self.process.stdin, self.process.stdout
        assert outgoing is not None
        assert incoming is not None
        print(json.dumps(message), file=outgoing, flush=True)
        answer = incoming.readline().strip()
        if not answer:
            raise RuntimeError(f"{self.process.args} ended in the middle")
        return answer

    def seconds(self, cases: Sequence[str]) -> float:
        return float(self.ask(list(cases)))


@contextlib.contextmanager
def peer(module: str, values: Mapping[str, Any]) -> Iterator[Peer]:
    """`module` run in that environment and ready to act, until the block ends. Raises NotInstallable."""
    command = [str(python()), "-m", module]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        started = Peer(process)
        assert started.ask(values) == "ready"
        yield started
