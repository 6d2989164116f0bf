"""Re-assessments have something to show in the demo world."""

from __future__ import annotations

from sqlalchemy.engine import Engine

from tests.demo.test_demo_world import rows


def test_something_waits_something_was_decided_and_plans_are_under_way(world: Engine) -> None:
    kinds = {row.kind for row in rows(world, "SELECT kind FROM reopening_trigger")}
    assert {"new_evidence", "alert"} <= kinds
    waiting = "SELECT FROM reopening_trigger t WHERE NOT EXISTS (SELECT FROM trigger_verdict v WHERE v.trigger_id = t.id)"
    assert rows(world, waiting)
    assert [row.outcome for row in rows(world, "SELECT outcome FROM reassessment_outcome")] == ["stands"]
    assert len(rows(world, "SELECT FROM evidence_milestone")) == 3
    assert len(rows(world, "SELECT FROM evidence_delivery")) == 1
    assert len(rows(world, "SELECT FROM early_dialogue")) == 2
    assert len(rows(world, "SELECT FROM reassessment_bound")) == 1
