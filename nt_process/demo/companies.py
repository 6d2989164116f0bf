"""Companies in the demo world: meetings they book places at, messages in their cases, and one that has registered.

The company that registers and the colleague at another domain are invented, as everyone else here.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from nt_process.companies import meetings, messages, people, registrations
from nt_process.companies.errors import Maker
from nt_process.companies.meeting_queries import own_cases
from nt_process.demo.people import Company
from nt_process.demo.work import Office, last_working_day, working_hour
from nt_process.identity import links
from nt_process.identity.actor import SignedIn
from nt_process.kernel.calendar import ONE_DAY, add_months, is_working_day

YEARS = 2
_THURSDAY = 3

_APPLICANT = {
    "company": "Havsörnen Pharma AB",
    "identifier": "556000-0001",
    "name": "Harriet Havsörn",
    "email": "harriet.havsorn@havsornen.example",
}
_CONSULTANT = {"name": "Granit Glimmer", "email": "granit.glimmer@bergarten.example"}

# Who writes first in a case, and what is said: True for the company.
_THREADS = (
    (
        (
            True,
            "Vi arbetar med den uppdaterade prisuppgiften. Räcker det om den kommer före nästa sammanträde?",
        ),
        (False, "Ja, om den kommer senast sista dagen att ansöka till sammanträdet."),
        (True, "Tack, då lämnar vi in den i god tid."),
    ),
    (
        (False, "Kan ni ange vem hos er som svarar på frågor om uppföljningsplanen?"),
        (True, "Det gör undertecknad. Ring gärna."),
    ),
    ((True, "Vi har bokat plats vid sammanträdet och återkommer om vilka som deltar från oss."),),
)
_OPEN_CASES = sa.text("""
    SELECT number FROM cases WHERE company_id = :company AND NOT terminal AND opened_on <= :today
    ORDER BY number DESC LIMIT 2
""")
_NEXT_MEETINGS = sa.text("""
    SELECT id FROM council_meeting WHERE file_by > :today AND cancelled_at IS NULL AND booked < capacity
    ORDER BY day LIMIT 4
""")
_LATEST = sa.text("SELECT id FROM registration ORDER BY made_at DESC LIMIT 1")

# What is done, in days from today.
_WRITTEN, _BOOKED, _ASKED, _REGISTERED, _CONFIRMED = -12, -9, -4, -3, -2


def companies_life(
    office: Office, since: date, today: date, chance: random.Random, secret_key: str
) -> Iterator[datetime]:
    """Everything that companies do of themselves, each thing when the world has come so far.

    `since` is the first day of the world; nobody is there before it.
    """
    latest = datetime.min.replace(tzinfo=UTC)
    for day, do in sorted(_steps(office, since, today, chance, secret_key), key=lambda step: step[0]):
        latest = max(latest, working_hour(last_working_day(day), chance))
        yield latest
        do(latest)


Step = tuple[date, Callable[[datetime], object]]


def _steps(
    office: Office, since: date, today: date, chance: random.Random, secret_key: str
) -> Iterator[Step]:
    secretary = office.people.secretaries[0]
    # Days after the first, so that the last working day before is no day before the world.
    first = max(since + timedelta(days=7), add_months(today, -12 * YEARS))
    for company in office.people.companies:
        yield first, _settle(office, company, secretary)
    for day in meeting_days(first, add_months(today, 12 * YEARS)):
        yield first, _plan(office, secretary, day)
    companies = chance.sample(office.people.companies, 4)
    for company, said in zip(companies, _THREADS, strict=False):
        for turn, (by_company, text) in enumerate(said):
            writer = company.contacts[0] if by_company else secretary
            yield today + timedelta(days=_WRITTEN + 2 * turn), _write(office, company, writer, text)
    for place, company in enumerate(companies):
        yield today + timedelta(days=_BOOKED), _book(office, company, place)
    asking = companies[0]
    yield today + timedelta(days=_ASKED), _ask(office, asking, secret_key)
    yield (
        today + timedelta(days=_REGISTERED),
        lambda at: registrations.register(office.engine, secret_key, _APPLICANT, "sv", at),
    )
    yield today + timedelta(days=_CONFIRMED), lambda at: _confirm(office, secret_key, at)


def _settle(office: Office, company: Company, secretary: SignedIn) -> Callable[[datetime], None]:
    """One of the contacts keeps the company's people, and its mail domain is known."""

    def do(at: datetime) -> None:
        keeper, maker = company.contacts[-1], Maker(secretary, at)
        people.make_administrator(office.engine, maker, company.id, keeper.id)
        people.add_domain(office.engine, maker, company.id, keeper.email.rpartition("@")[2])

    return do


def _plan(office: Office, secretary: SignedIn, day: date) -> Callable[[datetime], object]:
    texts = {"day": day.isoformat(), "lead_days": "30", "capacity": "6", "place": "Stockholm", "notes": ""}
    return lambda at: meetings.plan(office.engine, Maker(secretary, at), texts)


def meeting_days(first: date, last: date) -> Iterator[date]:
    """The second Thursday of each month but July, or the next working day."""
    month = first.replace(day=1)
    while month <= last:
        day = month + timedelta(days=(_THURSDAY - month.weekday()) % 7 + 7)
        while not is_working_day(day):
            day += ONE_DAY
        if month.month != 7:
            yield day
        month = add_months(month, 1)


def _write(office: Office, company: Company, writer: SignedIn, text: str) -> Callable[[datetime], None]:
    def do(at: datetime) -> None:
        for number in _cases(office, company, at)[:1]:
            messages.send(office.engine, writer, number, text, [], at)

    return do


def _book(office: Office, company: Company, place: int) -> Callable[[datetime], None]:
    def do(at: datetime) -> None:
        with office.engine.begin() as connection:
            coming = list(connection.scalars(_NEXT_MEETINGS, {"today": at.date()}))
        with office.engine.connect() as connection:
            heard = own_cases(connection, company.contacts[0], at.date())
        numbers = {row["number"] for row in heard}
        for number in [one for one in _cases(office, company, at) if one in numbers][:1]:
            chosen = str(coming[place % len(coming)])
            meetings.book(office.engine, Maker(company.contacts[0], at), chosen, number)

    return do


def _ask(office: Office, company: Company, secret_key: str) -> Callable[[datetime], object]:
    def do(at: datetime) -> object:
        maker = Maker(company.contacts[-1], at)
        return people.invite(office.engine, maker, secret_key, company.id, _CONSULTANT, "sv")

    return do


def _confirm(office: Office, secret_key: str, at: datetime) -> None:
    with office.engine.begin() as connection:
        latest = connection.scalar(_LATEST)
    registrations.confirm(office.engine, links.token_of(secret_key, f"registration {latest}"), at)


def _cases(office: Office, company: Company, at: datetime) -> list[str]:
    with office.engine.begin() as connection:
        return list(connection.scalars(_OPEN_CASES, {"company": company.id, "today": at.date()}))
