"""Passwords that others have chosen and that have become known: nobody may choose them again.

The list is the operator's, the file "Pwned Passwords", ordered by hash: it is looked in here, and nothing is asked of
anybody else. Without it, `passwords.fault` alone says what is tried first.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import BinaryIO

_SHA1_DIGITS = 40


def fault(password: str, ordered_file: Path | None) -> str | None:
    """`leaked` when this password, or it in small letters, is on the operator's list; None too when there is none."""
    if ordered_file is None:
        return None
    spellings = {password, password.casefold()}
    return "leaked" if any(_stands_in(ordered_file, spelling) for spelling in spellings) else None


def _stands_in(path: Path, password: str) -> bool:
    """Halve the file, whose lines are `SHA-1:count` in order, until the line is found or cannot be there."""
    wanted = hashlib.sha1(_bytes(password), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as file:
        low, high = 0, path.stat().st_size
        while low < high:
            middle = (low + high) // 2
            if _line_from(file, middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return _line_from(file, low) == wanted


def _line_from(file: BinaryIO, place: int) -> bytes:
    """The hash of the first line that begins at this place or after it; behind the last line, what is after all."""
    file.seek(max(place - 1, 0))
    if place:
        file.readline()
    line = file.readline()
    return line[:_SHA1_DIGITS].upper() if line else b"~"


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
