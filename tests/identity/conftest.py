"""The application with a clock that a test can turn, and browsers that keep their cookies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine

from nt_process.app import create_app
from nt_process.settings import Settings
from tests.browser.server import Clock, ClockedSettings
from tests.world import START


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
def make_app(web_engine: Engine, tmp_path: Path, clock: Clock) -> Callable[..., Flask]:
    """The web application with these settings; its time is the test's."""

    def make(**given: object) -> Flask:
        given = {"data_dir": tmp_path, "NT_SECRET_KEY": "test"} | given
        settings: Settings = ClockedSettings(**given).with_clock(clock)  # type: ignore[arg-type]
        app = create_app(settings, web_engine)
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
        return app

    return make


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
