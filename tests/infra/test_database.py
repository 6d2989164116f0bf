"""The database as a process meets it: migrated once, entered as a role without power."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import URL, Engine

from nt_process.infra import database
from nt_process.infra.database import DatabaseError, Databases, app_engine, as_app_role, migrate, psycopg_url
from nt_process.settings import Settings

MIGRATION = """
from alembic import op
revision, down_revision = "{revision}", {down}
def upgrade():
    op.execute("{statement}")
"""


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    """Migrations of this test's own: one table that the application may read and write."""
    directory = tmp_path / "own % migrations"
    (directory / "versions").mkdir(parents=True)
    (directory / "env.py").write_text((database.MIGRATIONS / "env.py").read_text())
    add_migration(directory, "9001", None, "CREATE TABLE pill (name text); GRANT INSERT ON pill TO nt_app")
    return directory


@contextlib.contextmanager
def connected(url: URL) -> Iterator[sa.Connection]:
    """One transaction on a connection of its own."""
    engine = app_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def add_migration(directory: Path, revision: str, down: str | None, statement: str) -> None:
    text = MIGRATION.format(revision=revision, down=repr(down), statement=statement)
    (directory / "versions" / f"{revision}_step.py").write_text(text)


@pytest.fixture
def empty(databases: Databases) -> Databases:
    """A database without any schema."""
    with connected(databases.owner_url) as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
        connection.execute(sa.text("GRANT USAGE ON SCHEMA public TO PUBLIC"))
    return databases


def test_processes_that_start_together_migrate_once(empty: Databases, migrations: Path) -> None:
    faults: list[BaseException] = []

    def start() -> None:
        try:
            migrate(empty.owner_url, migrations)
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert database.installed_version(empty.app_url) == "9001" == database.newest_version(migrations)


def test_a_failed_migration_leaves_the_schema_as_it_was(empty: Databases, migrations: Path) -> None:
    migrate(empty.owner_url, migrations)
    add_migration(migrations, "9002", "9001", "CREATE TABLE half (name text); SELECT 1 / 0")
    with pytest.raises(sa.exc.DBAPIError):
        migrate(empty.owner_url, migrations)
    assert database.installed_version(empty.app_url) == "9001"
    with connected(empty.owner_url) as connection:
        assert not sa.inspect(connection).has_table("half")
    add_migration(migrations, "9002", "9001", "CREATE TABLE whole (name text)")
    migrate(empty.owner_url, migrations)
    assert database.installed_version(empty.app_url) == "9002"


def test_a_schema_from_a_later_program_is_left_alone(empty: Databases, migrations: Path) -> None:
    migrate(empty.owner_url, migrations)
    with connected(empty.owner_url) as connection:
        connection.execute(sa.text("UPDATE version SET version_num = '9999'"))
    with pytest.raises(DatabaseError, match="9999"):
        migrate(empty.owner_url, migrations)


def test_the_application_can_do_what_it_was_granted_and_no_more(empty: Databases, migrations: Path) -> None:
    migrate(empty.owner_url, migrations)
    with connected(empty.app_url) as connection:
        connection.execute(sa.text("INSERT INTO pill VALUES ('a')"))
    for forbidden in ("DELETE FROM pill", "DROP TABLE pill", "CREATE TABLE other (x int)", "TRUNCATE pill"):
        with (
            pytest.raises(sa.exc.ProgrammingError, match=r"denied|owner"),
            connected(empty.app_url) as connection,
        ):
            connection.execute(sa.text(forbidden))


@pytest.mark.parametrize("login", ["owner", "superuser"])
def test_the_application_refuses_a_login_with_too_much_power(
    empty: Databases, migrations: Path, login: str
) -> None:
    migrate(empty.owner_url, migrations)
    url = empty.owner_url if login == "owner" else empty.owner_url.set(username="postgres")
    if login == "superuser" and "nt-pg-" not in str(url.query.get("host", "")):
        pytest.skip("the superuser's login is known on the embedded server only")
    engine = app_engine(url)
    with pytest.raises(DatabaseError, match="superuser or owns the tables"):
        database.require_least_privilege(engine)
    engine.dispose()
    _wait_for_the_end_of(url.username, empty)


def _wait_for_the_end_of(login: str | None, there: Databases) -> None:
    """A connection that was closed lives on for a moment, and only a superuser may end a superuser's."""
    still = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE usename = :login AND datname = current_database()"
    )
    for _moment in range(100):
        with connected(there.app_url) as connection:
            if connection.execute(still, {"login": login}).scalar_one() == 0:
                return
        sleep(0.1)


def test_one_login_for_all_still_runs_the_application_without_power(databases: Databases) -> None:
    """A hosted database often comes with a single login, which then owns the tables."""
    login = databases.owner_url.render_as_string(hide_password=False)
    with (
        database.open_database(Settings(database_url=SecretStr(login))) as engine,
        engine.connect() as connection,
    ):
        assert connection.scalar(sa.text("SELECT current_user")) == "nt_app"


def test_a_new_database_has_no_account(engine: Engine) -> None:
    with engine.connect() as connection:
        for table in ("person", "membership", "api_token", "session"):
            assert connection.scalar(sa.text(f"SELECT count(*) FROM {table}")) == 0, table


def test_instants_are_read_in_utc(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SHOW TimeZone")) == "UTC"


def test_an_error_never_shows_what_was_written(engine: Engine) -> None:
    with pytest.raises(sa.exc.DBAPIError) as caught, engine.connect() as connection:
        connection.execute(sa.text("SELECT CAST(:bid AS uuid) FROM missing"), {"bid": "net price 4711"})
    assert "4711" not in str(caught.value)


def test_options_given_in_the_address_are_kept() -> None:
    url = as_app_role(psycopg_url("postgres://someone@host/nt?options=-c%20work_mem%3D64MB"))
    assert url.query["options"] == "-c work_mem=64MB -c role=nt_app"
    assert url.drivername == "postgresql+psycopg"


@pytest.mark.parametrize("text", ["mysql://u:geheim@h/d", "geheim", "postgresql://u:geheim@h:port/d"])
def test_a_faulty_address_is_refused_without_quoting_its_password(text: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        psycopg_url(text)
    assert "geheim" not in str(caught.value)


def test_a_server_that_does_not_answer_gives_one_clear_error() -> None:
    settings = Settings(database_url=SecretStr("postgresql://nt_app:geheim@127.0.0.1:9/nt"))
    with pytest.raises(DatabaseError, match="cannot be reached") as caught, database.open_database(settings):
        pass
    assert "geheim" not in str(caught.value)
