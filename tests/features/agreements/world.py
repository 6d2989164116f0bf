"""Agreements to test with, made by the commands from a negotiation's settled terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from nt_process.agreements import queries, service, signing
from nt_process.agreements.queries import AgreementFile
from nt_process.agreements.signing import Contract
from nt_process.identity.maker import Maker
from nt_process.infra import acting
from nt_process.kernel.calendar import STOCKHOLM
from tests.features.negotiation.world import PRICE, TERMS, Table
from tests.world import START, Office

# An article number, which the terms name their package by.
PACKAGE = "100101"
PERIOD = TERMS | {"starts": "2026-06-01", "ends": "2028-05-31", "packages": PACKAGE}
PERIOD |= {"net_prices": f"{PACKAGE}: {PRICE}"}


@dataclass
class Deal:
    """An agreement, with commands that take names and instants."""

    table: Table
    id: str = ""

    @property
    def office(self) -> Office:
        return self.table.office

    def maker(self, name: str = "secretary", at: datetime = START) -> Maker:
        """The person, who has just proved who they are."""
        found = self.table.maker(name, at)
        return Maker(found.actor, found.at)

    def settle(self, terms: Mapping[str, str] = PERIOD, at: datetime = START) -> int:
        offer = self.table.offer("company", self.table.round(at=at), terms, at=at)
        return self.table.settle(offer, at)

    def join(self, *names: str, at: datetime = START) -> None:
        self.table.invite(*names, at=at)
        for name in names:
            self.table.mandate(name, at)
            self.table.answer(name, "joined", at)

    def draft(self, at: datetime = START, name: str = "secretary", **typed: str) -> Deal:
        self.id = service.draft(self.office.engine, self.maker(name, at), self.table.id, typed)
        return self

    def send(self, version: int = 1, at: datetime = START, name: str = "secretary") -> int:
        return service.send(self.office.engine, self.maker(name, at), self.id, version)

    def withdraw(self, version: int, at: datetime = START) -> None:
        service.withdraw(self.office.engine, self.maker(at=at), self.id, version)

    def read(self, name: str, version: int = 1, at: datetime = START) -> Contract:
        return signing.read(self.office.engine, self.maker(name, at), self.id, version, "Granskning")

    def sign(
        self, name: str, version: int = 1, at: datetime = START, *, read: bool = True, **more: str
    ) -> None:
        typed = {"authority": "Regionstyrelsen § 40"}
        if read:
            typed["commitment"] = self.read(name, version, at).commitment
        signing.sign(self.office.engine, self.maker(name, at), self.id, version, typed | more)

    def end(self, name: str, last_day: str, at: datetime = START, reason: str = "Uppsagt") -> None:
        typed = {"last_day": last_day, "reason": reason}
        signing.end(self.office.engine, self.maker(name, at), self.id, typed)

    def file(self, name: str = "secretary", at: datetime = START) -> AgreementFile | None:
        today = at.astimezone(STOCKHOLM).date()
        with self.office.engine.connect() as connection:
            return queries.agreement_file(connection, self.maker(name, at).actor, self.id, today)

    @contextmanager
    def acting(self, name: str) -> Iterator[None]:
        """Every connection is told who acts, as in the application."""
        acting.become(self.office.people[name], START.date())
        try:
            yield
        finally:
            acting.forget()
            self.office.engine.dispose()

    def one(self, statement: str, **given: Any) -> Any:
        return self.table.one(statement, **given)


def in_force(table: Table, *regions: str, at: datetime = START) -> Deal:
    """An agreement that the company and these regions have signed."""
    deal = Deal(table)
    deal.settle(at=at)
    deal.join(*regions, at=at)
    deal.draft(at).send(at=at)
    for name in ("company", *regions):
        deal.sign(name, at=at)
    return deal


def furnish(office: Office) -> dict[str, Any]:
    """Of the filled world's negotiation: an agreement that company and region have signed, and a draft of a new version."""
    with office.engine.connect() as connection:
        row = connection.execute(
            sa.text("SELECT id, case_number FROM negotiation ORDER BY opened_at LIMIT 1")
        ).one()
    at = START - timedelta(hours=1)
    deal = Deal(Table(office, row.case_number, str(row.id)))
    deal.draft(at, package_1=PACKAGE).send(at=at)
    deal.sign("company", at=at)
    deal.sign("region", at=at)
    deal.end("region", "2027-06-30", at, "Regionen lämnar")
    deal.draft(at, first_day="2026-04-01")
    return {
        "agreement_id": deal.id,
        "negotiation_id": deal.table.id,
        "version": 1,
        "article_number": PACKAGE,
    }
