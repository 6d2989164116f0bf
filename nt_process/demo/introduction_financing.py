"""Introduction financing in the demo world: rules of a few regions, periods that run, end soon and have ended, and a pot
that does not suffice for ever.

The medicines are those of the recommendations that are public, and invented ones: flowers with a pharmaceutical ending.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa

from nt_process.cases.errors import Refused
from nt_process.demo.work import Office, last_working_day, working_hour
from nt_process.identity.actor import SignedIn
from nt_process.identity.maker import Maker
from nt_process.introduction_financing import pot_service, rule_service, service
from nt_process.introduction_financing.errors import FinancingError
from nt_process.introduction_financing.rules.period import Period
from nt_process.kernel.calendar import add_months
from nt_process.kernel.faults import BadInput
from nt_process.kernel.money import ORE, round_half_up
from nt_process.kernel.regions import REGIONS

STOCKHOLM, SKANE, VGR, OSTERGOTLAND = "01", "12", "14", "05"

# Medicine, ATC code, indication, months since the start, and what a month costs in the end (SEK), by region.
_PERIODS = (
    ("Vitsippor", "L04AC31", "", {VGR: 20, SKANE: 23, STOCKHOLM: 20, OSTERGOTLAND: 9}, 410_000),
    ("Smultronix", "A16AB41", "Smultronsjukan", {VGR: 11, SKANE: 10, STOCKHOLM: 4}, 1_150_000),
    ("Blåklockol", "L01XC61", "", {VGR: 27, SKANE: 26}, 260_000),
    ("Kaprifolan", "B01AC71", "", {VGR: 3}, 95_000),
)  # fmt: skip
# Medicine, ATC code, indication, years since the start, years of exclusivity, MSEK a year.
_ORPHANS = (
    ("Smultronix", "A16AB41", "Smultronsjukan", 1, 10, 320),
    ("Näverin", "A16AB42", "Brist på näveras", 6, 10, 410),
    ("Lingonar", "N07XX43", "Ärftlig lingonros", 9, 10, 260),
    ("Tuvulla", "L01XX44", "Tuvtumör hos barn", 4, 12, 180),
    ("Skogsstjärnix", "B06AC45", "Stjärnfeber", 4, 6, 540),
    ("Fjällvidine", "N07XX47", "Fjällvidesjukan", 2, 10, 480),
    ("Hjortronel", "A16AX46", "Hjortronbrist", 0, 10, 620),
)
_BEGUN, _POT, _LINKED = -800, -330, -25

_PUBLISHED = sa.text("""
    SELECT case_number, medicine, atc FROM publication WHERE outcome IN ('should', 'can') AND length(atc) >= 5
    ORDER BY published_at DESC, slug LIMIT 3
