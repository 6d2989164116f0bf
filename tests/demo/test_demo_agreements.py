"""Agreements have something to show in the demo world: in force, prolonged, about to expire, and waiting to be signed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.engine import Engine

from nt_process.agreements import reading, rules
from tests.demo.conftest import NOW
from tests.demo.test_demo_world import rows

TODAY = datetime.fromisoformat(NOW).date()


def test_agreements_stand_in_every_way(world: Engine) -> None:
    found = {}
    for row in rows(world, "SELECT id FROM agreement"):
        with world.connect() as connection:
            versions = list(connection.execute(reading.VERSIONS, {"id": row.id}).mappings())
            bound = reading.bound_of(connection, row.id)
        found[str(row.id)] = (versions, bound)
    states = [
        rules.state(reading.versions_of(versions), bound, None, TODAY) for versions, bound in found.values()
    ]
    assert len(states) == 4
    assert states.count(rules.IN_FORCE) == 3
    assert any(len(versions) == 2 for versions, _bound in found.values())
    soon = TODAY + timedelta(days=62)
    assert any(
        one.last is not None and TODAY < one.last < soon
        for _versions, bound in found.values()
        for one in bound
    )


def test_somebody_is_asked_to_sign_and_has_not(world: Engine) -> None:
    [waiting] = rows(
        world,
        """
        SELECT p.agreement_id, count(*) AS parties, count(s.at) AS signed
        FROM agreement_party p LEFT JOIN agreement_signature s USING (agreement_id, version, organisation_id)
        GROUP BY 1 HAVING count(*) > count(s.at) + 2
        """,
    )
    assert waiting.signed > 1


def test_the_expiry_that_is_near_has_been_told(world: Engine) -> None:
    assert rows(world, "SELECT FROM notice WHERE kind = 'agreement_expiry'")
