"""The examination chamber from within: this process reads one file, says what it found, and ends.

    python -m nt_process.infra.uploads.child office|pdf|masked|workbook < FILE

It is started for one file with nothing in its environment, gives up what it does not need (`confine`) before
it reads a byte, and may die of whatever is in the file. One JSON value a line is all that comes out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping

from nt_process.infra.uploads.confine import confine
from nt_process.infra.uploads.verdict import Unacceptable


def _office() -> None:
    from nt_process.infra.uploads.office import examine_office

    confine()
    examine_office(sys.stdin.buffer.read())


def _pdf() -> None:
    from nt_process.infra.uploads.pdf_content import examine_pdf

    confine()
    examine_pdf(sys.stdin.buffer.read())


def _masked() -> None:
    from nt_process.infra.uploads.pdf_masked import examine_masked

    confine()
    examine_masked(sys.stdin.buffer.read())


def _workbook() -> None:
    from nt_process.infra.tabular_workbook import open_records

    confine()
    for number, cells in open_records(sys.stdin.buffer.read()):
        sys.stdout.write(json.dumps([number, cells]) + "\n")


_TASKS: Mapping[str, Callable[[], None]] = {
    "office": _office,
    "pdf": _pdf,
    "masked": _masked,
    "workbook": _workbook,
}


def main(task: str) -> int:
    """Do the task; 0 when there is nothing against the file."""
    from nt_process.kernel.faults import BadInput

    try:
        _TASKS[task]()
        answer: dict[str, object] = {"ok": True}
    except Unacceptable as fault:
        answer = {"code": fault.code, "params": fault.params}
    except BadInput as refusal:
        answer = {"fault": refusal.faults[0].code, "row": refusal.faults[0].row}
    except MemoryError:
        answer = {"code": "file_too_demanding", "params": {}}
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
