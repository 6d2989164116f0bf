"""The whole demo world, made once for all tests of this folder, which only look at it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from nt_process import demo
from nt_process.infra.database import Databases, app_engine
from nt_process.settings import Settings
from tests.conftest import _new_database

# A Wednesday, three days before a national holiday.
NOW = "2026-06-03T09:30:00+00:00"


def settings_at(now: str, data_dir: Path) -> Settings:
    return Settings(data_dir=data_dir, NT_NOW=now)  # type: ignore[call-arg]


@contextlib.contextmanager
def copy_of(database: Databases, name: str) -> Iterator[Engine]:
    """The application's engine on a copy of an empty database."""
    template = database.owner_url.database
    with _new_database(database, f"{template}_{name}", f"TEMPLATE {template} STRATEGY FILE_COPY") as copy:
        engine = app_engine(copy.app_url)
        yield engine
        engine.dispose()


@pytest.fixture(scope="session")
def world(database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The engine on a database that holds the demo world as it is at NOW."""
    with copy_of(database, "world") as engine:
        demo.load(engine, settings_at(NOW, tmp_path_factory.mktemp("demo")))
        yield engine
