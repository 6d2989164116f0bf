"""A mail server for the demo: takes every message and keeps it as a file, sends nothing on.

    python -m nt_process.infra.mail_sink DIRECTORY DESCRIPTOR

The listening socket is made by the supervisor and handed over, so that the port outlives a restart.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class FileKeeper:
    """Writes each message to a file of its own, named by arrival; a reader never sees half a message."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.numbers = count(1)
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """The answer to the sender, once the message lies on disk."""
        arrived = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        path = self.directory / f"{arrived}-{os.getpid()}-{next(self.numbers)}.eml"
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(content)
        unfinished.rename(path)
        return "250 OK"


async def serve(directory: Path, listener: socket.socket) -> None:
    """Take mail on `listener` until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    keeper = FileKeeper(directory)
    server = await loop.create_server(
        lambda: SMTP(keeper, enable_SMTPUTF8=True, loop=loop, hostname="localhost"), sock=listener
    )
    async with server:
        await stopped.wait()


def main() -> None:
    directory, descriptor = sys.argv[1:]
    with socket.socket(fileno=int(descriptor)) as listener:
        asyncio.run(serve(Path(directory), listener))


if __name__ == "__main__":
    main()
