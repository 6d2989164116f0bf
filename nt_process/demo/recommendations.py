"""Recommendations in the demo world: some public for long, one amended and one replaced, an advice to wait, one signed for the
day after tomorrow, one that waits to be approved; and what the regions say of them.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import sqlalchemy as sa

from nt_process.cases.errors import CaseNotFound, Refused
from nt_process.demo.work import Office, last_working_day, working_hour
from nt_process.identity.actor import Session, SignedIn
from nt_process.identity.maker import Maker
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.faults import BadInput
from nt_process.recommendations import answering, pdf_job, publishing, service, signing
from nt_process.recommendations.errors import RecommendationError
from nt_process.recommendations.rules import document

# Days before today on which something is begun; each is public some days later.
_PUBLIC = (-420, -330, -250, -180, -120, -70, -35)
_LATER = timedelta(days=2)

# Decided cases without a recommendation, the one that was opened first; or cases in a state.
_DECIDED = sa.text("""
    SELECT c.number, c.medicine, c.outcome FROM cases c
    WHERE c.outcome IS NOT NULL AND NOT EXISTS (SELECT FROM recommendation r WHERE r.case_id = c.id)
    ORDER BY c.number LIMIT 1
""")
_IN_STATE = sa.text("""
    SELECT c.number, c.medicine, c.outcome FROM cases c
    WHERE c.state = ANY (:states) AND NOT EXISTS (SELECT FROM recommendation r WHERE r.case_id = c.id)
      AND NOT EXISTS (SELECT FROM negotiation n WHERE n.case_id = c.id) ORDER BY c.number DESC LIMIT 1
""")
_SIGNATURE = sa.text("""
    SELECT id FROM recommendation_signature WHERE recommendation_id = CAST(:id AS uuid) AND recalled_at IS NULL
