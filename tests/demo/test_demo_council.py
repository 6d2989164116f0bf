"""The council's meetings have something to show in the demo world: approved minutes, and an agenda to come."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Engine

from tests.demo.conftest import NOW
from tests.demo.test_demo_world import rows

TODAY = datetime.fromisoformat(NOW).date()


def test_the_last_meeting_has_minutes_that_two_have_approved(world: Engine) -> None:
    [held] = rows(world, "SELECT a.*, m.day FROM council_agenda a JOIN council_meeting m ON m.id = a.meeting_id "
                         "WHERE a.closed_at IS NOT NULL")  # fmt: skip
    assert held.day < TODAY
    assert held.notice_up is not None
    assert rows(world, "SELECT FROM council_decision WHERE status = 'decided'")
    assert rows(world, "SELECT FROM council_outside WHERE because = 'conflict'")
    assert len(rows(world, "SELECT FROM council_approval")) == 2


def test_the_next_meeting_has_an_agenda_that_is_published(world: Engine) -> None:
    coming = rows(world, "SELECT a.* FROM council_agenda a JOIN council_meeting m ON m.id = a.meeting_id "
                         f"WHERE m.day > DATE '{TODAY}' AND a.published_at IS NOT NULL")  # fmt: skip
    assert len(coming) == 1
    kinds = rows(world, f"SELECT kind, case_id FROM council_item WHERE meeting_id = '{coming[0].meeting_id}'")
    assert any(one.case_id is not None for one in kinds)
