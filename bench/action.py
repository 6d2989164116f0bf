"""An action on a case, through the whole service: rights, decision, log, clocks, reminders, notices.

The action is the order of an assessment from TLV in the process of orphan medicines. It updates the case,
stops a clock and starts another with its reminders, adds an event and the command's key, and tells two
people. It runs on one connection among 20,000 cases in eight states. Each action takes a case of its own.
"""

from __future__ import annotations

import itertools
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import date

from bench import floors, measure
from bench.measure import FLOOR, Finding, Round, Unmeasured
from bench.world import AT, World, copy_case, driver_connection, new_world, settle
from nt_process.cases import service
from nt_process.infra.embedded import EmbeddedPostgres

LIMIT = 2.5
PER_STATE = 2500
STATES = ("horizon", "early_report", "awaiting_application", "registration", "assessment", "negotiation",
          "recommendation", "announced")  # fmt: skip
_REGISTERED = "M"


def run(running: EmbeddedPostgres, *, quick: bool) -> Iterator[Finding | Unmeasured]:
    """The service against the floor."""
    rounds, actions = (3, 60) if quick else (9, 120)
    with new_world(running, "bench_action") as world:
        version = _fill(
            world, copies=PER_STATE // 10 if quick else PER_STATE, measured=(rounds + 1) * actions * 2
        )
        numbers = (f"{_REGISTERED}{n:06d}" for n in itertools.count(1))
        take = {FLOOR: _by_floor(world, version), "service": _by_service(world, version)}
        seconds = measure.take_turns(
            {name: _timed(one, numbers, actions) for name, one in take.items()}, rounds
        )
    yield from measure.compare("action", seconds, {"service": LIMIT})


def _fill(world: World, copies: int, measured: int) -> int:
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


def _timed(act: Callable[[str], None], numbers: Iterator[str], actions: int) -> Round:
    """The median action of a round: one that happened to wait for another program does not count."""

    def one_round() -> float:
        seconds = []
        for number in list(itertools.islice(numbers, actions)):
            began = time.perf_counter()
            act(number)
            seconds.append(time.perf_counter() - began)
        return statistics.median(seconds)

    return one_round


def _by_service(world: World, version: int) -> Callable[[str], None]:
    person = world.office.people["secretary"]

    def act(number: str) -> None:
        service.take_action(
            world.engine, person, number, "order_assessment", AT, expected_version=version, inputs={}, key=uuid.uuid4().hex
        )  # fmt: skip

    return act


def _by_floor(world: World, version: int) -> Callable[[str], None]:
    connection = driver_connection(world.urls.app_url)
    people = world.office.people
    values = {
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

    def act(number: str) -> None:
        with connection.cursor(binary=False) as cursor:
            row = cursor.execute(
                floors.ACTION, {**values, "number": number, "key": uuid.uuid4().hex}, prepare=True
            )
            assert row.fetchone() is not None

    return act
