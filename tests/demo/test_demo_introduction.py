"""Introductions have something to show in the demo world."""

from __future__ import annotations

from sqlalchemy.engine import Engine

from tests.demo.test_demo_world import rows


def test_one_is_answered_by_21_of_which_two_depart_and_one_by_about_half(world: Engine) -> None:
    found = rows(
        world,
        """
        SELECT count(DISTINCT county_code) AS regions,
               count(DISTINCT county_code) FILTER (WHERE decision <> 'follow') AS departing
        FROM introduction_decision GROUP BY recommendation_id
        """,
    )
    assert (21, 2) in [(row.regions, row.departing) for row in found]
    assert any(8 <= row.regions <= 12 for row in found)
    published = rows(world, "SELECT count(*) AS many FROM publication WHERE kind = 'final'")[0].many
    assert len(found) < published


def test_a_region_has_changed_its_mind_and_some_are_ready(world: Engine) -> None:
    assert rows(world, "SELECT FROM introduction_decision WHERE number > 1")
    assert rows(world, "SELECT FROM introduction_step WHERE step = 'in_use'")


def test_regions_have_been_reminded_once_each(world: Engine) -> None:
    sent = rows(
        world,
        """
        SELECT kind, count(*) AS sent, count(DISTINCT (subject, rung, due, person_id)) AS apart FROM notice
        WHERE kind IN ('introduction_not_ready', 'introduction_undecided') GROUP BY kind ORDER BY kind
        """,
    )
    assert [row.kind for row in sent] == ["introduction_not_ready", "introduction_undecided"]
    assert all(row.sent == row.apart for row in sent)
