"""A year's rebates opened for the state's share: each statement that the reader may open, on record and with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.engine import Connection, Engine

from nt_process.agreements import told
from nt_process.agreements.told import Binding
from nt_process.cases.service import today_of
from nt_process.financing.parameters import rebate_rule_or_none
from nt_process.identity.maker import Maker
from nt_process.infra.rows import Row
from nt_process.kernel.faults import BadInput
from nt_process.kernel.money import ZERO
from nt_process.kernel.regions import BY_CODE
from nt_process.sealed import circle, room
from nt_process.sealed.rules import reason_faults
from nt_process.settlement import papers, queries
from nt_process.settlement.state_share import Rebate, Run, Share, rebate_of, share_of, summed, together


@dataclass(frozen=True, slots=True)
class OfRegion:
    """What one company's agreements give one region in a year, and the state's share of it."""

    company: str
    region: str
    share: Share


@dataclass(frozen=True, slots=True)
class Year:
    """All that the reader may see of a year; `outside` is how many settled agreements they stand outside the circle of."""

    year: int
    rows: tuple[OfRegion, ...]
    outside: int

    @property
    def total(self) -> Share:
        return summed([row.share for row in self.rows])


def years(agreements: Sequence[Row], today: date) -> list[int]:
    """The years in which anybody has been bound, the latest first."""
    first = min((row["first_day"].year for row in agreements), default=today.year)
    return list(range(today.year, min(first, today.year) - 1, -1))


def usual_year(today: date) -> int:
    """The year that is being settled: to the end of May the one before."""
    return today.year - 1 if today.month <= 5 else today.year


def open_year(engine: Engine, maker: Maker, year: int, reason: str) -> Year:
    """Open every statement that says what regions had of a year. Raises BadInput, and ProofNeeded as `room.reveal_all`.

    Each agreement is a transaction of its own, so that no two cases are held at once.
    """
    if faults := reason_faults(reason):
        raise BadInput(*faults)
    with engine.connect() as connection:
        rows = queries.agreements(connection, maker.actor, maker.today)
        runs = queries.runs_of_year(connection, maker.actor, year, maker.today)
    found: dict[tuple[str, str], list[Rebate]] = {}
    outside = 0
    for row in rows:
        own = [run for run in runs if run["agreement_id"] == row["id"]]
        with engine.begin() as connection:
            if not circle.stands(connection, maker.actor, str(row["negotiation_id"]), maker.today):
                outside += 1 if own else 0
                continue
            [agreement] = told.binding(connection, row["id"])
            for region, rebate in _rebates(connection, maker, agreement, own, year, reason).items():
                found.setdefault((row["company"], region), []).append(rebate)
    rule = rebate_rule_or_none(year)
    told_of = (
        OfRegion(company, BY_CODE[region].name, share_of(together(rebates), rule))
        for (company, region), rebates in sorted(found.items())
    )
    return Year(year, tuple(told_of), outside)


def _rebates(
    connection: Connection, maker: Maker, agreement: Binding, runs: Sequence[Row], year: int, reason: str
) -> dict[str, Rebate]:
    """What each region had of the year under one agreement, as the reader's statements say."""
    said = [run for run in runs if run["party"] is not None]
    places = [room.Place(papers.STATEMENT, papers.row_id(str(run["id"]), run["party"]), 1) for run in said]
    opened = room.reveal_all(connection, maker.actor, agreement.negotiation_id, places, reason, at=maker.at)
    # By run and region; a person can speak for two regions.
    added: dict[object, dict[str, Decimal]] = {}
    for run, secret in zip(said, opened, strict=True):
        of_run = added.setdefault(run["id"], {})
        for region, amount in _by_region(papers.read_statement(secret), year).items():
            of_run[region] = of_run.get(region, ZERO) + amount
    by_run = {run["id"]: run for run in runs}
    return {
        region: rebate_of(
            [
                Run(today_of(run["decided_at"]), run["until"], added.get(run_id, {}).get(region, ZERO))
                for run_id, run in by_run.items()
            ],
            _bound(agreement, region, year),
            year,
        )
        for region in sorted({region for of_run in added.values() for region in of_run})
    }


def _by_region(statement: papers.Statement, year: int) -> Mapping[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for key, amount in statement.due.items():
        if key.month.year == year:
            sums[key.region] = sums.get(key.region, ZERO) + amount
    return sums


def _bound(agreement: Binding, region: str, year: int) -> list[date]:
    months = (date(year, month, 1) for month in range(1, 13))
    return [month for month in months if agreement.version_in(region, month) is not None]
