"""Strangers' files are opened in a process of their own, which can do little and is ended when it takes long.

Whatever happens to that process happens to nobody else: it has no database, no secret, no network, little
memory and little time. What it says is taken for what a stranger says: short, of a known form, never trusted.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Iterator
from typing import IO, Any

from nt_process.infra import acting
from nt_process.infra.uploads.verdict import Unacceptable

# A person waits no longer than this; the worker, which has time, may take as long as the processor time allows.
PATIENCE_SECONDS = 4.0
WORKER_SECONDS = 120.0
MOST_AT_ONCE = 2

_LONGEST_LINE = 40 * 1024 * 1024
_LONGEST_ANSWER = 4096
# For whom a file is being examined now; nobody (the worker) as "".
_running: list[str] = []
_changed = threading.Condition()


class NotNow(Exception):
    """The file could not be examined in the time there is; nothing is known of it yet."""


def examine(task: str, content: bytes, *, seconds: float, wait: bool) -> None:
    """Have a file examined ("office" or "pdf"). Raises Unacceptable or NotNow.

    A person has one file examined at a time, so that many slow ones keep no place from others. Without `wait`,
    NotNow also when no place became free in the time there is. A file whose examination had all the time of a
    worker and did not end is unacceptable.
    """
    begun = time.monotonic()
    try:
        with _place(acting.person(), None if wait else seconds):
            left = seconds if wait else max(seconds - (time.monotonic() - begun), 0.1)
            answer, late = _asked(task, content, left)
    except OSError:
        # No process or no room for the file: that says nothing of the file.
        raise NotNow from None
    if answer.get("ok") is True:
        return
    if late and seconds < WORKER_SECONDS:
        raise NotNow
    raise _unacceptable(answer)


def lines(task: str, content: bytes, *, seconds: float = WORKER_SECONDS) -> Generator[Any, None, None]:
    """What the chamber says of a file, value by value; the last one is its verdict. Ends without when it died."""
    with _opened(task, content, seconds) as (output, _process, _late):
        while line := output.readline(_LONGEST_LINE):
            try:
                yield json.loads(line)
            except ValueError:
                return


def _asked(task: str, content: bytes, seconds: float) -> tuple[dict[str, Any], bool]:
    """What the chamber says of a file, and whether it was ended because it took too long."""
    with _opened(task, content, seconds) as (output, process, late):
        answer = _read(output.readline(_LONGEST_ANSWER))
        process.wait()
    return answer, late.is_set()


@contextlib.contextmanager
def _place(person: str, patience: float | None) -> Iterator[None]:
    """A place for a person's file, once one is free and no other file of theirs is in it. Raises NotNow."""

    def is_free() -> bool:
        return len(_running) < MOST_AT_ONCE and (not person or person not in _running)

    with _changed:
        if not _changed.wait_for(is_free, patience):
            raise NotNow
        _running.append(person)
    try:
        yield
    finally:
        with _changed:
            _running.remove(person)
            _changed.notify_all()


@contextlib.contextmanager
def _opened(
    task: str, content: bytes, seconds: float
) -> Iterator[tuple[IO[bytes], subprocess.Popen[bytes], threading.Event]]:
    late = threading.Event()
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        command = [sys.executable, "-I", "-m", "nt_process.infra.uploads.child", task]
        with subprocess.Popen(
            command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/"
        ) as process:

            def end() -> None:
                late.set()
                process.kill()

            timer = threading.Timer(seconds, end)
            timer.daemon = True
            timer.start()
            try:
                assert process.stdout is not None  # noqa: S101 - asked for above
                yield process.stdout, process, late
            finally:
                timer.cancel()
                process.kill()
                timer.join()


def _read(line: bytes) -> dict[str, Any]:
    with contextlib.suppress(ValueError):
        answer = json.loads(line)
        if isinstance(answer, dict):
            return answer
    return {}


def _unacceptable(answer: dict[str, Any]) -> Unacceptable:
    code, params = answer.get("code"), answer.get("params")
    if not isinstance(code, str) or not isinstance(params, dict):
        return Unacceptable("file_too_demanding")
    return Unacceptable(code[:50], **{str(name)[:20]: str(value)[:50] for name, value in params.items()})
