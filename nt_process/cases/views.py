"""A case and the commands on it, as pages: parse → call → render."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, cast
from urllib.parse import quote

from flask import (
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.cases import documents as case_documents
from nt_process.cases import queries, service
from nt_process.cases.blueprint import bp
from nt_process.cases.errors import CaseNotFound, KeyReused, Refused, Stale
from nt_process.cases.forms import (
    AssignForm,
    DocumentForm,
    FactsForm,
    NewCaseForm,
    NoteForm,
    action_form,
    show_reasons,
)
from nt_process.cases.page import actor_towards, case_page, stale_message
from nt_process.engine.decide import Refusal, available, decide
from nt_process.engine.diagram import draw
from nt_process.infra.rows import Row
from nt_process.kernel.calendar import STOCKHOLM, read_day
from nt_process.kernel.reasons import Reason
from nt_process.web import reason_texts
from nt_process.web.downloads import parts_of

# What stands for a day that could not be read; no case has it.
UNREADABLE = date.min


@bp.errorhandler(CaseNotFound)
def _not_found(_error: CaseNotFound) -> ResponseReturnValue:
    """The page for what does not exist. Raised from here, it would count as an error of the program's own."""
    return current_app.handle_http_exception(NotFound())


# --- one case -------------------------------------------------------------------------------------


def _file(number: str, as_of: datetime | None = None) -> queries.CaseFile:
    found = queries.case_file(web.connection(), web.actor(), number, as_of)
    if found is None:
        abort(404)
    return found


@dataclass(frozen=True, slots=True)
class AsOf:
    """The past day that an address asks for, and the instant at which it ended; or why it cannot be shown."""

    day: date | None = None
    instant: datetime | None = None
    text: str = ""
    fault: str = ""


def _as_of() -> AsOf:
    """What the address asks to see the case as of. Today and no day at all are the present."""
    text = request.args.get("as_of", "").strip()[:20]
    day = _day(text)
    if day is None or day == web.today():
        return AsOf()
    if day == UNREADABLE:
        return AsOf(text=text, fault=reason_texts.day_fault(text))
    if day > web.today():
        return AsOf(text=text, fault=_("The day has not come yet. Choose an earlier day."))
    return AsOf(day, datetime.combine(day, time.max, STOCKHOLM), text)


def _told_as_of() -> AsOf:
    """The same for a page that has no field for the day: what is wrong with it is told above the page."""
    asked = _as_of()
    if asked.fault:
        flash(asked.fault, "warning")
    return asked


@bp.get("/cases/<number>")
def show(number: str) -> str:
    return _case_page(number)


@dataclass(frozen=True, slots=True)
class _Unsaved:
    """What was sent to the case's first page and not saved, with why."""

    note: NoteForm | None = None
    refused: tuple[Reason, ...] = ()
    assign: AssignForm | None = None
    stale: str = ""


def _case_page(number: str, unsaved: _Unsaved = _Unsaved()) -> str:
    """The case's first page; what was not saved comes back as it was sent, with the reasons."""
    asked = _as_of()
    found = queries.case_file(web.connection(), web.actor(), number, asked.instant)
    day = asked.day
    if found is None and day is not None:
        flash(_("The case did not exist on that day. You see it as it is now."), "info")
        day, found = None, _file(number)
    if found is None:
        abort(404)
    page = case_page(found, web.actor(), day or web.today())
    decisions = []
    if day is None:
        me = actor_towards(web.actor(), found.case)
        decisions = available(page.workflow, found.case, me, page.facts, web.now())
    assign_form = unsaved.assign or AssignForm(
        formdata=None,
        owner=found.case.field("owner_id") or "",
        assignees=[one["id"] for one in cast("list[dict[str, str]]", found.case.field("assignees") or [])],
    )
    assign_form.version.data = str(found.case.version)
    assign_form.owner.choices = [("", _("Nobody")), *queries.possible_owners(web.connection(), web.today())]
    return render_template(
        "cases/show.html",
        page=page,
        tab="overview",
        as_of=day,
        as_of_fault=asked.fault,
        as_of_text=asked.text,
        decisions=decisions,
        assign_form=assign_form,
        note_form=unsaved.note or NoteForm(formdata=None),
        note_refused=unsaved.refused,
        assign_open=unsaved.assign is not None,
        stale=unsaved.stale,
        names=reason_texts,
    )


