"""The secretariat's pages of requests: what waits and for how long, who decides, what is handed out, and the answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.cases.answering import maker
from nt_process.cases.documents import MAX_BYTES
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import translator
from nt_process.public import texts
from nt_process.public.requests import queries, service
from nt_process.public.requests.errors import RequestError
from nt_process.public.requests.office_forms import AnswerForm, AssignForm, FileForm, MaskForm, OfficeForm
from nt_process.public.requests.queries import RequestFile
from nt_process.public.requests.rules import LONG, TOO_LONG
from nt_process.public.requests.service import Upload
from nt_process.web.downloads import parts_of

bp = Blueprint("requests", __name__, url_prefix="/requests")

Page = str | BaseResponse | tuple[str, int]


@bp.get("/")
def index() -> str:
    connection, actor, today = web.connection(), web.actor(), web.today()
    return _draw(
        "requests/index.html",
        waiting=queries.waiting(connection, actor, today),
        answered=queries.answered(connection, actor, today),
    )


@bp.get("/<uuid:request_id>")
def show(request_id: uuid.UUID) -> str:
    return _page(request_id)


@bp.post("/<uuid:request_id>/assign")
def assign(request_id: uuid.UUID) -> Page:
    form = AssignForm()

    def command() -> None:
        service.assign(web.engine(), maker(), str(request_id), form.person.data or "")
        flash(_("It is settled who decides."), "success")

    return _carried_out(request_id, form, command, "assign")


@bp.post("/<uuid:request_id>/files")
def add_file(request_id: uuid.UUID) -> Page:
    form = FileForm()

    def command() -> None:
        masked = form.masked.data == "yes"
        service.add_file(web.engine(), maker(), str(request_id), _uploaded(), masked=masked)
        flash(_("The file is added."), "success")

    return _carried_out(request_id, form, command, "file")


@bp.post("/<uuid:request_id>/files/<uuid:file_id>/remove")
def remove_file(request_id: uuid.UUID, file_id: uuid.UUID) -> Page:
    def command() -> None:
        service.remove_file(web.engine(), maker(), str(request_id), str(file_id))
        flash(_("The file is removed."), "success")

    return _carried_out(request_id, OfficeForm(), command, "")


@bp.post("/<uuid:request_id>/files/<uuid:file_id>/passages")
def add_mask(request_id: uuid.UUID, file_id: uuid.UUID) -> Page:
    form = MaskForm()

    def command() -> None:
        service.add_mask(web.engine(), maker(), str(request_id), str(file_id), form.texts())
        flash(_("The passage is noted."), "success")

    return _carried_out(request_id, form, command, f"mask {file_id}")


@bp.post("/<uuid:request_id>/passages/<uuid:mask_id>/remove")
def remove_mask(request_id: uuid.UUID, mask_id: uuid.UUID) -> Page:
    def command() -> None:
        service.remove_mask(web.engine(), maker(), str(request_id), str(mask_id))
        flash(_("The note of the passage is removed."), "success")

    return _carried_out(request_id, OfficeForm(), command, "")


@bp.post("/<uuid:request_id>/answer")
def answer(request_id: uuid.UUID) -> Page:
    form = AnswerForm()

    def command() -> None:
        gone = bool(form.gone.data)
        service.decide(web.engine(), maker(), str(request_id), form.texts(), gone=gone)
        flash(_("The request is answered."), "success")

    return _carried_out(request_id, form, command, "answer")


@bp.get("/<uuid:request_id>/files/<uuid:file_id>")
def download(request_id: uuid.UUID, file_id: uuid.UUID) -> Response:
    """What is handed out, to be looked at before."""
    row = queries.file(web.connection(), web.actor(), str(request_id), str(file_id)) or abort(404)
    response = Response(parts_of(row["sha256"]), mimetype=row["media_type"])
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(row['filename'])}"
    response.headers["Content-Length"] = str(row["size"])
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _uploaded() -> Upload | None:
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return None
    with closing(upload):
        return Upload(upload.filename, upload.stream.read(MAX_BYTES + 1))


def _carried_out(request_id: uuid.UUID, form: OfficeForm, command: Callable[[], None], name: str) -> Page:
    """Do what the form asks and show the request; refused, with what is wrong beside the fields of the form."""
    try:
        command()
    except BadInput as refusal:
        form.show_faults(refusal, translator(web.language()))
        return _page(request_id, forms={name: form}), 422
    except RequestError as error:
        if error.reason.code == "not_found":
            abort(404)
        return _page(request_id, problem=str(texts.ERROR_TEXTS[error.reason.code])), 409
    return redirect(url_for("requests.show", request_id=request_id))


def _page(
    request_id: uuid.UUID, problem: str | None = None, forms: Mapping[str, OfficeForm] | None = None
) -> str:
    """The request with its forms; one that was refused stands in the place of the empty one."""
    forms = forms or {}
    connection, actor, today = web.connection(), web.actor(), web.today()
    found = queries.request_file(connection, actor, str(request_id), today) or abort(404)
    people = {str(row["id"]): row["name"] for row in queries.secretariat(connection, today)}
    decider = str(found.request.row["decider_id"] or "")
    return _draw(
        "requests/show.html",
        one=found.request,
        r=found.request.row,
        found=found,
        problem=problem,
        may_answer="secretariat" in actor.roles and found.request.row["answered_at"] is None,
        assign=_offered(forms.get("assign"), AssignForm, people, person=decider),
        file=forms.get("file") or FileForm(formdata=None),
        masks=_mask_forms(found, forms),
        answer=forms.get("answer") or AnswerForm(formdata=None),
        faulty=next(iter(forms.values()), None),
    )


def _offered(
    refused: OfficeForm | None, kind: type[AssignForm], people: dict[str, str], **values: str
) -> OfficeForm:
    form = refused if isinstance(refused, AssignForm) else kind(formdata=None, **values)
    return form.offer(people)


def _mask_forms(found: RequestFile, forms: Mapping[str, OfficeForm]) -> dict[str, OfficeForm]:
    """A form for each file that something was taken out of; its fields are told apart by the file."""
    made = {}
    for file_id in (str(one["id"]) for one in found.files if one["masked"]):
        form = forms.get(f"mask {file_id}") or MaskForm(formdata=None)
        for field in form:
            field.id = f"{field.name}-{file_id}"
            field.label.field_id = field.id
        made[file_id] = form
    return made


def _draw(template: str, **shown: Any) -> str:
    return render_template(template, named=texts, long=LONG, too_long=TOO_LONG, **shown)
