"""The secretariat's pages: a round is begun, prepared, opened, extended, reminded of and closed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.cases import documents as case_documents
from nt_process.consultation import forms, queries, rounds
from nt_process.consultation.blueprint import bp
from nt_process.consultation.errors import ConsultationError
from nt_process.consultation.forms import Shown
from nt_process.consultation.queries import RoundFile
from nt_process.consultation.views import MAX_READ, explain, maker, show_round, the_round
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import translator
from nt_process.web import template_filters

Answer = str | tuple[str, int] | BaseResponse

BLANK_ROWS = 1


@bp.route("/new", methods=["GET", "POST"])
def new() -> Answer:
    sent = forms.typed(request.values)
    if request.method == "GET":
        return _new_page(Shown(sent))
    try:
        case = sent.get("case", "").strip()
        if not (case.isprintable() and case):
            raise BadInput(Fault("no_case", column="case"))
        earlier = sent.get("earlier", "")
        known = {str(one["id"]) for one in _earlier()}
        made = rounds.make(
            web.engine(), maker(), case, sent.get("title", ""), earlier if earlier in known else None
        )
    except BadInput as refusal:
        return _new_page(forms.faulty(sent, refusal, translator(web.language()))), 422
    except ConsultationError as error:
        if error.reason.code != "not_found":
            abort(404)
        refusal = BadInput(Fault("no_case", column="case"))
        return _new_page(forms.faulty(sent, refusal, translator(web.language()))), 422
    return redirect(url_for("consultation.edit", draft_id=made))


def _day(day: date) -> str:
    return template_filters.day(day)


def _new_page(form: Shown) -> str:
    names = {"case": _("The case's register number"), "title": _("Title")}
    return render_template("consultation/new.html", form=form, earlier=_earlier(), field_names=names)


def _earlier() -> list[Any]:
    return list(queries.earlier_rounds(web.connection(), web.actor(), web.today()))


# --- preparing ------------------------------------------------------------------------------------


@bp.route("/drafts/<uuid:draft_id>", methods=["GET", "POST"])
def edit(draft_id: uuid.UUID) -> Answer:
    file = the_round(draft_id)
    if file.round["opened_at"] is not None:
        return redirect(url_for("consultation.show", round_id=draft_id))
    if request.method == "GET":
        return _edit_page(file, *_stored(file))
    sent = forms.typed(request.form)
    rows = forms.question_rows(sent)
    chosen = _chosen(sent)
    do = sent.get("do", "")
    changed = forms.rearranged(rows, do)
    if changed is not None:
        return _edit_page(file, Shown(sent), changed, chosen)
    try:
        rounds.prepare(web.engine(), maker(), str(draft_id), forms.version(sent), sent, rows, chosen)
        if do == "open":
            day = rounds.open_round(web.engine(), maker(), str(draft_id))
            said = _(
                "The round is open until %(day)s, and everyone who is asked has been told.", day=_day(day)
            )
            flash(said, "success")
            return redirect(url_for("consultation.show", round_id=draft_id))
    except BadInput as refusal:
        shown = forms.faulty(_as_now(draft_id, sent), refusal, translator(web.language()))
        return _edit_page(file, shown, rows, chosen), 422
    except ConsultationError as error:
        problem = _prepared_problem(error)
        values = _as_now(draft_id, sent)
        return _edit_page(file, Shown(values), rows, chosen, problem), 409
    flash(_("The round is saved. Nobody is told before it is opened."), "success")
    return redirect(url_for("consultation.edit", draft_id=draft_id))


def _as_now(draft_id: uuid.UUID, sent: Mapping[str, str]) -> dict[str, str]:
    """What was sent, for the version that stands now: sent again, it is meant to replace that."""
    return {**sent, "version": str(the_round(draft_id).round["version"])}


def _prepared_problem(error: ConsultationError) -> str:
    if error.reason.code == "changed":
        return explain(ConsultationError("prepared_elsewhere"))
    return explain(error)


def _chosen(sent: Mapping[str, str]) -> list[str]:
    """The organisations that were ticked (ids); all regions by one tick."""
    chosen = [*request.form.getlist("region"), *request.form.getlist("other")]
    if sent.get("all_regions"):
        everyone = queries.organisations(web.connection())
        chosen += [str(one["id"]) for one in everyone if one["kind"] == "region"]
    return list(dict.fromkeys(chosen))


def _stored(file: RoundFile) -> tuple[Shown, list[dict[str, str]], list[str]]:
    row = file.round
    values = {
        "title": row["title"],
        "intro": row["intro"],
        "last_day": row["wanted_day"].isoformat() if row["wanted_day"] else "",
        "version": str(row["version"]),
    }
    rows = [
        {
            "text": one.text,
            "kind": one.kind,
            "choices": "\n".join(one.choices),
            "required": "1" if one.required else "",
        }
        for one in file.questions.values()
    ]
    return Shown(values), rows, [str(one["organisation_id"]) for one in file.addressees]


def _edit_page(
    file: RoundFile,
    form: Shown,
    rows: list[dict[str, str]],
    chosen: list[str],
    problem: str | None = None,
    upload: Shown | None = None,
) -> str:
    number = file.round["case_number"]
    listed = case_documents.listed(web.connection(), web.actor(), number)
    papers = [one for one in listed if one["withdrawn_at"] is None]
    taken = {one["sha256"] for one in file.documents}
    names = {"title": _("Title"), "intro": _("Opening words"), "last_day": _("Last day to answer")}
    for place in range(1, len(rows) + BLANK_ROWS + 1):
        for part in ("text", "kind", "choices"):
            names[f"q{place}_{part}"] = _("Question %(number)s", number=place)
    return render_template(
        "consultation/edit.html",
        round=file.round,
        file=file,
        form=form,
        rows=rows or [forms.blank_row()],
        chosen=chosen,
        organisations=queries.organisations(web.connection()),
        papers=[one for one in papers if one["sha256"] not in taken],
        problem=problem,
        upload=upload or Shown(),
        field_names=names,
    )


@bp.post("/drafts/<uuid:unwanted_id>/discard")
def discard(unwanted_id: uuid.UUID) -> Answer:
    the_round(unwanted_id)
    try:
        rounds.discard(web.engine(), maker(), str(unwanted_id))
    except ConsultationError as error:
        flash(explain(error), "warning")
        return redirect(url_for("consultation.show", round_id=unwanted_id))
    flash(_("The round is thrown away."), "success")
    return redirect(url_for("consultation.index"))


@bp.post("/drafts/<uuid:draft_id>/documents")
def add_documents(draft_id: uuid.UUID) -> Answer:
    """Documents of the case that were ticked, and a file that was chosen."""
    file = the_round(draft_id)
    sent = forms.typed(request.form)
    upload = request.files.get("file")
    remove = sent.get("remove", "")
    try:
        if remove:
            found = [one for one in file.documents if str(one["id"]) == remove]
            for one in found:
                rounds.remove_document(web.engine(), maker(), str(draft_id), str(one["id"]))
        else:
            rounds.take_documents(web.engine(), maker(), str(draft_id), request.form.getlist("paper"))
            if upload is not None and upload.filename:
                content = upload.stream.read(MAX_READ)
                rounds.add_document(
                    web.engine(),
                    maker(),
                    str(draft_id),
                    sent.get("document_title", ""),
                    upload.filename,
                    content,
                )
            elif not request.form.getlist("paper"):
                raise BadInput(Fault("no_file", column="file"))
    except BadInput as refusal:
        renamed = BadInput(
            *(Fault(one.code, column="document_title" if one.column == "title" else one.column, params=one.params)
              for one in refusal.faults)
        )  # fmt: skip
        shown = forms.faulty(sent, renamed, translator(web.language()))
        return _edit_page(the_round(draft_id), *_stored(file), upload=shown), 422
    except ConsultationError as error:
        flash(explain(error), "warning")
        return redirect(url_for("consultation.show", round_id=draft_id))
    return redirect(url_for("consultation.edit", draft_id=draft_id) + "#documents")


# --- an open round --------------------------------------------------------------------------------


@bp.post("/<uuid:round_id>/extend")
def extend(round_id: uuid.UUID) -> Answer:
    def command(sent: Mapping[str, str]) -> str:
        day = rounds.extend(
            web.engine(), maker(), str(round_id), sent.get("new_day", ""), sent.get("extension_reason", "")
        )
        return _("The last day is now %(day)s, and everyone who is asked has been told.", day=_day(day))

    return _done(round_id, command)


@bp.post("/<uuid:round_id>/close")
def close(round_id: uuid.UUID) -> Answer:
    def command(_sent: Mapping[str, str]) -> str:
        rounds.close(web.engine(), maker(), str(round_id))
        return _("The round is closed.")

    return _done(round_id, command)


@bp.post("/<uuid:round_id>/remind")
def remind(round_id: uuid.UUID) -> Answer:
    def command(_sent: Mapping[str, str]) -> str:
        count = rounds.remind(web.engine(), maker(), str(round_id))
        return ngettext("%(num)s organisation is reminded.", "%(num)s organisations are reminded.", count)

    return _done(round_id, command)


def _done(round_id: uuid.UUID, command: Callable[[Mapping[str, str]], str]) -> Answer:
    """Carry out a command on a round; refused, its page comes back with what was typed and why."""
    file = the_round(round_id)
    sent = forms.typed(request.form)
    try:
        flash(command(sent), "success")
    except BadInput as refusal:
        return show_round(file, forms.faulty(sent, refusal, translator(web.language()))), 422
    except ConsultationError as error:
        return show_round(the_round(round_id), Shown(sent), explain(error)), 409
    return redirect(url_for("consultation.show", round_id=round_id))
