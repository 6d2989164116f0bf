"""A stored file as it is sent: piece by piece, after the request that asked for it has ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy.engine import Engine

from nt_process import web
from nt_process.infra import acting, files


def parts_of(sha256: str) -> Iterator[bytes]:
    """The file's pieces, read as the one who asks, over a connection of its own: the request's is given back first."""
    return _parts(web.engine(), sha256, web.actor().id, web.today())


def _parts(engine: Engine, sha256: str, person_id: str, today: date) -> Iterator[bytes]:
    # The request is over when the first piece is read, and with it what the database was told of who asks.
    acting.become(person_id, today)
    try:
        with engine.connect() as connection:
            yield from files.open_parts(connection, sha256)
    finally:
        acting.forget()
