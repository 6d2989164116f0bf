"""The public site's other side has something to show in the demo world: subscribers, requests and the register."""

from __future__ import annotations

from sqlalchemy.engine import Engine

from tests.demo.test_demo_world import rows


def test_somebody_subscribes_and_has_been_told(world: Engine) -> None:
    assert len(rows(world, "SELECT FROM subscription")) == 3
    assert not rows(world, "SELECT FROM subscription_request")
    assert rows(world, "SELECT FROM happening WHERE kind = 'recommendation'")
    assert all(row.email.endswith(".example") for row in rows(world, "SELECT email FROM subscription"))


def test_requests_wait_and_are_answered(world: Engine) -> None:
    outcomes = rows(world, "SELECT outcome FROM document_request_answer ORDER BY outcome")
    assert [row.outcome for row in outcomes] == ["not_held", "refused"]
    assert len(rows(world, "SELECT FROM document_request WHERE answered_at IS NULL")) == 2
    assert rows(world, "SELECT FROM notice WHERE kind = 'document_request' AND rung > 0")


def test_the_register_holds_what_has_come_and_been_sent(world: Engine) -> None:
    kinds = {row.kind for row in rows(world, "SELECT DISTINCT kind FROM register_entry")}
    assert {"application", "recommendation", "consultation", "minutes", "document_request"} <= kinds
