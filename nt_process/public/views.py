"""The public pages. Nobody is known here: no cookie is read or set, and everybody is given the same answer.

The language stands in the address. What is not public is answered as what does not exist.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.consultation.texts import VERDICT_NAMES, choice_text
from nt_process.followup.presentation import Presenter
from nt_process.followup.rules import quarters
from nt_process.infra import files
from nt_process.infra.pdf import PDF_TYPE
from nt_process.kernel.calendar import ONE_DAY, STOCKHOLM
from nt_process.kernel.messages import translator
from nt_process.public import feeds, queries, rules, texts
from nt_process.public.answering import Content, fresh, remembered
from nt_process.public.queries import Chosen, PublicCase, Recommended
from nt_process.recommendations import texts as words
from nt_process.recommendations.rules import document
from nt_process.web import reason_texts

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


def _page(template: str, **values: object) -> Content:
    other = "en" if g.fixed_language == "sv" else "sv"
    values_there: dict[str, Any] = {**(request.view_args or {}), "lang": other}
    there = url_for(request.endpoint or "", **values_there)
    page = render_template(template, other=there, words=words, named=texts, **values)
    return Content(page.encode(), HTML)


def _dated(content: Content, found: list[Recommended], also: Iterable[datetime] = ()) -> Content:
    """With the instant at which the newest of them was published, or the last of them ended, or the last of `also`."""
    ends = (one.row["valid_to"] for one in found if one.row["valid_to"] and one.row["valid_to"] < web.today())
    ended = [datetime.combine(day + ONE_DAY, datetime.min.time(), STOCKHOLM).astimezone(UTC) for day in ends]
    newest = feeds.newest(found)
    modified = None if newest is None else max([newest, *ended, *also])
    return Content(content.body, content.media_type, modified, content.name)


def _whole(endpoint: str, **values: Any) -> str:
    """An address with the host of the installation."""
    return web.settings().base_url + url_for(endpoint, **values)


def _address(slug: str) -> str:
    return _whole("public.recommendation", slug=slug)


# --- recommendations ------------------------------------------------------------------------------


def _chosen() -> Chosen:
    def one(name: str, known: Any) -> str:
        found = request.args.get(name, "")
        return found if found in known else ""

    outcomes = [outcome for those in document.OUTCOMES.values() for outcome in those]
    q = " ".join(request.args.get("q", "")[:MOST_Q].split())
    return Chosen(q, one("outcome", outcomes), one("kind", document.KINDS), one("standing", rules.STANDINGS))


def _everything() -> list[Recommended]:
    return queries.recommendations(web.connection(), Chosen(), web.today())


@bp.get("/")
def index() -> Response:
    """All recommendations, or those that are searched for."""

    def make() -> Content:
        chosen, everything = _chosen(), _everything()
        found = (
            everything if chosen.is_all else queries.recommendations(web.connection(), chosen, web.today())
        )
        labels = document.wording(web.today()).labels
        place = 1 if g.fixed_language == "en" else 0
        page = _page(
            "public/index.html",
            found=found,
            many=len(everything),
            chosen=chosen,
            labels={name: worded[place] for name, worded in labels.items()},
        )
        return _dated(page, everything)

    return remembered(make)


@bp.get("/recommendations/<slug>")
def recommendation(slug: str) -> Response:
    def make() -> Content:
        row = queries.recommendation(web.connection(), slug) or abort(404)
        of_case = [one for one in _everything() if one.row["case_number"] == row["case_number"]]
        own = next(one for one in of_case if one.row["slug"] == slug)
        followed = queries.followed(web.connection(), slug)
        page = _page(
            "public/recommendation.html",
            p=row,
            c=row["content"],
            standing=own.standing,
            history=of_case,
            parts=document,
            followed=followed,
            quarter=quarters.named,
            present=Presenter(g.fixed_language, translator(g.fixed_language)),
        )
        return _dated(page, of_case, (one["at"] for one in followed))

    return remembered(make)


@bp.get("/recommendations/<slug>.pdf")
def printed(slug: str) -> Response:
    def make() -> Content:
        row = queries.printed(web.connection(), slug) or abort(404)
        body = b"".join(files.open_parts(web.connection(), row["pdf_sha256"]))
        return Content(body, PDF_TYPE, row["published_at"], f"rekommendation-{slug}.pdf")

    return fresh(make())


@bp.get("/feed.atom")
def atom() -> Response:
    def make() -> Content:
        found = _everything()
        body = feeds.atom(found, g.fixed_language, _whole("public.atom"), _address)
        return _dated(Content(body, "application/atom+xml; charset=utf-8"), found)

    return remembered(make)


@bp.get("/feed.json")
def json_feed() -> Response:
    def make() -> Content:
        found = _everything()
        body = feeds.json_feed(found, g.fixed_language, _whole("public.json_feed"), _address)
        return _dated(Content(body, "application/feed+json"), found)

    return remembered(make)


@bp.get("/recommendations.json")
def recommendations_json() -> Response:
    def make() -> Content:
        found = _everything()
        return _dated(Content(feeds.recommendations_json(found, _address), JSON), found)

    return remembered(make)


@bp.get("/recommendations.csv")
def recommendations_csv() -> Response:
    def make() -> Content:
        found = _everything()
        body = feeds.recommendations_csv(found, g.fixed_language, _address)
        return _dated(Content(body, CSV, name="recommendations.csv"), found)

    return remembered(make)


# --- cases ----------------------------------------------------------------------------------------


@bp.get("/cases")
def cases() -> Response:
    found = queries.cases(web.connection(), web.today())
    process, phase = request.args.get("process", ""), request.args.get("phase", "")
    q = " ".join(request.args.get("q", "")[:MOST_Q].split())
    shown = [
        one
        for one in found
        if process in ("", one.row["process"])
        and phase in ("", one.timeline.stays[-1].phase)
        and all(word in _searched(one) for word in q.casefold().split())
    ]
    page = _page(
        "public/cases.html",
        found=shown,
        many=len(found),
        asked={"q": q, "process": process, "phase": phase},
        processes={one.row["process"]: one.workflow.label for one in found},
        phases=reason_texts.PHASE_NAMES,
    )
    return fresh(page)


def _searched(one: PublicCase) -> str:
    return " ".join(one.row[name] or "" for name in ("number", "medicine", "substance", "atc")).casefold()


@bp.get("/cases/<number>")
def case(number: str) -> Response:
    """One case: where it is, where it has been and for how long, what has been recommended and commented."""
    found = queries.cases(web.connection(), web.today(), number) if number else []
    if len(found) != 1:
        abort(404)
    translate = translator(g.fixed_language)
    page = _page(
        "public/case.html",
        one=found[0],
        row=found[0].row,
        time=found[0].timeline,
        workflow=found[0].workflow,
        recommended=[one for one in _everything() if one.row["case_number"] == number],
        comments=queries.comments(web.connection(), number),
        choice_text=lambda kind, choice: choice_text(kind, choice, translate),
        verdicts=VERDICT_NAMES,
        phases=reason_texts.PHASE_NAMES,
        parties=reason_texts.PARTY_NAMES,
    )
    return fresh(page)


@bp.get("/cases.json")
def cases_json() -> Response:
    found = queries.cases(web.connection(), web.today())
    return fresh(Content(feeds.cases_json(found, g.fixed_language), JSON))


@bp.get("/cases.csv")
def cases_csv() -> Response:
    found = queries.cases(web.connection(), web.today())
    return fresh(Content(feeds.cases_csv(found, g.fixed_language), CSV, name="cases.csv"))


@bp.get("/times")
def times() -> Response:
    """How long things take: until a position, and in each stage."""
    found = queries.cases(web.connection(), web.today())
    by_process = []
    for process, label in {one.row["process"]: one.workflow.label for one in found}.items():
        those = [one for one in found if one.row["process"] == process]
        reached = [rules.until_position(one.workflow, one.steps) for one in those]
        done = [one for one in reached if one is not None]
        without = [one for one, time in zip(those, reached, strict=True) if time is None]
        by_process.append(
            {
                "label": label,
                "gross": rules.spread(time.gross for time in done),
                "net": rules.spread(time.net for time in done),
                "under_way": sum(1 for one in without if one.timeline.stays[-1].phase != "closed"),
                "ended": sum(1 for one in without if one.timeline.stays[-1].phase == "closed"),
            }
        )
    stages = []
    for phase, name in reason_texts.PHASE_NAMES.items():
        days = rules.spread(
            sum(stay.days for stay in one.timeline.stays if stay.phase == phase)
            for one in found
            if any(stay.phase == phase for stay in one.timeline.stays)
            and one.timeline.stays[-1].phase != phase
        )
        if days is not None:
            stages.append((name, days))
    return fresh(_page("public/times.html", by_process=by_process, stages=stages))


# --- meetings, and what is about the site itself ---------------------------------------------------


@bp.get("/meetings")
def meetings() -> Response:
    found, today = queries.meetings(web.connection()), web.today()
    page = _page(
        "public/meetings.html",
        to_come=[one for one in found if one["day"] >= today],
        held=[
            one for one in reversed(found) if one["day"] < today and one["day"] > today - timedelta(days=730)
        ],
    )
    return fresh(page)


@bp.get("/about")
def about() -> Response:
    return fresh(_page("public/about.html"))


@bp.get("/accessibility")
def accessibility() -> Response:
    return fresh(_page("public/accessibility.html"))


@bp.get("/catalogue.jsonld")
def catalogue() -> Response:
    tables = {
        "recommendations": (
            _("Recommendations"),
            _("Every published recommendation with its position, its standing and its address."),
            {"text/csv": _whole("public.recommendations_csv"), "application/json": _whole("public.recommendations_json")},
        ),
        "cases": (
            _("Cases"),
            _("The cases with their public stage, and their time in all and without waiting for others."),
            {"text/csv": _whole("public.cases_csv"), "application/json": _whole("public.cases_json")},
        ),
    }  # fmt: skip
    return fresh(
        Content(feeds.catalogue(g.fixed_language, _whole("public.index"), tables), "application/ld+json")
    )


@bp.get("/sitemap.xml")
def sitemap() -> Response:
    pages = ("index", "cases", "meetings", "times", "about", "accessibility")
    addresses = [_whole(f"public.{name}") for name in pages]
    addresses += [_address(one.row["slug"]) for one in _everything()]
    found = queries.cases(web.connection(), web.today())
    addresses += [_whole("public.case", number=one.row["number"]) for one in found]
    return fresh(Content(feeds.site_map(addresses), XML))
