"""Consultations in the demo world: one that is over with every comment answered, one that waits for its
dispositions, one whose last day has passed with answers missing, one that is open and one that is prepared.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from nt_process.consultation import answers, dispositions, rounds
from nt_process.consultation.answers import Place
from nt_process.consultation.dispositions import Typed
from nt_process.demo.work import Office, last_working_day, working_hour
from nt_process.identity.actor import SignedIn
from nt_process.identity.maker import Maker

_INTRO = (
    "NT-rådet ber om synpunkter inför ställningstagandet. Svaren används när kansliet skriver underlaget "
    "till rådet."
)
_QUESTIONS = (
    {"kind": "text", "text": "Hur påverkas vården hos er om läkemedlet införs?", "required": "1"},
    {"kind": "yes_no", "text": "Bör införandet ske ordnat och samtidigt i hela landet?", "required": "1"},
    {"kind": "choice", "text": "När kan läkemedlet börja användas hos er?",
     "choices": "Genast\nInom sex månader\nInom ett år\nSenare"},
    {"kind": "scale", "text": "Hur väl är patientgruppen avgränsad?"},
    {"kind": "text", "text": "Övriga synpunkter"},
)  # fmt: skip
_CARE = (
    "Behandlingen kräver infusion på sjukhus, och dagvården har ont om platser under våren.",
    "Vi räknar med få patienter och ser inget hinder.",
    "Uppföljningen behöver samordnas med det nationella kvalitetsregistret.",
    "Kompetensen finns på universitetssjukhuset; övriga sjukhus behöver stöd.",
    "Kostnaden ryms inte i årets budget utan omprioritering.",
    "Vi vill se tydligare kriterier för när behandlingen ska avslutas.",
)
_OTHER = (
    "Informationen till patienterna bör vara färdig samma dag som rekommendationen.",
    "Vi saknar en beskrivning av biverkningar vid långvarig behandling.",
    "Avgränsningen i åldrar bör motiveras bättre.",
)
_REASONS = {
    "followed": "Underlaget är ändrat enligt synpunkten.",
    "partly": "Underlaget är förtydligat. Tidpunkten beror på regionernas egna beslut.",
    "not_followed": "Synpunkten ligger utanför det som rådet tar ställning till.",
}
# Of those who are asked: how many answer in time.
_MOST, _SOME = 0.85, 0.4

_CASES = sa.text("""
    SELECT number, medicine FROM cases WHERE NOT terminal AND opened_on < :day ORDER BY number DESC
""")
_ASKED = sa.text("""
    SELECT o.id, o.kind FROM organisation o WHERE o.kind IN ('region', 'expert_group', 'patient_organisation')
    ORDER BY o.kind, o.name
""")
_OF_PERSON = sa.text("SELECT organisation_id FROM membership WHERE person_id = :person")
_COMMENTS = sa.text("""
    SELECT id FROM consultation_reply WHERE consultation_id = :id AND stands AND text <> '' ORDER BY text, id
""")
_QUESTION_IDS = sa.text("""
    SELECT id, kind, choices FROM consultation_question WHERE consultation_id = :id ORDER BY position
