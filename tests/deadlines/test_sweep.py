"""The sweep against a real PostgreSQL: who is told, once each, in order, whoever else sweeps."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy.engine import Engine

from nt_process.deadlines.sweep import Reminded, expire, remind
from tests.notices.world import World, noon

START = date(2026, 1, 12)
DUE = START + timedelta(days=150)  # Thursday 11 June 2026: the negotiation limit of 150 days


def test_the_day_before_the_first_rung_nobody_is_told(world: World) -> None:
    world.negotiating(START)
    assert remind(world.engine, noon(DUE - timedelta(days=31))) == Reminded(0, 0)
    assert world.reminders() == []


def test_owner_and_company_are_told_thirty_days_before(world: World) -> None:
    number = world.negotiating(START)
    assert remind(world.engine, noon(DUE - timedelta(days=30))) == Reminded(1, 1)
    assert {r[:4] for r in world.reminders()} == {(number, "negotiation.1", -30, DUE)}
    assert sorted(r[4] for r in world.reminders()) == ["alice", "sara"]
    assert not any(r[5] for r in world.reminders())


def test_a_second_sweep_on_the_same_day_sends_nothing(world: World) -> None:
    world.negotiating(START)
    remind(world.engine, noon(DUE))
    before = world.reminders()
    assert remind(world.engine, noon(DUE)) == Reminded(0, 0)
    assert world.reminders() == before


def test_a_rung_belongs_to_the_day_in_stockholm(world: World) -> None:
    world.negotiating(START)
    midnight = noon(DUE - timedelta(days=30)) - timedelta(hours=12)
    assert remind(world.engine, midnight - timedelta(microseconds=1)) == Reminded(0, 0)
    assert remind(world.engine, midnight) == Reminded(1, 1)


def test_management_is_told_once_it_is_overdue_and_not_before(world: World) -> None:
    world.negotiating(START)
    remind(world.engine, noon(DUE))
    assert "mona" not in {r[4] for r in world.reminders()}
    remind(world.engine, noon(DUE + timedelta(days=1)))
    assert {r[4] for r in world.reminders() if r[2] == 1} == {"sara", "alice", "mona"}


def test_after_the_last_rung_a_week_passes_between_reminders(world: World) -> None:
    world.negotiating(START)
    for late in range(1, 30):
        remind(world.engine, noon(DUE + timedelta(days=late)))
    told_mona = [r[2] for r in world.reminders() if r[4] == "mona"]
    assert told_mona == [1, 8, 15, 22, 29]


def test_after_downtime_every_missed_rung_is_sent_once_in_order_and_marked_late(world: World) -> None:
    world.negotiating(START)
    assert remind(world.engine, noon(DUE)) == Reminded(5, 5)
    told = [(r[2], r[5]) for r in world.reminders() if r[4] == "sara"]
    assert told == [(-30, True), (-14, True), (-7, True), (-1, True), (0, False)]


def test_a_case_without_owner_reminds_the_whole_secretariat(world: World) -> None:
    world.negotiating(START, owner=None)
    remind(world.engine, noon(DUE - timedelta(days=30)))
    assert sorted(r[4] for r in world.reminders()) == ["alice", "sara", "sven"]


@pytest.mark.parametrize(
    "leave",
    [
        "UPDATE person SET disabled_at = now() WHERE id = :sara",
        "UPDATE membership SET valid_to = '2026-02-01' WHERE role = 'secretariat' AND person_id = :sara",
    ],
)
def test_when_the_owner_has_left_the_secretariat_is_told_instead(world: World, leave: str) -> None:
    world.negotiating(START)
    world.execute(leave, sara=world.people["sara"])
    remind(world.engine, noon(DUE - timedelta(days=30)))
    assert sorted(r[4] for r in world.reminders()) == ["alice", "sven"]


def test_a_company_is_told_of_its_own_cases_only(world: World) -> None:
    alfa, beta = world.negotiating(START), world.negotiating(START, company="Beta Pharma")
    remind(world.engine, noon(DUE))
    told = {(r[0], r[4]) for r in world.reminders()}
    assert {pair for pair in told if pair[1] in ("alice", "bo")} == {(alfa, "alice"), (beta, "bo")}


def test_the_sweep_and_the_function_of_the_schema_agree_on_who_is_told(world: World) -> None:
    """Random people, groups and owners: the set-wise rule of the sweep is recipients(), row by row."""
    chance = random.Random(20260612)  # noqa: S311 - a repeatable world, no secret
    numbers = [world.negotiating(START, company=c) for c in ("Alfa Pharma", "Beta Pharma") for _ in range(15)]
    groups = [
        "owner",
        "secretariat",
        "management",
        "company_contact",
        "tlv_assessor",
        "region_representative",
    ]
    for name in ("sven", "mona", "bo"):
        world.execute(
            "INSERT INTO membership (person_id, organisation_id, role, valid_from, valid_to)"
            " SELECT :p, organisation_id, role, '2026-02-01', :until FROM membership WHERE person_id = :q",
            p=world.people[name], q=world.people[chance.choice(["sara", "alice", "tove"])],
            until=chance.choice([None, date(2026, 5, 1)]),
        )  # fmt: skip
    world.execute("UPDATE person SET disabled_at = now() WHERE id = :p", p=world.people["tove"])
    for number in numbers:
        world.execute(
            "UPDATE cases SET owner_id = :owner WHERE number = :n",
            owner=chance.choice([None, *world.people.values()]), n=number,
        )  # fmt: skip
        world.execute(
            "UPDATE clock SET notify = :notify, escalate = :escalate, remind_rung = :rung,"
            " remind_on = '2026-06-01' FROM cases c"
            " WHERE kind = 'negotiation' AND case_id = c.id AND c.number = :n",
            notify=chance.sample(groups, 3), escalate=chance.sample(groups, 2),
            rung=chance.choice([-1, 0, 1]), n=number,
        )  # fmt: skip
    expected = world.rows("""
        SELECT c.number, r.person_id FROM clock k JOIN cases c ON c.id = k.case_id, recipients(
            CASE WHEN k.remind_rung > 0 THEN k.notify || k.escalate ELSE k.notify END,
            c.owner_id, c.company_id, '2026-06-01') r WHERE k.remind_on = '2026-06-01'
    """)
    remind(world.engine, noon(date(2026, 6, 1)))
    assert sorted((r[0], world.people[r[4]]) for r in world.reminders()) == sorted(
        (number, str(person)) for number, person in expected
    )


@pytest.mark.parametrize("batch", [1, 3, 1000])
def test_the_size_of_a_batch_changes_nothing(world: World, batch: int) -> None:
    numbers = [world.negotiating(START) for _ in range(4)]
    assert remind(world.engine, noon(DUE), batch=batch) == Reminded(20, 20)
    rungs = {n: [r[2] for r in world.reminders() if r[0] == n and r[4] == "sara"] for n in numbers}
    assert rungs == {n: [-30, -14, -7, -1, 0] for n in numbers}


def test_sweepers_racing_send_each_reminder_once_between_them(world: World) -> None:
    numbers = [world.negotiating(START) for _ in range(12)]
    start = Barrier(4)

    def sweep(_: int) -> Reminded:
        start.wait()
        return remind(world.engine, noon(DUE), batch=2)

    with ThreadPoolExecutor(4) as pool:
        swept = list(pool.map(sweep, range(4)))
    assert sum(one.sent for one in swept) == 12 * 5
    told = [r[:5] for r in world.reminders()]
    assert len(told) == len(set(told)) == 12 * 5 * 2
    for number in numbers:
        rungs = [r[2] for r in world.reminders() if r[0] == number and r[4] == "sara"]
        assert rungs == [-30, -14, -7, -1, 0]


def test_a_clock_that_was_reminded_before_its_last_day_moved_back_is_not_reminded_again(world: World) -> None:
    """The unique key holds even when the next rung is set back by hand."""
    world.negotiating(START)
    remind(world.engine, noon(DUE - timedelta(days=30)))
    world.execute("UPDATE clock SET remind_rung = -30, remind_on = due - 30 WHERE kind = 'negotiation'")
    remind(world.engine, noon(DUE - timedelta(days=30)))
    assert len(world.reminders()) == 2


def test_expiry_is_recorded_from_the_day_after_the_last_day(engine: Engine, world: World) -> None:
    world.negotiating(START)
    asked: list[tuple[str, str]] = []

    def record(case_id: str, clock: str, _at: object) -> bool:
        asked.append((case_id, clock))
        return True

    assert expire(engine, noon(DUE), record) == 0
    assert expire(engine, noon(DUE + timedelta(days=1)), record) == 1
    assert [clock for _, clock in asked] == ["negotiation.1"]


def test_a_case_that_cannot_expire_does_not_hold_up_the_others(engine: Engine, world: World) -> None:
    world.negotiating(START)
    world.negotiating(START)
    asked: list[str] = []

    def fail_first(case_id: str, _clock: str, _at: object) -> bool:
        asked.append(case_id)
        if len(asked) == 1:
            raise RuntimeError("the workflow file was changed")
        return True

    assert expire(engine, noon(DUE + timedelta(days=1)), fail_first) == 1
    assert len(set(asked)) == 2


def test_people_not_yet_or_no_longer_members_are_not_told(world: World) -> None:
    world.negotiating(START, owner=None)
    world.execute(
        "UPDATE membership SET valid_from = '2026-07-01' WHERE person_id = :p", p=world.people["sven"]
    )
    remind(world.engine, noon(DUE))
    assert {r[4] for r in world.reminders()} == {"sara", "alice"}
