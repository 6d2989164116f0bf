"""Pages of a quarter's files: handed in, what is wrong with one or what taking it in would do, and taking it in."""

from __future__ import annotations

import uuid
from contextlib import closing
from dataclasses import replace

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from nt_process import web
from nt_process.cases.answering import ABSENT, maker
from nt_process.consultation.forms import Shown, typed
from nt_process.followup import files, sources, texts
from nt_process.followup.answers import Page, bp, carried_out, explained, presenter, sentence
from nt_process.followup.errors import FollowupError
from nt_process.infra.rows import Row
from nt_process.kernel.faults import BadInput, Fault

# Somebody who waits for the worker sees the page again after so many seconds.
REFRESH = {"Refresh": "5"}


@bp.route("/files", methods=["GET", "POST"])
def file_list() -> Page:
    if request.method == "GET":
        return _list_page(Shown())
    sent = typed(request.form)

    def command() -> Response:
        made = _uploaded(sent)
        return redirect(url_for("followup.file_page", file_id=made))  # type: ignore[return-value]

    return carried_out(command, sent, _list_page)


def _list_page(form: Shown, problem: str | None = None) -> str:
    return render_template(
        "followup/files.html",
        files=files.listed(web.connection()),
        sources=sources.known(),
        form=form,
        problem=problem,
        names={"source": _("Source"), **texts.FIELD_NAMES},
    )


def _uploaded(sent: dict[str, str]) -> str:
    handed_in = request.files.get("file")
    if handed_in is None or not handed_in.filename:
        files.source_of(sent)
        raise BadInput(Fault("missing", column="file"))
    # A large file lies in a temporary one meanwhile, which is closed at once.
    with closing(handed_in) as opened:
        content = opened.read(files.MAX_BYTES + 1)
    return files.upload(web.engine(), maker(), sent, handed_in.filename, content)


@bp.route("/files/<uuid:file_id>", methods=["GET", "POST"])
def file_page(file_id: uuid.UUID) -> Page:
    found = files.found(web.connection(), str(file_id))
    if found is None:
        abort(404)
    url = url_for("followup.file_page", file_id=file_id)
    if request.method == "POST":
        return _take(file_id, url)
    waits = found["state"] == "waiting"
    if web.is_htmx():
        part = "followup/_waiting.html"
        return render_template(part, url=url) if waits else Response(headers={"HX-Redirect": url})
    page = _shown(found, url)
    return Response(page, headers=REFRESH) if waits else page


def _take(file_id: uuid.UUID, url: str) -> Response:
    try:
        files.take(web.engine(), maker(), str(file_id))
    except FollowupError as error:
        if error.reason.code in ABSENT:
            abort(404)
        flash(explained(error), "warning")
    else:
        flash(_("The file is taken in, and figures are being made of it."), "success")
    return redirect(url)  # type: ignore[return-value]


def _shown(found: Row, url: str) -> str:
    stored = files.stored_faults(found)
    names = {str(row): slug for slug, row in files.recommendations(web.connection()).items()}
    return render_template(
        "followup/file.html",
        file=found,
        url=url,
        named=lambda wanted: names.get(wanted, wanted).upper(),
        faults=[(fault, sentence(replace(fault, row=None, column=None))) for fault in stored],
        present=presenter(),
    )
