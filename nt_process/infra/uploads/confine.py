"""A process gives up what it does not need before it opens a stranger's file.

It can then use little memory and time, write no file, start no program and reach no network. The limits hold
everywhere; the filter of system calls, which needs no privilege, on Linux with the processors it knows.
"""

from __future__ import annotations

import contextlib
import ctypes
import platform
import resource
import struct
import sys

MAX_MEMORY = 512 * 1024 * 1024
MAX_CPU_SECONDS = 20

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP = 1, 38, 22
_SIGKILL, _FILTER_MODE = 9, 2
# The number by which the kernel knows the processor, then those of: socket, socketpair, connect, bind, sendto,
# execve, execveat, fork, vfork, ptrace, kill, io_uring_setup.
_REFUSED_CALLS = {
    "x86_64": (0xC000_003E, (41, 53, 42, 49, 44, 59, 322, 57, 58, 101, 62, 425)),
    "aarch64": (0xC000_00B7, (198, 199, 203, 200, 206, 221, 281, 117, 129, 425)),
}
_ALLOW, _REFUSE, _KILL = 0x7FFF_0000, 0x0005_0001, 0x8000_0000
_LOAD, _EQUAL, _AT_LEAST, _ANSWER = 0x20, 0x15, 0x35, 0x06
_OTHER_NUMBERING = 0x4000_0000


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def confine() -> None:
    """Limit this process for the rest of its life."""
    # Less than is set already (by a container, say) stays as it is.
    _limit(resource.RLIMIT_AS, MAX_MEMORY)
    _limit(resource.RLIMIT_CPU, MAX_CPU_SECONDS)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, 64)
    if sys.platform == "linux":
        _filter_calls()


def _limit(kind: int, wanted: int) -> None:
    _soft, hard = resource.getrlimit(kind)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    # Not every system knows every limit; the others still hold.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (most, most))


def _filter_calls() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    # Whoever waits for the answer may be killed; nobody is left behind then.
    libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    known = _REFUSED_CALLS.get(platform.machine())
    if known is None:
        return
    code = _filter(*known)
    program = _Program(len(code) // 8, code)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(_PR_SET_SECCOMP, _FILTER_MODE, ctypes.byref(program), 0, 0)


def _filter(processor: int, refused: tuple[int, ...]) -> bytes:
    """The filter in the kernel's own small language: each step is (what, where if so, where if not, value)."""
    steps = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, processor),
        (_ANSWER, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, len(refused) + 1, 0, _OTHER_NUMBERING),
        *((_EQUAL, len(refused) - place, 0, number) for place, number in enumerate(refused)),
        (_ANSWER, 0, 0, _ALLOW),
        (_ANSWER, 0, 0, _REFUSE),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
