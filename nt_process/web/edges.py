"""What holds for every route: who may, which headers, what an error looks like, and giving connections back."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any, cast

import psycopg
import structlog
from flask import (
    Flask,
    Response,
    abort,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.json.provider import DefaultJSONProvider
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_babel import gettext
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable
from werkzeug.wrappers import Response as BaseResponse

from nt_process import menu, rights, web
from nt_process.audit import denials
from nt_process.audit.denials import Denial
from nt_process.identity import throttle
from nt_process.identity.actor import SignedIn, load_by_token
from nt_process.identity.service import token_hash
from nt_process.infra import acting
from nt_process.infra.operation import OutOfReach
from nt_process.web import resend
from nt_process.web.local_path import path_of
from nt_process.web.pace import Pace
from nt_process.web.problems import problem_of

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
DENIED = frozenset({403, 404})
# What somebody who tries what they may not is answered with; it stands in the log.
SUSPECT = frozenset({400, 401, 403, 404, 405, 413, 429})
# Files that never change, and what watches over the operation.
UNPACED = frozenset({"assets.serve", "operations.healthz", "operations.metrics"})
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; form-action 'self'"
)
EVERY_POLICY = "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
MAX_UPLOAD = 52 * 1024 * 1024

log = structlog.get_logger()


def install(app: Flask) -> None:
    """Rights, headers, errors and connections: what holds for every route."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_UPLOAD
    app.config["MAX_FORM_MEMORY_SIZE"] = 2 * 1024 * 1024
    app.config["MAX_FORM_PARTS"] = 2000
    app.json = _Json(app)
    app.session_interface = _Sessions()
    app.extensions["nt_pace"] = Pace(app.extensions["nt_settings"].requests_per_minute)
    app.before_request(_identify_request)
    app.before_request(_authorise)
    app.after_request(_harden)
    app.after_request(_note_denial)
    app.after_request(_note_refusal)
    app.teardown_appcontext(_give_back)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _http_error)
    app.register_error_handler(OutOfReach, _out_of_reach)
    app.register_error_handler(Exception, _unexpected)


class _Json(DefaultJSONProvider):
    """JSON as Flask reads and writes it; what is nested too deep to be read is unreadable like any other."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        try:
            return super().loads(s, **kwargs)
        except RecursionError:
            raise ValueError("nested too deep") from None


class _Sessions(SecureCookieSessionInterface):
    """Sessions as Flask keeps them, and none where nobody is known: such an answer is everybody's, and depends on no cookie."""

    digest_method = staticmethod(hashlib.sha256)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not g.get("is_anonymous", False):
            super().save_session(app, session, response)


def _identify_request() -> None:
    g.request_id = uuid.uuid4().hex
    # No name of anything holds a NUL, and the database takes none.
    if "\x00" in request.path:
        abort(404)


def _authorise() -> BaseResponse | None:
    """Deny by default: no entry in the registry, no answer. What one may not call does not exist."""
    policy = None if request.endpoint is None else rights.policy(request.endpoint, request.method)
    g.is_anonymous = policy is not None and policy.anonymous
    g.actor = None if g.is_anonymous else _by_token() if _wants_json() else _by_session()
    web.act(g.actor)
    if request.endpoint is None:
        return None
    if request.endpoint not in UNPACED and not _pace().allows(_who()):
        abort(429)
    if policy is None:
        abort(404)
    if policy.public:
        return None
    if g.actor is None:
        if _wants_json():
            abort(401)
        if (kept := resend.page(401, signed_out=True)) is not None:
            return make_response(kept)
        wanted = request.full_path.rstrip("?") if request.method == "GET" else path_of(request.referrer)
        return redirect(url_for("entry.sign_in", next=wanted))
    if not policy.allows(g.actor.roles):
        if request.path == "/" and request.method == "GET":
            return redirect(url_for(menu.home(g.actor.roles)))
        abort(403 if _wants_json() else 404)
    return _to_second_factor()


def _pace() -> Pace:
    return cast("Pace", current_app.extensions["nt_pace"])


def _who() -> str:
    return g.actor.id if g.actor is not None else throttle.from_address(request.remote_addr or "").name


