"""Released totals in the demo world: two tables that are released, one that an earlier one stands in the way of, and one
that waits for its decision.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa

from nt_process.demo.work import Office, last_working_day, working_hour
from nt_process.disclosure import audit_job, basis, service
from nt_process.disclosure.contributions import Contribution
from nt_process.identity.maker import Maker
from nt_process.infra.rows import Row
from nt_process.kernel.calendar import add_months
from nt_process.kernel.regions import REGIONS

# What each company has agreed on, by the beginning of its ATC codes.
_PRODUCTS = (
    ("L01", "N06"),
    ("L04", "N07", "A16"),
    ("L01", "N03"),
    ("L02", "N07"),
    ("L04", "N06", "B02"),
    ("L01", "N07"),
)
_MONTHS = 24
_STEP = 3

# What is done, in days from today.
_FIRST, _ASKED, _DECIDED, _SECOND, _AGAIN, _LAST = -75, -74, -72, -40, -38, -6

_GET = sa.text("SELECT round FROM disclosure_release WHERE id = :id")
_JOB_DONE = sa.text("""
    UPDATE job SET state = 'done', result = '', finished_at = :at WHERE kind = :kind AND key = :key
""")


def disclosure_life(
    office: Office, today: date, chance: random.Random, secret_key: str
) -> Iterator[datetime]:
    """Everything that is done in the register, each thing when the world has come so far."""
    latest = datetime.min.replace(tzinfo=UTC)
    for days, do in _steps(office, today, chance, secret_key):
        latest = max(
            latest + timedelta(minutes=1),
            working_hour(last_working_day(today + timedelta(days=days)), chance),
        )
        yield latest
        do(latest)


def _steps(
    office: Office, today: date, chance: random.Random, secret_key: str
) -> Iterator[tuple[int, Callable[[datetime], object]]]:
    first = _beginning(today)
    outcome = _contributions(office, first, chance)
    # At first the last company's rebates of the first year had not been settled.
    newcomer = office.people.companies[len(_PRODUCTS) - 1].name
    forecast = [
        one for one in outcome if one.company != newcomer or one.month >= add_months(first, _MONTHS // 2)
    ]
    asking, deciding = office.people.secretaries[:2]
    made: dict[str, str] = {}

    def take_in(contributions: Sequence[Contribution]) -> Callable[[datetime], object]:
        return lambda at: basis.take_in(office.engine, Maker(asking, at), secret_key, contributions)

    def ask(name: str, title: str, layout: str, begins: date) -> Callable[[datetime], None]:
        wanted = {
            "title": title,
            "layout": layout,
            "first": f"{begins:%Y-%m}",
            "months": "12",
            "measure": "total",
        }

        def do(at: datetime) -> None:
            made[name] = service.request(office.engine, Maker(asking, at), wanted)
            _audit(office, secret_key, made[name], at + timedelta(seconds=20))

        return do

    def publish(name: str, note: str) -> Callable[[datetime], object]:
        return lambda at: service.publish(office.engine, Maker(deciding, at), made[name], note)

    yield _FIRST, take_in(forecast)
    yield _ASKED, ask("regions", "Prognos till regionernas budget", "region", first)
    yield _DECIDED, publish("regions", "Till regionernas ekonomichefer.")
    yield _SECOND, take_in(outcome)
    yield _AGAIN, ask("again", "Utfall till regionernas budget", "region", first)
    yield _AGAIN, ask("groups", "Återbäring per läkemedelsgrupp", "main_group", add_months(first, 12))
    yield _AGAIN + 2, publish("groups", "")
    yield _LAST, ask("year", "Riket, underlag till årsredovisningen", "national", add_months(first, 12))


def _beginning(today: date) -> date:
    """The first of the quarters that have been settled, two years of them before the register begins."""
    day = add_months(today + timedelta(days=_FIRST), -_MONTHS)
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def _contributions(office: Office, first: date, chance: random.Random) -> list[Contribution]:
    """Rebates by the quarter, larger where more people live."""
    found = []
    for company, products in zip(office.people.companies, _PRODUCTS, strict=True):
        for product in products:
            share, size = Decimal(chance.randint(20, 55)) / 100, chance.uniform(0.8, 2.2)
            for region in REGIONS:
                here = size * (4 if region.code in ("01", "12", "14") else 1)
                for months in range(0, _MONTHS, _STEP):
                    sales = Decimal(round(here * chance.uniform(0.8, 1.2) * 1_000_000))
                    found.append(
                        Contribution(
                            f"{company.name} {product}", company.name, product, region.code,
                            add_months(first, months), sales * share, sales,
                        )
                    )  # fmt: skip
    return found


def _audit(office: Office, secret_key: str, release_id: str, at: datetime) -> None:
    """What the worker would have done at once."""
    with office.engine.begin() as connection:
        row: Row = connection.execute(_GET, {"id": release_id}).mappings().one()
        key = audit_job.key_of(release_id, row["round"])
        connection.execute(_JOB_DONE, {"at": at, "kind": audit_job.KIND, "key": key})
    audit_job.carry_out(office.engine, secret_key, release_id, row["round"], at)
