"""The federation's decisions in the demo world: one is appealed in time, and a company waits for its case."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine


def value(world: Engine, statement: str) -> Any:
    with world.connect() as connection:
        return connection.execute(sa.text(statement)).scalar()


def test_a_decision_is_announced_confirmed_and_appealed_in_time(world: Engine) -> None:
    appealed = """
        SELECT c.state FROM appeal a JOIN cases c ON c.id = a.case_id
        WHERE a.in_time AND a.because = 'in_time' AND a.received_on <= a.last_day
    """
    assert value(world, appealed) == "appealed"
    assert value(world, "SELECT count(*) FROM decision_receipt") == 1
    steps = "SELECT array_agg(kind ORDER BY seq) FROM appeal_step"
    assert value(world, steps) == ["handed_over", "statement_asked"]
    assert (
        value(world, "SELECT count(*) FROM appeal_clock WHERE kind = 'statement' AND ended_at IS NULL") == 1
    )
    told = "SELECT status FROM decision_status ORDER BY id DESC LIMIT 1"
    assert value(world, told) == "appealed"


def test_a_company_waits_for_the_answer_to_its_request(world: Engine) -> None:
    waiting = "SELECT count(*) FROM delay_request d WHERE NOT EXISTS (SELECT FROM delay_answer a WHERE a.request_id = d.id)"
    assert value(world, waiting) == 1
