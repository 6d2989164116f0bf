"""The market function has something to show in the demo world, and nothing of it is a real medicine."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Engine

from nt_process.horizon.ema import read_export
from nt_process.kernel.calendar import add_months
from tests.demo.conftest import NOW
from tests.demo.test_demo_world import rows
from tests.requirements import need, shared_data_dir

TODAY = datetime.fromisoformat(NOW).date()


def test_dates_are_watched_and_have_reminded(world: Engine) -> None:
    dates = rows(world, "SELECT kind, day, remind_on FROM market_entry")
    assert len({row.kind for row in dates}) == 7
    assert all(row.day < add_months(TODAY, 60) for row in dates)
    # One protection has ended, so that prices before and after it can be compared.
    assert len([row for row in dates if row.day <= TODAY]) == 1
    assert all(row.remind_on is None or row.remind_on > TODAY for row in dates)
    told = rows(
        world,
        "SELECT DISTINCT p.id FROM notice n JOIN person p ON p.id = n.person_id WHERE kind = 'market_reminder'",
    )
    assert len(told) >= 5 + 21


def test_regions_have_committed_and_one_has_left_after_the_last_day(world: Engine) -> None:
    standing = rows(world, "SELECT procurement_id, county_code FROM market_commitment WHERE NOT withdrawn")
    assert len(standing) >= 20
    [left] = rows(world, "SELECT * FROM market_change WHERE field = 'commitment' AND new = ''")
    assert left.reason
    [sign_up] = rows(
        world, "SELECT sign_up_until FROM market_procurement WHERE id = :id", id=left.procurement_id
    )
    assert left.at.date() > sign_up.sign_up_until


def test_no_medicine_of_the_register_is_a_real_one(world: Engine) -> None:
    need("shared_data")
    [file] = (shared_data_dir() / "ema").glob("*.xlsx")
    real = {
        row.values.get(column, "").casefold()
        for row in read_export(file.read_bytes()).rows
        for column in ("name", "inn", "active_substance")
    }
    assert len(real) > 2_000
    registered = rows(world, "SELECT medicine, substance FROM market_entry")
    invented = {name.casefold() for row in registered for name in row}
    # Six medicines, one of which is called by its substance.
    assert len(invented) == 11
    assert not invented & real