@bp.get("/cases/<number>/history")
def history(number: str) -> str:
    asked = _told_as_of()
    day, found = asked.day, _file(number, asked.instant)
    return render_template(
        "cases/history.html", page=case_page(found, web.actor(), day or web.today()), tab="history", as_of=day,
        hashes=found.hashes,
    )  # fmt: skip


@bp.get("/cases/<number>/diagram")
def diagram(number: str) -> str:
    asked = _told_as_of()
    day, found = asked.day, _file(number, asked.instant)
    page = case_page(found, web.actor(), day or web.today())
    svg = draw(
        page.workflow,
        web.language(),
        web.actor().audience,
        visited=[event.state for event in found.events],
        current=found.case.state,
    )
    return render_template("cases/diagram.html", page=page, tab="diagram", as_of=day, svg=svg)


@bp.get("/cases/<number>/clocks/<key>")
def clock(number: str, key: str) -> str:
    asked = _told_as_of()
    page = case_page(_file(number, asked.instant), web.actor(), asked.day or web.today())
    chosen = next((one for one in page.clocks if one.key == key), None)
    if chosen is None:
        abort(404)
    return render_template("cases/clock.html", page=page, clock=chosen, tab="overview", as_of=asked.day)


@bp.get("/cases/<number>/documents")
def documents(number: str) -> str:
    return _documents_page(number, _document_form())[0]


def _document_form() -> DocumentForm:
    form = DocumentForm()
    form.fill_choices(case_documents.kinds_for(web.actor().roles))
    return form


def _documents_page(
    number: str, form: DocumentForm, about: str = "", refused: tuple[Reason, ...] = ()
) -> tuple[str, int]:
    """The documents. `about`: the id of the one whose change was refused, with the reasons."""
    asked = _told_as_of()
    page = case_page(_file(number, asked.instant), web.actor(), asked.day or web.today())
    listed = case_documents.listed(web.connection(), web.actor(), number, asked.instant)
    may_add = (
        asked.day is None
        and page.facts.conflict is None
        and bool(web.actor().roles & set(case_documents.MAY_ADD))
    )
    html = render_template(
        "cases/documents.html", page=page, tab="documents", as_of=asked.day, documents=listed, form=form,
        may_add=may_add, kinds=case_documents.DOCUMENT_KINDS, why_stopped=_why_stopped,
        about=about, refused=refused, may_correct="secretariat" in web.actor().roles, readers=reason_texts.READER_NAMES,
    )  # fmt: skip
    return html, 422 if form.errors or refused else 200


def _why_stopped(document: Row) -> str:
    return reason_texts.describe(Reason(document["fault"], document["params"]))


@bp.post("/cases/<number>/documents")
def add_document(number: str) -> tuple[str, int] | BaseResponse:
    form = _document_form()
    if not form.validate_on_submit():
        return _documents_page(number, form)
    upload = form.file.data
    content = upload.stream.read(case_documents.MAX_BYTES + 1)
    try:
        examined = case_documents.add(
            web.engine(), web.actor(), number, form.kind.data or "", form.title.data or "", upload.filename or "", content,
            web.now(), party=bool(form.party.data),
        )  # fmt: skip
    except Refused as refused:
        web.denied(refused.reasons)
        form.refuse(refused.reasons)
        return _documents_page(number, form)
    flash(_("The document is added."), "success")
    if not examined:
        flash(_("The file is being examined. Until then only you can open it."), "info")
    return redirect(url_for("cases.documents", number=number))


@bp.post("/cases/<number>/documents/<uuid:document_id>/withdraw")
def withdraw_document(number: str, document_id: uuid.UUID) -> tuple[str, int] | BaseResponse:
    reason = request.form.get("reason", "")
    return _changed(number, document_id, case_documents.withdraw, reason, _("The document is withdrawn."))


