"""One case of the demo world and the people who work on it: everything is done by the real commands.

A life of a case is a generator that yields the instant at which it wants to go on, and finds the
world at that instant when it is resumed. Whatever an action requires and can be supplied (an owner, a
document, the date of authorisation) is supplied first, some minutes earlier, by whoever would do it.
"""

from __future__ import annotations

import random
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from nt_process.cases import documents, service, store
from nt_process.cases.errors import CaseNotFound
from nt_process.cases.sight import concerns_tlv
from nt_process.demo.inputs import stated
from nt_process.demo.medicines import Medicine
from nt_process.demo.papers import paper
from nt_process.demo.people import Company, People
from nt_process.demo.words import DOCUMENTS, NOTES
from nt_process.engine.conditions import unmet
from nt_process.engine.decide import Outcome, decide
from nt_process.engine.definition import SYSTEM_ROLE, Action
from nt_process.engine.snapshot import Actor
from nt_process.identity.actor import SignedIn
from nt_process.infra.database import single_statement_driver
from nt_process.infra.uploads import Judged
from nt_process.kernel.calendar import ONE_DAY, STOCKHOLM, add_months, is_working_day

# Instants at which something is done; the value it returns in the end is the instant of its last step.
Steps = Generator[datetime, None, datetime]

_SUPPLIED = frozenset({"needs_owner", "needs_document", "needs_authorisation"})

# Beside what is required: the document that comes with an action.
_ACCOMPANIED_BY = {
    "submit_supplement": "supplement",
    "conclude_agreement": "agreement",
    "start_introduction": "follow_up_protocol",
    "withdraw": "withdrawal",
    "record_follow_up_report": "follow_up_report",
}
_FOR_PARTIES = frozenset(
    {"application", "assessment_report", "follow_up_protocol", "recommendation", "supplement", "withdrawal"}
)
_WRITTEN_BY = {
    "application": "company_contact",
    "supplement": "company_contact",
    "withdrawal": "company_contact",
    "assessment_report": "tlv_assessor",
}

# The role that an action names first is the one that usually takes it.
_USUAL = 0.75

_CONFLICTED = sa.text("""
    SELECT k.person_id::text FROM cases c CROSS JOIN LATERAL conflicts_in(c.id, :day) k WHERE c.number = :number
""")
# Market exclusivity of an orphan medicine (Regulation 141/2000, article 8).
_EXCLUSIVITY_MONTHS = 120
# The demo's papers are made here; they need no examination.
_OUR_OWN = {
    "pdf": Judged("application/pdf", examined=True),
    "txt": Judged("text/plain", examined=True),
}


@dataclass(frozen=True, slots=True)
class Office:
    """Where the cases are, and who works on them."""

    engine: Engine
    people: People


def working_hour(day: date, chance: random.Random) -> datetime:
    """Some minute of the working day, as an instant in UTC."""
    minute = timedelta(minutes=chance.randrange(8 * 60, 17 * 60))
    return (datetime.combine(day, time(), STOCKHOLM) + minute).astimezone(UTC)


def last_working_day(day: date) -> date:
    """The last working day on or before `day`."""
    while not is_working_day(day):
        day -= ONE_DAY
    return day


