"""Pages of consultations for whoever is asked and for everyone who follows a round."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import quote

from flask import Response, abort, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.cases.answering import maker
from nt_process.consultation import answers, compilation, forms, queries, rules, texts
from nt_process.consultation.answers import Place
from nt_process.consultation.blueprint import bp
from nt_process.consultation.errors import ConsultationError
from nt_process.consultation.forms import Shown
from nt_process.consultation.queries import RoundFile
from nt_process.engine.clock import derive
from nt_process.engine.conditions import Conflict
from nt_process.infra.rows import Row
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import translator
from nt_process.rights import SECRETARIAT
from nt_process.web import reason_texts, template_filters
from nt_process.web.downloads import parts_of

# More than any answer, and less than what would fill the memory.
MAX_READ = 50 * 1024 * 1024 + 1


@bp.app_template_global("consultations_of_case")
def of_case(number: str) -> list[Row]:
    """The rounds that the reader may know of, for the page of a case."""
    return queries.rounds_of_case(web.connection(), web.actor(), number, web.today())


@bp.context_processor
def _words() -> dict[str, Any]:
    """Also for an error page, which may be for nobody."""
    actor = g.get("actor")
    translate = translator(web.language())
    return {
        "words": texts,
        "may_edit": actor is not None and SECRETARIAT.allows(actor.roles),
        "internal": actor is not None and actor.is_internal,
        "standing_of": lambda answer, late: rules.standing(answer, bool(late)),
        "choice_text": lambda kind, choice: texts.choice_text(kind, choice, translate),
        "tiers": rules.TIERS,
        "verdicts": rules.VERDICTS,
        "question_kinds": rules.KINDS,
    }


def the_round(round_id: object) -> RoundFile:
    """The round as the reader may see it; otherwise it does not exist. Who is asked and has a conflict is told why."""
    connection, actor, today = web.connection(), web.actor(), web.today()
    found = queries.round_file(connection, actor, round_id, today)
    if found is not None:
        return found
    blocked = queries.conflicts(connection, actor, today, round_id)
    return _may_not_answer(*blocked[0]) if blocked else abort(404)


def _may_not_answer(number: str, conflict: Conflict) -> NoReturn:
    web.denied((conflict.reason,))
    page = render_template("consultation/conflict.html", number=number, conflict=conflict)
    abort(make_response(page, 403))


def explain(error: ConsultationError) -> str:
    """Why a command was not carried out; what one may not do at all does not exist."""
    code = error.reason.code
    if code in ("not_found", "not_allowed"):
        abort(404)
    if code in ("conflict_of_interest", "possible_conflict"):
        return reason_texts.describe(error.reason)
    params: dict[str, Any] = dict(error.reason.params)
    if "at" in params:
        params["at"] = template_filters.instant(params["at"])
    if "day" in params:
        params["day"] = template_filters.day(params["day"])
    return str(texts.ERROR_TEXTS[code]) % params


@bp.get("")
def index() -> str:
    actor, today = web.actor(), web.today()
    return render_template(
        "consultation/index.html",
        own=queries.own_rounds(web.connection(), actor, today),
        conflicts=queries.conflicts(web.connection(), actor, today),
        rounds=queries.all_rounds(web.connection(), actor, today),
    )


@bp.get("/<uuid:round_id>")
def show(round_id: uuid.UUID) -> str | BaseResponse:
    file = the_round(round_id)
    if file.round["opened_at"] is None:
        return redirect(url_for("consultation.edit", draft_id=round_id))
    return show_round(file)


def show_round(file: RoundFile, form: Shown | None = None, problem: str | None = None) -> str:
    """The round's first page: what is asked, until when, and how far it has come."""
    return render_template(
        "consultation/show.html",
        file=file,
        round=file.round,
        tab="overview",
        steps=derive(file.ledger) if file.ledger is not None else [],
        form=form or Shown(),
        problem=problem,
        sees_others=_sees_others(file),
    )


def _sees_others(file: RoundFile) -> bool:
    return web.actor().is_internal or file.round["closed_at"] is not None


# --- answering ------------------------------------------------------------------------------------


@bp.route("/<uuid:round_id>/answer", methods=["GET", "POST"])
def answer(round_id: uuid.UUID) -> str | tuple[str, int] | BaseResponse:
    """The answer of one of the reader's organisations: written, saved, sent."""
    file = the_round(round_id)
    place = file.place(request.values.get("organisation", "")) or abort(404)
    if request.method == "GET":
        return _answer_page(file, place, _drafted(file, place))
    sent = forms.typed(request.form)
    where = Place(str(round_id), str(place["organisation_id"]))
    try:
        done = _answered(where, sent)
    except BadInput as refusal:
        shown = forms.faulty(sent, refusal, translator(web.language()))
        return _answer_page(file, place, shown), 422
    except ConsultationError as error:
        problem = explain(error)
        if error.reason.code == "changed":
            sent["version"] = str(error.reason.params["version"])
        return _answer_page(file, place, Shown(sent), problem), 409
    flash(done, "success")
    if sent.get("do") in ("submit", "no_comment"):
        return redirect(url_for("consultation.show", round_id=round_id))
    return redirect(url_for("consultation.answer", round_id=round_id, organisation=where.organisation_id))


