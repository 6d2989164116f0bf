"""Two who take the same company, person, day or place at the same moment: one gets it, the other is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.engine import Engine

from nt_process.companies import meetings, people, registrations
from nt_process.companies.errors import CompanyError
from nt_process.identity import register
from nt_process.identity.history import By
from nt_process.identity.service import Member
from nt_process.kernel.faults import BadInput
from tests.features.companies.test_meetings import MEETING
from tests.features.companies.world import SECRET, Companies
from tests.racing import at_once, while_first_is_at_it
from tests.world import FIRST_DAY, START

NEW = {"name": "Nina Ny", "email": "nina@prov.example"}


def told(command: Callable[[], object]) -> Callable[[], str]:
    """A command that answers "" when it got through, and otherwise with the code of what was told."""

    def run() -> str:
        try:
            command()
        except CompanyError as error:
            return error.reason.code
        except BadInput as error:
            return error.faults[0].code
        return ""

    return run


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"identifier": "5560000019", "company": "HAVSÖRNEN Pharma AB"}, "name_taken"),
        ({"company": "Fiskgjusen Pharma AB"}, "identifier_taken"),
        ({"identifier": "5560000019", "company": "Fiskgjusen Pharma AB", "email": "harriet.havsorn@havsornen.example"}, ""),
    ],
)  # fmt: skip
def test_a_company_is_taken_in_once(
    companies: Companies, engine: Engine, other: dict[str, str], code: str
) -> None:
    """Who registers as another company is never let into the first by being approved at the same moment. The same
    person may come from two."""
    later = START + timedelta(hours=1)
    fields = {"email": "frans.fisk@fiskgjusen.example"} | other
    waiting = [companies.waiting()]
    assert registrations.confirm(engine, companies.register(later, **fields), later)
    waiting += [
        str(row.id) for row in companies.rows("SELECT id FROM registration WHERE made_at > :at", at=START)
    ]
    secretary = companies.maker(at=later)
    answers = at_once(*(
        told(lambda one=one: registrations.approve(engine, secretary, SECRET, one, "", administrator=True))
        for one in waiting
    ))  # fmt: skip
    assert sorted(answers) == sorted(["", code])


def test_two_companies_invite_the_same_person(companies: Companies, engine: Engine) -> None:
    companies.employ("boss", ("company_contact", "company_administrator"))
    companies.employ("other", ("company_contact", "company_administrator"), companies.office.rival_id)
    secretary = companies.maker()
    answers = at_once(*(
        told(lambda one=one: people.invite(engine, secretary, SECRET, one, NEW, "sv"))
        for one in (companies.office.company_id, companies.office.rival_id)
    ))  # fmt: skip
    assert answers == ["", ""]
    assert companies.value("SELECT count(*) FROM person WHERE email = :email", email=NEW["email"]) == 1


def test_who_is_just_becoming_a_member_of_the_council_is_not_invited_by_a_company(
    companies: Companies, engine: Engine
) -> None:
    kansli = companies.value("SELECT id FROM organisation WHERE name = 'Kansliet'")
    details = register.Details(NEW["email"], NEW["name"])
    members = (Member(str(kansli), "secretariat", FIRST_DAY),)
    answer = while_first_is_at_it(
        engine,
        lambda connection: register.add_person(connection, By(START), details, members),
        told(
            lambda: people.invite(engine, companies.maker(), SECRET, companies.office.company_id, NEW, "sv")
        ),
    )
    assert answer == "other_side"


def test_a_day_has_one_meeting(companies: Companies, engine: Engine) -> None:
    plan = told(lambda: meetings.plan(engine, companies.maker(), MEETING))
    assert sorted(at_once(plan, plan, plan)) == ["", "day_taken", "day_taken"]


def test_a_case_takes_one_place_however_often_it_is_asked_for(companies: Companies, engine: Engine) -> None:
    meeting = meetings.plan(engine, companies.maker(), MEETING)
    number = companies.office.open()
    book = told(lambda: meetings.book(engine, companies.maker("company"), meeting, number))
    assert at_once(book, book, book) == ["", "", ""]
    assert companies.value("SELECT booked FROM council_meeting") == 1
