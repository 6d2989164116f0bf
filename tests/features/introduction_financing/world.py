"""Regions with periods, rules and costs to test with, made by the commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import sqlalchemy as sa

from nt_process.identity import service as identity
from nt_process.identity.actor import load_by_id
from nt_process.identity.maker import Maker
from nt_process.introduction_financing import pot_service, rule_service, service
from nt_process.kernel.calendar import STOCKHOLM
from tests.world import FIRST_DAY, SINCE, START, Office

SKANE, VGR, UPPSALA, HALLAND = "12", "14", "03", "13"
ATC = "A16AB01"
PERIOD = {"medicine": "Provastin", "atc": ATC, "indication": "", "start_on": "2026-01-07", "case": ""}
RULE: dict[str, str] = {
    "kind": "introduction",
    "title": "Två års introduktionsstöd",
    "atc": "",
    "central_pct": "",
    "months": "24",
    "valid_from": "2025-01-01",
    "valid_to": "",
    "origin": "Regionstyrelsen 2024-12-03",
}
SHARE: dict[str, str] = RULE | {
    "kind": "share",
    "title": "Dyra läkemedel",
    "atc": "A16",
    "central_pct": "80",
    "months": "",
}
LISTING = {"year": "2026", "medicine": "Dyrastin", "atc": "B06AC01", "origin": "OSN 2025-12-10"}
TERMS = {
    "first_year": "2025",
    "pot": "100",
    "indexation_pct": "2",
    "way": "pro-rata",
    "bases": "",
    "origin": "Förslag 1",
}
ORPHAN = {
    "medicine": "Sällanin",
    "atc": "A16AB22",
    "indication": "En sällsynt sjukdom",
    "case": "",
    "start_on": "2020-02-29",
    "ends_on": "",
    "yearly_cost": "90",
    "reason": "",
    "origin": "EU:s register över särläkemedel",
}


def noon(day: date) -> datetime:
    """Twelve o'clock in Stockholm, as an instant in UTC."""
    return datetime.combine(day, time(12), STOCKHOLM).astimezone(UTC)


@dataclass(frozen=True)
class Financing:
    """Commands that take names and days instead of actors and instants. `people` are representatives by county code."""

    office: Office
    people: Mapping[str, str]

    def maker(self, name: str = "region", on: date = FIRST_DAY) -> Maker:
        """One of the office by name, or a representative by county code."""
        if name not in self.people:
            return Maker(self.office.actor(name, on), noon(on))
        with self.office.engine.connect() as connection:
            found = load_by_id(connection, self.people[name], on)
        assert found is not None
        return Maker(found, noon(on))

    def rule(self, region: str = SKANE, by: str = "secretary", **fields: str) -> str:
        maker = self.maker(by)
        return rule_service.add_rule(self.office.engine, maker, RULE | {"region": region} | fields)

    def begin(self, region: str = VGR, by: str = VGR, on: date = FIRST_DAY, **fields: str) -> str:
        return service.begin(self.office.engine, self.maker(by, on), PERIOD | {"region": region} | fields)

    def actual(self, financing: str, month: str, amount: str, by: str = VGR, on: date = FIRST_DAY) -> None:
        texts = {"month": month, "amount": amount}
        service.state_actual(self.office.engine, self.maker(by, on), financing, texts)

    def budget(self, financing: str, amount: str, by: str = VGR, on: date = FIRST_DAY) -> None:
        service.state_budget(self.office.engine, self.maker(by, on), financing, {"budget": amount})

    def listed(self, region: str = VGR, by: str = VGR, **fields: str) -> None:
        rule_service.list_medicine(self.office.engine, self.maker(by), LISTING | {"region": region} | fields)

    def terms(self, version: int = 0, on: date = FIRST_DAY, **fields: str) -> None:
        pot_service.state_terms(self.office.engine, self.maker("secretary", on), version, TERMS | fields)

    def orphan(self, on: date = FIRST_DAY, **fields: str) -> str:
        return pot_service.add_medicine(self.office.engine, self.maker("secretary", on), ORPHAN | fields)

    def cost(self, region: str, year: str, amount: str, by: str, on: date = FIRST_DAY) -> None:
        texts = {"region": region, "year": year, "amount": amount}
        pot_service.state_cost(self.office.engine, self.maker(by, on), texts)

    def rows(self, statement: str, **parameters: Any) -> list[sa.Row]:
        with self.office.engine.connect() as connection:
            return list(connection.execute(sa.text(statement), parameters))

    def told(self, kind: str) -> list[tuple[str, int, date, bool]]:
        """Every reminder in the order it was made: (who, months before, day, late)."""
        found = self.rows("SELECT * FROM notice WHERE kind = :kind ORDER BY id", kind=kind)
        names = {person: name for name, person in self.office.people.items()}
        names |= {person: code for code, person in self.people.items() if person not in names}
        return [(names[str(row.person_id)], row.rung, row.due, row.late) for row in found]


def settle(office: Office) -> Financing:
    """The office, with three more regions than its own (Skåne), a representative in each."""
    people = {SKANE: office.people["region"]}
    more = {VGR: "Västra Götalandsregionen", UPPSALA: "Region Uppsala", HALLAND: "Region Halland"}
    with office.engine.begin() as connection:
        for code, name in more.items():
            organisation = identity.create_organisation(connection, "region", name)
            member = identity.Member(organisation, "region_representative", SINCE)
            people[code] = identity.create_person(
                connection, f"r{code}@prov.example", f"R{code}", (member,), START
            )
    return Financing(office, people)


def furnish(office: Office) -> dict[str, Any]:
    """A period of Skåne by its own rule, with a budget and a month; a list; the pot with a medicine and Skåne's cost."""
    financing = Financing(office, {SKANE: office.people["region"]})
    engine = office.engine
    rule = financing.rule()
    listing_rule = SHARE | {"region": SKANE, "atc": "L01", "title": "Andel av cancerläkemedel"}
    rule_service.add_rule(engine, financing.maker(SKANE), listing_rule)
    period = financing.begin(SKANE, SKANE, start_on="2025-11-01", indication="Provsjuka")
    financing.budget(period, "2400000", SKANE)
    financing.actual(period, "2025-12", "90000.50", SKANE)
    # No region but Västra Götaland has a rule that asks for a list; the row is as a file of it would give.
    with engine.begin() as connection:
        listing = connection.execute(
            sa.text("""
                INSERT INTO solidarity_listing (organisation_id, county_code, year, atc, medicine, origin, person_id, person, at)
                SELECT organisation_id, '12', 2026, 'B06AC01', 'Dyrastin', 'Beslut 2025', person_id, 'Region', at
                FROM introduction_financing WHERE id = :id RETURNING id
            """),
            {"id": period},
        ).scalar_one()
    financing.terms()
    orphan = financing.orphan()
    financing.cost(SKANE, "2025", "1500000", SKANE)
    return {
        "financing_id": period, "rule_id": rule, "listing_id": listing, "orphan_id": orphan, "atc": ATC, "form": "csv",
    }  # fmt: skip
