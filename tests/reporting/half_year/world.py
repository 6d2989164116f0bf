"""A half-year to report on: cases that lived through it, a meeting, a consultation, the joint budget; and a report of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from nt_process.identity.maker import Maker
from nt_process.infra import jobs as work
from nt_process.reporting.half_year import jobs, service
from tests.reporting.world import made_world, store
from tests.world import START, Office

PERIOD = "2025-2"
KNOWN_ON = date(2026, 1, 6)
LINE = {"kind": "budget", "line": "council", "year": "2025", "amount": "300 000", "note": "Rådets möten"}
COST = {
    "kind": "cost",
    "line": "council",
    "day": "2025-09-15",
    "amount": "125000,50",
    "note": "Möten i september",
}
PREFACE = "Halvåret präglades av få men stora beslut.\n\nTiderna har hållits."


def maker(office: Office, name: str = "secretary", at: datetime = START) -> Maker:
    return Maker(office.actor(name, at.date()), at)


def cases(engine: Engine, count: int = 12) -> None:
    store(engine, made_world(count, date(2026, 1, 6)))


def counted(office: Office, period: str = PERIOD, known_on: str = "", at: datetime = START) -> str:
    """A report that was asked for and counted."""
    report_id = service.make(office.engine, maker(office, at=at), period, known_on)
    do_all(office.engine, at)
    return report_id


def do_all(engine: Engine, at: datetime = START) -> None:
    """Do what waits for the worker of these reports."""
    while work.work(engine, jobs.HANDLERS, lambda: at):
        pass


def issued(office: Office, period: str = PERIOD) -> str:
    """A report with a preface by the secretary, issued by the manager."""
    report_id = counted(office, period)
    service.write_preface(office.engine, maker(office), report_id, PREFACE, 0)
    service.issue(office.engine, maker(office, "manager"), report_id, 1)
    return report_id


def one(engine: Engine, statement: str, **given: Any) -> Any:
    """The one value that a statement gives."""
    with engine.connect() as connection:
        return connection.scalar(sa.text(statement), given)


def furnish(office: Office) -> dict[str, Any]:
    """A report that was issued, and one that waits for it."""
    service.enter(office.engine, maker(office), LINE)
    service.enter(office.engine, maker(office), COST)
    report_id = counted(office)
    service.write_preface(office.engine, maker(office), report_id, PREFACE, 0)
    service.issue(office.engine, maker(office, "manager", START + timedelta(hours=1)), report_id, 1)
    counted(office, "2025-1")
    return {"report_id": report_id, "kind": "csv"}
