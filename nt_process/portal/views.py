"""The portal's pages for a company that writes an application: home, wizard, documents, people, check and send."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.cases import documents as case_documents
from nt_process.cases import queries as case_queries
from nt_process.cases.errors import CaseNotFound, Refused
from nt_process.cases.page import case_page
from nt_process.engine.loader import load_published
from nt_process.kernel.reasons import Reason
from nt_process.portal import filing, queries, rules, service, shown, texts
from nt_process.portal.errors import PortalError
from nt_process.portal.form import Field, Section, cells
from nt_process.portal.queries import ApplicationFile
from nt_process.portal.rules import NotAnAnswer
from nt_process.portal.service import Maker, Upload
from nt_process.web import reason_texts, template_filters

bp = Blueprint("portal", __name__, url_prefix="/portal")

DOCUMENTS, CHECK = "documents", "check"


@bp.errorhandler(PortalError)
def _refused(error: PortalError) -> ResponseReturnValue:
    return shown.refused(error)


@dataclass
class Typed:
    """What was typed and could not be kept: the texts, what is wrong with them, and where a colleague was faster."""

    texts: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    conflicts: dict[str, PortalError] = field(default_factory=dict)


# --- home -----------------------------------------------------------------------------------------


@bp.get("")
def home() -> str:
    """Drafts, what waits for the company, and what has been filed with its clocks."""
    connection, actor = web.connection(), web.actor()
    own = queries.own_applications(connection, actor)
    filed = []
    for row in own:
        if row["status"] == "submitted":
            found = case_queries.case_file(connection, actor, row["number"])
            if found is not None:
                page = case_page(found, actor, web.today())
                filed.append((row, page, filing.awaited_answer(found.case)))
    begun = {row["case_id"] for row in own}
    return render_template(
        "portal/home.html",
        drafts=[row for row in own if row["status"] == "draft"],
        filed=filed,
        waiting=[row for row in _awaiting_application() if row["id"] not in begun],
        names=reason_texts,
    )


def _awaiting_application() -> list[dict[str, Any]]:
    """The company's cases in which it may file an application now, with the name of the state they are in."""
    found, workflows = [], load_published()
    for row in queries.own_cases(web.connection(), web.actor()):
        workflow = workflows[row["process"], row["workflow_version"]]
        action = workflow.actions.get(filing.SUBMIT)
        if action is not None and row["state"] in action.sources and filing.ROLE in action.by:
            label = workflow.states[row["state"]].labels["company"]
            found.append({**row, "state_label": template_filters.text(label)})
    return found


@bp.route("/new", methods=["GET", "POST"])
def new() -> str | tuple[str, int] | BaseResponse:
    """Begin an application: in a case that awaits one, with a medicine of one's own, or with a name."""
    fault = ""
    if request.method == "POST":
        given = {
            name: request.form.get(name, "")[:400]
            for name in ("case", "item", "process", "medicine", "company")
        }
        beginning = queries.beginning(web.connection(), web.actor(), given)
        try:
            if beginning is None:
                raise NotAnAnswer("not_a_choice")
            return redirect(_step_url(service.begin(web.engine(), _maker(), beginning), "product"))
        except NotAnAnswer as error:
            fault = shown.fault(error)
        except PortalError as error:
            fault = shown.explain(error)
    return render_template(
        "portal/new.html",
        cases=_awaiting_application(),
        medicines=queries.own_medicines(web.connection(), web.actor()),
        processes=[(name, str(reason_texts.process_names()[name].in_language(web.language())))
                   for name in filing.processes_that_begin()],
        companies=queries.companies(web.connection(), web.actor()),
        fault=fault,
        typed=request.form.get("medicine", "")[:400],
        chosen=request.form.get("process", ""),
    ), 422 if fault else 200  # fmt: skip


# --- the wizard -----------------------------------------------------------------------------------


def _draft(application_id: uuid.UUID) -> ApplicationFile:
    """The draft that the actor is a member of. What has been filed is read where it was filed."""
    found = queries.application_file(web.connection(), web.actor(), str(application_id))
    if found is None or not found.row["is_member"]:
        abort(404)
    if found.row["status"] == "withdrawn":
        flash(shown.explain(PortalError("not_draft")), "danger")
        abort(redirect(url_for("portal.home")))
    if found.row["status"] == "submitted":
        abort(redirect(url_for("filed.show", application_id=application_id)))
    return found


