"""One happening that may reopen a case, and its assessment."""

from __future__ import annotations

import uuid
from decimal import Decimal

from flask import render_template, url_for
from flask_babel import gettext as _

from nt_process import web
from nt_process.prices import words as prices
from nt_process.reassessment import texts, triggers
from nt_process.reassessment.answers import Page, bp, carried_out, maker
from nt_process.reassessment.forms import AssessForm
from nt_process.rights import SECRETARIAT


@bp.get("/triggers/<uuid:trigger_id>")
def trigger(trigger_id: uuid.UUID) -> str:
    return _page(trigger_id)


@bp.post("/triggers/<uuid:trigger_id>")
def assess(trigger_id: uuid.UUID) -> Page:
    form = AssessForm()
    return carried_out(
        form,
        lambda: triggers.assess(web.engine(), maker(), str(trigger_id), form.seen_number, form.texts()),
        _("The assessment is kept."),
        lambda _done: url_for("reassessment.trigger", trigger_id=trigger_id),
        lambda problem: _page(trigger_id, problem, form),
    )


def _page(trigger_id: uuid.UUID, problem: str | None = None, form: AssessForm | None = None) -> str:
    row = triggers.one_of(web.connection(), web.actor(), str(trigger_id))
    return render_template(
        "reassessment/trigger.html",
        t=row,
        verdicts=triggers.verdicts(web.connection(), row["id"]),
        packages=[
            {
                "package": one["package"],
                "before": prices.kronor(Decimal(one["before"])),
                "after": prices.kronor(Decimal(one["after"])),
                "change": prices.percent(Decimal(one["percent"])),
            }
            for one in row["params"].get("packages", [])
        ],
        form=form or AssessForm(formdata=None),
        problem=problem,
        may_write=SECRETARIAT.allows(web.actor().roles) and row["verdict"] != "reopen",
        words=texts,
    )
