"""What runs in the process of `pdf_process`: it makes what is asked for until nobody asks any more.

    python -m nt_process.infra.pdf_serving DESCRIPTOR

Asked is (a function, what it is given); answered (what it made or an OperationError, whether to ask again).
"""

from __future__ import annotations

import contextlib
import resource
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from nt_process.infra import pdf
from nt_process.infra.operation import OperationError
from nt_process.infra.pdf_process import PdfUnavailableError

# A process that once needed so many times the memory that it was ready with gives it back by ending.
GROWN = 1.15


def serve(asked: Connection) -> None:
    """Get ready, and make one document after the other. A fault that nobody foresaw ends the process."""
    # Where Pango is missing, the one who asks for a document is told.
    with contextlib.suppress(PdfUnavailableError):
        pdf.prepare()
    ready = _most_memory()
    goes_on = True
    # Who asked may have ended in the meantime.
    with contextlib.suppress(EOFError, BrokenPipeError):
        while goes_on:
            make, given = asked.recv()
            try:
                made = make(*given)
            except OperationError as error:
                made = error
            goes_on = _most_memory() < ready * GROWN
            asked.send((made, goes_on))


def _most_memory() -> int:
    """The most that this program has held, in the unit of the system. What the starting process held is not its own."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
