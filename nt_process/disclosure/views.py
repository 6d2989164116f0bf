"""Pages of the register of releases: what was released or refused, asking for one, deciding, rules, and the basis."""

from __future__ import annotations

import uuid
from contextlib import closing
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.cases.answering import maker
from nt_process.disclosure import audit_job, basis, export, pdf_job, queries, register, service, texts
from nt_process.disclosure.errors import DisclosureError
from nt_process.disclosure.forms import BasisForm, DecisionForm, ParameterForm, RequestForm
from nt_process.disclosure.queries import ReleaseFile
from nt_process.disclosure.sensitivity import LIMITS, NAMES
from nt_process.infra import jobs
from nt_process.infra.charts import Chart
from nt_process.infra.fault_texts import fault_sentences
from nt_process.infra.pdf import PDF_TYPE
from nt_process.infra.spreadsheet import CSV_TYPE, XLSX_TYPE
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import translator
from nt_process.rights import PARAMETER_KEEPERS, RELEASE_DECIDERS, RELEASE_READERS, SECRETARIAT

bp = Blueprint("disclosure", __name__, url_prefix="/releases")

Answer = str | tuple[str, int] | BaseResponse


@bp.context_processor
def _words() -> dict[str, Any]:
    roles = web.actor().roles
    return {
        "words": texts,
        "may_ask": SECRETARIAT.allows(roles),
        "may_set": PARAMETER_KEEPERS.allows(roles),
        "may_read": RELEASE_READERS.allows(roles),
        "heading": lambda row: export.heading(row, web.language()),
    }


@bp.get("/")
def index() -> str:
    state = request.args.get("state", "")
    state = state if state in texts.STATE_NAMES else ""
    return render_template(
        "disclosure/index.html",
        releases=queries.listed(web.connection(), web.actor(), state),
        counts=queries.counts(web.connection(), web.actor()),
        state=state,
        most=queries.MOST,
        latest=next(iter(queries.bases(web.connection(), web.actor())), None),
        tab="index",
    )


@bp.route("/new", methods=["GET", "POST"])
def new() -> Answer:
    form, problem, status = RequestForm(), "", 200
    if form.is_submitted():
        try:
            release_id = service.request(web.engine(), maker(), form.texts())
        except BadInput as refusal:
            form.show_faults(refusal, translator(web.language()))
            status = 422
        except DisclosureError as error:
            problem, status = _explain(error), 409
        else:
            return redirect(url_for("disclosure.show", release_id=release_id))
    elif request.method == "GET":
        form.first.data = form.first.data or f"{web.today().year - 1}-01"
        form.months.data = form.months.data or "12"
    return render_template("disclosure/new.html", form=form, problem=problem), status


@bp.get("/<uuid:release_id>")
def show(release_id: uuid.UUID) -> Answer:
    file = _file(release_id)
    page = Response(_page(file, DecisionForm(formdata=None)))
    if file.row["state"] == "requested" and audit_job.job(web.connection(), file.row) == "waiting":
        page.headers["Refresh"] = "5"
    return page


@bp.post("/<uuid:release_id>/decide")
def decide(release_id: uuid.UUID) -> Answer:
    file, form = _file(release_id), DecisionForm()
    publishes = request.form.get("decision") == "publish"
    try:
        if publishes:
            service.publish(web.engine(), maker(), str(release_id), form.note.data or "")
        else:
            service.decline(web.engine(), maker(), str(release_id), form.note.data or "")
    except BadInput as refusal:
        form.show_faults(refusal, translator(web.language()))
        return _page(file, form), 422
    except DisclosureError as error:
        return _page(_file(release_id), form, _explain(error)), 409
    flash(_("The table is released.") if publishes else _("The table is not released."), "success")
    return redirect(url_for("disclosure.show", release_id=release_id))


@bp.post("/<uuid:release_id>/audit")
def audit_again(release_id: uuid.UUID) -> Answer:
    try:
        service.audit_again(web.engine(), maker(), str(release_id))
    except DisclosureError as error:
        return _page(_file(release_id), DecisionForm(formdata=None), _explain(error)), 409
    return redirect(url_for("disclosure.show", release_id=release_id))


def _file(release_id: uuid.UUID) -> ReleaseFile:
    found = queries.release(web.connection(), web.actor(), str(release_id))
    return abort(404) if found is None else found


def _published(release_id: uuid.UUID) -> ReleaseFile:
    found = _file(release_id)
    return abort(404) if found.row["state"] != "published" else found