def _to_second_factor() -> BaseResponse | None:
    """Whoever signed in with a password alone sets up a second factor before anything else."""
    session = g.actor.session
    if session is None or session.strong:
        return None
    g.must_enrol = web.settings().requires_second_factor
    if not g.must_enrol or request.blueprint == "security" or request.endpoint == "entry.sign_out":
        return None
    return redirect(url_for("security.index"))


def _by_session() -> SignedIn | None:
    # The person and not the library's stand-in, which would look them up again at each use.
    person = current_user._get_current_object()  # noqa: SLF001 - its documented way to the object behind it
    return person if isinstance(person, SignedIn) else None


def _by_token() -> SignedIn | None:
    """The API knows its caller by a bearer token alone: no cookie opens it, so no other site can use one."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        return None
    return load_by_token(web.connection(), token_hash(token.strip()), web.now(), web.today())


def _note_denial(response: Response) -> Response:
    """A change that somebody known may not make is kept, with the reasons where a rule has given them."""
    person = g.get("actor")
    reason = ", ".join(g.get("denied", ())) or (
        str(response.status_code) if response.status_code in DENIED else ""
    )
    if reason and person is not None and request.method in UNSAFE:
        place = ", ".join(f"{name}={value}" for name, value in sorted((request.view_args or {}).items()))
        denial = Denial(person.id, person.name, person.organisation, request.endpoint or "", request.method,
                        place, reason)  # fmt: skip
        denials.note(web.connection(), denial, web.now())
    return response


def _note_refusal(response: Response) -> Response:
    """One line for each answer that somebody gets who tries what they may not; a mistyped address is none."""
    if response.status_code in SUSPECT and request.endpoint is not None:
        person = g.get("actor")
        log.warning(
            "request_refused", request_id=g.get("request_id"), endpoint=request.endpoint, method=request.method,
            status=response.status_code, person="" if person is None else person.id,
            address=request.remote_addr or "",
        )  # fmt: skip
    return response


def _harden(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    if current_app.config["SESSION_COOKIE_SECURE"]:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    # A file that is sent says a stricter one for itself.
    policy = headers.get("Content-Security-Policy", PAGE_POLICY)
    headers["Content-Security-Policy"] = f"{policy}; {EVERY_POLICY}"
    if request.endpoint not in ("static", "assets.serve"):
        headers.setdefault("Cache-Control", "no-store")
    headers["X-Request-Id"] = g.get("request_id", "")
    return response


def _give_back(_error: BaseException | None) -> None:
    acting.forget()
    held = g.pop("connection", None)
    if held is not None:
        held.close()


def _wants_json() -> bool:
    return request.path.startswith("/api/")


def _http_error(error: HTTPException) -> BaseResponse | tuple[str, int]:
    if _wants_json():
        return problem_of(error)
    if error.response is not None:
        return make_response(error.response)
    by_form = isinstance(error, CSRFError)
    if by_form and (kept := resend.page(400, signed_out=g.get("actor") is None)) is not None:
        return kept
    return render_template("error.html", code=error.code or 500, csrf=by_form), error.code or 500


def _out_of_reach(error: OutOfReach) -> BaseResponse | tuple[str, int]:
    """What one thing needs is away: said plainly, in the page that is otherwise whole."""
    log.error("out_of_reach", request_id=g.get("request_id"), endpoint=request.endpoint)
    if _wants_json():
        return problem_of(ServiceUnavailable())
    return render_template("error.html", code=503, csrf=False, out_of_reach=error.text(gettext)), 503


def _unexpected(error: Exception) -> BaseResponse | tuple[str, int]:
    """An error of ours: logged with the request's id and its type, never with what a person typed."""
    if isinstance(error, HTTPException):
        return _http_error(error)
    log.error("unexpected_error", request_id=g.get("request_id"), endpoint=request.endpoint, exc_info=error)
    if current_app.testing:
        raise error
    failure = (
        ServiceUnavailable()
        if isinstance(error, (OperationalError, psycopg.OperationalError))
        else InternalServerError()
    )
    if _wants_json():
        return problem_of(failure)
    # The page must stand without the database, which may be what failed: no name and no menu.
    g.actor = None
    return render_template("error.html", code=failure.code, csrf=False), failure.code or 500
