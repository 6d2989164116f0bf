"""The thread of messages of a case, as a page under the case."""

from __future__ import annotations

import uuid
from contextlib import closing
from urllib.parse import quote

from flask import Blueprint, Response, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.cases import documents, queries
from nt_process.cases.errors import CaseNotFound, Refused
from nt_process.cases.page import actor_towards, case_page
from nt_process.companies import answers, messages
from nt_process.companies.answers import Page
from nt_process.companies.forms import MessageForm
from nt_process.companies.messages import Attachment
from nt_process.companies.rules import messages as rules
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import translator
from nt_process.rights import CORRESPONDENTS
from nt_process.web.downloads import parts_of

bp = Blueprint("messages", __name__)


@bp.app_template_global()
def unread_messages(number: str) -> int | None:
    """For the tab on a case: how many messages wait for the reader, or None for who has no part in them."""
    if not CORRESPONDENTS.allows(web.actor().roles):
        return None
    return messages.unread(web.connection(), web.actor(), number)


@bp.errorhandler(CaseNotFound)
def _not_found(_error: CaseNotFound) -> ResponseReturnValue:
    return current_app.handle_http_exception(NotFound())


@bp.get("/cases/<number>/messages")
def index(number: str) -> str:
    return _page(number, MessageForm(formdata=None))


@bp.post("/cases/<number>/messages")
def send(number: str) -> Page:
    form = MessageForm()
    try:
        messages.send(web.engine(), web.actor(), number, form.body.data or "", _attached(), web.now())
    except BadInput as refusal:
        form.show_faults(refusal, translator(web.language()))
        return _page(number, form), 422
    except Refused:
        abort(404)
    flash(_("The message is sent."), "success")
    return redirect(url_for("messages.index", number=number))


@bp.post("/cases/<number>/messages/read")
def read(number: str) -> BaseResponse:
    """Mark as read what the reader was shown, and nothing that has come since."""
    if queries.case_file(web.connection(), web.actor(), number) is None:
        abort(404)
    text = request.form.get("up_to", "")
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        abort(400)
    messages.mark_read(web.engine(), web.actor(), number, int(text), web.now())
    return redirect(url_for("messages.index", number=number))


@bp.get("/cases/<number>/messages/files/<uuid:file_id>")
def download(number: str, file_id: uuid.UUID) -> Response:
    """Always an attachment, never shown by the browser in this site's name."""
    row = messages.find_file(web.connection(), web.actor(), number, str(file_id))
    response = Response(parts_of(row["sha256"]), mimetype=row["media_type"])
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(row['filename'])}"
    response.headers["Content-Length"] = str(row["size"])
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _attached() -> list[Attachment]:
    """The files that came along, one more than may be, so that too many are seen to be."""
    found = []
    for upload in request.files.getlist("files")[: rules.MAX_FILES + 1]:
        with closing(upload):
            if upload.filename:
                content = upload.stream.read(documents.MAX_BYTES + 1)
                found.append(Attachment(upload.filename, content))
    return found


def _page(number: str, form: MessageForm) -> str:
    found = queries.case_file(web.connection(), web.actor(), number)
    if found is None:
        abort(404)
    page = case_page(found, web.actor(), web.today())
    listed = messages.thread(web.connection(), web.actor(), number)
    me = actor_towards(web.actor(), found.case)
    return answers.draw(
        "companies/messages.html",
        page=page,
        tab="messages",
        as_of=None,
        form=form,
        listed=listed,
        waiting=sum(one["unread"] for one in listed),
        own_side=rules.COUNCIL if web.actor().is_internal else rules.COMPANY,
        contact=messages.contact(web.connection(), web.actor(), number, web.today()),
        may_write=rules.role_to_write(me.roles) is not None,
        has_company=found.case.field("company_id") is not None,
    )