def _section(found: ApplicationFile, name: str) -> Section:
    section = found.form.sections.get(name)
    return section if section is not None else abort(404)


@bp.get("/applications/<uuid:application_id>")
def show(application_id: uuid.UUID) -> BaseResponse:
    """Where one left off: the first step that lacks something."""
    found = _draft(application_id)
    lacking = rules.missing(found.form, found.values)
    return redirect(_step_url(application_id, lacking[0].section if lacking else CHECK))


@bp.get("/applications/<uuid:application_id>/<section>")
def step(application_id: uuid.UUID, section: str) -> str | tuple[str, int]:
    found = _draft(application_id)
    return _step_page(found, _section(found, section), Typed())


@bp.post("/applications/<uuid:application_id>/<section>")
def save(application_id: uuid.UUID, section: str) -> str | tuple[str, int] | BaseResponse:
    """Keep a whole step, as the button does; what cannot be kept comes back with the reason."""
    found = _draft(application_id)
    asked = _section(found, section)
    typed = Typed()
    for one in asked.all_fields:
        if one.name in request.form:
            _keep(found, one, request.form[one.name], typed)
    if typed.faults or typed.conflicts:
        return _step_page(_draft_anew(application_id), asked, typed)
    flash(_("Saved."), "success")
    return redirect(
        _step_url(application_id, _following(found, section) if "next" in request.form else section)
    )


def _keep(found: ApplicationFile, one: Field, text: str, typed: Typed) -> None:
    try:
        before = found.answers.get(one.name)
        if before is None or rules.read(one, text, web.today()) != before["value"]:
            service.answer(web.engine(), _maker(), str(found.row["id"]), one.name, text, _seen(one.name))
    except NotAnAnswer as fault:
        typed.texts[one.name], typed.faults[one.name] = text, shown.fault(fault)
    except PortalError as error:
        if error.reason.code != "changed":
            raise
        typed.texts[one.name], typed.conflicts[one.name] = text, error


@bp.post("/applications/<uuid:application_id>/answers/<name>")
def answer(application_id: uuid.UUID, name: str) -> tuple[str, int]:
    """Keep one answer while it is typed; the answer is what stands beside the field."""
    found = _draft(application_id)
    one = found.form.fields.get(name)
    section = found.form.section_of(name)
    if one is None or section is None:
        abort(404)
    text, typed, version = request.form.get(name, ""), Typed(), _seen(name)
    try:
        version = service.answer(web.engine(), _maker(), str(application_id), name, text, version)
    except NotAnAnswer as fault:
        typed.faults[name] = shown.fault(fault)
    except PortalError as error:
        if error.reason.code != "changed":
            raise
        # The version stays: typing on replaces nothing, only the button does, once one has read what stands there.
        typed.conflicts[name] = error
    table = next(
        (f for f in section.fields if f.type == "regions" and name in {c.name for c in cells(f)}), None
    )
    values = {**found.values, name: "" if typed.faults else _value(one, text)}
    html = render_template(
        "portal/_saved.html",
        field=one,
        version=version,
        fault=typed.faults.get(name),
        conflict=_conflict(typed.conflicts.get(name), one),
        at=web.now(),
        sums=rules.sums(table.name, values) if table and not typed.faults and not typed.conflicts else None,
        table=table,
        changed_cell=name,
        money=shown.money,
    )
    return html, 422 if typed.faults else 409 if typed.conflicts else 200


@bp.post("/applications/<uuid:application_id>/paste/<name>")
def paste(application_id: uuid.UUID, name: str) -> str | tuple[str, int] | BaseResponse:
    """Keep a table that was copied out of a spreadsheet."""
    found = _draft(application_id)
    section = next(
        (one for one in found.form.sections.values() if any(f.name == name for f in one.fields)), None
    )
    if section is None:
        abort(404)
    text = request.form.get("table", "")
    try:
        count = service.paste(web.engine(), _maker(), str(application_id), name, text)
    except NotAnAnswer as fault:
        return _step_page(found, section, Typed({"table": text}, {"table": shown.fault(fault)}))
    flash(_("%(count)s amounts are taken in.", count=count), "success")
    return redirect(_step_url(application_id, section.name))


