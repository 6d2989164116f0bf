"""A signed agreement on one medicine with two regions, files of sales, and ways to let it live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from nt_process.disclosure import settled
from nt_process.identity.actor import Session, SignedIn
from nt_process.identity.maker import Maker
from nt_process.infra import jobs
from nt_process.negotiation import offers
from nt_process.sealed import room
from nt_process.settlement import disputes, files, papers, runs
from nt_process.settlement.papers import Statement
from tests.features.agreements.world import Deal
from tests.features.negotiation.world import Table, add_regions, in_negotiation
from tests.world import START, Office

# When the parties signed, before the agreement's first day.
SIGNED = datetime(2024, 11, 4, 9, 0, tzinfo=UTC)
Q1, Q2, Q3, Q4 = (date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31))
P1, P2 = "200101", "200102"
TERMS: dict[str, Any] = {
    "format": 1,
    "starts": "2025-01-01",
    "packages": ["Provastin 10 mg", P2],
    "clauses": [
        {"kind": "fixed_net_price", "net_prices": {"Provastin 10 mg": "731.07", P2: "1000"}},
        {"kind": "spend_cap", "cap": "7300000", "share_pct": "50", "basis": "remaining"},
    ],
}
# A region's unit, the month, packages and cost. At 731.07 a package, ten cost 7 310.70 net.
SALES = (
    (P1, "12", "Lund", "2025-01", "10", "10000"),
    (P1, "12", "Malmö", "2025-02", "20", "20000"),
    (P1, "13", "Halmstad", "2025-03", "10", "10000"),
)
COUNT_HEADER = "slag;region;månad;patienter;mått;status;doser;kostnad"
KEY = "test"


def csv(rows: Sequence[Sequence[str]], header: str = "Förpackning;Region;Enhet;Månad;Antal;Belopp") -> bytes:
    return "\r\n".join([header, *(";".join(row) for row in rows)]).encode()


@dataclass
class Settlement:
    """The agreement, by whose commands it came about, and what is settled of it."""

    deal: Deal
    at: datetime = START

    @property
    def office(self) -> Office:
        return self.deal.office

    @property
    def agreement(self) -> str:
        return self.deal.id

    @property
    def negotiation(self) -> str:
        return self.deal.table.id

    @property
    def number(self) -> str:
        return self.deal.table.number

    def maker(self, name: str = "secretary", at: datetime | None = None) -> Maker:
        return Maker(self.actor(name), at or self.at)

    def actor(self, name: str) -> SignedIn:
        """The person, who has just proved who they are."""
        proved = Session("", self.at, self.at, strong=True)
        return replace(self.office.actor(name, self.at.date()), session=proved)

    def work(self) -> None:
        """Let the worker do what waits."""
        handlers = {**files.HANDLERS, **runs.HANDLERS, **settled.handlers(KEY, lambda: self.at)}
        while jobs.work(self.office.engine, handlers, lambda: self.at):
            pass

    def amend(self, terms: Mapping[str, Any], first: date, at: datetime) -> None:
        """Other terms from a day on, signed by everybody."""
        settle(self.deal, terms, at)
        for name in ("region", "halland"):
            self.deal.table.answer(name, "confirmed", at)
        self.deal.draft(at, first_day=first.isoformat()).send(2, at)
        for name in ("company", "region", "halland"):
            self.deal.sign(name, 2, at)

    def hand_in(self, rows: Sequence[Sequence[str]] = SALES, *, taken: bool = True) -> str:
        made = files.upload(self.office.engine, self.maker(), "sales", "försäljning.csv", csv(rows))
        self.work()
        if taken:
            files.take(self.office.engine, self.maker(), made)
            self.work()
        return made

    def propose(self, until: date = Q1, name: str = "secretary") -> str:
        made = runs.propose(self.office.engine, self.maker(name), self.agreement, until.isoformat())
        self.work()
        return made

    def settle(self, until: date = Q1) -> str:
        """Propose and approve."""
        made = self.propose(until)
        runs.approve(self.office.engine, self.maker("colleague"), made)
        self.work()
        return made

    def statement(self, run: str, party: str, name: str = "secretary") -> Statement:
        with self.office.engine.begin() as connection:
            row = papers.row_id(run, party)
            secret = room.reveal(
                connection, self.actor(name), self.negotiation, papers.STATEMENT, row, "Prov", at=self.at
            )
        return papers.read_statement(secret)

    def state(self, run: str) -> str:
        with self.office.engine.connect() as connection:
            return str(
                connection.scalar(sa.text("SELECT state FROM settlement_run WHERE id = :id"), {"id": run})
            )


def agreed(office: Office, terms: Mapping[str, Any] = TERMS, at: datetime = SIGNED) -> Deal:
    """An agreement that has been sent to be signed by the company, region 12 (`region`) and, where there is one, region
    13 (`halland`); with the secretary and the colleague in its delegation.
    """
    deal = Deal(Table(office, in_negotiation(office, at)).open(at=at))
    deal.table.admit("colleague", at)
    settle(deal, terms, at)
    deal.join(*_regions(office), at=at)
    deal.draft(at, package_1=P1).send(at=at)
    return deal


def settle(deal: Deal, terms: Mapping[str, Any], at: datetime) -> None:
    """What the company offers is settled."""
    maker = deal.table.maker("company", at)
    offer = offers.submit(deal.office.engine, maker, deal.table.id, deal.table.round(at=at), terms, "", ())
    deal.table.settle(offer, at)


def _regions(office: Office) -> list[str]:
    return ["region", *(["halland"] if "halland" in office.people else [])]


def move_in(office: Office, *, neighbour: bool = True) -> Settlement:
    """Have everybody sign; `neighbour`: with more regions than the office has."""
    if neighbour:
        add_regions(office)
    deal = agreed(office)
    for name in ("company", *_regions(office)):
        deal.sign(name, at=SIGNED)
    return Settlement(deal)


def furnish(office: Office) -> dict[str, dict[str, str]]:
    """An approved quarter with a dispute, counts, a file that waits, and a proposed quarter."""
    made = move_in(office, neighbour=False)
    made.hand_in()
    counts = csv([("utfall", "12", "2025-01", "2", "svar", "uteblivet", "", "200")], COUNT_HEADER)
    counted = files.upload(office.engine, made.maker(), "counts", "utfall.csv", counts, made.agreement)
    made.work()
    files.take(office.engine, made.maker(), counted)
    made.work()
    run = made.settle()
    dispute = disputes.dispute(office.engine, made.maker("region"), run, "Malmö köpte tio.")
    waiting = made.hand_in([(P1, "12", "Lund", "2025-04", "1", "1000")], taken=False)
    return {
        "settlement": {
            "agreement_id": made.agreement,
            "run_id": run,
            "file_id": waiting,
            "dispute_id": dispute,
            "number": made.number,
        }
    }


def kr(text: str) -> Decimal:
    return Decimal(text)
