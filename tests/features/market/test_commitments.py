"""The regions bind themselves, each for itself, and what was changed can be read and not altered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import ProgrammingError

from nt_process.identity import service as identity
from nt_process.kernel.faults import BadInput
from nt_process.market import queries, service
from nt_process.market.errors import MarketError
from tests.features.market.world import PROCUREMENT, SKANE, Market
from tests.world import FIRST_DAY, SINCE

LAST = date(2026, 5, 31)


def standing(market: Market) -> dict[str, Decimal]:
    rows = market.rows("SELECT county_code, volume FROM market_commitment WHERE NOT withdrawn")
    return {row.county_code: row.volume for row in rows}


def log(market: Market) -> list[tuple[str, str, str, str]]:
    rows = market.rows("SELECT field, old, new, reason FROM market_change ORDER BY id")
    return [tuple(row) for row in rows]


def refusal(market: Market, procurement: str, volume: str = "5", on: date = FIRST_DAY) -> str:
    with pytest.raises(MarketError) as refused:
        market.commit(procurement, volume, on)
    return refused.value.reason.code


def test_a_region_commits_changes_and_withdraws_until_the_last_day(market: Market) -> None:
    procurement = market.plan()
    market.commit(procurement, "1 500,5")
    market.commit(procurement, "1600", LAST)
    assert standing(market) == {SKANE: 1600}
    market.withdraw(procurement, on=LAST)
    assert standing(market) == {}
    market.commit(procurement, "700", LAST)
    assert standing(market) == {SKANE: 700}
    assert log(market)[1:] == [
        ("commitment", "", "1500.5", ""),
        ("commitment", "1500.5", "1600", ""),
        ("commitment", "1600", "", ""),
        ("commitment", "", "700", ""),
    ]


def test_the_same_volume_again_is_no_change(market: Market) -> None:
    procurement = market.plan()
    market.commit(procurement, "5")
    market.commit(procurement, "5,0")
    assert len(log(market)) == 2


def test_after_the_last_day_the_commitment_binds_and_leaving_needs_a_reason(market: Market) -> None:
    procurement, after = market.plan(), date(2026, 6, 1)
    market.commit(procurement, "1500")
    assert refusal(market, procurement, "1", after) == "sign_up_over"
    with pytest.raises(BadInput):
        market.withdraw(procurement, on=after)
    assert standing(market) == {SKANE: 1500}
    market.withdraw(procurement, "Nytt regionalt avtal", after)
    assert standing(market) == {}
    assert log(market)[-1] == ("commitment", "1500", "", "Nytt regionalt avtal")


def test_nobody_commits_for_another_region(market: Market) -> None:
    procurement = market.plan()
    with pytest.raises(MarketError, match="not_allowed"):
        market.commit(procurement, "5", region="01")
    assert standing(market) == {}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"scope": "regional"}, "not_joint"),
        ({"status": "wished"}, "not_open"),
        ({"status": "concluded"}, "ended"),
    ],
)
def test_what_cannot_be_signed_up_for(market: Market, fields: dict[str, str], code: str) -> None:
    assert refusal(market, market.plan(**fields)) == code


def test_a_volume_needs_the_procurement_s_unit(market: Market) -> None:
    procurement = market.plan(unit="", volume="")
    with pytest.raises(BadInput, match="volume_without_unit"):
        market.commit(procurement, "5")


def test_the_unit_stays_while_regions_have_committed_in_it(market: Market, engine: Engine) -> None:
    procurement = market.plan()
    market.commit(procurement, "5")
    with pytest.raises(MarketError, match="unit_in_use"):
        service.change_procurement(engine, market.maker(), procurement, 1, PROCUREMENT | {"unit": "DDD"})
    market.withdraw(procurement)
    service.change_procurement(engine, market.maker(), procurement, 1, PROCUREMENT | {"unit": "DDD"})
    assert ("unit", "förpackningar", "DDD", "") in log(market)


def test_regions_that_sign_up_at_the_same_time_do_not_lose_each_other(market: Market, engine: Engine) -> None:
    procurement, start = market.plan(), Barrier(8)
    codes = ["01", "03", "04", "05", "06", "07", "08", "09"]

    def run(code: str) -> None:
        start.wait()
        service.commit(engine, market.maker("region"), procurement, code, codes, "10")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(run, codes))
    assert standing(market) == dict.fromkeys(codes, Decimal(10))
    assert len(log(market)) == 9


def test_one_s_own_regions_are_those_of_today_s_memberships(market: Market, engine: Engine) -> None:
    with engine.begin() as connection:
        organisation = identity.create_organisation(connection, "region", "Region Kalmar län", "08")
        person = market.office.people["region"]
        add = "INSERT INTO membership (person_id, organisation_id, role, valid_from, valid_to) VALUES (:p, :o, :r, :f, :t)"
        past = {
            "p": person,
            "o": organisation,
            "r": "region_representative",
            "f": SINCE,
            "t": date(2025, 12, 31),
        }
        connection.execute(sa.text(add), past)
    with engine.connect() as connection:
        actor = market.office.actor("region")
        assert queries.own_regions(connection, actor, FIRST_DAY) == [SKANE]
        assert queries.own_regions(connection, actor, date(2025, 6, 1)) == ["08", SKANE]
        assert queries.own_regions(connection, market.office.actor("secretary"), FIRST_DAY) == []


def test_whoever_comes_second_is_told_by_whom(market: Market, engine: Engine) -> None:
    entry = market.register()
    market.change(entry, 1, medicine="Först")
    with pytest.raises(MarketError) as refused:
        market.change(entry, 1, medicine="Sedan")
    assert refused.value.reason.code == "changed"
    assert refused.value.reason.params["person"] == "Secretary"
    assert refused.value.reason.params["version"] == 2
    assert market.rows("SELECT medicine FROM market_entry") == [("Först",)]


def test_every_changed_field_is_a_line_with_old_and_new(market: Market) -> None:
    entry = market.register()
    market.change(entry, 1, kind="spc", day="2029-09-14", company="Älvdal Bio AB")
    market.change(entry, 2, kind="spc", day="2029-09-14", company="Älvdal Bio AB")
    assert log(market) == [
        ("registered", "", "", ""),
        ("kind", "patent", "spc", ""),
        ("company", "Lunden Pharma AB", "Älvdal Bio AB", ""),
        ("day", "2029-03-14", "2029-09-14", ""),
    ]


@pytest.mark.parametrize(
    "statement", ["UPDATE market_change SET old = 'x'", "DELETE FROM market_change", "TRUNCATE market_change"]
)
def test_the_application_cannot_alter_what_was_changed(
    market: Market, engine: Engine, statement: str
) -> None:
    market.register()
    with pytest.raises(ProgrammingError, match="permission denied"), engine.begin() as connection:
        connection.execute(sa.text(statement))


@pytest.mark.parametrize(
    "table", ["market_entry", "market_procurement", "market_commitment", "market_ladder"]
)
def test_the_application_deletes_nothing(market: Market, engine: Engine, table: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), engine.begin() as connection:
        connection.execute(sa.text(f"DELETE FROM {table}"))


@pytest.mark.parametrize("who", ["member", "manager", "auditor", "administrator", "tlv", "region", "company"])
def test_only_the_secretariat_keeps_the_register_and_the_plan(
    market: Market, engine: Engine, who: str
) -> None:
    maker = market.maker(who)
    for command in (
        lambda: service.register_entry(engine, maker, {}),
        lambda: service.plan_procurement(engine, maker, {}),
        lambda: service.change_ladder(engine, maker, "patent", 1, "1", ["secretariat"]),
    ):
        with pytest.raises(MarketError, match="not_allowed"):
            command()
