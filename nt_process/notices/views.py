"""A reader's notices as a page, and the calendar that their calendar program fetches."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.notices import queries, service
from nt_process.notices.calendar_feed import feed
from nt_process.notices.mail import sender
from nt_process.notices.texts import Reader, word

bp = Blueprint("notices", __name__)

LAST_PAGE = 10_000


@bp.app_template_global()
def unread_notices() -> int:
    """How many notices wait for whoever is signed in, for the header; at most UNREAD_CAP."""
    return queries.unread(web.connection(), web.actor())


@bp.get("/notices")
def index() -> str:
    unread_only = request.args.get("only") == "unread"
    page = _page_number()
    listed = queries.notices(web.connection(), web.actor(), page, unread_only=unread_only)
    reader = Reader(web.language(), web.actor().audience, web.today())
    return render_template(
        "notices/index.html",
        notices=[(notice, medicine, word(notice, reader)) for notice, medicine in listed.notices],
        unread=queries.unread(web.connection(), web.actor()),
        unread_cap=queries.UNREAD_CAP,
        unread_only=unread_only,
        page=page,
        more=listed.more,
        page_url=lambda number: _list_url(unread_only, number),
    )


@bp.post("/notices/<int:notice_id>/read")
def read(notice_id: int) -> BaseResponse:
    service.mark_read(web.connection(), web.actor().id, notice_id, web.now())
    return _back()


@bp.post("/notices/read")
def read_all() -> BaseResponse:
    """Mark everything up to the newest notice that the reader was shown, and none that came since."""
    text = request.form.get("up_to", "")
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        abort(400)
    service.mark_read_up_to(web.connection(), web.actor().id, int(text), web.now())
    return _back()


@bp.get("/calendar/<token>.ics")
def calendar(token: str) -> Response:
    """The feed of whoever holds the token; a revoked token and one that never was are the same."""
    content = feed(web.connection(), token, web.now(), sender(web.settings()))
    if content is None:
        abort(404)
    return Response(content, mimetype="text/calendar")


def _back() -> BaseResponse:
    unread_only = request.form.get("only") == "unread"
    return redirect(_list_url(unread_only, 1))


def _list_url(unread_only: bool, page: int) -> str:
    return url_for("notices.index", only="unread" if unread_only else None, page=page if page > 1 else None)


def _page_number() -> int:
    text = request.args.get("page", "1")
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 6 else 1
