"""What the system does and what has been done: sessions, mail, jobs, what was denied, and the history."""

from __future__ import annotations

import uuid
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.administration import log_queries, log_service, queries, service, texts
from nt_process.administration.blueprint import (
    Page,
    bp,
    done,
    maker,
    one_of,
    page_number,
    paged,
    person_url,
    query,
    render,
    ticked,
)
from nt_process.infra.rows import Row
from nt_process.web.bulk import Asked, Named, Task, id_of, number_of, sourced

# --- sessions ---------------------------------------------------------------------------------------


@bp.get("/sessions")
def sessions() -> str:
    return _sessions(Asked())


def _sessions(asked: Asked) -> str:
    q, present = query("q"), web.actor().session
    found = log_queries.sessions(
        web.connection(), web.actor(), web.now(), web.session_limits(), q=q, page=page_number()
    )
    shown = _paged("sessions", found, q=q)
    return render("sessions", "sessions", asked=asked, present=present and present.id, **shown)


@bp.post("/sessions/end")
def end_session() -> BaseResponse:
    person, session = _id("person"), _id("session")
    return done(
        lambda: service.end_sessions(web.engine(), maker(), person, session),
        _("The session has been ended."),
        url_for("administration.sessions"),
    )


@bp.post("/sessions/bulk")
def bulk_sessions() -> Page:
    def named(ids: list[str]) -> dict[str, Named]:
        found = log_queries.sessions_by_id(web.connection(), web.actor(), ids)
        return {str(row["id"]): Named(row["name"], person_url(row["person_id"])) for row in found}

    tasks: dict[str, Task] = {"end": lambda: lambda one: log_service.end_session(web.engine(), maker(), one)}
    return ticked("sessions", {"q": query("q")}, tasks, draw=_sessions, named=named)


def _id(name: str) -> str:
    """A field of the form that names a row; what is not one names a row that is not there."""
    return id_of(request.form.get(name, "")) or str(uuid.UUID(int=0))


# --- mail -------------------------------------------------------------------------------------------


@bp.get("/mail")
def mail() -> str:
    return _mail(Asked())


def _mail(asked: Asked) -> str:
    narrowed = _mail_wanted()
    found = log_queries.mail(web.connection(), web.actor(), narrowed["q"], narrowed["state"], page_number())
    return render("mail", "mail", asked=asked, state=narrowed["state"], **_paged("mail", found, **narrowed))


def _mail_wanted() -> dict[str, str]:
    return {"q": query("q"), "state": one_of("state", texts.MAIL_STATES)}


@bp.post("/mail/retry")
def retry_mail() -> BaseResponse:
    source, mail_id = request.form.get("source", ""), request.form.get("mail", "")
    return done(
        lambda: log_service.retry_mail(web.engine(), maker(), source, mail_id),
        _("The mail is tried again."),
        url_for("administration.mail"),
    )


@bp.post("/mail/bulk")
def bulk_mail() -> Page:
    def named(keys: list[str]) -> dict[str, Named]:
        found = log_queries.failed_mail(web.connection(), web.actor(), keys)
        return {
            key: Named(f"{row['name']} <{row['email']}>", person_url(row["person_id"]))
            for key, row in found.items()
        }

    def retry(key: str) -> None:
        source, mail_id = key.split(" ")
        log_service.retry_mail(web.engine(), maker(), source, mail_id)

    tasks: dict[str, Task] = {"retry": lambda: retry}
    return ticked("mail", _mail_wanted(), tasks, draw=_mail, named=named, key=sourced("notice", "link"))


# --- jobs -------------------------------------------------------------------------------------------


@bp.get("/jobs")
def jobs() -> str:
    return _jobs(Asked())


def _jobs(asked: Asked) -> str:
    kinds = log_queries.job_kinds(web.connection(), web.actor())
    narrowed = _jobs_wanted(kinds)
    found = log_queries.jobs(web.connection(), web.actor(), page_number(), **narrowed)
    shown = _paged("jobs", found, **narrowed)
    return render(
        "jobs", "jobs", asked=asked, kind=narrowed["kind"], state=narrowed["state"], kinds=kinds, **shown
    )


def _jobs_wanted(kinds: list[str]) -> dict[str, str]:
    return {"q": query("q"), "kind": one_of("kind", kinds), "state": one_of("state", texts.JOB_STATES)}


@bp.post("/jobs/<int:job_id>/retry")
def retry_job(job_id: int) -> BaseResponse:
    return done(
        lambda: log_service.retry_job(web.engine(), maker(), job_id),
        _("The job is done again."),
        url_for("administration.jobs"),
    )


@bp.post("/jobs/bulk")
def bulk_jobs() -> Page:
    def named(keys: list[str]) -> dict[str, Named]:
        found = log_queries.jobs_by_id(web.connection(), web.actor(), [int(key) for key in keys])
        return {str(row["id"]): Named(f"{row['id']} {row['kind']}") for row in found}

    tasks: dict[str, Task] = {
        "retry": lambda: lambda key: log_service.retry_job(web.engine(), maker(), int(key))
    }
    wanted = _jobs_wanted(log_queries.job_kinds(web.connection(), web.actor()))
    return ticked("jobs", wanted, tasks, draw=_jobs, named=named, key=number_of)


# --- what was denied, and what was changed ----------------------------------------------------------


@bp.get("/denials")
def denials() -> str:
    q = query("q")
    found = log_queries.denials(web.connection(), web.actor(), q, page_number())
    return render("denials", "denials", **_paged("denials", found, q=q))


@bp.get("/history")
def history() -> str:
    q = query("q")
    found = queries.history(web.connection(), web.actor(), q, page_number())
    return render("history", "history", **_paged("history", found, q=q))


def _paged(name: str, found: list[Row], **narrowed: str) -> dict[str, Any]:
    """One page of a log, and the way to the next where there is one."""
    page = page_number()
    pages = page + (len(found) > queries.PAGE_SIZE)
    shown = paged(f"administration.{name}", page, pages, narrowed)
    return {"rows": found[: queries.PAGE_SIZE], "q": narrowed["q"], **shown}