class CaseWork:
    """A case under way: its number, its medicine and the people who have it in hand."""

    def __init__(
        self, office: Office, process: str, medicine: Medicine, company: Company, chance: random.Random
    ) -> None:
        self.office, self.process, self.medicine, self.company = office, process, medicine, company
        self.chance = chance
        self.number = ""
        self.secretary = chance.choice(office.people.secretaries)
        self.assessor = chance.choice(office.people.assessors)
        self.contact = chance.choice(company.contacts)
        self.regions = chance.sample(office.people.representatives, len(office.people.representatives))

    def open(self, at: datetime) -> None:
        """Open the case at `at`; nobody owns it yet."""
        condition = self.medicine.condition
        fields = {
            "medicine": self.medicine.name,
            "substance": self.medicine.substance,
            "atc": condition.atc,
            "indication": self.medicine.indication,
            "company_id": self.company.id,
            "orphan": condition.orphan,
            "oncology": condition.oncology,
            "approval_type": condition.approval_type,
        }
        self.number = service.open_case(self.office.engine, self.secretary.id, self.process, fields, at)

    def assign(self, at: datetime, owner: SignedIn | None = None) -> None:
        """Give the case to `owner`, or to the secretary who opened it."""
        self.secretary = owner or self.secretary
        service.assign(self.office.engine, self.secretary.id, self.number, self.secretary.id, at)

    def note(self, at: datetime) -> None:
        """Write down what came up."""
        service.add_note(self.office.engine, self.secretary.id, self.number, self.chance.choice(NOTES), at)

    def look(self, at: datetime) -> store.Loaded:
        """The case as it is at `at`, for its secretary."""
        with single_statement_driver(self.office.engine) as connection:
            loaded = store.load(connection, self.secretary.id, self.number, service.today_of(at))
        if loaded is None:
            raise CaseNotFound(self.number)
        return loaded

    def act(self, at: datetime, name: str, *, by: str = "", given: Mapping[str, str] | None = None) -> Steps:
        """Take the action `name` at `at` or some minutes later, as the role `by` or one that fits.

        `given` are inputs that are not left to chance. Raises ValueError when nobody can take the action,
        and whatever the command raises.
        """
        loaded = self.look(at)
        action = service.workflow_of(loaded.case).actions[name]
        roles = [by] if by else roles_for(loaded, action, at)
        if not roles:
            raise ValueError(f"{self.number}: nobody can take {name} in {loaded.case.state}")
        case, began = loaded.case, at
        at = yield from self._supply(loaded, action, at)
        if at > began:
            case = self.look(at).case
        values = stated(action, case, self.chance, given)
        superseded = self.number
        if name == "supersede":
            values["successor"] = self._succeed(at)
        role = roles[0] if self.chance.random() < _USUAL else self.chance.choice(roles)
        service.take_action(
            self.office.engine, self._person(role, at).id, superseded, name, at,
            expected_version=case.version, inputs=values,
        )  # fmt: skip
        return at

    def _supply(self, loaded: store.Loaded, action: Action, at: datetime) -> Steps:
        """Supply what the action still lacks, one thing after the other."""
        lacking = [c for c in action.requires if unmet(c, loaded.case, loaded.facts) is not None]
        wanted = dict.fromkeys((condition.name, condition.argument) for condition in lacking)
        if action.name in _ACCOMPANIED_BY:
            wanted["document", _ACCOMPANIED_BY[action.name]] = None
        for what, argument in wanted:
            if what == "owner":
                self.assign(at)
            elif what == "authorised":
                self._authorise(at)
            elif what == "document":
                self._add_document(argument, at)
            else:
                continue
            at += timedelta(minutes=self.chance.randrange(4, 40))
            yield at
        return at

    def _authorise(self, at: datetime) -> None:
        """Record when the medicine was authorised: some weeks ago."""
        day = last_working_day(service.today_of(at) - timedelta(days=self.chance.randrange(5, 60)))
        fields = {"authorised_on": day.isoformat()}
        if self.medicine.condition.orphan:
            fields["exclusivity_ends"] = add_months(day, _EXCLUSIVITY_MONTHS).isoformat()
        version = self.look(at).case.version
        service.edit(self.office.engine, self.secretary.id, self.number, fields, at, expected_version=version)

    def _add_document(self, kind: str, at: datetime) -> None:
        known = {"medicine": self.medicine.name, "company": self.company.name}
        title, filename, paragraphs = DOCUMENTS[kind]
        title = title.format(**known)
        day = service.today_of(at).isoformat()
        content = paper(
            filename, title, [f"{self.number}, {day}", *(text.format(**known) for text in paragraphs)]
        )
        role, case = _WRITTEN_BY.get(kind, "secretariat"), self.look(at).case
        if role == "tlv_assessor" and not concerns_tlv(case, service.workflow_of(case)):
            # What TLV wrote before it has part in the case is filed by the secretariat.
            role = "secretariat"
        writer = self._person(role, at)
        party = kind in _FOR_PARTIES
        documents.add(
            self.office.engine, writer, self.number, kind, title, filename, content, at,
            party=party, judged=_OUR_OWN[filename.rpartition(".")[2]],
        )  # fmt: skip

    def _succeed(self, at: datetime) -> str:
        """Open the case that supersedes this one, for a wider group of patients, and go on with that."""
        self.medicine = replace(self.medicine, patients="vuxna och barn från 2 års ålder")
        self.open(at)
        self.assign(at)
        return self.number

    def _person(self, role: str, at: datetime) -> SignedIn:
        """Who acts in a role; each region in turn, and of the council nobody with a conflict of interest."""
        if role == "region_representative":
            self.regions.append(self.regions.pop(0))
            return self.regions[-1]
        if role == "council_member":
            given = {"number": self.number, "day": service.today_of(at)}
            with self.office.engine.connect() as connection:
                out = set(connection.scalars(_CONFLICTED, given))
            return self.chance.choice([one for one in self.office.people.council if one.id not in out])
        return {"company_contact": self.contact, "tlv_assessor": self.assessor}.get(role, self.secretary)


def roles_for(loaded: store.Loaded, action: Action, at: datetime) -> list[str]:
    """The roles that could take the action now, once what can be supplied has been; the usual one first."""
    workflow = service.workflow_of(loaded.case)
    possible = []
    for role in action.by:
        if role == SYSTEM_ROLE or (role == "tlv_assessor" and not concerns_tlv(loaded.case, workflow)):
            continue
        actor = Actor("", "", frozenset({role}))
        decision = decide(workflow, loaded.case, action.name, actor, loaded.facts, at)
        if isinstance(decision, Outcome) or all(reason.code in _SUPPLIED for reason in decision.reasons):
            possible.append(role)
    return possible


def is_possible(loaded: store.Loaded, name: str, at: datetime) -> bool:
    """Whether there is such an action and someone could take it, once what can be supplied has been."""
    action = service.workflow_of(loaded.case).actions.get(name)
    return action is not None and bool(roles_for(loaded, action, at))
