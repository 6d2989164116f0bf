"""What the views of companies share: a form is shown, or carried out, or comes back with what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import render_template
from werkzeug.wrappers import Response

from nt_process import web
from nt_process.cases import answering
from nt_process.cases.answering import Page
from nt_process.companies import texts
from nt_process.companies.errors import Maker
from nt_process.companies.forms import CompanyForm
from nt_process.kernel.reasons import NotDone
from nt_process.web import template_filters


def maker() -> Maker:
    return Maker(web.actor(), web.now())


def carried_out(
    form: CompanyForm, command: Callable[[], Response], show: Callable[[str | None], str]
) -> Page:
    """As `answering.carried_out`, with the refusals of companies."""
    return answering.carried_out(form, command, show, explain)


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