""")


def consultation_life(office: Office, today: date, chance: random.Random) -> Iterator[datetime]:
    """Everything that is done in the rounds, each thing when the world has come so far."""
    world = _Rounds(office, today, chance)
    latest = datetime.min.replace(tzinfo=UTC)
    for days, do in sorted(world.steps(), key=lambda step: step[0]):
        latest = max(latest, working_hour(last_working_day(today + timedelta(days=days)), chance))
        yield latest
        do(latest)


Step = tuple[int, Callable[[datetime], None]]


class _Rounds:
    def __init__(self, office: Office, today: date, chance: random.Random) -> None:
        self.office, self.today, self.chance = office, today, chance
        self.secretary = office.people.secretaries[0]
        self.ids: dict[str, str] = {}

    def steps(self) -> Iterator[Step]:
        """What is done, in days from today. Each round is on a case of its own (its place in the list)."""
        yield from self._round("told", 4, opened=-120, days=30, share=_MOST, late=2)
        yield -82, self._close("told")
        yield -80, self._decide("told")
        yield -79, lambda at: self._tell("told", at)
        yield from self._round("closed", 9, opened=-60, days=28, share=_MOST, late=1)
        yield -25, self._close("closed")
        yield from self._round("overdue", 14, opened=-34, days=30, share=_SOME, late=1)
        yield from self._round("open", 1, opened=-12, days=30, share=_SOME, late=0)
        yield -2, lambda at: self._prepare("prepared", 2, 28, at)

    def _round(
        self, name: str, case: int, *, opened: int, days: int, share: float, late: int
    ) -> Iterator[Step]:
        yield opened - 3, lambda at: self._prepare(name, case, days + 3, at)
        yield opened, lambda at: self._open(name, at)
        people = [*self.office.people.representatives, *self.office.people.consulted]
        answering = self.chance.sample(people, int(len(people) * share))
        for place, person in enumerate(answering):
            day = opened + self.chance.randrange(2, max(3, min(days, -opened - 1)))
            if place < late:
                day = opened + days + 6 if opened + days + 6 < 0 else -1
            yield day, self._answer(name, person, silent=place == late)

    def _prepare(self, name: str, case: int, days: int, at: datetime) -> None:
        with self.office.engine.connect() as connection:
            found = connection.execute(_CASES, {"day": at.date()}).all()
            asked = [str(row.id) for row in connection.execute(_ASKED)]
        number, medicine = found[case % len(found)]
        maker = Maker(self.secretary, at)
        made = rounds.make(self.office.engine, maker, number, f"Remiss om {medicine}")
        last = (at.date() + timedelta(days=days)).isoformat()
        texts = {"title": f"Remiss om {medicine}", "intro": _INTRO, "last_day": last}
        rounds.prepare(self.office.engine, maker, made, 1, texts, _QUESTIONS, asked)
        self.ids[name] = made

    def _open(self, name: str, at: datetime) -> None:
        rounds.open_round(self.office.engine, Maker(self.secretary, at), self.ids[name])

    def _answer(self, name: str, person: SignedIn, *, silent: bool) -> Callable[[datetime], None]:
        def do(at: datetime) -> None:
            engine, maker = self.office.engine, Maker(person, at)
            with engine.connect() as connection:
                organisation = str(connection.scalar(_OF_PERSON, {"person": person.id}))
                questions = connection.execute(_QUESTION_IDS, {"id": self.ids[name]}).all()
            place = Place(self.ids[name], organisation)
            if silent:
                answers.no_comment(engine, maker, place)
            else:
                answers.submit(engine, maker, place, 0, self._typed(questions))

        return do

    def _typed(self, questions: Sequence[sa.Row]) -> dict[str, str]:
        chance = self.chance
        typed: dict[str, str] = {}
        for position, row in enumerate(questions):
            typed[f"tier_{row.id}"] = chance.choice(("council", "participants", "participants", "public"))
            if row.kind == "yes_no":
                typed[f"choice_{row.id}"] = chance.choice(("yes", "yes", "yes", "no"))
            elif row.kind == "choice":
                typed[f"choice_{row.id}"] = chance.choice(row.choices)
            elif row.kind == "scale":
                typed[f"choice_{row.id}"] = str(chance.randrange(2, 6))
            elif position == 0:
                typed[f"text_{row.id}"] = chance.choice(_CARE)
            elif chance.random() < _SOME:
                typed[f"text_{row.id}"] = chance.choice(_OTHER)
        return typed

    def _close(self, name: str) -> Callable[[datetime], None]:
        return lambda at: rounds.close(self.office.engine, Maker(self.secretary, at), self.ids[name])

    def _decide(self, name: str) -> Callable[[datetime], None]:
        def do(at: datetime) -> None:
            with self.office.engine.connect() as connection:
                comments = list(connection.scalars(_COMMENTS, {"id": self.ids[name]}))
            verdicts = [self.chance.choice(tuple(_REASONS)) for _comment in comments]
            typed = {
                str(comment): Typed(verdict, _REASONS[verdict])
                for comment, verdict in zip(comments, verdicts, strict=True)
            }
            dispositions.decide(self.office.engine, Maker(self.secretary, at), self.ids[name], typed)

        return do

    def _tell(self, name: str, at: datetime) -> None:
        dispositions.tell_commenters(self.office.engine, Maker(self.secretary, at), self.ids[name])
