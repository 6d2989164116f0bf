"""The worklist as pages: narrowed, sorted, saved as a view, handed out to officers, taken out as a spreadsheet."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import fields as fields_of
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa
from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.cases import lines, queries, service
from nt_process.cases.blueprint import bp
from nt_process.cases.errors import CaseNotFound, Refused, Stale
from nt_process.cases.page import stale_message
from nt_process.cases.queries import Filter
from nt_process.engine.definition import PARTIES, PHASES
from nt_process.infra import spreadsheet
from nt_process.kernel.messages import LANGUAGES, N_
from nt_process.web import reason_texts
from nt_process.web.local_path import path_of

_SAVE_VIEW = sa.text("""
    INSERT INTO saved_view (person_id, name, query) VALUES (:person, :name, :query)
    ON CONFLICT (person_id, name) DO UPDATE SET query = excluded.query
""")
_DELETE_VIEW = sa.text("DELETE FROM saved_view WHERE id = :id AND person_id = :person")


# In a list of case officers, where an empty choice is none made.
_NOBODY = "nobody"

# The figures above the list; the page translates them.
_FIGURES = {
    "overdue": N_("overdue"),
    "soon": N_("due within 7 days"),
    "unowned": N_("without case officer"),
    "waiting": N_("waiting for others"),
    "yours": N_("waiting for you"),
}


@bp.get("/")
def worklist() -> str | BaseResponse:
    chosen = _filter(request.args)
    page = _page_number()
    listed = queries.worklist(web.connection(), web.actor(), chosen, page, web.today())
    pages = None if listed.total is None else max(1, -(-listed.total // queries.PAGE_SIZE))
    if page > 1 and not listed.rows:
        return redirect(_list_url(chosen, page=pages if pages and pages < page else None))
    bulk = "secretariat" in web.actor().roles and not chosen.ended
    return render_template(
        "cases/worklist.html",
        listed=listed,
        chosen=chosen,
        page=page,
        pages=pages if pages is not None else page + (len(listed.rows) == queries.PAGE_SIZE),
        figures=[(name, _FIGURES[name]) for name in queries.figures_for(web.actor())],
        lines=lines.drawn(listed.rows, bulk=bulk),
        bulk=bulk,
        url_with=lambda **changes: _list_url(chosen, **changes),
        page_url=lambda number: _list_url(chosen, page=number),
        choices=_filter_choices(web.language()),
        views=queries.saved_views(web.connection(), web.actor()),
        owners=queries.possible_owners(web.connection(), web.today()),
        query=_query(chosen),
        cap=queries.COUNT_CAP,
    )


def _filter(args: Mapping[str, str]) -> Filter:
    """The filter as the address says it; what is not a known value narrows nothing."""
    return Filter(
        process=args.get("process", "") if args.get("process", "") in reason_texts.process_names() else "",
        phase=args.get("phase", "") if args.get("phase", "") in PHASES else "",
        waits_for=args.get("waits_for", "") if args.get("waits_for", "") in PARTIES else "",
        owner=args.get("owner", "")[:40],
        q=args.get("q", "").replace("\x00", "")[:200],
        only=args.get("only", "") if args.get("only", "") in queries.figures_for(web.actor()) else "",
        ended=args.get("ended") == "1",
        sort=args.get("sort", "due") if args.get("sort", "due") in queries.SORTS else "due",
    )


def _page_number() -> int:
    text = request.args.get("page", "1")
    return min(max(int(text), 1), 10_000) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _query(chosen: Filter, **changes: Any) -> str:
    values = {one.name: getattr(chosen, one.name) for one in fields_of(chosen)} | changes
    values["ended"] = "1" if values["ended"] else ""
    if values["sort"] == "due":
        values["sort"] = ""
    return urlencode({name: value for name, value in values.items() if value not in ("", None)})


def _list_url(chosen: Filter, **changes: Any) -> str:
    query = _query(chosen, **changes)
    return url_for("cases.worklist") + (f"?{query}" if query else "")


@lru_cache(maxsize=len(LANGUAGES))
def _filter_choices(language: str) -> dict[str, list[tuple[str, str]]]:
    return {
        "process": [
            (name, label.in_language(language)) for name, label in reason_texts.process_names().items()
        ],
        "phase": [(name, str(reason_texts.PHASE_NAMES[name])) for name in PHASES if name != "closed"],
        "waits_for": [(name, str(reason_texts.PARTY_NAMES[name])) for name in PARTIES if name != "none"],
    }


@bp.get("/cases/export.<any(csv, xlsx):kind>")
def export(kind: str) -> Response:
    """The whole filtered worklist as a spreadsheet, not only the page on the screen."""
    chosen = _filter(request.args)
    listed = queries.worklist(
        web.connection(), web.actor(), chosen, 1, web.today(), page_size=queries.EXPORT_CAP
    )
    header = [
        _("Number"), _("Medicine"), _("Active substance"), _("Company"), _("Process"), _("State"), _("Waiting for"),
        _("Case officer"), _("Opened"), _("In this state since"), _("Next last day"),
    ]  # fmt: skip
    names = dict(_filter_choices(web.language())["process"])
    state_label = lines.state_labels()
    rows = [
        [
            row["number"], row["medicine"], row["substance"], row["company"], names.get(row["process"], row["process"]),
            state_label(row), str(reason_texts.PARTY_NAMES[row["waits_for"]]), row["owner"], row["opened_on"],
            row["state_since"], row["next_due"],
        ]
        for row in listed.rows
    ]  # fmt: skip
    name = f"arenden-{web.today().isoformat()}.{kind}"
    if kind == "csv":
        content, media_type = spreadsheet.rows_to_csv(header, rows), spreadsheet.CSV_TYPE
    else:
        sheet = spreadsheet.Sheet(_("Cases"), header, rows)
        content, media_type = spreadsheet.rows_to_xlsx([sheet], made_at=web.now()), spreadsheet.XLSX_TYPE
    return Response(
        content, mimetype=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@bp.post("/views")
def save_view() -> BaseResponse:
    name = " ".join(request.form.get("name", "").replace("\x00", "").split())[:80]
    query = _query(_filter(_parsed(request.form.get("query", ""))))
    if name:
        web.connection().execute(_SAVE_VIEW, {"person": web.actor().id, "name": name, "query": query})
        flash(_("The view “%(name)s” is saved.", name=name), "success")
    else:
        flash(_("Give the view a name first."), "warning")
    return redirect(url_for("cases.worklist") + (f"?{query}" if query else ""))


def _parsed(query: str) -> Mapping[str, str]:
    """The values of a query; one that nobody's page has made narrows nothing."""
    try:
        return dict(parse_qsl(query[:2000], max_num_fields=40))
    except ValueError:
        return {}


