"""Re-assessments to test with, made by the commands: a recommendation published long ago, in a case that is followed up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from nt_process.cases import documents
from nt_process.identity.maker import Maker
from nt_process.infra.uploads import Judged
from nt_process.reassessment import clocks, detecting, dialogues, plan_queries, plans, service, triggers
from nt_process.recommendations import publishing
from tests.features.recommendations.world import TEXT, Draft, maker, printed_by_hand
from tests.world import PDF, START, Office

# Nineteen months before the day on which the office stands: the re-assessment is due in five.
LONG_AGO = START - timedelta(days=580)
TRIGGER: Mapping[str, str] = {
    "kind": "new_evidence",
    "happened_on": "2026-01-05",
    "source": "Provtidskriften 2026:1",
    "description": "En ny studie med längre uppföljning.",
}
DIALOGUE: Mapping[str, str] = {
    "medicine": "Tidigin",
    "held_on": "2025-11-20",
    "parties": "Företaget och kansliet",
    "questions": "Vilket jämförelsealternativ är relevant?",
    "advice": "Jämför med nuvarande behandling.",
    "for_regions": "Jämförelsealternativ har diskuterats.",
    "case": "",
}
PLAN: Mapping[str, str] = {
    "question": "Håller effekten längre än två år?",
    "side": "company",
    "data_owner": "Älvdal Bio AB",
    "register": "Provsjukeregistret",
    "intent": "Företaget avser att förlänga studien till fem år.",
    "agreement": "",
}
MILESTONE: Mapping[str, str] = {
    "what": "Rapport över två års uppföljning",
    "responsible": "Företagets medicinska chef",
    "due": "2026-06-01",
}


@dataclass
class Followed:
    """A case that is being introduced, with a published recommendation; commands take names and instants."""

    office: Office
    number: str
    recommendation: str

    def clock(self, at: datetime = START, name: str = "secretary") -> clocks.Clock:
        actor = maker(self.office, name, at).actor
        with self.office.engine.connect() as connection:
            listed = clocks.clocks(connection, actor, at.date(), self.number)
        return next(one for one in listed if str(one.row["id"]) == self.recommendation)

    def by(self, name: str = "secretary", at: datetime = START) -> Maker:
        return maker(self.office, name, at)

    def enter(self, name: str = "secretary", at: datetime = START, **typed: str) -> str:
        return triggers.enter(self.office.engine, self.by(name, at), self.number, {**TRIGGER, **typed})

    def assess(
        self,
        trigger: str,
        verdict: str = "reopen",
        name: str = "secretary",
        at: datetime = START,
        seen: int = 0,
    ) -> None:
        typed = {"verdict": verdict, "reason": "Det nya underlaget kan ändra bedömningen."}
        triggers.assess(self.office.engine, self.by(name, at), trigger, seen, typed)

    def decide(
        self, outcome: str = "stands", name: str = "secretary", at: datetime = START, **more: str
    ) -> None:
        typed = {"outcome": outcome, "reasons": "Inget nytt har framkommit."} | more
        service.decide(self.office.engine, self.by(name, at), self.number, typed)

    def set_bound(self, day: str, at: datetime = START, name: str = "secretary") -> None:
        typed = {"last_day": day, "reason": "Villkoret om register."}
        service.set_bound(self.office.engine, self.by(name, at), self.number, self.recommendation, typed)

    def plan(self, at: datetime = START, **typed: str) -> str:
        return plans.begin(self.office.engine, self.by(at=at), self.number, {**PLAN, **typed})

    def milestone(self, plan: str, at: datetime = START, **typed: str) -> str:
        return plans.add_milestone(self.office.engine, self.by(at=at), plan, {**MILESTONE, **typed})

    def milestones(self, plan: str) -> list[Any]:
        with self.office.engine.connect() as connection:
            return plan_queries.milestones(connection, plan)

    def triggers(self, name: str = "secretary") -> list[Any]:
        with self.office.engine.connect() as connection:
            return triggers.listed(connection, self.by(name).actor, self.number)

    def look(self, at: datetime = START) -> int:
        with self.office.engine.begin() as connection:
            return detecting.look(connection, at)

    def add_report(self, at: datetime = START) -> None:
        """A joint clinical assessment that has been examined, however busy the machine is."""
        documents.add(
            self.office.engine, self.by(at=at).actor, self.number, "jca_report", "Granskning", "granskning.pdf", PDF, at,
            judged=Judged("application/pdf", examined=True),
        )  # fmt: skip

    @property
    def state(self) -> str:
        return str(one(self.office, "SELECT state FROM cases WHERE number = :n", n=self.number))


def followed(office: Office, at: datetime = LONG_AGO, *, introduce: bool = True, **fields: Any) -> Followed:
    """A recommendation that became public at an instant, and whose case has since come so far as to be introduced."""
    number = office.open("klinik", at - timedelta(days=10), **fields)
    office.act("secretary", number, "nominate", at, reason="Stort behov.")
    office.act("secretary", number, "refer_collaboration", at)
    office.act("member", number, "select", at, motivation="Jämlik tillgång.")
    office.act("secretary", number, "submit_to_council", at)
    draft = Draft(office, number)
    draft.begin(at=at)
    draft.write(TEXT, at=at)
    draft.approve(at=at)
    draft.sign(at=at)
    printed_by_hand(office, at)
    assert publishing.publish_due(office.engine, at) == 1
    if introduce:
        office.act("secretary", number, "start_introduction", at + timedelta(days=41))
    return Followed(office, number, draft.id)


def dialogue(office: Office, at: datetime = START, **typed: str) -> str:
    given = {**DIALOGUE, "company": office.company_id, **typed}
    return dialogues.begin(office.engine, maker(office, "secretary", at), given)


def furnish(office: Office) -> dict[str, Any]:
    """A recommendation that is to be re-assessed, with what may reopen its case, a plan with a delivery and a dialogue."""
    case = followed(office, medicine="Omprövin", substance="omprovinum")
    trigger = case.enter()
    case.assess(trigger, "note")
    case.set_bound("2026-05-01")
    plan = case.plan()
    milestone = case.milestone(plan)
    case.milestone(plan, what="Rapport över fem år", due="2027-06-01")
    plans.deliver(office.engine, case.by("company"), milestone, "En första del.", None)
    met = dialogue(office, case=case.number)
    dialogue(office, medicine="Oansökt", for_regions="")
    return {
        "reassessment": {
            "number": case.number,
            "recommendation_id": case.recommendation,
            "trigger_id": trigger,
            "plan_id": plan,
            "milestone_id": milestone,
            "dialogue_id": met,
        }
    }


def one(office: Office, statement: str, **given: Any) -> Any:
    with office.engine.connect() as connection:
        return connection.execute(sa.text(statement), given).scalar()


def notices(office: Office, kind: str) -> int:
    return int(one(office, "SELECT count(*) FROM notice WHERE kind = :kind", kind=kind))


def day(text: str) -> date:
    return date.fromisoformat(text)
