"""Half-yearly reports in the demo world: two that were issued, and the joint budget that the secretariat keeps."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from nt_process.demo.work import Office, last_working_day, working_hour
from nt_process.identity.actor import SignedIn
from nt_process.identity.maker import Maker
from nt_process.kernel.calendar import add_months
from nt_process.reporting.half_year import jobs, service
from nt_process.reporting.half_year.period import Period, ended_before

# The proposal of 2014 for a joint collaboration model, in kronor.
_LINES = {
    "council": 300_000,
    "delegation": 300_000,
    "life_cycle": 5_900_000,
    "market": 1_500_000,
    "price_database": 500_000,
    "website": 500_000,
    "coordination": 2_000_000,
}
_PREFACES = (
    (
        "Halvåret präglades av att flera ärenden med svåra prisförhandlingar nådde sitt slut.\n\n"
        "Tiden fram till beslut bör läsas tillsammans med tabellen över hos vem ärendena låg: det mesta av den ligger "
        "utanför rådets eget arbete."
    ),
    (
        "Fler frister har hållits än förra halvåret. Regionernas svar på samråden kommer i tid, men inte alla svarar.\n\n"
        "Budgeten räcker året ut."
    ),
)
# Days after the end of a half-year.
_COUNTED, _WRITTEN, _ISSUED = 14, 16, 20

_DONE = sa.text("""
    UPDATE job SET state = 'done', result = '', finished_at = :at WHERE kind = :kind AND key = :key
""")


def half_year_life(office: Office, today: date, chance: random.Random) -> Iterator[datetime]:
    """Everything that is done about the reports and the budget, each thing when the world has come so far."""
    latest = datetime.min.replace(tzinfo=UTC)
    for day, do in sorted(_steps(office, today, chance), key=lambda step: step[0]):
        latest = max(latest + timedelta(minutes=1), working_hour(last_working_day(day), chance))
        yield latest
        do(latest)


def _steps(
    office: Office, today: date, chance: random.Random
) -> Iterator[tuple[date, Callable[[datetime], object]]]:
    writing, issuing = office.people.secretaries[:2]

    def enter(**typed: str) -> Callable[[datetime], object]:
        return lambda at: service.enter(office.engine, Maker(writing, at), {"note": "", **typed})

    for year in (today.year - 1, today.year):
        for line, amount in _LINES.items():
            planned = str(round(amount * (1 if year == today.year else 0.97), -3))
            yield date(year, 1, 9), enter(kind="budget", line=line, year=str(year), amount=planned)
            for month in range(1, 13):
                day = last_working_day(add_months(date(year, 1, 28), month - 1))
                spent = round(amount / 12 * chance.uniform(0.7, 1.15), 2)
                if day + timedelta(days=5) < today:
                    booked = enter(kind="cost", line=line, day=day.isoformat(), amount=f"{spent:.2f}")
                    yield day + timedelta(days=5), booked
    last = ended_before(today - timedelta(days=_ISSUED + 2))
    for period, preface in zip((last.earlier(1), last), _PREFACES, strict=True):
        yield from _issued(office, period, preface, (writing, issuing))


def _issued(
    office: Office, period: Period, preface: str, people: tuple[SignedIn, SignedIn]
) -> Iterator[tuple[date, Callable[[datetime], object]]]:
    made: list[str] = []
    writing, issuing = people

    def count(at: datetime) -> None:
        made.append(service.make(office.engine, Maker(writing, at), period.name))
        jobs.count(office.engine, {"report": made[0]})
        with office.engine.begin() as connection:
            connection.execute(_DONE, {"at": at, "kind": service.COUNTING, "key": made[0]})

    yield period.last + timedelta(days=_COUNTED), count
    yield (
        period.last + timedelta(days=_WRITTEN),
        lambda at: service.write_preface(office.engine, Maker(writing, at), made[0], preface, 0),
    )
    yield (
        period.last + timedelta(days=_ISSUED),
        lambda at: service.issue(office.engine, Maker(issuing, at), made[0], 1),
    )
