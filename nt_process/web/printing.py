"""A document that a worker prints: asked for by a page, waited for, and then opened. One way for every feature.

Without scripts the page that waits asks again by itself now and then; with them a part of it does, more often.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, render_template, request

from nt_process import web
from nt_process.infra import jobs
from nt_process.infra.pdf import PDF_TYPE

# Seconds between two looks of a page without scripts.
LOOK_AGAIN = 8


@dataclass(frozen=True, slots=True)
class Printed:
    """A document to be printed: its job, the name of its file (without the ending), what the page that waits is called,
    and where that leads back to, as (address, words). Who asks has been found to have the right to it."""

    kind: str
    key: str
    params: Mapping[str, Any]
    name: str
    title: str
    back: tuple[str, str]
    opened: bool = True


def answer(wanted: Printed) -> Response:
    """The document when it has been made; until then a page that waits for it, and has had it asked for."""
    made = jobs.result(web.connection(), wanted.kind, wanted.key)
    if made is not None:
        if web.is_htmx():
            return Response(headers={"HX-Redirect": request.full_path})
        how = "inline" if wanted.opened else "attachment"
        disposition = f"{how}; filename={wanted.name}.pdf"
        return Response(made, mimetype=PDF_TYPE, headers={"Content-Disposition": disposition})
    with web.engine().begin() as connection:
        job = jobs.ask(connection, wanted.kind, wanted.key, wanted.params, web.now())
    template = "components/_waiting.html" if web.is_htmx() else "components/waiting.html"
    waited = int((web.now() - job.asked_at).total_seconds())
    page = render_template(template, job=job, waited=waited, printed=wanted, url=request.full_path)
    if web.is_htmx() or job.state != "waiting":
        return Response(page)
    return Response(page, status=202, headers={"Refresh": str(LOOK_AGAIN)})
