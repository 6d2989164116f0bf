"""The calendar of last days: read as a calendar program reads it, with nothing but the address."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from tests.features.council.world import DAY, Council
from tests.notices.test_pages import AsPerson, applied, rows
from tests.world import Office

Subscribe = Callable[[str], str]

# 150 days after 7 January 2026 is Saturday 6 June, the national day; the next working day is a Monday.
LAST = date(2026, 6, 8)


@pytest.fixture
def subscribe(as_person: AsPerson) -> Subscribe:
    """Make the calendar of a person and give the path of its address."""

    def make(name: str) -> str:
        page = as_person(name).post("/account/calendar").text
        found = re.search(r'value="http://127\.0\.0\.1:8080(/calendar/[^"]+\.ics)"', page)
        assert found is not None
        return found[1]

    return make


@pytest.fixture
def program(app: Flask) -> FlaskClient:
    """A calendar program: it cannot sign in."""
    return app.test_client()


def events(program: FlaskClient, path: str) -> dict[str, tuple[str, date]]:
    """What the program sees, as {uid: (title, day)}."""
    answer = program.get(path)
    assert answer.status_code == 200
    assert answer.mimetype == "text/calendar"
    calendar = Calendar.from_ical(answer.text)
    return {str(e["uid"]): (str(e["summary"]), e.decoded("dtstart")) for e in calendar.walk("VEVENT")}


def negotiating(office: Office) -> str:
    number = applied(office)
    office.act("secretary", number, "order_assessment")
    office.add_document("tlv", number, "assessment_report", party=True)
    office.act("tlv", number, "deliver_assessment")
    office.act("company", number, "activate_limit")
    return number


def test_the_calendar_shows_the_last_day_under_number_and_limit_alone(
    office: Office, subscribe: Subscribe, program: FlaskClient
) -> None:
    number = negotiating(office)
    path = subscribe("secretary")
    assert list(events(program, path).values()) == [(f"{number}: Förhandlingens bortre gräns", LAST)]
    text = program.get(path).text
    assert "Provastin" not in text
    assert "Älvdal" not in text
    assert f"http://127.0.0.1:8080/cases/{number}" in text


def test_an_entry_keeps_its_identity_when_the_last_day_moves(
    office: Office, subscribe: Subscribe, program: FlaskClient
) -> None:
    number = negotiating(office)
    path = subscribe("secretary")
    [(uid, (_, before))] = events(program, path).items()
    office.act("company", number, "offer_extension", new_due="2026-09-01")
    office.act("secretary", number, "accept_extension")
    [(same, (_, after))] = events(program, path).items()
    assert same == uid
    assert (before, after) == (LAST, date(2026, 9, 1))


def test_a_stopped_limit_leaves_the_calendar(
    office: Office, subscribe: Subscribe, program: FlaskClient
) -> None:
    number = negotiating(office)
    path = subscribe("secretary")
    office.act("secretary", number, "end_without_agreement", reason="Inget pris")
    assert [title for title, _ in events(program, path).values()] == [f"{number}: Skälen ska publiceras"]


def test_each_sees_their_own(office: Office, subscribe: Subscribe, program: FlaskClient) -> None:
    negotiating(office)
    seen = {
        name: len(events(program, subscribe(name))) for name in ("secretary", "colleague", "company", "rival")
    }
    assert seen == {"secretary": 1, "colleague": 0, "company": 1, "rival": 0}


def test_what_nobody_handles_is_in_the_calendar_of_the_whole_secretariat(
    office: Office, subscribe: Subscribe, program: FlaskClient
) -> None:
    negotiating(office)
    rows(office.engine, "UPDATE cases SET owner_id = NULL")
    assert len(events(program, subscribe("colleague"))) == 1


def test_a_revoked_address_and_one_that_never_was_are_answered_alike(
    office: Office, as_person: AsPerson, subscribe: Subscribe, program: FlaskClient
) -> None:
    path = subscribe("secretary")
    as_person("secretary").post("/account/calendar/revoke")
    revoked, unknown = program.get(path), program.get("/calendar/" + "a" * 43 + ".ics")
    assert revoked.status_code == unknown.status_code == 404
    assert strip_ids(revoked.text) == strip_ids(unknown.text)


def strip_ids(page: str) -> str:
    """The page without the address that was asked for, which it may repeat."""
    return re.sub(r"/calendar/[\w-]+\.ics", "", page)


def test_a_new_address_takes_the_place_of_the_old(subscribe: Subscribe, program: FlaskClient) -> None:
    old, new = subscribe("secretary"), subscribe("secretary")
    assert program.get(old).status_code == 404
    assert program.get(new).status_code == 200


def test_the_address_of_somebody_who_has_been_disabled_is_dead(
    office: Office, subscribe: Subscribe, program: FlaskClient
) -> None:
    path = subscribe("secretary")
    rows(office.engine, "UPDATE person SET disabled_at = now() WHERE id = :p", p=office.people["secretary"])
    assert program.get(path).status_code == 404


def test_the_database_holds_no_address_in_clear(office: Office, subscribe: Subscribe) -> None:
    token = subscribe("secretary").removeprefix("/calendar/").removesuffix(".ics")
    [(stored,)] = rows(office.engine, "SELECT calendar_token_hash FROM person WHERE name = 'Secretary'")
    assert token.encode() not in bytes(stored)
    assert len(bytes(stored)) == 32


def test_the_council_sees_its_meetings_and_nobody_else_does(
    office: Office, subscribe: Subscribe, program: FlaskClient
) -> None:
    council = Council(office).plan()
    title = "Rådets sammanträde 1/2026"
    member, secretary, region = subscribe("member"), subscribe("secretary"), subscribe("region")
    assert (title, DAY) in events(program, member).values()
    assert (title, DAY) in events(program, secretary).values()
    assert title not in str(events(program, region))
    council.add_other("Läget")
    council.publish()
    begins = next(day for name, day in events(program, member).values() if name == title)
    assert str(begins) == f"{DAY.isoformat()} 09:00:00+01:00"
    assert "Läget" not in program.get(member).text
