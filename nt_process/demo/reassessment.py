"""Re-assessments in the demo world: dialogues before an application, evidence plans of published recommendations, what may
reopen a case, one that was found to stand, and one that is to be re-assessed soon because a condition says so.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from nt_process.cases.errors import Refused
from nt_process.demo.work import Office, last_working_day, working_hour
from nt_process.identity.maker import Maker
from nt_process.kernel.faults import BadInput
from nt_process.reassessment import dialogues, plans, rules, service, triggers
from nt_process.reassessment.errors import ReassessmentError

# The published recommendations that hold, the oldest first, with the company of each case where it has one.
_PUBLISHED = sa.text("""
    SELECT p.recommendation_id AS id, p.case_number AS number, c.company_id::text AS company, c.company AS name, c.state
    FROM publication p JOIN cases c ON c.number = p.case_number
    WHERE p.kind = 'final' AND NOT c.terminal AND c.company_id IS NOT NULL
    ORDER BY p.published_at, p.slug
""")


def reassessment_life(office: Office, today: date, chance: random.Random) -> Iterator[datetime]:
    """Everything that is done about re-assessments, each thing when the world has come so far."""
    world = _Reassessments(office, today, chance)
    latest = datetime.min.replace(tzinfo=UTC)
    for days, do in sorted(world.steps(), key=lambda step: step[0]):
        latest = max(latest, working_hour(last_working_day(today + timedelta(days=days)), chance))
        yield latest
        # Where no case has come so far there is nothing to do.
        with contextlib.suppress(ReassessmentError, BadInput, Refused, LookupError):
            do(latest)


class _Reassessments:
    def __init__(self, office: Office, today: date, chance: random.Random) -> None:
        self.office, self.today, self.chance = office, today, chance
        self.people = office.people
        self.milestones: list[tuple[str, str]] = []

    def steps(self) -> Iterator[tuple[int, Callable[[datetime], None]]]:
        """What is done, in days from today."""
        yield -400, self._dialogue
        yield -150, self._plan
        yield -45, self._reopened
        yield -40, self._delivered
        yield -35, self._dialogue
        yield -20, self._sooner
        yield -14, self._found_to_stand
        yield -9, self._noted
        yield -3, self._waiting

    def _dialogue(self, at: datetime) -> None:
        """A company that has met the secretariat before it applies."""
        company = self.chance.choice(self.people.companies)
        typed = {
            "company": company.id,
            "medicine": self.chance.choice(("Vinterglim", "Fjällklar", "Strandljung")),
            "held_on": at.date().isoformat(),
            "parties": f"{company.name} och kansliet.",
            "questions": "Vilket jämförelsealternativ är relevant, och räcker ett års uppföljning?",
            "advice": "Jämför med dagens behandling. Planera för uppföljning i kvalitetsregister i minst två år.",
            "for_regions": "Jämförelsealternativ och uppföljning i register har diskuterats.",
            "case": "",
        }
        dialogues.begin(self.office.engine, self._maker(at), typed)

    def _plan(self, at: datetime) -> None:
        """A plan with three milestones for the oldest recommendation."""
        case = self._published()[0]
        typed = {
            "question": "Håller effekten längre än två år, och hur många avbryter behandlingen?",
            "side": "company",
            "data_owner": case.name,
            "register": "Nationellt kvalitetsregister",
            "intent": "Företaget avser att förlänga den pågående studien till fem år.",
            "agreement": "",
        }
        engine, maker = self.office.engine, self._maker(at)
        plan = plans.begin(engine, maker, case.number, typed)
        for days, what in (
            (-40, "Delrapport efter ett år"),
            (25, "Registerdata, hela landet"),
            (200, "Slutrapport"),
        ):
            due = self.today + timedelta(days=days)
            given = {"what": what, "responsible": "Medicinsk chef", "due": due.isoformat()}
            self.milestones.append((plans.add_milestone(engine, maker, plan, given), case.company))

    def _delivered(self, at: datetime) -> None:
        milestone, company = self.milestones[0]
        owner = next(one for one in self.people.companies if one.id == company)
        maker = Maker(owner.contacts[0], at)
        plans.deliver(
            self.office.engine, maker, milestone, "Delrapporten skickas i brev till kansliet.", None
        )

    def _reopened(self, at: datetime) -> None:
        """New evidence reopened a case, which is found to stand a month later."""
        case = self._published("follow_up")[0]
        made = self._enter(
            at, case.number, rules.NEW_EVIDENCE, "En studie med tre års uppföljning har publicerats."
        )
        self._assess(at, made, rules.REOPEN, "Studien kan ändra bedömningen av effekten.")

    def _found_to_stand(self, at: datetime) -> None:
        case = self._published("reassessment")[0]
        typed = {
            "outcome": rules.STANDS,
            "reasons": "Den nya studien bekräftar den effekt som rådet räknade med.",
        }
        service.decide(self.office.engine, self._maker(at), case.number, typed)

    def _sooner(self, at: datetime) -> None:
        case = self._published()[-1]
        typed = {
            "last_day": (self.today + timedelta(days=100)).isoformat(),
            "reason": "Villkoret säger att registret ska vara utvärderat innan nästa budgetår.",
        }
        service.set_bound(self.office.engine, self._maker(at), case.number, str(case.id), typed)

    def _noted(self, at: datetime) -> None:
        made = self._enter(
            at, self._published()[1].number, rules.JCA_UPDATED, "Rapporten har fått ett tillägg om säkerhet."
        )
        self._assess(
            at, made, rules.NOTE, "Tillägget ändrar inte slutsatsen; det tas med vid nästa prövning."
        )

    def _waiting(self, at: datetime) -> None:
        number = self._published()[-1].number
        self._enter(
            at, number, rules.ALERT, "Två regioner använder läkemedlet mindre än väntat två kvartal i rad."
        )

    def _enter(self, at: datetime, number: str, kind: str, description: str) -> str:
        typed = {
            "kind": kind,
            "happened_on": (at.date() - timedelta(days=2)).isoformat(),
            "source": "Kansliets omvärldsbevakning",
            "description": description,
        }
        return triggers.enter(self.office.engine, self._maker(at), number, typed)

    def _assess(self, at: datetime, trigger: str, verdict: str, reason: str) -> None:
        typed = {"verdict": verdict, "reason": reason}
        triggers.assess(self.office.engine, self._maker(at), trigger, 0, typed)

    def _published(self, state: str | None = None) -> list[sa.Row]:
        """The cases with a recommendation, the oldest first; those that have come to the state, where one is said."""
        with self.office.engine.connect() as connection:
            return [row for row in connection.execute(_PUBLISHED) if state in (None, row.state)]

    def _maker(self, at: datetime) -> Maker:
        return Maker(self.people.secretaries[0], at)
