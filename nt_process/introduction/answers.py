"""What the pages of introductions share: the board, days from the address, a form carried out, and refusals in words."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from nt_process import web
from nt_process.cases.errors import Refused
from nt_process.financing.data.populations import POPULATIONS
from nt_process.identity.maker import Maker
from nt_process.introduction import queries, regions, texts
from nt_process.introduction.errors import IntroductionError
from nt_process.introduction.forms import IntroductionForm, sentence
from nt_process.introduction.queries import Board
from nt_process.introduction.regions import Place
from nt_process.introduction.rules import board as boards
from nt_process.kernel.calendar import read_day, why_no_day
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import translator
from nt_process.kernel.typed import shown
from nt_process.rights import REGIONS
from nt_process.web import reason_texts

bp = Blueprint("introduction", __name__, url_prefix="/introduction")

Page = str | Response | tuple[str, int]
ABSENT = ("not_found", "not_allowed")


def maker() -> Maker:
    return Maker(web.actor(), web.now())


def the_board(recommendation_id: uuid.UUID, day: date) -> Board:
    """The board as of a day, or 404."""
    found = queries.board(web.connection(), web.actor(), str(recommendation_id), day, web.today())
    return found if found is not None else abort(404)


def places() -> list[Place]:
    """The regions that the reader represents."""
    if not REGIONS.allows(web.actor().roles):
        return []
    return regions.places(web.connection(), web.actor(), web.today())


def inhabitants() -> tuple[date, dict[str, int]]:
    """By county code, of the latest day that there are figures for."""
    day = boards.population_day(POPULATIONS, web.today())
    return day, dict(POPULATIONS[day])


def asked_day(name: str) -> tuple[date | None, str | None]:
    """A day that the address asks for, and what is wrong with what is written there."""
    written = request.args.get(name, "").strip()
    if not written:
        return None, None
    found = read_day(written)
    if found is not None and 1900 <= found.year < 2200:
        return found, None
    fault = Fault("not_a_day" if found else why_no_day(written), params={"value": shown(written)})
    return None, sentence(fault, translator(web.language()))


def asked_text(name: str) -> str:
    """What somebody searches for, on one line."""
    return " ".join(request.args.get(name, "").replace("\x00", "")[:200].split())


def carried_out(
    form: IntroductionForm, command: Callable[[], Any], show: Callable[[str | None], str]
) -> Page:
    """Do what the form asks. Refused, `show` draws the page again, given the problem that is about no field."""
    try:
        done: Page = command()
        return done
    except BadInput as refusal:
        form.show_faults(refusal, translator(web.language()))
        return show(None), 422
    except IntroductionError as error:
        if error.reason.code in ABSENT:
            abort(404)
        return show(str(texts.ERROR_TEXTS[error.reason.code])), 409
    except Refused as refusal:
        web.denied(refusal.reasons)
        return show(" ".join(reason_texts.describe(one) for one in refusal.reasons)), 409
