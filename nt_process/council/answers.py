"""What the pages of a meeting share: the file, a form shown or carried out, and refusals in words."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import time
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask_babel import gettext as _

from nt_process import web
from nt_process.cases import answering
from nt_process.cases.answering import Page
from nt_process.council import queries, texts
from nt_process.council.forms import CouncilForm
from nt_process.council.queries import MeetingFile
from nt_process.infra.rows import Row
from nt_process.kernel.reasons import NotDone
from nt_process.rights import MEETING_READERS

bp = Blueprint("council", __name__, url_prefix="/meetings/<uuid:meeting_id>")


def the_file(meeting_id: uuid.UUID) -> MeetingFile:
    """The meeting with its agenda, or 404 for who may not know of it."""
    found = queries.meeting_file(web.connection(), web.actor(), str(meeting_id), web.today())
    return found if found is not None else abort(404)


def the_item(file: MeetingFile, item_id: uuid.UUID) -> Row:
    """An item of the agenda, or 404."""
    found = file.item(str(item_id))
    return found if found is not None else abort(404)


def carried_out(form: CouncilForm, command: Callable[[], Any], show: Callable[[str | None], str]) -> Page:
    """As `answering.carried_out`, with the refusals of meetings."""
    return answering.carried_out(form, command, show, explained)


def explained(error: NotDone) -> str:
    return str(texts.ERROR_TEXTS[error.reason.code]) % dict(error.reason.params)


def draw(template: str, file: MeetingFile, tab: str, **shown: Any) -> str:
    return render_template(
        f"council/{template}",
        file=file,
        m=file.row,
        tab=tab,
        words=texts,
        lists=MEETING_READERS.allows(file.actor.roles),
        clock=clock,
        called=called,
        **shown,
    )


def clock(at: time | None) -> str:
    """A time of day to the reader."""
    return "" if at is None else at.strftime("%H:%M")


def called(item: Row) -> str:
    """What an item is called; a case that the reader does not see has only what the item is called besides."""
    return queries.heading_of(item) or _("An item of the agenda")


def is_sent() -> bool:
    return request.method == "POST"