def _step_page(found: ApplicationFile, section: Section, typed: Typed) -> str | tuple[str, int]:
    html = render_template(
        "portal/step.html",
        **_frame(found, section.name),
        section=section,
        typed=typed,
        conflicts={
            name: _conflict(error, found.form.fields[name]) for name, error in typed.conflicts.items()
        },
        labels=found.form.fields,
        following=_following(found, section.name),
        sums={
            one.name: rules.sums(one.name, found.values) for one in section.fields if one.type == "regions"
        },
    )
    return html, 409 if typed.conflicts else 422 if typed.faults else 200


def _conflict(error: PortalError | None, one: Field) -> dict[str, Any] | None:
    """Who was faster and what they wrote, so that one can choose."""
    if error is None:
        return None
    params = error.reason.params
    stands = rules.shown(one, str(params["value"]), web.language())
    return {**params, "at": template_filters.instant(params["at"]), "value": stands}  # type: ignore[arg-type]


def _frame(found: ApplicationFile, here: str) -> dict[str, Any]:
    """What every page of the wizard shows: the steps, and which of them are complete."""
    lacking = {one.section for one in rules.missing(found.form, found.values)}
    steps = [
        (one.name, template_filters.text(one.label), one.name not in lacking)
        for one in found.form.sections.values()
    ]
    steps.append((DOCUMENTS, _("Documents"), bool(found.documents_of(None))))
    return {
        "application": found.row,
        "file": found,
        "steps": steps,
        "here": here,
        "url": lambda name: _step_url(found.row["id"], name),
        "written": lambda one, value: rules.written(one, value, web.language()),
        "required": lambda one: rules.is_required(one, found.values),
        "money": shown.money,
        "names": reason_texts,
    }


def _following(found: ApplicationFile, section: str) -> str:
    names = [*found.form.sections, DOCUMENTS, CHECK]
    return names[names.index(section) + 1]


# --- documents ------------------------------------------------------------------------------------


@bp.get("/applications/<uuid:application_id>/documents")
def documents(application_id: uuid.UUID) -> str | tuple[str, int]:
    return _documents_page(_draft(application_id), {})


@bp.post("/applications/<uuid:application_id>/documents")
def add_document(application_id: uuid.UUID) -> str | tuple[str, int] | BaseResponse:
    found = _draft(application_id)
    faults = take_document(application_id, None)
    if faults:
        return _documents_page(found, faults)
    flash(_("The document is added."), "success")
    return redirect(url_for("portal.documents", application_id=application_id))


def take_document(application_id: uuid.UUID, request_seq: int | None) -> dict[str, str]:
    """Add the document that was sent; or what is wrong with each field, in words."""
    texts = {
        name: request.form.get(name, "")
        for name in ("kind", "title", "place", "provision", "reason", "until")
    }
    faults = service.add_document(
        web.engine(),
        _maker(),
        str(application_id),
        texts,
        _upload("public_file"),
        _upload("secret_file"),
        request_seq,
    )
    return {
        name: reason_texts.describe(fault) if isinstance(fault, Reason) else shown.fault(fault)
        for name, fault in faults.items()
    }


def _upload(name: str) -> Upload | None:
    sent: FileStorage | None = request.files.get(name)
    if sent is None or not sent.filename:
        return None
    return Upload(sent.filename, sent.stream.read(case_documents.MAX_BYTES + 1))


def _documents_page(found: ApplicationFile, faults: Mapping[str, str]) -> str | tuple[str, int]:
    html = render_template(
        "portal/documents.html",
        **_frame(found, DOCUMENTS),
        documents=found.documents_of(None),
        kinds=service.kind_names(service.APPLICATION_KINDS, web.language()),
        faults=faults,
        given=request.form,
        **shown.document_words(),
    )
    return html, 422 if faults else 200