""")

_GROUPS = (
    "vuxna med svår sjukdom som inte har svarat på tidigare behandling",
    "barn från två år och vuxna med bekräftad diagnos",
    "vuxna med återfall efter minst två tidigare behandlingslinjer",
)
_SEVERITY = (
    ("very_high", "Obehandlad leder sjukdomen till svår funktionsnedsättning och förkortad livslängd."),
    ("high", "Tillståndet begränsar vardagen och kräver återkommande sjukhusvård."),
    ("moderate", "Tillståndet ger besvär som delvis kan lindras med annan behandling."),
)
_CERTAINTY = (
    ("moderate", "En randomiserad studie visar effekten; uppföljningen är kort."),
    ("low", "Effekten bygger på en enarmad studie med få patienter."),
    ("high", "Två randomiserade studier med flera års uppföljning ger samstämmiga resultat."),
)
# Of those that are published: the first is amended and the second replaced.
_UNTOUCHED = 2
_COMMENTS = (
    "Behandlingen kräver en mottagning som vi saknar i år.",
    "Kostnaden ryms inte i årets budget.",
    "Vi följer rekommendationen men begränsar insättningen till en klinik.",
)


def _text(medicine: str, outcome: str, chance: random.Random) -> dict[str, str]:
    group = chance.choice(_GROUPS)
    verb = {"should": "bör användas", "can": "kan användas", "should_not": "bör inte användas"}[outcome]
    severity, certainty = chance.choice(_SEVERITY), chance.choice(_CERTAINTY)
    reasonable = outcome in document.FAVOURABLE
    return {
        "outcome": outcome,
        "valid_to": "",
        "summary": f"{medicine} {verb} för {group}.",
        "patient_group": f"{group[0].upper()}{group[1:]}.",
        "start_criteria": "Diagnosen är bekräftad och behandlingen inleds av specialist."
        if reasonable
        else "",
        "stop_criteria": "Behandlingen avslutas om ingen effekt ses efter sex månader." if reasonable else "",
        "conditions": "Behandlingen följs i det nationella kvalitetsregistret." if outcome == "can" else "",
        "human_dignity": "Rekommendationen gäller alla i patientgruppen, oavsett ålder, kön och bostadsort.",
        "need_solidarity": "Patientgruppens behov vägs mot andra gruppers inom hälso- och sjukvården.",
        "cost_effectiveness": f"Kostnaden är {'rimlig' if reasonable else 'inte rimlig'} i förhållande till nyttan.",
        "severity_level": severity[0],
        "severity": severity[1],
        "effect": "Behandlingen minskar antalet skov med omkring en tredjedel jämfört med standardbehandling.",
        "certainty_level": certainty[0],
        "certainty": certainty[1],
        "rarity": f"Omkring {chance.randrange(2, 40) * 10} personer i landet berörs.",
        "cost_per_qaly": f"Omkring 0,{chance.randrange(5, 10)} miljoner kronor vid listpris, enligt TLV:s utvärdering.",
        "willingness": "Betalningsviljan bedöms utifrån svårighetsgrad, sällsynthet och underlagets tillförlitlighet.",
    }


@dataclass(frozen=True, slots=True)
class _Case:
    number: str
    medicine: str
    outcome: str


def recommendations_life(office: Office, today: date, chance: random.Random) -> Iterator[datetime]:
    """Everything that is done with recommendations, each thing when the world has come so far."""
    world = Writer(office, today, chance)
    latest = datetime.min.replace(tzinfo=UTC)
    for days, do in sorted(world.steps(), key=lambda step: step[0]):
        latest = max(latest, working_hour(last_working_day(today + timedelta(days=days)), chance))
        yield latest
        # Where no case is in the state that is wanted there is nothing to recommend.
        with contextlib.suppress(RecommendationError, BadInput, Refused, CaseNotFound):
            do(latest)


class Writer:
    """Whoever writes, signs and publishes recommendations."""

    def __init__(self, office: Office, today: date, chance: random.Random) -> None:
        self.office, self.today, self.chance = office, today, chance
        self.people = office.people
        self.published: list[tuple[str, _Case]] = []

    def steps(self) -> Iterator[tuple[int, Callable[[datetime], None]]]:
        """What is done, in days from today."""
        for days in _PUBLIC:
            yield days, self._of_decided
            yield days + 12, self._answers
        yield -90, partial(self._again, 0, "amends")
        yield -50, partial(self._again, 1, "replaces")
        yield -25, self._wait
        yield -4, self._drafted
        yield -2, self._signed_for_later

    def publish_final(self, number: str, medicine: str, outcome: str, at: datetime) -> str:
        """Write, approve and sign a position in a case, and publish it at once; its id."""
        made = self._approved(_Case(number, medicine, outcome), at, _text(medicine, outcome, self.chance))
        self._publish(made, at)
        return made

    def _of_decided(self, at: datetime) -> None:
        case = self._case(_DECIDED)
        made = self._approved(case, at, _text(case.medicine, case.outcome, self.chance))
        self._publish(made, at)
        self.published.append((made, case))

    def _again(self, place: int, relation: str, at: datetime) -> None:
        if place < len(self.published):
            earlier, case = self.published[place]
            text = _text(case.medicine, case.outcome, self.chance)
            text |= {"valid_to": str(self.today.replace(day=1) + timedelta(days=900))}
            self._publish(self._approved(case, at, text, earlier=earlier, relation=relation), at)

    def _wait(self, at: datetime) -> None:
        case = self._case(_IN_STATE, states=["assessment", "deliberation"])
        text = dict.fromkeys(document.FIELDS, "") | {
            "outcome": "wait",
            "patient_group": "Alla med diagnosen.",
        }
        text["summary"] = f"Regionerna bör avvakta med {case.medicine} tills rådet har tagit ställning."
        self._publish(self._approved(case, at, text, kind="interim"), at)

    def _drafted(self, at: datetime) -> None:
        """Two have written; it waits for a third to approve it."""
        case = self._case(_IN_STATE, states=["recommendation"])
        made = service.begin(self.office.engine, self._maker(0, at), case.number, {"kind": "final"})
        text = _text(case.medicine, "can", self.chance)
        service.write(self.office.engine, self._maker(0, at), made, 0, text)
        text["conditions"] = "Behandlingen ges vid universitetssjukhus och följs i kvalitetsregister."
        service.write(self.office.engine, self._maker(1, at), made, 1, text)

    def _signed_for_later(self, at: datetime) -> None:
        """An addition to one that has been public for long and is neither amended nor replaced."""
        if len(self.published) <= _UNTOUCHED:
            return
        earlier, case = self.published[_UNTOUCHED]
        text = _text(case.medicine, case.outcome, self.chance)
        made = self._approved(case, at, text, earlier=earlier, relation="amends")
        day = self.today + _LATER
        self._sign(made, at, {"publish_on": str(day), "publish_clock": "09:00"})

    def _case(self, statement: sa.TextClause, **given: object) -> _Case:
        with self.office.engine.connect() as connection:
            row = connection.execute(statement, given).first()
        if row is None:
            raise RecommendationError("not_found")
        return _Case(row.number, row.medicine, row.outcome or "")

    def _approved(
        self, case: _Case, at: datetime, text: dict[str, str], kind: str = "final", **typed: str
    ) -> str:
        """Written by one secretary and approved by another; its id."""
        engine = self.office.engine
        made = service.begin(engine, self._maker(0, at), case.number, {"kind": kind} | typed)
        version = service.write(engine, self._maker(0, at), made, 0, text)
        service.approve(engine, self._maker(1, at), made, version, self._shown(made, at))
        return made

    def _shown(self, made: str, at: datetime) -> str:
        with self.office.engine.connect() as connection:
            row = service.found_recommendation(connection, made)
            text = service.versions_of(connection, row)[-1]
            return document.text_hash(service.content_of(row, text, at.astimezone(STOCKHOLM).date()))

    def _sign(self, made: str, at: datetime, typed: dict[str, str]) -> None:
        """A member of the council signs, and the worker prints."""
        members = [one for one in self.people.council if "council_member" in one.roles]
        signer = Maker(_proved(self.chance.choice(members), at), at)
        typed = {**typed, "shown": self._shown(made, at)}
        signing.sign(self.office.engine, signer, made, 1, typed)
        with self.office.engine.connect() as connection:
            signature = connection.scalar(_SIGNATURE, {"id": made})
        pdf_job.make(self.office.engine, {"signature": str(signature)})

    def _publish(self, made: str, at: datetime) -> None:
        self._sign(made, at, {})
        publishing.publish_due(self.office.engine, at)

    def _answers(self, at: datetime) -> None:
        """Most regions answer; a few cannot follow in full."""
        if not self.published:
            return
        made, _case = self.published[-1]
        for region in self.people.representatives:
            if self.chance.random() < 0.75:
                follows = self.chance.choices(("yes", "partly", "no"), (90, 7, 3))[0]
                typed = {"willing": "yes", "follows": follows, "comment": ""}
                if follows != "yes":
                    typed["comment"] = self.chance.choice(_COMMENTS)
                with contextlib.suppress(RecommendationError):
                    answering.answer(self.office.engine, Maker(region, at), made, typed)

    def _maker(self, place: int, at: datetime) -> Maker:
        return Maker(_proved(self.people.secretaries[place], at), at)


def _proved(person: SignedIn, at: datetime) -> SignedIn:
    return replace(person, session=Session("", at, at, strong=True))
