"""Thirty days of simulated time with the real commands: each reminder once, on its day, to whom it concerns.

What should be sent is worked out day by day from each case's folded clocks, by walking the calendar: it
shares neither the ladder's arithmetic nor the sweep's statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier

import pytest

from nt_process.cases import store
from nt_process.cases.service import workflow_of
from nt_process.engine.clock import due
from nt_process.engine.definition import RECIPIENTS
from nt_process.engine.snapshot import Case
from nt_process.infra.database import single_statement_driver
from nt_process.notices.tick import tick
from tests.notices.world import PEOPLE, World, noon

FIRST = date(2026, 6, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(30)]

Reminder = tuple[str, str, int, date, str, bool]
Sweep = Callable[[World, datetime], None]


def alone(world: World, at: datetime) -> None:
    tick(world.engine, at)


def two_racing(world: World, at: datetime) -> None:
    start = Barrier(2)

    def run(_: int) -> None:
        start.wait()
        tick(world.engine, at)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))


def cases(world: World) -> Iterator[tuple[str, Case]]:
    with single_statement_driver(world.engine) as connection:
        for row in world.rows("SELECT id, number FROM cases ORDER BY number"):
            loaded = store.load_as_system(connection, str(row.id))
            assert loaded is not None
            yield row.number, loaded.case


def told(group: str, case: Case) -> set[str]:
    """Who a group of the workflow file means, straight from the list of people."""
    if group == "owner":
        owner = {name for name in PEOPLE if name.capitalize() == case.field("owner")}
        return owner or told("secretariat", case)
    role = RECIPIENTS[group]
    return {
        name
        for name, (held, _kind, organisation, _language) in PEOPLE.items()
        if held == role and (role != "company_contact" or organisation == case.field("company"))
    }


def expected_on(world: World, day: date, sent_on: date) -> set[Reminder]:
    """Every reminder that falls on `day` as the cases stand now, sent on `sent_on`."""
    found: set[Reminder] = set()
    for number, case in cases(world):
        for clock in case.open_clocks:
            rule = workflow_of(case).clocks[clock.kind]
            last = due(clock.ledger)
            if last is None or day <= clock.ledger.started_on:
                continue
            offset = (day - last).days
            weekly = offset > max(rule.ladder) and (offset - max(rule.ladder)) % 7 == 0
            if offset in rule.ladder or weekly:
                groups = (*rule.notify, *rule.escalate) if offset > 0 else rule.notify
                people = set().union(*(told(group, case) for group in groups))
                found |= {(number, clock.key, offset, last, who, day < sent_on) for who in people}
    return found


def populate(world: World) -> dict[str, str]:
    """Cases in every situation a clock can be in during June 2026; their numbers by what they are for."""
    numbers = {
        # The negotiation limit of 150 days was activated so many days ago.
        f"negotiation {ago}": world.negotiating(FIRST - timedelta(days=ago))
        for ago in (90, 119, 120, 130, 136, 143, 149, 150)
    }
    numbers["unowned"] = world.negotiating(FIRST - timedelta(days=135), owner=None)
    numbers["beta"] = world.negotiating(FIRST - timedelta(days=125), company="Beta Pharma")
    # Assessments at TLV; their limit moves to a working day and nothing follows when it passes.
    for ago in (100, 125, 140, 148, 160):
        day = FIRST - timedelta(days=ago)
        number = numbers[f"assessment {ago}"] = world.open(day)
        world.add_document(number, "application")
        world.act("alice", number, "submit_application", day)
        world.act("sara", number, "order_assessment", day)
    return numbers


def happen(world: World, numbers: dict[str, str], day: date) -> None:
    """What people do on this day, at noon, between the sweeps of the morning and the evening."""
    match (day - FIRST).days:
        case 4:
            # An extension agreed by both moves the last day, and the ladder starts afresh.
            offered = (FIRST + timedelta(days=45)).isoformat()
            world.act("alice", numbers["negotiation 136"], "offer_extension", day, new_due=offered)
            world.act("sara", numbers["negotiation 136"], "accept_extension", day)
        case 6:
            world.act("sara", numbers["assessment 140"], "request_supplement", day, request="The model")
        case 13:
            world.act("alice", numbers["assessment 140"], "submit_supplement", day, answer="Here it is")
        case 9:
            world.act("sara", numbers["negotiation 130"], "conclude_agreement", day, reason="Agreed")
            world.give(numbers["negotiation 143"], "sven", day)
        case 20:
            world.act("tove", numbers["assessment 125"], "request_supplement", day, request="Figures")


@pytest.mark.parametrize("sweep", [alone, two_racing])
@pytest.mark.parametrize("outage", [set(), {10, 11, 12}], ids=["no outage", "three days' outage"])
def test_each_reminder_is_sent_once_on_its_day_or_late_after_an_outage(
    world: World, sweep: Sweep, outage: set[int]
) -> None:
    numbers = populate(world)
    tick(world.engine, noon(FIRST - timedelta(days=1)))  # Everything before is history.
    already = set(world.reminders())
    expected: set[Reminder] = set()
    missed: list[date] = []
    for number, day in enumerate(DAYS):
        if number in outage:
            missed.append(day)
            continue
        for earlier in missed:
            expected |= expected_on(world, earlier, day)
        expected |= expected_on(world, day, day)
        missed = []
        sweep(world, noon(day) - timedelta(hours=11))
        happen(world, numbers, day)
        expected |= expected_on(world, day, day)
        sweep(world, noon(day) + timedelta(hours=11, minutes=59))
    sent = [reminder for reminder in world.reminders() if reminder not in already]
    assert len(sent) == len(set(sent)), "a reminder was sent twice"
    assert set(sent) == expected
    assert len(expected) > 60
    assert {late for *_, late in sent} == ({False, True} if outage else {False})
    assert_in_order(sent)


def assert_in_order(sent: list[Reminder]) -> None:
    """Each person has read the rungs of each last day in the order in which they were meant."""
    order: dict[tuple[str, str, date, str], list[int]] = {}
    for number, clock, rung, last, who, _late in sent:
        order.setdefault((number, clock, last, who), []).append(rung)
    assert all(rungs == sorted(rungs) for rungs in order.values())


def test_an_extension_in_between_moves_the_rungs(world: World) -> None:
    number = world.negotiating(FIRST - timedelta(days=136))  # Last day 15 June.
    later = FIRST + timedelta(days=45)
    world.act("alice", number, "offer_extension", FIRST, new_due=later.isoformat())
    world.act("sara", number, "accept_extension", FIRST)
    for day in DAYS:
        tick(world.engine, noon(day))
    assert {(r[2], r[3]) for r in world.reminders()} == {(-30, later)}


def test_while_a_clock_stands_still_it_reminds_nobody(world: World) -> None:
    day = FIRST - timedelta(days=125)
    number = world.open(day)
    world.add_document(number, "application")
    world.act("alice", number, "submit_application", day)
    world.act("sara", number, "order_assessment", day)
    world.act("sara", number, "request_supplement", FIRST, request="The model")
    for later in DAYS:
        tick(world.engine, noon(later))
    assert {r[1] for r in world.reminders()} == {"supplement.1"}


def test_a_limit_that_passed_during_an_outage_is_reminded_of_before_it_expires(world: World) -> None:
    number = world.negotiating(FIRST - timedelta(days=148))  # Last day 3 June.
    tick(world.engine, noon(FIRST))
    tick(world.engine, noon(FIRST + timedelta(days=4)))
    kinds = [
        (row.kind, row.rung)
        for row in world.rows(
            "SELECT kind, rung FROM notice WHERE person_id = :p ORDER BY id", p=world.people["sara"]
        )
        if row.kind in ("reminder", "clock_expired")
    ]
    assert kinds[-4:] == [("reminder", -1), ("reminder", 0), ("reminder", 1), ("clock_expired", None)]
    assert world.rows("SELECT state FROM cases WHERE number = :n", n=number) == [("ended_without_agreement",)]