@bp.post("/cases/<number>/documents/<uuid:document_id>/readers")
def change_document_readers(number: str, document_id: uuid.UUID) -> tuple[str, int] | BaseResponse:
    wanted = request.form.get("visibility", "")
    done = _("Who may read the document is changed.")
    return _changed(number, document_id, case_documents.change_readers, wanted, done)


def _changed(
    number: str, document_id: uuid.UUID, command: Callable[..., None], stated: str, done: str
) -> tuple[str, int] | BaseResponse:
    try:
        command(web.engine(), web.actor(), number, str(document_id), stated, web.now())
    except Refused as refused:
        web.denied(refused.reasons)
        form = DocumentForm(formdata=None)
        form.fill_choices(case_documents.kinds_for(web.actor().roles))
        return _documents_page(number, form, str(document_id), refused.reasons)
    flash(done, "success")
    return redirect(url_for("cases.documents", number=number))


@bp.get("/cases/<number>/documents/<document_id>")
def download(number: str, document_id: str) -> BaseResponse:
    """Always an attachment, never shown by the browser in this site's name."""
    row = case_documents.find(web.connection(), web.actor(), number, document_id)
    if not row["given"]:
        # The list says what is the matter with it.
        return redirect(url_for("cases.documents", number=number))
    response = Response(parts_of(row["sha256"]), mimetype=row["media_type"])
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(row['filename'])}"
    response.headers["Content-Length"] = str(row["size"])
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


# --- commands -------------------------------------------------------------------------------------


@bp.route("/cases/new", methods=["GET", "POST"])
def new() -> str | tuple[str, int] | BaseResponse:
    form = NewCaseForm()
    form.fill_choices(queries.companies(web.connection()))
    if not form.is_submitted():
        form.key.data = uuid.uuid4().hex
        return render_template("cases/new.html", form=form)
    if form.validate():
        try:
            number = service.open_case(
                web.engine(), web.actor().id, form.process_name.data or "", form.facts(), web.now(),
                key=_key(form.key.data),
            )  # fmt: skip
        except Refused as refused:
            web.denied(refused.reasons)
            form.refuse(refused.reasons)
        except KeyReused:
            # The form was sent before with other facts: it is shown again, to be sent as an opening of its own.
            form.key.data = uuid.uuid4().hex
            form.medicine.errors = [
                _(
                    "The form has been sent before. Check the worklist, and send it again if another case is meant."
                )
            ]
        else:
            flash(_("The case has the number %(number)s.", number=number), "success")
            return redirect(url_for("cases.show", number=number))
    return render_template("cases/new.html", form=form), 422


@bp.route("/cases/<number>/edit", methods=["GET", "POST"])
def edit(number: str) -> str | tuple[str, int] | BaseResponse:
    found = _file(number)
    page = case_page(found, web.actor(), web.today())
    data = {name: value for name, value in found.case.fields.items() if value is not None}
    data["company_id"] = str(data.get("company_id") or "")
    form = FactsForm(data={**data, "version": found.case.version})
    form.fill_choices(queries.companies(web.connection()))
    stale = None
    if form.is_submitted() and form.validate():
        try:
            service.edit(
                web.engine(),
                web.actor().id,
                number,
                form.facts(),
                web.now(),
                expected_version=_version(form.version.data),
            )
            flash(_("The facts are changed."), "success")
            return redirect(url_for("cases.show", number=number))
        except Refused as refused:
            web.denied(refused.reasons)
            form.refuse(refused.reasons)
        except Stale as conflict:
            stale = stale_message(conflict, web.actor())
            form.version.data = str(conflict.version)
    status = 409 if stale else 422 if form.is_submitted() else 200
    return render_template(
        "cases/edit.html", form=form, page=page, tab="overview", as_of=None, stale=stale
    ), status


