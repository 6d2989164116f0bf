"""Pages of what was answered: the compilation and its files, the regions, and what becomes of each comment."""

from __future__ import annotations

import uuid

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.consultation import compilation, dispositions, export, forms, pdf_job, region_map, rules
from nt_process.consultation.blueprint import bp
from nt_process.consultation.compilation import Part
from nt_process.consultation.dispositions import Typed
from nt_process.consultation.errors import ConsultationError
from nt_process.consultation.forms import Shown
from nt_process.consultation.queries import RoundFile
from nt_process.consultation.views import explain, maker, the_round
from nt_process.infra.rows import Row
from nt_process.infra.spreadsheet import CSV_TYPE, XLSX_TYPE
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import translator
from nt_process.web import printing
from nt_process.web.printing import Printed

Answer = str | tuple[str, int] | BaseResponse
# Comments to a page of those that are decided on.
PAGE_SIZE = 50
_TYPED = ("verdict", "reason")


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
    return [(name, names.count(name)) for name in rules.STANDINGS if name in names]


@bp.get("/<uuid:closed_id>/compilation.<any(xlsx, csv):part>")
def table(closed_id: uuid.UUID, part: str) -> Response:
    file, parts = _answered(closed_id)
    language = web.language()
    if part == "csv":
        return _file(export.csv_bytes(parts, language), CSV_TYPE, part)
    content = export.xlsx_bytes(file, parts, language, web.now(), council=web.actor().is_internal)
    return _file(content, XLSX_TYPE, part)


def _file(content: bytes, media_type: str, kind: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename={_('consultation')}.{kind}"}
    return Response(content, mimetype=media_type, headers=headers)


@bp.get("/<uuid:closed_id>/compilation.pdf")
def pdf(closed_id: uuid.UUID) -> Response:
    """For the council's side all that was answered; for whoever was asked what they may see, made for them alone."""
    file, parts = _answered(closed_id)
    order = pdf_job.order(file, parts, web.actor(), web.language(), web.now())
    return printing.answer(
        Printed(
            kind=order.kind,
            key=order.key,
            params=order.params,
            name=_("consultation"),
            title=_("Compilation as PDF"),
            back=(url_for("consultation.compiled", closed_id=closed_id), _("Back to the compilation")),
        )
    )


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
    """Every comment with what becomes of it, a page at a time. Each button saves all that is filled in on the page: one
    beside each comment leads to the next, and those below to another page."""
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
    elif "after" in sent:
        flash(_("Nothing new was saved: no disposition was chosen or changed."), "info")
    only = "undecided" if sent.get("only") == "undecided" else None
    after, page = sent.get("after", ""), _number(sent.get("go", ""))
    return redirect(
        url_for(
            "consultation.decide",
            closed_id=closed_id,
            only=only,
            after=after if after in keys else None,
            page=page,
        )
    )


def _number(text: str) -> int | None:
    """The number of a page; None when it was not asked for."""
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 7 else None


def _decide_page(file: RoundFile, parts: list[Part], form: Shown, problem: str | None = None) -> str:
    comments = [(part, row) for part in parts for row in part.comments]
    only = request.values.get("only") == "undecided"
    focus = _next_waiting([row for _part, row in comments], request.values.get("after", ""))
    every = [one for one in comments if not only or one[1]["verdict"] is None]
    pages = max(1, -(-len(every) // PAGE_SIZE))
    place = next((number for number, (_part, row) in enumerate(every) if str(row["id"]) == focus), 0)
    wanted = _number(request.values.get("page", ""))
    page = min(max(1, place // PAGE_SIZE + 1 if wanted is None else wanted), pages)
    # What was typed is shown where it was typed, whatever has been decided meanwhile.
    listed = [one for one in comments if {f"{name}_{one[1]['id']}" for name in _TYPED} & {*form.values}]
    listed = listed or every[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    names = {f"{field}_{row['id']}": f"{row['organisation']}" for _part, row in listed for field in _TYPED}
    return render_template(
        "consultation/dispositions.html",
        file=file,
        round=file.round,
        comments=listed,
        all_comments=len(comments),
        decided=sum(1 for _part, row in comments if row["verdict"] is not None),
        numbers={part.id: number for number, part in enumerate(parts, start=1)},
        focus="" if form.faults else focus,
        only=only,
        page=page,
        pages=pages,
        form=form,
        problem=problem,
        tab="dispositions",
        sees_others=True,
        field_names=names,
    )


def _next_waiting(comments: list[Row], after: str) -> str:
    """The next comment without a disposition (id), from the one after `after` on and then from the beginning."""
    keys = [str(row["id"]) for row in comments]
    start = keys.index(after) + 1 if after in keys else 0
    return next((str(row["id"]) for row in comments[start:] + comments[:start] if row["verdict"] is None), "")


@bp.post("/<uuid:closed_id>/tell")
def tell(closed_id: uuid.UUID) -> Answer:
    file, parts = _answered(closed_id)
    try:
        count = dispositions.tell_commenters(web.engine(), maker(), str(closed_id))
    except ConsultationError as error:
        return _decide_page(file, parts, Shown(), explain(error)), 409
    flash(ngettext("%(num)s commenter is told.", "%(num)s commenters are told.", count), "success")
    return redirect(url_for("consultation.decide", closed_id=closed_id))
