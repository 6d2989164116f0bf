"""An agreement on one medicine with two regions, its room, files of sales, and ways to let it live."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa

from nt_process.identity import service as identity
from nt_process.identity.actor import Session, SignedIn
from nt_process.identity.maker import Maker
from nt_process.infra import jobs
from nt_process.sealed import circle, room, rules
from nt_process.sealed.circle import Entry
from nt_process.settlement import disputes, files, papers, runs
from nt_process.settlement.agreement import Agreement, Party, Version, take_over
from nt_process.settlement.papers import Statement
from tests.world import SINCE as LONG_AGO
from tests.world import START, Office

FROM = date(2025, 1, 1)
Q1, Q2, Q3, Q4 = (date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31))
TERMS = {
    "format": 1,
    "starts": "2025-01-01",
    "packages": ["P1", "P2"],
    "clauses": [
        {"kind": "fixed_net_price", "net_prices": {"P1": "731.07", "P2": "1000"}},
        {"kind": "spend_cap", "cap": "7300000", "share_pct": "50", "basis": "remaining"},
    ],
}
# A region's unit, the month, packages and cost. At 731.07 a package, ten cost 7 310.70 net.
SALES = (
    ("P1", "12", "Lund", "2025-01", "10", "10000"),
    ("P1", "12", "Malmö", "2025-02", "20", "20000"),
    ("P1", "13", "Halmstad", "2025-03", "10", "10000"),
)
COUNT_HEADER = "slag;region;månad;patienter;mått;status;doser;kostnad"
HANDLERS = {**files.HANDLERS, **runs.HANDLERS}


def csv(rows: Sequence[Sequence[str]], header: str = "Förpackning;Region;Enhet;Månad;Antal;Belopp") -> bytes:
    return "\r\n".join([header, *(";".join(row) for row in rows)]).encode()


@dataclass
class Settlement:
    """The agreement, its case's number, and what has been made: the last file and run."""

    office: Office
    number: str
    case_id: str
    negotiation: str
    agreement: str
    organisations: dict[str, str]
    at: datetime = START
    last: dict[str, str] = field(default_factory=dict)

    def maker(self, name: str = "secretary", at: datetime | None = None) -> Maker:
        return Maker(self.actor(name), at or self.at)

    def actor(self, name: str) -> SignedIn:
        """The person, who has just proved who they are."""
        proved = Session("", self.at, self.at, strong=True)
        return replace(self.office.actor(name, self.at.date()), session=proved)

    def work(self) -> None:
        """Let the worker do what waits."""
        while jobs.work(self.office.engine, HANDLERS, lambda: self.at):
            pass

    def tell(self, *versions: Version, parties: Sequence[Party] = ()) -> None:
        told = Agreement(
            self.agreement,
            self.negotiation,
            self.case_id,
            self.office.company_id,
            "Provastin",
            ("P1", "P2"),
            tuple(parties) or tuple(Party(code, org, FROM) for code, org in self.organisations.items()),
            versions or (Version(1, FROM, None, TERMS),),
        )
        with self.office.engine.begin() as connection:
            take_over(connection, told, self.at)

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


def move_in(office: Office, *, neighbour: bool = True) -> Settlement:
    """Make the agreement: a case, its room with a circle, and the terms told to settlement.

    The region's representative speaks for region 12, `neighbour` for region 13.
    """
    number = office.open("forman")
    if neighbour:
        _add_neighbour(office)
    with office.engine.begin() as connection:
        case_id = str(
            connection.scalar(sa.text("SELECT id FROM cases WHERE number = :number"), {"number": number})
        )
        council = _organisation_of(connection, office.people["secretary"])
        organisations = {"12": _organisation_of(connection, office.people["region"])}
        if neighbour:
            organisations["13"] = _organisation_of(connection, office.people["neighbour"])
        made = Settlement(office, number, case_id, str(uuid.uuid4()), str(uuid.uuid4()), organisations)
        room.make(connection, made.negotiation, case_id, START)
        admitted = [
            *((rules.DELEGATION, council, name) for name in ("secretary", "colleague")),
            (rules.REGION, organisations["12"], "region"),
            *(((rules.REGION, organisations["13"], "neighbour"),) if neighbour else ()),
        ]
        for side, organisation, name in admitted:
            entry = Entry(side, organisation, office.people[name], "Ledamot", FROM)
            circle.admit(connection, made.negotiation, case_id, entry, "Secretary", START)
        company = Entry(rules.COMPANY, office.company_id, None, "Kontakt", FROM)
        circle.admit(connection, made.negotiation, case_id, company, "Secretary", START)
    made.tell()
    return made


def _add_neighbour(office: Office) -> None:
    with office.engine.begin() as connection:
        halland = identity.create_organisation(connection, "region", "Region Halland")
        member = identity.Member(halland, "region_representative", LONG_AGO)
        office.people["neighbour"] = identity.create_person(
            connection, "neighbour@prov.example", "Neighbour", (member,), START
        )
        connection.exec_driver_sql(
            "UPDATE person SET password_hash = (SELECT max(password_hash) FROM person) WHERE password_hash IS NULL"
        )


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
    waiting = made.hand_in([("P1", "12", "Lund", "2025-04", "1", "1000")], taken=False)
    return {
        "settlement": {
            "agreement_id": made.agreement,
            "run_id": run,
            "file_id": waiting,
            "dispute_id": dispute,
            "number": made.number,
        }
    }


def _organisation_of(connection: sa.Connection, person: str) -> str:
    found = sa.text("SELECT organisation_id FROM membership WHERE person_id = :id")
    return str(connection.scalar(found, {"id": person}))


def kr(text: str) -> Decimal:
    return Decimal(text)
