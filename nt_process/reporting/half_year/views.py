"""Pages of half-yearly reports: having one counted, reading it, its preface and issue, comparing it, the joint budget."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.cases.answering import maker
from nt_process.engine.loader import load_published
from nt_process.infra import jobs
from nt_process.infra.charts import Chart
from nt_process.infra.pdf import PDF_TYPE
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import translator
from nt_process.reporting.formats import MEDIA_TYPES
from nt_process.reporting.half_year import formats, regions, reports, service, texts
from nt_process.reporting.half_year.comparing import CAUSES, from_json
from nt_process.reporting.half_year.errors import HalfYearError
from nt_process.reporting.half_year.facts import Entry
from nt_process.reporting.half_year.figures import Figures
from nt_process.reporting.half_year.forms import (
    CostForm,
    IssueForm,
    MoneyForm,
    PeriodForm,
    PlannedForm,
    PrefaceForm,
)
from nt_process.reporting.half_year.period import Period, ended_before
from nt_process.reporting.half_year.presenting import Words, present
from nt_process.reporting.half_year.reports import ReportFile
from nt_process.rights import RELEASE_DECIDERS, SECRETARIAT
from nt_process.web import printing
from nt_process.web.downloads import parts_of
from nt_process.web.printing import Printed

bp = Blueprint("half_year", __name__, url_prefix="/reports/half-year")

Answer = str | tuple[str, int] | BaseResponse
# Seconds between two looks of a page whose figures are being counted.
_LOOK_AGAIN = "5"


@bp.context_processor
def _words() -> dict[str, Any]:
    roles = web.actor().roles
    return {"may_write": RELEASE_DECIDERS.allows(roles), "may_enter": SECRETARIAT.allows(roles)}


@bp.get("/")
def index() -> str:
    form = PeriodForm(formdata=None)
    form.period.data = ended_before(web.today()).name
    return _index(form)


def _index(form: PeriodForm) -> str:
    rows = reports.listed(web.connection(), web.actor())
    named = [(row, _period_name(Period(row["first_month"], row["months"]))) for row in rows]
    return render_template("reporting/half_years.html", form=form, reports=named)


@bp.post("/")
def make() -> Answer:
    form = PeriodForm()
    try:
        report_id = service.make(web.engine(), maker(), form.period.data or "", form.known_on.data or "")
    except BadInput as refusal:
        form.show_faults(refusal, translator(web.language()))
        return _index(form), 422
    except HalfYearError:
        abort(404)
    return redirect(url_for("half_year.show", report_id=report_id))


@bp.get("/<uuid:report_id>")
def show(report_id: uuid.UUID) -> Answer:
    file = _file(report_id)
    return _waiting(file) if file.figures is None else _page(file, _preface_form(file))


@bp.post("/<uuid:report_id>/preface")
def write(report_id: uuid.UUID) -> Answer:
    file, form = _counted(report_id), PrefaceForm()
    try:
        service.write_preface(web.engine(), maker(), file.id, form.text.data or "", _seen(form.seen.data))
    except BadInput as refusal:
        form.show_faults(refusal, translator(web.language()))
        return _page(file, form), 422
    except HalfYearError as error:
        return _page(_file(report_id), form, _explain(error)), 409
    flash(_("The preface is saved. Somebody else can issue the report now."), "success")
    return redirect(url_for("half_year.show", report_id=report_id))


@bp.post("/<uuid:report_id>/issue")
def issue(report_id: uuid.UUID) -> Answer:
    _counted(report_id)
    try:
        service.issue(web.engine(), maker(), str(report_id), _seen(IssueForm().seen.data))
    except HalfYearError as error:
        file = _file(report_id)
        return _page(file, _preface_form(file), _explain(error)), 409
    flash(_("The report is issued, and stays as it is."), "success")
    return redirect(url_for("half_year.show", report_id=report_id))


@bp.get("/<uuid:report_id>/report.<any(csv, xlsx, json):kind>")
def download(report_id: uuid.UUID, kind: str) -> Response:
    file = _counted(report_id)
    content = formats.render(kind, formats.edition_of(file), load_published(), web.language())
    disposition = f"attachment; filename={_file_name(file)}.{kind}"
    return Response(content, mimetype=MEDIA_TYPES[kind], headers={"Content-Disposition": disposition})


@bp.get("/<uuid:report_id>/report.pdf")
def pdf(report_id: uuid.UUID) -> Response:
    """The printed report: the one that is kept, when it was issued in the reader's language; else as it is printed."""
    file, language = _counted(report_id), web.language()
    if language == service.LANGUAGE and file.row["pdf_sha256"] is not None:
        disposition = f"inline; filename={_file_name(file)}.pdf"
        kept = parts_of(file.row["pdf_sha256"])
        return Response(kept, mimetype=PDF_TYPE, headers={"Content-Disposition": disposition})
    return printing.answer(
        Printed(
            kind=service.PRINTING,
            key=service.printing_key(file.id, language, file.state),
            params=service.printing_params(file.id, language),
            name=_file_name(file),
            title=_("Half-yearly report as PDF"),
            back=(url_for("half_year.show", report_id=report_id), _("Back to the report")),
        )
    )


