"""The JSON API's reads of the price register: the list, a package with its prices over time, its price on a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint
from pydantic import BaseModel, Field
from werkzeug.exceptions import NotFound

from nt_process import web
from nt_process.api import answers
from nt_process.api.schemas import Strict
from nt_process.infra.rows import Row
from nt_process.prices import queries, rules
from nt_process.prices.queries import SORTS, Filter
from nt_process.prices.rules import FACTS, Step

bp = APIBlueprint(
    "api_prices",
    __name__,
    url_prefix="/api/v1/prices",
    abp_security=[{"token": []}],
    abp_responses=answers.NOT_FOR_ALL,
)

Amount = Annotated[str, Field(description="SEK as a decimal number, 1234.50")]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
Known = Annotated[
    Day | None, Field(description="As the register knew when this day ended; now when left out")
]


class PriceQuery(Strict):
    q: str = Field(
        "",
        max_length=200,
        description="Beginnings of words in medicine, substance, ATC code, numbers, company",
    )
    atc: str = Field("", max_length=7, pattern=r"^[A-Z0-9]*$", description="The beginning of an ATC code")
    parallel: Literal["", "yes", "no"] = ""
    everything: bool = Field(False, description="true: packages without a list price on the day too")
    on: Day | None = Field(None, description="The day of the prices; today when left out")
    known: Known = None
    sort: Literal[*SORTS] = "product"  # type: ignore[valid-type]
    page: int = Field(1, ge=1, le=10_000, description="Pages of 50")


class PackagePath(BaseModel):
    article_number: str = Field(pattern=r"^[0-9]{6}$", description="The Nordic article number (Vnr)")


class PackageDayPath(PackagePath):
    day: Day


class KnownQuery(Strict):
    known: Known = None


class Package(BaseModel):
    article_number: str
    npl_id: str
    product: str
    substance: str
    atc: str
    strength: str
    form: str
    pack: str
    units: str = Field(description="How many units it holds, as a decimal number")
    unit: str
    company: str
    parallel_import: bool


class PackageWithPrice(Package):
    aip: Amount | None = Field(description="null: no list price on the day")
    aup: Amount | None
    aip_per_unit: str | None = Field(description="To öre, below one krona to a hundredth of an öre, half up")
    valid_from: date | None
    source: str | None


class PriceList(BaseModel):
    items: list[PackageWithPrice]
    total: int
    on: date


class PriceStep(BaseModel):
    valid_from: date
    valid_to: date | None = Field(description="The last day; null until further notice")
    aip: Amount | None = Field(description="null: no list price")
    aup: Amount | None
    aip_per_unit: str | None
    change_percent: str | None = Field(description="From the price before, to a tenth")
    source: str


class PackageFile(Package):
    prices: list[PriceStep]


class PriceOnDay(PackageWithPrice):
    on: date


@bp.get("", responses={200: PriceList}, summary="Packages with their list price on a day")
def list_packages(query: PriceQuery) -> Response:
    narrowed: dict[str, Any] = query.model_dump(exclude={"page", "on"})
    chosen = Filter(on=query.on or web.today(), **narrowed)
    listed = queries.packages(web.connection(), web.actor(), chosen, query.page)
    items = [_with_price(row) for row in listed.rows]
    return jsonify({"items": items, "total": listed.total, "on": chosen.on.isoformat()})


@bp.get(
    "/<string:article_number>", responses={200: PackageFile}, summary="One package and its prices over time"
)
def show_package(path: PackagePath, query: KnownQuery) -> Response:
    found = queries.package_file(web.connection(), web.actor(), path.article_number)
    if found is None:
        raise NotFound
    units = found.package["units"]
    steps = [_step(step, units) for step in rules.series(found.believed(query.known))]
    return jsonify({**_package(found.package), "prices": steps})


@bp.get(
    "/<string:article_number>/on/<string:day>",
    responses={200: PriceOnDay},
    summary="The price of one package on a day",
)
def price_on_day(path: PackageDayPath, query: KnownQuery) -> Response:
    found = queries.price_on(web.connection(), web.actor(), path.article_number, path.day, query.known)
    if found is None:
        raise NotFound
    return jsonify({**_with_price(found), "on": path.day.isoformat()})


def _package(row: Row) -> dict[str, Any]:
    return {
        "article_number": row["article_number"],
        **{name: row[name] for name in FACTS},
        "units": _plain(row["units"]),
    }


def _with_price(row: Row) -> Mapping[str, Any]:
    priced = row["aip"] is not None
    return {
        **_package(row),
        "aip": _amount(row["aip"]),
        "aup": _amount(row["aup"]),
        "aip_per_unit": _each(row["aip"], row["units"]),
        "valid_from": row["valid_from"].isoformat() if priced else None,
        "source": row["source"] if priced else None,
    }


def _step(step: Step, units: Decimal) -> Mapping[str, Any]:
    return {
        "valid_from": step.first.isoformat(),
        "valid_to": step.last.isoformat() if step.last else None,
        "aip": _amount(step.aip),
        "aup": _amount(step.aup),
        "aip_per_unit": _each(step.aip, units),
        "change_percent": None if step.change is None else f"{step.change:.1f}",
        "source": step.source,
    }


def _amount(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}"


def _each(aip: Decimal | None, units: Decimal) -> str | None:
    return None if aip is None else _plain(rules.shown_per_unit(aip, units), least=2)


def _plain(value: Decimal, least: int = 0) -> str:
    """A decimal without zeros at the end, but with at least so many decimals."""
    short = value.normalize()
    return f"{short:f}" if -int(short.as_tuple().exponent) >= least else f"{value:.{least}f}"
