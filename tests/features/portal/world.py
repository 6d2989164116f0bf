"""The portal in this test's own database: an application that is complete, and ways to take it through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from nt_process.cases import service as cases
from nt_process.identity import service as identity
from nt_process.identity.maker import Maker
from nt_process.kernel.regions import REGIONS
from nt_process.portal import documents, filing, people, queries, service
from nt_process.portal.documents import NewDocument, Upload
from nt_process.portal.form import YEARS, cell, newest
from tests.world import PDF, SINCE, START, Office

SECRET_PRICE = "73123.50"
SECRET_ASSUMPTION = "Antagandet om följsamhet, nittiotre procent"
ANSWERS = {
    "medicine": "Provastin",
    "substance": "provastinum",
    "atc": "A16AB01",
    "presentations": "Injektionsvätska 10 mg/ml, 1 x 5 ml",
    "orphan": "yes",
    "approval_type": "full",
    "authorised_on": "2025-12-01",
    "indication": "Behandling av en sällsynt sjukdom.",
    "patient_group": "Vuxna med bekräftad diagnos.",
    "patients": "45",
    "severity": "Mycket svår.",
    "current_care": "Bästa stödjande vård.",
    "list_price": "81 200",
    "offered_price": SECRET_PRICE,
    "yearly_cost": "950 000,00",
    "prices_secret": "yes",
    "prices_provision": "31:16",
    "prices_reason": "Uppgiften om nettopris skulle skada bolaget i andra länder.",
    "prices_until": "2036-01-07",
    "studies": "En randomiserad studie.",
    "comparator": "Placebo.",
    "safety": "Väl tolererat.",
    "uncertainty": "Kort uppföljning.",
    "model_type": "cost_utility",
    "cost_per_qaly": "1 250 000",
    "qalys_gained": "2,4",
    "assumptions": SECRET_ASSUMPTION,
    "model_secret": "yes",
    "model_provision": "31:16",
    "model_reason": "Modellen är bolagets egen.",
    "model_until": "2036-01-07",
    "budget_basis": "Patienter per region gånger årskostnad.",
    "budget_secret": "yes",
    "budget_provision": "31:16",
    "budget_reason": "Av budgeten framgår nettopriset.",
    "budget_until": "2036-01-07",
    "jca": "published",
    "jca_link": "https://health.ec.europa.eu/rapport",
    "plan": "Register och uppföljning.",
    "registry": "Nationellt register.",
    "plan_report_on": "2027-06-01",
    **{cell("budget", region.code, year): str(1000 * year) for region in REGIONS for year in YEARS},
}
PASSAGE = {"place": "Sida 3, tabell 2", "provision": "31:16", "reason": "Nettopris.", "until": "2036-01-07"}
OPEN_FILE, SECRET_FILE = PDF + b"open", PDF + b"secret"


class Portal:
    """The office, and what its company does in the portal."""

    def __init__(self, office: Office) -> None:
        self.office, self.engine = office, office.engine

    def maker(self, name: str = "company", at: datetime = START) -> Maker:
        return Maker(self.office.actor(name, at.date()), at)

    def begin(
        self, number: str | None = None, name: str = "company", at: datetime = START, **given: str
    ) -> str:
        """Begin an application in a case, or with a medicine."""
        maker = self.maker(name, at)
        asked = {"case": number} if number else {"process": "sarlakemedel", "medicine": "Provastin", **given}
        with self.engine.connect() as connection:
            beginning = queries.beginning(connection, maker.actor, asked)
        assert beginning is not None
        return service.begin(self.engine, maker, beginning)

    def answer(self, application: str, name: str = "company", at: datetime = START, **answers: str) -> None:
        for field, text in answers.items():
            service.answer(self.engine, self.maker(name, at), application, field.replace("__", "-"), text, 0)

    def complete(self, application: str, at: datetime = START, **instead: str) -> None:
        """Answer everything."""
        fields = newest().fields
        for field, text in {**ANSWERS, **instead}.items():
            assert field in fields, field
            service.answer(self.engine, self.maker("company", at), application, field, text, 0)

    def add_document(
        self,
        application: str,
        at: datetime = START,
        *,
        seq: int | None = None,
        title: str = "Prisbilaga",
        claims: Sequence[Mapping[str, str]] = (PASSAGE,),
    ) -> None:
        kind = "other" if seq is None else "supplement"
        faults = documents.add_document(
            self.engine,
            self.maker("company", at),
            application,
            NewDocument(
                kind, title, claims, Upload("oppen.pdf", OPEN_FILE), Upload("hemlig.pdf", SECRET_FILE)
            ),
            seq,
        )
        assert faults == {}

    def file(self, number: str | None = None, at: datetime = START, **instead: str) -> tuple[str, str]:
        """A whole application, filed; (its id, the filing's id)."""
        application = self.begin(number, at=at)
        self.complete(application, at, **instead)
        self.add_document(application, at)
        return application, filing.submit(self.engine, self.maker("company", at), application)

    def assigned(self, application: str, at: datetime = START) -> str:
        """The case that an application was filed in, given to the secretary; its number."""
        number = self.number_of(application)
        secretary = self.office.people["secretary"]
        cases.assign(self.engine, secretary, number, secretary, at)
        return number

    def number_of(self, application: str) -> str:
        return str(
            self.one(
                "SELECT c.number FROM application a JOIN cases c ON c.id = a.case_id WHERE a.id = :id",
                id=application,
            )
        )

    def colleague(self, name: str = "mate") -> str:
        """One more who acts for the company."""
        with self.engine.begin() as connection:
            member = identity.Member(self.office.company_id, "company_contact", SINCE)
            person = identity.create_person(
                connection, f"{name}@prov.example", name.title(), (member,), START
            )
            connection.execute(
                sa.text(
                    "UPDATE person SET password_hash = (SELECT password_hash FROM person WHERE id = :like) WHERE id = :id"
                ),
                {"id": person, "like": self.office.people["company"]},
            )
        self.office.people[name] = person
        return person

    def one(self, statement: str, **parameters: object) -> Any:
        with self.engine.connect() as connection:
            return connection.scalar(sa.text(statement), parameters)


def furnish(office: Office) -> dict[str, dict[str, Any]]:
    """A draft, and an application that was filed and is now to be supplemented."""
    portal = Portal(office)
    draft = portal.begin()
    portal.answer(draft, substance="provastinum", list_price="1 000")
    portal.add_document(draft)
    mate = portal.colleague("portalmate")
    people.add_member(office.engine, portal.maker(), draft, mate, "contributor")
    portal.answer(draft, "portalmate", studies="En studie.", price_terms="Ett villkor.")
    filed, filing_id = portal.file(at=START - timedelta(days=20))
    number = portal.assigned(filed, START - timedelta(days=19))
    # TLV is given part in the case, so that it may read what was filed.
    office.act("secretary", number, "order_assessment", START - timedelta(days=9))
    office.act(
        "secretary", number, "request_supplement", START - timedelta(days=2), request="Studien saknas."
    )
    seq = portal.one(
        "SELECT max(e.seq) FROM event e JOIN cases c ON c.id = e.case_id WHERE c.number = :n", n=number
    )
    portal.add_document(filed, START - timedelta(days=1), seq=seq)
    return {
        "portal": {
            "application_id": draft,
            "document_id": portal.one(
                "SELECT id FROM application_document WHERE application_id = :id", id=draft
            ),
            "section": "prices",
            "name": "studies",
        },
        "filed": {
            "application_id": filed,
            "filing_id": filing_id,
            "document_id": portal.one(
                "SELECT id FROM application_document WHERE filing_id = :id", id=filing_id
            ),
            "version": "secret",
            "number": number,
            "name": "answer",
        },
    }
