"""The list of what is to be re-assessed, one case's re-assessment, and the numbers of the rules."""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa
from flask import abort, render_template, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _

from nt_process import web
from nt_process.cases import queries as cases
from nt_process.cases.page import actor_towards, case_page
from nt_process.reassessment import clocks, dialogues, plan_queries, plans, service, texts, triggers
from nt_process.reassessment.answers import Page, bp, carried_out, maker
from nt_process.reassessment.forms import BoundForm, OutcomeForm, ReassessmentForm, RuleForm, TriggerForm
from nt_process.rights import INTERNAL, REASSESSMENT_READERS, RECOMMENDERS, SECRETARIAT

# For the tab: whether there is anything of these in the case.
_HAS = sa.text("""
    SELECT EXISTS (SELECT FROM publication p WHERE p.case_number = :number AND p.kind = 'final')
        OR EXISTS (SELECT FROM evidence_plan p WHERE p.case_number = :number)
        OR EXISTS (SELECT FROM early_dialogue_version v JOIN cases c ON c.id = v.case_id WHERE c.number = :number)
""")
_OUTCOMES = sa.text("""
    SELECT DISTINCT o.seq, o.outcome, o.reasons, o.decided_on FROM reassessment_outcome o
    JOIN publication p ON p.recommendation_id = o.recommendation_id
    WHERE p.case_number = :number ORDER BY o.seq DESC
""")


@bp.app_template_global()
def has_reassessment(number: str) -> bool:
    """For the tab on a case: whether the reader has a page of its re-assessment to open."""
    roles = web.actor().roles
    if SECRETARIAT.allows(roles):
        return True
    return REASSESSMENT_READERS.allows(roles) and bool(web.connection().scalar(_HAS, {"number": number}))


@bp.get("")
def index() -> str:
    internal = INTERNAL.allows(web.actor().roles)
    listed = clocks.clocks(web.connection(), web.actor(), web.today())
    return render_template(
        "reassessment/index.html",
        now=[one for one in listed if one.state in ("overdue", "soon", "reassessing", "changing")],
        later=[one for one in listed if one.state == "later"],
        waiting=triggers.listed(web.connection(), web.actor(), open_only=True) if internal else [],
        plans=plan_queries.listed(web.connection(), web.actor()),
        internal=internal,
        company=bool(web.actor().company_ids),
        may_write=SECRETARIAT.allows(web.actor().roles),
        words=texts,
    )


@bp.get("/cases/<number>")
def case(number: str) -> str:
    return _case(number)


def _case(number: str, problem: str | None = None, form: ReassessmentForm | None = None) -> str:
    found = cases.case_file(web.connection(), web.actor(), number) or abort(404)
    page = case_page(found, web.actor(), web.today())
    internal = INTERNAL.allows(web.actor().roles)
    me = actor_towards(web.actor(), found.case)
    return render_template(
        "reassessment/case.html",
        page=page,
        tab="reassessment",
        as_of=None,
        number=number,
        listed=clocks.clocks(web.connection(), web.actor(), web.today(), number),
        triggers=triggers.listed(web.connection(), web.actor(), number),
        outcomes=web.connection().execute(_OUTCOMES, {"number": number}).mappings().all(),
        dialogues=dialogues.listed(web.connection(), web.actor(), number),
        told=dialogues.told(web.connection(), web.actor(), number),
        plans=plan_queries.listed(web.connection(), web.actor(), number),
        internal=internal,
        may_write=SECRETARIAT.allows(me.roles) and page.facts.conflict is None,
        may_decide=RECOMMENDERS.allows(me.roles) and found.case.state == "reassessment",
        trigger_form=form if isinstance(form, TriggerForm) else TriggerForm(formdata=None),
        outcome_form=form if isinstance(form, OutcomeForm) else OutcomeForm(formdata=None),
        problem=problem,
        words=texts,
    )


@bp.post("/cases/<number>/outcome")
def decide(number: str) -> Page:
    form = OutcomeForm()
    return carried_out(
        form,
        lambda: service.decide(web.engine(), maker(), number, form.texts()),
        _("The outcome is recorded, and its reasons are public."),
        lambda _done: url_for("reassessment.case", number=number),
        lambda problem: _case(number, problem, form),
    )


@bp.post("/cases/<number>/triggers")
def enter(number: str) -> Page:
    form = TriggerForm()
    return carried_out(
        form,
        lambda: triggers.enter(web.engine(), maker(), number, form.texts()),
        _("The happening is entered, and waits to be assessed."),
        lambda made: url_for("reassessment.trigger", trigger_id=made),
        lambda problem: _case(number, problem, form),
    )


@bp.route("/cases/<number>/recommendations/<uuid:recommendation_id>/day", methods=["GET", "POST"])
def bound(number: str, recommendation_id: uuid.UUID) -> Page:
    listed = clocks.clocks(web.connection(), web.actor(), web.today(), number)
    clock = next((one for one in listed if one.row["id"] == recommendation_id), None) or abort(404)
    form = BoundForm(data={"last_day": clock.row["bound"].isoformat() if clock.row["bound"] else ""})

    def show(problem: str | None) -> str:
        return render_template(
            "reassessment/bound.html", clock=clock, number=number, form=form, problem=problem, words=texts
        )

    if not form.is_submitted():
        return show(None)
    return carried_out(
        form,
        lambda: service.set_bound(web.engine(), maker(), number, str(recommendation_id), form.texts()),
        _("The last day is changed."),
        lambda _done: url_for("reassessment.case", number=number),
        show,
    )


@bp.route("/rules", methods=["GET", "POST"])
def rules() -> Page:
    holds = clocks.rule(web.connection())
    stored = {
        "months": str(holds.months),
        "price_percent": format_decimal(holds.price_percent),
        "agreement_days": str(holds.agreement_days),
    }
    form = RuleForm(data=stored)

    def show(problem: str | None) -> str:
        return render_template("reassessment/rules.html", form=form, problem=problem)

    if not form.is_submitted():
        return show(None)
    return carried_out(
        form,
        lambda: service.set_rule(web.engine(), maker(), form.texts()),
        _("The rules are changed."),
        lambda _done: url_for("reassessment.index"),
        show,
    )


@bp.app_template_filter()
def milestone_state(row: Any) -> str:
    return plans.state_of(row, web.today())