def _page(file: ReleaseFile, form: DecisionForm, problem: str = "") -> str:
    row, roles = file.row, web.actor().roles
    language = web.language()
    return render_template(
        "disclosure/show.html",
        file=file,
        release=row,
        lines=export.lines(file, language),
        chart=export.chart(file, language),
        svg=_svg,
        form=form,
        problem=problem,
        own=str(row["requested_by_id"]) == web.actor().id,
        decides=RELEASE_DECIDERS.allows(roles),
        job=audit_job.job(web.connection(), row) if row["state"] == "requested" else "",
        not_shown=_(texts.NOT_SHOWN),
        intact=row["sha256"] in (None, register.fingerprint(row, file.cells)),
    )


def _svg(chart: Chart) -> Markup:
    return Markup(chart.svg())  # noqa: S704 - the chart escapes every text it holds


@bp.get("/<uuid:published_id>/table.<any(csv, xlsx):kind>")
def table(published_id: uuid.UUID, kind: str) -> Response:
    file, language = _published(published_id), web.language()
    if kind == "csv":
        return _download(export.csv_bytes(file, language), CSV_TYPE, file, kind)
    return _download(export.xlsx_bytes(file, language, file.row["decided_at"]), XLSX_TYPE, file, kind)


def _download(
    content: bytes, media_type: str, file: ReleaseFile, kind: str, how: str = "attachment"
) -> Response:
    name = f"{_('release')}-{file.row['number']}.{kind}"
    return Response(content, mimetype=media_type, headers={"Content-Disposition": f"{how}; filename={name}"})


@bp.get("/<uuid:published_id>/table.pdf")
def pdf(published_id: uuid.UUID) -> Response:
    """The PDF when it has been made; until then a page that waits for it, and has asked for it to be made."""
    file, language = _published(published_id), web.language()
    made = jobs.result(web.connection(), pdf_job.KIND, pdf_job.key_of(file.row, language))
    if made is not None:
        if web.is_htmx():
            return Response(headers={"HX-Redirect": request.full_path})
        return _download(made, PDF_TYPE, file, "pdf", "inline")
    with web.engine().begin() as connection:
        job = pdf_job.ask(connection, file.row, language, web.now())
    waited = int((web.now() - job.asked_at).total_seconds())
    name = "_waiting" if web.is_htmx() else "waiting"
    page = render_template(
        f"disclosure/{name}.html", job=job, waited=waited, url=request.full_path, release=file.row
    )
    if web.is_htmx() or job.state != "waiting":
        return Response(page)
    return Response(page, status=202, headers={"Refresh": "8"})


# --- rules and basis ------------------------------------------------------------------------------


@bp.route("/rules", methods=["GET", "POST"])
def parameters() -> Answer:
    form, status = ParameterForm(), 200
    if form.is_submitted():
        try:
            service.set_parameter(web.engine(), maker(), form.texts())
        except BadInput as refusal:
            form.show_faults(refusal, translator(web.language()))
            status = 422
        except DisclosureError:
            abort(404)
        else:
            flash(_("The value is stated."), "success")
            return redirect(url_for("disclosure.parameters"))
    elif not form.from_day.data:
        form.from_day.data = web.today().isoformat()
    return render_template(
        "disclosure/parameters.html",
        form=form,
        now=register.parameters(web.connection(), web.today()),
        names=NAMES,
        limits=LIMITS,
        changes=queries.parameters(web.connection(), web.actor()),
        today=web.today(),
        tab="parameters",
    ), status


@bp.route("/basis", methods=["GET", "POST"])
def take_in() -> Answer:
    form, status = BasisForm(), 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                with closing(form.file.data) as handed_in:
                    found = basis.read_file(handed_in.read(basis.MAX_BYTES + 1))
                basis.take_in(web.engine(), maker(), web.settings().secret_key(), found)
            except BadInput as refusal:
                form.file.errors = fault_sentences(refusal, translator(web.language()), texts.FAULTS)
            else:
                flash(_("The contributions are taken in and sealed."), "success")
                return redirect(url_for("disclosure.take_in"))
    return render_template(
        "disclosure/basis.html",
        form=form,
        bases=queries.bases(web.connection(), web.actor()),
        has_more=queries.has_more(web.connection(), web.actor()),
        fields=[field.name for field in basis.FIELDS],
        tab="take_in",
    ), status


@bp.post("/basis/settled")
def put_together() -> BaseResponse:
    """Have what has been settled put together with the latest file."""
    basis.put_together(web.engine(), maker())
    flash(
        _("A new basis is put together in the background. It stands in the list when it is done."), "success"
    )
    return redirect(url_for("disclosure.take_in"))


def _explain(error: DisclosureError) -> str:
    """A refusal in words; what does not exist for this reader is 404."""
    if error.reason.code not in texts.ERROR_TEXTS:
        abort(404)
    return str(texts.ERROR_TEXTS[error.reason.code])
