"""The way on for a company whose move it is in a case: which page of the portal, and what stands on the button.

The page of a case offers it in place of the bare action that it ends with, and the portal lists the same under what
waits for the company.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from nt_process import web
from nt_process.engine.definition import Workflow
from nt_process.engine.loader import load_published
from nt_process.infra.rows import Row
from nt_process.portal import filing, queries
from nt_process.portal.blueprint import bp

# Whose move a case waits for when it is the company's.
COMPANYS_MOVE = ("company", "both")


@dataclass(frozen=True, slots=True)
class Way:
    """Where the company goes on. `action` is the case's action that the way ends with, "" when it is taken on the
    page of the case; `begins`: the address is posted to, with the case's number."""

    url: str
    label: str
    action: str = ""
    begins: bool = False


@bp.app_template_global("way_in_portal")
def way_in_case(number: str) -> Way | None:
    """The way on in a case by the portal, for whoever acts for its company; None when there is none."""
    if not web.actor().company_ids:
        return None
    connection, actor = web.connection(), web.actor()
    case = next((row for row in queries.own_cases(connection, actor) if row["number"] == number), None)
    found = None if case is None else way(case, queries.own_applications(connection, actor))
    return found if found is not None and found.action else None


def way(case: Row, applications: Sequence[Row]) -> Way | None:
    """The way on in one of the company's own cases, given the applications that the reader has part in; None when the
    move is not the company's."""
    workflow = load_published()[case["process"], case["workflow_version"]]
    own = [row for row in applications if row["case_id"] == case["id"]]
    draft = next((row for row in own if row["status"] == "draft"), None)
    filed = next((row for row in own if row["status"] == "submitted"), None)
    if may_file(workflow, case["state"]) and (case["waits_for"] in COMPANYS_MOVE or draft is not None):
        if draft is not None:
            url = url_for("portal.show", application_id=draft["id"])
            return Way(url, _("Go on with the application"), filing.SUBMIT)
        return Way(url_for("portal.new"), _("Begin the application"), filing.SUBMIT, begins=True)
    if case["waits_for"] not in COMPANYS_MOVE:
        return None
    answer = filing.awaited_in(workflow, case["state"])
    if answer is not None and filed is not None:
        url = url_for("filed.supplement", application_id=filed["id"])
        return Way(url, _("Write the supplement"), answer.name)
    return Way(url_for("cases.show", number=case["number"]), _("Take the next step in the case"))


def may_file(workflow: Workflow, state: str) -> bool:
    """Whether the company may file an application in the state."""
    action = workflow.actions.get(filing.SUBMIT)
    return action is not None and state in action.sources and filing.ROLE in action.by


def waiting() -> list[dict[str, Any]]:
    """The company's cases whose move is the company's, the first last day first, each with its `way`."""
    connection, actor = web.connection(), web.actor()
    applications = queries.own_applications(connection, actor)
    cases = queries.own_cases(connection, actor)
    return [{**one, "way": way(one, applications)} for one in cases if one["waits_for"] in COMPANYS_MOVE]
