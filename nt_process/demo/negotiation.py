"""Negotiations in the demo world: in some rounds of offers go on, one has a sealed round that waits for its day, in one
regions have joined terms that were changed afterwards, and some of them have confirmed.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa

from nt_process.cases.errors import CaseNotFound, Refused
from nt_process.demo.work import Office, last_working_day, working_hour
from nt_process.identity.actor import Session, SignedIn
from nt_process.kernel.calendar import STOCKHOLM, add_months
from nt_process.negotiation import accession, mandates, offers, service
from nt_process.negotiation.errors import Maker, NegotiationError
from nt_process.negotiation.offers import Attachment
from nt_process.terms.document import complete

MOST = 4
_OPENED = -24
# Of the 21 regions: how many join, and how many of these confirm the changed terms.
_JOIN, _CONFIRM = 14, 5
_READ = 3

_NEGOTIATING = sa.text("""
    SELECT c.number, c.process, c.company_id FROM cases c
    WHERE c.state = 'negotiation' AND c.company_id IS NOT NULL
    ORDER BY row_number() OVER (PARTITION BY c.process ORDER BY c.number), c.process
""")
_STILL = sa.text("SELECT state = 'negotiation' FROM cases WHERE number = :number")
_OF_PERSON = sa.text("SELECT organisation_id FROM membership WHERE person_id = :person")
_HASH = sa.text(
    "SELECT commitment FROM negotiation_terms WHERE negotiation_id = :id ORDER BY version DESC LIMIT 1"
)
_WORDS = (
    "Priset förutsätter att alla regioner ansluter sig.",
    "Vi är öppna för en utfallsbaserad modell om uppföljningen kan göras i kvalitetsregistret.",
    "Rabatten gäller från första förpackningen.",
)
_OUTCOME = (
    {
        "kind": "individual_outcome",
        "measure": "Svar vid 12 veckor",
        "share_pct": "50",
        "source": "Kvalitetsregister",
    },
)
_NOTES = (
    "Företaget vill ha ett tak i stället för en högre rabatt. Vi återkommer när budgeteffekten är räknad.",
    "Delegationen är enig om att inte gå under det som TLV:s underlag motiverar.",
)
_REASONS = {
    "declined": "Regionen bedömer att patientgruppen är för liten för att delta.",
    "left": "Regionen har valt att upphandla själv.",
}

Step = tuple[int, Callable[[datetime], None]]


@dataclass
class _Negotiation:
    """One negotiation: its case, who acts in it, and what has been made in it so far."""

    number: str
    company: SignedIn
    id: str
    rounds: list[str] = field(default_factory=list)
    offers: list[str] = field(default_factory=list)
    joined: list[SignedIn] = field(default_factory=list)


def negotiation_life(office: Office, today: date, chance: random.Random) -> Iterator[datetime]:
    """Everything that is done in the negotiations, each thing when the world has come so far."""
    world = _Negotiations(office, chance)
    latest = datetime.min.replace(tzinfo=UTC)
    for days, do in sorted(world.steps(), key=lambda step: step[0]):
        latest = max(latest, working_hour(last_working_day(today + timedelta(days=days)), chance))
        yield latest
        # The case may have gone on meanwhile, by its own life.
        with contextlib.suppress(NegotiationError, Refused, CaseNotFound):
            do(latest)


class _Negotiations:
    def __init__(self, office: Office, chance: random.Random) -> None:
        self.office, self.chance = office, chance
        self.lead, self.second = office.people.secretaries[:2]
        self.members = office.people.council
        self.begun: list[_Negotiation] = []

    def steps(self) -> Iterator[Step]:
        """What is done, in days from today."""
        yield _OPENED, self._open
        yield -21, lambda at: self._each(self._meet, at)
        yield -19, lambda at: self._each(self._first_round, at)
        yield -14, lambda at: self._each(self._answer, at)
        yield -12, lambda at: self._sealed(1, at)
        yield -10, lambda at: self._settle(0, 0, at)
        for place in range(_JOIN + 2):
            yield -9 + place // 4, lambda at, place=place: self._accede(place, at)  # type: ignore[misc]
        yield -4, lambda at: self._settle(0, 1, at)
        for place in range(_CONFIRM):
            yield -3 + place // 3, lambda at, place=place: self._confirm(place, at)  # type: ignore[misc]
        yield -2, self._leave

    def _each(self, do: Callable[[_Negotiation, datetime], None], at: datetime) -> None:
        for one in self.begun:
            if self._is_under_way(one):
                do(one, at)

    def _is_under_way(self, one: _Negotiation) -> bool:
        with self.office.engine.connect() as connection:
            return bool(connection.scalar(_STILL, {"number": one.number}))

    def _open(self, at: datetime) -> None:
        with self.office.engine.connect() as connection:
            found = connection.execute(_NEGOTIATING).all()
        for row in found[:MOST]:
            kind = "three_party" if row.process == "forman" else "two_party"
            with contextlib.suppress(NegotiationError, Refused, CaseNotFound):
                typed = {"kind": kind, "threshold": "75"}
                made = service.open_negotiation(
                    self.office.engine, self._maker(self.lead, at), row.number, typed
                )
                company = next(one for one in self.office.people.companies if one.id == str(row.company_id))
                self.begun.append(_Negotiation(row.number, company.contacts[0], made))
                for person, capacity in ((self.second, "secretary"), (self.members[0], "member")):
                    with contextlib.suppress(NegotiationError):
                        self._admit(made, person, capacity, at)

    def _admit(self, negotiation_id: str, person: SignedIn, capacity: str, at: datetime) -> None:
        typed = {"person": person.id, "capacity": capacity, "valid_from": at.date().isoformat()}
        service.admit(self.office.engine, self._maker(self.lead, at), negotiation_id, typed)

    def _meet(self, one: _Negotiation, at: datetime) -> None:
        maker = self._maker(self.lead, at)
        typed = {"day": at.date().isoformat(), "place": "Digitalt möte", "with_company": "y"}
        service.meet(self.office.engine, maker, one.id, typed)
        service.write_note(self.office.engine, maker, one.id, self.chance.choice(_NOTES))

    def _first_round(self, one: _Negotiation, at: datetime) -> None:
        one.rounds.append(offers.make_round(self.office.engine, self._maker(self.lead, at), one.id, {}))
        self._offer(one, one.company, at, discount=self.chance.randrange(8, 20))

    def _answer(self, one: _Negotiation, at: datetime) -> None:
        self._offer(one, self.lead, at, discount=self.chance.randrange(25, 40))
        discount, words = self.chance.randrange(20, 25), self.chance.choice(_WORDS)
        self._offer(one, one.company, at, discount=discount, words=words, more=_OUTCOME)

    def _sealed(self, place: int, at: datetime) -> None:
        """A round whose offers wait for a day that is to come."""
        one = self._begun(place)
        opens = datetime.combine(at.date() + timedelta(days=16), time(13), STOCKHOLM)
        typed = {"sealed": "y", "opens_on": opens.date().isoformat(), "opens_clock": "13:00"}
        one.rounds.append(offers.make_round(self.office.engine, self._maker(self.lead, at), one.id, typed))
        self._offer(one, one.company, at, discount=self.chance.randrange(25, 35))

    def _offer(
        self, one: _Negotiation, person: SignedIn, at: datetime, *, discount: int, words: str = "",
        more: Sequence[Mapping[str, object]] = (),
    ) -> None:  # fmt: skip
        first = add_months(at.date().replace(day=1), 3)
        document = complete(
            {
                "starts": first.isoformat(),
                "packages": ["Startförpackning", "Underhållsförpackning"],
                "clauses": [
                    {"kind": "simple_discount", "rate_pct": str(discount)},
                    {
                        "kind": "spend_cap",
                        "cap": str(self.chance.randrange(20, 90) * 1_000_000),
                        "share_pct": "100",
                    },
                    *more,
                ],
            }
        )
        maker, engine = self._maker(person, at), self.office.engine
        one.offers.append(offers.submit(engine, maker, one.id, one.rounds[-1], document, words, ()))

    def _settle(self, place: int, offer: int, at: datetime) -> None:
        one = self._begun(place)
        maker = self._maker(self.lead, at)
        accession.settle(self.office.engine, maker, one.id, one.offers[offer])
        if offer == 0:
            regions = [self._region(person) for person in self.office.people.representatives]
            accession.invite(self.office.engine, maker, one.id, regions)

    def _accede(self, place: int, at: datetime) -> None:
        """Most join, each with its mandate; the two last decline."""
        one, person = self._begun(0), self.office.people.representatives[place]
        maker, region = self._maker(person, at), self._region(person)
        if place >= _JOIN:
            typed = {"region": region, "reason": _REASONS["declined"]}
            accession.answer(self.office.engine, maker, one.id, "declined", typed)
            return
        since = (at.date() - timedelta(days=30)).isoformat()
        given = {"region": region, "valid_from": since, "authority": "Regiondirektören"}
        paper = Attachment("fullmakt.txt", f"Fullmakt att förhandla i ärende {one.number}.\n".encode())
        mandates.give_mandate(self.office.engine, maker, one.id, given, paper)
        if place < _READ:
            # Some read what they are to join first.
            accession.enter(self.office.engine, maker, one.id, region)
            accession.read_terms(self.office.engine, maker, one.id, 1, "Inför regionens beslut")
        self._bind(one, person, "joined", at)
        one.joined.append(person)

    def _confirm(self, place: int, at: datetime) -> None:
        one = self._begun(0)
        self._bind(one, one.joined[place], "confirmed", at)

    def _bind(self, one: _Negotiation, person: SignedIn, kind: str, at: datetime) -> None:
        with self.office.engine.connect() as connection:
            shown = str(connection.scalar(_HASH, {"id": one.id}))
        typed: Mapping[str, str] = {
            "region": self._region(person), "commitment": shown, "authority": "Regionstyrelsen, delegationsbeslut",
        }  # fmt: skip
        accession.answer(self.office.engine, self._maker(person, at), one.id, kind, typed)

    def _leave(self, at: datetime) -> None:
        one = self._begun(0)
        person = one.joined[-1]
        typed = {"region": self._region(person), "reason": _REASONS["left"]}
        accession.answer(self.office.engine, self._maker(person, at), one.id, "left", typed)

    def _begun(self, place: int) -> _Negotiation:
        """That negotiation, while it is under way. Raises NegotiationError where there is none."""
        if place >= len(self.begun) or not self._is_under_way(self.begun[place]):
            raise NegotiationError("ended")
        return self.begun[place]

    def _region(self, person: SignedIn) -> str:
        with self.office.engine.connect() as connection:
            return str(connection.scalar(_OF_PERSON, {"person": person.id}))

    def _maker(self, person: SignedIn, at: datetime) -> Maker:
        """The person, who has just proved who they are."""
        return Maker(replace(person, session=Session("", at, at, strong=True)), at)
