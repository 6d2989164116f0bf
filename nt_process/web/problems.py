"""Errors of the API as problem+json (RFC 9457): what is wrong, in words and as codes a script can read."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, g, make_response
from flask_babel import gettext as _
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from nt_process.engine.definition import Workflow
from nt_process.infra.lazy_text import lazy as _l
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
        429: _("Too many requests"),
        500: _("Something went wrong with us"),
    }
    status = error.code or 500
    response = problem(status, titles.get(status, error.name))
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="nt"'
    if status == 429:
        response.headers["Retry-After"] = "60"
    if status == 405 and getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]
    return response


def refusal(reasons: tuple[Reason, ...], workflow: Workflow | None = None, status: int = 403) -> Response:
    """Every reason of a refused command, each with its code and its sentence."""
    return problem(status, _("It cannot be done now"), reasons=reasons_json(reasons, workflow))


def reasons_json(reasons: tuple[Reason, ...], workflow: Workflow | None) -> list[dict[str, str]]:
    return [{"code": reason.code, "text": reason_texts.describe(reason, workflow)} for reason in reasons]


_FAULTS = {
    "json_invalid": _l("The body is not JSON."),
    "model_type": _l("The body must be a JSON object, with Content-Type application/json."),
    "dict_type": _l("It must be an object."),
    "missing": _l("It must be stated."),
    "extra_forbidden": _l("It is not asked for here."),
    "string_type": _l("It must be text."),
    "string_too_long": _l("It is too long."),
    "int_parsing": _l("It must be a whole number."),
    "int_type": _l("It must be a whole number."),
    "bool_parsing": _l("It must be true or false."),
    "greater_than_equal": _l("It is too small."),
    "less_than_equal": _l("It is too large."),
    "literal_error": _l("It must be one of the alternatives."),
    "date_from_datetime_parsing": _l("It must be a day written as 2026-11-22."),
    "date_parsing": _l("It must be a day written as 2026-11-22."),
    "date_type": _l("It must be a day written as 2026-11-22."),
}


def invalid(error: ValidationError) -> Response:
    """A body or parameter that does not have its form: each fault with its place, as code and in words."""
    faults = [
        {
            "where": ".".join(str(part) for part in fault["loc"]),
            "code": fault["type"],
            "text": str(_FAULTS.get(fault["type"], _("The value cannot be used."))),
        }
        for fault in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    return problem(422, _("Something must be corrected"), faults=faults)
