"""The price register in the demo world: a price list each winter and one in the last month, of invented packages.

The watched medicines have their own story: where a protection has ended, generics and biosimilars come in below.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa

from nt_process.demo.work import Office, last_working_day, working_hour
from nt_process.kernel.calendar import add_months
from nt_process.kernel.money import ORE, round_half_up
from nt_process.prices import imports

# When lists were taken in, in days from today; each is valid from the first day of the month after.
_LISTS = (-1030, -690, -330, -35)
_HEADER = (
    "Varunummer", "Produktnamn", "Substans", "ATC-kod", "Styrka", "Läkemedelsform", "Antal", "Enhet", "Förpackning",
    "Företag", "Parallellimport", "AIP", "AUP",
)  # fmt: skip
_MEDICINES = sa.text("""
    SELECT c.medicine, c.substance, c.atc, coalesce(o.name, c.company) AS company
    FROM cases c LEFT JOIN organisation o ON o.id = c.company_id
    WHERE c.authorised_on IS NOT NULL AND c.authorised_on < :day AND c.substance <> '' ORDER BY c.number
""")


@dataclass(frozen=True, slots=True)
class _Package:
    """A package with its AIP in kronor in each of the lists; None where it is not in one."""

    product: str
    substance: str
    atc: str
    strength: str
    form: str
    units: int
    unit: str
    company: str
    prices: tuple[int | None, int | None, int | None, int | None]
    parallel: bool = False


_PEN, _VIAL, _TABLET = "Injektionsvätska, lösning", "Pulver till infusionsvätska", "Tablett"
_WATCHED = (
    _Package("Mossetor", "mosselimab", "L04AC98", "150 mg", _PEN, 2, "penna", "Trollskogen Läkemedel AB",
             (11_240, 11_240, 11_020, 11_020)),
    _Package("Mossetor", "mosselimab", "L04AC98", "75 mg", _PEN, 1, "penna", "Trollskogen Läkemedel AB",
             (3_190, 3_190, 3_130, 3_130)),
    _Package("Lummerax", "lummercept", "L04AB98", "50 mg", _PEN, 4, "spruta", "Storlommen Pharma AB",
             (7_980, 7_980, 7_720, 6_650)),
    _Package("Lummerax", "lummercept", "L04AB98", "50 mg", _PEN, 12, "spruta", "Storlommen Pharma AB",
             (23_100, 23_100, 22_400, 19_300)),
    _Package("Lummerax Import", "lummercept", "L04AB98", "50 mg", _PEN, 4, "spruta", "Skrattmåsen Life Science AB",
             (None, 7_590, 7_350, 6_480), parallel=True),
    _Package("Renlaviva", "renlavinas", "A16AB98", "400 E", _VIAL, 1, "flaska", "Älvdansen Genterapi AB",
             (14_600, 14_600, 14_900, 14_900)),
    _Package("Fräkenor", "fräkentinib", "L01EA98", "100 mg", _TABLET, 60, "tablett", "Tomtebo Medicin AB",
             (18_350, 18_350, 18_350, 17_800)),
    _Package("Fräkenor", "fräkentinib", "L01EA98", "50 mg", _TABLET, 60, "tablett", "Tomtebo Medicin AB",
             (9_420, 9_420, 9_420, 9_140)),
    _Package("Granskvistin", "granskvistin", "N02BE98", "500 mg", _TABLET, 100, "tablett", "Tomtebo Medicin AB",
             (61, 61, 61, 29)),
    _Package("Granskvistin Näckros", "granskvistin", "N02BE98", "500 mg", _TABLET, 100, "tablett",
             "Näckrosen Bioterapi AB", (None, None, None, 22)),
    _Package("Granskvistin Älvdansen", "granskvistin", "N02BE98", "500 mg", _TABLET, 250, "tablett",
             "Älvdansen Genterapi AB", (None, None, None, 49)),
    _Package("Ormbunkero", "ormbunksiran", "N07XX98", "284 mg", _PEN, 1, "spruta", "Näckrosen Bioterapi AB",
             (None, 412_000, 412_000, 405_000)),
)  # fmt: skip


def prices_life(office: Office, today: date, chance: random.Random) -> Iterator[datetime]:
    """The price lists, each when the world has come so far."""
    secretary = office.people.secretaries[2]
    for place, days in enumerate(_LISTS):
        at = working_hour(last_working_day(today + timedelta(days=days)), chance)
        yield at
        first = add_months(at.date().replace(day=1), 1)
        with office.engine.connect() as connection:
            cases = connection.execute(_MEDICINES, {"day": at.date()}).all()
        rows = [*_watched(place), *_of_cases(cases, place)]
        file = imports.read_file(f"prislista-{first.isoformat()}.csv", _csv(rows), first)
        imports.import_list(office.engine, file, at, secretary)


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows([_HEADER, *rows])
    return text.getvalue().encode()


def _watched(place: int) -> Iterator[list[str]]:
    for number, one in enumerate(_WATCHED):
        price = one.prices[place]
        if price is not None:
            yield _row(f"{990_100 + number}", one, Decimal(price))


@dataclass(frozen=True, slots=True)
class Article:
    """A package of an approved medicine as the register has it, with its AIP in each of the lists."""

    number: str
    strength: str
    form: str
    units: int
    unit: str
    prices: tuple[Decimal, ...]


def articles_of(medicine: str) -> list[Article]:
    """A package or two of an approved medicine; what they are like follows from its name alone."""
    chance = random.Random(f"price {medicine}")  # noqa: S311 - the same world every time, and no secret
    number = chance.randrange(100_000, 980_000)
    form, units, unit = chance.choice(((_PEN, 1, "spruta"), (_VIAL, 1, "flaska"), (_TABLET, 28, "tablett")))
    base = Decimal(chance.randrange(900, 60_000))
    prices = []
    for move in [Decimal(chance.choice((0, 0, 0, -2, -4, 1))) for _list in _LISTS]:
        base += base * move / 100
        prices.append(base)
    return [
        Article(
            str(number + times), strength, form, units, unit,
            tuple(round_half_up(price * times, ORE) for price in prices),
        )
        for strength, times in (("10 mg", 1), ("20 mg", 2))[: chance.choice((1, 2))]
    ]  # fmt: skip


def _of_cases(cases: Sequence[sa.Row], place: int) -> Iterator[list[str]]:
    for case in cases:
        code = f"{case.atc:<5}"[:5].replace(" ", "") + "98" if len(case.atc) >= 5 else case.atc
        for article in articles_of(case.medicine):
            one = _Package(
                case.medicine, case.substance, code, article.strength, article.form, article.units, article.unit,
                case.company, (None,) * 4,
            )  # fmt: skip
            yield _row(article.number, one, article.prices[place])


def _row(number: str, one: _Package, aip: Decimal) -> list[str]:
    aup = round_half_up(aip * Decimal("1.02") + Decimal("46.50"), ORE)
    amounts = [f"{aip:.2f}".replace(".", ","), f"{aup:.2f}".replace(".", ",")]
    pack = f"{one.units} {one.unit}" if one.units == 1 else f"{one.units} × 1 {one.unit}"
    words = [
        one.product,
        one.substance,
        one.atc,
        one.strength,
        one.form,
        str(one.units),
        one.unit,
        pack,
        one.company,
    ]
    return [number, *words, "ja" if one.parallel else "nej", *amounts]
