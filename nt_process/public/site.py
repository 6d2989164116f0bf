"""What all public pages share: their address, their language, and how one is drawn. Nobody is known here.

The language stands in the address. What is not public is answered as what does not exist.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.public import texts
from nt_process.public.answering import Content
from nt_process.recommendations import texts as words

bp = Blueprint("public", __name__, url_prefix="/public/<any(sv, en):lang>")
# The address without a language; Swedish is the language of the site.
front = Blueprint("public_front", __name__, url_prefix="/public")

HTML = "text/html; charset=utf-8"
CSV, JSON, XML = "text/csv; charset=utf-8", "application/json", "application/xml; charset=utf-8"
MOST_Q = 200


@bp.url_value_preprocessor
def _language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    g.fixed_language = (values or {}).pop("lang", "sv")


@bp.url_defaults
def _same_language(_endpoint: str, values: dict[str, Any]) -> None:
    values.setdefault("lang", g.get("fixed_language", "sv"))


@bp.errorhandler(404)
def _missing(_error: NotFound) -> tuple[str, int]:
    return render_template("public/error.html", other=None), 404


@front.get("/")
def start() -> BaseResponse:
    return redirect(url_for("public.index", lang="sv"))


def draw(template: str, *, other: bool = True, **values: Any) -> str:
    """A page; with `other` it leads to the same page in the other language."""
    there = None
    if other:
        lang = "en" if g.fixed_language == "sv" else "sv"
        values_there: dict[str, Any] = {**(request.view_args or {}), "lang": lang}
        there = url_for(request.endpoint or "", **values_there)
    return render_template(template, other=there, words=words, named=texts, **values)


def page(template: str, **values: Any) -> Content:
    """A page that any cache may keep."""
    return Content(draw(template, **values).encode(), HTML)


def whole(endpoint: str, **values: Any) -> str:
    """An address with the host of the installation."""
    return web.settings().base_url + url_for(endpoint, **values)


def asked(name: str, known: Any = None) -> str:
    """What the address asks for, on one line; with `known` only what is in it."""
    found = " ".join(request.args.get(name, "")[:MOST_Q].replace("\x00", " ").split())
    return found if known is None or found in known else ""
