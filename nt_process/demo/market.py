"""The market function in the demo world: dates that are watched, and procurements that regions join and leave.

The medicines are invented: mosses, ferns and horsetails with a pharmaceutical ending.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

from nt_process.demo.work import Office, last_working_day, working_hour
from nt_process.identity.actor import SignedIn
from nt_process.identity.maker import Maker
from nt_process.kernel.calendar import add_months
from nt_process.kernel.regions import REGIONS
from nt_process.market import service

# Kind, medicine, substance, ATC, company, months from today, how certain, source.
_DATES = (
    ("patent", "Mossetor", "mosselimab", "L04AC", "Trollskogen Läkemedel AB", 26, "stated", "Europeiskt patent"),
    ("spc", "Mossetor", "mosselimab", "L04AC", "Trollskogen Läkemedel AB", 40, "stated", "PRV, tilläggsskydd"),
    ("biosimilar", "Mossetor", "mosselimab", "L04AC", "", 43, "expected", "Horisontspaning"),
    ("market_protection", "Lummerax", "lummercept", "L04AB", "Storlommen Pharma AB", 9, "stated", "EU-godkännandet"),
    ("biosimilar", "Lummerax", "lummercept", "L04AB", "", 10, "expected", "Två bolag har ansökt hos EMA"),
    ("orphan_exclusivity", "Renlaviva", "renlavinas", "A16AB", "Älvdansen Genterapi AB", 13, "stated",
     "EU:s register över särläkemedel"),
    ("generic", "Fräkenor", "fräkentinib", "L01EA", "", 4, "expected", "Ansökan om generika"),
    ("patent", "Fräkenor", "fräkentinib", "L01EA", "Tomtebo Medicin AB", 3, "stated", "Europeiskt patent"),
    ("patent", "Granskvistin", "granskvistin", "N02BE", "Tomtebo Medicin AB", -9, "stated", "Europeiskt patent"),
    ("data_protection", "Ormbunkero", "ormbunksiran", "N07XX", "Näckrosen Bioterapi AB", 52, "stated",
     "EU-godkännandet"),
)  # fmt: skip

# What is done, in days from today.
_REGISTERED, _PLANNED, _SIGN_UP_ENDS, _LEAVES, _MOVED, _NEXT_PLANNED = -420, -240, -120, -45, -20, -60
_JOINED_FIRST, _JOINED_NEXT = 17, 8


def market_life(office: Office, today: date, chance: random.Random) -> Iterator[datetime]:
    """Everything that is done in the register and the plan, each thing when the world has come so far."""
    latest = datetime.min.replace(tzinfo=UTC)
    for days, do in sorted(_steps(office, today, chance), key=lambda step: step[0]):
        latest = max(latest, working_hour(last_working_day(today + timedelta(days=days)), chance))
        yield latest
        do(latest)


def _steps(
    office: Office, today: date, chance: random.Random
) -> Iterator[tuple[int, Callable[[datetime], object]]]:
    secretary, engine = office.people.secretaries[0], office.engine
    made: dict[str, str] = {}

    def keep(name: str, texts: dict[str, str], *, entry: bool) -> Callable[[datetime], None]:
        def do(at: datetime) -> None:
            add = service.register_entry if entry else service.plan_procurement
            made[name] = add(engine, Maker(secretary, at), texts)

        return do

    def join(name: str, code: str, person: SignedIn, volume: int) -> Callable[[datetime], None]:
        return lambda at: service.commit(engine, Maker(person, at), made[name], code, [code], str(volume))

    for kind, medicine, *rest in _DATES:
        yield _REGISTERED, keep(f"{kind} {medicine}", _entry(today, kind, medicine, *rest), entry=True)
    first, following = _lummercept(today), _fraekentinib(today)
    yield _PLANNED, keep("first", first, entry=False)
    yield _NEXT_PLANNED, keep("next", following, entry=False)
    yield _NEXT_PLANNED, keep("wish", _immunoglobulins(), entry=False)
    people = list(zip(REGIONS, office.people.representatives, strict=True))
    for region, person in people[:_JOINED_FIRST]:
        day = chance.randrange(_PLANNED + 10, _SIGN_UP_ENDS - 5)
        yield day, join("first", region.code, person, chance.randrange(2, 60) * 100)
    for region, person in people[5 : 5 + _JOINED_NEXT]:
        yield (
            chance.randrange(_NEXT_PLANNED + 5, -2),
            join("next", region.code, person, chance.randrange(1, 30) * 50),
        )
    region, person = people[3]
    reason = "Regionen har förlängt sitt eget avtal med ett år."
    yield (
        _LEAVES,
        lambda at: service.withdraw(
            engine, Maker(person, at), made["first"], region.code, [region.code], reason
        ),
    )
    moved = _entry(today, "patent", *_DATES[0][1:]) | {"day": add_months(today, 29).isoformat()}
    yield (
        _MOVED,
        lambda at: service.change_entry(engine, Maker(secretary, at), made["patent Mossetor"], 1, moved),
    )


def _entry(today: date, kind: str, medicine: str, *rest: str | int) -> dict[str, str]:
    substance, atc, company, months, certainty, source = rest
    return {
        "kind": kind,
        "medicine": medicine,
        "substance": str(substance),
        "atc": str(atc),
        "company": str(company),
        "day": add_months(today, int(months)).isoformat(),
        "certainty": str(certainty),
        "source": str(source),
    }


def _lummercept(today: date) -> dict[str, str]:
    """Sign-up has ended, so what the regions have committed to binds them."""
    return {
        "name": "Biosimilarer till lummercept",
        "substance": "lummercept",
        "atc": "L04AB",
        "scope": "joint",
        "status": "decided",
        "lead": "Region Östergötland",
        "unit": "förpackningar",
        "volume": "60000",
        "sign_up_until": (today + timedelta(days=_SIGN_UP_ENDS)).isoformat(),
        "advertised_on": add_months(today, 5).isoformat(),
        "agreement_from": add_months(today, 11).isoformat(),
        "agreement_to": add_months(today, 35).isoformat(),
    }


def _fraekentinib(today: date) -> dict[str, str]:
    """Regions are signing up now."""
    return {
        "name": "Generika till fräkentinib",
        "substance": "fräkentinib",
        "atc": "L01EA",
        "scope": "joint",
        "status": "planned",
        "lead": "Region Skåne",
        "unit": "förpackningar",
        "volume": "15000",
        "sign_up_until": add_months(today, 2).isoformat(),
        "advertised_on": add_months(today, 4).isoformat(),
        "agreement_from": add_months(today, 8).isoformat(),
        "agreement_to": add_months(today, 32).isoformat(),
    }


def _immunoglobulins() -> dict[str, str]:
    return {"name": "Immunglobuliner", "scope": "joint", "status": "wished", "lead": "", "unit": "gram"}
