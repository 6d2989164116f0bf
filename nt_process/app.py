"""The web application: what is put together, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from flask import Flask, g, request, session
from flask_babel import Babel
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from sqlalchemy.engine import Engine

from nt_process.identity import actor as identity_actor
from nt_process.identity.actor import SignedIn
from nt_process.infra import assets, template_filters, web
from nt_process.settings import Settings

PACKAGE = Path(__file__).parent
TEMPLATES = next(path for path in (PACKAGE / "_templates", PACKAGE.parent / "templates") if path.is_dir())
LANGUAGES = ("sv", "en")


def create_app(settings: Settings, engine: Engine) -> Flask:
    """The application on an open database. The engine is the caller's to close."""
    app = Flask("nt_process", template_folder=str(TEMPLATES), static_folder=None)
    app.extensions["nt_settings"] = settings
    app.extensions["nt_engine"] = engine
    https = settings.base_url.startswith("https://")
    app.config.update(
        SECRET_KEY=settings.secret_key(),
        SESSION_COOKIE_NAME="__Host-nt" if https else "nt",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=9),
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE="sv",
        BABEL_DEFAULT_TIMEZONE="Europe/Stockholm",
        BABEL_TRANSLATION_DIRECTORIES=str(PACKAGE / "translations"),
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    Babel(app, locale_selector=select_language)
    CSRFProtect(app)
    _install_login(app)
    web.install(app)
    assets.install(app)
    template_filters.install(app)
    for blueprint in _blueprints():
        app.register_blueprint(blueprint)
    return app


def select_language() -> str:
    """The signed-in reader's choice, else what was chosen in this session, else what the browser asks for."""
    person = g.get("actor")
    if isinstance(person, SignedIn):
        return person.language
    chosen = session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    # Swedish comes first; English only for a browser that prefers it and does not accept Swedish.
    accepted = request.accept_languages
    return "en" if accepted and accepted.best_match(["sv", "en"]) == "en" else "sv"


def _install_login(app: Flask) -> None:
    login = LoginManager(app)
    login.session_protection = "strong"

    @login.user_loader
    def load(person_id: str) -> SignedIn | None:
        return identity_actor.load_by_id(web.connection(), person_id, web.today())


def _blueprints() -> list:
    from nt_process.cases.views import bp as cases
    from nt_process.identity.views import bp as identity
    from nt_process.operations.views import bp as operations

    return [operations, identity, cases]
