"""Errors of the API as problem+json (RFC 9457): what is wrong, in words and as codes a script can read."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, g, make_response
from flask_babel import gettext as _
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from nt_process.engine.definition import Workflow
from nt_process.kernel.reasons import Reason
from nt_process.web import reason_texts

MEDIA_TYPE = "application/problem+json"


def problem(status: int, title: str, detail: str = "", **more: Any) -> Response:
    """A response of the given status; `more` are the members that this kind of problem adds."""
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "request_id": g.get("request_id", ""),
        **more,
    }
    if detail:
        body["detail"] = detail
    return Response(json.dumps(body, ensure_ascii=False), status=status, content_type=MEDIA_TYPE)


def problem_of(error: HTTPException) -> Response:
    """What Flask and Werkzeug raise, in the API's form. A response that is already one passes through."""
    if error.response is not None:
        return make_response(error.response)
    titles = {
        400: _("The request could not be read"),
        401: _("A valid token is needed"),
        403: _("Not permitted"),
        404: _("There is no such thing here"),
        405: _("The address does not take that"),
        413: _("The request is too large"),
        415: _("The content type cannot be read"),
        500: _("Something went wrong with us"),
    }
    status = error.code or 500
    response = problem(status, titles.get(status, error.name))
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="nt"'
    if status == 405 and getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]
    return response


def refusal(reasons: tuple[Reason, ...], workflow: Workflow | None = None, status: int = 403) -> Response:
    """Every reason of a refused command, each with its code and its sentence."""
    return problem(status, _("It cannot be done now"), reasons=reasons_json(reasons, workflow))


def reasons_json(reasons: tuple[Reason, ...], workflow: Workflow | None) -> list[dict[str, str]]:
    return [{"code": reason.code, "text": reason_texts.describe(reason, workflow)} for reason in reasons]


def invalid(error: ValidationError) -> Response:
    """A body or parameter that does not have its form: each fault with its place."""
    faults = [
        {"where": ".".join(str(part) for part in fault["loc"]), "text": fault["msg"]}
        for fault in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    return problem(422, _("Something must be corrected"), faults=faults)
