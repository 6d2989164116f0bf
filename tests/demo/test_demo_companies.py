"""Companies have something to show in the demo world."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.engine import Engine

from nt_process.companies.rules.meetings import last_day_to_file
from nt_process.kernel.calendar import add_months
from tests.demo.conftest import NOW
from tests.demo.test_demo_world import rows

TODAY = datetime.fromisoformat(NOW).date()


def test_meetings_are_planned_two_years_ahead_and_behind(world: Engine) -> None:
    found = rows(world, "SELECT day, lead_days, file_by, booked, capacity FROM council_meeting ORDER BY day")
    days: list[date] = [row.day for row in found]
    assert days[0] < add_months(TODAY, -23)
    assert days[-1] > add_months(TODAY, 23)
    assert all(row.file_by == last_day_to_file(row.day, row.lead_days) for row in found)
    slots = rows(world, "SELECT m.day FROM meeting_slot s JOIN council_meeting m ON m.id = s.meeting_id")
    assert len(slots) == sum(row.booked for row in found) >= 3
    assert all(row.day > TODAY for row in slots)


def test_a_registration_and_a_request_wait_and_sides_have_written(world: Engine) -> None:
    [registration] = rows(world, "SELECT state, email FROM registration")
    assert registration.state == "waiting"
    [request] = rows(world, "SELECT state, email FROM company_request")
    assert request.state == "waiting"
    assert all(one.email.endswith(".example") for one in (registration, request))
    assert {row.side for row in rows(world, "SELECT side FROM case_message")} == {"company", "council"}


def test_every_company_keeps_its_own_people(world: Engine) -> None:
    without = rows(
        world,
        """
        SELECT o.name FROM organisation o WHERE o.kind = 'company' AND NOT EXISTS (
            SELECT FROM membership m WHERE m.organisation_id = o.id AND m.role = 'company_administrator')
        """,
    )
    assert without == []