@bp.post("/cases/<number>/assign")
def assign(number: str) -> tuple[str, int] | BaseResponse:
    try:
        service.assign(
            web.engine(), web.actor().id, number, request.form.get("owner") or None, web.now(),
            expected_version=_version(request.form.get("version")),
            assignee_ids=tuple(dict.fromkeys(request.form.getlist("assignees"))),
        )  # fmt: skip
        flash(_("The case officer is changed."), "success")
    except Refused as refused:
        web.denied(refused.reasons)
        flash(" ".join(reason_texts.describe(reason) for reason in refused.reasons), "danger")
    except Stale as conflict:
        kept = _Unsaved(assign=AssignForm(), stale=stale_message(conflict, web.actor()))
        return _case_page(number, kept), 409
    return redirect(url_for("cases.show", number=number))


@bp.post("/cases/<number>/notes")
def note(number: str) -> tuple[str, int] | BaseResponse:
    try:
        service.add_note(web.engine(), web.actor().id, number, request.form.get("text", ""), web.now())
    except Refused as refused:
        web.denied(refused.reasons)
        return _case_page(number, _Unsaved(note=NoteForm(), refused=refused.reasons)), 422
    flash(_("The note is added."), "success")
    return redirect(url_for("cases.show", number=number))


@bp.route("/cases/<number>/actions/<name>", methods=["GET", "POST"])
def action(number: str, name: str) -> str | tuple[str, int] | BaseResponse:
    """The page of one action: what it asks for, what follows, and every reason when it is refused."""
    found = _file(number)
    page = case_page(found, web.actor(), web.today())
    wanted = page.workflow.actions.get(name)
    if wanted is None:
        abort(404)
    form = action_form(wanted)
    if not form.is_submitted():
        form.version.data, form.key.data, form.day.data = (
            found.case.version,
            uuid.uuid4().hex,
            web.today().isoformat(),
        )
        me = actor_towards(web.actor(), found.case)
        offer = decide(page.workflow, found.case, name, me, page.facts, web.now())
        reasons = offer.reasons if isinstance(offer, Refusal) else ()
        return _action_page(page, wanted, form, refused=reasons)
    inputs = {one.name: form[f"input_{one.name}"].data or "" for one in wanted.inputs}
    day = _day(form.day.data)
    if day == UNREADABLE:
        form.day.errors = [reason_texts.day_fault((form.day.data or "").strip())]
        return _action_page(page, wanted, form, 422)
    try:
        done = service.take_action(
            web.engine(), web.actor().id, number, name, web.now(), expected_version=_version(form.version.data),
            inputs=inputs, day=day, key=_key(form.key.data),
        )  # fmt: skip
    except Refused as refused:
        web.denied(refused.reasons)
        about_case = show_reasons(form, refused.reasons, page.workflow)
        return _action_page(page, wanted, form, 422, refused=about_case)
    except Stale as stale:
        form.version.data = stale.version
        return _action_page(page, wanted, form, 409, stale=stale_message(stale, web.actor()))
    except KeyReused:
        form.key.data = uuid.uuid4().hex
        return _action_page(
            page, wanted, form, 409, stale=_("The form was already sent. Check the case and send it again.")
        )
    if not done.repeated:
        flash(_("Done: %(action)s.", action=wanted.label.in_language(web.language())), "success")
    return redirect(url_for("cases.show", number=number))


def _action_page(page: Any, wanted: Any, form: Any, status: int = 200, **more: Any) -> tuple[str, int]:
    may_backdate = "secretariat" in web.actor().roles
    html = render_template(
        "cases/action.html", page=page, action=wanted, form=form, tab="overview", as_of=None,
        may_backdate=may_backdate, names=reason_texts, **more,
    )  # fmt: skip
    return html, status


def _key(text: str | None) -> str:
    """The key that the form was made with; what cannot be one counts as none."""
    return text[:100] if text and text.isascii() and text.isalnum() else ""


def _version(text: Any) -> int:
    """The version that a form was made for; what is no version is no case's version, so it is answered as stale."""
    written = str(text)
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0


def _day(text: str | None) -> date | None:
    """The day, None when nothing is stated, UNREADABLE when it is no day."""
    if not (text or "").strip():
        return None
    return read_day((text or "").strip()) or UNREADABLE
