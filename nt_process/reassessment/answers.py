"""What the pages of re-assessments share: a form shown or carried out, and refusals in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from nt_process import web
from nt_process.cases.errors import Refused
from nt_process.identity.maker import Maker
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import translator
from nt_process.reassessment import texts
from nt_process.reassessment.errors import ReassessmentError
from nt_process.reassessment.forms import ReassessmentForm
from nt_process.web import reason_texts

bp = Blueprint("reassessment", __name__, url_prefix="/reassessment")

Page = str | Response | tuple[str, int]
ABSENT = ("not_found", "not_allowed")


def maker() -> Maker:
    return Maker(web.actor(), web.now())


@bp.errorhandler(ReassessmentError)
def _not_found(_error: ReassessmentError) -> ResponseReturnValue:
    """A page asked for what is not there for this reader; commands answer for themselves."""

    return current_app.handle_http_exception(NotFound())


def carried_out(
    form: ReassessmentForm, command: Callable[[], Any], said: str, to: Callable[[Any], str],
    show: Callable[[str | None], str],
) -> Page:  # fmt: skip
    """Do what the form asks, say so, and go on. Refused, `show` draws the page again, given the problem that is about no
    field."""
    try:
        done = command()
    except BadInput as refusal:
        form.show_faults(refusal, translator(web.language()))
        return show(None), 422
    except ReassessmentError as error:
        if error.reason.code in ABSENT:
            abort(404)
        return show(str(texts.ERROR_TEXTS[error.reason.code])), 409
    except Refused as refusal:
        web.denied(refusal.reasons)
        return show(" ".join(reason_texts.describe(one) for one in refusal.reasons)), 409
    flash(said, "success")
    return redirect(to(done))
