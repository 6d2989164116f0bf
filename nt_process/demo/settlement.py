"""Settlement in the demo world: one agreement with six regions, settled quarter by quarter, one statement disputed,
and the last quarter proposed and waiting for somebody else to approve it.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from nt_process.demo.work import Office, last_working_day, working_hour
from nt_process.identity.actor import Session, SignedIn
from nt_process.identity.maker import Maker
from nt_process.infra.spreadsheet import rows_to_csv
from nt_process.kernel.calendar import add_months
from nt_process.sealed import circle, room, rules
from nt_process.sealed.circle import Entry
from nt_process.settlement import disputes, files, runs
from nt_process.settlement.agreement import Agreement, Party, Version, take_over
from nt_process.settlement.rules import next_quarter, quarter_end

QUARTERS = 4
_REGIONS = ("01", "03", "05", "12", "14", "20")
_PACKAGE, _LARGE = "DEMO-100", "DEMO-300"
_PRICES = {_PACKAGE: 9400, _LARGE: 26300}
_UNITS = ("Medicinkliniken", "Neurologen", "Barnkliniken")
_HEADER = ("förpackning", "region", "enhet", "månad", "antal", "belopp")
# Figures as invented as the medicine.
_NET = {_PACKAGE: "7150", _LARGE: "19900"}
_TIERS = [["0", "0"], ["400", "4"], ["900", "9"]]

# An old case with a company, which neither of the two at the office has a conflict of interest in.
_CASE = sa.text("""
    SELECT c.id, c.number, c.medicine, c.company_id FROM cases c
    WHERE c.company_id IS NOT NULL AND c.opened_on < :day
      AND NOT EXISTS (SELECT FROM unnest(CAST(:people AS uuid[])) AS p
                      WHERE conflict_of_interest(c.id, p, CAST(:today AS date)) IS NOT NULL)
    ORDER BY c.number DESC LIMIT 1
""")
_REPRESENTATIVES = sa.text("""
    SELECT DISTINCT ON (o.county_code) o.county_code, o.id AS organisation, m.person_id FROM organisation o
    JOIN membership m ON m.organisation_id = o.id AND m.role = 'region_representative'
    WHERE o.county_code = ANY (:codes) AND m.valid_from <= :day AND (m.valid_to IS NULL OR m.valid_to >= :day)
    ORDER BY o.county_code, m.person_id
