"""What the check of rights in the database costs: the worklist and an action with it, against the same without.

Without: a copy of the database in which row-level security is off, asked by the system. The conditions of sight
in the queries are left out for whoever sees every case, so the reader's own statements are the same on both sides.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sqlalchemy.engine import URL

from bench import action, measure, worklist
from bench.measure import FLOOR, Finding, Unmeasured
from bench.world import World, driver_connection, new_world, settle, signed_in
from nt_process.infra.database import Databases

LIMIT = 1.15
_WITHOUT = "without_rights"
_BOUND = "SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace"


def run(*, quick: bool) -> Iterator[Finding | Unmeasured]:
    """With against without. `quick` has a tenth of the cases."""
    yield from _of_an_action(quick=quick)
    yield from _of_the_worklist(quick=quick)


def _of_an_action(*, quick: bool) -> Iterator[Finding]:
    rounds, actions = (3, 60) if quick else (9, 120)
    with new_world() as world:
        per_state = action.PER_STATE // 10 if quick else action.PER_STATE
        version = action.fill(world, per_state, (rounds + 1) * actions * 2)
        without = _without_rights(world)
        # Each case is acted on once: those of the same world share them.
        to_act_on = action.numbers()
        contestants = {
            FLOOR: action.timed(action.by_service(without, version, ()), action.numbers(), actions),
            "action": action.timed(action.by_service(world, version, action.PEOPLE[:1]), to_act_on, actions),
            "in turn": action.timed(action.by_service(world, version, action.PEOPLE), to_act_on, actions),
        }
        seconds = measure.take_turns(contestants, rounds)
    yield from measure.compare("rights", seconds, {"action": LIMIT, "in turn": None})


def _of_the_worklist(*, quick: bool) -> Iterator[Finding]:
    rounds, requests = (3, 40) if quick else (9, 60)
    with new_world() as world, tempfile.TemporaryDirectory() as home:
        worklist.fill(world, cases=10_000 if quick else 100_000)
        token = signed_in(world, worklist.READER)
        without = _without_rights(world)
        with (
            worklist.served("bench.as_system:app", without, Path(home), token) as free,
            worklist.served("wsgi:app", world, Path(home), token) as bound,
        ):
            contestants = {
                FLOOR: worklist.timed(worklist.Reader(free, token), requests),
                "worklist": worklist.timed(worklist.Reader(bound, token), requests),
            }
            seconds = measure.take_turns(contestants, rounds)
    yield from measure.compare("rights", seconds, {"worklist": LIMIT})


def _without_rights(world: World) -> World:
    """The same world on a copy of its database in which every row is everybody's."""
    world.engine.dispose()
    with driver_connection(world.superuser.set(database="postgres")) as connection:
        connection.execute(f"CREATE DATABASE {_WITHOUT} TEMPLATE {world.urls.app_url.database}".encode())

    def there(url: URL) -> URL:
        return url.set(database=_WITHOUT)

    urls = Databases(there(world.urls.app_url), there(world.urls.owner_url))
    copy = replace(world, urls=urls, superuser=there(world.superuser))
    with driver_connection(copy.superuser) as connection:
        for (table,) in connection.execute(_BOUND).fetchall():
            connection.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY".encode())
    settle(copy)
    return copy
