"""Settlement is alive in the demo world: the signed agreements, settled by the quarter, one corrected and one disputed."""

from __future__ import annotations

from sqlalchemy.engine import Engine

from nt_process.agreements import told
from tests.demo.test_demo_world import rows


def test_the_agreements_that_bind_are_the_ones_that_are_settled(world: Engine) -> None:
    with world.connect() as connection:
        binding = {one.id for one in told.binding(connection)}
    settled = rows(world, "SELECT DISTINCT agreement_id FROM settlement_run WHERE state = 'approved'")
    assert len(binding) == 3
    assert {str(row.agreement_id) for row in settled} == binding


def test_runs_are_approved_by_another_and_the_last_of_one_agreement_waits(world: Engine) -> None:
    found = rows(
        world,
        "SELECT agreement_id, until, kind, state, row_count, proposed_by, decided_by FROM settlement_run ORDER BY number",
    )
    assert {row.state for row in found} == {"approved", "proposed"}
    [waiting] = [row for row in found if row.state == "proposed"]
    assert waiting.until == max(row.until for row in found)
    assert all(row.proposed_by != row.decided_by and row.row_count for row in found)
    oldest = [row for row in found if row.agreement_id == waiting.agreement_id]
    assert len({row.until for row in oldest}) >= 4
    assert [row.kind for row in oldest].count("correction") == 1


def test_one_dispute_was_upheld_and_one_is_open(world: Engine) -> None:
    states = [row.state for row in rows(world, "SELECT state FROM settlement_dispute ORDER BY state")]
    assert states == ["open", "upheld"]


def test_what_was_handed_in_is_taken_in(world: Engine) -> None:
    assert {row.state for row in rows(world, "SELECT state FROM settlement_file")} == {"taken"}
