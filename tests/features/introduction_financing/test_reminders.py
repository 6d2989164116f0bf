"""What ends is told before it ends, each rung once, whatever happens meanwhile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy.engine import Engine

from nt_process.introduction_financing import pays, service
from nt_process.introduction_financing.pays import Question
from nt_process.introduction_financing.rules import period, pot
from nt_process.introduction_financing.sweep import remind_financing
from nt_process.kernel.calendar import add_months
from nt_process.kernel.regions import BY_CODE
from nt_process.notices.tick import tick
from tests.features.introduction_financing.world import ATC, ORPHAN, SKANE, VGR, Financing, noon

START_DAY = date(2026, 1, 7)
MOVES = date(2028, 1, 7)
ENDS = "introduction_financing_ends"


def two_schedulers(engine: Engine, day: date) -> None:
    """Both tick at the same time, as two processes do."""
    start = Barrier(2)

    def run(_: int) -> None:
        start.wait()
        tick(engine, noon(day))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))


def test_two_years_later_the_financing_ends_and_each_reminder_has_gone_out_once(
    financing: Financing, engine: Engine
) -> None:
    """Two schedulers, each day near a rung and a day each month between; the machine stands still for three days over
    the three months' rung."""
    financing.begin()
    rungs = {months: add_months(MOVES, -months) for months in period.LADDER}
    outage = {rungs[3] + timedelta(days=days) for days in range(3)}
    near = {day + timedelta(days=days) for day in rungs.values() for days in range(-4, 5)}
    between = {add_months(START_DAY, months) for months in range(27)}
    for day in sorted((near | between) - outage):
        two_schedulers(engine, day)
    told = financing.told(ENDS)
    # The region's own representative and the secretariat; no other region.
    everyone = ("colleague", "secretary", VGR)
    assert sorted(told) == sorted(
        (who, months, MOVES, months == 3) for who in everyone for months in (6, 3, 0)
    )
    with engine.connect() as connection:
        asked = [Question(ATC, BY_CODE[VGR], day) for day in (MOVES - timedelta(days=1), MOVES)]
        last, first = (pays.answer(connection, one) for one in asked)
    assert last.payers == (("central", 100, "extra"), ("prescriber_unit", 100, "rest"))
    assert first.payers == (("prescriber_unit", 100, "cost"),)


def test_a_rung_fires_at_midnight_in_sweden(financing: Financing, engine: Engine) -> None:
    financing.begin()
    midnight = noon(add_months(MOVES, -6)) - timedelta(hours=12)
    assert remind_financing(engine, midnight - timedelta(seconds=1)).due == 0
    assert remind_financing(engine, midnight).sent == 1


@pytest.mark.parametrize(
    "start", [date(2028, 2, 29), date(2027, 8, 31), date(2027, 5, 30), date(2026, 12, 31)]
)
def test_the_database_steps_down_the_ladder_as_the_rule_does(
    financing: Financing, engine: Engine, start: date
) -> None:
    financing.begin(start_on=start.isoformat())
    moves = add_months(start, 24)
    for months in period.LADDER:
        [row] = financing.rows("SELECT remind_months, remind_on FROM introduction_financing")
        assert tuple(row) == (months, add_months(moves, -months))
        assert remind_financing(engine, noon(row.remind_on)).sent == 1


def test_after_an_outage_the_missed_rungs_come_in_order_and_late(
    financing: Financing, engine: Engine
) -> None:
    financing.begin()
    assert remind_financing(engine, noon(MOVES + timedelta(days=40))).sent == 3
    mine = [(months, late) for who, months, _due, late in financing.told(ENDS) if who == VGR]
    assert mine == [(6, True), (3, True), (0, True)]


def test_a_moved_start_reminds_anew(financing: Financing, engine: Engine) -> None:
    made = financing.begin()
    remind_financing(engine, noon(add_months(MOVES, -6)))
    on = add_months(MOVES, -5)
    texts = {"start_on": "2026-03-07", "reason": "Första patienten i mars"}
    service.move_start(engine, financing.maker(VGR, on), made, 1, texts)
    assert remind_financing(engine, noon(add_months(date(2028, 3, 7), -6) - timedelta(days=1))).sent == 0
    assert remind_financing(engine, noon(add_months(date(2028, 3, 7), -6))).sent == 1


def test_regions_are_warned_36_24_and_12_months_before_joint_liability_ends(
    financing: Financing, engine: Engine
) -> None:
    """Authorised on 29 February 2020: ten years end on 28 February 2030."""
    financing.orphan()
    end = date(2030, 2, 28)
    assert pot.usual_end(date.fromisoformat(ORPHAN["start_on"])) == end
    for months in (36, 24, 12):
        on = add_months(end, -months)
        assert remind_financing(engine, noon(on - timedelta(days=1))).sent == 0
        two_schedulers(engine, on)
    told = financing.told("joint_liability_ends")
    everyone = ("colleague", "secretary", SKANE, VGR, "03", "13")
    names = {SKANE: "region"}
    assert sorted(told) == sorted(
        (names.get(who, who), months, end, False) for who in everyone for months in (36, 24, 12)
    )
