"""Random worlds: companies with rebates, what was known when, and a sequence of releases that somebody asks for.

The sequences are the known ways to take totals apart: one total minus another, the country minus its regions, a group
of medicines minus a rival's, the outcome minus the forecast, one year minus another that begins a quarter later, parts
of a filter, and the two shares of one sum.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from nt_process.disclosure import judge
from nt_process.disclosure.contributions import Contribution
from nt_process.disclosure.layouts import Release, Request
from nt_process.disclosure.sensitivity import Parameters

FORECAST, OUTCOME = "forecast", "outcome"
REGIONS = ("01", "12", "14")
PRODUCTS = ("L01", "L02", "L04", "N02", "N06", "A10", "A16")
YEARS = (2022, 2023)
MSEK = Decimal(1_000_000)


@dataclass(frozen=True)
class World:
    """What was known at two times, and what was asked of which of them. `attack` names the sequence."""

    seed: int
    attack: str
    bases: Mapping[str, Sequence[Contribution]]
    asked: Sequence[tuple[str, Request]]


def _year(layout: str, scope: str = "", first: date = date(2022, 1, 1), months: int = 12) -> Request:
    return Request(layout, scope, first, months, "total")


def _shares(request: Request) -> list[Request]:
    return [replace(request, measure=measure) for measure in ("total", "regions", "state")]


def _total_minus_total(chance: random.Random) -> list[tuple[str, Request]]:
    group = chance.choice("LNA")
    asked = [_year("national"), _year("national", group), _year("main_group")]
    chance.shuffle(asked)
    return [(OUTCOME, one) for one in asked]


def _country_minus_regions(chance: random.Random) -> list[tuple[str, Request]]:
    scope = chance.choice(["", "L"])
    return [
        (OUTCOME, _year("region", scope)),
        (OUTCOME, _year("national", scope)),
        (OUTCOME, _year("region")),
    ]


def _group_minus_rival(chance: random.Random) -> list[tuple[str, Request]]:
    group = chance.choice("LN")
    return [
        (OUTCOME, _year("subgroup", group)),
        (OUTCOME, _year("main_group")),
        (OUTCOME, _year("national", group)),
    ]


def _outcome_minus_forecast(chance: random.Random) -> list[tuple[str, Request]]:
    one = _year(chance.choice(["national", "main_group", "region"]))
    narrower = _year("national", chance.choice("LN"))
    return [(FORECAST, one), (FORECAST, narrower), (OUTCOME, one), (OUTCOME, narrower)]


def _quarter_from_year(chance: random.Random) -> list[tuple[str, Request]]:
    layout, scope = chance.choice(["national", "region"]), chance.choice(["", "L"])
    periods = [(1, 12), (4, 12), (7, 12), (1, 15), (1, 18)]
    chosen = chance.sample(periods, 3)
    return [(OUTCOME, _year(layout, scope, date(2022, month, 1), months)) for month, months in chosen]


def _subset_filters(chance: random.Random) -> list[tuple[str, Request]]:
    asked = [_year("region"), *(_year("region", group) for group in "LNA")]
    chance.shuffle(asked)
    return [(OUTCOME, one) for one in asked]


def _two_shares(chance: random.Random) -> list[tuple[str, Request]]:
    year = chance.choice(YEARS)
    return [
        (OUTCOME, one)
        for one in _shares(_year(chance.choice(["main_group", "region"]), "", date(year, 1, 1)))
    ]


ATTACKS: Mapping[str, Callable[[random.Random], list[tuple[str, Request]]]] = {
    "total minus total": _total_minus_total,
    "country minus regions": _country_minus_regions,
    "group minus rival": _group_minus_rival,
    "outcome minus forecast": _outcome_minus_forecast,
    "quarter from year": _quarter_from_year,
    "subset filters": _subset_filters,
    "two shares of one sum": _two_shares,
}


def world(seed: int) -> World:
    """The same world for the same number. The attacks take turns."""
    chance = random.Random(f"world {seed}")  # noqa: S311 - worlds, and no secrets
    attack = list(ATTACKS)[seed % len(ATTACKS)]
    outcome = [
        one for company in range(chance.randint(5, 6)) for one in _company(chance, f"Koncern {company}")
    ]
    return World(
        seed, attack, {FORECAST: _earlier(chance, outcome), OUTCOME: outcome}, ATTACKS[attack](chance)
    )


def _company(chance: random.Random, name: str) -> list[Contribution]:
    products = chance.sample(PRODUCTS, chance.randint(1, 3))
    size = chance.uniform(15, 40) / len(products)
    found = []
    for product in products:
        share = Decimal(chance.randint(20, 60)) / 100
        for region in REGIONS:
            here = size * chance.uniform(0.5, 1.5)
            for year in YEARS:
                for month in (1, 4, 7, 10):
                    sales = Decimal(round(here * chance.uniform(0.8, 1.2) * 1_000_000))
                    first = date(year, month, 1)
                    found.append(
                        Contribution(f"{name} {product}", name, product, region, first, sales * share, sales)
                    )
    return found


def _earlier(chance: random.Random, outcome: Sequence[Contribution]) -> list[Contribution]:
    """What was known before: some companies' rebates were lower, or not agreed yet."""
    names = sorted({one.company for one in outcome})
    changed = set(chance.sample(names, chance.randint(1, len(names))))
    absent = {chance.choice(names)} if chance.random() < 0.5 else set()
    return [
        replace(one, amount=one.amount * Decimal("0.8")) if one.company in changed else one
        for one in outcome
        if one.company not in absent
    ]


def released(asked: World) -> list[Release]:
    """What the register gives out when all of it is asked for in turn; the first are the published totals."""
    parameters = Parameters()
    known = [judge.national(year, FORECAST, asked.bases) for year in YEARS]
    for number, (basis, request) in enumerate(asked.asked, start=1):
        values = judge.compute(request, basis, asked.bases, known, parameters)
        if values is not None:
            known.append(Release(number, request, basis, parameters.step, values))
    return known


def released_without_thought(asked: World) -> list[Release]:
    """What a register would give out that tells everything that is asked for."""
    parameters = Parameters()
    tables = []
    for number, (basis, request) in enumerate(asked.asked, start=1):
        table = judge.Table(request, basis, asked.bases, parameters)
        table.shown = set(request.cells)
        tables.append(replace(table.as_release(), number=number))
    return tables
