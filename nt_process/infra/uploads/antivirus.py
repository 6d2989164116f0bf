"""Asking a virus scanner (clamd) about a file, over its own protocol: INSTREAM, pieces with their length before.

`NT_CLAMAV` says where it listens, as tcp://host:port or unix:///path. A scanner that is configured and does
not answer has not said that the file is clean.
"""

from __future__ import annotations

import socket
import struct
from urllib.parse import urlsplit

from nt_process.infra.uploads.chamber import NotNow
from nt_process.infra.uploads.verdict import Unacceptable

_PIECE = 64 * 1024
_LONGEST_ANSWER = 4096


def scan(address: str, content: bytes, *, seconds: float) -> None:
    """Raises Unacceptable for a file in which something was found, NotNow without a clear answer."""
    try:
        with _connect(address, seconds) as connection:
            answer = _ask(connection, content)
    except OSError:
        raise NotNow from None
    # "stream: OK" or "stream: NAME FOUND"; what was found is for the log of the scanner itself.
    if answer.endswith(" FOUND"):
        raise Unacceptable("file_with_virus")
    if answer != "stream: OK":
        raise NotNow


def _connect(address: str, seconds: float) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme == "tcp":
        return socket.create_connection((parts.hostname or "", parts.port or 3310), timeout=seconds)
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(seconds)
        connection.connect(parts.path)
    except OSError:
        connection.close()
        raise
    return connection


def _ask(connection: socket.socket, content: bytes) -> str:
    connection.sendall(b"zINSTREAM\0")
    for place in range(0, len(content), _PIECE):
        piece = content[place : place + _PIECE]
        connection.sendall(struct.pack(">L", len(piece)) + piece)
    connection.sendall(struct.pack(">L", 0))
    answer = b""
    while b"\0" not in answer and len(answer) < _LONGEST_ANSWER and (more := connection.recv(1024)):
        answer += more
    return answer.split(b"\0")[0].decode("utf-8", "replace").strip()
