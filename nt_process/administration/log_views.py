"""What the system does and what has been done: sessions, mail, jobs, what was denied, and the history."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.administration import queries, service, texts
from nt_process.administration.blueprint import bp, done, maker, one_of, page_number, query, render
from nt_process.infra.rows import Row


@bp.get("/sessions")
def sessions() -> str:
    q = query("q")
    found = queries.sessions(web.connection(), web.actor(), web.now(), web.session_limits(), q=q)
    present = web.actor().session
    return render(
        "sessions", "sessions", q=q, sessions=found, most=queries.MOST, present=present and present.id
    )


@bp.post("/sessions/end")
def end_session() -> BaseResponse:
    person, session = _id("person"), _id("session")
    return done(
        lambda: service.end_sessions(web.engine(), maker(), person, session),
        _("The session has been ended."),
        url_for("administration.sessions"),
    )


def _id(name: str) -> str:
    """A field of the form that names a row; what is not one names a row that is not there."""
    try:
        return str(uuid.UUID(request.form.get(name, "")))
    except ValueError:
        return str(uuid.UUID(int=0))


@bp.get("/mail")
def mail() -> str:
    q, state, page = query("q"), one_of("state", texts.MAIL_STATES), page_number()
    found = queries.mail(web.connection(), web.actor(), q, state, page)
    return render("mail", "mail", state=state, **_paged("mail", found, q=q, state=state))


@bp.post("/mail/retry")
def retry_mail() -> BaseResponse:
    source, mail_id = request.form.get("source", ""), request.form.get("mail", "")
    return done(
        lambda: service.retry_mail(web.engine(), maker(), source, mail_id),
        _("The mail is tried again."),
        url_for("administration.mail"),
    )


@bp.get("/jobs")
def jobs() -> str:
    state = one_of("state", texts.JOB_STATES)
    return render("jobs", "jobs", state=state, jobs=queries.jobs(web.connection(), web.actor(), state))


@bp.post("/jobs/<int:job_id>/retry")
def retry_job(job_id: int) -> BaseResponse:
    return done(
        lambda: service.retry_job(web.engine(), maker(), job_id),
        _("The job is done again."),
        url_for("administration.jobs"),
    )


@bp.get("/denials")
def denials() -> str:
    q = query("q")
    found = queries.denials(web.connection(), web.actor(), q, page_number())
    return render("denials", "denials", **_paged("denials", found, q=q))


@bp.get("/history")
def history() -> str:
    q = query("q")
    found = queries.history(web.connection(), web.actor(), q, page_number())
    return render("history", "history", **_paged("history", found, q=q))


def _paged(name: str, found: list[Row], **narrowed: str) -> dict[str, Any]:
    """One page of a log, and the way to the next where there is one."""
    page = page_number()
    address = url_for(f"administration.{name}")
    kept = {key: value for key, value in narrowed.items() if value}
    return {
        "rows": found[: queries.PAGE_SIZE],
        "q": narrowed.get("q", ""),
        "page": page,
        "pages": page + (len(found) > queries.PAGE_SIZE),
        "page_url": lambda number: f"{address}?{urlencode({**kept, 'page': number})}",
    }
