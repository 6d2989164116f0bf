"""The JSON API's deadline report: the same report as the page, as known at the end of a day."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _
from flask_openapi3 import APIBlueprint
from pydantic import Field

from nt_process import web
from nt_process.api import answers
from nt_process.api.schemas import Strict
from nt_process.engine.loader import load_published
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import translator
from nt_process.reporting.formats import MEDIA_TYPES, render
from nt_process.reporting.queries import deadline_report
from nt_process.reporting.selection import FAULT_TEXTS, read_selection
from nt_process.web import problems

bp = APIBlueprint(
    "api_reports",
    __name__,
    url_prefix="/api/v1/reports",
    abp_security=[{"token": []}],
    abp_responses=answers.NOT_FOR_ALL,
)


class ReportQuery(Strict):
    as_of: str = Field("", max_length=10, description="A day, 2026-11-22; today when left out")
    process: str = Field("", max_length=50)
    since: str = Field("", max_length=10, description="First day of the period", alias="from")
    until: str = Field("", max_length=10, description="Last day of the period", alias="to")
    owner: str = Field("", max_length=40, description="The id of a case officer")


@bp.get("/deadlines", responses={200: {"description": "The report"}}, summary="The deadline report")
def deadlines(query: ReportQuery) -> Response:
    """Byte for byte the same for the same past day and language."""
    workflows = load_published()
    given = query.model_dump(by_alias=True)
    try:
        selection = read_selection(given, web.today(), {process for process, _version in workflows})
    except BadInput as refusal:
        translate = translator(web.language())
        faults = [
            {"where": fault.column or "", "text": translate(FAULT_TEXTS[fault.code], **fault.params)}
            for fault in refusal.faults
        ]
        return problems.problem(422, _("Something must be corrected"), faults=faults)
    content = render("json", deadline_report(web.engine(), workflows, selection), workflows, web.language())
    return Response(content, mimetype=MEDIA_TYPES["json"])
