"""What the worklist is measured against: a bare WSGI function behind the same gunicorn.

It sends the very statements that the page sends for the same address, over one connection a thread, and
writes the rows it is given as an HTML table. No framework, no session, no template, no translation.
The statements are taken down when it starts, from the page itself.
"""

from __future__ import annotations

import html
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Self

import psycopg
import sqlalchemy as sa

from nt_process.app import create_app
from nt_process.infra.database import app_engine, psycopg_url
from nt_process.settings import load_settings

Statement = tuple[str, Any]

_local = threading.local()


def taken_down(addresses: Sequence[str], token: str) -> dict[str, list[Statement]]:
    """The statements that each page sends to the database when the reader whose sign-in this is opens it."""
    settings = load_settings()
    assert settings.database_url is not None
    engine = app_engine(psycopg_url(settings.database_url.get_secret_value()), system=False)
    sa.event.listen(engine, "connect", _listen)
    app = create_app(settings, engine)
    client = app.test_client()
    client.set_cookie("nt", token)
    pages = {}
    for address in addresses:
        client.get(address)
        Listening.sent.clear()
        assert client.get(address).status_code == 200, address
        pages[address] = list(Listening.sent)
    engine.dispose()
    return pages


class Listening(psycopg.Cursor[Any]):
    """A cursor that notes what is sent through it."""

    sent: ClassVar[list[Statement]] = []

    def execute(self, query: Any, params: Any = None, **rest: Any) -> Self:
        self.sent.append((query, params))
        return super().execute(query, params, **rest)


def _listen(driver: psycopg.Connection, _record: object) -> None:
    driver.cursor_factory = Listening


def _connection() -> psycopg.Connection:
    if not hasattr(_local, "connection"):
        address = os.environ["NT_DATABASE_URL"]
        _local.connection = psycopg.connect(
            address, autocommit=True, options="-c timezone=UTC -c nt.person=system"
        )
    return _local.connection  # type: ignore[no-any-return]


def application(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """The page of `addresses` at this path and query."""
    query = environ["QUERY_STRING"]
    parts = ["<!doctype html><title>Worklist</title><table>"]
    with _connection().cursor() as cursor:
        for statement, parameters in PAGES[environ["PATH_INFO"] + (f"?{query}" if query else "")]:
            rows = cursor.execute(statement.encode(), parameters, prepare=True).fetchall()
            parts += [
                f"<tr>{''.join(f'<td>{html.escape(str(value))}</td>' for value in row)}</tr>" for row in rows
            ]
    body = "".join([*parts, "</table>"]).encode()
    start_response(
        "200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]
    )
    return [body]


PAGES = taken_down(os.environ["NT_BENCH_ADDRESSES"].split(), os.environ["NT_BENCH_TOKEN"])
