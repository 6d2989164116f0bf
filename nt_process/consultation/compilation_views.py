"""Pages of what was answered: the compilation and its files, the regions, and what becomes of each comment."""

from __future__ import annotations

import uuid

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.consultation import compilation, dispositions, export, forms, pdf_job, region_map
from nt_process.consultation.blueprint import bp
from nt_process.consultation.compilation import Part
from nt_process.consultation.dispositions import Typed
from nt_process.consultation.errors import ConsultationError
from nt_process.consultation.forms import Shown
from nt_process.consultation.queries import RoundFile
from nt_process.consultation.views import explain, maker, the_round
from nt_process.infra import jobs
from nt_process.infra.pdf import PDF_TYPE
from nt_process.infra.spreadsheet import CSV_TYPE, XLSX_TYPE
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import translator

Answer = str | tuple[str, int] | BaseResponse


def _answered(round_id: uuid.UUID) -> tuple[RoundFile, list[Part]]:
    """A round whose answers the reader may see: the council's side while it is open, the others when it is closed."""
    file = the_round(round_id)
    if file.round["opened_at"] is None or not (web.actor().is_internal or file.round["closed_at"]):
        abort(404)
    return file, compilation.parts(web.connection(), web.actor(), file, web.today())


@bp.get("/<uuid:closed_id>/compilation")
def compiled(closed_id: uuid.UUID) -> str:
    file, parts = _answered(closed_id)
    return render_template(
        "consultation/compilation.html",
        file=file,
        round=file.round,
        parts=parts,
        attachments=compilation.attachments(web.connection(), web.actor(), closed_id, web.today()),
        standings=_standings(file),
        tab="compilation",
        sees_others=True,
    )


def _standings(file: RoundFile) -> list[tuple[str, int]]:
    """How many organisations stand how, for the council's side."""
    names = [compilation.standing(one) for one in file.addressees]
    return [
        (name, names.count(name)) for name in ("answered", "late", "no_comment", "waiting") if name in names
    ]


@bp.get("/<uuid:closed_id>/compilation.<any(xlsx, csv):part>")
def table(closed_id: uuid.UUID, part: str) -> Response:
    file, parts = _answered(closed_id)
    language = web.language()
    if part == "csv":
        return _file(export.csv_bytes(parts, language), CSV_TYPE, part)
    content = export.xlsx_bytes(file, parts, language, web.now(), council=web.actor().is_internal)
    return _file(content, XLSX_TYPE, part)


def _file(content: bytes, media_type: str, kind: str, how: str = "attachment") -> Response:
    headers = {"Content-Disposition": f"{how}; filename={_('consultation')}.{kind}"}
    return Response(content, mimetype=media_type, headers=headers)


@bp.get("/<uuid:closed_id>/compilation.pdf")
def pdf(closed_id: uuid.UUID) -> Response:
    """The PDF when it has been made; until then a page that waits for it, and has asked for it to be made."""
    file, parts = _answered(closed_id)
    language = web.language()
    key = pdf_job.key_of(file, parts, language)
    made = jobs.result(web.connection(), pdf_job.KIND, key)
    if made is not None:
        if web.is_htmx():
            return Response(headers={"HX-Redirect": request.full_path})
        return _file(made, PDF_TYPE, "pdf", "inline")
    with web.engine().begin() as connection:
        job = pdf_job.ask(connection, key, str(closed_id), language, web.now())
    waited = int((web.now() - job.asked_at).total_seconds())
    name = "_waiting" if web.is_htmx() else "waiting"
    page = render_template(
        f"consultation/{name}.html", job=job, waited=waited, url=request.full_path, round=file.round
    )
    if web.is_htmx() or job.state != "waiting":
        return Response(page)
    return Response(page, status=202, headers={"Refresh": "8"})


@bp.get("/<uuid:closed_id>/regions")
def regions(closed_id: uuid.UUID) -> str:
    """The 21 regions on a map and as a table: how each stands, and what it chose in one question."""
    file, parts = _answered(closed_id)
    asked = [part for part in parts if part.question.alternatives]
    chosen = next((part for part in asked if part.id == request.args.get("question", "")), None)
    found = compilation.region_answers(file, parts, chosen.id if chosen else "")
    return render_template(
        "consultation/regions.html",
        file=file,
        round=file.round,
        asked=asked,
        chosen=chosen,
        answers=found,
        tiles=region_map.tiles(found, chosen.question if chosen else None),
        tab="regions",
        sees_others=True,
    )


# --- what becomes of each comment -----------------------------------------------------------------


@bp.route("/<uuid:closed_id>/dispositions", methods=["GET", "POST"])
def decide(closed_id: uuid.UUID) -> Answer:
    """Every comment with what becomes of it. One button for each, which saves all and leads to the next."""
    file, parts = _answered(closed_id)
    if request.method == "GET":
        return _decide_page(file, parts, Shown())
    sent = forms.typed(request.form)
    keys = {str(row["id"]) for part in parts for row in part.comments}
    typed = {key: Typed(sent.get(f"verdict_{key}", ""), sent.get(f"reason_{key}", "")) for key in keys}
    try:
        count = dispositions.decide(web.engine(), maker(), str(closed_id), typed)
    except BadInput as refusal:
        return _decide_page(file, parts, forms.faulty(sent, refusal, translator(web.language()))), 422
    except ConsultationError as error:
        return _decide_page(file, parts, Shown(sent), explain(error)), 409
    if count:
        flash(ngettext("%(num)s disposition is saved.", "%(num)s dispositions are saved.", count), "success")
    only = "undecided" if sent.get("only") == "undecided" else None
    return redirect(url_for("consultation.decide", closed_id=closed_id, only=only, after=_place(sent, keys)))


def _place(sent: dict[str, str], keys: set[str]) -> str | None:
    """The comment whose button was pressed."""
    after = sent.get("after", "")
    return after if after in keys else None


def _decide_page(file: RoundFile, parts: list[Part], form: Shown, problem: str | None = None) -> str:
    comments = [(part, row) for part in parts for row in part.comments]
    only = request.values.get("only") == "undecided"
    keys = [str(row["id"]) for _part, row in comments]
    after = request.values.get("after", "")
    start = keys.index(after) + 1 if after in keys else 0
    # The next one that waits, from here on and then from the beginning.
    waiting = [str(row["id"]) for _part, row in comments[start:] + comments[:start] if row["verdict"] is None]
    names = {
        f"{field}_{row['id']}": f"{row['organisation']}"
        for _part, row in comments
        for field in ("verdict", "reason")
    }
    return render_template(
        "consultation/dispositions.html",
        file=file,
        round=file.round,
        comments=[(part, row) for part, row in comments if not only or row["verdict"] is None or form.faults],
        all_comments=len(comments),
        decided=sum(1 for _part, row in comments if row["verdict"] is not None),
        numbers={part.id: number for number, part in enumerate(parts, start=1)},
        focus=waiting[0] if waiting and not form.faults else "",
        only=only,
        form=form,
        problem=problem,
        tab="dispositions",
        sees_others=True,
        field_names=names,
    )


@bp.post("/<uuid:closed_id>/tell")
def tell(closed_id: uuid.UUID) -> Answer:
    file, parts = _answered(closed_id)
    try:
        count = dispositions.tell_commenters(web.engine(), maker(), str(closed_id))
    except ConsultationError as error:
        return _decide_page(file, parts, Shown(), explain(error)), 409
    flash(ngettext("%(num)s commenter is told.", "%(num)s commenters are told.", count), "success")
    return redirect(url_for("consultation.decide", closed_id=closed_id))
