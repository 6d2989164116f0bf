"""The pages of the federation's decisions: how each is announced, delivered, appealed, and asked for when it is delayed."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.appeals import announcing, delay, handling, queries, rules, texts
from nt_process.appeals.forms import (
    AnnounceForm,
    AnswerForm,
    AppealForm,
    AskForm,
    DownForm,
    ReceiveForm,
    RegisterForm,
    SendForm,
    StepForm,
    choices,
)
from nt_process.appeals.queries import Appeal, DecisionFile
from nt_process.cases import answering
from nt_process.cases.answering import Page, maker
from nt_process.engine.loader import load_published
from nt_process.infra.rows import Row
from nt_process.kernel.reasons import NotDone
from nt_process.recommendations.rules import appealing
from nt_process.rights import APPLICANTS, CORRESPONDENTS, SECRETARIAT

bp = Blueprint("appeals", __name__, url_prefix="/appeals")


@bp.app_template_global()
def may_ask_for_decision(number: str) -> bool:
    """For the page of a case: whether its company may ask that it be decided."""
    if not APPLICANTS.allows(web.actor().roles):
        return False
    row = _delayed(number)
    return (
        row is not None
        and not (row["terminal"] or row["outcome"])
        and rules.may_ask_for_decision(row["opened_on"], web.today()) is None
    )


@bp.app_template_global()
def decisions_of_case(number: str) -> list[Row]:
    """For the tab on a case: the federation's decisions in it that the reader may know of."""
    if not CORRESPONDENTS.allows(web.actor().roles):
        return []
    return queries.decisions(web.connection(), web.actor(), number)


@bp.get("")
def index() -> str:
    return render_template(
        "appeals/index.html",
        listed=queries.decisions(web.connection(), web.actor()),
        delays=queries.delays(web.connection(), web.actor()),
        words=texts,
    )


def _file(recommendation_id: uuid.UUID) -> DecisionFile:
    """The decision, or 404 for who may not know of it."""
    found = queries.decision_file(web.connection(), web.actor(), recommendation_id, web.today())
    return found if found is not None else abort(404)


@bp.get("/<uuid:recommendation_id>")
def show(recommendation_id: uuid.UUID) -> str:
    return _page(_file(recommendation_id))


def _page(file: DecisionFile, problem: str | None = None, form: AppealForm | None = None) -> str:
    roles = web.actor().roles
    noticed = file.row["notice_up"]
    suggested = {} if noticed is None or file.notices else {"up_on": noticed.isoformat()}
    return render_template(
        "appeals/show.html",
        file=file,
        r=file.row,
        may_keep=SECRETARIAT.allows(roles),
        may_confirm=APPLICANTS.allows(roles),
        announce_form=form if isinstance(form, AnnounceForm) else AnnounceForm(formdata=None, data=suggested),
        down_form=form if isinstance(form, DownForm) else DownForm(formdata=None),
        send_form=form if isinstance(form, SendForm) else SendForm(formdata=None),
        receive_form=form if isinstance(form, ReceiveForm) else ReceiveForm(formdata=None),
        problem=problem,
        words=texts,
        today=web.today(),
    )


def _changed(
    recommendation_id: uuid.UUID, form: AppealForm, change: Callable[[str], object], said: str
) -> Page:
    file = _file(recommendation_id)

    def command() -> Page:
        change(file.id)
        flash(said, "success")
        return redirect(url_for("appeals.show", recommendation_id=recommendation_id))

    return _carried_out(form, command, lambda problem: _page(file, problem, form))


def _carried_out(form: AppealForm, command: Callable[[], Page], show: Callable[[str | None], str]) -> Page:
    return answering.carried_out(form, command, show, _explained)


def _explained(error: NotDone) -> str:
    return str(texts.ERROR_TEXTS[error.reason.code]) % dict(error.reason.params)


@bp.post("/<uuid:recommendation_id>/announce")
def announce(recommendation_id: uuid.UUID) -> Page:
    form = AnnounceForm()
    said = _("The announcement is on record, and the time for legality review runs.")
    return _changed(
        recommendation_id,
        form,
        lambda id_: announcing.announce(web.engine(), maker(), id_, form.texts()),
        said,
    )


@bp.post("/<uuid:recommendation_id>/take-down")
def take_down(recommendation_id: uuid.UUID) -> Page:
    form = DownForm()
    said = _("It is on record when the notice came down.")
    return _changed(
        recommendation_id,
        form,
        lambda id_: announcing.take_down(web.engine(), maker(), id_, form.texts()),
        said,
    )


@bp.post("/<uuid:recommendation_id>/send")
def send(recommendation_id: uuid.UUID) -> Page:
    form = SendForm()
    said = _("It is on record that it was sent.")
    return _changed(
        recommendation_id, form, lambda id_: announcing.send(web.engine(), maker(), id_, form.texts()), said
    )


@bp.post("/<uuid:recommendation_id>/deliveries/<uuid:delivery_id>/receive")
def receive(recommendation_id: uuid.UUID, delivery_id: uuid.UUID) -> Page:
    form = ReceiveForm()

    def change(id_: str) -> None:
        announcing.receive(web.engine(), maker(), id_, str(delivery_id), form.texts())

    return _changed(recommendation_id, form, change, _("The receipt is on record."))


