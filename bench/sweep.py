"""A sweep for reminders: 1,000 clocks are due among 1,000,000 that are open.

Each round sweeps a day of its own, on which 1,000 reminders fall due, spread over all cases. Each tells the
case's owner, and moves the clock to its next rung, two weeks before the last day.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from bench import floors, measure
from bench.measure import FLOOR, Finding, Round, Unmeasured
from bench.world import AT, World, copy_case, driver_connection, new_world, settle, superuser
from nt_process.deadlines import sweep

LIMIT = 1.5
DUE = 1000
CLOCKS_PER_CASE = 10
# Before the second rung of the ladder comes for what the first day swept.
MOST_DAYS = 15

_OPEN_CLOCKS = """
INSERT INTO clock (case_id, position, kind, number, basis, started_on, limit_days, rolls, suspensions, extensions,
    expired, due, ladder, notify, escalate, remind_rung, remind_on)
SELECT case_id, number, 'registration', number, 'policy', remind_on - 60, 90, true, '[]', '[]', false,
       remind_on + 30, '{-30,-14,-7,-1,0,1}', '{owner}', '{management}', -30, remind_on
FROM (
    SELECT case_id, number, %(first)s::date + CASE WHEN place <= %(days)s * %(due)s
           THEN ((place - 1) / %(due)s)::int ELSE (60 + place %% 300)::int END AS remind_on
    FROM (
        SELECT c.id AS case_id, n AS number, row_number() OVER (ORDER BY md5(c.id::text || n)) AS place
        FROM cases c, generate_series(1, %(per_case)s) n
    ) AS spread
) AS reminded
"""


def run(*, quick: bool) -> Iterator[Finding | Unmeasured]:
    """The sweep against the floor. `quick` has a tenth of the clocks."""
    rounds = 3 if quick else 6
    with new_world() as world:
        _fill(world, cases=10_000 if quick else 100_000)
        days = (AT + timedelta(days=n) for n in range(MOST_DAYS))
        contestants = {FLOOR: _by_floor(world, days), "sweep": _by_sweep(world, days)}
        seconds = measure.take_turns(contestants, rounds)
    yield from measure.compare("sweep", seconds, {"sweep": LIMIT})


def _fill(world: World, cases: int) -> None:
    number = world.office.open(at=AT)
    copy_case(world, number, cases - 1, "S")
    with superuser(world) as connection, connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(
            _OPEN_CLOCKS, {"first": AT.date(), "days": MOST_DAYS, "due": DUE, "per_case": CLOCKS_PER_CASE}
        )
    settle(world)


def _by_floor(world: World, days: Iterator[datetime]) -> Round:
    connection = driver_connection(world.urls.app_url)

    def sweep_a_day(at: datetime) -> int:
        with connection.cursor() as cursor:
            row = cursor.execute(floors.SWEEP, {"today": at.date(), "at": at}, prepare=True).fetchone()
        return 0 if row is None else int(row[0])

    return _timed(sweep_a_day, days)


def _by_sweep(world: World, days: Iterator[datetime]) -> Round:
    return _timed(lambda at: sweep.remind(world.engine, at).sent, days)


def _timed(sweep_a_day: Callable[[datetime], int], days: Iterator[datetime]) -> Round:
    def one_round() -> float:
        day = next(days)
        began = time.perf_counter()
        swept = sweep_a_day(day)
        taken = time.perf_counter() - began
        assert swept == DUE, swept
        return taken

    return one_round
