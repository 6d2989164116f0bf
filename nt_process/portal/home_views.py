"""The portal's first page for a company, and how an application is begun."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.cases import queries as case_queries
from nt_process.cases.page import case_page
from nt_process.engine.loader import load_published
from nt_process.portal import filing, queries, service, shown, ways
from nt_process.portal.blueprint import bp
from nt_process.portal.errors import PortalError
from nt_process.portal.rules import NotAnAnswer
from nt_process.portal.wizard import maker, step_url
from nt_process.web import reason_texts, template_filters


@bp.get("")
def home() -> str:
    """Drafts, what waits for the company, and what has been filed with its clocks."""
    connection, actor = web.connection(), web.actor()
    own = queries.own_applications(connection, actor)
    filed = []
    for row in own:
        if row["status"] == "submitted":
            found = case_queries.case_file(connection, actor, row["number"])
            if found is not None:
                filed.append((row, case_page(found, actor, web.today())))
    waiting = ways.waiting()
    listed = {row["id"] for row in waiting}
    return render_template(
        "portal/home.html",
        drafts=[row for row in own if row["status"] == "draft" and row["case_id"] not in listed],
        filed=filed,
        waiting=waiting,
        names=reason_texts,
    )


def _awaiting_application() -> list[dict[str, Any]]:
    """The company's cases in which it may file an application now, with the name of the state they are in."""
    found, workflows = [], load_published()
    for row in queries.own_cases(web.connection(), web.actor()):
        workflow = workflows[row["process"], row["workflow_version"]]
        if ways.may_file(workflow, row["state"]):
            label = workflow.states[row["state"]].labels["company"]
            found.append({**row, "state_label": template_filters.text(label)})
    return found


@bp.route("/new", methods=["GET", "POST"])
def new() -> str | tuple[str, int] | BaseResponse:
    """Begin an application: in a case that awaits one, with a medicine of one's own, or with a name."""
    fault = ""
    if request.method == "POST":
        given = {
            name: request.form.get(name, "")[:400]
            for name in ("case", "item", "process", "medicine", "company")
        }
        beginning = queries.beginning(web.connection(), web.actor(), given)
        try:
            if beginning is None:
                raise NotAnAnswer("not_a_choice")
            return redirect(step_url(service.begin(web.engine(), maker(), beginning), "product"))
        except NotAnAnswer as error:
            fault = shown.fault(error)
        except PortalError as error:
            fault = shown.explain(error)
    return render_template(
        "portal/new.html",
        cases=_awaiting_application(),
        medicines=queries.own_medicines(web.connection(), web.actor()),
        processes=[(name, str(reason_texts.process_names()[name].in_language(web.language())))
                   for name in filing.processes_that_begin()],
        companies=queries.companies(web.connection(), web.actor()),
        fault=fault,
        typed=request.form.get("medicine", "")[:400],
        chosen=request.form.get("process", ""),
    ), 422 if fault else 200  # fmt: skip
