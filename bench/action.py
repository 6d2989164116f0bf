"""An action on a case, through the whole service: rights, decision, log, clocks, reminders, notices.

The action is the order of an assessment from TLV in the process of orphan medicines. It updates the case,
stops a clock and starts another with its reminders, adds an event and the command's key, and tells two
people. It runs on one connection among 20,000 cases in eight states. Each action takes a case of its own.

The service runs as in a web process: its engine acts as nobody until it is told who acts, row-level security
holds, and what was made before is out of the garbage collector's way. "in turn": two people take turns on the
connection, so that each action begins with one more round trip that tells the database who acts.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import statistics
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from bench import floors, measure
from bench.environment import NotInstallable, Peer, peer
from bench.measure import FLOOR, Finding, Round, Unmeasured
from bench.world import AT, World, copy_case, driver_connection, new_world, settle
from nt_process.cases import service
from nt_process.infra import acting
from nt_process.infra.database import app_engine

LIMIT = 2.5
PER_STATE = 2500
STATES = ("horizon", "early_report", "awaiting_application", "registration", "assessment", "negotiation",
          "recommendation", "announced")  # fmt: skip
PEOPLE = ("secretary", "colleague")
_REGISTERED = "M"
PEERS = {"SpiffWorkflow": "bench.peers.spiff", "viewflow": "bench.peers.viewflow_flow"}


def run(*, quick: bool) -> Iterator[Finding | Unmeasured]:
    """The service and two workflow libraries against the floor."""
    rounds, actions = (3, 60) if quick else (9, 120)
    of_peers = actions // 4
    cases = (rounds + 1) * (3 * actions + 2 * of_peers)
    with new_world() as world, contextlib.ExitStack() as stack:
        version = fill(world, PER_STATE // 10 if quick else PER_STATE, cases)
        to_act_on = numbers()
        values = _values(world, version)
        take = {FLOOR: timed(_by_floor(world, values), to_act_on, actions),
                "service": timed(by_service(world, version, PEOPLE[:1]), to_act_on, actions),
                "in turn": timed(by_service(world, version, PEOPLE), to_act_on, actions)}  # fmt: skip
        limits: dict[str, float | None] = {"service": LIMIT, "in turn": None}
        for name, module in PEERS.items():
            own = list(itertools.islice(to_act_on, (rounds + 1) * of_peers))
            try:
                started = stack.enter_context(peer(module, _for_peer(world, values, own)))
            except NotInstallable as error:
                yield Unmeasured("action", name, f"cannot be installed here: {error}")
                continue
            take[name], limits[name] = _asked(started, iter(own), of_peers), None
        gc.collect()
        gc.freeze()
        seconds = measure.take_turns(take, rounds)
        gc.unfreeze()
    yield from measure.compare("action", seconds, limits)


def numbers() -> Iterator[str]:
    """The register numbers of the cases to act on, one after the other."""
    return (f"{_REGISTERED}{n:06d}" for n in itertools.count(1))


def fill(world: World, copies: int, measured: int) -> int:
    """Cases in eight states, and `measured` more to act on; returns the version of those."""
    for place, state in enumerate(STATES):
        copy_case(world, _case_in(world, state), copies, f"B{place}")
    number = _case_in(world, "registration")
    copy_case(world, number, measured, _REGISTERED)
    settle(world)
    return world.office.version(number)


def _case_in(world: World, state: str) -> str:
    """A new case that real commands have taken to `state`."""
    office = world.office
    number = office.open(at=AT)
    paper, act = office.add_document, office.act
    steps: tuple[Callable[[], object], ...] = (
        lambda: act("secretary", number, "order_early_report", AT),
        lambda: (
            paper("secretary", number, "early_report", AT),
            act("region", number, "submit_early_report", AT),
        ),
        lambda: (
            paper("company", number, "application", AT),
            act("company", number, "submit_application", AT),
        ),
        lambda: act("secretary", number, "order_assessment", AT),
        lambda: (
            paper("tlv", number, "assessment_report", AT),
            act("tlv", number, "deliver_assessment", AT),
        ),
        lambda: act("secretary", number, "conclude_agreement", AT, reason="Parterna är överens."),
        lambda: (
            paper("secretary", number, "recommendation", AT),
            act("secretary", number, "decide_recommendation", AT, outcome="can", motivation="Skäl."),
        ),
    )
    for step in steps[: STATES.index(state)]:
        step()
    return number


def timed(act: Callable[[str], None], numbers: Iterator[str], actions: int) -> Round:
    """The median action of a round: one that happened to wait for another program does not count."""

    def one_round() -> float:
        seconds = []
        for number in list(itertools.islice(numbers, actions)):
            began = time.perf_counter()
            act(number)
            seconds.append(time.perf_counter() - began)
        return statistics.median(seconds)

    return one_round


def by_service(world: World, version: int, names: Sequence[str]) -> Callable[[str], None]:
    """The action as a web process takes it, by each of these people in turn; without any, as the system."""
    engine = app_engine(world.urls.app_url, system=not names)
    people = itertools.cycle([world.office.people[name] for name in names or PEOPLE])

    def act(number: str) -> None:
        person = next(people)
        if names:
            acting.become(person, AT.date())
        service.take_action(
            engine, person, number, "order_assessment", AT, expected_version=version, inputs={}, key=uuid.uuid4().hex
        )  # fmt: skip
        acting.forget()

    return act


def _values(world: World, version: int) -> dict[str, Any]:
    """What the floor's statement is handed: everything that a decision would have found out."""
    people = world.office.people
    return {
        "person": people["secretary"],
        "people": [people["tlv"], people["company"]],
        "version": version,
        "at": AT,
        "day": AT.date(),
        "due": date(2026, 7, 30),
        "target": date(2026, 6, 30),
        "remind": date(2026, 6, 30),
        "hash": bytes(32),
        "body": '{"inputs": {}, "clocks": [], "changes": {}}',
    }


def _by_floor(world: World, values: Mapping[str, Any]) -> Callable[[str], None]:
    connection = driver_connection(world.urls.app_url)

    def act(number: str) -> None:
        with connection.cursor() as cursor:
            row = {**values, "number": number, "key": uuid.uuid4().hex}
            assert cursor.execute(floors.ACTION.encode(), row, prepare=True).fetchone() is not None

    return act


def _for_peer(world: World, values: Mapping[str, Any], numbers: list[str]) -> dict[str, Any]:
    """The same values as text, the peer's own cases, and a login that may keep tables of its own."""
    url = world.urls.owner_url
    host = str(url.query["host"])
    return {
        **{
            name: value if isinstance(value, (int, list)) else _as_text(value)
            for name, value in values.items()
        },
        "numbers": numbers,
        "address": f"host={host} user={url.username} dbname={url.database}",
        "database": {"HOST": host, "USER": url.username, "NAME": url.database},
    }


def _as_text(value: object) -> str:
    return f"\\x{value.hex()}" if isinstance(value, bytes) else str(value)


def _asked(started: Peer, numbers: Iterator[str], actions: int) -> Round:
    return lambda: started.seconds(list(itertools.islice(numbers, actions)))
