"""What the pages of agreements share: the file, a form shown or carried out, and refusals in words."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from nt_process import web
from nt_process.agreements import queries, texts
from nt_process.agreements.errors import AgreementError
from nt_process.agreements.forms import AgreementForm
from nt_process.agreements.queries import AgreementFile
from nt_process.cases.errors import Refused
from nt_process.identity.maker import Maker
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import translator
from nt_process.sealed.room import ProofNeeded
from nt_process.web import reason_texts

bp = Blueprint("agreements", __name__, url_prefix="/agreements")

Page = str | Response | tuple[str, int]
ABSENT = ("not_found", "not_allowed")


def the_file(agreement_id: uuid.UUID) -> AgreementFile:
    """The agreement, or 404 for who may not know of it."""
    found = queries.agreement_file(web.connection(), web.actor(), str(agreement_id), web.today())
    return found if found is not None else abort(404)


def maker() -> Maker:
    return Maker(web.actor(), web.now())


def carried_out(form: AgreementForm, command: Callable[[], Any], show: Callable[[str | None], str]) -> Page:
    """Do what the form asks. Refused, `show` draws the page again, given the problem that is about no field."""
    try:
        done: Page = command()
        return done
    except BadInput as refusal:
        form.show_faults(refusal, translator(web.language()))
        return show(None), 422
    except AgreementError as error:
        if error.reason.code in ABSENT:
            abort(404)
        return show(_explained(error)), 409
    except Refused as refusal:
        web.denied(refusal.reasons)
        return show(" ".join(reason_texts.describe(one) for one in refusal.reasons)), 409
    except ProofNeeded:
        return redirect(url_for("security.confirm", next=request.full_path.rstrip("?")))


def _explained(error: AgreementError) -> str:
    if error.reason.code != "overlap":
        return str(texts.ERROR_TEXTS[error.reason.code])
    others = error.reason.params["others"]
    if not isinstance(others, list) or not others:
        return str(texts.OVERLAP)
    return str(texts.OVERLAP_OF) % {"others": "; ".join(others)}
