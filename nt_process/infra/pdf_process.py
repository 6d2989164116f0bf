"""The process in which printed documents are made, one after the other: it takes seconds and much memory, and may fail.

It is started for the first document and made ready once (fonts, hyphenation, the library itself: a second and 70 MB).
It ends with who started it, after a document that made it grow, and around whatever opens a foreign file: nothing of
another document is in it then, and nothing comes after.
"""

from __future__ import annotations

import atexit
import multiprocessing
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import TypeVar, cast

from nt_process.infra.operation import OperationError
from nt_process.kernel.messages import N_

T = TypeVar("T")
TIMEOUT_SECONDS = 300


class PdfUnavailableError(OperationError):
    """No PDF can be made here: Pango is missing, or the process that made it did not come back."""


class _Printer:
    """The process, and the end of the pipe on which it is asked."""

    def __init__(self) -> None:
        self._asked, there = multiprocessing.Pipe()
        with there:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "nt_process.infra.pdf_serving", str(there.fileno())],
                pass_fds=[there.fileno()],
                stdin=subprocess.DEVNULL,
            )

    def make(self, make: Callable[..., T], given: tuple[object, ...]) -> tuple[T | OperationError, bool]:
        """What came of it, and whether the process can be asked again. Raises EOFError, OSError when it died."""
        self._asked.send((make, given))
        if not self._asked.poll(TIMEOUT_SECONDS):
            raise EOFError
        return cast("tuple[T | OperationError, bool]", self._asked.recv())

    def end(self) -> None:
        self._asked.close()
        self._process.kill()
        self._process.wait()


_lock = threading.Lock()
_printer: _Printer | None = None


def in_child(make: Callable[..., T], *given: object, foreign: bool = False) -> T:
    """What `make` (a function of a module) makes of what is given, in the process that is ready to print.

    `foreign` says that it opens files that others have written: the process is new, and not used again.
    Raises PdfUnavailableError also when the process dies or takes longer than five minutes.
    """
    global _printer  # noqa: PLW0603 - one process for all who ask in this one
    with _lock:
        if foreign:
            _end()
        _printer = _printer or _Printer()
        try:
            made, goes_on = _printer.make(make, given)
        except (EOFError, OSError):
            goes_on = False
            made = PdfUnavailableError(
                N_("The PDF could not be made. Try again, and tell the system's administrator.")
            )
        if foreign or not goes_on:
            _end()
    if isinstance(made, OperationError):
        raise made
    return made


@atexit.register
def end_process() -> None:
    """End it, when there is no more to print. The next document starts another."""
    with _lock:
        _end()


def _end() -> None:
    global _printer  # noqa: PLW0603
    if _printer is not None:
        _printer.end()
        _printer = None
