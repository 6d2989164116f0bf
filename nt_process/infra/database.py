"""The way to the database: which server, which role, at which version of the schema.

Two logins are used. The owner owns the tables and changes the schema; the application reads and writes
rows and can do neither more nor less than the migrations grant to the role `nt_app`. The application
refuses to run as a superuser or as the owner, because row-level security and the append-only log
would then not hold.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast

import psycopg
import sqlalchemy as sa
from psycopg.errors import InsufficientPrivilege
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import OperationalError, ProgrammingError

from nt_process.infra import acting
from nt_process.infra.embedded import APP_ROLE, OWNER_ROLE, embedded_postgres
from nt_process.infra.operation import OperationError
from nt_process.kernel.messages import N_
from nt_process.settings import Settings

PACKAGE = Path(__file__).parents[1]
# An installed wheel carries the migrations inside the package; a checkout has them beside it.
MIGRATIONS = next(path for path in (PACKAGE / "_migrations", PACKAGE.parent / "migrations") if path.is_dir())
MIGRATION_LOCK = 0x4E54_0001
LOWEST_SERVER = 15

_INSTALLED_VERSION = sa.text("SELECT version_num FROM public.version")
_SERVER_VERSION: sa.TextClause = sa.text("SELECT current_setting('server_version_num')::int")
_LOCK = sa.text("SELECT pg_advisory_lock(:key)")
_UNLOCK = sa.text("SELECT pg_advisory_unlock(:key)")
_ROLE_EXISTS = sa.text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :name)")
_TOO_POWERFUL = sa.text("""
    SELECT current_user AS name,
           role.rolsuper OR role.rolbypassrls AS is_above_rights,
           EXISTS (
               SELECT FROM pg_class AS owned
               WHERE owned.relnamespace = 'public'::regnamespace AND owned.relkind IN ('r', 'p')
                 AND pg_has_role(current_user, owned.relowner, 'MEMBER')
           ) AS is_owner
    FROM pg_roles AS role WHERE role.rolname = current_user
""")


class DatabaseError(OperationError):
    """The database cannot be used as it is; the message says why and what to do."""


@dataclass(frozen=True)
class Databases:
    """The same database seen by its two logins."""

    app_url: URL
    owner_url: URL


@contextlib.contextmanager
def open_database(
    settings: Settings, *, pool_size: int = 5, application_name: str = "nt", system: bool = True
) -> Iterator[Engine]:
    """The application's engine on a database whose schema is up to date, for as long as the block lasts.

    It acts as the system, or (`system=False`, for the web) as whoever a request is known to come from.

    Without NT_DATABASE_URL the embedded server runs meanwhile. Any number of processes may do this at
    once; one of them migrates and the others wait. Raises DatabaseError or EmbeddedPostgresError.
    """
    with databases(settings) as both:
        if installed_version(both.app_url) != newest_version():
            migrate(both.owner_url)
        engine = app_engine(
            both.app_url, pool_size=pool_size, application_name=application_name, system=system
        )
        try:
            require_least_privilege(engine)
            yield engine
        finally:
            engine.dispose()


@contextlib.contextmanager
def databases(settings: Settings) -> Iterator[Databases]:
    """The two logins: of the embedded server, which runs meanwhile, or of NT_DATABASE_URL."""
    if settings.database_url is None:
        with embedded_postgres(settings.ensured_data_dir()) as server:
            yield Databases(server.url(APP_ROLE), server.url(OWNER_ROLE))
    else:
        app_login = psycopg_url(settings.database_url.get_secret_value())
        owner_url = app_login
        if settings.migration_url is not None:
            owner_url = psycopg_url(settings.migration_url.get_secret_value())
        yield Databases(as_app_role(app_login), owner_url)


def psycopg_url(text: str) -> URL:
    """Any PostgreSQL address as an SQLAlchemy URL for psycopg 3. Raises DatabaseError without quoting it."""
    try:
        url = make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        raise DatabaseError(
            N_("The database address cannot be read. Write it as postgresql://user@host/name.")
        ) from None
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise DatabaseError(N_("PostgreSQL is the only database that can be used."))
    return url.set(drivername="postgresql+psycopg")


def as_app_role(login: URL) -> URL:
    """The same login, whose statements run with the rights of `nt_app`."""
    return login if login.username == APP_ROLE else _with_option(login, f"-c role={APP_ROLE}")


def _with_option(url: URL, option: str) -> URL:
    """The same address with one more setting of the session, sent with the connection: no round trip."""
    given = url.query.get("options", "")
    options = given if isinstance(given, str) else " ".join(given)
    return url.update_query_dict({"options": f"{options} {option}".strip()})


def app_engine(url: URL, *, pool_size: int = 5, application_name: str = "nt", system: bool = True) -> Engine:
    """The application's engine: instants in UTC, READ COMMITTED, no parameter ever in an error message.

    `system` says as whom it acts until somebody is known, see `infra.acting`.
    """
    engine = sa.create_engine(
        _with_option(url, f"-c timezone=UTC {acting.from_the_start(system=system)}"),
        pool_size=pool_size,
        max_overflow=5,
        pool_timeout=10,
        pool_recycle=1800,
        isolation_level="READ COMMITTED",
        hide_parameters=True,
        connect_args=_connect_args(application_name),
    )
    acting.follow(engine, system=system)
    return engine


@lru_cache(maxsize=8)
def single_statements(engine: Engine) -> Engine:
    """The same engine, with the same pool, where each statement is its own transaction.

    A command that is one statement then needs no BEGIN and no COMMIT: two round trips fewer. It is made
    once per engine, because making it costs as much as the rules of a whole action.
    """
    return engine.execution_options(isolation_level="AUTOCOMMIT")


@contextlib.contextmanager
def single_statement_driver(engine: Engine) -> Iterator[psycopg.Connection]:
    """As `single_statements`, without SQLAlchemy between: a connection of the driver's, from the same pool.

    For the commands that are taken most. SQLAlchemy's part of one of them costs more than its rules.
    """
    pooled = engine.raw_connection()
    driver = cast("psycopg.Connection", pooled.driver_connection)
    driver.autocommit = True
    try:
        with noticing_loss(engine, driver):
            yield driver
    finally:
        if not driver.closed:
            driver.autocommit = False
        pooled.close()


@contextlib.contextmanager
def noticing_loss(engine: Engine, driver: psycopg.Connection) -> Iterator[None]:
    """When the server has gone, so have the connections that wait in the pool: none of them is used again."""
    try:
        yield
    except psycopg.OperationalError:
        if driver.closed:
            engine.dispose()
        raise


def driver_of(connection: Connection) -> psycopg.Connection:
    """The driver's connection beneath, in the same transaction."""
    return cast("psycopg.Connection", connection.connection.driver_connection)


