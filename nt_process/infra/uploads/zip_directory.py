"""The directory of a zip archive, read by its own numbers: nothing is unpacked, whatever it claims.

An ordinary reader believes the directory and looks no further. Here every entry must also lie where it
says, beside the others and not over them, so that two readers cannot see two different archives.
"""

from __future__ import annotations

import struct
import unicodedata
from dataclasses import dataclass

from nt_process.infra.uploads.verdict import (
    MAX_ENTRIES,
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    RATIO_FREE_BYTES,
    Unacceptable,
)

_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_LONGEST_COMMENT = 65_535
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_UNIX_TYPE, _UNIX_LINK, _UNIX_FILE, _UNIX_DIRECTORY = 0xF000, 0xA000, 0x8000, 0x4000


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: where its heading and its packed bytes lie, how they are packed, and how many there are."""

    name: str
    heading: int
    start: int
    packed: int
    unpacked: int
    deflated: bool


def end_of_directory(content: bytes) -> int | None:
    """Where the archive's end record lies, when the bytes end as an archive does."""
    place = content.rfind(b"PK\x05\x06", max(0, len(content) - _END.size - _LONGEST_COMMENT))
    if place < 0 or place + _END.size > len(content):
        return None
    *_rest, size, offset, _comment = _END.unpack_from(content, place)
    # An archive with something before it has its directory moved; the size still leads to it.
    known = offset + size <= place and content[offset : offset + 4] == b"PK\x01\x02"
    moved = size <= place and content[place - size : place - size + 4] == b"PK\x01\x02"
    return place if known or moved else None


def read_directory(content: bytes) -> list[Entry]:
    """All entries in the order in which they lie. Raises Unacceptable."""
    end = end_of_directory(content)
    if end is None:
        raise Unacceptable("file_damaged")
    _sign, disk, first_disk, here, count, size, offset, comment = _END.unpack_from(content, end)
    if count > MAX_ENTRIES:
        raise Unacceptable("file_too_many_parts", limit=MAX_ENTRIES)
    if disk or first_disk or here != count or offset + size != end:
        raise Unacceptable("file_damaged")
    if end + _END.size + comment != len(content):
        raise Unacceptable("file_of_two_kinds")
    entries, place = [], offset
    for _number in range(count):
        entry, place = _entry(content, place, end)
        entries.append(entry)
    if place != end:
        raise Unacceptable("file_damaged")
    _check_names([entry.name for entry in entries])
    _check_sizes(entries)
    return _apart(content, entries, offset)


def _entry(content: bytes, place: int, end: int) -> tuple[Entry, int]:
    if place + _CENTRAL.size > end:
        raise Unacceptable("file_damaged")
    (sign, _made, _needs, flags, method, _time, _day, _crc, packed, unpacked, name_size, extra, comment,
     _disk, _internal, external, local) = _CENTRAL.unpack_from(content, place)  # fmt: skip
    start = place + _CENTRAL.size
    if (
        sign != b"PK\x01\x02"
        or method not in (_STORED, _DEFLATED)
        or 0xFFFF_FFFF in (packed, unpacked, local)
    ):
        raise Unacceptable("file_damaged")
    if flags & _ENCRYPTED:
        raise Unacceptable("file_encrypted")
    if (external >> 16) & _UNIX_TYPE not in (0, _UNIX_FILE, _UNIX_DIRECTORY):
        raise Unacceptable("file_with_hidden_parts")
    raw = content[start : start + name_size]
    data = _data_start(content, local, raw, method)
    return (
        Entry(_decoded(raw, flags), local, data, packed, unpacked, method == _DEFLATED),
        start + name_size + extra + comment,
    )


def _data_start(content: bytes, local: int, name: bytes, method: int) -> int:
    """Where an entry's bytes begin. Its own heading must tell the same story as the directory."""
    if local + _LOCAL.size > len(content):
        raise Unacceptable("file_damaged")
    sign, _needs, flags, own_method, *_rest, name_size, extra = _LOCAL.unpack_from(content, local)
    start = local + _LOCAL.size
    if sign != b"PK\x03\x04" or own_method != method or content[start : start + name_size] != name:
        raise Unacceptable("file_damaged")
    if flags & _ENCRYPTED:
        raise Unacceptable("file_encrypted")
    return start + name_size + extra


def _decoded(raw: bytes, flags: int) -> str:
    try:
        return raw.decode("utf-8" if flags & 0x0800 else "cp437")
    except UnicodeDecodeError:
        raise Unacceptable("file_damaged") from None


def _check_names(names: list[str]) -> None:
    seen = set()
    for name in names:
        parts = name.rstrip("/").split("/")
        if any(part in ("", ".", "..") for part in parts) or set(name) & set("\\:\x00\r\n"):
            raise Unacceptable("file_with_hidden_parts")
        # Readers that know no difference between capital and small letters must find the same part.
        same = unicodedata.normalize("NFC", name).casefold()
        if same in seen:
            raise Unacceptable("file_with_hidden_parts")
        seen.add(same)


def _check_sizes(entries: list[Entry]) -> None:
    if sum(entry.unpacked for entry in entries) > MAX_UNPACKED_BYTES or any(map(swollen, entries)):
        raise Unacceptable("file_unpacks_too_large", limit_mb=MAX_UNPACKED_BYTES // 1024**2)


def swollen(entry: Entry) -> bool:
    """Whether the entry claims to be more tightly packed than anything honest is."""
    return entry.unpacked > RATIO_FREE_BYTES and entry.unpacked > MAX_RATIO * entry.packed


def _apart(content: bytes, entries: list[Entry], directory: int) -> list[Entry]:
    """The entries in order, when the first begins the file and none lies over another or the directory."""
    if not entries:
        raise Unacceptable("file_damaged")
    ordered, free = sorted(entries, key=lambda entry: entry.heading), 0
    if ordered[0].heading != 0:
        raise Unacceptable("file_of_two_kinds")
    for entry in ordered:
        end = entry.start + entry.packed
        if entry.heading < free or end > directory:
            raise Unacceptable("file_with_hidden_parts")
        free = end
    return ordered
