"""What settlements give to released totals: a run's rebates by region and month, and what was sold, for each agreement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity.actor import SignedIn
from nt_process.kernel.money import ZERO
from nt_process.sealed import room
from nt_process.settlement import files, papers, rules, runs

_ABOUT = sa.text("""
    SELECT o.name AS company, c.atc FROM agreement a JOIN cases c ON c.id = a.case_id
    JOIN organisation o ON o.id = a.company_id WHERE a.id = :id
""")
_LAST = sa.text("""
    SELECT DISTINCT ON (r.agreement_id) r.id, a.case_number FROM settlement_run r JOIN agreement a ON a.id = r.agreement_id
    WHERE r.state = 'approved' ORDER BY r.agreement_id, r.number DESC
""")


@dataclass(frozen=True, slots=True)
class Given:
    """One agreement's rebate to date in one region and month, SEK, and what its packages cost there before it.

    `number` is the register number of the agreement's case, which stands for the negotiation.
    """

    number: str
    company: str
    atc: str
    region: str
    month: date
    rebate: Decimal
    sales: Decimal


def latest(connection: Connection) -> dict[str, str]:
    """The run that was approved last of each agreement that is settled: the case's register number by the run."""
    return {str(row.id): row.case_number for row in connection.execute(_LAST)}


def of_run(connection: Connection, actor: SignedIn, run_id: str, at: datetime) -> list[Given]:
    """What an approved run says is due to date, opened in the name of the actor, who approved it.

    Raises as `room.reveal`, and SettlementError not_found.
    """
    run = runs.one_run(connection, run_id)
    agreement = runs.one_agreement(connection, run["agreement_id"])
    about = connection.execute(_ABOUT, {"id": agreement.id}).one()
    reason = f"{agreement.number} {rules.quarter_of(run['until'])}"
    secret = room.reveal(
        connection, actor, agreement.negotiation_id, papers.RESULT, run_id, reason, at=at, unattended=True
    )
    sums: dict[tuple[str, date], list[Decimal]] = {}
    for line in files.sales(connection, agreement.packages, run["until"], run["known_number"]):
        if agreement.version_in(line.region, line.month) is not None:
            sums.setdefault((line.region, line.month), [ZERO, ZERO])[1] += line.amount
    for key, amount in papers.read_result(secret).to_date.items():
        sums.setdefault((key.region, key.month), [ZERO, ZERO])[0] += amount
    return list(_given(agreement.number, about.company, about.atc, sums))


def _given(
    number: str, company: str, atc: str, sums: dict[tuple[str, date], list[Decimal]]
) -> Iterator[Given]:
    for (region, month), (rebate, sales) in sorted(sums.items()):
        # Where a clause may give back more than the cost, the rebate is the most that anybody can know of it.
        yield Given(number, company, atc, region, month, rebate, max(rebate, sales))
