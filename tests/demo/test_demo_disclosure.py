"""The register of released totals has something of each kind in the demo world."""

from __future__ import annotations

from sqlalchemy.engine import Engine

from tests.demo.test_demo_world import rows


def test_two_tables_are_released_one_is_refused_because_of_the_first_and_one_waits(world: Engine) -> None:
    found = rows(
        world, "SELECT number, state, refused_for, blocked_by FROM disclosure_release ORDER BY number"
    )
    assert [row.state for row in found] == ["published", "refused", "published", "ready"]
    assert (found[1].refused_for, found[1].blocked_by) == ("blocked", [found[0].number])


def test_the_released_tables_tell_most_and_keep_something_back(world: Engine) -> None:
    counted = rows(
        world,
        """SELECT r.number, count(amount) AS shown, count(*) AS cells FROM disclosure_cell c
           JOIN disclosure_release r ON r.id = c.release_id WHERE r.state = 'published' GROUP BY 1 ORDER BY 1""",
    )
    assert [row.cells for row in counted] == [22, 15]
    assert all(row.shown >= 2 for row in counted)
    assert counted[1].shown < counted[1].cells