""")


def introduction_financing_life(office: Office, today: date, chance: random.Random) -> Iterator[datetime]:
    """Everything that is stated of who pays, each thing when the world has come so far."""
    latest = datetime.min.replace(tzinfo=UTC)
    for days, do in sorted(_Life(office, today, chance).steps(), key=lambda step: step[0]):
        latest = max(latest, working_hour(last_working_day(today + timedelta(days=days)), chance))
        yield latest
        # Where nobody speaks for the region yet there is nothing to state.
        with contextlib.suppress(FinancingError, BadInput):
            do(latest)


class _Life:
    """What is done, in days from today."""

    def __init__(self, office: Office, today: date, chance: random.Random) -> None:
        self.engine, self.today, self.chance = office.engine, today, chance
        self.secretary = office.people.secretaries[0]
        self.people: dict[str, SignedIn] = {
            region.code: person for region, person in zip(REGIONS, office.people.representatives, strict=True)
        }

    def steps(self) -> Iterator[tuple[int, Callable[[datetime], object]]]:
        yield _BEGUN, self._rules
        for medicine, atc, indication, starts, monthly in _PERIODS:
            for region, months in starts.items():
                start = add_months(self.today, -months)
                # The region states each month when the next has begun; what is older than the world, when it begins.
                begun = max((start - self.today).days + 10, _BEGUN + 1)
                yield begun, self._begin(region, medicine, atc, indication, start, monthly)
        for back in (1, 0):
            day = date(self.today.year - back, 1, 20)
            if day < self.today:
                yield (day - self.today).days, self._list(self.today.year - back)
        yield _POT, self._pot
        yield _POT + 1, self._orphans
        yield min((date(self.today.year, 2, 10) - self.today).days, -1), self._costs
        yield _LINKED, self._linked

    def _maker(self, region: str, at: datetime) -> Maker:
        return Maker(self.people.get(region, self.secretary), at)

    def _rules(self, at: datetime) -> None:
        origin = "Regionfullmäktiges budgetbeslut"
        for region, months in ((SKANE, 24), (STOCKHOLM, 24), (OSTERGOTLAND, 12)):
            rule = {
                "region": region, "kind": "introduction", "title": f"Central introduktionsfinansiering i {months} månader",
                "atc": "", "months": str(months), "valid_from": add_months(self.today, -36).isoformat(), "origin": origin,
            }  # fmt: skip
            rule_service.add_rule(self.engine, self._maker(region, at), rule)
        share = {
            "region": "03", "kind": "share", "title": "Cancerläkemedel betalas till hälften centralt", "atc": "L01",
            "central_pct": "50", "valid_from": add_months(self.today, -24).isoformat(),
            "valid_to": add_months(self.today, 4).isoformat(), "origin": origin,
        }  # fmt: skip
        rule_service.add_rule(self.engine, self._maker("03", at), share)

    def _begin(
        self, region: str, medicine: str, atc: str, indication: str, start: date, monthly: int
    ) -> Callable[[datetime], None]:
        def do(at: datetime) -> None:
            budget = monthly * (12 if region == OSTERGOTLAND else 24) * self.chance.choice((8, 9, 11)) // 10
            texts = {
                "region": region, "medicine": medicine, "atc": atc, "indication": indication,
                "start_on": start.isoformat(), "budget": str(budget),
            }  # fmt: skip
            made = service.begin(self.engine, self._maker(region, at), texts)
            self._months(made, region, start, monthly, at)

        return do

    def _months(self, made: str, region: str, start: date, monthly: int, at: datetime) -> None:
        """What each month has cost; use grows during half a year."""
        months = Period(start, 12 if region == OSTERGOTLAND else 24).calendar_months
        until = self.today - timedelta(days=10)
        for number, month in enumerate(months, start=1):
            if add_months(month, 1) > until:
                return
            share = Decimal(min(number, 6)) / 6 * Decimal(self.chance.randrange(85, 116)) / 100
            texts = {"month": month.isoformat(), "amount": str(round_half_up(monthly * share, ORE))}
            told = max(
                at, working_hour(last_working_day(add_months(month, 1) + timedelta(days=9)), self.chance)
            )
            service.state_actual(self.engine, self._maker(region, told), made, texts)

    def _list(self, year: int) -> Callable[[datetime], None]:
        def do(at: datetime) -> None:
            for medicine, atc in (("Hjortronel", "A16AX46"), ("Skogsstjärnix", "B06AC45")):
                texts = {"region": VGR, "year": str(year), "medicine": medicine, "atc": atc}
                decided = {"origin": f"Beslut om regional solidarisk finansiering {year}"}
                rule_service.list_medicine(self.engine, self._maker(VGR, at), texts | decided)

        return do

    def _pot(self, at: datetime) -> None:
        terms = {
            "first_year": str(self.today.year - 1), "pot": "1900", "indexation_pct": "2,5", "way": "carry-over",
            "bases": f"{self.today.year + 2}: 2250", "origin": "Förslag 1, med antagen storlek",
        }  # fmt: skip
        pot_service.state_terms(self.engine, Maker(self.secretary, at), 0, terms)

    def _orphans(self, at: datetime) -> None:
        for medicine, atc, indication, since, years, cost in _ORPHANS:
            start = add_months(self.today, -12 * since - 7)
            end = add_months(start, 12 * years)
            reasons = {6: "Grunderna för särläkemedel finns inte längre", 12: "Barnstudier enligt plan"}
            texts = {
                "medicine": medicine, "atc": atc, "indication": indication, "start_on": start.isoformat(),
                "ends_on": end.isoformat(), "yearly_cost": str(cost), "reason": reasons.get(years, ""),
                "origin": "EU:s register över särläkemedel",
            }  # fmt: skip
            pot_service.add_medicine(self.engine, Maker(self.secretary, at), texts)

    def _costs(self, at: datetime) -> None:
        """Each region states what last year cost, by its size and a little chance."""
        for region in REGIONS:
            amount = self.chance.randrange(40, 140) * 1_000_000
            texts = {"region": region.code, "year": str(self.today.year - 1), "amount": str(amount)}
            pot_service.state_cost(self.engine, self._maker(region.code, at), texts)

    def _linked(self, at: datetime) -> None:
        """The medicines of the newest recommendations, in the case's own log too."""
        with self.engine.connect() as connection:
            found = connection.execute(_PUBLISHED).all()
        for place, row in enumerate(found):
            for region in (VGR, SKANE, STOCKHOLM)[: 3 - place]:
                texts = {
                    "region": region, "medicine": row.medicine, "atc": row.atc, "case": row.case_number,
                    "start_on": (at.date() + timedelta(days=7 * place)).isoformat(), "budget": "9600000",
                }  # fmt: skip
                with contextlib.suppress(FinancingError, BadInput, Refused):
                    service.begin(self.engine, self._maker(region, at), texts)
