"""The web application: what is put together, and nothing else."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Flask, Request, g, request, session, url_for
from flask_babel import Babel, force_locale, format_date, format_decimal, get_translations
from flask_login import LoginManager
from flask_openapi3 import Info, OpenAPI
from flask_wtf import CSRFProtect
from itsdangerous import Signer
from sqlalchemy.engine import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

from nt_process import menu, web
from nt_process.account import provider, saml
from nt_process.api.horizon import bp as api_horizon
from nt_process.api.introductions import bp as api_introductions
from nt_process.api.prices import bp as api_prices
from nt_process.api.reports import bp as api_reports
from nt_process.api.views import bp as api
from nt_process.identity import sessions
from nt_process.identity.actor import SignedIn
from nt_process.infra import uploads
from nt_process.public.site import bp as public_site
from nt_process.sealed import keys
from nt_process.settings import Settings
from nt_process.web import assets, edges, problems, session_cookie, template_filters

PACKAGE = Path(__file__).parent
TEMPLATES = next(path for path in (PACKAGE / "_templates", PACKAGE.parent / "templates") if path.is_dir())
LANGUAGES = ("sv", "en")


# What is signed, the forms' tokens and the cookies of pages and devices, is signed with SHA-256.
Signer.default_digest_method = staticmethod(hashlib.sha256)


def create_app(settings: Settings, engine: Engine) -> Flask:
    """The application on an open database. The engine is the caller's to close."""
    app = OpenAPI(
        "nt_process",
        template_folder=str(TEMPLATES),
        static_folder=None,
        info=Info(
            title="NT process", version="1", description="Cases of the orderly introduction of new medicines."
        ),
        security_schemes={"token": {"type": "http", "scheme": "bearer"}},
        validation_error_callback=problems.invalid,
        doc_ui=False,
    )
    app.extensions["nt_settings"] = settings
    app.extensions["nt_engine"] = engine
    https = settings.base_url.startswith("https://")
    app.config.update(
        SECRET_KEY=settings.secret_key(),
        SECRET_KEY_FALLBACKS=[before] if (before := settings.secret_key_before()) else None,
        # Never by the environment: what debugging shows is for nobody who is served.
        DEBUG=False,
        # What this cookie holds is signed and no secret: language, messages to show once, the forms' token.
        SESSION_COOKIE_NAME="__Host-nt-page" if https else "nt-page",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        # A sign-in is known by its own token; the library keeps nothing that it would have to protect.
        SESSION_PROTECTION=None,
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE="sv",
        BABEL_DEFAULT_TIMEZONE="Europe/Stockholm",
        BABEL_TRANSLATION_DIRECTORIES=str(PACKAGE / "translations"),
    )
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=0
        )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    Babel(app, locale_selector=select_language)
    _install_login(app)
    edges.install(app)
    provider.install(app, settings)
    saml.install(app, settings)
    uploads.use_antivirus(settings.clamav)
    keys.use(settings)
    # After who asks is known, so that a refusal can be shown as a page to them.
    csrf = CSRFProtect(app)
    # Posted by the provider's page; what it carries is bound to this browser by a state of its own.
    csrf.exempt(saml.back)
    # Nobody is known there, so that nothing is done in anybody's name.
    csrf.exempt(public_site)
    assets.install(app)
    template_filters.install(app)
    app.add_template_global(_navigation, "navigation")
    app.add_template_global(lambda: settings.session_idle_minutes, "idle_minutes")
    for blueprint in _blueprints():
        app.register_blueprint(blueprint)
    for blueprint in (api, api_horizon, api_introductions, api_prices, api_reports):
        app.register_api(blueprint)
        csrf.exempt(blueprint)
    return app


def load_pages(app: Flask) -> None:
    """Read what every page is made of, the texts and the compiled templates, before the first is asked for."""
    for template in app.jinja_env.list_templates(extensions=["html"]):
        # Printed documents are the worker's, with filters of their own.
        if not template.startswith("pdf/"):
            app.jinja_env.get_template(template)
    for language in LANGUAGES:
        with app.test_request_context(), force_locale(language):
            get_translations()
            # The names of the months and how numbers are written: the first use reads them.
            format_date(date(2000, 1, 1))
            format_decimal(1)


