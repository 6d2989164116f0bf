"""The council's pages of recommendations: the list, one recommendation, writing it, versions side by side, and its way
through comparison, approval and signature.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.cases.answering import maker
from nt_process.infra import files
from nt_process.infra.pdf import PDF_TYPE
from nt_process.infra.rows import Row
from nt_process.kernel.faults import BadInput
from nt_process.recommendations import queries, service, signing, texts
from nt_process.recommendations.answers import Page, bp, carried_out, the_file
from nt_process.recommendations.forms import (
    ApproveForm,
    BeginForm,
    CheckForm,
    RecommendationForm,
    SignForm,
    TextForm,
    choices,
)
from nt_process.recommendations.queries import RecommendationFile
from nt_process.recommendations.rules import document
from nt_process.rights import COUNCIL_MEMBERS, INTERNAL, RECOMMENDERS
from nt_process.web.step_up import require_step_up

# A meeting some months away can have taken the position, or is to.
_AROUND = timedelta(days=200)


@bp.app_template_global()
def recommendations_of_case(number: str) -> list[queries.Listed]:
    """For the tab on a case: its recommendations that the reader may know of, the oldest first."""
    if not INTERNAL.allows(web.actor().roles):
        return []
    return queries.listed(web.connection(), web.actor(), number)[::-1]


@bp.app_template_global()
def may_recommend() -> bool:
    """Whether the reader may begin and write recommendations."""
    return RECOMMENDERS.allows(web.actor().roles)


def labels() -> dict[str, str]:
    """The positions in the council's words of today, in the reader's language."""
    place = 1 if web.language() == "en" else 0
    return {name: words[place] for name, words in document.wording(web.today()).labels.items()}


@bp.get("")
def index() -> str:
    council = INTERNAL.allows(web.actor().roles)
    return render_template(
        "recommendations/index.html",
        listed=queries.listed(web.connection(), web.actor()) if council else [],
        published=[] if council else queries.published(web.connection()),
        council=council,
        labels=labels(),
        words=texts,
    )


@bp.route("/new/<number>", methods=["GET", "POST"])
def begin(number: str) -> Page:
    case = queries.case_to_begin(web.connection(), web.actor(), number) or abort(404)
    form = BeginForm()
    earlier = queries.of_case(web.connection(), number)
    today = web.today()
    meetings = queries.meetings(web.connection(), today - _AROUND, today + _AROUND)
    none = {"": _("None")}
    form.meeting.choices = choices(none | {str(one["id"]): _meeting(one) for one in meetings})
    form.earlier.choices = choices(none | {str(one["id"]): _earlier(one) for one in earlier})

    def command() -> BaseResponse:
        made = service.begin(web.engine(), maker(), number, form.texts())
        return redirect(url_for("recommendations.write", recommendation_id=made))

    def show(problem: str | None) -> str:
        return render_template(
            "recommendations/begin.html", case=case, form=form, problem=problem, has_earlier=bool(earlier)
        )

    return carried_out(form, command, show) if form.is_submitted() else show(None)


def _meeting(row: Row) -> str:
    return _("Meeting %(number)s/%(year)s, %(day)s", number=row["number"], year=row["year"], day=row["day"])


def _earlier(row: Row) -> str:
    return f"{row['slug']}: {row['content']['label'][web.language()]}"


@bp.get("/<uuid:recommendation_id>")
def show(recommendation_id: uuid.UUID) -> str:
    return _page(the_file(recommendation_id))


def _page(
    file: RecommendationFile, problem: str | None = None, form: RecommendationForm | None = None
) -> str:
    roles = web.actor().roles
    own = file.newest is not None and str(file.newest["person_id"]) == web.actor().id
    return render_template(
        "recommendations/show.html",
        file=file,
        r=file.row,
        c=file.content,
        state=file.state,
        own=own,
        may_write=RECOMMENDERS.allows(roles),
        may_sign=COUNCIL_MEMBERS.allows(roles),
        check_form=form if isinstance(form, CheckForm) else CheckForm(formdata=None),
        approve_form=form if isinstance(form, ApproveForm) else None,
        sign_form=form if isinstance(form, SignForm) else SignForm(formdata=None),
        problem=problem,
        parts=document,
        labels=labels(),
        words=texts,
    )


@bp.route("/<uuid:recommendation_id>/write", methods=["GET", "POST"])
def write(recommendation_id: uuid.UUID) -> Page:
    file = the_file(recommendation_id)
    newest = file.newest
    stored = {} if newest is None else {name: newest[name] or "" for name in document.FIELDS}
    form = TextForm(data={**stored, "base": str(newest["version"] if newest else 0)}).offer(
        file.row["kind"], labels()
    )

    def command() -> BaseResponse:
        base = form.base.data or ""
        number = int(base) if base.isascii() and base.isdigit() and len(base) < 6 else -1
        service.write(web.engine(), maker(), file.id, number, form.texts())
        flash(_("Your text is saved as a new version."), "success")
        return redirect(url_for("recommendations.show", recommendation_id=recommendation_id))

    def show_form(problem: str | None) -> str:
        return render_template(
            "recommendations/write.html",
            file=file,
            r=file.row,
            form=form,
            problem=problem,
            parts=document,
            words=texts,
        )

    return carried_out(form, command, show_form) if form.is_submitted() else show_form(None)


@bp.get("/<uuid:recommendation_id>/compare")
def compare(recommendation_id: uuid.UUID) -> str:
    """Two versions side by side; without any named, the two newest."""
    file = the_file(recommendation_id)
    if not file.versions:
        abort(404)
    last = file.versions[-1]["version"]
    right = file.version(request.args.get("b", last, type=int)) or file.versions[-1]
    left = file.version(request.args.get("a", max(1, right["version"] - 1), type=int)) or file.versions[0]
    return render_template(
        "recommendations/compare.html",
        file=file,
        r=file.row,
        left=left,
        right=right,
        labels=labels(),
        parts=document,
        words=texts,
    )


@bp.post("/<uuid:recommendation_id>/versions/<int:version>/check")
@require_step_up
def check(recommendation_id: uuid.UUID, version: int) -> Page:
    form = CheckForm()
    return _changed(
        recommendation_id,
        lambda file: service.compare_with_terms(web.engine(), maker(), file.id, version, form.texts()),
        _("The version has been compared with the settled terms."),
        form,
    )


@bp.post("/<uuid:recommendation_id>/versions/<int:version>/approve")
def approve(recommendation_id: uuid.UUID, version: int) -> Page:
    form = ApproveForm()
    file = the_file(recommendation_id)

    def command() -> BaseResponse:
        try:
            service.approve(web.engine(), maker(), file.id, version, form.shown.data or "")
        except BadInput as refusal:
            # What is missing is written on another page: each is named here.
            lacking = "; ".join(str(texts.FIELD_NAMES[str(fault.column)]) for fault in refusal.faults)
            raise _Lacking(lacking) from None
        flash(_("The version is approved, and can be signed."), "success")
        return redirect(url_for("recommendations.show", recommendation_id=recommendation_id))

    try:
        return carried_out(form, command, lambda problem: _page(file, problem, form))
    except _Lacking as lacking:
        problem = _("It cannot be approved before these are stated: %(fields)s.", fields=str(lacking))
        return _page(file, problem, form), 422


class _Lacking(Exception):
    """What a text lacks, by the names of the fields."""


@bp.post("/<uuid:recommendation_id>/versions/<int:version>/sign")
@require_step_up
def sign(recommendation_id: uuid.UUID, version: int) -> Page:
    form = SignForm()
    return _changed(
        recommendation_id,
        lambda file: signing.sign(web.engine(), maker(), file.id, version, form.texts()),
        _("You have signed the recommendation. It becomes public at the time that you stated."),
        form,
    )


@bp.post("/<uuid:recommendation_id>/recall")
def recall(recommendation_id: uuid.UUID) -> Page:
    return _changed(
        recommendation_id,
        lambda file: signing.recall(web.engine(), maker(), file.id),
        _("The signature is recalled, and nothing becomes public."),
    )


@bp.post("/<uuid:recommendation_id>/drop")
def drop(recommendation_id: uuid.UUID) -> Page:
    return _changed(
        recommendation_id,
        lambda file: service.drop(web.engine(), maker(), file.id),
        _("The draft has been put aside."),
    )


@bp.get("/<uuid:recommendation_id>/document.pdf")
def printed(recommendation_id: uuid.UUID) -> Response:
    """The signed document as it is printed, before it is public as well; for the council."""
    signature = the_file(recommendation_id).signature
    if signature is None or signature["pdf_sha256"] is None:
        abort(404)
    content = b"".join(files.open_parts(web.connection(), signature["pdf_sha256"]))
    headers = {"Content-Disposition": "inline; filename=recommendation.pdf"}
    return Response(content, mimetype=PDF_TYPE, headers=headers)


def _changed(
    recommendation_id: uuid.UUID,
    change: Callable[[RecommendationFile], object],
    said: str,
    form: RecommendationForm | None = None,
) -> Page:
    file = the_file(recommendation_id)

    def command() -> BaseResponse:
        change(file)
        flash(said, "success")
        return redirect(url_for("recommendations.show", recommendation_id=recommendation_id))

    shown = form or RecommendationForm(formdata=None)
    return carried_out(shown, command, lambda problem: _page(file, problem, form))