def _answered(where: Place, sent: Mapping[str, str]) -> str:
    """Do what the pressed button says; what to tell of it."""
    do, engine = sent.get("do", ""), web.engine()
    if do == "no_comment":
        answers.no_comment(engine, maker(), where)
        return _("It is recorded that the organisation has no comment.")
    version = forms.version(sent)
    if do == "submit":
        _attached(where)
        answers.submit(engine, maker(), where, version, sent)
        return _("The answer is sent.")
    # The file comes first: when it cannot be kept, the draft is not saved either, and the page's version still holds.
    attached = _attached(where)
    if do == "attach" and not attached:
        raise BadInput(Fault("no_file", column="file"))
    what, _dash, attachment = do.partition("-")
    if what == "detach":
        answers.detach(engine, maker(), where, _id(attachment))
    answers.save_draft(engine, maker(), where, version, sent)
    if what == "detach":
        return _("The file is left out.")
    return _("The draft is saved, with the file.") if attached else _("The draft is saved.")


def _attached(where: Place) -> bool:
    """Keep the file that came with the form, if any."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return False
    content = upload.stream.read(MAX_READ)
    tier = request.form.get("file_tier", "council")
    answers.attach(web.engine(), maker(), where, upload.filename, content, tier)
    return True


def _id(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        abort(404)


@bp.post("/<uuid:round_id>/answer/keep")
def keep(round_id: uuid.UUID) -> str | tuple[str, int]:
    """Save the draft while it is being written. A comfort: without scripts, the button does the same."""
    file = the_round(round_id)
    place = file.place(request.form.get("organisation", "")) or abort(404)
    sent = forms.typed(request.form)
    where = Place(str(round_id), str(place["organisation_id"]))
    version, problem = forms.version(sent), None
    try:
        version = answers.save_draft(web.engine(), maker(), where, version, sent)
    except BadInput:
        problem = _(
            "The draft is not saved: something in it cannot be kept. Press “Save the draft” to see what."
        )
    except ConsultationError as error:
        problem = explain(error)
    # Always 200: the part that says so takes the place of what said it before.
    return render_template(
        "consultation/_kept.html", version=version, problem=problem, at=web.now(), by=web.actor().name
    )


def _drafted(file: RoundFile, place: Row) -> Shown:
    """The form as it was left: the draft, else what was sent."""
    values: dict[str, str] = {"version": str(place["draft_version"] or 0)}
    for key, reply in (place["content"] or {}).items():
        values |= {f"{name}_{key}": str(reply[name]) for name in ("choice", "text", "tier")}
    return Shown(values)


def _answer_page(file: RoundFile, place: Row, form: Shown, problem: str | None = None) -> str:
    sent = queries.sent_replies(web.connection(), web.actor(), file.round["id"], web.today())
    own = {str(row["question_id"]): row for row in sent if row["organisation_id"] == place["organisation_id"]}
    refused = answers.standing_of(place).refuses_answer(web.today())
    return render_template(
        "consultation/answer.html",
        file=file,
        round=file.round,
        place=place,
        form=form,
        problem=problem,
        sent=own,
        attachments=queries.own_attachments(web.connection(), place, file.round["id"]),
        refused=None if refused is None else explain(ConsultationError(refused, day=file.round["last_day"])),
        late=answers.standing_of(place).is_late(web.today()),
        tab="answer",
        sees_others=_sees_others(file),
        field_names=_field_names(file),
    )


def _field_names(file: RoundFile) -> dict[str, str]:
    """What a fault's field is called in the list of what is wrong."""
    names = {"file": _("File"), "file_tier": _("Who may read it")}
    for number, key in enumerate(file.questions, start=1):
        for prefix in ("choice", "text", "tier"):
            names[f"{prefix}_{key}"] = _("Question %(number)s", number=number)
    return names


# --- files ----------------------------------------------------------------------------------------


@bp.get("/<uuid:round_id>/documents/<uuid:paper_id>")
def document(round_id: uuid.UUID, paper_id: uuid.UUID) -> Response:
    found = next((one for one in the_round(round_id).documents if one["id"] == paper_id), None)
    return _download(found) if found is not None else abort(404)


@bp.get("/<uuid:closed_id>/attachments/<uuid:attachment_id>")
def attachment(closed_id: uuid.UUID, attachment_id: uuid.UUID) -> Response:
    """A file of an answer: of one's own at any time, of others by its tier when the round is closed."""
    the_round(closed_id)
    found = compilation.attachments(web.connection(), web.actor(), closed_id, web.today(), attachment_id)
    return _download(found[0]) if found else abort(404)


def _download(row: Row) -> Response:
    """Always an attachment, never shown by the browser in this site's name."""
    response = Response(parts_of(row["sha256"]), mimetype=row["media_type"])
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(row['filename'])}"
    response.headers["Content-Length"] = str(row["size"])
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


# --- what is public -------------------------------------------------------------------------------


@bp.get("/cases/<case_number>")
def public(case_number: str) -> str:
    """What anyone who is signed in may read of a case's closed rounds. Nothing public: it does not exist."""
    known = case_number.isascii() and case_number.isprintable()
    found = compilation.public_comments(web.connection(), case_number) if known else []
    if not found:
        abort(404)
    return render_template("consultation/public.html", number=case_number, comments=found)
