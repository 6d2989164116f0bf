"""Recommendations have something to show in the demo world: public, amended, replaced, signed for later and drafted."""

from __future__ import annotations

from sqlalchemy.engine import Engine

from tests.demo.test_demo_world import rows


def test_recommendations_stand_in_every_way(world: Engine) -> None:
    public = rows(world, "SELECT kind, outcome, relation FROM publication")
    assert len(public) >= 6
    assert {"replaces", "amends"} <= {row.relation for row in public}
    assert "interim" in {row.kind for row in public}
    assert rows(
        world,
        """
        SELECT FROM recommendation_signature s
        WHERE NOT EXISTS (SELECT FROM publication p WHERE p.signature_id = s.id) AND recalled_at IS NULL
        """,
    )
    drafts = "SELECT FROM recommendation_text WHERE version = 2"
    assert rows(world, drafts)


def test_most_regions_have_answered_and_some_cannot_follow(world: Engine) -> None:
    answers = rows(world, "SELECT follows FROM recommendation_answer")
    assert len(answers) > 60
    assert {"yes", "partly"} <= {row.follows for row in answers}
