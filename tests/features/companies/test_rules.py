"""Corporate addresses, organisation numbers, and the last day to file."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nt_process.companies.rules import meetings, people
from nt_process.kernel.calendar import is_working_day
from nt_process.kernel.faults import BadInput

DAYS = st.dates(date(2020, 1, 1), date(2060, 12, 31))
LEADS = st.integers(1, meetings.MAX_LEAD_DAYS)


@pytest.mark.parametrize(
    ("day", "lead", "file_by"),
    [
        # A Thursday, five working days: the Thursday before.
        (date(2026, 3, 12), 5, date(2026, 3, 5)),
        # A Monday, one working day: the Friday before.
        (date(2026, 3, 9), 1, date(2026, 3, 6)),
        # Over Easter 2026 (3 and 6 April): the Wednesday before the holidays lies three working days back.
        (date(2026, 4, 8), 3, date(2026, 4, 1)),
        # Over Christmas: 24, 25, 26, 31 December and 1 and 6 January do not count.
        (date(2026, 1, 8), 5, date(2025, 12, 29)),
    ],
)
def test_the_last_day_to_file_is_counted_in_working_days(day: date, lead: int, file_by: date) -> None:
    assert meetings.last_day_to_file(day, lead) == file_by


@given(DAYS, LEADS)
def test_a_last_day_to_file_lies_as_many_working_days_before_as_it_says(day: date, lead: int) -> None:
    file_by = meetings.last_day_to_file(day, lead)
    assert is_working_day(file_by)
    between = [file_by + timedelta(days=number) for number in range((day - file_by).days)]
    assert sum(is_working_day(one) for one in between) == lead
    derived = meetings.derive(day, lead)
    assert derived.working == lead
    assert all(one.weekday() < 5 for one, _name in derived.holidays)
    assert derived.working + derived.weekend + len(derived.holidays) == len(between)


@given(DAYS, LEADS)
def test_more_working_days_never_give_a_later_day(day: date, lead: int) -> None:
    assert meetings.last_day_to_file(day, lead + 1) < meetings.last_day_to_file(day, lead)


@given(DAYS, DAYS)
def test_a_reminder_lies_ahead_and_before_the_last_day(file_by: date, today: date) -> None:
    found = meetings.next_reminder(meetings.REMIND_DAYS, file_by, today)
    if found is None:
        assert file_by - timedelta(days=min(meetings.REMIND_DAYS)) <= today
    else:
        rung, day = found
        assert today < day == file_by - timedelta(days=rung)


@given(st.integers(0, 9_999_999_999).map(lambda number: f"{number:010d}"))
def test_one_wrong_digit_in_an_organisation_number_is_found(digits: str) -> None:
    if people.is_organisation_number(digits):
        wrong = digits[:-1] + str((int(digits[-1]) + 1) % 10)
        assert not people.is_organisation_number(wrong)


APPLICANT = {"company": "Bolaget", "name": "Någon", "email": "a@bolaget.example", "identifier": "x"}


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("5560000001", "556000-0001"),
        ("16556000-0001", "556000-0001"),
        ("fi 1234567", "FI 1234567"),
        ("SE556000000101", "SE556000000101"),
    ],
)
def test_an_identifier_is_kept_in_one_way_of_writing(written: str, kept: str) -> None:
    assert people.read_applicant(APPLICANT | {"identifier": written}).identifier == kept


def test_an_address_is_own_at_the_domain_and_below_it_only() -> None:
    domains = ["bolaget.example"]
    assert people.is_own("a@bolaget.example", domains)
    assert people.is_own("a@se.bolaget.example", domains)
    assert not people.is_own("a@annatbolaget.example", domains)
    assert not people.is_own("a@bolaget.example.org", domains)


@pytest.mark.parametrize("domain", ["gmail.com", "GMAIL.COM", "mail.gmail.com", "live.se", "proton.me"])
def test_free_mail_says_nothing_of_where_one_works(domain: str) -> None:
    with pytest.raises(BadInput) as refused:
        people.read_colleague({"email": f"anna@{domain}", "name": "Anna"})
    assert refused.value.faults[0].code == "free_mail"
    assert not people.is_free_mail("notgmail.example")
