"""Agreements in the demo world: some in force, one of them prolonged by a new version, one about to expire, and one that
waits for the last regions to sign.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from nt_process.agreements import service as agreements
from nt_process.agreements import signing
from nt_process.agreements.errors import AgreementError
from nt_process.agreements.packages import field_of
from nt_process.cases.errors import CaseNotFound, Refused
from nt_process.demo.prices import articles_of
from nt_process.demo.work import Office, last_working_day, working_hour
from nt_process.identity.actor import Session, SignedIn
from nt_process.identity.maker import Maker
from nt_process.kernel.calendar import STOCKHOLM, add_months
from nt_process.negotiation import accession, mandates, offers
from nt_process.negotiation import service as negotiations
from nt_process.negotiation.errors import Maker as Negotiator
from nt_process.negotiation.errors import NegotiationError
from nt_process.negotiation.offers import Attachment
from nt_process.terms.document import complete

_FREE = sa.text("""
    SELECT c.number, c.medicine, c.company_id FROM cases c
    WHERE c.state = 'negotiation' AND c.company_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM negotiation n WHERE n.case_id = c.id) ORDER BY c.number LIMIT 1
""")
_OF_PERSON = sa.text("SELECT organisation_id FROM membership WHERE person_id = :person")
_HASH = sa.text(
    "SELECT commitment FROM negotiation_terms WHERE negotiation_id = :id ORDER BY version DESC LIMIT 1"
)
_READING = "Inför underskrift"


@dataclass
class _Story:
    """One agreement: when its terms are settled and until which month they hold, in days and months from today; how many
    regions join, and how many of them sign. `drafted` days from today it is drafted.
    """

    settled: int
    months: int
    join: int
    sign: int
    drafted: int
    # Whether the company has signed yet.
    company_signs: bool = True
    # With these months the first version holds, and is prolonged to all of them afterwards.
    shorter: int | None = None
    number: str = ""
    medicine: str = ""
    negotiation: str = ""
    agreement: str = ""
    first: date | None = None
    company: SignedIn | None = None
    regions: list[SignedIn] = field(default_factory=list)


def _stories() -> list[_Story]:
    return [
        _Story(settled=-560, months=1, join=12, sign=12, drafted=-550),
        _Story(settled=-260, months=30, join=16, sign=15, drafted=-250, shorter=12),
        _Story(settled=-190, months=20, join=9, sign=9, drafted=-180),
        _Story(settled=-120, months=24, join=11, sign=4, drafted=-9, company_signs=False),
    ]


def agreements_life(office: Office, today: date, chance: random.Random) -> Iterator[datetime]:
    """Everything that is done with the agreements, each thing when the world has come so far."""
    world = _Agreements(office, today, chance)
    latest = datetime.min.replace(tzinfo=UTC)
    for days, do in sorted(world.steps(), key=lambda step: step[0]):
        latest = max(latest, working_hour(last_working_day(today + timedelta(days=days)), chance))
        yield latest
        # Where no case was free to negotiate there is nothing to go on with.
        with contextlib.suppress(NegotiationError, AgreementError, Refused, CaseNotFound):
            do(latest)


class _Agreements:
    def __init__(self, office: Office, today: date, chance: random.Random) -> None:
        self.office, self.today, self.chance = office, today, chance
        self.lead = office.people.secretaries[0]

    def steps(self) -> Iterator[tuple[int, Callable[[datetime], None]]]:
        """What is done, in days from today."""
        for story in _stories():
            yield story.settled, lambda at, story=story: self._settle(story, at)  # type: ignore[misc]
            yield story.settled + 3, lambda at, story=story: self._join(story, at)  # type: ignore[misc]
            yield story.drafted, lambda at, story=story: self._draft(story, at)  # type: ignore[misc]
            yield story.drafted + 2, lambda at, story=story: self._sign(story, 1, at)  # type: ignore[misc]
            if story.shorter is not None:
                yield -40, lambda at, story=story: self._prolong(story, at)  # type: ignore[misc]
                yield -37, lambda at, story=story: self._sign(story, 2, at)  # type: ignore[misc]

    def _settle(self, story: _Story, at: datetime) -> None:
        with self.office.engine.connect() as connection:
            free = connection.execute(_FREE).first()
        if free is None:
            raise NegotiationError("no_negotiation")
        companies = {one.id: one.contacts[0] for one in self.office.people.companies}
        story.number, story.medicine, story.company = (
            free.number,
            free.medicine,
            companies[str(free.company_id)],
        )
        engine, lead = self.office.engine, self._negotiator(self.lead, at)
        typed = {"kind": "two_party", "threshold": "50"}
        story.negotiation = negotiations.open_negotiation(engine, lead, story.number, typed)
        self._admit(story, lead)
        round_id = offers.make_round(engine, lead, story.negotiation, {})
        story.first = add_months(at.astimezone(STOCKHOLM).date().replace(day=1), 2)
        rate, cap = self.chance.randrange(15, 40), self.chance.randrange(20, 90) * 1_000_000
        document = complete(
            {
                "starts": story.first.isoformat(),
                "ends": self._ends(story.months).isoformat(),
                "packages": [f"{story.medicine} {one.strength}" for one in articles_of(story.medicine)],
                "clauses": [
                    {"kind": "simple_discount", "rate_pct": str(rate)},
                    {"kind": "spend_cap", "cap": str(cap), "share_pct": "75"},
                ],
            }
        )
        company = self._negotiator(story.company, at)
        offer = offers.submit(engine, company, story.negotiation, round_id, document, "", ())
        accession.settle(engine, lead, story.negotiation, offer)
        story.regions = self.chance.sample(self.office.people.representatives, story.join)
        regions = [self._region(person) for person in story.regions]
        accession.invite(engine, lead, story.negotiation, regions)

    def _admit(self, story: _Story, lead: Negotiator) -> None:
        """The other secretary, who approves what is settled; not where they have a conflict of interest."""
        other = self.office.people.secretaries[1]
        typed = {"person": other.id, "capacity": "member", "valid_from": lead.today.isoformat()}
        with contextlib.suppress(NegotiationError):
            negotiations.admit(self.office.engine, lead, story.negotiation, typed)

    def _ends(self, months: int) -> date:
        """The last day of the month that lies so many months from today."""
        return add_months(self.today.replace(day=1), months + 1) - timedelta(days=1)

    def _join(self, story: _Story, at: datetime) -> None:
        for person in story.regions:
            maker, region = self._negotiator(person, at), self._region(person)
            since = (at.date() - timedelta(days=30)).isoformat()
            given = {"region": region, "valid_from": since, "authority": "Regiondirektören"}
            paper = Attachment("fullmakt.txt", f"Fullmakt att förhandla i ärende {story.number}.\n".encode())
            mandates.give_mandate(self.office.engine, maker, story.negotiation, given, paper)
            with self.office.engine.connect() as connection:
                shown = str(connection.scalar(_HASH, {"id": story.negotiation}))
            typed = {"region": region, "commitment": shown, "authority": "Regionstyrelsen, delegationsbeslut"}
            accession.answer(self.office.engine, maker, story.negotiation, "joined", typed)

    def _draft(self, story: _Story, at: datetime) -> None:
        typed = {} if story.shorter is None else {"last_day": self._ends(story.shorter).isoformat()}
        self._send(story, typed, 1, at)

    def _prolong(self, story: _Story, at: datetime) -> None:
        first = add_months(self.today.replace(day=1), 1)
        self._send(story, {"first_day": first.isoformat()}, 2, at)

    def _send(self, story: _Story, typed: dict[str, str], version: int, at: datetime) -> None:
        maker = self._maker(self.lead, at)
        if not story.negotiation:
            raise AgreementError("no_terms")
        numbers = {field_of(place): one.number for place, one in enumerate(articles_of(story.medicine), 1)}
        story.agreement = agreements.draft(self.office.engine, maker, story.negotiation, typed | numbers)
        agreements.send(self.office.engine, maker, story.agreement, version)

    def _sign(self, story: _Story, version: int, at: datetime) -> None:
        if story.company is None or not story.agreement:
            raise AgreementError("no_terms")
        signing_first = [story.company] if story.company_signs else []
        for person in (*signing_first, *story.regions[: story.sign]):
            maker, engine = self._maker(person, at), self.office.engine
            shown = signing.read(engine, maker, story.agreement, version, _READING).commitment
            typed = {"authority": "Firmateckning" if person is story.company else "Regionstyrelsen"}
            signing.sign(engine, maker, story.agreement, version, typed | {"commitment": shown})

    def _region(self, person: SignedIn) -> str:
        with self.office.engine.connect() as connection:
            return str(connection.scalar(_OF_PERSON, {"person": person.id}))

    def _negotiator(self, person: SignedIn, at: datetime) -> Negotiator:
        return Negotiator(self._proved(person, at), at)

    def _maker(self, person: SignedIn, at: datetime) -> Maker:
        return Maker(self._proved(person, at), at)

    def _proved(self, person: SignedIn, at: datetime) -> SignedIn:
        """The person, who has just proved who they are."""
        return replace(person, session=Session("", at, at, strong=True))
