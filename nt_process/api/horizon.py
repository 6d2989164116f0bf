"""The JSON API's reads of horizon scanning: the list, and an item with what has changed in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint
from pydantic import BaseModel, Field
from werkzeug.exceptions import NotFound

from nt_process import web
from nt_process.api import answers
from nt_process.api.schemas import NoQuery, Strict
from nt_process.horizon import queries
from nt_process.horizon.queries import APPROVAL_TYPES, STATUSES, Filter

bp = APIBlueprint(
    "api_horizon",
    __name__,
    url_prefix="/api/v1/horizon",
    abp_security=[{"token": []}],
    abp_responses=answers.NOT_FOR_ALL,
)


class HorizonQuery(Strict):
    q: str = Field(
        "", max_length=200, description="Beginnings of words in name, substance, company, indication"
    )
    status: Literal["", *STATUSES] = Field("watched", description="Empty for every status")  # type: ignore[valid-type]
    orphan: Literal["", "yes", "no"] = ""
    oncology: Literal["", "yes", "no"] = ""
    approval_type: Literal["", *APPROVAL_TYPES] = ""  # type: ignore[valid-type]
    agency_status: str = Field(
        "", max_length=100, pattern=r"^[^\x00]*$", description="As the agency writes it"
    )
    year: int | None = Field(
        None, ge=1901, le=9998, description="Year of the Commission's decision, or its forecast"
    )
    page: int = Field(1, ge=1, le=10_000, description="Pages of 50, the latest expected decision first")


class ItemPath(BaseModel):
    item_id: str = Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


class HorizonItem(BaseModel):
    id: str
    status: Literal[*STATUSES]  # type: ignore[valid-type]
    medicine: str
    substance: str
    product_number: str
    atc: str
    company: str
    agency_status: str
    orphan: bool
    oncology: bool | None = Field(description="null where the agency states too little to tell")
    approval_type: str
    opinion_on: date | None
    authorised_on: date | None
    expected_on: date | None
    expected_by: Literal["decision", "forecast"] | None


class HorizonList(BaseModel):
    items: list[HorizonItem]
    total: int


class HorizonChange(BaseModel):
    field: str
    old: str
    new: str
    export_made_at: datetime
    applied: bool = Field(description="false: an older export's value, kept as history")


class HorizonItemFile(HorizonItem):
    indication: str
    therapeutic_area: str
    cases: list[str]
    changes: list[HorizonChange]


@bp.get("", responses={200: HorizonList}, summary="Medicines on their way, by the expected day of decision")
def list_items(query: HorizonQuery) -> Response:
    chosen = Filter(**query.model_dump(exclude={"page"}))
    listed = queries.items(web.connection(), web.actor(), chosen, query.page, web.today())
    return jsonify({"items": [_item_json(row) for row in listed.rows], "total": listed.total})


@bp.get("/<string:item_id>", responses={200: HorizonItemFile}, summary="One medicine and what has changed")
def show_item(path: ItemPath, query: NoQuery) -> Response:
    found = queries.item_file(web.connection(), web.actor(), path.item_id)
    if found is None:
        raise NotFound
    changes = [
        {
            "field": change["field"],
            "old": change["old"],
            "new": change["new"],
            "export_made_at": change["made_at"].isoformat(),
            "applied": change["applied"],
        }
        for change in found.changes
    ]
    return jsonify(
        {
            **_item_json(found.item),
            "indication": found.item["indication"],
            "therapeutic_area": found.item["therapeutic_area"],
            "cases": [case["number"] for case in found.cases],
            "changes": changes,
        }
    )


def _item_json(row: Any) -> Mapping[str, Any]:
    shown = {name: row[name] for name in HorizonItem.model_fields}
    return HorizonItem.model_validate({**shown, "id": str(row["id"])}).model_dump(mode="json")
