"""What the pages of agreements share: the file, a form shown or carried out, and refusals in words."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Blueprint, abort

from nt_process import web
from nt_process.agreements import queries, texts
from nt_process.agreements.queries import AgreementFile
from nt_process.kernel.reasons import NotDone
from nt_process.negotiation import answers as negotiations
from nt_process.negotiation.answers import Page
from nt_process.negotiation.forms import NegotiationForm

__all__ = ["Page", "bp", "carried_out", "the_file"]

bp = Blueprint("agreements", __name__, url_prefix="/agreements")


def the_file(agreement_id: uuid.UUID) -> AgreementFile:
    """The agreement, or 404 for who may not know of it."""
    found = queries.agreement_file(web.connection(), web.actor(), str(agreement_id), web.today())
    return found if found is not None else abort(404)


def carried_out(
    form: NegotiationForm, command: Callable[[], Page], show: Callable[[str | None], str]
) -> Page:
    """As the pages of negotiations do it, with the refusals of agreements."""
    return negotiations.carried_out(form, command, show, _explained)


def _explained(error: NotDone) -> str:
    if error.reason.code != "overlap":
        return str(texts.ERROR_TEXTS[error.reason.code])
    others = error.reason.params["others"]
    if not isinstance(others, list) or not others:
        return str(texts.OVERLAP)
    return str(texts.OVERLAP_OF) % {"others": "; ".join(others)}
