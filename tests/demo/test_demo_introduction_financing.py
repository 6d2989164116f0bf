"""Introduction financing is alive in the demo world: some runs, some ends soon, some has ended, and the pot alarms."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Engine

from nt_process.introduction_financing import pot_queries
from tests.demo.conftest import NOW
from tests.demo.test_demo_world import rows

TODAY = datetime.fromisoformat(NOW).date()


def test_periods_run_end_soon_and_have_ended_with_their_reminders(world: Engine) -> None:
    found = rows(world, "SELECT * FROM introduction_financing")
    assert {row.county_code for row in found} >= {"01", "05", "12", "14"}
    assert [row for row in found if row.moves_on <= TODAY]
    assert [row for row in found if 0 < (row.moves_on - TODAY).days < 190]
    assert all(row.remind_on is None or row.remind_on > TODAY for row in found)
    told = rows(world, "SELECT DISTINCT rung FROM notice WHERE kind = 'introduction_financing_ends'")
    assert {row.rung for row in told} >= {0, 3, 6}
    # The newest recommendations are financed too.
    assert [row for row in found if row.case_id is not None]


def test_sums_are_told_where_three_regions_have_stated_something(world: Engine) -> None:
    sums = rows(world, "SELECT * FROM introduction_sums()")
    assert [row for row in sums if row.spent is not None]
    assert [row for row in sums if row.spent is None]


def test_the_pot_has_an_outcome_and_a_year_in_which_it_does_not_suffice(world: Engine) -> None:
    with world.connect() as connection:
        pot = pot_queries.the_pot(connection, None, TODAY)
    assert pot.years[0].outcome
    assert pot.shortage is not None
    assert {row["reason"] for row in pot.medicines} > {""}
