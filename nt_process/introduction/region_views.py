"""One region in the introduction of a recommendation: what it has decided, how far it has come, and its own forms."""

from __future__ import annotations

import uuid
from urllib.parse import quote

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.cases.answering import Page, maker
from nt_process.introduction import deciding, queries, regions, texts
from nt_process.introduction.answers import bp, carried_out, places, the_board
from nt_process.introduction.deciding import Where
from nt_process.introduction.forms import DecideForm, IntroductionForm, StepsForm, sentence, stored
from nt_process.introduction.queries import Board
from nt_process.introduction.regions import Place
from nt_process.introduction.rules import deciding as rules
from nt_process.introduction.rules import reasons
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import translator
from nt_process.kernel.regions import BY_CODE
from nt_process.web import downloads

_AT = "/<uuid:recommendation_id>/<string(length=2):code>"


def _here(recommendation_id: uuid.UUID, code: str) -> tuple[Board, Where]:
    if code not in BY_CODE:
        abort(404)
    return the_board(recommendation_id, web.today()), Where(str(recommendation_id), code)


def _own(code: str) -> Place | None:
    return next((one for one in places() if one.region.code == code), None)


def _own_place(recommendation_id: uuid.UUID, code: str) -> tuple[Board, Where]:
    """As `_here`, for whoever represents the region; 404 for everybody else."""
    if _own(code) is None:
        abort(404)
    return _here(recommendation_id, code)


def _may_write(board: Board, place: Place | None) -> bool:
    return place is not None and place.speaks and board.row["is_current"]


@bp.get(_AT)
def region(recommendation_id: uuid.UUID, code: str) -> str:
    return _page(*_here(recommendation_id, code))


@bp.post(_AT)
def decide(recommendation_id: uuid.UUID, code: str) -> Page:
    board, where = _own_place(recommendation_id, code)
    form = DecideForm()

    def command() -> BaseResponse:
        deciding.decide(web.engine(), maker(), where, _number(form.base.data), form.texts())
        return _done(where, _("The region's decision is kept."))

    return carried_out(form, command, lambda problem: _page(board, where, problem, decide_form=form))


@bp.post(_AT + "/steps")
def prepare(recommendation_id: uuid.UUID, code: str) -> Page:
    board, where = _own_place(recommendation_id, code)
    form = StepsForm()

    def command() -> BaseResponse:
        deciding.prepare(web.engine(), maker(), where, _number(form.base.data), form.texts())
        return _done(where, _("The days are kept."))

    return carried_out(form, command, lambda problem: _page(board, where, problem, steps_form=form))


@bp.post(_AT + "/documents")
def add_document(recommendation_id: uuid.UUID, code: str) -> Page:
    board, where = _own_place(recommendation_id, code)
    upload = request.files.get("file")
    name, content = ("", b"") if upload is None else (upload.filename or "", upload.read())

    def command() -> Page:
        try:
            examined = deciding.add_document(web.engine(), maker(), where, name, content)
        except BadInput as refusal:
            said = (sentence(fault, translator(web.language())) for fault in refusal.faults)
            return _page(board, where, file_fault=" ".join(said)), 422
        if examined:
            return _done(where, _("The file is kept."))
        return _done(where, _("The file is kept, and given out when it has been examined."))

    return carried_out(IntroductionForm(), command, lambda problem: _page(board, where, problem))


@bp.post(_AT + "/documents/<uuid:document_id>/remove")
def remove_document(recommendation_id: uuid.UUID, code: str, document_id: uuid.UUID) -> Page:
    board, where = _own_place(recommendation_id, code)

    def command() -> BaseResponse:
        deciding.remove_document(web.engine(), maker(), where, str(document_id))
        return _done(where, _("The file has been taken away."))

    return carried_out(IntroductionForm(), command, lambda problem: _page(board, where, problem))


@bp.get(_AT + "/documents/<uuid:document_id>")
def document(recommendation_id: uuid.UUID, code: str, document_id: uuid.UUID) -> Response:
    _board, where = _here(recommendation_id, code)
    row = queries.document(
        web.connection(), web.actor(), where.recommendation_id, where.region, str(document_id)
    )
    if row is None or not row["given"] or row["size"] is None:
        abort(404)
    response = Response(downloads.parts_of(row["sha256"]), mimetype=row["media_type"])
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(row['filename'])}"
    response.headers["Content-Length"] = str(row["size"])
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _number(text: object) -> int:
    """What a page says it showed; -1, which nothing has, when it is no number."""
    written = str(text or "")
    return int(written) if written.isascii() and written.isdigit() and len(written) <= 18 else -1


def _done(where: Where, said: str) -> BaseResponse:
    flash(said, "success")
    address = url_for("introduction.region", recommendation_id=where.recommendation_id, code=where.region)
    return redirect(address)


def _page(
    board: Board,
    where: Where,
    problem: str | None = None,
    *,
    decide_form: DecideForm | None = None,
    steps_form: StepsForm | None = None,
    file_fault: str | None = None,
) -> str:
    connection, code, today = web.connection(), where.region, web.today()
    place = _own(code)
    recorded = queries.history(connection, where.recommendation_id, code)
    newest = recorded[-1] if recorded else None
    latest_step, steps = queries.steps_of(connection, where.recommendation_id, code)
    holds = board.decisions.get(code)
    used = rules.is_used(board.row["outcome"], None if holds is None else holds["decision"])
    if decide_form is None:
        named = () if newest is None else queries.units_of(connection, newest["id"])
        first = {"holds_from": today.isoformat()} if newest is None else stored(newest, named)
        decide_form = DecideForm(formdata=None, data=first | {"base": str(newest["number"] if newest else 0)})
    if steps_form is None:
        days = {step: day.isoformat() for step, day in steps.items()}
        steps_form = StepsForm(formdata=None, data=days | {"base": str(latest_step)})
    colleagues = {} if place is None else regions.colleagues(connection, place, today)
    return render_template(
        "introduction/region.html",
        b=board.row,
        code=code,
        region=BY_CODE[code],
        place=place,
        may_write=_may_write(board, place),
        holds=holds,
        units=board.units.get(code, ()),
        documents=board.documents.get(code, ()),
        steps=steps,
        used=used,
        form=decide_form.offer(reasons.offered(today), colleagues),
        steps_form=steps_form,
        recorded=recorded[::-1],
        told=queries.steps_told(connection, where.recommendation_id, code)[::-1],
        problem=problem,
        file_fault=file_fault,
        words=texts,
    )
