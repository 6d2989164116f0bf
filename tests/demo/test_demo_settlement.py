"""Settlement is alive in the demo world: quarters approved, one disputed, one that waits for approval."""

from __future__ import annotations

from sqlalchemy.engine import Engine

from tests.demo.test_demo_world import rows


def test_quarters_are_settled_and_the_last_waits(world: Engine) -> None:
    found = rows(world, "SELECT state, proposed_by, decided_by FROM settlement_run ORDER BY number")
    assert [row.state for row in found] == ["approved", "approved", "approved", "proposed"]
    assert all(row.proposed_by != row.decided_by for row in found)
    statements = rows(world, "SELECT party FROM settlement_statement")
    assert len(statements) == 4 * 7
    [dispute] = rows(world, "SELECT state FROM settlement_dispute")
    assert dispute.state == "open"


def test_what_was_handed_in_is_taken_in(world: Engine) -> None:
    assert {row.state for row in rows(world, "SELECT state FROM settlement_file")} == {"taken"}
