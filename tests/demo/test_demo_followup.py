"""Follow-up has something to show in the demo world: four quarters of two recommendations, and an alert that waits."""

from __future__ import annotations

from sqlalchemy.engine import Engine

from tests.demo.test_demo_world import rows


def test_two_recommendations_are_followed_over_four_quarters(world: Engine) -> None:
    found = rows(
        world,
        """
        SELECT f.recommendation_id, count(DISTINCT f.quarter) AS quarters, min(f.regions_told) AS regions
        FROM followup_figure f WHERE f.measure = 'patients' GROUP BY 1
        """,
    )
    assert [(row.quarters, row.regions) for row in found] == [(4, 21), (4, 21)]
    assert len(rows(world, "SELECT FROM followup_figure WHERE measure = 'indicator-1'")) == 2


def test_one_of_them_has_an_alert_that_nobody_has_answered(world: Engine) -> None:
    found = rows(world, "SELECT DISTINCT recommendation_id FROM followup_alert")
    assert len(found) == 1
    assert ("12", "over") in [
        (row.county_code, row.direction) for row in rows(world, "SELECT * FROM followup_alert")
    ]
    assert rows(world, "SELECT FROM followup_answer") == []


def test_what_anybody_reads_of_it_is_public(world: Engine) -> None:
    assert len(rows(world, "SELECT FROM public_followup WHERE variation IS NOT NULL")) == 8
