"""What a page answers when a form asks for a command: it was carried out, or the page again with what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from flask import abort
from werkzeug.wrappers import Response

from nt_process import web
from nt_process.cases.errors import CaseNotFound, Refused
from nt_process.identity.maker import Maker
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import Translate, translator
from nt_process.kernel.reasons import NotDone, ProofNeeded
from nt_process.web import reason_texts, step_up

Page = str | Response | tuple[str, int]
# What a person may not know of answers as what does not exist.
ABSENT = ("not_found", "not_allowed")


def maker() -> Maker:
    """Who asks, and when."""
    return Maker(web.actor(), web.now())


class ShowsFaults(Protocol):
    def show_faults(self, refusal: BadInput, translate: Translate) -> Any: ...


def carried_out(
    form: ShowsFaults,
    command: Callable[[], Any],
    show: Callable[[str | None], str],
    explain: Callable[[NotDone], str],
) -> Page:
    """Do what the form asks. Refused, `show` draws the page again, given the problem that is about no field; `explain`
    says a room's own refusal in words.
    """
    try:
        done: Page = command()
    except BadInput as refusal:
        form.show_faults(refusal, translator(web.language()))
        return show(None), 422
    except NotDone as error:
        if error.reason.code in ABSENT:
            abort(404)
        return show(explain(error)), 409
    except Refused as refusal:
        web.denied(refusal.reasons)
        return show(" ".join(reason_texts.describe(one) for one in refusal.reasons)), 409
    except CaseNotFound:
        abort(404)
    except ProofNeeded:
        return step_up.ask_for_proof()
    return done
