"""What the pages of re-assessments share: a form shown or carried out, and refusals in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, flash, redirect
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from nt_process.cases import answering
from nt_process.cases.answering import Page, maker
from nt_process.reassessment import texts
from nt_process.reassessment.errors import ReassessmentError
from nt_process.reassessment.forms import ReassessmentForm

__all__ = ["Page", "bp", "carried_out", "maker"]

bp = Blueprint("reassessment", __name__, url_prefix="/reassessment")


@bp.errorhandler(ReassessmentError)
def _not_found(_error: ReassessmentError) -> ResponseReturnValue:
    """A page asked for what is not there for this reader; commands answer for themselves."""
    return current_app.handle_http_exception(NotFound())


def carried_out(
    form: ReassessmentForm, command: Callable[[], Any], said: str, to: Callable[[Any], str],
    show: Callable[[str | None], str],
) -> Page:  # fmt: skip
    """As `answering.carried_out`, with the refusals of re-assessments; what was done is said, and leads on."""

    def done() -> Response:
        made = command()
        flash(said, "success")
        return redirect(to(made))

    return answering.carried_out(form, done, show, lambda error: str(texts.ERROR_TEXTS[error.reason.code]))
