"""Passwords that others have chosen and that have become known: nobody may choose them again.

Two lists are looked in. The one that is installed holds the 44 000 passwords of at least twelve characters among the
million most frequent of many leaks (`tools/leaked_passwords.py` makes it). The other is the operator's, if there is
one: the far larger file "Pwned Passwords", ordered by hash. Neither holds a password that can be read, and nothing
is asked of anybody else.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from pathlib import Path
from typing import BinaryIO

INSTALLED = Path(__file__).parent / "leaked.bin"
# One in 6 thousand million others would be taken for one of the 44 000.
BYTES_KEPT = 6
_SHA1_DIGITS = 40


def fault(password: str, ordered_file: Path | None = None) -> str | None:
    """`leaked` when this password, or it in small letters, is on a list; else None. `ordered_file`: the operator's."""
    for spelling in {password, password.casefold()}:
        if _is_installed(spelling) or (ordered_file is not None and _stands_in(ordered_file, spelling)):
            return "leaked"
    return None


def mark(password: str) -> bytes:
    """What the installed list keeps of a password."""
    return hashlib.sha256(_bytes(password)).digest()[:BYTES_KEPT]


def _is_installed(password: str) -> bool:
    content, wanted = INSTALLED.read_bytes(), mark(password)
    places = range(0, len(content), BYTES_KEPT)
    found = bisect_left(places, wanted, key=lambda place: content[place : place + BYTES_KEPT])
    return found < len(places) and content[places[found] : places[found] + BYTES_KEPT] == wanted


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
