"""Consultations have something to show in the demo world, in every stage that a round can be in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Engine

from tests.demo.conftest import NOW
from tests.demo.test_demo_world import rows

TODAY = datetime.fromisoformat(NOW).date()


def test_there_is_a_round_in_every_stage(world: Engine) -> None:
    found = rows(world, "SELECT opened_at, last_day, closed_at, told_at FROM consultation ORDER BY made_at")
    stages = [
        "told" if row.told_at else "closed" if row.closed_at else "prepared" if row.opened_at is None
        else "overdue" if row.last_day < TODAY else "open"
        for row in found
    ]  # fmt: skip
    assert stages == ["told", "closed", "overdue", "open", "prepared"]


def test_answers_are_of_every_kind_and_every_comment_of_the_first_round_is_decided_on(world: Engine) -> None:
    answers = rows(world, "SELECT kind, late FROM consultation_answer")
    assert {(row.kind, row.late) for row in answers} >= {
        ("submitted", False),
        ("submitted", True),
        ("no_comment", False),
    }
    assert {row.tier for row in rows(world, "SELECT tier FROM consultation_reply")} == {
        "council",
        "participants",
        "public",
    }
    [undecided] = rows(
        world,
        """
        SELECT count(*) FILTER (WHERE d.id IS NULL) AS left, count(*) AS comments
        FROM consultation c JOIN consultation_reply r ON r.consultation_id = c.id AND r.text <> ''
        LEFT JOIN consultation_disposition d ON d.reply_id = r.id WHERE c.told_at IS NOT NULL
        """,
    )
    assert undecided.left == 0
    assert undecided.comments > 15


def test_those_who_have_not_answered_have_been_reminded(world: Engine) -> None:
    told = rows(world, "SELECT DISTINCT rung FROM notice WHERE kind = 'consultation_reminder'")
    assert {row.rung for row in told} == {-7, -1, 0, 1}
