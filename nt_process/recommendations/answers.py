"""What the pages of recommendations share: the file, a form shown or carried out, and refusals in words."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort

from nt_process import web
from nt_process.cases import answering
from nt_process.cases.answering import Page
from nt_process.kernel.reasons import NotDone
from nt_process.recommendations import queries, texts
from nt_process.recommendations.forms import RecommendationForm
from nt_process.recommendations.queries import RecommendationFile

bp = Blueprint("recommendations", __name__, url_prefix="/recommendations")


def the_file(recommendation_id: uuid.UUID) -> RecommendationFile:
    """The recommendation, or 404 for who may not know of it."""
    found = queries.recommendation_file(web.connection(), web.actor(), str(recommendation_id), web.today())
    return found if found is not None else abort(404)


def carried_out(
    form: RecommendationForm, command: Callable[[], Any], show: Callable[[str | None], str]
) -> Page:
    """As `answering.carried_out`, with the refusals of recommendations."""
    return answering.carried_out(form, command, show, _explained)


def _explained(error: NotDone) -> str:
    if error.reason.code == "figures":
        found = error.reason.params["figures"]
        return str(texts.FIGURES) % {
            "figures": "; ".join(str(one) for one in found) if isinstance(found, list) else ""
        }
    return str(texts.ERROR_TEXTS[error.reason.code])