@bp.get("/<uuid:report_id>/compare")
def compare(report_id: uuid.UUID) -> Answer:
    """What differs from what is known at the end of yesterday; until it has been counted, a page that waits for it."""
    file = _counted(report_id)
    now_on = web.today() - timedelta(days=1)
    key = f"{file.id}; {now_on.isoformat()}"
    made = jobs.result(web.connection(), service.COMPARING, key)
    if made is None:
        with web.engine().begin() as connection:
            params = {"report": file.id, "now_on": now_on.isoformat()}
            job = jobs.ask(connection, service.COMPARING, key, params, web.now())
        return _waiting(file, job)
    found = json.loads(made)
    differences = from_json(found["differences"])
    words = Words(_figures(file), load_published(), web.language())
    parts = list(dict.fromkeys(one.part for one in differences))
    return render_template(
        "reporting/half_year_comparison.html",
        file=file,
        name=_period_name(file.period),
        now_on=now_on,
        found=found,
        words=words,
        table_titles=texts.TABLE_TITLES,
        parts=[
            (
                texts.PART_TITLES[part][0],
                [one for one in differences if one.part == part],
                {cause: found["since"][cause] for cause in CAUSES.get(part, ()) if found["since"][cause]},
            )
            for part in parts
        ],
    )


@bp.get("/budget")
def budget() -> Answer:
    return _budget(_year(), PlannedForm(formdata=None), CostForm(formdata=None))


@bp.post("/budget")
def enter() -> Answer:
    kind = "cost" if request.form.get("kind") == "cost" else "budget"
    form: MoneyForm = CostForm() if kind == "cost" else PlannedForm()
    try:
        year = service.enter(web.engine(), maker(), {**form.texts(), "kind": kind})
    except BadInput as refusal:
        form.show_faults(refusal, translator(web.language()))
        if isinstance(form, CostForm):
            return _budget(_year(), PlannedForm(formdata=None), form), 422
        return _budget(_year(), form, CostForm(formdata=None)), 422
    except HalfYearError:
        abort(404)
    flash(_("It is entered."), "success")
    return redirect(url_for("half_year.budget", year=year))


def _budget(year: int, planned: MoneyForm, cost: CostForm) -> str:
    if isinstance(planned, PlannedForm) and not planned.errors:
        planned.year.data = planned.year.data or str(year)
    rows = reports.entries(web.connection(), web.actor(), year)
    period = Period(web.today().replace(year=year, month=1, day=1), 12)
    lines = {row["line"]: row for row in reversed(rows) if row["kind"] == "budget"}
    known = [Entry(row["year"], row["line"], row["amount"]) for row in lines.values()]
    known += [Entry(row["year"], row["line"], row["amount"], row["day"]) for row in rows if row["day"]]
    table = regions.budget_lines(known, period, period.last)
    figures = Figures(period, period.last, period.last, (table,))
    return render_template(
        "reporting/joint_budget.html",
        year=year,
        planned=planned,
        cost=cost,
        entries=rows,
        table=table,
        words=Words(figures, {}, web.language()),
    )


def _year() -> int:
    """The year that was asked for; this year for none, and for what is no year."""
    text = request.args.get("year", "")
    is_year = text.isascii() and text.isdigit() and len(text) == 4 and 2000 <= int(text) <= 2199
    return int(text) if is_year else web.today().year


def _page(file: ReportFile, form: PrefaceForm, problem: str = "") -> str:
    own = file.preface is not None and str(file.preface["person_id"]) == web.actor().id
    seen = IssueForm(formdata=None)
    seen.seen.data = str(file.version)
    return render_template(
        "reporting/half_year.html",
        file=file,
        report=present(_figures(file), load_published(), web.language()),
        svg=_svg,
        form=form,
        issue_form=seen,
        own=own,
        problem=problem,
    )


def _waiting(file: ReportFile, job: jobs.Job | None = None) -> Response:
    """A page that waits for what is being counted, and has had it asked for."""
    if job is None:
        with web.engine().begin() as connection:
            job = service.ask_counting(connection, file.id, web.now())
    page = render_template(
        "reporting/half_year_waiting.html",
        file=file,
        name=_period_name(file.period),
        job=job,
        url=request.path,
    )
    waits = job.state == "waiting"
    return Response(page, status=202 if waits else 200, headers={"Refresh": _LOOK_AGAIN} if waits else {})


def _file(report_id: uuid.UUID) -> ReportFile:
    found = reports.report_file(web.connection(), web.actor(), str(report_id))
    return abort(404) if found is None else found


def _counted(report_id: uuid.UUID) -> ReportFile:
    file = _file(report_id)
    return abort(404) if file.figures is None else file


def _figures(file: ReportFile) -> Figures:
    return abort(404) if file.figures is None else file.figures


def _preface_form(file: ReportFile) -> PrefaceForm:
    form = PrefaceForm(formdata=None)
    form.text.data = "" if file.preface is None else file.preface["text"]
    form.seen.data = str(file.version)
    return form


def _seen(text: str | None) -> int:
    """Which version the page showed; one that there never is for what is no number."""
    known = (text or "").isascii() and (text or "").isdigit() and len(text or "") < 6
    return int(text or "") if known else -1


def _period_name(period: Period) -> str:
    return Words(Figures(period, period.last, period.last, ()), {}, web.language()).period(period)


def _file_name(file: ReportFile) -> str:
    return formats.file_name(_figures(file), translator(web.language()))


def _svg(chart: Chart) -> Markup:
    return Markup(chart.svg())  # noqa: S704 - the chart escapes every text it holds


def _explain(error: HalfYearError) -> str:
    """A refusal in words; what does not exist for this reader is 404."""
    if error.reason.code not in texts.ERRORS:
        abort(404)
    return translator(web.language())(texts.ERRORS[error.reason.code])
