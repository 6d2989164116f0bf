"""A register and a plan to test with, made by the commands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import sqlalchemy as sa

from nt_process.identity.maker import Maker
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.market import service
from tests.world import FIRST_DAY, Office

ENTRY = {
    "kind": "patent",
    "medicine": "Vintergrönt",
    "substance": "viridinersen",
    "atc": "N07XX27",
    "company": "Lunden Pharma AB",
    "indication": "",
    "day": "2029-03-14",
    "certainty": "stated",
    "source": "Patentregistret",
    "note": "",
}
PROCUREMENT = {
    "name": "Biosimilarer till estivamab",
    "substance": "estivamab",
    "atc": "L01FX31",
    "scope": "joint",
    "status": "planned",
    "lead": "Region Östergötland",
    "unit": "förpackningar",
    "volume": "12000",
    "sign_up_until": "2026-05-31",
    "advertised_on": "2026-08-15",
    "agreement_from": "2027-01-01",
    "agreement_to": "2028-12-31",
    "note": "",
}
SKANE = "12"


def noon(day: date) -> datetime:
    """Twelve o'clock in Stockholm, as an instant in UTC."""
    return datetime.combine(day, time(12), STOCKHOLM).astimezone(UTC)


@dataclass(frozen=True)
class Market:
    """Commands that take names and days instead of actors and instants."""

    office: Office

    def maker(self, name: str = "secretary", on: date = FIRST_DAY) -> Maker:
        return Maker(self.office.actor(name, on), noon(on))

    def register(self, on: date = FIRST_DAY, **fields: str) -> str:
        return service.register_entry(self.office.engine, self.maker(on=on), ENTRY | fields)

    def change(self, entry_id: str, version: int, on: date = FIRST_DAY, **fields: str) -> None:
        service.change_entry(self.office.engine, self.maker(on=on), entry_id, version, ENTRY | fields)

    def plan(self, **fields: str) -> str:
        return service.plan_procurement(self.office.engine, self.maker(), PROCUREMENT | fields)

    def commit(self, procurement: str, volume: str, on: date = FIRST_DAY, region: str = SKANE) -> None:
        maker = self.maker("region", on)
        service.commit(self.office.engine, maker, procurement, region, [SKANE], volume)

    def withdraw(self, procurement: str, reason: str = "", on: date = FIRST_DAY) -> None:
        service.withdraw(self.office.engine, self.maker("region", on), procurement, SKANE, [SKANE], reason)

    def rows(self, statement: str, **parameters: object) -> list[sa.Row]:
        with self.office.engine.connect() as connection:
            return list(connection.execute(sa.text(statement), parameters))

    def reminders(self) -> list[tuple[str, int, date, bool]]:
        """Every reminder in the order it was made: (who, months before, day, late)."""
        found = self.rows("SELECT * FROM notice WHERE kind = 'market_reminder' ORDER BY id")
        names = {person_id: name for name, person_id in self.office.people.items()}
        return [(names[str(row.person_id)], row.rung, row.due, row.late) for row in found]
