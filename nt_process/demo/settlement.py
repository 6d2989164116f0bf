"""Settlement in the demo world: the agreements that are signed, settled quarter by quarter.

In one of them a region disputes its statement and is right, so its figures are handed in anew and a correction says the
difference; another dispute is open. The last quarter of the oldest agreement waits for somebody else to approve it.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa

from nt_process.agreements import told
from nt_process.agreements.told import Binding
from nt_process.demo.prices import articles_of
from nt_process.demo.work import Office, last_working_day, working_hour
from nt_process.identity.actor import Session, SignedIn
from nt_process.identity.maker import Maker
from nt_process.infra.spreadsheet import rows_to_csv
from nt_process.kernel.calendar import add_months
from nt_process.settlement import disputes, files, runs
from nt_process.settlement.errors import SettlementError
from nt_process.settlement.rules import next_quarter, quarter_end

QUARTERS = 8
# How many days after a quarter its sales have come in, its runs are proposed and approved, and what follows.
_HANDED_IN, _PROPOSED, _APPROVED, _DISPUTED, _CORRECTED = 15, 20, 24, 35, 43
_UNITS = ("Medicinkliniken", "Neurologen", "Barnkliniken")
_HEADER = ("förpackning", "region", "enhet", "månad", "antal", "belopp")
_DISPUTE = "Neurologen har fått färre leveranser i kvartalets sista månad än vad som står i underlaget."
_ANSWER = "Leverantörens fil var fel. En rättad fil tas in, och skillnaden regleras."

_PROPOSED_RUNS = sa.text("""
    SELECT r.id FROM settlement_run r JOIN agreement a ON a.id = r.agreement_id
    WHERE r.until = :until AND r.state = 'proposed' ORDER BY a.made_at, a.id
""")
_STATEMENTS = sa.text("""
    SELECT DISTINCT ON (a.made_at, r.id) r.id AS run_id, s.party, m.person_id FROM settlement_run r
    JOIN agreement a ON a.id = r.agreement_id
    JOIN settlement_statement s ON s.run_id = r.id AND s.party <> 'company'
    JOIN membership m ON m.organisation_id = s.organisation_id AND m.role = 'region_representative'
    WHERE r.until = :until AND r.state = 'approved' ORDER BY a.made_at, r.id, s.party, m.person_id
""")
_UPHELD = sa.text("""
    SELECT r.agreement_id, d.party FROM settlement_dispute d JOIN settlement_run r ON r.id = d.run_id
    WHERE r.until = :until AND d.state = 'upheld' LIMIT 1
