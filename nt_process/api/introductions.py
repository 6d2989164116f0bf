"""The JSON API's reads of introductions: the boards with their counts, and one with its 21 regions."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint
from pydantic import BaseModel, Field
from werkzeug.exceptions import NotFound

from nt_process import web
from nt_process.api import answers
from nt_process.api.schemas import Strict
from nt_process.infra.rows import Row
from nt_process.introduction import queries
from nt_process.introduction.rules import board as boards
from nt_process.introduction.rules.deciding import DECISIONS, OUTCOMES, STEPS
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.regions import REGIONS

bp = APIBlueprint(
    "api_introductions",
    __name__,
    url_prefix="/api/v1/introductions",
    abp_security=[{"token": []}],
    abp_responses=answers.NOT_FOR_ALL,
)

_ID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


class BoardQuery(Strict):
    q: str = Field(
        "", max_length=200, pattern=r"^[^\x00]*$", description="In medicine, substance, ATC, case number"
    )
    standing: Literal["", "current", "ended"] = Field("current", description="Empty for all")
    page: int = Field(1, ge=1, le=10_000, description="Pages of 50, the newest recommendation first")


class BoardPath(BaseModel):
    recommendation_id: str = Field(pattern=_ID)


class DayQuery(Strict):
    on: date | None = Field(
        None, ge=date(1900, 1, 1), le=date(2199, 12, 31), description="As of the day; today when left out"
    )


class Counts(BaseModel):
    follow: int
    limits: int
    none: int
    not_: int = Field(alias="not")


class IntroductionBoard(BaseModel):
    id: str
    slug: str
    case: str
    medicine: str
    atc: str
    outcome: Literal[*OUTCOMES]  # type: ignore[valid-type]
    published_on: date
    current: bool
    counts: Counts = Field(description="Regions by what they do; the sum is 21")


class IntroductionBoards(BaseModel):
    items: list[IntroductionBoard]
    total: int


class RegionIntroduction(BaseModel):
    region: str = Field(description="County code")
    name: str
    decision: Literal[*DECISIONS] | None  # type: ignore[valid-type]
    reason_code: str
    reason: str
    holds_from: date | None
    start_on: date | None
    steps: dict[Literal[*STEPS], date]  # type: ignore[valid-type]


class IntroductionFile(IntroductionBoard):
    on: date
    regions: list[RegionIntroduction]


@bp.get("", responses={200: IntroductionBoards}, summary="Recommendations and what the regions do with them")
def list_boards(query: BoardQuery) -> Response:
    found = queries.boards(web.connection(), web.actor(), web.today(), query.q, query.standing, query.page)
    items = [_board(row, row["decisions"]).model_dump(mode="json", by_alias=True) for row in found.rows]
    return jsonify({"items": items, "total": found.total})


@bp.get(
    "/<string:recommendation_id>", responses={200: IntroductionFile}, summary="One board with its 21 regions"
)
def show_board(path: BoardPath, query: DayQuery) -> Response:
    today = web.today()
    day = min(query.on or today, today)
    found = queries.board(web.connection(), web.actor(), path.recommendation_id, day, today)
    if found is None:
        raise NotFound
    decisions = {code: row["decision"] for code, row in found.decisions.items()}
    shown = _board(found.row, decisions).model_dump(mode="json", by_alias=True)
    regions = [
        _region(one.code, one.name, found.decisions.get(one.code), found.steps.get(one.code, {}))
        for one in REGIONS
    ]
    return jsonify({**shown, "on": day.isoformat(), "regions": regions})


def _board(row: Row, decisions: dict[str, str]) -> IntroductionBoard:
    return IntroductionBoard(
        id=str(row["id"]),
        slug=row["slug"],
        case=row["case_number"],
        medicine=row["medicine"],
        atc=row["atc"],
        outcome=row["outcome"],
        published_on=row["published_at"].astimezone(STOCKHOLM).date(),
        current=row["is_current"],
        counts=Counts.model_validate(boards.summary(decisions, {}).counts),
    )


def _region(code: str, name: str, row: Row | None, steps: Any) -> dict[str, Any]:
    if row is None:
        empty = RegionIntroduction(
            region=code,
            name=name,
            decision=None,
            reason_code="",
            reason="",
            holds_from=None,
            start_on=None,
            steps={},
        )
        return empty.model_dump(mode="json")
    stated = {one: row[one] for one in ("decision", "reason_code", "reason", "holds_from", "start_on")}
    return RegionIntroduction(region=code, name=name, steps=steps, **stated).model_dump(mode="json")
