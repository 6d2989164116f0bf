"""What the secretariat says yes or no to: registrations and requests, one by one or several at once, and what was said."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import request, url_for

from nt_process import web
from nt_process.companies import answers, people, queries, registrations, texts
from nt_process.companies.answers import Page
from nt_process.companies.errors import CompanyError
from nt_process.companies.people_views import list_bp as bp
from nt_process.companies.rules import people as rules
from nt_process.infra.rows import Row
from nt_process.web.bulk import Asked, Command, List, Named, Result, Task, answer, sourced

STATES = ("waiting", "approved", "refused", "all")


@bp.get("/companies/approvals")
def approvals() -> str:
    """What waits, unless the reader asks for what was decided."""
    return _list(Asked())


def _narrowed() -> dict[str, str]:
    q = request.args.get("q", "").replace("\x00", "").encode("utf-8", "ignore").decode()[:200]
    source, state = request.args.get("source", ""), request.args.get("state", "")
    return {
        "q": q,
        "source": source if source in queries.APPROVAL_SOURCES else "",
        "state": state if state in STATES else "waiting",
    }


def _page_number() -> int:
    text = request.args.get("page", "1")
    return min(max(int(text), 1), 10_000) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _url(endpoint: str, page: int) -> str:
    kept = {name: value for name, value in _narrowed().items() if value}
    return f"{url_for(endpoint)}?{urlencode({**kept, 'page': page})}"


def _list(asked: Asked) -> str:
    narrowed, page = _narrowed(), _page_number()
    state = "" if narrowed["state"] == "all" else narrowed["state"]
    found, total = queries.approvals(
        web.connection(), web.actor(), page, q=narrowed["q"], source=narrowed["source"], state=state
    )
    return answers.draw(
        "companies/approvals.html",
        asked=asked,
        rows=found,
        total=total,
        chosen=narrowed,
        sources=queries.APPROVAL_SOURCES,
        states=STATES,
        page=page,
        pages=max(1, -(-total // queries.PAGE_SIZE)),
        page_url=lambda number: _url("companies.approvals", number),
        action=_url("companies.bulk", page),
        url_of=_page_of,
    )


def _page_of(row: Row) -> str:
    if row["source"] == "registration":
        return url_for("registration.show", registration_id=row["id"])
    return url_for("people.show", organisation_id=row["organisation_id"])


@bp.post("/companies/approvals/bulk")
def bulk() -> Page:
    """Say yes, or no with one reason, to everything ticked; each is judged as on its own page."""
    tasks: dict[str, Task] = {"approve": lambda: _approve, "refuse": _refusal}
    listed = List(sourced(*queries.APPROVAL_SOURCES), _named, _list, _show, answers.explain, texts.FAULTS)
    return answer(listed, tasks)


def _show(results: list[Result]) -> str:
    back = _url("companies.approvals", _page_number())
    return answers.draw("companies/bulk_result.html", results=results, back=back)


def _named(keys: list[str]) -> dict[str, Named]:
    found = queries.approvals_by_id(web.connection(), web.actor(), [key.split(" ")[1] for key in keys])
    return {
        f"{row['source']} {row['id']}": Named(f"{row['company']}, {row['name']}", _page_of(row))
        for row in found
    }


def _approve(key: str) -> None:
    source, approval_id = key.split(" ")
    maker, secret = answers.maker(), web.settings().secret_key()
    if source == "request":
        people.approve_request(web.engine(), maker, secret, approval_id)
        return
    asked = queries.registration(web.connection(), web.actor(), approval_id)
    if asked is None:
        raise CompanyError("not_found")
    # Which company somebody joins is chosen by a person who has looked.
    if asked["state"] == "waiting" and queries.alike(web.connection(), web.actor(), asked):
        raise CompanyError("company_alike")
    registrations.approve(web.engine(), maker, secret, approval_id, "", administrator=True)


def _refusal() -> Command:
    reason = rules.read_reason(request.form.get("reason", ""))

    def refuse(key: str) -> None:
        source, approval_id = key.split(" ")
        command = people.refuse_request if source == "request" else registrations.refuse
        command(web.engine(), answers.maker(), approval_id, reason)

    return refuse
