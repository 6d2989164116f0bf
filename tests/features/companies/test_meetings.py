"""Meetings and their places: the last day to file, one place for a case, never too many, and who learns what."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine

from nt_process.companies import meetings
from nt_process.companies.errors import CompanyError, Maker
from nt_process.companies.meeting_queries import own_cases
from nt_process.companies.sweep import remind_slots
from nt_process.kernel.calendar import STOCKHOLM
from tests.features.companies.world import Companies
from tests.world import START

SignIn = Callable[[str], FlaskClient]
# The last day to file is ten working days before: 5 March 2026.
MEETING = {
    "day": "2026-03-19",
    "lead_days": "10",
    "capacity": "2",
    "place": "Stockholm",
    "notes": "Ring först.",
}
FILE_BY = date(2026, 3, 5)
LATER = MEETING | {"day": "2026-04-16"}


def morning(day: date) -> datetime:
    return datetime.combine(day, time(9), STOCKHOLM).astimezone(UTC)


@pytest.fixture
def meeting(companies: Companies) -> str:
    return meetings.plan(companies.office.engine, companies.maker(), MEETING)


def booked(companies: Companies, meeting: str) -> list[str]:
    statement = """
        SELECT c.number FROM meeting_slot s JOIN cases c ON c.id = s.case_id WHERE s.meeting_id = :id ORDER BY 1
    """
    return [row.number for row in companies.rows(statement, id=meeting)]


def book(companies: Companies, name: str, meeting: str, number: str, at: datetime = START) -> str:
    """What becomes of it: "" when it is booked, else the code of the refusal."""
    try:
        meetings.book(companies.office.engine, companies.maker(name, at), meeting, number)
    except CompanyError as error:
        return error.reason.code
    return ""


def test_a_company_books_moves_and_leaves_a_place(
    as_person: SignIn, companies: Companies, meeting: str
) -> None:
    number, company = companies.office.open(), as_person("company")
    later = meetings.plan(companies.office.engine, companies.maker(), LATER)
    page = company.get("/meetings").text
    assert "5 mars 2026" in page
    assert "2 lediga platser" in page
    assert company.post(f"/meetings/{meeting}/book", data={"number": number}).status_code == 302
    assert number in company.get("/meetings").text
    assert company.post(f"/meetings/{later}/book", data={"number": number}).status_code == 302
    assert booked(companies, meeting) == []
    assert booked(companies, later) == [number]
    assert company.post(f"/meetings/{later}/give-up", data={"number": number}).status_code == 302
    assert company.post(f"/meetings/{later}/give-up", data={"number": number}).status_code == 409
    assert booked(companies, later) == []
    kinds = companies.rows(
        "SELECT kind, body -> 'inputs' ->> 'meeting' AS meeting FROM event WHERE kind LIKE 'meeting%' ORDER BY seq"
    )
    assert [tuple(row) for row in kinds] == [
        ("meeting_booked", "1/2026"), ("meeting_moved", "2/2026"), ("meeting_given_up", "2/2026"),
    ]  # fmt: skip


def test_the_last_place_is_taken_once(companies: Companies, meeting: str, engine: Engine) -> None:
    numbers = [companies.office.open() for _case in range(6)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda number: book(companies, "company", meeting, number), numbers))
    assert sorted(answers) == ["", "", *["meeting_full"] * 4]
    assert len(booked(companies, meeting)) == companies.value("SELECT booked FROM council_meeting") == 2


def test_places_cannot_be_fewer_than_those_taken(
    as_person: SignIn, companies: Companies, meeting: str
) -> None:
    secretary = as_person("secretary")
    for _case in range(2):
        assert book(companies, "company", meeting, companies.office.open()) == ""
    answer = secretary.post(f"/meetings/{meeting}/edit", data=MEETING | {"capacity": "1", "version": "1"})
    assert answer.status_code == 422
    assert 'id="capacity-error"' in answer.text


def test_a_company_never_learns_who_else_is_heard(
    as_person: SignIn, companies: Companies, meeting: str
) -> None:
    companies.office.open()
    rivals = companies.office.open(company_id=companies.office.rival_id, medicine="Rivalin")
    assert book(companies, "rival", meeting, rivals) == ""
    company = as_person("company")
    for path in ("/meetings", f"/meetings/{meeting}"):
        page = company.get(path).text
        assert "1 ledig plats" in page
        for secret in (rivals, "Rivalin", "Norrsken", "Ring först."):
            assert secret not in page, (path, secret)
    for tail in ("book", "give-up"):
        theirs = company.post(f"/meetings/{meeting}/{tail}", data={"number": rivals})
        nothing = company.post(f"/meetings/{meeting}/{tail}", data={"number": "NT-2026-9999"})
        assert theirs.status_code == nothing.status_code == 422
        assert theirs.text.replace(rivals, "…") == nothing.text.replace("NT-2026-9999", "…")
    assert booked(companies, meeting) == [rivals]
    for name in ("region", "member", "secretary"):
        assert "Rivalin" in as_person(name).get(f"/meetings/{meeting}").text, name
    assert as_person("tlv").get("/meetings").status_code == 404


def test_a_place_is_taken_until_the_last_day_to_file_and_not_after(
    companies: Companies, meeting: str
) -> None:
    number = companies.office.open()
    assert book(companies, "company", meeting, number, morning(FILE_BY + timedelta(days=1))) == "filing_over"
    assert book(companies, "company", meeting, number, morning(FILE_BY)) == ""
    held = Maker(companies.actor("company"), morning(date(2026, 3, 20)))
    with pytest.raises(CompanyError) as refused:
        meetings.give_up(companies.office.engine, held, meeting, number)
    assert refused.value.reason.code == "meeting_held"


def test_reminders_go_to_the_company_before_the_last_day_and_once(companies: Companies, meeting: str) -> None:
    engine, number = companies.office.engine, companies.office.open()
    assert book(companies, "company", meeting, number) == ""
    sent = []
    for day in range((FILE_BY - START.date()).days + 2):
        at = morning(START.date() + timedelta(days=day))
        sent += [at.date()] * remind_slots(engine, at).sent
        assert remind_slots(engine, at).due == 0
    assert sent == [FILE_BY - timedelta(days=rung) for rung in (30, 14, 7, 1)]
    assert companies.told("slot_reminder") == ["company@prov.example"] * 4


def test_after_downtime_each_missed_reminder_is_sent_late(companies: Companies, meeting: str) -> None:
    assert book(companies, "company", meeting, companies.office.open()) == ""
    assert remind_slots(companies.office.engine, morning(FILE_BY - timedelta(days=7))).sent == 3
    rows = companies.rows("SELECT rung, late FROM notice WHERE kind = 'slot_reminder' ORDER BY id")
    assert [tuple(row) for row in rows] == [(30, True), (14, True), (7, False)]


def test_a_moved_meeting_reminds_anew_and_a_cancelled_one_frees_the_case(
    as_person: SignIn, companies: Companies, meeting: str
) -> None:
    secretary, number = as_person("secretary"), companies.office.open()
    later = meetings.plan(companies.office.engine, companies.maker(), LATER)
    assert book(companies, "company", meeting, number) == ""
    moved = MEETING | {"day": "2026-03-26", "version": "1"}
    assert secretary.post(f"/meetings/{meeting}/edit", data=moved).status_code == 302
    assert companies.told("meeting_changed") == ["company@prov.example"]
    assert companies.value("SELECT remind_on FROM meeting_slot") == date(2026, 3, 12) - timedelta(days=30)
    assert secretary.post(f"/meetings/{meeting}/cancel", data={"version": "1"}).status_code == 409
    assert secretary.post(f"/meetings/{meeting}/cancel", data={"version": "2"}).status_code == 302
    assert companies.told("meeting_cancelled") == ["company@prov.example"]
    assert companies.value("SELECT remind_on FROM meeting_slot") is None
    assert book(companies, "company", later, number) == ""
    assert book(companies, "company", meeting, number) == "meeting_cancelled"


def test_the_derivation_names_the_holidays_that_lie_between(as_person: SignIn, companies: Companies) -> None:
    easter = meetings.plan(companies.office.engine, companies.maker(), MEETING | {"day": "2026-04-09"})
    page = as_person("company").get(f"/meetings/{easter}").text
    assert "Långfredag" in page
    assert "Annandag påsk" in page
    # 7, 8 April, 2, 1 April, 31, 30 March, 27, 26, 25, 24 March.
    assert re.search(r'datetime="2026-03-24"', page)


FAULTY = [
    ("day", "2026-03-21"), ("day", "2026-12-24"), ("day", "snart"), ("day", ""), ("day", "9999-12-31"),
    ("lead_days", "0"), ("lead_days", "251"), ("lead_days", "x"), ("capacity", "-1"), ("capacity", "101"),
    ("place", "a\x00b"), ("notes", "x" * 20_001),
]  # fmt: skip


def test_a_meeting_that_cannot_be_planned_comes_back_with_why(
    as_person: SignIn, companies: Companies, meeting: str
) -> None:
    secretary = as_person("secretary")
    for field, value in FAULTY:
        answer = secretary.post("/meetings/new", data=LATER | {field: value})
        assert answer.status_code == 422, (field, value)
        assert f'id="{field}-error"' in answer.text, (field, value)
    assert secretary.post("/meetings/new", data=MEETING).status_code == 422
    assert secretary.post("/meetings/new", data=LATER).status_code == 302
    assert as_person("region").post("/meetings/new", data=LATER).status_code == 404
    assert companies.value("SELECT count(*) FROM council_meeting") == 2


def test_the_secretariat_books_for_a_company_and_nobody_else_does(
    as_person: SignIn, companies: Companies, meeting: str
) -> None:
    number = companies.office.open()
    path = f"/meetings/{meeting}/book"
    for name in ("region", "member", "tlv", "auditor"):
        assert as_person(name).post(path, data={"number": number}).status_code == 404, name
    secretary = as_person("secretary")
    for wrong in ("", "x\x00", "å", "NT-2026-9999", "x" * 1000):
        assert secretary.post(path, data={"number": wrong}).status_code == 422, wrong
    assert secretary.post(path, data={"number": f" {number.lower()} "}).status_code == 302
    assert booked(companies, meeting) == [number]


def test_only_a_case_that_the_council_has_not_decided_takes_a_place(
    companies: Companies, meeting: str
) -> None:
    office = companies.office
    number = office.open()
    with office.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE cases SET phase = 'introduction' WHERE number = %(n)s", {"n": number}
        )
        offered = own_cases(connection, office.actor("company"), START.date())
    assert book(companies, "company", meeting, number) == "past_council"
    assert [row["number"] for row in offered] == []
