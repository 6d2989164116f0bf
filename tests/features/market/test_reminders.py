"""The register reminds those who are to be told, once for each rung, whatever happens meanwhile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy.engine import Engine

from nt_process.kernel.calendar import add_months
from nt_process.market import service
from nt_process.market.sweep import remind_market
from nt_process.notices.notice import COLUMNS, JOINS, Notice
from nt_process.notices.texts import Reader, word
from nt_process.notices.tick import tick
from tests.features.market.world import ENTRY, Market, noon
from tests.world import START

DAY = date(2029, 3, 14)
TODAY = START.date()


def sweep_daily(engine: Engine, first: date, last: date, step: int = 1) -> None:
    for passed in range(0, (last - first).days + 1, step):
        remind_market(engine, noon(first + timedelta(days=passed)))


def test_each_rung_is_sent_once_on_its_day_to_the_secretariat(market: Market, engine: Engine) -> None:
    market.register()
    for months in (36, 24, 12):
        on = add_months(DAY, -months)
        assert remind_market(engine, noon(on - timedelta(days=1))).sent == 0
        assert remind_market(engine, noon(on)).sent == 1
        assert remind_market(engine, noon(on)).sent == 0
    sweep_daily(engine, DAY - timedelta(days=1), DAY + timedelta(days=400), 30)
    secretaries = ["colleague", "secretary"]
    told = market.reminders()
    assert sorted(told) == sorted((who, rung, DAY, False) for who in secretaries for rung in (36, 24, 12))


def test_the_regions_are_told_of_the_exclusivity_of_orphan_medicines(market: Market, engine: Engine) -> None:
    market.register(kind="orphan_exclusivity")
    remind_market(engine, noon(add_months(DAY, -36)))
    assert {who for who, *_rest in market.reminders()} == {"secretary", "colleague", "region"}


def test_after_an_outage_each_missed_rung_is_sent_once_in_order_and_marked_late(
    market: Market, engine: Engine
) -> None:
    market.register()
    assert remind_market(engine, noon(DAY)).sent == 3
    assert [(rung, late) for who, rung, _day, late in market.reminders() if who == "secretary"] == [
        (36, True), (24, True), (12, True),
    ]  # fmt: skip


def test_a_date_registered_late_is_told_once_at_once(market: Market, engine: Engine) -> None:
    market.register(on=add_months(DAY, -10))
    assert remind_market(engine, noon(add_months(DAY, -10))).sent == 1
    sweep_daily(engine, add_months(DAY, -10), DAY + timedelta(days=30), 15)
    assert [(rung, late) for who, rung, _day, late in market.reminders() if who == "secretary"] == [
        (12, False)
    ]


def test_a_date_that_has_passed_reminds_nobody(market: Market, engine: Engine) -> None:
    market.register(day="2025-12-31")
    assert remind_market(engine, noon(TODAY)).due == 0


def test_sweepers_racing_send_each_rung_once(market: Market, engine: Engine) -> None:
    for _ in range(40):
        market.register()
    start = Barrier(4)

    def run(_: int) -> int:
        start.wait()
        return remind_market(engine, noon(DAY), batch=7).sent

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(run, range(4))) == 120
    assert len(market.reminders()) == 240


def test_a_moved_date_reminds_anew_and_a_corrected_word_does_not(market: Market, engine: Engine) -> None:
    entry = market.register()
    remind_market(engine, noon(add_months(DAY, -36)))
    market.change(entry, 1, add_months(DAY, -35), medicine="Vintergröna")
    assert remind_market(engine, noon(add_months(DAY, -35))).sent == 0
    market.change(entry, 2, add_months(DAY, -35), medicine="Vintergröna", day="2029-09-14")
    assert remind_market(engine, noon(add_months(DAY, -35))).sent == 0
    assert remind_market(engine, noon(add_months(date(2029, 9, 14), -36))).sent == 1


def test_what_is_removed_is_silent(market: Market, engine: Engine) -> None:
    entry = market.register()
    service.remove_entry(engine, market.maker(), entry, 1, "Ogiltigförklarat")
    assert remind_market(engine, noon(DAY)).due == 0


def test_a_changed_ladder_holds_for_what_is_registered_and_repeats_nothing(
    market: Market, engine: Engine
) -> None:
    market.register()
    at = add_months(DAY, -36)
    remind_market(engine, noon(at))
    service.change_ladder(engine, market.maker(on=at), "patent", 1, "36, 30, 6", ["management"])
    remind_market(engine, noon(at))
    sweep_daily(engine, at, DAY, 10)
    by_person = {
        who: [rung for name, rung, *_ in market.reminders() if name == who]
        for who in ("secretary", "manager")
    }
    assert by_person == {"secretary": [36], "manager": [36, 30, 6]}
    assert market.rows("SELECT count(*) FROM market_change WHERE ladder_kind = 'patent'")[0][0] == 2


def test_with_an_empty_ladder_nobody_is_reminded(market: Market, engine: Engine) -> None:
    market.register()
    service.change_ladder(engine, market.maker(), "patent", 1, "", ["secretariat"])
    assert remind_market(engine, noon(DAY)).due == 0


@pytest.mark.parametrize("day", [date(2028, 2, 29), date(2029, 3, 31), date(2029, 8, 30), date(2030, 12, 31)])
def test_the_database_steps_down_the_ladder_as_the_rule_does(
    market: Market, engine: Engine, day: date
) -> None:
    service.change_ladder(engine, market.maker(), "patent", 1, "48 18 6 1 0", ["secretariat"])
    registered = add_months(day, -60)
    market.register(registered, day=day.isoformat())
    for months in (48, 18, 6, 1, 0):
        [found] = market.rows("SELECT remind_months, remind_on FROM market_entry")
        assert tuple(found) == (months, add_months(day, -months))
        assert remind_market(engine, noon(found.remind_on)).sent == 1


def test_a_tick_reminds_of_dates_as_of_limits_and_says_only_what_is_of_a_fixed_form(
    market: Market, engine: Engine
) -> None:
    entry = market.register()
    assert tick(engine, noon(add_months(DAY, -12))).sent == 3
    [*rows] = market.rows(
        f"SELECT {COLUMNS} FROM notice n {JOINS} WHERE n.person_id = '{market.office.people['secretary']}'"
    )
    notice = Notice.of(rows[-1]._mapping)
    for language, expected in (("en", "12 months are left"), ("sv", "12")):
        words = word(notice, Reader(language, "secretariat", add_months(DAY, -12)))
        said = " ".join((words.title, *words.sentences))
        assert expected in said
        assert "2029-03-14" in words.title
        assert ENTRY["atc"] in said
        assert words.path == f"/market/dates/{entry}"
        for typed in ("Vintergrönt", "viridinersen", "Lunden"):
            assert typed not in said
