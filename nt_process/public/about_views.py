"""What is about the site itself: who decides what, accessibility, the catalogue of data, the map; and the meetings."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, g
from flask_babel import gettext as _

from nt_process import web
from nt_process.public import feeds, queries
from nt_process.public.answering import Content, fresh
from nt_process.public.site import XML, bp, page, whole
from nt_process.public.views import address_of, everything


@bp.get("/meetings")
def meetings() -> Response:
    found, today = queries.meetings(web.connection()), web.today()
    drawn = page(
        "public/meetings.html",
        to_come=[one for one in found if one["day"] >= today],
        held=[
            one for one in reversed(found) if one["day"] < today and one["day"] > today - timedelta(days=730)
        ],
    )
    return fresh(drawn)


@bp.get("/about")
def about() -> Response:
    return fresh(page("public/about.html"))


@bp.get("/accessibility")
def accessibility() -> Response:
    return fresh(page("public/accessibility.html"))


@bp.get("/catalogue.jsonld")
def catalogue() -> Response:
    tables = {
        "recommendations": (
            _("Recommendations"),
            _("Every published recommendation with its position, its standing and its address."),
            {"text/csv": whole("public.recommendations_csv"), "application/json": whole("public.recommendations_json")},
        ),
        "cases": (
            _("Cases"),
            _("The cases with their public stage, and their time in all and without waiting for others."),
            {"text/csv": whole("public.cases_csv"), "application/json": whole("public.cases_json")},
        ),
        "register": (
            _("Register of documents"),
            _("The documents that have come and been sent: number, day, kind and public case, without anything secret."),
            {"text/csv": whole("public.register_csv"), "application/json": whole("public.register_json")},
        ),
    }  # fmt: skip
    return fresh(
        Content(feeds.catalogue(g.fixed_language, whole("public.index"), tables), "application/ld+json")
    )


@bp.get("/sitemap.xml")
def sitemap() -> Response:
    pages = (
        "index", "cases", "meetings", "times", "register", "subscribe", "ask", "reply", "about", "accessibility",
    )  # fmt: skip
    addresses = [whole(f"public.{name}") for name in pages]
    addresses += [address_of(one.row["slug"]) for one in everything()]
    found = queries.cases(web.connection(), web.today())
    addresses += [whole("public.case", number=one.row["number"]) for one in found]
    return fresh(Content(feeds.site_map(addresses), XML))