@bp.post("/views/<uuid:view_id>/delete")
def delete_view(view_id: uuid.UUID) -> BaseResponse:
    web.connection().execute(_DELETE_VIEW, {"id": view_id, "person": web.actor().id})
    return redirect(url_for("cases.worklist"))


@bp.post("/cases/bulk-assign")
def bulk_assign() -> str | BaseResponse:
    """Give several cases an owner; each is decided on its own, and each has its own answer."""
    numbers = [n for n in dict.fromkeys(request.form.getlist("number")) if "\x00" not in n][:500]
    owner = request.form.get("owner", "")
    if numbers and not owner:
        flash(_("Choose who the ticked cases are to be given to."), "warning")
        return redirect(path_of(request.referrer) or url_for("cases.worklist"))
    results = []
    for number in numbers:
        try:
            service.assign(
                web.engine(), web.actor().id, number, None if owner == _NOBODY else owner, web.now()
            )
            results.append((number, True, _("Done")))
        except Refused as refused:
            results.append(
                (number, False, " ".join(reason_texts.describe(reason) for reason in refused.reasons))
            )
        except Stale as stale:
            results.append((number, False, stale_message(stale, web.actor())))
        except CaseNotFound:
            results.append((number, False, _("There is no such case.")))
    if not results:
        flash(_("Tick the cases to be assigned first."), "warning")
        return redirect(url_for("cases.worklist"))
    return render_template("cases/bulk_result.html", results=results)
