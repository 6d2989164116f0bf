"""The deadline calculator as a page. It reads and stores nothing; its address is the calculation."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_babel import format_date

from nt_process import web
from nt_process.deadlines.calculator import answer
from nt_process.deadlines.forms import calculator_form
from nt_process.engine.clock import Step
from nt_process.infra.derivation_texts import step_text as text_of
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import translator
from nt_process.web import template_filters

bp = Blueprint("deadlines", __name__)


@bp.app_template_filter("step_text")
def step_text(step: Step) -> str:
    """A step of a derivation in the reader's language."""
    return text_of(step, translator(web.language()), template_filters.day)


@bp.get("/calculator")
def calculator() -> str | tuple[str, int]:
    form = calculator_form(request.args)
    result = None
    if form.start.data or form.days.data:
        try:
            result = answer(form.question())
        except BadInput as refusal:
            form.show_faults(refusal, translator(web.language()))
    # What was left blank stays out of the address that is passed on, and what is no field of the form: what makes
    # links takes some names for its own.
    known = {field.name for field in form}
    stated = {name: value for name, value in request.args.items() if name in known and value.strip()}
    page = render_template(
        "deadlines/calculator.html",
        form=form,
        steps=() if result is None else result.steps,
        last_day=None if result is None else format_date(result.due, "EEEE d MMMM yyyy"),
        stated=stated,
    )
    return (page, 422) if form.has_faults else page
