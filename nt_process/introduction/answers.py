"""What the pages of introductions share: the board, days from the address, a form carried out, and refusals in words."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, abort, request

from nt_process import web
from nt_process.cases import answering
from nt_process.cases.answering import Page
from nt_process.financing.data.populations import POPULATIONS
from nt_process.introduction import queries, regions, texts
from nt_process.introduction.forms import IntroductionForm, sentence
from nt_process.introduction.queries import Board
from nt_process.introduction.regions import Place
from nt_process.introduction.rules import board as boards
from nt_process.kernel.calendar import read_day, why_no_day
from nt_process.kernel.faults import Fault
from nt_process.kernel.messages import translator
from nt_process.kernel.typed import shown
from nt_process.rights import REGIONS

bp = Blueprint("introduction", __name__, url_prefix="/introduction")


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
    """As `answering.carried_out`, with the refusals of introductions."""
    return answering.carried_out(form, command, show, lambda error: str(texts.ERROR_TEXTS[error.reason.code]))