""")
_COUNCIL = sa.text("SELECT organisation_id FROM membership WHERE person_id = :id ORDER BY valid_from LIMIT 1")


def settlement_life(office: Office, today: date, chance: random.Random) -> Iterator[datetime]:
    """The agreement, and what is done in each quarter, each thing when the world has come so far."""
    world = _Settling(office, today, chance)
    latest = datetime.min.replace(tzinfo=UTC)
    for day, do in sorted(world.steps(), key=lambda step: step[0]):
        latest = max(latest, working_hour(last_working_day(day), chance))
        yield latest
        do(latest)
        if not world.agreed:
            return


Step = tuple[date, Callable[[datetime], None]]


class _Settling:
    def __init__(self, office: Office, today: date, chance: random.Random) -> None:
        self.office, self.chance = office, chance
        self.proposer, self.approver = office.people.secretaries[:2]
        last = quarter_end(today.year, (today.month + 2) // 3)
        # The last quarter that has been over for so long that its sales have come in.
        while last + timedelta(days=30) > today:
            last = add_months(last.replace(day=1), -2) - timedelta(days=1)
        self.first = add_months(last.replace(day=1), 1 - 3 * QUARTERS)
        self.agreement = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        self.negotiation = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        self.runs: dict[date, str] = {}
        # A world that is too small or too young has no case to agree about.
        self.agreed = False

    def steps(self) -> Iterator[Step]:
        yield self.first - timedelta(days=20), self._agree
        end = add_months(self.first, 3) - timedelta(days=1)
        for number in range(QUARTERS):
            yield end + timedelta(days=15), self._hand_in(end)
            yield end + timedelta(days=20), self._propose(end)
            if number < QUARTERS - 1:
                yield end + timedelta(days=24), self._approve(end)
            if number == QUARTERS - 2:
                yield end + timedelta(days=35), self._dispute(end)
            end = next_quarter(end)

    def _agree(self, at: datetime) -> None:
        engine = self.office.engine
        with engine.begin() as connection:
            people = [uuid.UUID(person.id) for person in (self.proposer, self.approver)]
            case = connection.execute(_CASE, {"day": at.date(), "today": at.date(), "people": people}).first()
            if case is None:
                return
            council = str(connection.scalar(_COUNCIL, {"id": self.proposer.id}))
            found = connection.execute(_REPRESENTATIVES, {"codes": list(_REGIONS), "day": at.date()}).all()
            room.make(connection, self.negotiation, str(case.id), at)
            entries = [
                *(
                    Entry(rules.DELEGATION, council, one.id, "Förhandlare", at.date())
                    for one in (self.proposer, self.approver)
                ),
                *(
                    Entry(rules.REGION, str(row.organisation), str(row.person_id), "Företrädare", at.date())
                    for row in found
                ),
                Entry(rules.COMPANY, str(case.company_id), None, "Kontakt", at.date()),
            ]
            for entry in entries:
                circle.admit(connection, self.negotiation, str(case.id), entry, self.proposer.name, at)
            terms = {
                "format": 1,
                "starts": self.first.isoformat(),
                "packages": [_PACKAGE, _LARGE],
                "clauses": [
                    {"kind": "fixed_net_price", "net_prices": _NET},
                    {"kind": "tiered_volume", "mode": "marginal", "tiers": _TIERS, "basis": "remaining"},
                ],
            }
            told = Agreement(
                self.agreement,
                self.negotiation,
                str(case.id),
                str(case.company_id),
                case.medicine,
                (_PACKAGE, _LARGE),
                tuple(Party(row.county_code, str(row.organisation), self.first) for row in found),
                (Version(1, self.first, None, terms),),
            )
            take_over(connection, told, at)
        self.agreed = True
        self.disputing = str(found[0].person_id)

    def _hand_in(self, end: date) -> Callable[[datetime], None]:
        def do(at: datetime) -> None:
            rows = [
                (package, region, unit, f"{month:%Y-%m}", volume, volume * _PRICES[package])
                for month in (add_months(end.replace(day=1), back) for back in (-2, -1, 0))
                for region in _REGIONS
                for unit in _UNITS
                for package in _PRICES
                for volume in (self.chance.randrange(1, 9),)
            ]
            engine, maker = self.office.engine, Maker(self.proposer, at)
            name = f"försäljning {end.year} {(end.month + 2) // 3}.csv"
            made = files.upload(engine, maker, "sales", name, rows_to_csv(_HEADER, rows))
            # The worker finds afterwards that it is done.
            files.read_waiting(engine, {"file": made})
            files.take(engine, maker, made)

        return do

    def _propose(self, end: date) -> Callable[[datetime], None]:
        def do(at: datetime) -> None:
            engine, maker = self.office.engine, Maker(_proved(self.proposer, at), at)
            self.runs[end] = runs.propose(engine, maker, self.agreement, end.isoformat())
            runs.compute(engine, {"run": self.runs[end], "at": at.isoformat()})

        return do

    def _approve(self, end: date) -> Callable[[datetime], None]:
        def do(at: datetime) -> None:
            runs.approve(self.office.engine, Maker(self.approver, at), self.runs[end])

        return do

    def _dispute(self, end: date) -> Callable[[datetime], None]:
        def do(at: datetime) -> None:
            person = next(one for one in self.office.people.representatives if one.id == self.disputing)
            text = "Neurologen har fått två leveranser som inte står i underlaget."
            disputes.dispute(self.office.engine, Maker(person, at), self.runs[end], text)

        return do


def _proved(person: SignedIn, at: datetime) -> SignedIn:
    return replace(person, session=Session("", at, at, strong=True))
