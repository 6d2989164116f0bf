"""What the views of companies share: a form is shown, or carried out, or comes back with what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, render_template
from werkzeug.wrappers import Response

from nt_process import web
from nt_process.companies import texts
from nt_process.companies.errors import CompanyError, Maker
from nt_process.companies.forms import CompanyForm
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import translator
from nt_process.kernel.reasons import NotDone
from nt_process.web import template_filters

Page = str | Response | tuple[str, int]
ABSENT = ("not_found", "not_allowed")


def maker() -> Maker:
    return Maker(web.actor(), web.now())


def carried_out(
    form: CompanyForm, command: Callable[[], Response], show: Callable[[str | None], str]
) -> Page:
    """Do what the form asks. Refused, `show` draws the page again, given the problem that is about no field."""
    try:
        return command()
    except BadInput as refusal:
        form.show_faults(refusal, translator(web.language()))
        return show(None), 422
    except CompanyError as error:
        if error.reason.code in ABSENT:
            abort(404)
        return show(explain(error)), 409


def explain(error: NotDone) -> str:
    """Why a command was not carried out, to the reader."""
    params: dict[str, Any] = dict(error.reason.params)
    if "at" in params:
        params["at"] = template_filters.instant(params["at"])
    if "day" in params:
        params["day"] = template_filters.day(params["day"])
    return str(texts.ERROR_TEXTS[error.reason.code]) % params


def draw(template: str, **shown: Any) -> str:
    return render_template(template, words=texts, **shown)
