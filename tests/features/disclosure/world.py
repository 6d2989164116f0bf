"""Invented companies with rebates, and ways to have totals of them released."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa

from nt_process.disclosure import audit_job, audit_process, basis, service
from nt_process.disclosure.contributions import Contribution
from nt_process.identity.maker import Maker
from nt_process.kernel.money import MILLION
from tests.world import START, Office

KEY = "test"
YEAR = {"layout": "national", "scope": "", "first": "2024-01", "months": "12", "measure": "total"}
COMPANIES = ("Alm", "Björk", "Cypress", "Druvfläder", "En", "Fläder", "Gran")


def some_contributions(seed: int = 1, years: Sequence[int] = (2024, 2025)) -> list[Contribution]:
    """Seven companies, two main groups, four regions; amounts by the quarter."""
    chance = random.Random(seed)  # noqa: S311 - a world, and no secrets
    return [
        Contribution(
            f"{company}-{group}", company, group, region, date(year, month, 1), sales * share / 100, sales
        )
        for company in COMPANIES
        for group in ("L01", "N06")
        for share in [Decimal(chance.randint(20, 60))]
        for region in ("01", "03", "12", "14")
        for year in years
        for month in (1, 4, 7, 10)
        for sales in [Decimal(chance.randint(8, 30)) * MILLION]
    ]


def maker(office: Office, name: str = "secretary", at: datetime = START) -> Maker:
    return Maker(office.actor(name), at)


def take_in(office: Office, contributions: Sequence[Contribution] | None = None, at: datetime = START) -> str:
    return basis.take_in(office.engine, maker(office, at=at), KEY, contributions or some_contributions())


def ask(office: Office, title: str = "Till budgeten", at: datetime = START, **fields: str) -> str:
    return service.request(office.engine, maker(office, at=at), {"title": title, **YEAR, **fields})


def audit(office: Office, release_id: str, number: int = 1, at: datetime = START) -> None:
    """Carry out the audit that waits, in this process."""
    audit_job.carry_out(office.engine, KEY, release_id, number, at, audit_process.answer)
    with office.engine.begin() as connection:
        key = audit_job.key_of(release_id, number)
        connection.execute(
            sa.text("UPDATE job SET state = 'done', result = '', finished_at = :at WHERE key = :key"),
            {"at": at, "key": key},
        )


def release(office: Office, title: str = "Till budgeten", **fields: str) -> str:
    """A table that was asked for, audited and published."""
    release_id = ask(office, title, START, **fields)
    audit(office, release_id)
    service.publish(office.engine, maker(office, "manager"), release_id)
    return release_id


def row(office: Office, release_id: str) -> sa.RowMapping:
    with office.engine.connect() as connection:
        found = connection.execute(
            sa.text("SELECT * FROM disclosure_release WHERE id = :id"), {"id": release_id}
        )
        return found.mappings().one()


def as_csv(contributions: Sequence[Contribution]) -> bytes:
    """A file that gives the same contributions."""
    lines = ["negotiation;company;product;region;month;amount;sales"]
    lines += [";".join(one) for one in basis.rows_of(contributions)]
    return "\n".join(lines).encode()


def furnish(office: Office) -> dict[str, object]:
    """A release that is published, and one that waits for its decision; the routes lead to them."""
    take_in(office)
    published = release(office, "Utfallet 2024")
    waiting = ask(office, "Utfallet 2024 per region", layout="region")
    audit(office, waiting)
    service.set_parameter(
        office.engine,
        maker(office, "administrator"),
        {"name": "min_groups", "value": "4", "from_day": "2026-02-01", "reason": "Fyra är säkrare."},
    )
    return {"release_id": waiting, "published_id": published, "kind": "csv"}
