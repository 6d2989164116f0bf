"""Files from strangers: judged by their outside here, by their inside in the examination chamber.

    judged = uploads.judge(filename, content)              Judged, or the Reason it is not let in
    uploads.keep(connection, judged, content, person_id, case_id, at)   stored by hash
    uploads.may_be_read(connection, sha256)                whether anyone may download it yet

An ordinary file is examined while its sender waits, a tenth of a second or two. When the chamber needs longer,
or the virus scanner is away, the file is kept but given to nobody until the worker has examined it.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from nt_process.infra.uploads import antivirus, chamber
from nt_process.infra.uploads.chamber import NotNow
from nt_process.infra.uploads.names import extension_of, safe_name
from nt_process.infra.uploads.outside import look, media_type
from nt_process.infra.uploads.verdict import MAX_BYTES, OFFICE, Judged, Unacceptable
from nt_process.kernel.reasons import Reason

__all__ = [
    "MAX_BYTES",
    "Judged",
    "NotNow",
    "Unacceptable",
    "extension_of",
    "inspect",
    "judge",
    "judge_masked",
    "safe_name",
    "use_antivirus",
]

_REMEMBERED = 256


@dataclass(slots=True)
class _Process:
    """What this process knows: where the scanner is, and the latest files whose inside was in order."""

    scanner: str = ""
    in_order: OrderedDict[bytes, None] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)


_process = _Process()


def use_antivirus(address: str) -> None:
    """Have every file of this process scanned at this address; empty for no scanner."""
    _process.scanner = address


def judge(filename: str, content: bytes, *, seconds: float | None = None) -> Judged | Reason:
    """Whether a file is let in, and whether it has been examined already or waits for the worker.

    `seconds`: how long its sender waits for that, PATIENCE_SECONDS where nothing is said.
    """
    patience = chamber.PATIENCE_SECONDS if seconds is None else seconds
    try:
        kind = look(filename, content)
        try:
            inspect(kind, content, seconds=patience, wait=False)
        except NotNow:
            return Judged(media_type(kind), examined=False)
    except Unacceptable as fault:
        return Reason(fault.code, fault.params)
    return Judged(media_type(kind), examined=True)


def judge_masked(content: bytes, *, seconds: float) -> Reason | None:
    """Why what was taken out of a PDF can still be found in it; None when nothing of that is seen.

    It sees what lies on top of a page and what was kept of an earlier version. Whether a picture shows what it should not is
    for a person to see.
    """
    try:
        chamber.examine("masked", content, seconds=seconds, wait=False)
    except Unacceptable as fault:
        return Reason(fault.code, fault.params)
    except NotNow:
        return Reason("file_not_examined")
    return None


def inspect(kind: str, content: bytes, *, seconds: float, wait: bool) -> None:
    """Examine the inside of a file of a known kind. Raises Unacceptable or NotNow."""
    task = "office" if kind in OFFICE else "pdf" if kind == "pdf" else ""
    # The same bytes are always found the same, so a form that is sent again costs nothing.
    digest = hashlib.sha256(kind.encode() + content).digest()
    if task and digest not in _process.in_order:
        chamber.examine(task, content, seconds=seconds, wait=wait)
        with _process.lock:
            _process.in_order[digest] = None
            if len(_process.in_order) > _REMEMBERED:
                _process.in_order.popitem(last=False)
    if _process.scanner:
        antivirus.scan(_process.scanner, content, seconds=seconds)
