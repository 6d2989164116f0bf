"""What the pages of follow-up share: the blueprint, words, a form shown or carried out, and refusals in words."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, abort, g
from markupsafe import Markup
from werkzeug.wrappers import Response

from nt_process import web
from nt_process.cases import answering
from nt_process.cases.answering import Page
from nt_process.consultation.forms import Shown
from nt_process.followup import presentation, queries, sources, texts
from nt_process.followup.fault_texts import FAULTS
from nt_process.followup.presentation import Presenter
from nt_process.followup.queries import Followed
from nt_process.followup.rules import quarters
from nt_process.infra.fault_texts import fault_sentence
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import Translate, translator
from nt_process.kernel.reasons import NotDone
from nt_process.rights import SECRETARIAT

bp = Blueprint("followup", __name__, url_prefix="/follow-up")


@bp.context_processor
def _words() -> dict[str, Any]:
    """Also for an error page, which may be for nobody."""
    actor = g.get("actor")
    return {
        "words": texts,
        "quarter": quarters.named,
        "region_name": presentation.region_name,
        "source_name": lambda code: sources.name(code, web.language()),
        "may_edit": actor is not None and SECRETARIAT.allows(actor.roles),
        "is_council": actor is not None and actor.is_internal,
    }


def presenter() -> Presenter:
    language = web.language()
    return Presenter(language, translator(language))


def the_follow_up(recommendation_id: uuid.UUID) -> Followed:
    """A recommendation's follow-up, or 404 for who may not know of it."""
    found = queries.followed(web.connection(), web.actor(), str(recommendation_id))
    return found if found is not None else abort(404)


def drawn(svg: str) -> Markup:
    return Markup(svg)  # noqa: S704 - the chart escapes every text it holds


class _Sent:
    """What was sent, as it is shown again."""

    def __init__(self, sent: Mapping[str, str]) -> None:
        self.shown = Shown(sent)

    def show_faults(self, refusal: BadInput, translate: Translate) -> None:
        self.shown = Shown(self.shown.values, faults_of(refusal))


def carried_out(
    command: Callable[[], Response], sent: Mapping[str, str], show: Callable[[Shown, str | None], str]
) -> Page:
    """As `answering.carried_out`, with the refusals of follow-up; `show` is given what was typed."""
    form = _Sent(sent)
    return answering.carried_out(form, command, lambda problem: show(form.shown, problem), explained)


def faults_of(refusal: BadInput) -> dict[str, str]:
    """The faults of a form by its fields."""
    found: dict[str, str] = {}
    for fault in refusal.faults:
        said = sentence(Fault(fault.code, params=fault.params))
        name = str(fault.column)
        found[name] = f"{found[name]} {said}" if name in found else said
    return found


def sentence(fault: Fault) -> str:
    return fault_sentence(fault, translator(web.language()), FAULTS)


def explained(error: NotDone) -> str:
    text = str(texts.ERROR_TEXTS[error.reason.code])
    if error.reason.code == "lacking":
        named = error.reason.params["fields"]
        names = [str(texts.FIELD_NAMES[one]) for one in named] if isinstance(named, list) else []
        return text % {"fields": ", ".join(names)}
    return text
