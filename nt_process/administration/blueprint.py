"""The pages of administration stand under one name, written in several files; what they share is here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import rights, web
from nt_process.account.devices import describe
from nt_process.administration import queries, texts
from nt_process.administration.errors import AdministrationError
from nt_process.administration.forms import AdministrationForm
from nt_process.administration.service import Maker
from nt_process.consultation.rules import ANSWERING
from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import translator
from nt_process.kernel.reasons import NotDone
from nt_process.rights import ADMINISTRATOR
from nt_process.web import bulk, template_filters

bp = Blueprint("administration", __name__, url_prefix="/administration")

Page = str | tuple[str, int] | BaseResponse

TABS = (
    ("administration.people", _l("People")),
    ("administration.organisations", _l("Organisations")),
    ("administration.mandates", _l("Mandates")),
    ("administration.import_list", _l("Import")),
    ("administration.sessions", _l("Sessions")),
    ("administration.mail", _l("Mail")),
    ("administration.jobs", _l("Jobs")),
    ("administration.denials", _l("Denied")),
    ("administration.history", _l("History")),
    # Another feature's page; the administrator keeps its numbers.
    ("disclosure.parameters", _l("Rules for released totals")),
)


@bp.context_processor
def _words() -> dict[str, Any]:
    # A page that says what went wrong may have no reader.
    reader = g.get("actor")
    held = reader.roles if reader is not None else frozenset()
    return {
        "words": texts,
        "answering": ANSWERING,
        "told": told,
        "device": describe,
        "may_change": ADMINISTRATOR.allows(held),
        "tabs": [
            (endpoint, label)
            for endpoint, label in TABS
            if (policy := rights.policy(endpoint, "GET")) is not None and policy.allows(held)
        ],
    }


def told(what: str, value: str) -> str:
    """A value of the history in words."""
    if what in ("membership_added", "membership_days") and value.count("|") >= 2:
        role, first, last, *silent = value.split("|")
        until = template_filters.day(date.fromisoformat(last)) if last else _("until further notice")
        days = f"{template_filters.day(date.fromisoformat(first))} – {until}"
        said = f"{texts.ROLE_TITLES.get(role, role)}, {days}"
        return _("%(mandate)s, may not speak for the organisation", mandate=said) if silent else said
    if what == "language":
        return {"sv": "Svenska", "en": "English"}.get(value, value)
    return value


def maker() -> Maker:
    return Maker(web.actor(), web.now(), web.settings().secret_key())


def query(name: str) -> str:
    """A word of the address, bounded, without what no text in the database holds."""
    return request.args.get(name, "").replace("\x00", "").encode("utf-8", "ignore").decode()[:200]


def one_of(name: str, known: Any) -> str:
    text = request.args.get(name, "")
    return text if text in known else ""


def page_number() -> int:
    text = request.args.get("page", "1")
    return min(max(int(text), 1), 10_000) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def paged(endpoint: str, page: int, pages: int, narrowed: Mapping[str, str]) -> dict[str, Any]:
    """Where in a list the reader is. `url_of`: an address that keeps it, of the list or of what is done with it."""
    kept: dict[str, Any] = {name: value for name, value in narrowed.items() if value}
    return {
        "page": page,
        "pages": pages,
        "narrowed": bool(kept),
        "page_url": lambda number: url_for(endpoint, **kept, page=number),
        "url_of": lambda other: url_for(other, **kept, page=page),
    }


def pages_of(total: int) -> int:
    return max(1, -(-total // queries.PAGE_SIZE))


def ticked(
    tab: str,
    narrowed: Mapping[str, str],
    tasks: Mapping[str, bulk.Task],
    *,
    draw: Callable[[bulk.Asked], str],
    named: Callable[[list[str]], Mapping[str, bulk.Named]],
    key: Callable[[str], str | None] = bulk.id_of,
) -> Page:
    """Do one thing with the rows that were ticked in the list under `tab`, which was narrowed so."""

    def show(results: list[bulk.Result]) -> str:
        where = paged(f"administration.{tab}", page_number(), 1, narrowed)
        return render("bulk_result", tab, results=results, back=where["url_of"](f"administration.{tab}"))

    return bulk.answer(bulk.List(key, named, draw, show, explain, texts.FAULTS), tasks)


def answered(
    form: AdministrationForm, command: Callable[[], BaseResponse], page: Callable[[str | None], str]
) -> Page:
    """Show the form, or carry out what it asks; refused, it comes back with what was typed and why."""
    if not form.is_submitted():
        return page(None)
    try:
        return command()
    except BadInput as refusal:
        form.show_faults(refusal, translator(web.language()))
        return page(None), 422
    except AdministrationError as error:
        if error.reason.code in ("not_found", "not_allowed"):
            abort(404)
        if error.reason.code == "changed":
            # Sent again, the form is meant for what stands there now.
            form.seen.data = str(error.reason.params["seen"])
        return page(explain(error)), 409


def done(command: Callable[[], None], said: str, back: str) -> BaseResponse:
    """Carry out what a button asks, and go back to where it stood with the answer."""
    try:
        command()
    except AdministrationError as error:
        if error.reason.code in ("not_found", "not_allowed"):
            abort(404)
        flash(explain(error), "warning")
    else:
        flash(said, "success")
    return redirect(back)


def explain(error: NotDone) -> str:
    params: dict[str, Any] = dict(error.reason.params)
    if "at" in params:
        params["at"] = template_filters.instant(params["at"])
        params["actor"] = params["actor"] or _("The command line")
    return str(texts.ERROR_TEXTS[error.reason.code]) % params


def render(template: str, tab: str, **shown: Any) -> str:
    return render_template(f"administration/{template}.html", tab=f"administration.{tab}", **shown)


def person_url(person_id: object) -> str:
    return url_for("administration.person", person_id=person_id)
