"""A database on a disk that is really written to, with as many cases as a promise speaks of.

A few cases are taken through the real commands, each to another state. They are then copied by the
thousand in SQL, with all their rows, so that the measured ones lie among tables of the right size. The
copies' logs do not chain (a hash covers the case's id); nothing here reads them.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL, Engine

from nt_process.identity import sessions
from nt_process.identity.sessions import Visitor
from nt_process.infra.database import Databases, app_engine, migrate
from nt_process.infra.embedded import APP_ROLE, BOOTSTRAP_ROLE, OWNER_ROLE, embedded_postgres
from tests.world import Office, build

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
COLLEAGUES = 90

_COPIED = ("event", "clock", "document")

_COLUMNS = """
SELECT string_agg(column_name, ', ') FROM information_schema.columns
WHERE table_name = %(table)s AND is_generated = 'NEVER' AND column_name <> ALL(%(but)s)
"""
_COLLEAGUES = """
WITH person AS (
    INSERT INTO person (email, name, created_at)
    SELECT 'kollega' || n || '@prov.example', 'Kollega ' || n, %(at)s FROM generate_series(1, %(people)s) n
    RETURNING id, substr(email, 8, strpos(email, '@') - 8)::int AS n
)
INSERT INTO membership (person_id, organisation_id, role, valid_from)
SELECT p.id, o.id, o.role, '2020-01-01' FROM person p JOIN (
    SELECT row_number() OVER (ORDER BY o.name) - 1 AS n, o.id,
           CASE o.kind WHEN 'council' THEN 'council_member' WHEN 'region' THEN 'region_representative'
           ELSE 'auditor' END AS role
    FROM organisation o
) o ON o.n = p.n %% (SELECT count(*) FROM organisation)
"""


@dataclass(frozen=True)
class World:
    """One promise's own server. `urls` are its two logins and `superuser` the one that copies rows."""

    urls: Databases
    superuser: URL
    engine: Engine
    office: Office


@contextlib.contextmanager
def new_world() -> Iterator[World]:
    """A server of its own with an office of people and no case; removed afterwards with all its data.

    It writes safely to disk, as in production.
    """
    home = Path(tempfile.mkdtemp(prefix="nt-bench-"))
    home.chmod(0o711)
    try:
        with embedded_postgres(home) as server:
            urls = Databases(server.url(APP_ROLE), server.url(OWNER_ROLE))
            migrate(urls.owner_url)
            engine = app_engine(urls.app_url)
            try:
                office = build(engine)
                with engine.begin() as connection:
                    connection.exec_driver_sql(_COLLEAGUES, {"at": AT, "people": COLLEAGUES})
                yield World(urls, server.url(BOOTSTRAP_ROLE), engine, office)
            finally:
                engine.dispose()
    finally:
        shutil.rmtree(home)


def superuser(world: World) -> psycopg.Connection:
    """The login that makes data by the thousand."""
    return driver_connection(world.superuser)


def driver_connection(url: URL) -> psycopg.Connection:
    """A connection without SQLAlchemy between, each statement its own transaction."""
    return psycopg.connect(
        host=str(url.query["host"]),
        user=url.username,
        dbname=url.database,
        autocommit=True,
        options="-c timezone=UTC -c nt.person=system",
    )


def copy_case(
    world: World, number: str, copies: int, prefix: str, changed: Mapping[str, str] | None = None
) -> None:
    """Copy a case with its log, clocks and documents, under the numbers `prefix`000001 and on.

    `changed` gives columns of the case another value in each copy, as an SQL expression over its serial
    number `copy.n`. Foreign keys are not checked meanwhile: each copied row points at a copy made here.
    """
    other = dict(changed or {})
    with superuser(world) as connection, connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(
            "CREATE TEMP TABLE copy ON COMMIT DROP AS SELECT c.id AS original, gen_random_uuid() AS id, n, "
            "%(prefix)s || lpad(n::text, 6, '0') AS number FROM cases c, generate_series(1, %(copies)s) n "
            "WHERE c.number = %(number)s",
            {"prefix": prefix, "copies": copies, "number": number},
        )
        columns = _columns(connection, "cases", "id", "number", *other)
        statement = (
            f"INSERT INTO cases ({', '.join(['id', 'number', *other, columns])}) "
            f"SELECT {', '.join(['copy.id', 'copy.number', *other.values(), _of('c', columns)])} "
            "FROM copy JOIN cases c ON c.id = copy.original"
        )
        connection.execute(statement.encode())
        for table in _COPIED:
            columns = _columns(connection, table, "id", "case_id")
            statement = (
                f"INSERT INTO {table} (case_id, {columns}) SELECT copy.id, {_of('r', columns)} "
                f"FROM copy JOIN {table} r ON r.case_id = copy.original"
            )
            connection.execute(statement.encode())


def signed_in(world: World, name: str) -> str:
    """The token of a sign-in of one of the office's people, as their browser would send it."""
    with world.engine.begin() as connection:
        return sessions.begin(connection, world.office.people[name], AT, Visitor("bench", ""), strong=True)


def settle(world: World) -> None:
    """What a database that has been in use for a while has: statistics, and nothing left to vacuum."""
    with superuser(world) as connection:
        connection.execute("VACUUM (ANALYZE, FREEZE)")
        connection.execute("CHECKPOINT")


def _columns(connection: psycopg.Connection, table: str, *but: str) -> str:
    row = connection.execute(_COLUMNS, {"table": table, "but": list(but)}).fetchone()
    assert row is not None
    return str(row[0])


def _of(alias: str, columns: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in columns.split(", "))
