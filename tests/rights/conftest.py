"""The application with everything that can be set, so that every address answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.engine import Engine

from nt_process.app import create_app
from nt_process.settings import Settings
from tests.identity.saml_provider import SamlProvider
from tests.world import START


@pytest.fixture(scope="session")
def saml_metadata(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("saml") / "idp.xml"
    path.write_text(SamlProvider().metadata(), encoding="utf-8")
    return path


@pytest.fixture
def app(web_engine: Engine, tmp_path: Path, saml_metadata: Path) -> Flask:
    settings = Settings(
        data_dir=tmp_path,
        saml_metadata=saml_metadata,
        NT_SECRET_KEY="test",  # type: ignore[call-arg]
        NT_NOW=START,  # type: ignore[call-arg]
    )
    app = create_app(settings, web_engine)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return app
