"""The deadline report for management: as a page, and as PDF, workbook, CSV and JSON."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.engine.loader import load_published
from nt_process.infra.charts import Chart
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import translator
from nt_process.reporting import pdf_job
from nt_process.reporting.formats import MEDIA_TYPES, render
from nt_process.reporting.forms import SelectionForm
from nt_process.reporting.presentation import present
from nt_process.reporting.queries import deadline_report
from nt_process.reporting.report import Selection
from nt_process.reporting.selection import read_selection, written
from nt_process.web import printing
from nt_process.web.printing import Printed

bp = Blueprint("reporting", __name__)


@bp.get("/reports/deadlines")
def deadlines() -> tuple[str, int]:
    """The report as a page. A selection that cannot be read is shown with its faults and without a report."""
    workflows = load_published()
    form = _form()
    language = web.language()
    try:
        selection = _selection(form)
    except BadInput as refusal:
        form.show_faults(refusal, translator(language))
        _fill(form, ())
        return render_template("reporting/deadlines.html", form=form, report=None, chosen={}), 422
    found = deadline_report(web.engine(), workflows, selection)
    _fill(form, found.owners)
    form.as_of.data = selection.as_of.isoformat()
    page = render_template(
        "reporting/deadlines.html",
        form=form,
        report=present(found, workflows, language),
        chosen=written(selection),
        svg=_svg,
    )
    return page, 200


@bp.get("/reports/deadlines.<any(csv, xlsx, json):kind>")
def download(kind: str) -> BaseResponse:
    try:
        selection = _selection(_form())
    except BadInput:
        return _back_to_page()
    workflows = load_published()
    found = deadline_report(web.engine(), workflows, selection)
    content = render(kind, found, workflows, web.language())
    return _file(content, MEDIA_TYPES[kind], f"attachment; filename={_file_name(selection)}.{kind}")


@bp.get("/reports/deadlines.pdf")
def pdf() -> BaseResponse:
    """The PDF when it has been made; until then a page that waits for it, and has asked for it to be made."""
    try:
        selection = _selection(_form())
    except BadInput:
        return _back_to_page()
    language = web.language()
    return printing.answer(
        Printed(
            kind=pdf_job.KIND,
            key=pdf_job.key_of(web.connection(), selection, language, web.today()),
            params=pdf_job.params(selection, language),
            name=_file_name(selection),
            title=_("Deadline report as PDF"),
            back=(_page_of(selection), _("Back to the report")),
        )
    )


def _page_of(selection: Selection) -> str:
    chosen: dict[str, Any] = dict(written(selection))
    return url_for("reporting.deadlines", **chosen)


def _form() -> SelectionForm:
    """What was asked for; a question changes nothing, so it needs no token."""
    return SelectionForm(request.args, meta={"csrf": False})


def _selection(form: SelectionForm) -> Selection:
    """Raises BadInput as `read_selection`."""
    return read_selection(form.given(), web.today(), {process for process, _ in load_published()})


def _fill(form: SelectionForm, owners: tuple[tuple[str, str], ...]) -> None:
    workflows = load_published()
    newest = {process: workflows[process, version] for process, version in sorted(workflows)}
    names = [(process, workflow.label.in_language(web.language())) for process, workflow in newest.items()]
    form.fill_choices(names, owners, _("All"))


def _back_to_page() -> BaseResponse:
    """A selection that cannot be read is explained where it is made."""
    return redirect(f"{url_for('reporting.deadlines')}?{request.query_string.decode('latin-1')}")


def _file(content: bytes, media_type: str, disposition: str) -> Response:
    return Response(content, mimetype=media_type, headers={"Content-Disposition": disposition})


def _file_name(selection: Selection) -> str:
    return _("deadline-report-%(day)s", day=selection.as_of.isoformat())


def _svg(chart: Chart) -> Markup:
    return Markup(chart.svg())  # noqa: S704 - the chart escapes every text it holds