@bp.post("/<uuid:recommendation_id>/deliveries/<uuid:delivery_id>/confirm")
def confirm(recommendation_id: uuid.UUID, delivery_id: uuid.UUID) -> Page:
    return _changed(
        recommendation_id,
        AppealForm(formdata=None),
        lambda id_: announcing.confirm(web.engine(), maker(), id_, str(delivery_id)),
        _("You have confirmed that you received it."),
    )


@bp.route("/<uuid:recommendation_id>/register", methods=["GET", "POST"])
def register(recommendation_id: uuid.UUID) -> Page:
    file, form = _file(recommendation_id), RegisterForm()
    form.track.choices = choices(texts.TRACK_NAMES, [one.name for one in file.tracks])

    def command() -> Page:
        made = handling.register(web.engine(), maker(), file.id, form.texts())
        flash(_("The appeal is registered."), "success")
        return redirect(url_for("appeals.appeal", recommendation_id=recommendation_id, appeal_id=made))

    def draw(problem: str | None) -> str:
        return render_template(
            "appeals/register.html", file=file, r=file.row, form=form, problem=problem, words=texts
        )

    return _carried_out(form, command, draw) if form.is_submitted() else draw(None)


def _appeal(file: DecisionFile, appeal_id: uuid.UUID) -> Appeal:
    found = next((one for one in file.appeals if one.row["id"] == appeal_id), None)
    return found if found is not None else abort(404)


@bp.route("/<uuid:recommendation_id>/appeals/<uuid:appeal_id>", methods=["GET", "POST"])
def appeal(recommendation_id: uuid.UUID, appeal_id: uuid.UUID) -> Page:
    """One appeal, what has happened to it, and for the secretariat what happens next."""
    file = _file(recommendation_id)
    one = _appeal(file, appeal_id)
    form = StepForm(data={"seen": str(len(one.steps))})
    kinds = one.may(web.today())
    form.kind.choices = choices(texts.STEP_NAMES, kinds)
    rulings = appealing.TRACKS[one.row["track"]].rulings
    form.ruling.choices = choices({"": _("None")} | {name: texts.RULING_NAMES[name] for name in rulings})

    def command() -> BaseResponse:
        seen = form.seen.data or ""
        number = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 5 else -1
        handling.step(web.engine(), maker(), str(appeal_id), number, form.texts())
        flash(_("It is on record."), "success")
        return redirect(url_for("appeals.appeal", recommendation_id=recommendation_id, appeal_id=appeal_id))

    def draw(problem: str | None) -> str:
        return render_template(
            "appeals/appeal.html",
            file=file,
            r=file.row,
            one=one,
            a=one.row,
            form=form,
            kinds=kinds,
            track=appealing.TRACKS[one.row["track"]],
            reconsideration_holds=rules.reconsideration_holds(one.row["track"]),
            may_keep=SECRETARIAT.allows(web.actor().roles),
            problem=problem,
            words=texts,
        )

    return _carried_out(form, command, draw) if form.is_submitted() else draw(None)


@bp.route("/cases/<number>/delay", methods=["GET", "POST"])
def ask(number: str) -> Page:
    """The company asks that its case be decided."""
    row = _delayed(number) or abort(404)
    form = AskForm()

    def command() -> Page:
        made = delay.ask(web.engine(), maker(), number, form.texts())
        flash(_("Your request is registered, and is answered within four weeks."), "success")
        return redirect(url_for("appeals.request_page", request_id=made))

    def draw(problem: str | None) -> str:
        first = rules.may_ask_for_decision(row["opened_on"], web.today())
        return render_template(
            "appeals/ask.html", row=row, form=form, problem=problem, first=first, words=texts
        )

    return _carried_out(form, command, draw) if form.is_submitted() else draw(None)


def _delayed(number: str) -> Row | None:
    row = queries.delayed_case(web.connection(), web.actor(), number)
    if row is None:
        return None
    regime = load_published()[row["process"], row["workflow_version"]].regime
    return row if regime == appealing.FEDERATION else None


@bp.route("/delay/<uuid:request_id>", methods=["GET", "POST"])
def request_page(request_id: uuid.UUID) -> Page:
    """A company's request that its case be decided, with the answer, or for the secretariat the place for it."""
    found = queries.delays(web.connection(), web.actor(), request_id)
    if not found:
        abort(404)
    form = AnswerForm()

    def command() -> Page:
        delay.answer(web.engine(), maker(), str(request_id), form.texts())
        flash(_("The request is answered, and the company has been told."), "success")
        return redirect(url_for("appeals.request_page", request_id=request_id))

    def draw(problem: str | None) -> str:
        return render_template(
            "appeals/request.html",
            d=found[0],
            form=form,
            problem=problem,
            may_keep=SECRETARIAT.allows(web.actor().roles),
            words=texts,
        )

    return _carried_out(form, command, draw) if form.is_submitted() else draw(None)
