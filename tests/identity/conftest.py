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
from tests.identity.saml_browser import register
from tests.identity.saml_provider import LEVEL, SamlProvider
from tests.world import START, Office


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


@pytest.fixture(scope="session")
def idp() -> SamlProvider:
    return SamlProvider()


@pytest.fixture
def make_saml_app(make_app: Callable[..., Flask], office: Office, tmp_path: Path) -> Callable[..., Flask]:
    def make(metadata: str, **given: object) -> Flask:
        path = tmp_path / "idp.xml"
        path.write_text(metadata, encoding="utf-8")
        settings = {"base_url": "http://nt.example", "saml_metadata": path, "saml_levels": f"{LEVEL} loa4"}
        return make_app(**(settings | given))

    return make


@pytest.fixture
def saml_app(make_saml_app: Callable[..., Flask], idp: SamlProvider, office: Office) -> Flask:
    register(office)
    return make_saml_app(idp.metadata())