""")

Step = tuple[date, Callable[[datetime], None]]
Row = tuple[str, str, str, str, int, Decimal]


def settlement_life(office: Office, today: date, chance: random.Random) -> Iterator[datetime]:
    """What is done in each quarter, each thing when the world has come so far."""
    world = _Settling(office, today, chance)
    latest = datetime.min.replace(tzinfo=UTC)
    for day, do in sorted(world.steps(), key=lambda step: step[0]):
        latest = max(latest, working_hour(last_working_day(day), chance))
        yield latest
        do(latest)


class _Settling:
    def __init__(self, office: Office, today: date, chance: random.Random) -> None:
        self.office, self.chance = office, chance
        self.proposer, self.approver = office.people.secretaries[:2]
        self.last = quarter_end(today.year, (today.month + 2) // 3)
        # The last quarter that has been over for so long that its sales have come in.
        while self.last + timedelta(days=30) > today:
            self.last = add_months(self.last.replace(day=1), -2) - timedelta(days=1)

    def steps(self) -> Iterator[Step]:
        end = add_months(self.last.replace(day=1), 1 - 3 * (QUARTERS - 1)) - timedelta(days=1)
        for number in range(QUARTERS):
            is_last, is_disputed = number == QUARTERS - 1, number == QUARTERS - 2
            yield end + timedelta(days=_HANDED_IN), lambda at, end=end: self._hand_in(end, at)  # type: ignore[misc]
            yield end + timedelta(days=_PROPOSED), lambda at, end=end: self._propose(end, at)  # type: ignore[misc]
            leave = 1 if is_last else 0
            yield (
                end + timedelta(days=_APPROVED),
                lambda at, end=end, leave=leave: self._approve(end, at, leave),  # type: ignore[misc]
            )
            if is_disputed:
                yield end + timedelta(days=_DISPUTED), lambda at, end=end: self._dispute(end, at)  # type: ignore[misc]
                yield end + timedelta(days=_CORRECTED), lambda at, end=end: self._correct(end, at)  # type: ignore[misc]
            end = next_quarter(end)

    def _agreements(self) -> Sequence[Binding]:
        with self.office.engine.connect() as connection:
            return told.binding(connection)

    def _hand_in(self, end: date, at: datetime) -> None:
        months = [add_months(end.replace(day=1), back) for back in (-2, -1, 0)]
        rows = [
            row
            for agreement in self._agreements()
            for month in months
            for region in sorted(agreement.organisations)
            if agreement.version_in(region, month) is not None
            for row in self._sold(agreement, region, month, _UNITS)
        ]
        if rows:
            self._take_in(f"försäljning {end.year} {(end.month + 2) // 3}.csv", rows, at)

    def _sold(self, agreement: Binding, region: str, month: date, units: Sequence[str]) -> Iterator[Row]:
        for article in articles_of(agreement.name):
            for unit in units:
                volume = self.chance.randrange(1, 9) * (4 if region in ("01", "12", "14") else 1)
                cost = volume * article.prices[-1]
                yield article.number, region, unit, f"{month:%Y-%m}", volume, cost

    def _take_in(self, name: str, rows: Sequence[Row], at: datetime) -> None:
        engine, maker = self.office.engine, Maker(self.proposer, at)
        made = files.upload(engine, maker, "sales", name, rows_to_csv(_HEADER, rows))
        # The worker finds afterwards that it is done.
        files.read_waiting(engine, {"file": made})
        files.take(engine, maker, made)

    def _propose(self, end: date, at: datetime) -> None:
        for agreement in self._agreements():
            self._run(agreement, end, at)

    def _run(self, agreement: Binding, end: date, at: datetime) -> None:
        engine, maker = self.office.engine, Maker(_proved(self.proposer, at), at)
        # An agreement that began after the quarter has nothing to settle in it.
        with contextlib.suppress(SettlementError):
            run = runs.propose(engine, maker, agreement.id, end.isoformat())
            runs.compute(engine, {"run": run, "at": at.isoformat()})

    def _approve(self, end: date, at: datetime, leave: int = 0) -> None:
        """Every run that is proposed for the quarter but the first so many."""
        with self.office.engine.connect() as connection:
            found = connection.scalars(_PROPOSED_RUNS, {"until": end}).all()
        for run in found[leave:]:
            runs.approve(self.office.engine, Maker(_proved(self.approver, at), at), str(run))

    def _dispute(self, end: date, at: datetime) -> None:
        """A region of each agreement; the first of them is right."""
        with self.office.engine.connect() as connection:
            found = connection.execute(_STATEMENTS, {"until": end}).all()
        for number, row in enumerate(found[:2]):
            speaker = next(one for one in self.office.people.representatives if one.id == str(row.person_id))
            made = disputes.dispute(self.office.engine, Maker(speaker, at), str(row.run_id), _DISPUTE)
            if number == 0:
                disputes.resolve(self.office.engine, Maker(self.proposer, at), made, "upheld", _ANSWER)

    def _correct(self, end: date, at: datetime) -> None:
        """What the region that was right bought in the quarter's last month, handed in anew."""
        with self.office.engine.connect() as connection:
            found = connection.execute(_UPHELD, {"until": end}).first()
        if found is None:
            return
        agreement = next(one for one in self._agreements() if one.id == str(found.agreement_id))
        rows = list(self._sold(agreement, found.party, end.replace(day=1), _UNITS[:2]))
        self._take_in(f"rättelse {end.year} {(end.month + 2) // 3}.csv", rows, at)
        self._run(agreement, end, at)
        self._approve(end, at + timedelta(hours=2))


def _proved(person: SignedIn, at: datetime) -> SignedIn:
    return replace(person, session=Session("", at, at, strong=True))
