"""Precedents have something to show in the demo world, and a package of an agreement is found in the price register."""

from __future__ import annotations

from sqlalchemy.engine import Engine

from tests.demo.test_demo_world import rows


def test_decisions_of_every_kind_are_told_and_some_are_left(world: Engine) -> None:
    told = rows(
        world,
        """
        SELECT p.decision, count(*) AS all, count(*) FILTER (WHERE c.is_public) AS public
        FROM precedent_current c JOIN precedent p ON p.id = c.precedent_id GROUP BY 1
        """,
    )
    assert {row.decision for row in told} >= {"should", "can", "should_not", "no_agreement"}
    assert sum(row.all for row in told) >= 20
    assert 0 < sum(row.public for row in told) < sum(row.all for row in told)
    [waiting] = rows(
        world,
        "SELECT count(*) FROM precedent_version v WHERE NOT EXISTS (SELECT FROM precedent_verdict j"
        " WHERE j.precedent_id = v.precedent_id AND j.version = v.version)",
    )
    assert waiting.count
    assert len(rows(world, "SELECT FROM precedent_withdrawal")) == 1


def test_an_agreement_in_force_covers_a_package_of_the_register(world: Engine) -> None:
    packages = rows(world, "SELECT DISTINCT package FROM agreement_binding WHERE NOT isempty(days)")
    numbers = {row.package for row in packages}
    known = {row.article_number for row in rows(world, "SELECT article_number FROM price_package")}
    assert numbers
    assert numbers <= known
