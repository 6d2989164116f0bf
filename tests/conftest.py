"""Fixtures that every test may ask for. The database ones give a real, migrated and empty PostgreSQL."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import URL, Engine

from nt_process.infra.database import Databases, app_engine, as_app_role, migrate, psycopg_url
from nt_process.infra.embedded import APP_ROLE, OWNER_ROLE, embedded_postgres, stop_unused
from nt_process.sealed import keys
from nt_process.settings import Settings
from tests.requirements import need
from tests.world import START, Office, build, sign_in

# Most tests are not about signing in; those that are say for themselves what they require.
os.environ.setdefault("NT_SECOND_FACTOR", "optional")
# They ask faster than any person.
os.environ.setdefault("NT_REQUESTS_PER_MINUTE", "0")

# Databases in memory make the suite several times faster; where there is no /dev/shm, any directory will do.
MEMORY = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else Path(tempfile.gettempdir())  # noqa: S108


@pytest.fixture(scope="session")
def _server() -> Iterator[Databases]:
    """The test server's two logins: NT_DATABASE_URL, or an embedded server that lives as long as the run.

    All processes of one parallel run share the embedded server; the last one stops and removes it.
    """
    need("postgresql")
    given = os.environ.get("NT_DATABASE_URL")
    if given:
        login = psycopg_url(given)
        yield Databases(as_app_role(login), psycopg_url(os.environ.get("NT_MIGRATION_URL") or given))
        return
    prefix = f"nt-test-{os.getuid()}-"
    for left_by_killed_run in MEMORY.glob(f"{prefix}*"):
        stop_unused(left_by_killed_run, ephemeral=True)
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getpid())
    with embedded_postgres(MEMORY / f"{prefix}{run}", ephemeral=True) as server:
        yield Databases(server.url(APP_ROLE), server.url(OWNER_ROLE))


@pytest.fixture(scope="session")
def database(_server: Databases) -> Iterator[Databases]:
    """A migrated database without content, made once per test process; each test is given a copy."""
    with _new_database(_server, f"nt_test_{os.getpid()}") as template:
        migrate(template.owner_url)
        yield template


@pytest.fixture
def databases(database: Databases) -> Iterator[Databases]:
    """A fresh copy of the database for this test alone, as the two logins see it."""
    template = database.owner_url.database
    with _new_database(database, f"{template}_copy", f"TEMPLATE {template} STRATEGY FILE_COPY") as copy:
        yield copy


@pytest.fixture
def engine(databases: Databases) -> Iterator[Engine]:
    """The application's engine on this test's own database; several connections and threads may use it."""
    engine = app_engine(databases.app_url)
    yield engine
    engine.dispose()


@pytest.fixture(autouse=True)
def master_key(tmp_path: Path) -> Path:
    """The master key of this test alone; it is made when the first secret is sealed."""
    settings = Settings(data_dir=tmp_path)
    keys.use(settings)
    return tmp_path / "master_key"


@contextlib.contextmanager
def _new_database(server: Databases, name: str, like: str = "") -> Iterator[Databases]:
    with _administrator(server.owner_url) as connection:
        connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(sa.text(f"CREATE DATABASE {name} {like}"))
        yield Databases(server.app_url.set(database=name), server.owner_url.set(database=name))
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


@contextlib.contextmanager
def _administrator(owner_url: URL) -> Iterator[sa.Connection]:
    """A connection that may make databases; it stays out of the databases it makes."""
    engine = sa.create_engine(
        owner_url.set(database="postgres"), poolclass=sa.pool.NullPool, isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        yield connection


@pytest.fixture
def office(engine: Engine) -> Office:
    """One person for each role in an otherwise empty database."""
    return build(engine)


@pytest.fixture
def web_engine(databases: Databases) -> Iterator[Engine]:
    """The web application's engine on this test's own database: it acts as nobody until somebody asks."""
    engine = app_engine(databases.app_url, system=False)
    yield engine
    engine.dispose()


@pytest.fixture
def app(web_engine: Engine, tmp_path: Path) -> Flask:
    """The web application on this test's database. Forms need no CSRF token here; that has its own test."""
    from nt_process.app import create_app

    settings = Settings(data_dir=tmp_path, NT_SECRET_KEY="test", NT_NOW=START)  # type: ignore[call-arg]
    app = create_app(settings, web_engine)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return app


@pytest.fixture
def as_person(app: Flask, office: Office) -> Callable[[str], FlaskClient]:
    """A browser signed in as one of the office's people."""
    return lambda name: sign_in(app.test_client(), name)