@bp.post("/applications/<uuid:application_id>/documents/<uuid:document_id>/remove")
def remove_document(application_id: uuid.UUID, document_id: uuid.UUID) -> BaseResponse:
    found = queries.application_file(web.connection(), web.actor(), str(application_id))
    if found is None or not found.row["is_member"]:
        abort(404)
    service.remove_document(web.engine(), _maker(), str(application_id), str(document_id))
    flash(_("The document is removed."), "success")
    if found.row["status"] == "submitted":
        return redirect(url_for("filed.supplement", application_id=application_id))
    return redirect(url_for("portal.documents", application_id=application_id))


# --- people ---------------------------------------------------------------------------------------


@bp.get("/applications/<uuid:application_id>/people")
def people(application_id: uuid.UUID) -> str:
    found = queries.application_file(web.connection(), web.actor(), str(application_id))
    if found is None or not found.row["is_member"] or found.row["status"] == "withdrawn":
        abort(404)
    others = queries.colleagues(web.connection(), web.actor(), found.row["company_id"], web.today())
    members = {one["person_id"] for one in found.members}
    return render_template(
        "portal/people.html",
        **_frame(found, "people"),
        colleagues=[one for one in others if one["id"] not in members],
        words=texts,
    )


@bp.post("/applications/<uuid:application_id>/people")
def change_people(application_id: uuid.UUID) -> BaseResponse:
    """Add a colleague, change a role, choose the contact person, or end someone's part: as the button says."""
    person, role = request.form.get("person", ""), request.form.get("role", "")
    command = {"remove": service.remove_member, "contact": service.set_contact}.get(
        request.form.get("do", "")
    )
    if command is not None:
        command(web.engine(), _maker(), str(application_id), person)
    else:
        service.add_member(web.engine(), _maker(), str(application_id), person, role)
    flash(_("Saved."), "success")
    return redirect(url_for("portal.people", application_id=application_id))


@bp.post("/applications/<uuid:application_id>/discard")
def discard(application_id: uuid.UUID) -> BaseResponse:
    service.discard(web.engine(), _maker(), str(application_id))
    flash(_("The draft is discarded. Nothing of it has been filed."), "success")
    return redirect(url_for("portal.home"))


# --- check and send -------------------------------------------------------------------------------


@bp.get("/applications/<uuid:application_id>/check")
def check(application_id: uuid.UUID) -> str | tuple[str, int]:
    return _check_page(_draft(application_id))


@bp.post("/applications/<uuid:application_id>/check")
def send(application_id: uuid.UUID) -> str | tuple[str, int] | BaseResponse:
    _draft(application_id)
    try:
        filing_id = filing.submit(web.engine(), _maker(), str(application_id))
    except Refused as refused:
        return _check_page(_draft_anew(application_id), refused.reasons)
    except CaseNotFound:
        abort(404)
    except PortalError as error:
        if error.reason.code not in ("incomplete", "not_coordinator"):
            raise
        return _check_page(_draft_anew(application_id), problem=shown.explain(error))
    return redirect(url_for("filed.receipt", filing_id=filing_id))


def _check_page(
    found: ApplicationFile, refused: tuple[Reason, ...] = (), problem: str = ""
) -> str | tuple[str, int]:
    sections = [
        (section, shown.section_lines(section, found.values)) for section in found.form.sections.values()
    ]
    html = render_template(
        "portal/check.html",
        **_frame(found, CHECK),
        missing=rules.missing(found.form, found.values),
        labels=found.form.sections,
        sections=sections,
        documents=found.documents_of(None),
        refused=refused,
        problem=problem,
        **shown.document_words(),
    )
    return html, 422 if refused or problem else 200


# --- what all share -------------------------------------------------------------------------------


def _draft_anew(application_id: uuid.UUID) -> ApplicationFile:
    """As it stands after a command of this very request."""
    return _draft(application_id)


def _maker() -> Maker:
    return Maker(web.actor(), web.now())


def _step_url(application_id: object, name: str) -> str:
    endpoint = {DOCUMENTS: "portal.documents", CHECK: "portal.check"}.get(name)
    if endpoint is not None:
        return url_for(endpoint, application_id=application_id)
    return url_for("portal.step", application_id=application_id, section=name)


def _seen(name: str) -> int:
    """The version of an answer that the page showed; what is no number was never shown."""
    text = request.form.get(f"v-{name}", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _value(one: Field, text: str) -> str:
    return rules.read(one, text, web.today())
