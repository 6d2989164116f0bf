"""The public pages. Nobody is known here: no cookie is read or set, and everybody is given the same answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask import Response, abort, g

from nt_process import web
from nt_process.appeals import texts as appeal_texts
from nt_process.consultation.texts import VERDICT_NAMES, choice_text
from nt_process.followup.presentation import Presenter
from nt_process.followup.rules import quarters
from nt_process.infra import files
from nt_process.infra.pdf import PDF_TYPE
from nt_process.introduction import texts as introducing
from nt_process.introduction.rules.deciding import OUTCOMES
from nt_process.kernel.calendar import ONE_DAY, STOCKHOLM
from nt_process.kernel.messages import translator
from nt_process.kernel.regions import REGIONS
from nt_process.public import feeds, queries, rules
from nt_process.public.answering import Content, fresh, remembered
from nt_process.public.queries import Chosen, PublicCase, Recommended
from nt_process.public.site import CSV, JSON, asked, bp, page, whole
from nt_process.reassessment.texts import OUTCOME_NAMES
from nt_process.recommendations.rules import document
from nt_process.web import reason_texts


def _dated(content: Content, found: list[Recommended]) -> Content:
    """With the instant at which the newest of them was published, or the last of them ended."""
    ends = (one.row["valid_to"] for one in found if one.row["valid_to"] and one.row["valid_to"] < web.today())
    ended = [datetime.combine(day + ONE_DAY, datetime.min.time(), STOCKHOLM).astimezone(UTC) for day in ends]
    newest = feeds.newest(found)
    modified = None if newest is None else max([newest, *ended])
    return Content(content.body, content.media_type, modified, content.name)


def address_of(slug: str) -> str:
    return whole("public.recommendation", slug=slug)


# --- recommendations ------------------------------------------------------------------------------


def _chosen() -> Chosen:
    outcomes = [outcome for those in document.OUTCOMES.values() for outcome in those]
    kind, standing = asked("kind", document.KINDS), asked("standing", rules.STANDINGS)
    return Chosen(asked("q"), asked("outcome", outcomes), kind, standing)


def everything() -> list[Recommended]:
    return queries.recommendations(web.connection(), Chosen(), web.today())


@bp.get("/")
def index() -> Response:
    """All recommendations, or those that are searched for."""

    def make() -> Content:
        chosen, published = _chosen(), everything()
        found = published if chosen.is_all else queries.recommendations(web.connection(), chosen, web.today())
        labels = document.wording(web.today()).labels
        place = 1 if g.fixed_language == "en" else 0
        drawn = page(
            "public/index.html",
            found=found,
            many=len(published),
            chosen=chosen,
            labels={name: worded[place] for name, worded in labels.items()},
        )
        return _dated(drawn, published)

    return remembered(make)


@bp.get("/recommendations/<slug>")
def recommendation(slug: str) -> Response:
    def make() -> Content:
        row = queries.recommendation(web.connection(), slug) or abort(404)
        of_case = [one for one in everything() if one.row["case_number"] == row["case_number"]]
        own = next(one for one in of_case if one.row["slug"] == slug)
        followed = queries.followed(web.connection(), slug)
        statuses = queries.statuses(web.connection(), row["recommendation_id"])
        drawn = page(
            "public/recommendation.html",
            p=row,
            c=row["content"],
            standing=own.standing,
            statuses=statuses,
            notices=queries.notices(web.connection(), row["recommendation_id"]),
            appeal_words=appeal_texts,
            history=of_case,
            parts=document,
            introduced=queries.introductions(web.connection(), [slug]).get(slug, {}),
            **_introducing(),
            followed=followed,
            quarter=quarters.named,
            present=Presenter(g.fixed_language, translator(g.fixed_language)),
        )
        dated = _dated(drawn, of_case)
        # How a decision stands, and how it is used, changes its page and not the decision.
        changed = [
            at for at in (dated.modified, *(one["at"] for one in (*statuses, *followed))) if at is not None
        ]
        return replace(dated, modified=max(changed, default=None))

    return remembered(make)


def _introducing() -> dict[str, Any]:
    """The words for what the regions do."""
    return {"introducing": introducing, "regions": REGIONS, "decided_outcomes": OUTCOMES}


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
        found = everything()
        body = feeds.atom(found, g.fixed_language, whole("public.atom"), address_of)
        return _dated(Content(body, "application/atom+xml; charset=utf-8"), found)

    return remembered(make)


@bp.get("/feed.json")
def json_feed() -> Response:
    def make() -> Content:
        found = everything()
        body = feeds.json_feed(found, g.fixed_language, whole("public.json_feed"), address_of)
        return _dated(Content(body, "application/feed+json"), found)

    return remembered(make)


@bp.get("/recommendations.json")
def recommendations_json() -> Response:
    def make() -> Content:
        found = everything()
        return _dated(Content(feeds.recommendations_json(found, address_of), JSON), found)

    return remembered(make)


@bp.get("/recommendations.csv")
def recommendations_csv() -> Response:
    def make() -> Content:
        found = everything()
        body = feeds.recommendations_csv(found, g.fixed_language, address_of)
        return _dated(Content(body, CSV, name="recommendations.csv"), found)

    return remembered(make)


# --- cases ----------------------------------------------------------------------------------------


@bp.get("/cases")
def cases() -> Response:
    found = queries.cases(web.connection(), web.today())
    process, phase = asked("process"), asked("phase")
    q = asked("q")
    shown = [
        one
        for one in found
        if process in ("", one.row["process"])
        and phase in ("", one.timeline.stays[-1].phase)
        and all(word in _searched(one) for word in q.casefold().split())
    ]
    drawn = page(
        "public/cases.html",
        found=shown,
        many=len(found),
        asked={"q": q, "process": process, "phase": phase},
        processes={one.row["process"]: one.workflow.label for one in found},
        phases=reason_texts.PHASE_NAMES,
    )
    return fresh(drawn)


def _searched(one: PublicCase) -> str:
    return " ".join(one.row[name] or "" for name in ("number", "medicine", "substance", "atc")).casefold()


@bp.get("/cases/<number>")
def case(number: str) -> Response:
    """One case: where it is, where it has been and for how long, what has been recommended and commented."""
    found = queries.cases(web.connection(), web.today(), number) if number else []
    if len(found) != 1:
        abort(404)
    translate = translator(g.fixed_language)
    recommended = [one for one in everything() if one.row["case_number"] == number]
    drawn = page(
        "public/case.html",
        one=found[0],
        row=found[0].row,
        time=found[0].timeline,
        workflow=found[0].workflow,
        recommended=recommended,
        introduced=queries.introductions(web.connection(), [one.row["slug"] for one in recommended]),
        **_introducing(),
        reassessed=queries.reassessed(web.connection(), number),
        outcome_names=OUTCOME_NAMES,
        comments=queries.comments(web.connection(), number),
        choice_text=lambda kind, choice: choice_text(kind, choice, translate),
        verdicts=VERDICT_NAMES,
        phases=reason_texts.PHASE_NAMES,
        parties=reason_texts.PARTY_NAMES,
    )
    return fresh(drawn)


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
    return fresh(page("public/times.html", by_process=by_process, stages=stages))
