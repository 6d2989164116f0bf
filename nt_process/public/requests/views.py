"""The public pages of requests: a form to ask for a document, and the answer behind a code."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date
from urllib.parse import quote

from flask import Response, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy.engine import Engine

from nt_process import web
from nt_process.identity import throttle
from nt_process.infra import acting
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import translator
from nt_process.public import texts
from nt_process.public.forms import AskForm, CodeForm
from nt_process.public.requests import asking
from nt_process.public.requests.codes import typed_code
from nt_process.public.requests.rules import APPEALABLE
from nt_process.public.site import asked, bp, draw


@bp.get("/ask")
def ask() -> str:
    """The form; the register leads here with the number of a document."""
    return draw("public/ask.html", form=AskForm(formdata=None, designation=asked("document")[:40]))


@bp.post("/ask")
def send_request() -> ResponseReturnValue:
    form = AskForm()
    try:
        place = throttle.from_address(request.remote_addr or "")
        account = throttle.account_key("request for a document")
        if not throttle.may_try(web.connection(), "link", account, place, web.now()):
            raise BadInput(Fault("too_often", column="wanted"))
        secret = web.settings().secret_key()
        made = asking.ask(web.engine(), secret, form.texts(), g.fixed_language, web.now())
    except BadInput as refusal:
        form.show_faults(refusal, translator(g.fixed_language))
        return draw("public/ask.html", form=form), 429 if refusal.faults[0].code == "too_often" else 422
    return draw(
        "public/asked.html", other=False, made=made, has_address=bool((form.address.data or "").strip())
    )


@bp.get("/reply")
def reply() -> str:
    """The answer to a request, where a mailed link leads with its code; without one, a form to state it."""
    code = asked("code")
    return _reply(CodeForm(formdata=None, code=code), code)


@bp.post("/reply")
def read_reply() -> ResponseReturnValue:
    form = CodeForm()
    code = (form.code.data or "")[:200]
    if asking.of_code(web.connection(), code) is None:
        form.show_faults(
            BadInput(Fault("unknown_code" if code.strip() else "missing", column="code")),
            translator(g.fixed_language),
        )
        return _reply(form, ""), 422
    return _reply(form, code)


@bp.post("/reply/file")
def reply_file() -> ResponseReturnValue:
    """A file that is handed out: fetched with the code, which stands in no address."""
    code, wanted = request.form.get("code", "")[:200], request.form.get("file", "")
    found = next((one for one in asking.files(web.connection(), code) if str(one["id"]) == wanted), None)
    if found is None:
        return _reply(CodeForm(formdata=None), ""), 422
    parts = _parts(web.engine(), code, str(uuid.UUID(wanted)), web.today())
    response = Response(parts, mimetype=found["media_type"])
    response.headers["Content-Length"] = str(found["size"])
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found['filename'])}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _parts(engine: Engine, code: str, file_id: str, today: date) -> Iterator[bytes]:
    """The file's pieces, read as nobody over a connection of its own: the request's is given back first."""
    acting.become(None, today)
    try:
        with engine.connect() as connection:
            yield from asking.parts(connection, code, file_id)
    finally:
        acting.forget()


def _reply(form: CodeForm, code: str) -> str:
    found = asking.of_code(web.connection(), code) if code else None
    if found is None and code and not form.code.errors:
        form.code.errors = [translator(g.fixed_language)(texts.FAULTS["unknown_code"])]
    return draw(
        "public/reply.html",
        other=False,
        form=form,
        code=typed_code(code),
        found=found,
        files=asking.files(web.connection(), code) if found is not None else [],
        appeals=found is not None and found["outcome"] in APPEALABLE,
    )
