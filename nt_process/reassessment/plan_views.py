"""Evidence plans: one of them with its milestones, writing it, and delivering."""

from __future__ import annotations

import uuid
from contextlib import closing

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from nt_process import web
from nt_process.cases import documents
from nt_process.reassessment import plan_queries as queries
from nt_process.reassessment import plans, texts
from nt_process.reassessment.answers import Page, bp, carried_out, maker
from nt_process.reassessment.forms import DeliverForm, MilestoneForm, MoveForm, PlanForm
from nt_process.rights import SECRETARIAT


@bp.get("/plans/<uuid:plan_id>")
def plan(plan_id: uuid.UUID) -> str:
    return _page(plan_id)


def _page(plan_id: uuid.UUID, problem: str | None = None, form: MilestoneForm | None = None) -> str:
    row = queries.one_of(web.connection(), web.actor(), str(plan_id))
    own = str(row["company_id"]) in web.actor().company_ids
    may_write = SECRETARIAT.allows(web.actor().roles)
    return render_template(
        "reassessment/plan.html",
        p=row,
        milestones=queries.milestones(web.connection(), row["id"]),
        deliveries=queries.deliveries(web.connection(), web.actor(), row["id"]),
        versions=queries.versions(web.connection(), row["id"]) if web.actor().is_internal else [],
        form=form or MilestoneForm(formdata=None),
        problem=problem,
        may_write=may_write,
        may_deliver=may_write or own,
        whole=own or web.actor().is_internal,
        words=texts,
    )


@bp.route("/cases/<number>/plans/new", methods=["GET", "POST"])
def new_plan(number: str) -> Page:
    form = PlanForm().offer(queries.agreements(web.connection(), web.actor(), number))

    def show(problem: str | None) -> str:
        return render_template(
            "reassessment/plan_form.html", p=None, number=number, form=form, problem=problem
        )

    if not form.is_submitted():
        return show(None)
    return carried_out(
        form,
        lambda: plans.begin(web.engine(), maker(), number, form.texts()),
        _("The plan is kept. Add its milestones."),
        lambda made: url_for("reassessment.plan", plan_id=made),
        show,
    )


@bp.route("/plans/<uuid:plan_id>/write", methods=["GET", "POST"])
def write_plan(plan_id: uuid.UUID) -> Page:
    row = queries.one_of(web.connection(), web.actor(), str(plan_id))
    stored = {name: row[name] for name in plans.FIELDS}
    stored |= {"agreement": str(row["agreement_id"] or ""), "seen": str(row["version"])}
    form = PlanForm(data=stored).offer(queries.agreements(web.connection(), web.actor(), row["case_number"]))

    def show(problem: str | None) -> str:
        return render_template(
            "reassessment/plan_form.html", p=row, number=row["case_number"], form=form, problem=problem
        )

    if not form.is_submitted():
        return show(None)
    return carried_out(
        form,
        lambda: plans.write(web.engine(), maker(), str(plan_id), form.seen_number, form.texts()),
        _("Your text is saved as a new version."),
        lambda _done: url_for("reassessment.plan", plan_id=plan_id),
        show,
    )


@bp.post("/plans/<uuid:plan_id>/milestones")
def add_milestone(plan_id: uuid.UUID) -> Page:
    form = MilestoneForm()
    return carried_out(
        form,
        lambda: plans.add_milestone(web.engine(), maker(), str(plan_id), form.texts()),
        _("The milestone is added."),
        lambda _done: url_for("reassessment.plan", plan_id=plan_id),
        lambda problem: _page(plan_id, problem, form),
    )


@bp.route("/milestones/<uuid:milestone_id>/day", methods=["GET", "POST"])
def move_milestone(milestone_id: uuid.UUID) -> Page:
    row = queries.milestone(web.connection(), web.actor(), str(milestone_id))
    form = MoveForm(data={"due": row["due"].isoformat(), "seen": str(row["number"])})

    def show(problem: str | None) -> str:
        return render_template("reassessment/move.html", m=row, form=form, problem=problem)

    if not form.is_submitted():
        return show(None)
    return carried_out(
        form,
        lambda: plans.move_milestone(
            web.engine(), maker(), str(milestone_id), form.seen_number, form.texts()
        ),
        _("The last day is changed."),
        lambda _done: url_for("reassessment.plan", plan_id=row["plan_id"]),
        show,
    )


@bp.route("/milestones/<uuid:milestone_id>/deliver", methods=["GET", "POST"])
def deliver(milestone_id: uuid.UUID) -> Page:
    row = queries.milestone(web.connection(), web.actor(), str(milestone_id))
    form = DeliverForm()

    def show(problem: str | None) -> str:
        return render_template("reassessment/deliver.html", m=row, form=form, problem=problem)

    if not form.is_submitted():
        return show(None)
    file = _file()

    def command() -> None:
        if not plans.deliver(web.engine(), maker(), str(milestone_id), form.note.data or "", file):
            flash(_("The file is examined before others can open it."), "info")

    return carried_out(
        form,
        command,
        _("The delivery is received."),
        lambda _done: url_for("reassessment.plan", plan_id=row["plan_id"]),
        show,
    )


def _file() -> tuple[str, bytes] | None:
    upload = request.files.get("file")
    if upload is None:
        return None
    with closing(upload):
        if not upload.filename:
            return None
        return upload.filename, upload.stream.read(documents.MAX_BYTES + 1)
