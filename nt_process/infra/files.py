"""Files in the database, each under the SHA-256 of its content, in parts of 1 MiB.

The same content is stored once, however many documents or results refer to it. Parts keep the memory of
a process small: a file of 50 MB is written and read piece by piece.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.infra.database import driver_of

PART_SIZE = 1024 * 1024
MAX_SIZE = 50 * 1024 * 1024

# Who has had the bytes in a transaction may name the file there in a row, see migration 0027.
_KEEP = sa.text("SELECT keep_file(:sha256, :size, :media_type, :at)")
_ADD_PART = sa.text("INSERT INTO file_part (sha256, part, data) VALUES (:sha256, :part, :data)")
# Asked of the driver itself, as bytes and not as their spelling.
_READ_PART = "SELECT data FROM file_part WHERE sha256 = %(sha256)s AND part = %(part)s"


class FileTooLargeError(ValueError):
    """The content is empty or larger than MAX_SIZE (bytes)."""


def store(connection: Connection, data: bytes, media_type: str, at: datetime) -> str:
    """Keep `data` in the caller's transaction and return its SHA-256 (hexadecimal).

    Content that is already there is not written again. Raises FileTooLargeError for no bytes at all or
    more than MAX_SIZE.
    """
    return store_if_new(connection, data, media_type, at)[0]


def store_if_new(connection: Connection, data: bytes, media_type: str, at: datetime) -> tuple[str, bool]:
    """As `store`, and whether nobody had stored the content before."""
    if not 0 < len(data) <= MAX_SIZE:
        raise FileTooLargeError(f"{len(data)} bytes")
    digest = digest_of(data)
    content = {"sha256": digest, "size": len(data), "media_type": media_type, "at": at}
    new = bool(connection.scalar(_KEEP, content))
    if new:
        for part, start in enumerate(range(0, len(data), PART_SIZE)):
            piece = {"sha256": digest, "part": part, "data": data[start : start + PART_SIZE]}
            connection.execute(_ADD_PART, piece)
    return digest, new


def digest_of(data: bytes) -> str:
    """What content is stored under: its SHA-256, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def open_parts(connection: Connection, sha256: str) -> Iterator[bytes]:
    """The content in order, at most PART_SIZE bytes at a time; nothing for an unknown hash."""
    with driver_of(connection).cursor(binary=True) as cursor:
        part = 0
        while found := cursor.execute(_READ_PART, {"sha256": sha256, "part": part}).fetchone():
            yield found[0]
            part += 1