def _connect_args(application_name: str) -> dict[str, str | int]:
    return {"application_name": application_name, "connect_timeout": 10, "client_encoding": "UTF8"}


def _owner_engine(url: URL) -> Engine:
    return sa.create_engine(
        url, poolclass=sa.pool.NullPool, hide_parameters=True, connect_args=_connect_args("nt migrate")
    )


def newest_version(migrations: Path = MIGRATIONS) -> str | None:
    """The version this program knows last. A migration's file name begins with its version."""
    names = [path.name.split("_", 1)[0] for path in (migrations / "versions").glob("[0-9]*_*.py")]
    return max(names, default=None)


def installed_version(url: URL) -> str | None:
    """The schema's version as this login sees it; None when there is none, or the login cannot see it yet."""
    engine = _owner_engine(url)
    with contextlib.suppress(OperationalError, ProgrammingError), engine.connect() as connection:
        return connection.scalar(_INSTALLED_VERSION)
    return None


def migrate(owner_url: URL, migrations: Path = MIGRATIONS) -> None:
    """Bring the schema to the newest version, as its owner, one process at a time.

    Everything between two versions is one transaction. Raises DatabaseError when the server cannot be
    reached or is too old, or when the schema is newer than this program.
    """
    try:
        connection = _owner_engine(owner_url).connect()
    except OperationalError as error:
        raise _unreachable(error) from None
    with connection:
        found = connection.scalar(_SERVER_VERSION) // 10_000
        if found < LOWEST_SERVER:
            raise DatabaseError(
                N_("PostgreSQL %(lowest)s or later is needed; the server is %(found)s."),
                lowest=LOWEST_SERVER,
                found=found,
            )
        connection.execute(_LOCK, {"key": MIGRATION_LOCK})
        connection.commit()
        try:
            _ensure_app_role(connection)
            _upgrade(connection, migrations)
        finally:
            connection.rollback()
            connection.execute(_UNLOCK, {"key": MIGRATION_LOCK})
            connection.commit()


def _unreachable(error: OperationalError) -> DatabaseError:
    # libpq's own words name the host and the role, never the password.
    return DatabaseError(N_("The database cannot be reached: %(reason)s"), reason=str(error.orig).strip())


def _ensure_app_role(connection: Connection) -> None:
    """Have the role that rights are granted to, and let this login take it where it can."""
    try:
        if not connection.scalar(_ROLE_EXISTS, {"name": APP_ROLE}):
            connection.execute(sa.text(f"CREATE ROLE {APP_ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS"))
            connection.execute(sa.text(f"GRANT {APP_ROLE} TO CURRENT_USER"))
        connection.commit()
    except ProgrammingError as error:
        connection.rollback()
        raise DatabaseError(
            N_(
                "The role %(role)s is missing and this login may not make it. Ask an administrator to run: "
                "%(statement)s"
            ),
            role=APP_ROLE,
            statement=f"CREATE ROLE {APP_ROLE} LOGIN NOSUPERUSER NOBYPASSRLS",
        ) from error


def _upgrade(connection: Connection, migrations: Path) -> None:
    # Alembic takes a quarter of a second to import, and most starts find the schema up to date.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise DatabaseError(
            N_(
                "The database schema is not one this version of the program knows (%(reason)s). Install the "
                "version that made it, or a later one."
            ),
            reason=error,
        ) from error
    except ProgrammingError as error:
        if not isinstance(error.orig, InsufficientPrivilege):
            raise
        raise DatabaseError(
            N_(
                "The database schema is not up to date, and this login may not change it. "
                "Let NT_MIGRATION_URL log in as the owner."
            )
        ) from error
    connection.execute(sa.text(f"GRANT SELECT ON public.version TO {APP_ROLE}"))
    connection.commit()


def require_least_privilege(engine: Engine) -> None:
    """Raises DatabaseError when the application's role could bypass the rights it is meant to have."""
    try:
        with engine.connect() as connection:
            found = connection.execute(_TOO_POWERFUL).one()
    except OperationalError as error:
        raise _unreachable(error) from None
    if found.is_above_rights or found.is_owner:
        raise DatabaseError(
            N_(
                "The application may not run as %(role)s, which is a superuser or owns the tables. Let "
                "NT_DATABASE_URL log in as %(app)s, and NT_MIGRATION_URL as the owner."
            ),
            role=found.name,
            app=APP_ROLE,
        )