def select_language() -> str:
    """The signed-in reader's choice, else what was chosen in this session, else what the browser asks for."""
    # Where the language stands in the address, nothing else is asked: the page is the same for everyone.
    if (fixed := g.get("fixed_language")) is not None:
        return str(fixed)
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
    # Pages read g.actor; a look-up of their own would fail once more on the page that says that it failed.
    login = LoginManager(app, add_context_processor=False)

    @login.request_loader
    def load(_request: Request) -> SignedIn | None:
        token = session_cookie.token()
        if token is None:
            return None
        return sessions.load(web.connection(), token, web.now(), web.today(), web.session_limits())


@lru_cache(maxsize=256)
def _menu_of(held: frozenset[str], _root: str) -> list[tuple[str, str, str]]:
    """Endpoint, text and address of each entry, which are the same on every page below the same root."""
    return [(endpoint, label, url_for(endpoint)) for endpoint, label in menu.entries(held)]


def _navigation() -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """The entries of the main menu that stand in line, and those under “More”."""
    listed: list[dict[str, object]] = [
        {"url": url, "label": label, "current": menu.is_current(endpoint, request.blueprint)}
        for endpoint, label, url in _menu_of(web.actor().roles, request.script_root)
    ]
    in_line = menu.IN_LINE if len(listed) > menu.IN_LINE + 1 else len(listed)
    return listed[:in_line], listed[in_line:]


def _blueprints() -> list[Blueprint]:
    from nt_process.account.entry import bp as entry
    from nt_process.account.password import bp as password
    from nt_process.account.security import bp as security
    from nt_process.account.views import bp as account
    from nt_process.administration import import_views as _import_views  # noqa: F401 - all write pages on the same
    from nt_process.administration import log_views as _log_views  # noqa: F401
    from nt_process.administration import mandate_views as _mandate_views  # noqa: F401
    from nt_process.administration import organisation_views as _organisation_views  # noqa: F401
    from nt_process.administration import people_views as _people_views  # noqa: F401
    from nt_process.administration.blueprint import bp as administration
    from nt_process.agreements.pages import bp as agreements
    from nt_process.appeals.views import bp as appeals
    from nt_process.cases import views as _case_views  # noqa: F401 - both write pages on the same blueprint
    from nt_process.cases import worklist_views as _worklist_views  # noqa: F401
    from nt_process.cases.blueprint import bp as cases
    from nt_process.companies import blueprints as companies
    from nt_process.consultation.pages import bp as consultation
    from nt_process.council.pages import bp as council
    from nt_process.deadlines.views import bp as deadlines
    from nt_process.disclosure.views import bp as disclosure
    from nt_process.financing.views import bp as financing
    from nt_process.followup.pages import bp as followup
    from nt_process.horizon.views import bp as horizon
    from nt_process.interests.views import bp as interests
    from nt_process.introduction.pages import bp as introduction
    from nt_process.introduction_financing.views import bp as introduction_financing
    from nt_process.market.views import bp as market
    from nt_process.negotiation.pages import bp as negotiation
    from nt_process.notices.views import bp as notices
    from nt_process.operations.views import bp as operations
    from nt_process.portal.pages import bp as portal
    from nt_process.portal.pages import filed
    from nt_process.precedents.views import bp as precedents
    from nt_process.prices.views import bp as prices
    from nt_process.public import pages as public
    from nt_process.reassessment.pages import bp as reassessment
    from nt_process.recommendations.pages import bp as recommendations
    from nt_process.reporting.half_year.views import bp as half_year
    from nt_process.reporting.views import bp as reporting
    from nt_process.settlement.pages import bp as settlement
    from nt_process.workflows.views import bp as workflows

    return [
        operations,
        entry,
        cases,
        horizon,
        council,
        deadlines,
        financing,
        market,
        prices,
        consultation,
        settlement,
        precedents,
        interests,
        negotiation,
        agreements,
        appeals,
        recommendations,
        followup,
        introduction_financing,
        introduction,
        reassessment,
        public.bp,
        public.front,
        public.requests,
        portal,
        filed,
        reporting,
        half_year,
        disclosure,
        notices,
        administration,
        account,
        security,
        password,
        provider.bp,
        saml.bp,
        workflows,
        *companies.BLUEPRINTS,
    ]
