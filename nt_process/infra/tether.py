"""Run a program that ends when its parent ends, even when the parent was killed and could say nothing.

    python -m nt_process.infra.tether PARENT_PID PROGRAM ARGUMENT…

Linux tells a process when its parent dies, also across exec, so there this file becomes the program.
Elsewhere it stays, starts the program and looks every second whether the parent is still there.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from types import FrameType

PR_SET_PDEATHSIG = 1
LOOK_SECONDS = 1
GRACE_SECONDS = 10


def main() -> int:
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() == parent:  # Otherwise the parent died before it could be watched.
            os.execvp(command[0], command)  # noqa: S606 – the supervisor's own command
        return 1
    return _watch(parent, command)


def _watch(parent: int, command: list[str]) -> int:
    with subprocess.Popen(command, close_fds=False) as program:

        def pass_on(number: int, _frame: FrameType | None) -> None:
            program.send_signal(number)

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, pass_on)
        while program.poll() is None and os.getppid() == parent:
            time.sleep(LOOK_SECONDS)
        if program.poll() is None:
            program.terminate()
            try:
                program.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                program.kill()
        return program.wait()


if __name__ == "__main__":
    sys.exit(main())
