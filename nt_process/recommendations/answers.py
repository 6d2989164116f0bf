"""What the pages of recommendations share: the file, a form shown or carried out, and refusals in words."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort
from werkzeug.wrappers import Response

from nt_process import web
from nt_process.cases.errors import Refused
from nt_process.identity.maker import Maker
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import translator
from nt_process.recommendations import queries, texts
from nt_process.recommendations.errors import RecommendationError
from nt_process.recommendations.forms import RecommendationForm
from nt_process.recommendations.queries import RecommendationFile
from nt_process.sealed.room import ProofNeeded
from nt_process.web import reason_texts, step_up

bp = Blueprint("recommendations", __name__, url_prefix="/recommendations")

Page = str | Response | tuple[str, int]
ABSENT = ("not_found", "not_allowed")


def the_file(recommendation_id: uuid.UUID) -> RecommendationFile:
    """The recommendation, or 404 for who may not know of it."""
    found = queries.recommendation_file(web.connection(), web.actor(), str(recommendation_id), web.today())
    return found if found is not None else abort(404)


def maker() -> Maker:
    return Maker(web.actor(), web.now())


def carried_out(
    form: RecommendationForm, command: Callable[[], Any], show: Callable[[str | None], str]
) -> Page:
    """Do what the form asks. Refused, `show` draws the page again, given the problem that is about no field."""
    try:
        done: Page = command()
        return done
    except BadInput as refusal:
        form.show_faults(refusal, translator(web.language()))
        return show(None), 422
    except RecommendationError as error:
        if error.reason.code in ABSENT:
            abort(404)
        return show(_explained(error)), 409
    except Refused as refusal:
        web.denied(refusal.reasons)
        return show(" ".join(reason_texts.describe(one) for one in refusal.reasons)), 409
    except ProofNeeded:
        return step_up.ask_for_proof()


def _explained(error: RecommendationError) -> str:
    if error.reason.code == "figures":
        found = error.reason.params["figures"]
        return str(texts.FIGURES) % {
            "figures": "; ".join(str(one) for one in found) if isinstance(found, list) else ""
        }
    return str(texts.ERROR_TEXTS[error.reason.code])
