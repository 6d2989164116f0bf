"""The web shell: the database, the clock and the signed-in person of the request that is being answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import cast

from flask import current_app, g, request
from flask_babel import get_locale
from sqlalchemy.engine import Connection, Engine

from nt_process.identity.actor import Session, SessionLimits, SignedIn
from nt_process.identity.sessions import Visitor
from nt_process.infra import acting
from nt_process.infra.database import single_statements
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.reasons import Reason
from nt_process.settings import Settings


def settings() -> Settings:
    return cast("Settings", current_app.extensions["nt_settings"])


def engine() -> Engine:
    return cast("Engine", current_app.extensions["nt_engine"])


def connection() -> Connection:
    """The request's reading connection: one for the whole request, given back when it ends."""
    if "connection" not in g:
        g.connection = single_statements(engine()).connect()
    return cast("Connection", g.connection)


def act(person: SignedIn | None) -> None:
    """From now on the database answers this request as it answers this person, or nobody."""
    acting.become(None if person is None else person.id, today(), g.get("connection"))


def act_as_system() -> None:
    """For what tells of no single row, whoever asks: the figures of operations."""
    acting.become(acting.SYSTEM, today(), g.get("connection"))


def now() -> datetime:
    """The instant of this request (UTC): every line of one page sees the same."""
    if "now" not in g:
        g.now = settings().now()
    return cast("datetime", g.now)


def today() -> date:
    """The day in Stockholm at the instant of this request."""
    return now().astimezone(STOCKHOLM).date()


def actor() -> SignedIn:
    """Who is signed in. Only called behind a policy that requires it."""
    return cast("SignedIn", g.actor)


def session_limits() -> SessionLimits:
    return SessionLimits(
        timedelta(minutes=settings().session_idle_minutes), timedelta(hours=settings().session_hours)
    )


def session() -> Session:
    """The session of this request. Only called behind a policy that requires one, and never in the API."""
    return cast("Session", actor().session)


# A refusal for one of these is a right that is missing, and not something that can be mended in a form.
_RIGHTS = frozenset({"wrong_role", "only_secretariat_backdates", "conflict_of_interest"})


def denied(reasons: Iterable[Reason]) -> None:
    """Note that the request was refused; for want of a right it is kept (see `web.edges`)."""
    g.denied = [reason.code for reason in reasons if reason.code in _RIGHTS]


def visitor() -> Visitor:
    """Where the request comes from."""
    return Visitor(request.user_agent.string, request.remote_addr or "")


def language() -> str:
    """The reader's language, "sv" or "en": found once for a request, asked for by every text of a page."""
    known: str | None = g.get("language")
    if known is None:
        locale = get_locale()
        known = g.language = "en" if locale is not None and locale.language == "en" else "sv"
    return known


def is_htmx() -> bool:
    return request.headers.get("HX-Request") == "true"
