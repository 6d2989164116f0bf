"""People from a file: handed in, shown as what it would do, and taken in."""

from __future__ import annotations

import uuid
from contextlib import closing
from dataclasses import replace

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.administration import import_plan, imports, texts
from nt_process.administration.blueprint import Page, bp, explain, maker, render
from nt_process.administration.errors import AdministrationError
from nt_process.administration.forms import UploadForm
from nt_process.administration.import_plan import Step
from nt_process.infra.fault_texts import fault_sentence, fault_sentences
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import translator
from nt_process.web.step_up import require_step_up

MOST_SHOWN = 500
# What needs a reader's eye comes first.
OUTCOMES = ("rejected", "created", "changed", "unchanged")


@bp.route("/import", methods=["GET", "POST"])
def import_list() -> Page:
    form = UploadForm()
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                # A large file lies in a temporary one meanwhile, which is closed at once.
                with closing(form.file.data) as handed_in:
                    content = handed_in.read(import_plan.MAX_BYTES + 1)
                import_id = imports.upload(web.engine(), maker(), handed_in.filename or "", content)
            except BadInput as refusal:
                form.file.errors = fault_sentences(refusal, translator(web.language()))
            else:
                return redirect(url_for("administration.import_page", import_id=import_id))
    listed = imports.listed(web.connection(), maker())
    return render("imports", "import_list", form=form, imports=listed, fields=import_plan.FIELDS), status


@bp.route("/import/<uuid:import_id>", methods=["GET", "POST"])
@require_step_up
def import_page(import_id: uuid.UUID) -> str | BaseResponse:
    """A file that was handed in: what taking it in would do, or what it did."""
    kept = imports.found(web.connection(), maker(), str(import_id))
    if kept is None:
        abort(404)
    if request.method == "POST":
        invited = request.form.get("invited") == "y"
        try:
            if imports.carry_out(web.engine(), maker(), str(import_id), invited=invited):
                flash(_("The people are taken in."), "success")
        except AdministrationError as error:
            flash(explain(error), "warning")
        return redirect(url_for("administration.import_page", import_id=import_id))
    plan = None if kept["done_at"] is not None else imports.preview(web.connection(), maker(), kept)
    counts = kept["counts"] if plan is None else plan.counts
    shown = (
        [] if plan is None else sorted(plan.steps, key=lambda step: (OUTCOMES.index(step.outcome), step.row))
    )
    return render(
        "import_page",
        "import_list",
        kept=kept,
        plan=plan,
        counts=counts,
        steps=[(step, _why(step)) for step in shown[:MOST_SHOWN]],
        left_out=max(0, len(shown) - MOST_SHOWN),
    )


def _why(step: Step) -> str:
    translate = translator(web.language())
    # The row stands in a column of its own.
    faults = (replace(fault, row=None) for fault in step.faults)
    return " ".join(fault_sentence(fault, translate, texts.FAULTS) for fault in faults)
